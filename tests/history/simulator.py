#!/usr/bin/env python3
"""Ninety days of mail to known mailboxes, night after night: who is listed, and when.

Living mailboxes, dead ones, disabled ones, full ones that are emptied in time, ones that stay full, domains that vanish, and a
provider that for six hours answers "user unknown" to everybody. No living mailbox may ever be listed; dead ones within the time
that the policy gives. $BOUNCELOG is the program."""
import json, os, random, subprocess, sys, tempfile

PROGRAM, DAYS = os.environ['BOUNCELOG'], 90
PEOPLE = {'alive': 1500, 'dead': 120, 'disabled': 60, 'full': 40, 'busy': 40, 'gone': 12}
DOMAINS = ['gmail.com', 'big.example', 'small.example', 'other.example']
OUTAGE_DAY, OUTAGE_DOMAIN, OUTAGE_HOURS = 60, 'big.example', range(9, 15)
SAYS = {
    'dead': '550 5.1.1 <{0}>: Recipient address rejected: User unknown',
    'disabled': '550 5.2.1 The email account that you tried to reach is disabled',
    'full': '452 4.2.2 The mailbox is over quota',
    'outage': '550 5.1.1 <{0}>: User unknown',
}


class Person:
    def __init__(self, kind, number, rnd):
        self.kind, self.domain = kind, rnd.choice(DOMAINS)
        if kind == 'gone':
            self.domain = f'gone{number % 3}.example'
        self.address = f'{kind}{number}@{self.domain}'
        self.since = rnd.randrange(5, 60) # until then the mailbox lives
        if kind == 'gone': # with all others of its domain
            self.since = 20 + 10 * (number % 3)
        self.full = (rnd.randrange(5, 70), rnd.randrange(2, 10)) # of a busy one: from, for so many days
        self.every = rnd.choice([1, 1, 2, 3])
        self.listed_on = None

    def answer(self, day, hour):
        if day == OUTAGE_DAY and hour in OUTAGE_HOURS and self.domain == OUTAGE_DOMAIN:
            return 'outage'
        if self.kind == 'busy':
            return 'full' if self.full[0] <= day < sum(self.full) else None
        return self.kind if self.kind != 'alive' and day >= self.since else None


def line(day, second, number, person, answer):
    stamp = f'2026-{7 + day // 30:02d}-{1 + day % 30:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z'
    head = f'{stamp} mx1 postfix/smtp[7]: {number + 0x10000000:X}: to=<{person.address}>, relay='
    relay = f'mx.{person.domain}[192.0.2.7]'
    if answer is None:
        return f'{head}{relay}:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n'
    if answer == 'gone':
        return (f'{head}none, delay=1, delays=0/0/0/1, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for '
                f'name={person.domain} type=A: Host not found)\n')
    words = SAYS[answer].format(person.address)
    status = f'dsn={words.split()[1]}, status={"deferred" if words[0] == "4" else "bounced"}'
    return f'{head}{relay}:25, delay=1, delays=0/0/0/1, {status} (host {relay} said: {words} (in reply to RCPT TO command))\n'


def main():
    rnd, faults, number = random.Random(int(os.environ.get('SEED', '1'))), [], 0
    people = [Person(kind, n, rnd) for kind, count in PEOPLE.items() for n in range(count)]
    by_address = {person.address: person for person in people}
    held_days, mailed = set(), 0
    with tempfile.TemporaryDirectory() as work:
        log, db, list_file = f'{work}/mail.log', f'{work}/history', f'{work}/list'
        for day in range(DAYS):
            lines = []
            for person in people:
                if person.listed_on is not None and person.kind != 'alive' or day % person.every:
                    continue # the mailing tool takes the list
                second = rnd.randrange(86400)
                lines.append((second, person, person.answer(day, second // 3600)))
            with open(log, 'a') as file:
                for second, person, answer in sorted(lines, key=lambda row: row[0]):
                    file.write(line(day, second, number, person, answer))
                    number += 1
            mailed += len(lines)
            # Every night, and a restart in between: half of the days are read a day later.
            if day % 2 and day != DAYS - 1 and rnd.random() < 0.3:
                continue
            done = subprocess.run([PROGRAM, 'scan', '-d', db, '-s', list_file, log], capture_output=True)
            if done.returncode:
                sys.exit(f'simulator: exit {done.returncode}: {done.stderr.decode()[:300]}')
            summary = json.loads(done.stdout)
            if summary['held']:
                held_days.add(day)
            now = {row['address'] for row in summary['suppress']}
            for address in now:
                person = by_address[address]
                if person.listed_on is None:
                    person.listed_on = day
                    if person.kind in ('alive', 'busy') or day < person.since:
                        faults.append(f'{address} lives and is listed on day {day}')
    allowed = {'dead': 4, 'disabled': 4, 'full': 22, 'gone': 12}
    found = {kind: [0, 0] for kind in allowed}
    for person in people:
        if person.kind not in allowed or person.since + allowed[person.kind] >= DAYS:
            continue
        found[person.kind][1] += 1
        found[person.kind][0] += person.listed_on is not None and person.listed_on <= person.since + allowed[person.kind]
    total = [sum(row[i] for row in found.values()) for i in (0, 1)]
    print(f'simulator: {mailed} mails, {len(faults)} false suppressions, found in time {found}, held on days {sorted(held_days)}')
    if not held_days & {OUTAGE_DAY, OUTAGE_DAY + 1}:
        faults.append('the outage was not seen')
    if total[0] < 0.99 * total[1]:
        faults.append(f'{total[0]} of {total[1]} found in time')
    for fault in faults[:20]:
        print(f'simulator: {fault}')
    sys.exit(bool(faults))


main()
