#!/usr/bin/env python3
"""A history that is damaged: each kind of value, each page, each table, before each command. It is told by exit 5 and one line, or
the command had no need of it; the file is never touched, and nothing ends otherwise. And what only a history of several hosts has.
Values and tables are those of a history without checksums: with them, nobody would come as far (flips.py)."""
import json, os, shutil, sqlite3, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish
from unsealed import unseal

os.environ.setdefault('SOURCE_DATE_EPOCH', '1795478400')
KINDS = {1: 'stream', 2: 'file', 3: 'day', 4: 'address', 5: 'domain', 6: 'ledger', 8: 'senders', 10: 'reach', 11: 'twins', 12: 'totals', 14: 'lines'}
SCAN = ['scan', '-d', 'db', '--force', '--timezone', 'UTC', '-o', 'out', 'syslog', 'mail.log']
COMMANDS = {'scan': SCAN, 'dry run': SCAN + ['--dry-run'], 'report': ['report', '-d', 'db', '-o', 'out'], 'suppress': ['suppress', '-d', 'db', '--force'],
            'show': ['history', 'show', '-d', 'db'], 'show one': ['history', 'show', '-d', 'db', 'joe@example.com'],
            'forget': ['history', 'forget', '-d', 'db', 'joe@example.com'], 'prune': ['history', 'prune', '-d', 'db', '--days', '1', '--evidence-days', '1'],
            'rejudge': ['history', 'rejudge', '-d', 'db'], 'merge into': ['merge', '--into', 'db', 'other'],
            'merge from': ['merge', '--into', 'all', 'db'], 'allow': ['history', 'allow', '-d', 'db', '@example.org'],
            'disallow': ['history', 'allow', '-d', 'db', '--remove', '@example.net'], 'undo': ['history', 'undo', '-d', 'db', '2']}
# Who must see that a value cannot be read, since it looks at all of them. (forget looks at those that mention the address.)
SEES = {'stream': {'scan', 'dry run', 'report', 'suppress', 'show', 'merge into', 'merge from'}, 'file': {'scan', 'dry run', 'report', 'allow'},
        'day': {'scan', 'report', 'suppress', 'forget'}, 'address': {'scan', 'dry run', 'report', 'suppress', 'prune', 'rejudge'},
        'domain': {'scan', 'dry run', 'report', 'suppress', 'prune', 'rejudge'},
        'ledger': {'scan', 'dry run', 'report', 'suppress'}, 'senders': {'scan', 'dry run', 'report', 'suppress'},
        'reach': {'scan', 'report', 'suppress'}, 'twins': {'scan', 'dry run'}, 'lines': {'scan', 'dry run'}, 'totals': {'scan', 'report', 'suppress', 'prune'}}


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=120)
    expect(f'{arguments}: exit {done.returncode}: {done.stderr[:300]}', code is None or done.returncode == code)
    return done.returncode, done.stdout, done.stderr.decode()


def line(day, second, who, words, host='mx1'):
    return (f'2026-11-{day:02d}T03:{second // 60 % 60:02d}:{second % 60:02d}Z {host} postfix/smtp[9]: {day * 4000 + second + 0x1000000:X}: to=<{who}>, '
            f'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words}\n')


DEAD = ('dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <{0}>: User unknown (in reply to RCPT TO command))')
LATER = 'dsn=4.2.2, status=deferred (host mx.example.com[192.0.2.7] said: 452 4.2.2 <{0}> Mailbox full (in reply to RCPT TO command))'
NOWHERE = 'dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name={0} type=A: Host not found)'
FINE = 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'


def night(day, host='mx1'):
    text, second = '', 0
    for who, words in [('joe@example.com', DEAD), ('ann@example.com', LATER), ('bob@example.com', FINE), ('joe@gone.example', NOWHERE)] + [
            (f'u{n}@example.com', FINE if n % 3 else DEAD) for n in range(12)]:
        text += (f'2026-11-{day:02d}T03:00:00Z {host} postfix/qmgr[1]: {day * 4000 + second + 0x1000000:X}: from=<news@shop.example>, size=9, nrcpt=1 '
                 '(queue active)\n' + line(day, second, who, words.format(who.split('@')[1] if words == NOWHERE else who), host))
        second += 1
    return text


