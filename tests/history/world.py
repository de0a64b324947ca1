"""A world of mailboxes for the simulator: who hosts them, who lives, what their servers say, and what goes wrong.

An operator hosts domains; a domain has mailboxes; each mailbox is mailed daily or weekly from its first day on. Living ones take
mail, some of them only at the second attempt; dead ones refuse it, most of them since before the first day; some are full for ever
from a day on, and some domains vanish. An incident makes operators refuse a share of their living mailboxes, always the same ones, with the words that they have for dead ones; a broken hop
is one of ours, and has nothing to do with the recipients.

Everything follows from the seed. Addresses are of RFC 5737 and RFC 3849, names of .example but for those that rules know."""
import datetime, random

HOUR, DAY = 3600, 86400
START = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
JOIN_DAYS = 25 # one in five is mailed first on one of these days
GOOGLE = ("550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's "
          'email address for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1  '
          'https://support.google.com/mail/?p=NoSuchUser {token} - gsmtp')
MICROSOFT = '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).'
COMMON = ['550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table', '550 5.1.1 User unknown',
          '550 No such user here', '550 5.1.1 <{address}> does not exist', '550 5.1.1 <{address}>: Recipient address rejected: User unknown']
DISABLED = '550 5.2.1 The email account that you tried to reach is disabled'
REFUSALS = ['554 5.7.1 Message rejected as spam by our filter', '550 5.7.1 Service unavailable; client host blocked using a DNS list']
DELAYS = ['451 4.7.1 <{address}>: Recipient address rejected: Greylisted, please try again later', '421 4.7.0 Too many connections, try again later']
FULL = '452 4.2.2 The mailbox is over quota'
GONE_DOMAINS, GONE_BOXES = 3, 4


def stamp(second):
    """Of a second since the first day's midnight."""
    return (START + datetime.timedelta(seconds=second)).strftime('%Y-%m-%dT%H:%M:%SZ')


def epoch(second):
    return int(START.timestamp()) + second


class Operator:
    """kind: what a row of the simulator is named after; relays: for each domain, the host that takes its mail."""

    def __init__(self, kind, domains, relays, words, boxes):
        self.kind, self.domains, self.relays, self.words, self.boxes = kind, domains, relays, words, boxes


