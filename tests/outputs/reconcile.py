#!/usr/bin/env python3
"""`bouncelog reconcile`: every address of either list in one group and no more, whatever form their list has; nothing is written. Whom a brake,
a guard or a person holds is not called missing there."""
import json, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

UNKNOWN, FULL = ('5.1.1', 'bounced', '550 5.1.1 User unknown'), ('4.2.2', 'deferred', '452 4.2.2 Mailbox is full')


def line(day, number, address, reply=None):
    dsn, status, words = reply or ('2.0.0', 'sent', '250 2.0.0 Ok')
    said = words if not reply else f'host mx.x.example[198.51.100.7] said: {words} (in reply to RCPT TO command)'
    return (f'Nov {day:2d} 03:00:{number:02d} mx1 postfix/smtp[9]: {0x30000000 + day * 100 + number:X}: to=<{address}>, relay=mx.x.example[198.51.100.7]:25, delay=1, '
            f'delays=0/0/0/1, dsn={dsn}, status={status} ({said})\n')


def run(*arguments, code=0, text=True):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=text)
    expect(f'{arguments}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return done


with tempfile.TemporaryDirectory() as folder:
    db, log = f'{folder}/db', f'{folder}/log'

    def theirs(name, text):
        with open(f'{folder}/{name}', 'wb') as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return f'{folder}/{name}'

    def groups(path, *options):
        return json.loads(run('reconcile', '-d', db, '--json', *(word for one in ([path] if isinstance(path, str) else path) for word in ('--list', one)), *options).stdout)

    def names(result):
        return {key: [row['address'] for row in rows] for key, rows in result.items() if isinstance(rows, list)}

    with open(log, 'w') as file:
        file.write(line(2, 1, 'dead@x.example', UNKNOWN) + line(2, 2, 'both@x.example', UNKNOWN) + line(2, 3, 'back@x.example', UNKNOWN) +
                   line(2, 4, 'never@x.example') + line(2, 5, 'allowed@x.example', UNKNOWN) + line(2, 6, 'full@x.example', FULL) +
                   line(2, 7, "o'brien@x.example", UNKNOWN) + line(2, 8, '#odd@x.example', UNKNOWN) + line(2, 9, 'guard@x.example'))
        file.write(line(9, 1, 'back@x.example') + line(9, 2, 'guard@x.example', UNKNOWN))
    run('scan', '--timezone', 'UTC', '--year', '2026', '-d', db, '-o', '/dev/null', '--force', log)
    run('history', 'allow', '-d', db, 'allowed@x.example')
    before = open(db, 'rb').read()
    theirs_are = ['both@x.example', 'back@x.example', 'never@x.example', 'allowed@x.example', 'full@x.example', 'stranger@y.example', 'guard@x.example']
    want = {'missing_there': ['dead@x.example', "o'brien@x.example"], 'alive_here': ['back@x.example', 'never@x.example'],
            'held_here': ['allowed@x.example', 'guard@x.example'], 'not_enough_here': ['full@x.example'], 'unknown_here': ['stranger@y.example']}
    rows = ''.join(f'{address}\n' for address in theirs_are)
    objects = [{'id': number, 'emailAddress': address, 'note': 'by evil@z.example'} for number, address in enumerate(theirs_are)]
    forms = {
        'lines': rows, 'no end': rows[:-1], 'crlf': rows.replace('\n', '\r\n'), 'blank lines and comments': '# ours\n\n' + rows.replace('\n', '\n\n'),
        'capitals': rows.upper(), 'twice': rows + rows, 'bom': b'\xef\xbb\xbf' + rows.encode(),
        'csv': 'id,email,created\n' + ''.join(f'{n},{a},2026-11-01\n' for n, a in enumerate(theirs_are)),
        'quoted csv': '"email","name"\n' + ''.join(f'"{a}","by evil@z.example"\n' for a in theirs_are),
        'sendmail': ''.join(f'To:{a}\tERROR:5.1.1:550 no\n' for a in theirs_are), 'exim': ''.join(f'"{a}": 550 no\n' for a in theirs_are),
        'json': json.dumps(objects), 'pretty json': json.dumps({'SuppressedDestinationSummaries': objects, 'NextToken': None}, indent=4),
        'ndjson': ''.join(json.dumps(row) + '\n' for row in objects), 'json of strings': json.dumps({'recipient_emails': theirs_are}),
        'bom json': b'\xef\xbb\xbf' + json.dumps(objects).encode(),
        'nested json': json.dumps({'items': [{'email': {'address': a}, 'reason': 'x'} for a in theirs_are]}),
        'escaped json': json.dumps(objects).replace('@', '\\u0040'),
        # Strangers are quoted beside the address, and before it.
        'a reason first': 'status,reason,email,created\n' + ''.join(f'5.1.1,"550 5.1.1 unknown, ask evil@z.example",{a},17\n' for a in theirs_are),
        'a reason that is an address': 'reason;address\n' + ''.join(f'evil@z.example;{a}\n' for a in theirs_are),
        'a link first': 'id\tlink\tE-Mail\n' + ''.join(f'{n}\thttps://u@z.example/\t{a}\n' for n, a in enumerate(theirs_are)),
        'no head, a reason first': ''.join(f'5.1.1,"550 unknown, ask evil@z.example",{a},17\n' for a in theirs_are),
        'names': ''.join(f'"Joe, Jr" <{a}>\n' for a in theirs_are), 'names in a cell': 'email\n' + ''.join(f'"Joe <{a}>"\n' for a in theirs_are),
        'blanks': ''.join(f'  {a}\t\n' for a in theirs_are), 'postfix': ''.join(f'{a}\t550 5.1.1 ask evil@z.example\n' for a in theirs_are),
        'json of others': json.dumps([{**row, 'tags': ['evil@z.example'], 'delivery-attempts': [{'said': 'evil@z.example'}, '550 ask evil@z.example'], 'owner': 'evil@z.example'}
                                      for row in objects]),
        'json of names': json.dumps([{'email': f'Joe <{a}> '} for a in theirs_are]), 'json of blanks': json.dumps([{'email': f' {a}'} for a in theirs_are]),
    }
    for form, text in forms.items():
        got = groups(theirs('list', text))
        expect(f'{form}: {names(got)}', names(got) == want)
        expect(f'{form}: {got["theirs"]} {got["ours"]} {got["both"]}', (got['theirs'], got['ours'], got['both']) == (7, 3, 1))
    whole = groups(theirs('list', rows))
    for form in 'lines', 'json':
        piped = subprocess.run([PROGRAM, 'reconcile', '-d', db, '--json', '--list', '-'], input=forms[form], capture_output=True, text=True)
        expect(f'{form} in a pipe: {piped}', json.loads(piped.stdout) == whole)
    told = subprocess.run([PROGRAM, 'reconcile', '-d', db, '--list', '-'], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    expect(f'nothing in a pipe: {told}', (told.returncode, told.stderr) == (3, 'bouncelog: standard input: no address is in it\n'))
    expect('parts', groups([theirs('a', rows[:30]), theirs('b', rows[30:])]) == whole)
    expect('the same list twice, and a part of it', groups([theirs('list', rows)] * 2 + [theirs('a', rows[:30])]) == whole)
    for name, text in (('a comment that is none', '#live@x.example\n'), ('a brace', '{x}@x.example\n'), ('another letter', '\uff41b@x.example\n'), ('a letter in a domain', 'a@b\u00fccher.example\n')):
        got = names(groups(theirs('odd', text)))['unknown_here']
        expect(f'{name}: {got}', got == [{'a letter in a domain': 'a@xn--bcher-kva.example'}.get(name, text.strip())])
    # Who is meant is not sure: nobody is.
    for text, left in (('both@x.example, dead@x.example;evil@z.example\n', 0), ('dead@x.example,evil@z.example\n', 0), ('email\nboth@x.example\n"ask evil@z.example"\n', 1),
                       ('[{"email":"both@x.example"},{"email":null}]', 1), ('[{"email":"both@x.example"},{"email":"nobody"}]', 1), ('{"emails":["both@x.example",7]}', 1),
                       ('both@x.example\n550 ask evil@z.example\n', 1), ('both@x.example\nmailto:evil@z.example\n', 1), ('both@x.example\na@b@evil.example\n', 1)):
        told = run('reconcile', '-d', db, '--json', '--list', theirs('odd', text), code=3)
        expect(f'{text!r}: {told}', ('1 entry of the lists has no address, or more than one, and was left out' in told.stderr and json.loads(told.stdout)['theirs'] == left) if left else
               told.stderr == f'bouncelog: {folder}/odd: no address is in it\n')
    some = groups(theirs('list', rows), '--recipients', theirs('known', '@y.example\nback@x.example\ndead@x.example\n'))
    expect(f'--recipients: {some}', names(some) == {'missing_there': ['dead@x.example'], 'alive_here': ['back@x.example'], 'held_here': [], 'not_enough_here': [],
                                                    'unknown_here': ['stranger@y.example']} and (some['left_out'], some['both']) == (5, 0))
    reason = {row['address']: row for key in want for row in whole[key]}
    expect(f'{reason}', reason['back@x.example'] == {'address': 'back@x.example', 'delivered_at': '2026-11-09T03:00:01Z'} and
           reason['allowed@x.example']['held_by'] == 'allow' and reason['guard@x.example']['held_by'] == 'recent' and
           reason['dead@x.example'] == {'address': 'dead@x.example', 'category': 'recipient_unknown', 'code': 550, 'reply': 'User unknown',
                                        'last_seen': '2026-11-02T03:00:01Z', 'tier': 'dead'})
    shown = run('reconcile', '-d', db, '--list', theirs('list', rows)).stdout
    expect(f'the table: {shown}', shown.startswith('7 addresses on their list, 3 to be suppressed here, 1 of theirs agree\n') and
           all(len(row) <= 80 for row in shown.split('\n')) and all(address in shown for addresses in want.values() for address in addresses))
    expect('the history is another', open(db, 'rb').read() == before)
    # The brake of a history: nobody who would be new is missing there, or agreed.
    with open(f'{folder}/many', 'w') as file:
        file.write(''.join(line(10, n % 60, f'm{n}@x.example', UNKNOWN) for n in range(150)))
    run('scan', '--timezone', 'UTC', '--year', '2026', '-d', db, '-o', '/dev/null', '-s', f'{folder}/ours', f'{folder}/many', code=8)
    got = names(groups(theirs('list', rows + 'm7@x.example\n')))
    expect(f'the brake: {got}', got == {**want, 'held_here': ['allowed@x.example', 'guard@x.example', 'm7@x.example']})
    # Whom nobody can answer for.
    for name, text, code, said in (
            ('none', '', 3, 'no address is in it'), ('words', 'email\nno address\n', 3, 'no address is in it'), ('torn', '[{"email":"a@x.example"', 3, 'begins like JSON, and is none'),
            ('utf16', 'a@x.example\n'.encode('utf-16'), 3, None)):
        told = run('reconcile', '-d', db, '--list', theirs(name, text), code=code).stderr
        expect(f'{name}: {told}', said is None or told == f'bouncelog: {folder}/{name}: {said}\n')
    told = run('reconcile', '-d', db, '--list', theirs('list', rows + 'joe at x.example\n'), code=3)
    expect(f'a line without an address: {told.stderr}', told.stderr == 'bouncelog: 1 entry of the lists has no address, or more than one, and was left out\n' and '7 addresses' in told.stdout)
    for arguments, said in ((['-d', db], 'which list? --list FILE names an export of theirs'), (['-d', db, 'list'], "'list': a list of theirs is named by --list"),
                            (['--list', f'{folder}/list'], '--history DB is missing (see --help)')):
        told = run('reconcile', *arguments, code=2).stderr
        expect(f'{arguments}: {told}', told == f'bouncelog: {said}\n')
    run('reconcile', '-d', db, '--list', folder, code=3)
    run('reconcile', '-d', f'{folder}/nowhere', '--list', f'{folder}/list', code=5)
finish()
