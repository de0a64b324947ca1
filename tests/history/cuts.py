#!/usr/bin/env python3
"""A report about a part of the mail (--sender, --provider, --recipient-domain) says what a scan of that mail alone says, over nights
and over periods; what cannot be told of a part is not in it, and what is not known of it is named."""
import json, os, random, sqlite3, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, fault, finish
from mails import DOMAINS, SENDERS, mails, text
from unsealed import unseal

KEYS = ('window', 'attempts', 'failures', 'messages', 'notifications', 'rates', 'categories', 'providers', 'recipient_domains',
        'sender_domains', 'days', 'streams')
def run(*arguments, code=0, words=''):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    if done.returncode != code or words not in done.stderr or (not words and code == 0 and arguments[0] == 'report' and done.stderr):
        fault(f'{arguments}: exit {done.returncode}, not {code}: {done.stderr}')
    return json.loads(done.stdout) if done.stdout.startswith('{') else {}


def write(folder, name, words):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(words)
    return path


def comparable(summary):
    """What a cut may have: senders and campaigns, recipients and the last 24 hours it has not."""
    kept = {key: summary.get(key) for key in KEYS}
    kept['categories'] = [{key: row[key] for key in row if key not in ('recipients', 'last_24h')} for row in summary.get('categories', ())]
    kept['streams'] = [row for row in summary.get('streams', ()) if row['kind'] == 'sender_domain']
    return kept


def compare(what, got, wanted):
    for key, value in comparable(wanted).items():
        if comparable(got)[key] != value:
            rows = lambda value: value if isinstance(value, list) else [value]
            only = lambda a, b: [row for row in rows(a) if row not in rows(b)][:2]
            fault(f'{what}: {key}: {only(comparable(got)[key], value)}, not {only(value, comparable(got)[key])}')


def added(summaries):
    return [sum(summary[key][name] for summary in summaries) for key in ('attempts', 'failures', 'messages', 'notifications')
            for name in summaries[0][key]]


