#!/usr/bin/env python3
"""Events that a history keeps (--keep-events) are those that the nights have written, to the byte: of any days, of a part of the mail,
hashed, in the names of ECS, of several hosts, after a run was taken back. Who is forgotten is in none; what is not kept is told."""
import json, os, random, sqlite3, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish
from mails import DOMAINS, mails, text

ALL = ('--events-include', 'all')
FAILED = ('deferred', 'bounced', 'expired')
TODAY = 24 # November, by SOURCE_DATE_EPOCH


def run(*arguments, code=0, words=''):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)
    said = ''.join(line for line in done.stderr.splitlines(True) if 'the newest attempt' not in line) # these logs end days ago
    expect(f'{arguments}: exit {done.returncode}, not {code}: {said}', done.returncode == code and words in said and (words or not said))
    return done.stdout


def content(name):
    with open(name, encoding='utf-8') as file:
        return file.read()


def report(*more, db='db', code=0, words=''):
    if os.path.exists('past'):
        os.unlink('past')
    summary = run('report', '-d', db, '-e', 'past', '-o', '-', *more, code=code, words=words)
    return content('past'), json.loads(summary)


def nights(chance, db, which, days=8, count=4, more=(), host='mx1'):
    """What the nights wrote themselves."""
    lines, written = mails(chance, days, True), ''
    for night in range(count):
        part = lines[len(lines) * night // count:len(lines) * (night + 1) // count]
        with open(f'{db}-{night}.log', 'w', encoding='utf-8') as log:
            log.write(text(part).replace(' mx1 ', f' {host} '))
        run('scan', '-d', db, '-o', '/dev/null', '-e', 'night', '--keep-events', '30', '--force', '--jobs', str(chance.choice((1, 2, 4))), *which, *more,
            f'{db}-{night}.log')
        written += content('night')
    return written


def days_of(events):
    return [(json.loads(line)['time'][:10], line) for line in events.splitlines(True)]


def windows(chance, which):
    """Any days; and what a summary of them counts."""
    for number in range(4):
        name = f'db{number}{len(which)}'
        written = nights(chance, name, which)
        for first, last in [(1, 9)] + [sorted(chance.sample(range(1, 10), 2)) for _ in range(4)]:
            got, summary = report('--since', f'2026-11-{first:02}', '--until', f'2026-11-{last:02}', *which, db=name)
            wanted = [line for day, line in days_of(written) if first <= int(day[-2:]) < last]
            expect(f'days {first} to {last} of {which}: {len(got.splitlines())} events, not {len(wanted)}', got == ''.join(wanted))
            for outcome in FAILED:
                expect(f'days {first} to {last}: {outcome}', summary['attempts'][outcome] == sum(f'"outcome":"{outcome}"' in line for line in wanted))


def forms(chance):
    """As a scan would have written them with the same options."""
    with open('key', 'w', encoding='utf-8') as file:
        file.write('k' * 32)
    lines = mails(chance, 5, True)
    with open('all.log', 'w', encoding='utf-8') as log:
        log.write(text(lines))
    run('scan', '-d', 'forms', '-o', '/dev/null', '--keep-events', '30', *ALL, 'all.log')
    for options in ([], ['--hash', 'sha256', '--hash-key-file', 'key'], ['--events-format', 'ecs'],
                    ['--events-format', 'ecs', '--hash', 'sha256', '--hash-key-file', 'key']):
        run('scan', '-o', '/dev/null', '-e', 'wanted', *ALL, *options, 'all.log')
        expect(f'{options}', report(*ALL, *options, db='forms')[0] == content('wanted'))
    run('scan', '-o', '/dev/null', '-e', 'wanted', 'all.log')
    expect('the failures of all', report(db='forms')[0] == content('wanted'))
    for option, name, has in [('--recipient-domain', domain, lambda event, domain=domain: event['recipient'].lower().endswith(f'@{domain.lower()}'))
                              for domain in DOMAINS] + [('--provider', 'google', lambda event: event['provider'] == 'google'),
                                                        ('--sender', 'news.shop.example', lambda event: (event['sender'] or '').endswith('@news.shop.example')),
                                                        ('--sender', '', lambda event: event['sender'] == '')]:
        got, summary = report(option, name, *ALL, db='forms')
        wanted = [line for line in report(*ALL, db='forms')[0].splitlines(True) if has(json.loads(line))]
        expect(f'{option} {name!r}: {len(got.splitlines())} events, not {len(wanted)}', got == ''.join(wanted) and wanted)
        expect(f'{option} {name!r}: attempts', summary['attempts']['total'] == len(wanted))


def hosts(chance):
    """Of several hosts, in whatever order they come; a run that is taken back takes its events with it."""
    one, two = nights(chance, 'one', ALL), nights(chance, 'two', ALL, host='mx2')
    run('merge', '--into', 'both', 'one', 'two')
    run('merge', '--into', 'again', 'two', 'one')
    got = [report(*ALL, db=db)[0] for db in ('both', 'again')]
    expect('two hosts', sorted(got[0].splitlines()) == sorted((one + two).splitlines()))
    expect('merged the other way round', sorted(got[1].splitlines()) == sorted(got[0].splitlines()))
    before = report(*ALL, db='one')[0]
    with open('more.log', 'w', encoding='utf-8') as log:
        log.write(text(mails(chance, 9, False)).replace(': 2', ': 3'))
    run('scan', '-d', 'one', '-o', '/dev/null', '--keep-events', '30', '--force', *ALL, 'more.log')
    expect('a run that adds none', report(*ALL, db='one')[0] != before)
    run('history', 'undo', '-d', 'one', '5')
    expect('a run that was taken back', report(*ALL, db='one')[0] == before)
    for _ in range(2): # nothing of it is read twice
        run('scan', '-d', 'one', '-o', '/dev/null', '--keep-events', '30', '--force', *ALL, 'one-3.log')
        expect('a log that has nothing new', report(*ALL, db='one')[0] == before)
    run('scan', '-d', 'one', '-o', '/dev/null', '--keep-events', '30', '--force', '--dry-run', 'more.log')
    expect('a dry run', report(*ALL, db='one')[0] == before)


def erased(chance):
    """Nowhere, not in the words of others and not as a sender; nobody else goes."""
    written = nights(chance, 'erase', ALL)
    events = [json.loads(line) for line in written.splitlines()]
    who = next(event['recipient'] for event in events if event['outcome'] == 'bounced')
    for address in (who.upper(), 'Orders@Shop.Example'):
        run('history', 'forget', '-d', 'erase', address)
        got = report(*ALL, db='erase', code=3, words='not among them')[0]
        expect(f'{address} is still there', address.lower() not in got.lower())
    kept = [json.loads(line) for line in got.splitlines()]
    for event in events:
        event['sender'] = None if event['sender'] == 'Orders@Shop.Example' else event['sender']
    wanted = [{key: event[key] for key in event if key != 'id'} for event in events if event['recipient'] != who]
    expect('others went, too', [{key: event[key] for key in event if key != 'id'} for event in kept] == wanted)
    with open('erase', 'rb') as file:
        expect('it is in the file', who.encode() not in file.read())


def missing(chance):
    """A night without the option, days that are too old, and a history that keeps none."""
    written = nights(chance, 'some', ALL, count=2)
    with open('later.log', 'w', encoding='utf-8') as log:
        log.write(text(mails(chance, 3, False)).replace('2026-11-0', '2026-11-1').replace(': 2', ': 3'))
    run('scan', '-d', 'some', '-o', '/dev/null', '--force', 'later.log')
    got, _ = report(*ALL, db='some', code=3, words='attempts of these days are not among them')
    expect('what was kept', got == written)
    expect('days of which all were kept', report('--until', '2026-11-10', *ALL, db='some')[0] == ''.join(
        line for day, line in days_of(written) if day < '2026-11-10'))
    run('scan', '-d', 'none', '-o', '/dev/null', 'later.log')
    expect('none are kept', report(db='none', code=3, words='scan --keep-events')[0] == '')
    run('report', '-d', 'none', '-o', '/dev/null') # nobody asked
    written = nights(chance, 'old', ALL, more=('--keep-events', str(TODAY - 5)), days=9)
    got, _ = report('--since', '2026-11-05', *ALL, db='old')
    expect('days that are young enough', got == ''.join(line for day, line in days_of(written) if day >= '2026-11-05'))
    expect('days that are too old', not [day for day, _ in days_of(report(*ALL, db='old', code=3, words='too old')[0]) if day < '2026-11-05'])
    run('history', 'prune', '-d', 'old', '--events-days', '0')
    expect('pruned', report(*ALL, db='old', code=3, words='too old')[0] == '' and json.loads(run('history', 'show', '-d', 'old', '--json'))['event_bytes'] == 0)
    run('scan', '-o', '/dev/null', '--keep-events', '3', 'later.log', code=2, words='--keep-events goes with --history')


def damaged(chance):
    """Told, by whoever reads them."""
    nights(chance, 'whole', ALL)
    with sqlite3.connect('whole') as db:
        rows = db.execute('SELECT id, value, key FROM item WHERE kind = 26').fetchall()
    expect('chunks', len(rows) >= 4)
    sys.path.insert(0, 'tests/support')
    from unsealed import unseal
    unseal('whole', 'open')
    for what, value, key in [('cut', rows[0][1][:-1], rows[0][2]), ('of another version', b'\x7f' + rows[0][1][1:], rows[0][2]), ('empty', b'', rows[0][2]),
                             ('too large', b'\x01\xff\xff\xff\xff\x7f' + rows[0][1][3:], rows[0][2]), ('of no day', rows[0][1], b'x'),
                             ('of no number', rows[0][1], rows[0][2][:-1] + b'x'), ('no event', b'\x01\x01' + rows[0][1][4:], rows[0][2])]:
        if os.path.exists('bad'):
            os.unlink('bad')
        with open('open', 'rb') as source, open('bad', 'wb') as copy:
            copy.write(source.read())
        with sqlite3.connect('bad') as db:
            db.execute('UPDATE item SET value = ?, key = ? WHERE id = ?', (value, key, rows[0][0]))
        db.close()
        for command in (('report', '-d', 'bad', '-o', '/dev/null', '-e', 'past'), ('merge', '--into', 'into', 'bad')):
            done = subprocess.run([PROGRAM, *command], capture_output=True, text=True, timeout=60)
            expect(f'{what}: {command}: exit {done.returncode}: {done.stderr}', done.returncode == 5 and 'is damaged: events cannot be read' in done.stderr and
                   done.stderr.count('\n') == 1)


source = os.getcwd()
with tempfile.TemporaryDirectory(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None) as work:
    PROGRAM = os.path.abspath(PROGRAM)
    sys.path[0] = os.path.join(source, 'tests/support')
    os.chdir(work)
    chance = random.Random(int(os.environ.get('SEED', '7')))
    windows(chance, ALL)
    windows(chance, ())
    for part in (forms, hosts, erased, missing, damaged):
        part(chance)
    os.chdir(source)
finish()