def operators(seed, size, rnd):
    """The same kinds for each seed, other names and other words."""
    def shared(kind, host, address, words, domains, percent):
        return Operator(kind, domains, [f'mx{n % 3 + 1}.{host}[{address}{n % 3 + 1}]' if kind != 'google' else f'{host}[{address}{n % 3 + 1}]'
                                        for n in range(len(domains))], words, size * percent // 100)

    def names(word, count):
        return [f'{word}{seed}-{n}.example' for n in range(count)]

    words = lambda: rnd.choice(COMMON)
    found = [
        shared('google', 'gmail-smtp-in.l.google.com', '198.51.100.1', GOOGLE, ['gmail.com'] * 6 + names('gsuite', max(4, size // 400)), 26),
        shared('microsoft', 'mx.hotmail.com', '198.51.100.4', MICROSOFT, ['hotmail.com', 'outlook.com'], 14),
        shared('hoster', f'hoster{seed}.example', '203.0.113.1', words(), names('customer', max(40, size // 50)), 10),
        shared('large', f'bigmail{seed}.example', '203.0.113.2', words(), [f'bigmail{seed}.example'], 6),
        shared('other', 'hotmail.com', '198.51.100.5', MICROSOFT, ['live.com', 'msn.com'], 5),
    ]
    # Each customer names the mail server after himself: only the network tells that it is one.
    domains = names('rented', max(30, size // 100))
    found.append(Operator('network', domains, [f'mail.{domain}[192.0.2.{n % 250 + 1}]' for n, domain in enumerate(domains)], words(),
                          size * 6 // 100))
    for n in range(4):
        found.append(shared('other', f'isp{seed}-{n}.example', f'203.0.113.{n + 5}', words(), [f'isp{seed}-{n}.example'], 6))
    for n, domain in enumerate(names('own', size * 75 // 1000)):
        found.append(Operator('small', [domain], [f'mail.{domain}[2001:db8:{n:x}::{rnd.randrange(1, 99)}]'], words(), 1))
    return found


class Mailbox:
    __slots__ = ('address', 'operator', 'to', 'relay', 'dead_from', 'luck', 'first', 'every', 'kind', 'says', 'full', 'ends')

    def refusal(self, words, rnd):
        text = words.format(address=self.address, token=f'a{rnd.randrange(9999)}-20020a05') if '{' in words else words
        return f'host {self.relay} said: {text} (in reply to RCPT TO command)'


class World:
    """dead: per cent of the mailboxes that were dead before the first day; a few more die each day."""

    def __init__(self, seed, size, dead, weekly, days):
        rnd = random.Random(f'{seed}/{size}/{dead}')
        self.boxes = []
        for operator in operators(seed, size, rnd):
            factor = rnd.uniform(0.6, 1.4) if operator.kind != 'small' else 1
            for n in range(operator.boxes):
                self.boxes.append(self.mailbox(operator, n, dead / 100 * factor, weekly, days, rnd))
        self.add_slow(seed, size, days, rnd)
        self.by_address = {box.address: box for box in self.boxes}

    def add_slow(self, seed, size, days, rnd):
        """Mailboxes that nobody empties any more, and domains that vanish: the policy waits for them."""
        isp = next(box.operator for box in self.boxes if box.operator.kind == 'other')
        slow = [('abandoned', isp, rnd.randrange(5, days)) for _ in range(size // 500)]
        for n in range(GONE_DOMAINS):
            domain = f'gone{seed}-{n}.example'
            operator = Operator('other', [domain], [f'mail.{domain}[203.0.113.9]'], COMMON[0], 1)
            slow += [('gone', operator, 15 + 10 * n)] * GONE_BOXES
        for n, (kind, operator, ends) in enumerate(slow):
            box = self.mailbox(operator, n, 0, 0, days, rnd)
            box.kind, box.ends, box.dead_from, box.first = kind, ends, None, 0
            self.boxes.append(box)

    def mailbox(self, operator, n, dead, weekly, days, rnd):
        box = Mailbox()
        at = n % len(operator.domains)
        box.address, box.operator, box.relay = f'{rnd.choice("abcdefgh")}{len(self.boxes)}@{operator.domains[at]}', operator, operator.relays[at]
        box.to = f'to=<{box.address}>, relay={box.relay}:25, delay=2.1, delays=0.1/0/0.9/1.1, '
        box.first = rnd.randrange(JOIN_DAYS) if rnd.random() < 0.2 else rnd.randrange(-6, 1)
        box.every = 7 if rnd.random() < weekly / 100 else 1
        box.luck = rnd.random()
        box.kind = 'flaky' if rnd.random() < 0.05 else 'busy' if rnd.random() < 0.02 else 'plain'
        box.full = rnd.randrange(days), rnd.randrange(2, 10)
        box.says = DISABLED if rnd.random() < 0.15 else operator.words
        box.dead_from = box.ends = None
        if rnd.random() < dead:
            box.dead_from = -1
        elif rnd.random() < min(dead, 0.06) / 100 * days: # about a quarter of those in a year
            box.dead_from = rnd.randrange(days)
        return box


def is_dead(box, day):
    return box.dead_from is not None and box.dead_from <= day


def is_innocent(box, day):
    return not is_dead(box, day) and (box.ends is None or day < box.ends)


class Incident:
    """From begin to end (seconds) the operators of a kind refuse a share (0 to 1) of their living mailboxes."""

    def __init__(self, kind, share, begin, end):
        self.kind, self.share, self.begin, self.end = kind, share, begin, end

    def covers(self, box, second):
        return self.begin <= second < self.end and box.operator.kind == self.kind

    def seems_to_cover(self, box, second):
        """For all that a log shows, a domain that rents its server keeps it itself, and hotmail.com is Microsoft. An hour on both sides
        belongs to an incident."""
        alike = ('small', 'network') if self.kind == 'small' else (self.kind,)
        alike = box.operator.kind in alike or (self.kind == 'microsoft' and '.hotmail.com[' in box.relay)
        return self.begin - HOUR <= second < self.end + HOUR and alike

    def hits(self, box, second):
        return box.luck < self.share and self.covers(box, second)


class Mail:
    """One attempt, and what came of it: 'ok', 'dead', 'hit' (living, and refused as if dead), 'other'."""
    __slots__ = ('second', 'box', 'what', 'text', 'during')

    def __init__(self, second, box, what, text, during=False):
        self.second, self.box, self.what, self.text, self.during = second, box, what, text, during


class Writer:
    """Writes Postfix's lines. Each message has one recipient."""

    def __init__(self, number=0):
        self.number = number

    def message(self, second, middle, last=True):
        self.number += 1
        return self.lines(self.number, second, middle, True, last)

    @staticmethod
    def lines(number, second, middle, first, last):
        head = stamp(second) + ' mx1 postfix/'
        key = f'{number + 0x1000000000:X}'
        begin = f'{head}qmgr[9]: {key}: from=<news@shop.example>, size=4711, nrcpt=1 (queue active)\n' if first else ''
        end = f'{head}qmgr[9]: {key}: removed\n' if last else ''
        return f'{begin}{head}smtp[7]: {key}: {middle}\n{end}'


def attempts(box, second, incident, writer, rnd):
    """What comes of one mail to a mailbox."""
    during = incident is not None and incident.seems_to_cover(box, second)
    if is_dead(box, second // DAY):
        return [Mail(second, box, 'dead', writer.message(second, bounced(box, box.says, rnd)), during)]
    if not is_innocent(box, second // DAY):
        words = deferred(box, FULL, rnd) if box.kind == 'abandoned' else no_host(box)
        return [Mail(second, box, 'other', writer.message(second, words, last=box.kind == 'gone'))]
    if incident is not None and incident.hits(box, second):
        return [Mail(second, box, 'hit', writer.message(second, bounced(box, box.operator.words, rnd)), during)]
    if box.kind == 'busy' and box.full[0] <= second // DAY < sum(box.full):
        return [Mail(second, box, 'other', writer.message(second, deferred(box, FULL, rnd), last=False))]
    if box.kind == 'flaky':
        draw = rnd.random()
        if draw < 0.1:
            return [Mail(second, box, 'other', writer.message(second, bounced(box, rnd.choice(REFUSALS), rnd)))]
        if draw < 0.4:
            later = min(second + rnd.randrange(300, 2000), second // DAY * DAY + DAY - 1)
            first = writer.message(second, deferred(box, rnd.choice(DELAYS), rnd), last=False)
            return [Mail(second, box, 'other', first), Mail(later, box, 'ok', writer.lines(writer.number, later, sent(box), False, True))]
    return [Mail(second, box, 'ok', writer.message(second, sent(box)))]


def sent(box):
    return f'{box.to}dsn=2.0.0, status=sent (250 2.0.0 Ok: queued)'


def bounced(box, words, rnd):
    enhanced = words[4:9] if words[4:5] in '45' else '5.0.0'
    return f'{box.to}dsn={enhanced}, status=bounced ({box.refusal(words, rnd)})'


def deferred(box, words, rnd):
    return f'{box.to}dsn={words[4:9]}, status=deferred ({box.refusal(words, rnd)})'


def no_host(box):
    domain = box.operator.domains[0]
    return (f'to=<{box.address}>, relay=none, delay=1, delays=0/0/1/0, dsn=5.4.4, status=bounced (Host or domain name not found. '
            f'Name service error for name={domain} type=A: Host not found)')


def mail_of(world, day, blast, without, incident, writer, rnd):
    """A day's mail, in order: to everybody whose turn it is, but for those on the list."""
    found = []
    for box in world.boxes:
        if day < box.first or (day - box.first) % box.every or box.address in without:
            continue
        second = day * DAY + (10 * HOUR + rnd.randrange(1800) if blast else rnd.randrange(DAY))
        found += attempts(box, second, incident, writer, rnd)
    found.sort(key=lambda mail: mail.second)
    return found