def tested(seed):
    chance, days = random.Random(seed), 10
    expiries = seed % 2  # whose are those of before a period, a scan of the period cannot know
    lines = mails(chance, days, expiries)
    with tempfile.TemporaryDirectory() as folder:
        history, hour = f'{folder}/history', chance.choice((0, 6, 17)) * 60
        news = f'{folder}/news'
        for night in range(days + 6):
            part = [line for line in lines if night * 1440 - hour <= line[0] < (night + 1) * 1440 - hour]
            log = write(folder, f'night{night}.log', text(part))
            run('scan', '-o', '/dev/null', '--force', '-d', history, log)
            run('scan', '-o', '/dev/null', '--force', '-d', news, '--sender', '*@news.shop.example', log)
        whole = write(folder, 'whole.log', text(lines))
        one = f'{folder}/one'
        run('scan', '-o', '/dev/null', '-d', one, whole)
        report = lambda *arguments, db=history: run('report', '--top', '1000', '-d', db, *arguments)
        scan = lambda *arguments: run('scan', '--top', '1000', *arguments)
        for patterns in (['*@news.shop.example'], ['*@shop.example', '*@mail.example'], ['*@*shop.example'], [''], ['*@BÜCHER.example', '*@xn--b*']):
            options = [word for pattern in patterns for word in ('--sender', pattern)]
            wanted = scan(*[word.replace('BÜCHER', 'xn--bcher-kva') for word in options], whole)
            compare(f'seed {seed}: {patterns}', report(*options), wanted)
            expect(f'seed {seed}: {patterns}: nights and one scan', report(*options) == report(*options, db=one))
        compare(f'seed {seed}: a history of that mail alone', report('--sender', 'news.shop.example'), report(db=news))
        for domain in 'gmail.com', 'outlook.com', 'example.org':
            wanted = scan(write(folder, 'domain.log', text([line for line in lines if line[3] == domain])))
            compare(f'seed {seed}: {domain}', report('--recipient-domain', domain.title()), wanted)
        wanted = scan('--sender', '*@news.shop.example', write(folder, 'google.log', text([line for line in lines if line[3] in ('gmail.com', 'firm.example')])))
        compare(f'seed {seed}: a sender at a provider', report('--sender', 'news.shop.example', '--provider', 'google'), wanted)
        every = [report('--recipient-domain', domain) for domain in DOMAINS]
        expect(f'seed {seed}: the parts add up', added(every) == added([report()]))
        for first, last in () if expiries else ((2, 5), (0, 3), (4, 9)):
            before = [line for line in lines if line[0] // 1440 < first and 'from=<' in line[4]]
            log = write(folder, 'part.log', text(before) + text(lines, first, last))
            compare(f'seed {seed}: days {first} to {last}',
                    report('--sender', 'news.shop.example', '--since', f'2026-11-{first + 1:02}', '--until', f'2026-11-{last + 1:02}'),
                    scan('--sender', '*@news.shop.example', log))


def mail(number, sender, domain, day=22, host='mx1'):
    start = f'2026-11-{day}T03:11:09+00:00 {host} postfix/'
    queue_id = f'{0x10000000 + number:X}'
    return (f'{start}qmgr[9]: {queue_id}: from=<{sender}>, size=9, nrcpt=1 (queue active)\n{start}smtp[9]: {queue_id}: to=<u{number}@{domain}>, '
            f'relay=mx.{domain}[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.{domain}[192.0.2.7] said: '
            f'550 5.1.1 <u{number}@{domain}>: User unknown (in reply to RCPT TO command))\n')


def more_than_there_is_room():
    with tempfile.TemporaryDirectory() as folder:
        history = f'{folder}/history'
        run('scan', '-o', '/dev/null', '--force', '-d', history, write(folder, 'domains.log', ''.join(
            mail(n, 'news@shop.example' if n % 2 else 'a@other.example', f'd{n}.example') for n in range(10500))), code=0)
        part = run('report', '-d', history, '--sender', 'shop.example', '--top', '100000')
        expect(f'a sender with many domains: {part["attempts"]}', part['attempts']['bounced'] == 5250)
        rows = {row['name']: row['count'] for row in part['recipient_domains']}
        expect(f'(other) has {rows.get("(other)")}, of {len(rows)}', rows.get('(other)') == 250 and len(rows) == 5001)
        part = run('report', '-d', history, '--recipient-domain', 'd10499.example', code=3, words='500 attempts have no names')
        expect(f'a late domain: {part["cut"]}', part['cut']['unnamed_attempts'] == 500 and part['attempts']['total'] == 0)
        expect(f'history of {os.path.getsize(history)} bytes', os.path.getsize(history) < 8 << 20)
    with tempfile.TemporaryDirectory() as folder:
        history = f'{folder}/history'
        run('scan', '-o', '/dev/null', '--force', '-d', history, write(folder, 'senders.log', ''.join(
            mail(n, f'news@s{n}.example', f'd{n % 7}.example') for n in range(13000))))
        parts = [run('report', '-d', history, '--recipient-domain', f'd{n}.example', code=3, words='attempts have no names') for n in range(7)]
        total, unnamed = sum(part['attempts']['total'] for part in parts), parts[0]['cut']['unnamed_attempts']
        expect(f'{total} and {unnamed}', total == 10000 and unnamed == 3000)


NOTICES = 2 # bytes in front of the cells, of what came as mail: there was none


def older(path, day=None):
    """The history as the version before wrote it: its days, or one of them, have no counts by part."""
    unseal(path)
    connection = sqlite3.connect(path)
    for row, key, value in connection.execute('SELECT id, key, value FROM item WHERE kind = 3').fetchall():
        if day and key != day:
            continue
        at = next(at for at in range(len(value)) if begins_cells(value, at))
        connection.execute('UPDATE item SET value = ? WHERE id = ?', (b'\4' + value[1:at - NOTICES], row))
    connection.commit()
    connection.close()


def number(value, at):
    """The number that stands there, and what follows it."""
    read = shift = 0
    while at < len(value):
        read |= (value[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if value[at - 1] < 128:
            return read, at
    return 0, len(value)


def begins_cells(value, at):
    """A text to the end of the value: no flag, a time of 2026."""
    size, text = number(value, at)
    return size > 20 and text + size == len(value) and value[text] == 0 and number(value, text + 1)[0] // 2 // 86400 in range(20700, 20850)


def of_before():
    with tempfile.TemporaryDirectory() as folder:
        history = f'{folder}/history'
        log = lambda day, count: write(folder, f'{day}.log', ''.join(mail(100 * day + n, 'news@shop.example', 'gmail.com', day) for n in range(count)))
        run('scan', '-o', '/dev/null', '--force', '-d', history, log(10, 3))
        older(history)
        expect('it is read', run('report', '-d', history)['attempts']['bounced'] == 3)
        run('report', '-d', history, '--sender', 'shop.example', code=3, words='2026-11-10 was counted before')
        run('scan', '-o', '/dev/null', '--force', '-d', history, log(11, 4))
        run('scan', '-o', '/dev/null', '--force', '-d', history, write(folder, 'more.log', mail(7, 'news@shop.example', 'gmail.com', 10)))
        part = run('report', '-d', history, '--sender', 'shop.example', code=3, words='2026-11-10 was counted before')
        expect(f'the days after it: {part}', part['attempts']['bounced'] == 4 and part['cut']['unknown_days'] == ['2026-11-10'])
        expect('all mail', run('report', '-d', history)['attempts']['bounced'] == 8)
        expect('without the old days', run('report', '-d', history, '--sender', 'shop.example', '--since', '2026-11-11')['attempts']['bounced'] == 4)


def of_hosts():
    with tempfile.TemporaryDirectory() as folder:
        for number, host in enumerate(('mx1', 'mx2')):
            run('scan', '-o', '/dev/null', '-d', f'{folder}/{host}', write(folder, f'{host}.log', ''.join(
                mail(100 * number + n, 'news@shop.example', 'gmail.com', 22, host) for n in range(5 + number))))
        for into, first, last in ('a', 'mx1', 'mx2'), ('b', 'mx2', 'mx1'):
            run('merge', '--into', f'{folder}/{into}', f'{folder}/{first}')
            run('merge', '--into', f'{folder}/{into}', f'{folder}/{last}')
            part = run('report', '-d', f'{folder}/{into}', '--sender', 'shop.example')
            expect(f'merged: {part["attempts"]}', part['attempts']['bounced'] == 11)
        sample = part['categories'][0]['sample']['text']
        run('history', 'forget', '-d', f'{folder}/mx1', 'u0@gmail.com')
        left = json.dumps(run('report', '-d', f'{folder}/mx1', '--sender', 'shop.example'))
        expect(f'forgotten: {sample}', 'u0@gmail.com' in sample and 'u0@gmail.com' not in left)


def odd_names():
    """A record of JSON may hold any byte in an address: what it says stays one address, and the history whole."""
    with tempfile.TemporaryDirectory() as folder:
        history, records = f'{folder}/history', open('samples/kumomta.json', encoding='utf-8').read()
        for sender, recipient in (('news@a\\ngoogle', 'u@b'), ('n@shop.example', 'u@c\\nd\\ne.example'), ('n@' + 'x' * 600, 'u@' + 'y' * 600 + '.example'),
                                  ('n@(other)', 'u@(other)'), ('*@*', 'u@*')):
            record = json.dumps({'type': 'Delivery', 'id': f'bb{len(records)}', 'sender': 'SENDER', 'recipient': 'RECIPIENT', 'queue': 'x', 'site': '',
                                 'response': {'code': 250, 'enhanced_code': None, 'content': 'OK', 'command': None}, 'timestamp': 1795320009, 'created': 1795320000,
                                 'peer_address': {'name': 'mx.example.org', 'addr': '192.0.2.9'}, 'num_attempts': 0, 'nodeid': 'node1.example.org', 'delivery_protocol': 'ESMTP'})
            records += record.replace('SENDER', sender).replace('RECIPIENT', recipient) + '\n'
        run('scan', '-o', '/dev/null', '--force', '-d', history, write(folder, 'kumo.json', records))
        before = run('report', '-d', history, '--provider', 'google')
        expect(f'odd names: {before["attempts"]}', before['attempts']['total'] == 0)
        part = run('report', '-d', history, '--sender', '*')
        expect(f'odd names: {part["attempts"]}', part['attempts']['total'] >= 5 and part['attempts'] == run('report', '-d', history)['attempts'])
        run('scan', '-o', '/dev/null', '--force', '-d', history, write(folder, 'kumo.json', records + mail(1, 'n@shop.example', 'gmail.com')))
        expect('and once more', run('report', '-d', history, '--sender', 'shop.example')['attempts']['bounced'] == 1)


def refused():
    with tempfile.TemporaryDirectory() as folder:
        history = f'{folder}/history'
        run('scan', '-o', '/dev/null', '-d', history, write(folder, 'a.log', mail(1, 'news@shop.example', 'gmail.com')))
        part = ['report', '-d', history, '--sender', 'shop.example']
        for arguments, words in ((['--provider', 'gogle'], "did you mean 'google'?"), (['--provider', 'nobody-has-it'], 'these days have mail to google'),
                                 (['--sender', 'news@shop.example'], 'not by sender'), (['--sender', '*@'], 'not by sender'),
                                 (['--recipient-domain', 'u1@gmail.com'], 'expected a domain'), (['-s', f'{folder}/list'], 'of all mail'),
                                 (['--prometheus', f'{folder}/metrics'], 'of all mail'), (['--fail-on', 'code:550>0'], 'of all mail'),
                                 (['--fail-on', 'stream:a@shop.example/total>0'], 'of all mail'), (['--fail-on', 'suppressed>0'], 'of all mail')):
            run(*part, *arguments, code=2, words=words)
        for condition in ('bounce_rate>5%', 'category:recipient_unknown>0', 'messages.bounce_rate>5%', 'provider:google/bounced>0', 'stream:shop.example/total>0'):
            run(*part, '--fail-on', condition, code=1, words='holds')
            run('report', '-d', history, '--sender', 'other.example', '--fail-on', condition)
        run(*part, '-o', f'{folder}/part.json')
        run('changes', f'{folder}/part.json', f'{folder}/part.json', code=3, words='about a part of the mail')
        config = write(folder, 'config.yaml', "sender: ['*@nobody.example']\n")
        expect('the configuration of scan is none of a report', 'cut' not in run('report', '-d', history, '--config', config))
        run(*part, '-o', '/dev/null', '--html', f'{folder}/page.html')
        page = open(f'{folder}/page.html', encoding='utf-8').read()
        table = subprocess.run([PROGRAM, *part, '--provider', 'google', '--text'], capture_output=True, text=True).stdout
        expect('the page says which part', 'Only mail from shop.example' in page and 'id="suppress"' not in page and 'href="#suppress"' not in page)
        expect(f'the table says which part: {table}', 'Only mail from shop.example, to the provider google\n' in table and 'lines' not in table)


refused()
odd_names()
of_hosts()
of_before()
more_than_there_is_room()
for seed in range(6):
    tested(seed)
finish('a report about a part of the mail says what a scan of it says')
