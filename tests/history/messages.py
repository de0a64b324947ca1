#!/usr/bin/env python3
"""Messages over nights: whatever is deferred in one night and decided in another counts once, and a
report over some days says what a scan of the log of those days says."""
import json, os, random, subprocess, sys, tempfile

PROGRAM, faults = os.environ['BOUNCELOG'], 0
KEYS = ('messages', 'notifications', 'skipped', 'days', 'streams')
SENDERS = ('news@shop.example', 'bounces+1124-joe=example.com@shop.example', 'bounce-camp-77@mail.example',
           'prvs=0123456789=owner@mail.example', 'Sales@Shop.Example')


def fault(words):
    global faults
    faults += 1
    print('messages:', words)


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                          env={**os.environ, 'TZ': 'UTC', 'SOURCE_DATE_EPOCH': '1795478400'})
    if done.returncode:
        sys.exit(f'messages: {arguments}: exit {done.returncode}: {done.stderr}')
    return json.loads(done.stdout)


def mails(chance, days, expiries):
    """Lines with their time in minutes since 1 November; mail is tried again for up to three days."""
    lines = []
    for number in range(260):
        at, queue_id = chance.randrange(days * 1440), f'{0x20000000 + number:X}'
        def line(minute, program, words):
            lines.append((minute, len(lines), f'postfix/{program}[9]: {queue_id}: {words}\n'))
        line(at, 'cleanup', f'message-id=<{number}@shop.example>')
        line(at, 'qmgr', f'from=<{chance.choice(SENDERS)}>, size=9, nrcpt=1 (queue active)')
        recipient = f'u{number}@{chance.choice(("gmail.com", "outlook.com", "example.org"))}'
        for turn in range(chance.choice((0, 0, 1, 2, 3))):
            kind = chance.random()
            said = ('host mx.example.com[192.0.2.7] said: 450 4.2.0 Greylisted (in reply to RCPT TO command)'
                    if kind < .7 else 'delivery temporarily suspended: connect to mx.example.com[192.0.2.7]:25: Connection refused')
            relay = 'mx.example.com[192.0.2.7]:25' if kind < .7 else 'none'
            line(at, 'smtp' if kind < .7 else 'error',
                 f'to=<{recipient}>, relay={relay}, delay=1, delays=0/0/0/1, dsn=4.2.0, status=deferred ({said})')
            at += chance.choice((20, 300, 1440, 2000))
        end = chance.random()
        if end < .6:
            line(at, 'smtp', f'to=<{recipient}>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 OK)')
        elif end < .8:
            line(at, 'smtp', f'to=<{recipient}>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, '
                             'status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))')
        elif end < .9 and expiries:
            line(at, 'qmgr', f'from=<a@shop.example>, status=expired, returned to sender')
        if end < .9:
            line(at, 'qmgr', 'removed')
    return sorted(lines)


