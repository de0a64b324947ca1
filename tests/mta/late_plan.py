"""What is sent to hosts that accept it, and what becomes of it there."""
from dataclasses import dataclass

SENDERS = ('postfix', 'exim', 'sendmail')
ACCEPTORS = ('postfix', 'exim', 'sendmail', 'opensmtpd')
SIGNED = 'news' # the sender of mail that the sending host signs for each recipient...
KEY = 'the key of the sending hosts' # ...with this key
READER = 'letters' # the sender's mailbox, and a user of each accepting host

# kind -> how many mails to one recipient each. The kind is the first word of the address.
KINDS = {
    'gone': 10,  # nobody has this address: the host bounces it
    'moved': 6,  # goes on to a server that does not know the address
    'gate': 6,   # a domain whose inner server does not know the address
    'full': 4,   # goes on to a mailbox that is full
    'stuck': 4,  # goes on to a server that says "later", until the host gives up: a warning, then a bounce
    'idle': 3,   # a domain whose inner server says "later", until the host gives up
    'slow': 4,   # goes on to a server that says "later", and takes it then: a warning
    'here': 6,   # is delivered
    'told': 4,   # is delivered, and the sender wants to know
    'away': 4,   # is delivered, and answered by a program
    'both': 3,   # is delivered, and a copy goes on to a server that does not know the address
    'lost': 3,   # goes on to another accepting host, which bounces it: a third host speaks
}
DEAD = ('gone', 'moved', 'gate') # belongs on the list
FAILED = ('full', 'stuck', 'idle') # is taken back, and may be alive
GATE = ('gate', 'idle')
TOLD = {'delayed': ('slow', 'stuck', 'idle'), 'delivered': ('told',), 'away': ('away',)} # what else comes back, for which kinds
TARGETS = {kind: f'{kind}.example' for kind in ('moved', 'full', 'slow', 'stuck', 'both')}
UNKNOWN, FULL, LATER = '550 5.1.1 <%s>: User unknown', '552 5.2.2 <%s>: Mailbox is full', '451 4.3.0 <%s>: Try again later'
ANSWERS = {'moved': UNKNOWN, 'both': UNKNOWN, 'gate': UNKNOWN, 'full': FULL, 'slow': LATER, 'stuck': LATER, 'idle': LATER} # by kind
TOGETHER = 6 # of one mail to a host
STRANGER = ('mx.evil.example', '198.18.66.1')
SIGNED_EACH = 3 # of one signed mail to a host, of each kind
SIGNED_KINDS = ('gone', 'here', 'moved', 'gate', 'full', 'both')
EVERYWHERE = 4 # mails to some of each host


def address_of(mta, accepts):
    """Each host has a network of its own."""
    return f'198.18.{ACCEPTORS.index(mta) + (1 if accepts else 11)}.1'


def domain_of(mta, accepts):
    return f'{mta}.example' if accepts else f'{mta}-shop.example'


def host_of(mta, accepts):
    return f'{"mx" if accepts else "mail"}.{domain_of(mta, accepts)}'


def milter_of(mta):
    """All hosts have one network."""
    return f'inet:{8891 + SENDERS.index(mta)}@127.0.0.1'


def next_of(mta):
    return ACCEPTORS[(ACCEPTORS.index(mta) + 1) % len(ACCEPTORS)]


def inner_of(mta):
    return f'inner.{mta}.example'


@dataclass(frozen=True)
class Rcpt:
    acceptor: str
    kind: str
    name: str

    @property
    def address(self):
        return f'{self.kind}-{self.name}@{"gate." if self.kind in GATE else ""}{domain_of(self.acceptor, True)}'

    @property
    def target(self):
        """Where it goes on to; None: nowhere."""
        if self.kind == 'lost':
            return f'gone-lost-{self.name}@{domain_of(next_of(self.acceptor), True)}'
        return f'{self.kind}-{self.name}@{TARGETS[self.kind]}' if self.kind in TARGETS else None

    @property
    def copy(self):
        """Whether it is delivered here as well."""
        return f'here-both-{self.name}@{domain_of(self.acceptor, True)}' if self.kind == 'both' else None


@dataclass(frozen=True)
class Mail:
    sender_mta: str
    number: int
    to: tuple

    @property
    def message_id(self):
        return f'<late.{self.number}@{domain_of(self.sender_mta, False)}>'

    @property
    def signed(self):
        return is_signed(self.to[0])

    @property
    def sender(self):
        return f'{SIGNED if self.signed else READER}@{domain_of(self.sender_mta, False)}'

    @property
    def told(self):
        return self.to[0].kind == 'told'


def is_signed(rcpt):
    return '-signed-' in rcpt.name


def plan(sender):
    """All mails of one sending host."""
    groups = []
    for acceptor in ACCEPTORS:
        groups += [(Rcpt(acceptor, kind, f'{sender}-{i}'),) for kind, count in KINDS.items() for i in range(count)]
        groups.append(tuple(Rcpt(acceptor, kind, f'{sender}-together-{i}') for kind in ('gone', 'here') for i in range(TOGETHER // 2)))
        groups.append(tuple(Rcpt(acceptor, kind, f'{sender}-signed-{i}') for kind in SIGNED_KINDS for i in range(SIGNED_EACH)))
    for i in range(EVERYWHERE):
        groups.append(tuple(Rcpt(acceptor, kind, f'{sender}-everywhere-{i}') for acceptor in ACCEPTORS for kind in ('gone', 'here', 'moved', 'slow')))
    return [Mail(sender, number, group) for number, group in enumerate(groups)]


def everybody():
    return [rcpt for sender in SENDERS for mail in plan(sender) for rcpt in mail.to]


def tricks(mail):
    """What a stranger sends to the accepting hosts under the sender's name and the Message-ID of a mail that he got, too, to
    have them say that somebody else of its recipients is unknown: (his recipient, ORCPT or None, the victim)."""
    for victim in (rcpt.address for rcpt in mail.to if rcpt.kind == 'here'):
        domain = victim.partition('@')[2]
        for recipient in (f'gone-stranger@{domain}', f'gate-stranger@gate.{domain}'):
            yield recipient, f'rfc822;{victim}', victim
            yield recipient, f'rfc822;{victim.replace("-", "+2D")}', victim
        for form in ('%s', '%s ', '%s>', '<%s>', '%s,', '%s;', 'x;%s', '%s <x', '%s: x', 'rfc822;%s', 'x,%s,x'):
            yield f'"{form % victim}"@{domain}', None, victim
            yield f'"{form % victim}"@{domain}', f'rfc822;{victim}', victim
