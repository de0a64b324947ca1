#!/usr/bin/env python3
"""`timeline`: the hours in order, without a bound, also those in which nothing was tried; of a long gap its first and its last hour; the same from a history."""
import datetime, json, random, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

HOUR, ZERO = datetime.timedelta(hours=1), dict(count=0, delivered=0, deferred=0, bounced=0, expired=0)
START = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
name = lambda time: time.strftime('%Y-%m-%dT%H:00:00Z')


def line(time, number):
    outcome, dsn, words = random.choice((('sent', '2.0.0', '250 2.0.0 Ok'), ('deferred', '4.2.2', 'host mx.d.example[192.0.2.1] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)'),
                                         ('bounced', '5.1.1', 'host mx.d.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)')))
    return (f'{time:%Y-%m-%dT%H:%M:%S}+00:00 mx1 postfix/smtp[7]: {0x40000000 + number:X}: to=<u{number}@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, '
            f'dsn={dsn}, status={outcome} ({words})\n')


def run(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
    expect(f'{words}: exit {done.returncode}: {done.stderr}', done.returncode == 0)
    return json.loads(done.stdout)


def rows_of(hours):
    """From the ranking of all hours, as the schema says it."""
    rows, before = [], None
    for hour in sorted(hours, key=lambda hour: hour['name']):
        time = datetime.datetime.fromisoformat(hour['name'].replace('Z', '+00:00'))
        empty = [before + HOUR * n for n in range(1, (time - before) // HOUR)] if before else []
        for gap in empty if len(empty) <= 24 else (empty[0], empty[-1]):
            rows.append(dict(time=name(gap), **ZERO))
        rows.append(dict(time=hour['name'], **{key: hour[key] for key in ZERO}))
        before = time
    return rows


with tempfile.TemporaryDirectory() as folder:
    random.seed(7)
    for gaps in ([], [1], [2], [24], [25], [26], [27], [2000], [3, 1, 1, 25, 26, 27, 7]):
        hours, at = [0], 0
        for gap in gaps:
            at += gap
            hours.append(at)
        times = sorted(START + HOUR * hour + datetime.timedelta(seconds=random.randrange(3600)) for hour in hours for _ in range(random.randrange(1, 9)))
        lines = [line(time, number) for number, time in enumerate(times)]
        with open(f'{folder}/log', 'w') as file:
            file.writelines(lines)
        whole = run('scan', '--force', '--top', '5000', f'{folder}/log')
        want = rows_of(whole['hours'])
        expect(f'gaps {gaps}: {whole["timeline"]}, not {want}', whole['timeline'] == want and len(want) >= len(gaps) + 1)
        expect(f'gaps {gaps}: the sums', sum(row['count'] for row in want) == whole['attempts']['total'] == len(times))
        expect(f'gaps {gaps}: --top bounds it', run('scan', '--force', '--top', '1', f'{folder}/log')['timeline'] == want)
        history = f'{folder}/db{len(gaps)}{sum(gaps)}'
        for part in range(2):
            with open(f'{folder}/part{part}-{history[-5:].replace("/", "-")}', 'w') as file:
                file.writelines(lines[part::2])
            run('scan', '--force', '-d', history, file.name)
        expect(f'gaps {gaps}: a report', run('report', '-d', history)['timeline'] == want)
    with open(f'{folder}/none', 'w') as file:
        file.write('2026-03-01T00:00:00+00:00 mx1 postfix/qmgr[7]: 40000000: removed\n')
    expect('no attempt, no hour', run('scan', f'{folder}/none')['timeline'] == [])
finish()
