#!/usr/bin/env python3
"""Whom each list has: an MTA's the dead alone, a mailing tool's those as well that may wake up or complained; --tier; with --delta, also
where an address goes from one tier to another."""
import json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
import bounces
from bounces import complaint
from checks import PROGRAM, expect, finish

DEAD, DISABLED, FULL, SPAM = 'dead@b.example', 'off@b.example', 'full@b.example', 'no@b.example'
REPLY = {DEAD: ('5.1.1', 'bounced', '550 5.1.1 User unknown'), DISABLED: ('5.2.1', 'bounced', '550 5.2.1 The account is disabled'),
         FULL: ('4.2.2', 'deferred', '452 4.2.2 Mailbox is full')}
FOR_ALL = 'postfix', 'postfix-transport', 'exim', 'sendmail'
FOR_LISTS = 'plain', 'json', 'csv', 'listmonk', 'listmonk-webhook', 'ses-csv', 'ses-json', 'mailgun-csv', 'mailgun-json', 'sparkpost', 'sendgrid', 'mautic', 'email-csv'


def line(day, number, who, reply=None):
    dsn, status, words = reply or REPLY[who]
    return (f'Nov {day:2d} 03:00:{number:02d} mx1 postfix/smtp[9]: {0x30000000 + day * 100 + number:X}: to=<{who}>, relay=mx.b.example[198.51.100.7]:25, delay=1, '
            f'delays=0/0/0/1, dsn={dsn}, status={status} (host mx.b.example[198.51.100.7] said: {words} (in reply to RCPT TO command))')


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    expect(f'{arguments}: exit {done.returncode}, {done.stderr}', done.returncode == code)
    return done


def has(path, *addresses):
    text = open(path).read() if os.path.exists(path) else ''
    return {address for address in (DEAD, DISABLED, FULL, SPAM) if address in text} == set(addresses)


def write(path, lines):
    with open(path, 'w') as file:
        file.write('\n'.join(lines) + '\n')


def formats(folder):
    log, box = f'{folder}/mail.log', f'{folder}/box'
    write(log, [line(2, 1, FULL), line(8, 1, FULL), line(20, 1, FULL), line(20, 2, DEAD), line(20, 3, DISABLED),
                *bounces.postfix(7, '<n1@shop.example>', [(SPAM, 'mx.b.example', '198.51.100.7')], day=20)])
    bounces.maildir(box, [complaint(SPAM, '<n1@shop.example>', ('mx.b.example', '198.51.100.7')).replace('22 Nov', '20 Nov')])
    lists = [f'{folder}/{name}' for name in (*FOR_ALL, *FOR_LISTS)]
    scan = ['scan', '--year', '2026', '--mail', box, *(word for path in lists for word in ('-s', f'{path}:{os.path.basename(path)}'))]
    summary = json.loads(run(*scan, log).stdout)
    tiers = {entry['address']: entry['tier'] for entry in summary['suppress']}
    expect(f'tiers: {tiers}', tiers == {DEAD: 'dead', DISABLED: 'bulk', FULL: 'bulk', SPAM: 'bulk'})
    for name in FOR_ALL:
        expect(f'{name} has the dead alone', has(f'{folder}/{name}', DEAD))
    for name in FOR_LISTS:
        expect(f'{name} has all', has(f'{folder}/{name}', DEAD, DISABLED, FULL, SPAM))
    expect('SES is told of the complaint', f'{SPAM},COMPLAINT' in open(f'{folder}/ses-csv').read() and f'{DEAD},BOUNCE' in open(f'{folder}/ses-csv').read())
    for tier, want in {'dead': [DEAD], 'bulk': [DISABLED, FULL, SPAM], 'dead,bulk': [DEAD, DISABLED, FULL, SPAM], 'watch': [], 'all': [DEAD, DISABLED, FULL, SPAM]}.items():
        run(*scan, '--tier', tier, '-o', '/dev/null', '--force', log)
        for name in (*FOR_ALL, *FOR_LISTS):
            expect(f'--tier {tier}: {name}', has(f'{folder}/{name}', *want))
    done = run(*scan, '--tier', 'deaf', log, code=2)
    expect(f'--tier deaf: {done.stderr}', done.stderr == "bouncelog: --tier 'deaf': expected dead, bulk, watch or all\n")


def nights(folder):
    """FULL is full for weeks, then dead: it comes on the list of an MTA on that day; DISABLED is dead first, and then only disabled."""
    history, dead, all = f'{folder}/h.db', f'{folder}/dead.map', f'{folder}/all.txt'
    unknown = ('5.1.1', 'bounced', '550 5.1.1 User unknown')
    steps = [([line(2, 1, FULL), line(2, 2, DISABLED, unknown)], [DISABLED], [], [DISABLED], []), ([line(9, 1, FULL)], [], [], [], []),
             ([line(20, 1, FULL), line(20, 2, DISABLED)], [], [DISABLED], [FULL], []), ([line(24, 1, FULL, unknown)], [FULL], [], [], [])]
    for night, (lines, new, gone, listed, off) in enumerate(steps):
        log = f'{folder}/night{night}.log'
        write(log, lines)
        run('scan', '--timezone', 'UTC', '--year', '2026', '-d', history, '--delta', '--force', '-s', f'{dead}:postfix', '-s', all, '-o', '/dev/null', log)
        for path, want in ((dead, new), (f'{dead}.removed', gone), (all, listed), (f'{all}.removed', off)):
            expect(f'night {night}: {os.path.basename(path)} has {want}: {open(path).read()!r}', has(path, *want))
    run('suppress', '-d', history, '-s', f'{folder}/whole:postfix')
    expect('the whole list of the MTA', has(f'{folder}/whole', FULL))


with tempfile.TemporaryDirectory() as folder:
    formats(folder)
    nights(folder)
finish()