def text(lines, days, first, last):
    stamp = lambda minute: f'2026-11-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00+00:00 mx1 '
    return ''.join(stamp(minute) + words for minute, _, words in lines if first <= minute // 1440 < min(last, days))


def write(folder, name, words):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(words)
    return path


def compare(what, got, wanted, keys):
    for key in keys:
        if got[key] != wanted[key]:
            rows = lambda value: value if isinstance(value, list) else [value]
            only = lambda a, b: [row for row in rows(a) if row not in rows(b)][:3]
            fault(f'{what}: {key}: {only(got[key], wanted[key])}, not {only(wanted[key], got[key])}')


def tested(seed):
    chance, days = random.Random(seed), 9
    expiries = seed % 2  # whose are those of before a period, a scan of the period cannot know
    lines = mails(chance, days, expiries)
    with tempfile.TemporaryDirectory() as folder:
        history, cut = f'{folder}/history', chance.choice((0, 6, 17))
        for night in range(days + 1):
            part = [line for line in lines if night * 1440 - cut * 60 <= line[0] < (night + 1) * 1440 - cut * 60]
            run('scan', '--history', history, '--top', '1000', write(folder, f'night{night}.log', text(part, days, 0, days)))
        whole = run('scan', '--top', '1000', write(folder, 'whole.log', text(lines, days, 0, days)))
        report = run('report', '--history', history, '--top', '1000')
        compare(f'seed {seed}: all days', report, whole, KEYS)
        for first, last in () if expiries else ((2, 5), (4, 9), (0, 3), (7, 8)):
            # The log of these days, behind the lines that say who sent what: a scan would know no sender.
            before = [line for line in lines if line[0] // 1440 < first and 'from=<' in line[2] and 'status=' not in line[2]]
            after = [line for line in lines if first <= line[0] // 1440 < last]
            log = write(folder, 'part.log', text(before, days, 0, first) + text(after, days, first, last))
            wanted = run('scan', '--top', '1000', log)
            got = run('report', '--history', history, '--top', '1000', '--since', f'2026-11-{first + 1:02}',
                      '--until', f'2026-11-{last + 1:02}')
            # Lines of a night that tried nothing at all on a day count on the day beside it.
            compare(f'seed {seed}: days {first} to {last}', got, wanted, [key for key in KEYS if key != 'skipped'])


def by_hand(lines):
    with tempfile.TemporaryDirectory() as folder:
        return run('scan', '--timezone', 'UTC', write(folder, 'one.log', ''.join(lines)))['messages']


def same(what, got, **wanted):
    if {key: got[key] for key in wanted} != wanted:
        fault(f'{what}: {got}, not {wanted}')


def ends_without_a_word():
    """The queue is emptied by hand; an alias that could not be looked up turns out to be two people."""
    line = lambda minute, words, program='smtp': f'2026-11-03T03:{minute:02}:00+00:00 mx1 postfix/{program}[9]: 2ABCDEF01: {words}\n'
    waits = ('to=<a@gmail.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=4.2.0, status=deferred '
             '(host mx.example.com[192.0.2.7] said: 450 4.2.0 Greylisted (in reply to RCPT TO command))')
    same('it waits', by_hand([line(1, waits)]), total=1, waiting=1)
    same('postsuper -d', by_hand([line(1, waits), line(2, waits), line(3, 'removed', 'qmgr')]), total=0, waiting=0)
    alias = 'to=<all@shop.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.3.0, status=deferred (alias database unavailable)'
    final = lambda name: (f'to=<{name}@gmail.com>, orig_to=<all@shop.example>, relay=mx.example.com[192.0.2.7]:25, delay=1, '
                          'delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 OK)')
    same('an alias', by_hand([line(1, alias, 'local'), line(2, final('a')), line(2, final('b')), line(3, 'removed', 'qmgr')]),
         total=2, delivered=2, waiting=0)
    exim = lambda minute, words: f'2026-11-03 03:{minute:02}:00 1xVbZa-00002s-0P {words}\n'
    defer = '== a@gmail.com R=dnslookup T=remote_smtp defer (-44) H=mx.example.com [192.0.2.7]: SMTP error from remote mail server after RCPT TO:<a@gmail.com>: 450 4.2.0 Greylisted'
    not_yet = '== a@gmail.com R=local T=local_delivery defer (-52): Retry time not yet reached'
    same('exim -Mrm', by_hand([exim(1, defer), exim(2, 'removed by root'), exim(3, 'Completed')]), total=0, waiting=0)
    same('nothing was tried', by_hand([exim(1, not_yet)]), total=0)
    same('at the first try', by_hand([exim(1, not_yet), exim(2, '=> a@gmail.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7] C="250 OK"')]),
         total=1, delivered=1)


def sender_of_the_deferral():
    """Only the line that deferred it names the sender (Exim, `+sender_on_delivery`; the arrival was rotated away): what ends it,
    here or in the next night, ends it under the same name; what is made for each recipient is in no name."""
    named = {'News@Shop.Example': 'news@shop.example', 'news-7-222@shop.example': 'news-7@shop.example',
             'Bounces+7-joe=example.com@Shop.Example': 'bounces+7@shop.example',
             'prvs=0123456789=owner@mail.example': 'owner@mail.example', 'a@shop.example': 'a@shop.example'}
    ends = {'removed by root': None, '** joe@example.com: retry timeout exceeded': 'expired'}
    exim = lambda minute, words: f'2026-11-20 10:{minute:02}:05 1vQabd-0000000BBBB-0002 {words}\n'
    # So many senders between them that nothing is remembered of the first one but what the queue holds.
    between = ''.join(f'2026-11-20 10:10:05 1vQ{n:03}-0000000{n:04}-0003 => ok@example.com F=<u{n}@a.example> R=d T=remote_smtp '
                      'H=mx.example.com [192.0.2.1] C="250 OK"\n' for n in range(900))
    for sender, name in named.items():
        first = exim(0, f'== joe@example.com F=<{sender}> R=dnslookup T=remote_smtp defer (110): Connection timed out')
        for end, outcome in ends.items():
            last = exim(30, end) + exim(31, 'Completed')
            wanted = [(name, 1, 0)] if outcome else []
            for way in ('one run', 'many between', 'two nights'):
                with tempfile.TemporaryDirectory() as folder:
                    logs = [first + (between if way == 'many between' else '') + last] if way != 'two nights' else [first, last]
                    for number, words in enumerate(logs):
                        history = ['--history', f'{folder}/history'] if way == 'two nights' else []
                        got = run('scan', '--timezone', 'UTC', '--top', '2000', *history, write(folder, f'{number}.log', words))
                    got = run('report', '--history', f'{folder}/history', '--top', '2000') if way == 'two nights' else got
                    rows = [(row['name'], row['expired'], row['waiting']) for row in got['streams']
                            if row['kind'] == 'sender' and not row['name'].endswith('@a.example')]
                    if rows != wanted:
                        fault(f'{sender}, {end[:20]}, {way}: {rows}, not {wanted}')


def oldest_days_go():
    """Of messages that were deferred on a day that is not kept any more, nobody waits twice."""
    line = lambda day, number, status: (
        f'2026-11-{day:02}T03:00:00+00:00 mx1 postfix/smtp[9]: {0x30000000 + number:X}: to=<u{number}@gmail.com>, relay=mx[192.0.2.7]:25, '
        f'delay=1, delays=0/0/0/1, dsn={"2.0.0, status=sent (250 OK)" if status else "4.2.0, status=deferred (host mx[192.0.2.7] said: 450 4.2.0 Greylisted (in reply to RCPT TO command))"}\n')
    with tempfile.TemporaryDirectory() as folder:
        history = f'{folder}/history'
        run('scan', '--history', history, write(folder, 'a.log', ''.join(line(10, n, False) for n in range(100))))
        run('scan', '--history', history, write(folder, 'b.log', ''.join(
            [*(line(11, n, True) for n in range(100)), *(line(11, 200 + n, False) for n in range(40))])))
        same('both days', run('report', '--history', history)['messages'], total=140, delivered=100, waiting=40)
        done = subprocess.run([PROGRAM, 'history', 'prune', '--history', history, '--days', '13'], capture_output=True, text=True,
                              env={**os.environ, 'SOURCE_DATE_EPOCH': str(1795478400)})
        if done.returncode:
            fault(f'prune: exit {done.returncode}: {done.stderr}')
        report = run('report', '--history', history)
        same('the first one is gone', report['window'], first='2026-11-11T03:00:00Z')
        same('...and nothing else', report['messages'], total=140, delivered=100, waiting=40)


def more_senders_than_room():
    """Senders that come late have no counts of their own: a condition on one of them is not passed over."""
    said = 'said: 550 5.1.1 User unknown (in reply to RCPT TO command)'
    def mail(number, sender):
        start = f'2026-11-22T03:11:09+00:00 mx1 postfix/smtp[9]: {0x10000000 + number:X}: '
        return (f'{start.replace("smtp[", "qmgr[")}from=<{sender}>, size=9, nrcpt=1 (queue active)\n{start}to=<u@gmail.com>, '
                f'relay=mx[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx[192.0.2.7] {said})\n')
    with tempfile.TemporaryDirectory() as folder:
        log = write(folder, 'many.log', ''.join(mail(n, f'u{n:05}x@a.example' if n < 10010 else 'news@shop.example') for n in range(10020)))
        for name, words in (('news@shop.example', 'more than 10000 senders'), ('shop.example', 'holds: 100.00 %'), ('u00001x@a.example', 'holds: 100.00 %')):
            done = subprocess.run([PROGRAM, 'scan', '-o', '/dev/null', '--fail-on', f'stream:{name}/bounce_rate>5%', log], capture_output=True, text=True)
            if done.returncode != 1 or words not in done.stderr:
                fault(f'--fail-on of {name}: exit {done.returncode}: {done.stderr}')


more_senders_than_room()
sender_of_the_deferral()
ends_without_a_word()
oldest_days_go()
for seed in range(8):
    tested(seed)
print(f'messages: nights and periods say what a scan says; {faults} faults')
sys.exit(faults > 0)
