"""What the options of scan change in its output, and what they must not."""
import glob, json, os, re, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

folder = tempfile.TemporaryDirectory()
work = folder.name
POSTFIX = ['samples/postfix.log']
EVERYTHING = sorted(glob.glob('samples/*.log') + glob.glob('samples/*.json')) + ['samples/exim-mainlog']

def scan(files, *options):
    run = subprocess.run([PROGRAM, 'scan', '-e', f'{work}/events', '--events-include', 'all', '-o', f'{work}/summary',
                          '-s', f'{work}/list', '-s', f'{work}/list.csv:csv', '-s', f'{work}/list.json:json',
                          *options, *files], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f'options: {options}: exit {run.returncode}: {run.stderr}')
    read = lambda name: open(f'{work}/{name}', encoding='utf-8', newline='\n').read()
    events = [json.loads(line) for line in read('events').split('\n') if line]
    return json.loads(read('summary')), events, read('list').split('\n')[:-1], ''.join(
        read(name) for name in ('events', 'summary', 'list', 'list.csv', 'list.json'))

whole, events, listed, _ = scan(POSTFIX)

# --since and --until: attempts in [T, T); the lines are read all the same
cut, some, _, _ = scan(POSTFIX, '--since', '2026-11-22', '--until', '2026-11-22T02:20:02Z')
expect('--until is not exclusive', some == [e for e in events if '2026-11-22' <= e['time'] < '2026-11-22T02:20:02Z'])
expect('--since changed the lines', cut['lines'] == whole['lines'])
expect('--since counted other attempts', cut['attempts']['total'] == len(some))

# ...as people say it (test_moment.c), in the zone of --timezone, wherever that stands, else the machine's
# (the log names its own zone)
window = lambda rows, begin, end: [e for e in rows if begin <= e['time'] < end]
zoned = ['samples/postfix-iso.log']
_, rows, _, _ = scan(zoned)
with open(f'{work}/times.yaml', 'w') as file:
    file.write("since: '2026-11-22 07:10:04'\ntimezone: '+05:00'\n")
for files, among, options, begin, end in [
        (POSTFIX, events, ('--since', 'last week', '--until', '2026-11-22 02:20'), '2026-11-17', '2026-11-22T02:20'),
        (POSTFIX, events, ('--since', '2026-11-22 02:20:02', '--until', 'yesterday'), '2026-11-22T02:20:02', '2026-11-23'),
        (POSTFIX, events, ('--since', '1d21h40m', '--until', '1d'), '2026-11-22T02:20', '2026-11-23'),
        (zoned, rows, ('--since', '2026-11-22 07:10:04', '--timezone', '+05:00'), '2026-11-22T02:10:04', '2027'),
        (zoned, rows, ('--timezone', '+05:00', '--since', '2026-11-22 07:10:04'), '2026-11-22T02:10:04', '2027'),
        (zoned, rows, ('--config', f'{work}/times.yaml'), '2026-11-22T02:10:04', '2027')]:
    _, some, _, _ = scan(files, *options)
    want = window(among, begin, end)
    expect(f'{options}: {len(some)} attempts, not {len(want)}', some == want and 0 < len(some) < len(among))

# ...and of UTC in a report, whose days are those of UTC: in New York today begins five hours later
with open(f'{work}/days.log', 'w') as file:
    for day in (22, 23):
        file.write(f'2026-11-{day}T12:00:00Z mx1 postfix/smtp[9]: {0x10000000 + day:X}: to=<u{day}@example.com>, relay=mx.example.com[192.0.2.7]:25, '
                   'delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n')
subprocess.run([PROGRAM, 'scan', '-o', '/dev/null', '-d', f'{work}/days.db', f'{work}/days.log'], check=True)
for options, count in ((('--since', 'today'), 0), (('--since', 'yesterday'), 1), (('--since', 'yesterday', '--until', 'today'), 1),
                       (('--until', 'yesterday'), 1), (('--since', 'last week', '--until', 'now'), 2)):
    got = subprocess.run([PROGRAM, 'report', '-d', f'{work}/days.db', *options], capture_output=True, check=True, env={**os.environ, 'TZ': 'America/New_York'})
    total = json.loads(got.stdout)['attempts']['total']
    expect(f'report {options}: {total} attempts, not {count}', total == count)

# --sender
_, some, _, _ = scan(POSTFIX, '--sender', 'ORDERS@shop.example', '--sender', '*@evil.example')
expect('--sender', some == [e for e in events if e['sender'] in ('orders@shop.example', 'stranger@evil.example')])

# --recipients: what may be listed, not what is counted
with open(f'{work}/known', 'w') as file:
    file.write('CARLA@example.com\n@customer.example\nnobody@example.org\n')
narrow, some, names, _ = scan(POSTFIX, '--recipients', f'{work}/known')
expect(f'--recipients lists {names}', names == ['carla@example.com', 'ida@customer.example'])
expect('--recipients changed the counts', some == events and narrow['attempts'] == whole['attempts'])

# --inbound: one event more for each refusal, nobody more on the list
inbound, some, names, _ = scan(POSTFIX, '--inbound')
expect('--inbound', [e for e in some if e['outcome'] != 'refused'] == events)
expect('--inbound counts', inbound['attempts']['refused'] == len(some) - len(events) == 2)
expect('--inbound changed the list', names == listed)

# --mta: lines of others are not ours
only, some, _, _ = scan(['samples/mixed.log'], '--mta', 'sendmail')
expect('--mta', {e['mta'] for e in some} == {'sendmail'} and only['lines']['context'] == 1)

# --host: where the log names none
_, some, _, _ = scan(['samples/exim-mainlog'], '--host', 'mx9')
expect('--host', {e['host'] for e in some} == {'mx9'})

