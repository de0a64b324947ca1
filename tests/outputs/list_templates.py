#!/usr/bin/env python3
"""Lists by a template of a pattern file: bodies of so many rows, one behind the other; a stranger's words are a value of JSON, or a cell of
CSV, whatever is in them; FILE.removed is written as the template says; what is no template, or one that a stranger could break out of, is
refused with the place and what to write instead."""
import csv, io, json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

REPLIES = ['550 5.1.1 "no such user"', '550 5.1.1 back\\slash\\', '550 5.1.1 "}]} , {"x":"', '550 5.1.1 =cmd() user unknown', '550 5.1.1 <b>unknown</b>',
           '550 5.1.1 tab\there', '550 5.1.1 unbekannt \u00fc\u2028', '550 5.1.1 user, unknown; 550', '550 5.1.1 <address>']
ADDRESSES = [f'user{n}@x{n}.example' for n in range(len(REPLIES))]
SITE = r'''
lists:
  - name: bodies
    escape: json
    rows: 4
    kinds: { bounce: HardBounce, complaint: SpamComplaint }
    head: '{"list":['
    row: '{"a":"<address>","l":"<local>","d":"<domain>","k":"<kind>","c":"<category>","w":"<words>","n":<code>,"e":"<enhanced>","r":"<reply>","m":<count>,"y":<days>,"f":"<first_seen>","t":"<last_seen>"}'
    between: ','
    tail: "]}\n"
    example: |
      {"list":[{"a":"joe@shop.example","l":"joe","d":"shop.example","k":"HardBounce","c":"recipient_unknown","w":"Suppressed by bouncelog as recipient unknown on 2026-01-31","n":550,"e":"5.1.1","r":"mx \"1\" said: no such user","m":3,"y":2,"f":"2026-01-30T08:00:00Z","t":"2026-01-31T23:59:59Z"},{"a":"ann@shop.example","l":"ann","d":"shop.example","k":"SpamComplaint","c":"complaint","w":"Suppressed by bouncelog as complaint on 2026-01-31","n":550,"e":"","r":"","m":1,"y":1,"f":"2026-01-31T12:00:00Z","t":"2026-01-31T12:00:00Z"},{"a":"kim@mail.example","l":"kim","d":"mail.example","k":"HardBounce","c":"mailbox_full","w":"Suppressed by bouncelog as mailbox full on 2026-01-31","n":452,"e":"4.2.2","r":"mailbox is full","m":4,"y":4,"f":"2026-01-01T00:00:00Z","t":"2026-01-31T00:00:00Z"}]}
    removed:
      head: '['
      row: '{"a":"<address>"}'
      between: ', '
      tail: "]\n"
      example: "[{\"a\":\"joe@shop.example\"}, {\"a\":\"ann@shop.example\"}, {\"a\":\"kim@mail.example\"}]\n"
  - name: cells
    escape: csv
    head: "who,why\n"
    row: "<address>,\"<reply>\"\n"
    example: "who,why\njoe@shop.example,\"mx \"\"1\"\" said: no such user\"\nann@shop.example,\"\"\nkim@mail.example,\"mailbox is full\"\n"
  - name: lines
    escape: none
    tiers: [dead, bulk, watch]
    row: "<address> <category> <last_seen> <code> <not_a_field\n"
    example: "joe@shop.example recipient_unknown 2026-01-31T23:59:59Z 550 <not_a_field\nann@shop.example complaint 2026-01-31T12:00:00Z 550 <not_a_field\nkim@mail.example mailbox_full 2026-01-31T00:00:00Z 452 <not_a_field\n"
'''
CELL = r'row: "<address>,\"<reply>\"\n"'
WRONG = [  # what is changed, and what the message has; those with a place are refused when they are loaded
    ('"r":"<reply>"', '"r":<reply>', '<reply>: it stands between double quotes'),
    ('"f":"<first_seen>"', '"f":<first_seen>', '<first_seen>: it stands between double quotes'),
    ('"r":"<reply>"', '"r":"\\<reply>"', '<reply>: a backslash stands in front of it'),
    ('"e":"<enhanced>"', '"e":"\\""<enhanced>', '<enhanced>: it stands between double quotes'),
    ("head: '{\"list\":['", "head: '{\"list\":[\"'", 'a quote is open where a row or a body ends'),
    ("    tail: \"]}\\n\"\n    example: |", "    tail: \"\\\"]}\\n\"\n    example: |", 'a quote is open'),
    (CELL, r'row: "<address>, \"<reply>\"\n"', '<reply>: it stands between double quotes'),
    (CELL, r'row: "<address>,note \"<reply>\"\n"', '<reply>: it stands between double quotes'),
    (CELL, r'row: "<address>\"<reply>\"\n"', '<reply>: it stands between double quotes'),
    (CELL, r'row: "<address>,\"<category>\"<reply>\"\"\n"', '<reply>: it stands between double quotes'),
    (CELL, r'row: "<address>,\"<enhanced><reply>\"\n"', 'may take it for a formula'),
    (CELL, r'row: "<address>,\" <reply>\"\n"', 'may take it for a formula'),
    (CELL, r'row: "<address>,\"<reply>\n"', 'a quote is open'),
    ('head: "who,why\\n"', 'head: "\\""', 'a quote is open'),
    ('"a":"<address>","l"', '"l"', 'otherwise than its example'),  # <local> and <domain> are an address, too
    ('"k":"<kind>"', '"k":"<kynd>"', 'there is no field <kynd>'),
    ('<address> <category>', '<address> <reply>', '<reply>: a stranger wrote it'),
    ('escape: none', 'escape: xml', 'none, json, csv'),
    ('    escape: csv\n', '', 'escape'),
    ('row: "<address>,', 'row: "', 'no <address>'),
    ('    rows: 4', '    rows: -1', 'write one from 0'),
    ('tiers: [dead, bulk, watch]', 'tiers: [dead, dire]', "'dire'"),
    ('kinds: { bounce: HardBounce,', 'kinds: { bonce: HardBounce,', "'bonce'"),
    ('row: \'{"a":"<address>"}\'\n      between', 'row: \'{"a":"<address>","c":"<category>"}\'\n      between', 'nothing is known but'),
    ('"y":2,"f"', '"y":3,"f"', 'otherwise than its example'),
    ("    between: ','\n", '', 'that is no JSON'),
    ('"f":"<first_seen>","t":"<last_seen>"}\'\n    between: \',\'\n    tail: "]}\\n"', '"f":"<first_seen>","t":"<last_seen>"}\'\n    between: \',\'\n    tail: "]}"', 'that is no JSON'),
    ('row: "<address> <category>', 'row: "<address><category>', 'who is on it'),
    ('name: cells', 'name: csv', 'is a format of bouncelog'),
    ('name: cells', 'name: a/b', 'a name is made of letters'),
    ('name: cells', 'name: lines', "'lines' stands twice"),
    ('name: lines', 'title: lines', "'title'"),
]
TOLD_WHEN_LOADED = ('double quotes', 'backslash', 'is open', 'formula', 'no field', 'stranger', 'format of bouncelog')


