#!/usr/bin/env python3
"""What changes the meaning of counts is kept in the history: a run with another set of it is refused by name (exit 2), and nothing is
read, written or lost; a run with the same one, however it is written, goes on. And days: lines are counted on the day of their own.

$BOUNCELOG is the program."""
import json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish
from unsealed import unseal

NONE = []
NEWS, ALERTS = ['--sender', '*@news.example'], ['--sender', '*@alerts.example']
# The first run of a history, a later one, and whether the later one counts the same mail.
PAIRS = [(NONE, NONE, True), (NEWS, NEWS, True), (NEWS + ALERTS, ALERTS + NEWS, True), (NEWS + NEWS, NEWS, True), (['--sender', ''], ['--sender', ''], True),
         (['--inbound'], ['--inbound'], True), (['--mta', 'postfix'], ['--mta', 'postfix'], True), (['--mta', 'auto'], NONE, True),
         (['--host', 'mx1'], ['--host', 'mx1'], True), (['--filter-transports', 'amavis', '--filter-transports', 'scan'],
                                                         ['--filter-transports', 'scan', '--filter-transports', 'amavis'], True),
         (NONE, ['--relays', 'relay.example.com'], True), (NEWS, [*NEWS, '--top', '5', '--jobs', '1'], True), (NONE, ['--timezone', 'UTC'], True),
         (NONE, NEWS, False), (NEWS, NONE, False), (NEWS, ALERTS, False), (NEWS, NEWS + ALERTS, False), (NONE, ['--sender', ''], False),
         (['--sender', ''], NONE, False), (NONE, ['--inbound'], False), (['--inbound'], NONE, False), (['--inbound'], ['--inbound', *NEWS], False),
         (NONE, ['--mta', 'postfix'], False), (['--mta', 'postfix'], ['--mta', 'exim'], False), (NONE, ['--host', 'mx1'], False),
         (['--host', 'mx1'], ['--host', 'mx2'], False), (NONE, ['--filter-transports', 'amavis'], False),
         (['--filter-transports', 'amavis'], ['--filter-transports', 'amavis', '--filter-transports', '127.0.0.1'], False),
         (['--sender', "o'neil@news.example"], ['--sender', 'o'], False), (['--sender', 'a\x1b[31m@news.example'], NONE, False)]


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=60)
    expect(f'{arguments}: exit {done.returncode}: {done.stderr[:400]}', code in (None, done.returncode))
    return done.stdout.decode(), done.stderr.decode()


def write(name, *lines, mode='w'):
    with open(name, mode) as log:
        log.write(''.join(lines))


def mail(day, second, who, sender='n@news.example', hour=3, words='dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown)'):
    at, key = f'2026-11-{day:02d}T{hour:02d}:{second // 60:02d}:{second % 60:02d}Z mx1 postfix', f'{day * 90000 + hour * 3600 + second + 0x1000000:X}'
    return (f'{at}/qmgr[1]: {key}: from=<{sender}>, size=9, nrcpt=1 (queue active)\n{at}/smtp[9]: {key}: to=<{who}>, '
            f'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words}\n')


def content(name):
    with open(name, 'rb') as file:
        return file.read()


def pairs():
    for number, (first, later, same) in enumerate(PAIRS):
        log, db = f'{number}.log', f'{number}.db'
        write(log, mail(1, 1, 'a@example.com'), mail(1, 2, 'b@example.com', 'x@alerts.example'), mail(1, 3, 'c@example.com', ''))
        run('scan', '-d', db, '-o', 'out', *first, log)
        before = content(db)
        write(log, mail(2, 1, 'd@example.com'), mail(2, 2, 'e@example.com', 'x@alerts.example'), mode='a')
        for name in ('out', 'list'):
            if os.path.exists(name):
                os.unlink(name)
        _, said = run('scan', '-d', db, '-o', 'out', '-s', 'list', *later, log, code=0 if same else 2)
        expect(f'{first} then {later}: {said!r}', os.path.exists('out') == same)
        if same:
            continue
        names = [option for option in first if option.startswith('--')] or ['all mail']
        expect(f'{first} then {later}: {said!r}', said.count('\n') == 1 and all(f'made with {names[0]}' in said or name in said for name in names) and
               '--accept-change' in said and '\x1b' not in said and content(db) == before and not os.path.exists('list'))
        run('scan', '-d', db, '-o', 'out', '--dry-run', *later, log, code=2)
        run('scan', '-d', db, '-o', 'out', '--accept-change', *later, log)
        run('scan', '-d', db, '-o', 'out', *later, log)
        run('scan', '-d', db, '-o', 'out', *first, log, code=2)