# --filter-transports: a way into another queue is no delivery
filtered, some, _, _ = scan(POSTFIX, '--filter-transports', 'ticketing')
changed = [(a['recipient'], b['outcome']) for a, b in zip(events, some) if a != b]
expect(f'--filter-transports: {changed}', changed == [('tickets@desk.example', 'handed_over')])

# --top: what was cut is summed in the last row
few, _, _, _ = scan(POSTFIX, '--top', '2')
rows = few['recipient_domains']
expect('--top', len(rows) == 3 and rows[-1]['name'] == '(other)' and
       sum(r['count'] for r in rows) == sum(r['count'] for r in whole['recipient_domains']))

# -s: the ending of a name says the format where nothing else does
def list_of(name, given=''):
    scan(POSTFIX, '-s', f'{work}/{name}{given}')
    with open(f'{work}/{name}', newline='') as file:
        return file.read()
formats = {format: list_of('named', f':{format}') for format in ('plain', 'csv', 'json')}
expect('formats are alike', len(set(formats.values())) == 3)
for name, format in [('bad', 'plain'), ('bad.txt', 'plain'), ('bad.csv', 'csv'), ('bad.CSV', 'csv'), ('bad.json', 'json'), ('bad.old.json', 'json'),
                     ('bad.csv.old', 'plain'), ('csv', 'plain'), ('bad.exim', 'plain')]:
    expect(f'-s {name} is not {format}', list_of(name) == formats[format])
    for given in formats:
        expect(f'-s {name}:{given}', list_of(name, f':{given}') == formats[given])

# --hash: no address leaves, inside texts neither; equal addresses stay equal
with open(f'{work}/key', 'w') as file:
    file.write('a key of more than sixteen bytes')
plain, events, listed, text = scan(EVERYTHING, '--inbound')
addresses = {a.lower() for e in events for a in (e['sender'], e['recipient'], e['original_recipient'])
             if a and re.fullmatch(r'[^"\s|/]+@[^\s"]+', a)}
shown = lambda text: [a for a in addresses if re.search(r'(?<![\w.-])' + re.escape(a) + r'(?![\w-])', text.lower())]
expect('addresses are not found where they are', len(shown(text)) == len(addresses) > 60)
hashed, some, fingerprints, text = scan(EVERYTHING, '--inbound', '--hash', 'sha256', '--hash-key-file', f'{work}/key')
expect(f'--hash lets out {shown(text)}', not shown(text))
expect('--hash changed the counts', hashed['attempts'] == plain['attempts'] and len(some) == len(events))
expect('--hash lists no fingerprints', all(re.fullmatch('[0-9a-f]{64}', f) for f in fingerprints) and fingerprints)
pairs = {(a['recipient'].lower(), b['recipient']) for a, b in zip(events, some)}
expect('--hash is not one to one', len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}))

# --events-format ecs: the same attempts under other names; what names one does not depend on what
# else is read, on files' names or on the machine, and nobody without the key can compute it
def ecs(files, *options):
    scan(files, '--events-format', 'ecs', *options)
    text = open(f'{work}/events', encoding='utf-8', newline='\n').read()
    return [json.loads(line) for line in text.split('\n') if line], text

plain, events, _, _ = scan(EVERYTHING, '--inbound')
others, _ = ecs(EVERYTHING, '--inbound')
def both(own, other):
    reply, mine = other['bouncelog'].get('reply', {}), other['bouncelog']
    return (own['time'], own['host'], own['mta'], own['queue_id'], own['sender'], own['recipient'], own['outcome'],
            own['code'], own['text'], own['category'], own['rule'], own['source']['file'], own['source']['line']) == (
        other['@timestamp'], other['observer'].get('hostname'), other['observer']['product'],
        other['email'].get('local_id'), other['email'].get('sender', {}).get('address'), other['email']['to']['address'][0],
        other['event']['action'], reply.get('code'), reply.get('text'), other['event'].get('reason'), mine.get('rule'),
        other['log']['file']['path'], mine['line'])
expect('--events-format ecs tells something else', len(events) == len(others) and all(map(both, events, others)))
ids = [e['event']['id'] for e in others]
places = {}
for e in others:
    places.setdefault(e['event']['id'], []).append((e['@timestamp'], e['email'].get('local_id'), e['email']['to']['address'][0]))
expect(f'one id for several attempts: {[p for p in places.values() if len(set(p)) > 1]}',
       all(len(set(p)) == 1 for p in places.values()))
again, _ = ecs(EVERYTHING, '--inbound', '-j', '1')
expect('ids of a second run', [e['event']['id'] for e in again] == ids)
with open('samples/postfix.log', 'rb') as file, open(f'{work}/renamed', 'wb') as copy:
    copy.write(file.read())
first, _ = ecs(POSTFIX)
copy, _ = ecs([f'{work}/renamed'])
expect('ids of a copy', [e['event']['id'] for e in first] == [e['event']['id'] for e in copy])
expect(f'{len(first)} attempts have {len({e["event"]["id"] for e in first})} ids',
       len({e['event']['id'] for e in first}) == len(first))
with open('samples/postfix.log', 'rb') as file, open(f'{work}/half', 'wb') as half:
    lines = file.read().split(b'\n')
    half.write(b'\n'.join(lines[len(lines) // 2:]))
rest, _ = ecs([f'{work}/half'])
expect('ids of a part', rest and {e['event']['id'] for e in rest} < {e['event']['id'] for e in first})
hashed, text = ecs(EVERYTHING, '--inbound', '--hash', 'sha256', '--hash-key-file', f'{work}/key')
expect(f'--hash lets out {shown(text)}', not shown(text))
expect('ids under a key', not {e['event']['id'] for e in hashed} & set(ids))
finish()