def line(day, number, address, words):
    dsn, status = ('5.1.1', 'bounced') if words else ('2.0.0', 'sent')
    said = f'host mx.x.example[198.51.100.7] said: {words} (in reply to RCPT TO command)' if words else '250 2.0.0 Ok'
    return (f'Nov {day:2d} 03:00:{number:02d} mx1 postfix/smtp[9]: {0x30000000 + day * 100 + number:X}: to=<{address}>, relay=mx.x.example[198.51.100.7]:25, delay=1, '
            f'delays=0/0/0/1, dsn={dsn}, status={status} ({said})\n')


def run(folder, *options, code=0):
    done = subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '--force', '--patterns-extra', f'{folder}/extra', *options, f'{folder}/log'],
                          capture_output=True, text=True)
    expect(f'{options}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return done


def read(path):
    with open(path, newline='') as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


with tempfile.TemporaryDirectory() as folder:
    write(f'{folder}/extra/site.yaml', SITE)
    write(f'{folder}/log', ''.join(line(2, number, *pair) for number, pair in enumerate(zip(ADDRESSES, REPLIES))))
    names = ['bodies', 'cells', 'lines', 'postmark', 'klaviyo', 'kumomta', 'json', 'plain']
    run(folder, '-o', f'{folder}/summary', *(word for name in names for word in ('-s', f'{folder}/{name}:{name}')))
    listed = {row['address']: row for row in json.loads(read(f'{folder}/json'))}
    expect(f'all are listed: {sorted(listed)}', sorted(listed) == ADDRESSES)
    bodies = [json.loads(body)['list'] for body in read(f'{folder}/bodies').splitlines()]
    expect(f'rows of the bodies: {[len(body) for body in bodies]}', [len(body) for body in bodies] == [4, 4, 1])
    for row in (row for body in bodies for row in body):
        entry = listed[row['a']]
        local, domain = row['a'].split('@')
        want = {'a': row['a'], 'l': local, 'd': domain, 'k': 'HardBounce', 'c': entry['category'],
                'w': f"Suppressed by bouncelog as {entry['category'].replace('_', ' ')} on 2026-11-02", 'n': entry.get('code') or 550,
                'e': entry.get('enhanced') or '', 'r': entry['reply'], 'm': entry['count'], 'y': entry['days'],
                'f': entry['first_seen'], 't': entry['last_seen']}
        expect(f'a row: {row}, not {want}', row == want)
    cells = list(csv.reader(io.StringIO(read(f'{folder}/cells'))))
    safe = {address: row['reply'].replace('\t', ' ').replace('\u2028', ' ') for address, row in listed.items()}
    safe = {address: "'" + reply if reply[:1] in '=+-@' else reply for address, reply in safe.items()}
    expect(f'cells: {cells}, not {safe}', cells[0] == ['who', 'why'] and dict(cells[1:]) == safe and len(cells) == len(safe) + 1)
    expect(f'a formula has an apostrophe: {safe}', any(reply.startswith("'=") for reply in safe.values()))
    want = ''.join(f"{row['address']} {row['category']} {row['last_seen']} {row.get('code') or 550} <not_a_field\n" for row in listed.values())
    expect(f'lines: {read(f"{folder}/lines")!r}, not {want!r}', read(f'{folder}/lines') == want)
    got = [row['EmailAddress'] for row in json.loads(read(f'{folder}/postmark'))['Suppressions']]
    expect(f'postmark: {got}', got == ADDRESSES)
    jobs = [json.loads(body)['data'] for body in read(f'{folder}/klaviyo').splitlines()]
    expect(f'klaviyo: {jobs}', [row['attributes']['email'] for job in jobs for row in job['attributes']['profiles']['data']] == ADDRESSES)
    table = json.loads(read(f'{folder}/kumomta'))
    expect(f'kumomta: {table}', sorted(table) == ADDRESSES and all(text.startswith('5.1.1 Suppressed by bouncelog as ') for text in table.values()))

    # Nobody to list: no body. Then new ones, and some that leave: --delta.
    write(f'{folder}/log', line(1, 0, 'fine@x.example', ''))
    lists = ['-o', '/dev/null', '-d', f'{folder}/db', '--delta', *(word for name in names[:3] + ['postmark', 'kumomta'] for word in ('-s', f'{folder}/{name}:{name}'))]
    run(folder, *lists)
    expect('nobody: ' + repr([read(f'{folder}/{name}') for name in names[:4]]), not any(read(f'{folder}/{name}') for name in names[:4]))
    expect('nobody, of whoever wants a document: ' + read(f'{folder}/kumomta'), read(f'{folder}/kumomta') == '{}\n')
    with open(f'{folder}/log', 'a') as log:
        log.writelines(line(2, number, address, '550 5.1.1 User unknown') for number, address in enumerate(ADDRESSES))
    run(folder, *lists)
    with open(f'{folder}/log', 'a') as log:
        log.writelines(line(9, number, address, '') for number, address in enumerate(ADDRESSES[:5]))
    run(folder, *lists)
    lifted = ['[' + ', '.join(f'{{"a":"{address}"}}' for address in part) + ']\n' for part in (ADDRESSES[:4], ADDRESSES[4:5])]
    expect('removed: ' + read(f'{folder}/bodies.removed'), read(f'{folder}/bodies.removed') == ''.join(lifted))
    expect('removed, without words for it: ' + read(f'{folder}/lines.removed'), read(f'{folder}/lines.removed') == ''.join(f'{name}\n' for name in ADDRESSES[:5]))
    got = json.loads(read(f'{folder}/postmark.removed'))
    expect(f'removed, postmark: {got}', got == {'Suppressions': [{'EmailAddress': address} for address in ADDRESSES[:5]]})

    # Over a hundred: Postmark takes fifty.
    write(f'{folder}/log', ''.join(line(2, number % 60, f'u{number:03d}@d{number % 100}.example', '550 5.1.1 User unknown') for number in range(101)))
    run(folder, '-o', '/dev/null', '-s', f'{folder}/postmark:postmark,mode=0640')
    got = [len(json.loads(body)['Suppressions']) for body in read(f'{folder}/postmark').splitlines()]
    expect(f'fifty a body: {got}', got == [50, 50, 1])
    expect('the mode is that of -s', os.stat(f'{folder}/postmark').st_mode & 0o777 == 0o640)

    # A site's own goes before ours; names that nobody knows; lists that need addresses.
    write(f'{folder}/extra/own.yaml', 'lists:\n  - name: postmark\n    escape: none\n    row: "<domain> <local>\\n"\n'
          '    example: "shop.example joe\\nshop.example ann\\nmail.example kim\\n"\n')
    run(folder, '-o', '/dev/null', '-s', f'{folder}/postmark:postmark')
    expect('a template of the site', read(f'{folder}/postmark').splitlines()[0] == 'd0.example u000')
    done = run(folder, '-o', '/dev/null', '-s', f'{folder}/x:postmrk,mode=0640', code=2)
    expect(done.stderr, "unknown format 'postmrk'; did you mean 'postmark'? (plain, json, csv," in done.stderr and 'postmark, ' in done.stderr and
           done.stderr.count('\n') == 1 and not os.path.exists(f'{folder}/x'))
    write(f'{folder}/key', 'a key of more than sixteen bytes')
    done = run(folder, '-o', '/dev/null', '--hash', 'sha256', '--hash-key-file', f'{folder}/key', '-s', f'{folder}/x:postmark,mode=0640', code=2)
    expect(done.stderr, "/x:postmark': this format needs addresses" in done.stderr)
    os.remove(f'{folder}/extra/own.yaml')

    check = [PROGRAM, 'patterns', 'check', '--patterns-extra', f'{folder}/extra']
    done = subprocess.run(check, capture_output=True, text=True)
    expect(f'the templates above: {done.returncode} {done.stderr}', done.returncode == 0)
    for right, wrong, words in WRONG:
        expect(f'{right} is there', right in SITE)
        write(f'{folder}/extra/site.yaml', SITE.replace(right, wrong, 1))
        done = subprocess.run(check, capture_output=True, text=True)
        expect(f'{wrong}: exit {done.returncode}: {done.stderr}', done.returncode == 4 and f'{folder}/extra/site.yaml:' in done.stderr and words in done.stderr)
        if any(part in words for part in TOLD_WHEN_LOADED):
            run(folder, '-o', '/dev/null', code=4)

    # Earlier lists are read as they were written: neither the brake nor who is told to be new is misled by many addresses in a line.
    everybody = [f'user{number:03d}@x{number % 50}.example' for number in range(150)]
    write(f'{folder}/extra/site.yaml', SITE + '''  - name: parted
    escape: none
    row: "<local> <domain>\\n"
    example: "joe shop.example\\nann shop.example\\nkim mail.example\\n"
  - name: noted
    escape: json
    row: '{"note":"<reply>","email":"<address>"}'
    between: "\\n"
    example: "{\\"note\\":\\"mx \\\\\\"1\\\\\\" said: no such user\\",\\"email\\":\\"joe@shop.example\\"}\\n{\\"note\\":\\"\\",\\"email\\":\\"ann@shop.example\\"}\\n{\\"note\\":\\"mailbox is full\\",\\"email\\":\\"kim@mail.example\\"}"
''')
    done = subprocess.run(check, capture_output=True, text=True)
    expect(f'two more templates: {done.stderr}', done.returncode == 0)

    def nights(name, first, second):
        """Two nights without a history; the exit code of the second one, without --force."""
        place = f'{folder}/brake-{name}'
        for addresses, force in ((first, ['--force']), (second, [])):
            write(f'{folder}/log', ''.join(line(2, number % 60, address, f'550 5.1.1 <{everybody[0]}>,"email":"{everybody[1]}" User unknown') for number, address in enumerate(addresses)))
            done = subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '--patterns-extra', f'{folder}/extra', '-o', '/dev/null', '-s', f'{place}:{name}', *force,
                                   f'{folder}/log'], capture_output=True, text=True)
        return done

    for name in ('bodies', 'cells', 'lines', 'parted', 'noted', 'postmark', 'klaviyo', 'kumomta', 'plain'):
        done = nights(name, everybody, everybody)
        expect(f'{name}: the same list again: exit {done.returncode}: {done.stderr}', done.returncode == 0 and not os.path.exists(f'{folder}/brake-{name}.held'))
        done = nights(name, everybody[:40], everybody)
        expect(f'{name}: 110 new ones: exit {done.returncode}: {done.stderr}', done.returncode == 8 and '110 addresses would be new' in done.stderr)

    # What is asked for is looked at where it stands.
    write(f'{folder}/config.yaml', f'suppress:\n  - {folder}/x:plain\n  - {folder}/y:kumomtaa\n  - {folder}/z:csv\n')
    done = subprocess.run([PROGRAM, 'scan', '--config', f'{folder}/config.yaml', f'{folder}/log'], capture_output=True, text=True)
    expect(f'{done.returncode} {done.stderr}', done.returncode == 4 and f"{folder}/config.yaml:3:5: --suppress '{folder}/y:kumomtaa': unknown format" in done.stderr)
    done = subprocess.run([PROGRAM, 'doctor', '--config', f'{folder}/config.yaml', f'{folder}/log'], capture_output=True, text=True)
    expect(f'doctor: {done.returncode} {done.stdout}', done.returncode == 4 and 'kumomtaa' in done.stdout)
    done = run(folder, '-o', '/dev/null', '-s', f'{folder}/x:', code=2)
    expect(done.stderr, "unknown format ''" in done.stderr)
    done = run(folder, '-o', '/dev/null', '--hash', 'sha256', '--hash-key-file', f'{folder}/key', '-s', f'{folder}/x:csvv', code=2)
    expect(done.stderr, "did you mean 'csv'?" in done.stderr)
finish()