def prepare():
    def write(name, text, mode='a'):
        with open(name, mode) as file:
            file.write(text)
    for day in (1, 2):
        write('mail.log', night(day))
        write('syslog', f'2026-11-{day:02d}T02:00:00Z mx1 CRON[1]: x\n' + night(day))
        run(*SCAN)
    write('other.log', night(1, 'mx2'))
    run('scan', '-d', 'other', '--force', '-o', 'out', 'other.log')
    run('history', 'allow', '-d', 'db', '@example.net')
    write('mail.log', night(2).replace('T03', 'T04') + night(3))
    shutil.copy('db', 'sealed')
    unseal('db', 'whole')


def reset(whole='whole'):
    for name in ('db', 'db-journal', 'all', 'out'):
        if os.path.exists(name):
            os.unlink(name)
    shutil.copy(whole, 'db')


def content(name):
    with open(name, 'rb') as file:
        return file.read()


def try_all(what, spoil, sees=(), least=1, whole='whole'):
    """Each command on a copy that is spoilt; how many told of it."""
    told = 0
    for name, arguments in COMMANDS.items():
        reset(whole)
        spoil()
        before = content('db')
        code, stdout, said = run(*arguments, code=None)
        told += code == 5
        fine = (code == 5 and said.startswith('bouncelog: ') and said.count('\n') == 1 and not stdout) or (code in (0, 3) and name not in sees)
        expect(f'{what}: {name}: exit {code}: {said!r} {stdout[:80]!r}', fine)
        expect(f'{what}: {name}: exit {code}, and the file was touched', code != 5 or (content('db') == before and not os.path.exists('db-journal')))
        expect(f'{what}: {name}: exit {code}, and there is an output', code != 5 or not os.path.exists('out'))
    expect(f'{what}: nobody sees it', told >= least)


def update(statement, *values):
    with sqlite3.connect('db') as connection:
        changed = connection.execute(statement, values).rowcount
    connection.close()
    expect(f'{statement} changes nothing', changed)


def values():
    rows = sqlite3.connect('whole').execute('SELECT id, kind, value FROM item ORDER BY kind, id').fetchall()
    kinds = {kind for _, kind, _ in rows}
    expect(f'kinds {sorted(kinds)}', kinds >= set(KINDS))
    for kind, name in KINDS.items():
        number, _, value = [row for row in rows if row[1] == kind][-1]
        for how, broken in (('empty', b''), ('cut', value[:-1]), ('of another version', b'\x7f' + value[1:])):
            if name == 'senders' and how != 'cut': # a count stands first: another one may be right
                continue
            try_all(f'{name} {how}', lambda: update('UPDATE item SET value = ? WHERE id = ?', broken, number), SEES[name])


# What is kept by day: a value that says nothing, and who must see that a key is no day.
BY_DAY = {3: (None, {'report', 'suppress', 'prune', 'merge from'}), 10: (None, {'report', 'suppress', 'prune', 'merge from'}),
          22: (b'', {'merge from'}), 24: (None, {'backtest', 'prune', 'merge from'}), 25: (b'\x01\0\0', {'report', 'prune', 'merge from'})}
NO_DAYS = ('', '2026-13-01', '2026-11-01T00:00:00Z', '9' * 200)


def days():
    """A key that is no day: whoever computes with it would be far away from all days."""
    COMMANDS['backtest'] = ['backtest', '-d', 'db']
    for kind, (value, sees) in BY_DAY.items():
        for key in NO_DAYS:
            def spoil(key=key.encode()):
                if value is None:
                    update('UPDATE item SET key = ? WHERE id = (SELECT max(id) FROM item WHERE kind = ?)', key, kind)
                else:
                    update('INSERT INTO item(kind, key, origin, value, run) SELECT ?, ?, origin, ?, run FROM item WHERE kind = 3 LIMIT 1', kind, key, value)
            try_all(f'a day {key[:30]!r} of kind {kind}', spoil, sees)
    for kind in (22, 25): # and one that is a day is none of all this
        reset()
        update('INSERT INTO item(kind, key, origin, value, run) SELECT ?, key, origin, ?, run FROM item WHERE kind = 3 LIMIT 1', kind, BY_DAY[kind][0])
        for name in BY_DAY[kind][1]:
            run(*COMMANDS[name])
    del COMMANDS['backtest']