def others():
    """Nothing was read yet; the first run was taken back; the history is of before; it is another host's."""
    write('empty.log', '')
    run('scan', '-d', 'new', '-o', 'out', *NEWS, 'empty.log')
    run('scan', '-d', 'new', '-o', 'out', '0.log')
    run('scan', '-d', 'new', '-o', 'out', *NEWS, '0.log', code=2)
    run('history', 'undo', '-d', 'new', '2')
    run('scan', '-d', 'new', '-o', 'out', *NEWS, '0.log')
    expect('show', "made with  --sender '*@news.example'\n" in run('history', 'show', '-d', 'new')[0])
    run('scan', '-d', 'old', '-o', 'out', '0.log')
    unseal('old')
    run('history', 'undo', '-d', 'old', '1')
    run('merge', '--into', 'all', 'new')
    write('host.log', mail(5, 1, 'h@example.com').replace('mx1', 'mx9'))
    run('scan', '-d', 'all', '-o', 'out', '--inbound', 'host.log')
    run('scan', '-d', 'all', '-o', 'out', 'host.log', code=2)
    run('report', '-d', 'all')
    run('suppress', '-d', 'all')
    run('scan', '--accept-change', '-o', 'out', 'host.log', code=2)


FINE = 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'
NOISE = 'mx1 CRON[1]: (root) CMD (true)'


def days():
    """Logs over several days, of which each chunk holds more than one: each day has its own lines, in one run or in nights, by any number of
    threads. What is written between two deliveries is of the day of the first one; the lines of a message's beginning go with what follows."""
    def check(what, db, wanted):
        for day, lines in wanted.items():
            got = json.loads(run('report', '-d', db, '--since', f'2026-11-{day:02d}', '--until', f'2026-11-{day + 1:02d}')[0])
            expect(f'{what}: the {day}th: {got["lines"]}, {got["attempts"]["total"]} attempts, not {lines}',
                   got['lines']['delivery'] == got['attempts']['total'] == lines[0] and got['lines']['unparsed'] == got['unparsed']['count'] == lines[1] and
                   sum(got['lines'][name] for name in ('delivery', 'context', 'other', 'unparsed')) == got['lines']['total'] and
                   all(f'T{day}' in sample['text'] for sample in got['unparsed']['samples']))
        return [json.loads(run('report', '-d', db, '--since', f'2026-11-{day:02d}', '--until', f'2026-11-{day + 1:02d}')[0])['lines'] for day in wanted]

    shapes = {'one each': {day: (1, 0) for day in range(2, 12)}, 'many': {day: (50 * day, day % 5) for day in range(2, 12)}, 'gaps': {2: (5, 1), 5: (7, 0), 11: (1, 2)},
              'one day': {7: (300, 3)}, 'a long one': {3: (6000, 2), 4: (1, 1), 5: (7000, 0)}}
    for name, shape in shapes.items():
        name = name.replace(' ', '-')
        parts = []
        for day, (deliveries, strange) in shape.items():
            text = ''.join(mail(day, second % 3600, f'u{second}@example.com', words=FINE if second % 5 else mail.__defaults__[2], hour=second // 3600)
                           for second in range(deliveries))
            parts.append(text + ''.join(f'2026-11-{day:02d}T23:59:5{n}Z mx1 postfix/smtp[9]: 4XT{day}bcd{n}: to=<x@example.com>, what={n}\n' for n in range(strange)))
        write(f'{name}.log', f'2026-11-01T00:00:00Z {NOISE}\n', *parts)
        seen = []
        for jobs in ('1', '4'):
            run('scan', '-d', f'{name}-{jobs}', '-o', 'out', '-j', jobs, f'{name}.log', code=None)
            seen.append(check(name, f'{name}-{jobs}', shape))
        write(f'{name}.nights')
        for number, part in enumerate(parts):
            write(f'{name}.nights', part, mode='a')
            run('scan', '-d', f'{name}-nights', '-o', 'out', '--force', f'{name}.nights', code=None)
        check(f'{name} in nights', f'{name}-nights', shape)
        expect(f'{name}: threads', seen[0] == seen[1])


with tempfile.TemporaryDirectory(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None) as work:
    os.chdir(work)
    pairs()
    others()
    days()
    os.chdir('/')
finish(f'{len(PAIRS)} pairs')
