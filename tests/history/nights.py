"""Nights of the simulator: the program runs over a world's mail, and the list that it leaves is compared with who lives.

The mailing tool takes the list after each run. A night that the brake held is repeated with --force by a person who does not look,
once nothing goes on any more: the brake alone saves nobody here."""
import json, os, pickle, shutil, subprocess

from world import DAY, HOUR, Writer, epoch, is_innocent, mail_of

WARM_DAYS = 10
PATIENCE = {'abandoned': 22, 'gone': 12} # days that the policy may take
EXIT_BRAKE = 8


class Tally:
    """What became of whom. Nights are runs that read a failure of mail to a mailbox."""

    def __init__(self):
        self.hit, self.listed, self.innocents, self.ever = set(), set(), set(), set()
        self.worst, self.braked, self.mails, self.taken = 0, 0, 0, set()
        self.failed = {} # dead address: nights, nights without those under an incident, of these the last
        self.delays = {} # dead address: (nights, nights without) when it was first listed
        self.slow = {} # of those that the policy waits for: the day on which they were first listed
        self.exits = set()
        self.domains = set()

    def note(self, mails, night):
        self.mails += len(mails)
        for mail in mails:
            if mail.what == 'hit':
                self.hit.add(mail.box.address)
            elif mail.what == 'ok':
                self.taken.add(mail.box.address)
            elif mail.what == 'dead':
                row = self.failed.setdefault(mail.box.address, [0, 0, None, mail.box.address in self.taken])
                if row[2] == night:
                    continue
                row[0], row[1], row[2] = row[0] + 1, row[1] + (not mail.during), night

    def look(self, world, listed, day):
        """After each run."""
        for address in listed - self.listed:
            if address in self.failed and address not in self.delays:
                self.delays[address] = tuple(self.failed[address][:2])
            self.slow.setdefault(address, day)
        box_of = world.by_address
        self.innocents = {address for address in listed if address not in box_of or is_innocent(box_of[address], day)}
        self.ever |= self.innocents
        self.worst = max(self.worst, len(self.innocents))
        self.listed = listed

    def only_later(self):
        """The same state, but hit, worst and delays begin anew: those who failed already are left out."""
        self.old = set(self.failed)
        self.hit, self.ever, self.worst, self.braked, self.mails = set(), set(), 0, 0, 0

    def patience(self, world, days):
        """Of the full and the vanished whose time has come: those found in it, and all."""
        due = {box.address: box.ends + PATIENCE[box.kind] for box in world.boxes if box.ends is not None}
        due = {address: day for address, day in due.items() if day < days}
        return [sum(self.slow.get(address, days) <= day for address, day in due.items()), len(due)]

    def dead(self):
        """Of each dead one: nights and nights without incident until it was listed (None: it was not), had it ever taken mail?"""
        old = getattr(self, 'old', ())
        for address, row in self.failed.items():
            if address not in old:
                yield self.delays.get(address), row[0], row[1], row[3]


class Site:
    """One host: its log of each day, its history, its list."""

    def __init__(self, program, folder, history=True):
        self.program, self.folder, self.history = program, folder, history
        os.makedirs(folder, exist_ok=True)

    def append(self, day, mails):
        with open(self.log(day), 'a') as file:
            file.writelines(mail.text for mail in mails)

    def log(self, day):
        return f'{self.folder}/mail.log-{day:03d}'

    def scan(self, logs, now, force=False):
        """The exit code, and whose domains the summary calls dead."""
        command = [self.program, 'scan', '-j', '1', '-s', f'{self.folder}/list', '-o', f'{self.folder}/summary.json']
        command += ['-d', f'{self.folder}/history'] if self.history else []
        done = subprocess.run([*command, *(['--force'] if force else []), *logs], capture_output=True,
                              env={**os.environ, 'SOURCE_DATE_EPOCH': str(epoch(now))})
        if done.returncode not in (0, 3, EXIT_BRAKE):
            raise SystemExit(f'simulator: exit {done.returncode}: {done.stderr.decode()[:300]}')
        return done.returncode

    def listed(self):
        with open(f'{self.folder}/list') as file:
            return set(file.read().split())

    def summary(self):
        with open(f'{self.folder}/summary.json') as file:
            return json.load(file)


def run_day(site, world, tally, day, mails, hourly, force):
    """Feeds a day in one piece or by the hour. Returns whether the brake holds at its end."""
    pieces = [mails]
    if hourly:
        pieces = [[mail for mail in mails if mail.second // HOUR % 24 == hour] for hour in range(24)]
    code = 0
    for hour, piece in enumerate(pieces):
        tally.note(piece, day)
        site.append(day, piece)
        now = day * DAY + (hour + 1) * HOUR if hourly else (day + 1) * DAY
        code = site.scan([site.log(day)], now + 60, force)
        tally.exits.add(code)
        tally.look(world, site.listed() if os.path.exists(f'{site.folder}/list') else set(), day)
    tally.braked += code == EXIT_BRAKE
    if not hourly and not force:
        os.unlink(site.log(day)) # read to its end
    return code == EXIT_BRAKE


def warm(program, folder, world, blast, rnd):
    """Ten nights of peace, in a folder from which many cells go on."""
    site, tally, writer = Site(program, folder), Tally(), Writer()
    for day in range(WARM_DAYS):
        mails = mail_of(world, day, blast, tally.listed, None, writer, rnd)
        run_day(site, world, tally, day, mails, False, True)
        os.unlink(site.log(day))
    with open(f'{folder}/state', 'wb') as file:
        pickle.dump((tally, writer.number), file)


def with_history(program, folder, source, world, blast, incident, hourly, days, rnd):
    """Goes on from a warm folder: the incident, and days after it."""
    shutil.copytree(source, folder)
    with open(f'{folder}/state', 'rb') as file:
        tally, number = pickle.load(file)
    tally.only_later()
    site, writer, braked = Site(program, folder), Writer(number), False
    last = incident.end // DAY if incident else -1
    for day in range(WARM_DAYS, WARM_DAYS + days):
        mails = mail_of(world, day, blast, tally.listed, incident, writer, rnd)
        braked = run_day(site, world, tally, day, mails, hourly and day <= last + 1, braked and day > last + 1)
    return tally


def without_history(program, folder, world, blast, incident, first, days, rnd):
    """One scan over the logs of so many days; before and after it there is nothing."""
    site, tally, writer = Site(program, folder, history=False), Tally(), Writer()
    for day in range(first, first + days):
        mails = mail_of(world, day, blast, (), incident, writer, rnd)
        tally.note(mails, day)
        site.append(day, mails)
    tally.exits.add(site.scan([site.log(day) for day in range(first, first + days)], (first + days) * DAY + 60))
    tally.look(world, site.listed(), first + days - 1)
    return tally


def peace(program, folder, world, blast, days, rnd):
    """Night after night without an incident; now and then a night's run is left out, and the next one reads two days."""
    site, tally, writer, open_days = Site(program, folder), Tally(), Writer(), []
    for day in range(days):
        mails = mail_of(world, day, blast, tally.listed, None, writer, rnd)
        site.append(day, mails)
        open_days.append(day)
        tally.note(mails, open_days[0]) # days that one run reads are one night to it
        if day % 2 and day != days - 1 and rnd.random() < 0.15:
            continue
        code = site.scan([site.log(each) for each in open_days], (day + 1) * DAY + 60, day < 8)
        tally.braked += code == EXIT_BRAKE
        tally.exits.add(code)
        tally.look(world, site.listed(), day)
        for each in open_days:
            os.unlink(site.log(each))
        open_days = []
    return tally
