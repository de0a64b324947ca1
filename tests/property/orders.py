#!/usr/bin/env python3
"""The list is what happened, not the order in which it was read.

Messages of several logs are dealt to files, the files to nights and hosts, and all is read in any order: one scan, nights into one
history, histories that are merged. Each way gives the same list. usage: orders.py [ways]; $BOUNCELOG is the program."""
import json, os, random, shutil, subprocess, sys, tempfile

PROGRAM, WAYS = os.environ['BOUNCELOG'], int(sys.argv[1]) if len(sys.argv) > 1 else 60
DAYS, PEOPLE = 45, 70
NO = {'dead': ('5.1.1', 'bounced', '550 5.1.1 User unknown'), 'full': ('4.2.2', 'deferred', '452 4.2.2 Mailbox is full'),
      'gone': ('5.4.4', 'bounced', None)}
faults = 0


def line(host, second, number, who, answer):
    stamp = f'2026-{8 + second // 86400 // 30:02d}-{1 + second // 86400 % 30:02d}T{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z'
    domain = who.split('@')[1]
    head = f'{stamp} {host} postfix/smtp[7]: {0x10000000 + number:X}: to=<{who}>, '
    if answer == 'gone':
        return head + f'relay=none, delay=1, delays=0/0/0/1, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name={domain} type=A: Host not found)\n'
    relay = f'mx.{domain}[192.0.2.7]'
    if not answer:
        return head + f'relay={relay}:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n'
    dsn, status, words = NO[answer]
    return head + f'relay={relay}:25, delay=1, delays=0/0/0/1, dsn={dsn}, status={status} (host {relay} said: {words} (in reply to RCPT TO command))\n'


def world(rnd):
    """Lines of two hosts with their days: mailboxes that live, die, come back, are full, at domains of which one goes away."""
    lines, number = [], 0
    for n in range(PEOPLE):
        domain = 'away.example' if n % 10 == 9 else f'd{n % 4}.example'
        who, turns = f'u{n}@{domain}', sorted(rnd.sample(range(DAYS), 2))
        kind = rnd.choice(['lives', 'dies', 'back', 'full', 'mixed', 'never'])
        for day in range(n % 3, DAYS, rnd.choice([1, 2, 5])):
            number += 1
            after, between = day >= turns[0], turns[0] <= day < turns[1]
            answer = {'lives': None, 'dies': 'dead' if after else None, 'back': 'dead' if between else None, 'full': 'full' if between else None,
                      'mixed': rnd.choice([None, None, 'dead', 'full']), 'never': 'dead'}[kind]
            if domain == 'away.example' and day > 20:
                answer = 'gone'
            # Now and then two hosts at the same second, one of which delivers.
            second = day * 86400 + rnd.choice([rnd.randrange(86400), 43200])
            lines.append((day, rnd.choice(['mx1', 'mx2']), second, number, who, answer))
            if rnd.random() < 0.03:
                number += 1
                lines.append((day, 'mx2', second + rnd.choice([0, 0, 3600, -3600]) % 86400, number, who, rnd.choice([None, 'dead'])))
    return [(day, host, line(host, second, number, who, answer)) for day, host, second, number, who, answer in lines]


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True)
    if done.returncode not in (0, 8):
        sys.exit(f'orders: {arguments[0]}: exit {done.returncode}: {done.stderr.decode()[:300]}')
    return done.stdout


def listed(text):
    summary = json.loads(text)
    return sorted(row['address'] for row in summary['suppress']), sorted(row['domain'] for row in summary['suppress_domains'])


def deal(rnd, lines, folder):
    """Files by host and stretch of days, each in the order of time: what a host writes."""
    files = []
    for host in ('mx1', 'mx2'):
        cuts = sorted({0, DAYS, *rnd.sample(range(1, DAYS), rnd.randrange(5))})
        for first, end in zip(cuts, cuts[1:]):
            path = f'{folder}/{host}-{first}.log'
            with open(path, 'w') as file:
                file.writelines(sorted(text for day, where, text in lines if where == host and first <= day < end))
            files.append(path)
    return files


def way(rnd, lines, folder):
    files = deal(rnd, lines, folder)
    rnd.shuffle(files)
    kind = rnd.choice(['scan', 'nights', 'merge'])
    if kind == 'scan':
        return kind, run('scan', *files)
    if kind == 'nights':
        while files:
            count = rnd.randrange(1, 4)
            run('scan', '-d', f'{folder}/db', '-o', f'{folder}/out', *files[:count])
            files = files[count:]
        return kind, run('report', '-d', f'{folder}/db')
    for host in ('mx1', 'mx2'):
        for path in [path for path in files if os.path.basename(path).startswith(host)]:
            run('scan', '-d', f'{folder}/{host}.db', '-o', f'{folder}/out', path)
    histories = [f'{folder}/mx1.db', f'{folder}/mx2.db']
    rnd.shuffle(histories)
    run('merge', '--into', f'{folder}/all', *histories)
    return kind, run('report', '-d', f'{folder}/all')


def main():
    global faults
    seed, kinds = int(os.environ.get('SEED', '1')), {}
    with tempfile.TemporaryDirectory() as work:
        for n in range(WAYS):
            lines = world(random.Random(seed * 1000 + n // 10)) # ten ways of each world
            if n % 10 == 0:
                os.mkdir(f'{work}/{n}')
                rnd = random.Random(n)
                want = listed(run('scan', *sorted(deal(rnd, lines, f'{work}/{n}'))))
            folder = f'{work}/{n}/way'
            os.makedirs(folder)
            kind, text = way(random.Random(seed * 100000 + n), lines, folder)
            kinds[kind] = kinds.get(kind, 0) + 1
            got = listed(text)
            if got != want:
                faults += 1
                print(f'orders: way {n}, {kind}: missing {sorted(set(want[0]) - set(got[0]))[:5]}, more {sorted(set(got[0]) - set(want[0]))[:5]}, '
                      f'domains {got[1]}, not {want[1]}')
            if len(want[0]) < 10:
                faults += 1
                print(f'orders: only {len(want[0])} are listed in world {n // 10}')
            shutil.rmtree(f'{work}/{n}', ignore_errors=True)
    print(f'orders: {kinds}, {faults} faults')
    sys.exit(bool(faults))


main()