def pages():
    for whole in ('whole', 'sealed'):
        size = os.path.getsize(whole)
        for page in range(4096, size, 4096):
            def zero():
                with open('db', 'r+b') as file:
                    file.seek(page)
                    file.write(bytes(4096))
            try_all(f'page {page // 4096 + 1} of {size // 4096} of {whole}', zero, {'merge from'} if whole == 'sealed' else (), 0, whole)


def tables():
    for table in ('meta', 'run', 'item', 'undo'):
        try_all(f'no table {table}', lambda: sqlite3.connect('db').execute(f'DROP TABLE {table}').connection.commit(),
                {'scan', 'allow'} | ({'report', 'show'} if table in ('meta', 'item') else set()))
    try_all('nobody\'s', lambda: update("DELETE FROM meta WHERE name = 'origin'"), set(COMMANDS))
    reset()
    holder = sqlite3.connect('db', isolation_level=None)
    holder.execute('BEGIN EXCLUSIVE')
    _, _, said = run('report', '-d', 'db', code=7)
    expect(f'a program that holds the file: {said!r}', 'another program holds the history' in said and said.count('\n') == 1)
    holder.close()


def hosts():
    """A host that scans into the history into which another one was merged: who failed at both is listed once, who took mail at one is not."""
    reset()
    run('merge', '--into', 'db', 'other')
    run(*SCAN)
    got = json.loads(content('out'))
    once = json.loads(run('scan', '--timezone', 'UTC', 'syslog', 'mail.log', 'other.log')[1])
    expect(f'a scan with others: {[row["address"] for row in got["suppress"]]}', [row['address'] for row in got['suppress']] ==
           [row['address'] for row in once['suppress']] and [row['count'] for row in got['suppress']] == [row['count'] for row in once['suppress']] and
           len(got['suppress']) > 3 and got['suppress_domains'] == once['suppress_domains'] != [])
    run('merge', '--into', 'all', 'db')
    report = [json.loads(run('report', '-d', name)[1]) for name in ('db', 'all')]
    expect('a history of two hosts, merged into a third', report[0]['attempts'] == report[1]['attempts'] and
           report[0]['suppress'] == report[1]['suppress'] and report[0]['attempts']['total'] == once['attempts']['total'])


def erased():
    """Whoever is forgotten stands nowhere: not in messages that wait, not in words about others, not at another host."""
    reset()
    run('merge', '--into', 'db', 'other')
    for who in ('ann@example.com', 'joe@gone.example', 'joe@example.com', 'u3@example.com'):
        expect(f'{who} is not known', who.encode() in content('db'))
        run('history', 'forget', '-d', 'db', who.upper())
        expect(f'{who} is not forgotten', who.encode() not in content('db').lower())
    got = json.loads(run('report', '-d', 'db')[1])
    expect(f'forgotten, and listed: {got["suppress"]}', not {'joe@example.com', 'u3@example.com'} & {row['address'] for row in got['suppress']})
    run(*SCAN, code=None)
    for kind, who in ((5, 'joe@gone.example'), (6, 'ann@example.com')):
        reset()
        update("UPDATE item SET value = CAST(x'7f' || substr(value, 2) AS BLOB) WHERE kind = ? AND instr(value, CAST(? AS BLOB))", kind, who)
        before = content('db')
        _, _, said = run('history', 'forget', '-d', 'db', who, code=5)
        expect(f'forget in a damaged {KINDS[kind]}: {said}', 'is damaged' in said and content('db') == before)
    # What undoing would bring back and nobody can read goes as a whole: erasing comes first.
    for broken in (False, True):
        reset()
        if broken:
            update("UPDATE undo SET value = CAST(x'7f' || substr(value, 2) AS BLOB) WHERE kind = 6 AND instr(value, CAST(? AS BLOB))", 'ann@example.com')
        run('history', 'forget', '-d', 'db', 'ann@example.com')
        expect('ann is not forgotten', b'ann@example.com' not in content('db'))
        run('history', 'undo', '-d', 'db', '2', code=2 if broken else 0)


with tempfile.TemporaryDirectory(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None) as work:
    os.chdir(work)
    prepare()
    for part in (values, days, pages, tables, hosts, erased):
        part()
    os.chdir('/')
finish()
