#!/usr/bin/env python3
"""Hosts that know different things of one address. Mail that one saw taken after another's bounce lets the address off, however many years earlier that host saw
mail, too; and whether what was taken may still come back is asked of all that is known, as one scan of all logs does."""
import itertools, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
import bounces
from checks import PROGRAM, expect, finish

JOE = ('joe@b.example', 'mx.b.example', '198.51.100.7')
SENT = ('2.0.0', 'sent', '250 2.0.0 Ok')
GONE = ('5.1.1', 'bounced', 'host mx.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)')


def run(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
    expect(f'{words}: exit {done.returncode}: {done.stderr}', done.returncode == 0)
    return done.stdout


def night(folder, host, date, *mails):
    """Twenty others took mail that day, so that its clock is believed."""
    mails = [(f'u{n}@a.example', SENT) for n in range(20)] + list(mails)
    path = f'{folder}/{host}-{date}.log'
    with open(path, 'w') as file:
        for n, (to, (dsn, status, text)) in enumerate(mails):
            ident = f'{int(date.replace("-", "")) * 100 + n:X}'
            file.write(f'{date}T03:00:{n:02}+00:00 {host} postfix/smtp[9]: {ident}: to=<{to}>, relay=mx.example[192.0.2.1]:25, '
                       f'delay=1, delays=0/0/0/1, dsn={dsn}, status={status} ({text})\n')
    run('scan', '--force', '-d', f'{folder}/{host}.db', '-o', '/dev/null', path)


def taken(day, host):
    """Mail to joe, which his server takes."""
    return bounces.postfix(day, f'<m{day}.{host}@shop.example>', [JOE], day=day, hour=8, host=host)


def refused(day, host):
    lines = taken(day, host)
    lines[3] = lines[3].replace('dsn=2.0.0, status=sent (250 2.0.0 Ok)', f'dsn=5.1.1, status=bounced ({GONE[2]})')
    return lines


def whole(folder, logs, mails):
    """By host: what one scan of all logs and mails lists, and what the merged histories of the hosts do, in any order."""
    for host, lines in logs.items():
        with open(f'{folder}/{host}.log', 'w') as file:
            file.write('\n'.join(lines) + '\n')
        bounces.maildir(f'{folder}/{host}.box', mails.get(host, []))
        bounces.maildir(f'{folder}/all.box', [mail for some in mails.values() for mail in some])
        run('scan', '--force', '--timezone', 'UTC', '--year', '2026', '-d', f'{folder}/{host}.db', '-o', '/dev/null', '--mail', f'{folder}/{host}.box', f'{folder}/{host}.log')
    run('scan', '--force', '--timezone', 'UTC', '--year', '2026', '-s', f'{folder}/one.txt', '-o', '/dev/null', '--mail', f'{folder}/all.box', *(f'{folder}/{host}.log' for host in logs))
    with open(f'{folder}/one.txt') as file:
        want = file.read().split()
    for order in itertools.permutations(logs):
        yield want, listed(folder, *order)


def listed(folder, *hosts):
    path = f'{folder}/{"-".join(hosts)}.db'
    run('merge', '--into', path, *(f'{folder}/{host}.db' for host in hosts))
    return run('suppress', '-d', path).split()


with tempfile.TemporaryDirectory() as folder:
    night(folder, 'mx1', '2026-11-20', ('joe@a.example', GONE), ('ann@a.example', GONE), ('old@a.example', SENT))
    for year in (2003, 2005, 2012, 2026):
        night(folder, f'old{year}', f'{year}-11-19', ('joe@a.example', SENT), ('old@a.example', GONE), ('gone@a.example', GONE))
        night(folder, f'old{year}', '2026-11-21', ('joe@a.example', SENT))
        for hosts in (('mx1', f'old{year}'), (f'old{year}', 'mx1')):
            got = listed(folder, *hosts)
            expect(f'{hosts}: {got}', got == ['ann@a.example', 'gone@a.example'])
    # Who took mail nowhere since is listed, wherever the mail before was taken.
    night(folder, 'mx2', '2004-11-19', ('joe@a.example', SENT), ('gone@a.example', GONE))
    expect('joe took mail in 2004 alone', 'joe@a.example' in listed(folder, 'mx1', 'mx2'))

came_back = bounces.dsn(JOE[0], '<m20.mx1@shop.example>', JOE[1:], date=bounces.TIME.replace('Sun, 22', 'Fri, 20')).replace(bounces.TIME, 'Fri, 20 Nov 2026 10:00:00 +0000')
for what, logs, want in (('the bounce by mail is the last word but the mail', {'mx1': taken(20, 'mx1'), 'mx3': taken(23, 'mx3')}, [JOE[0]]),
                         ('a later bounce is one of the host itself', {'mx1': taken(20, 'mx1'), 'mx2': refused(22, 'mx2'), 'mx3': taken(23, 'mx3')}, []),
                         ('that was before', {'mx1': taken(20, 'mx1'), 'mx2': refused(19, 'mx2'), 'mx3': taken(23, 'mx3')}, [JOE[0]])):
    with tempfile.TemporaryDirectory() as folder:
        for one, merged in whole(folder, logs, {'mx1': [came_back]}):
            expect(f'{what}: one scan lists {one}, the hosts {merged}', one == merged == want)

finish()
