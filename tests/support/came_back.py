"""Scans a log with a mailbox beside it, and says what the mails have changed."""
import json, random, subprocess

import bounces
from bounces import dsn
from checks import PROGRAM, expect, fault

JOE, ANN, BOB = ('joe@b.example', 'mx.b.example', '198.51.100.7'), ('ann@c.example', 'mx.c.example', '203.0.113.7'), ('bob@gmail.com', 'gmail-smtp-in.l.google.com', '142.250.27.27')
OTHERS = ('evil.example', '198.18.0.66')


def scan(folder, lines, mails, *more, store=bounces.maildir):
    box, logs = f'{folder}/box{random.random()}', []
    store(box, mails)
    for number, log in enumerate(lines if isinstance(lines[0], list) else [lines]):
        logs.append(f'{folder}/{number}.log')
        with open(logs[-1], 'w') as file:
            file.write('\n'.join(log) + '\n')
    done = subprocess.run([PROGRAM, 'scan', '--year', '2026', '--mail', box, '-e', f'{folder}/events', '-s', f'{folder}/list', '--force', *more, *logs], capture_output=True, text=True)
    if done.returncode or done.stderr:
        fault(f'exit {done.returncode}, {done.stderr}')
        return None
    summary = json.loads(done.stdout)
    summary['list'] = open(f'{folder}/list').read().split()
    summary['late'] = [event for event in map(json.loads, open(f'{folder}/events')) if event['proof']]
    return summary


def figures(summary):
    return {'list': summary['list'], 'delivered': summary['messages']['delivered'], 'bounced': summary['messages']['bounced'],
            'later': summary['attempts']['bounced_later'], 'complained': summary['attempts']['complained'], 'unproven': summary['mail']['unproven'],
            'total': summary['attempts']['total']}


def check(what, summary, **want):
    if not summary:
        return fault(f'{what}: no summary')
    have = {key: value for key, value in figures(summary).items() if key in want}
    expect(f'{what}: {have}, not {want}', have == want)


def forgeries(folder, lines, mails, *more):
    clean = figures(scan(folder, lines, [], *more))
    clean.pop('unproven')
    for number, mail in enumerate(mails):
        summary = scan(folder, lines, [mail], *more)
        if not summary:
            fault(f'forgery {number}')
            continue
        have = figures(summary)
        have.pop('unproven')
        expect(f'forgery {number} changes {have}:\n{mail[:900]}', have == clean and not summary['suppress'] and not summary['held'])
        expect(f'forgery {number} is no event of its own', all(event['proof'] == 'unproven' and event['action'] == 'none' for event in summary['late']))
    check('all of them at once', scan(folder, lines, mails, *more), **clean)
    proven = dsn(JOE[0], '<n8@shop.example>', JOE[1:])
    added = lines + bounces.postfix(8, '<n8@shop.example>', [JOE])
    check('all of them, and a true one', scan(folder, added, [*mails, proven], *more), list=[JOE[0]], later=1, delivered=clean['delivered'], bounced=1)
