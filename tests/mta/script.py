"""What the scripted server is to say: answers, recipients, cases (one message each)."""
from dataclasses import dataclass, field

OK = b'250 2.0.0 Ok: queued'
DEAD_SENDERS = 'dead-senders.example' # where notifications to our senders are refused
LMTP = 'lmtp.example'
STAGES = ('banner', 'ehlo', 'mail', 'rcpt', 'data', 'end_of_data')


@dataclass(frozen=True)
class Answer:
    """Bytes, and what happens to the connection then: '', 'drop' or 'hang'."""
    raw: bytes
    then: str = ''

    @property
    def lines(self):
        return self.raw.decode('utf-8', 'replace').split('\n')


def say(*lines):
    """A whole reply. Text becomes UTF-8; bytes stay what they are."""
    return Answer(b''.join((line if isinstance(line, bytes) else line.encode()) + b'\r\n' for line in lines))


DROP = Answer(b'', 'drop')
HANG = Answer(b'', 'hang')


@dataclass
class Rcpt:
    """One recipient as it appears on the wire."""
    address: str
    answer: Answer = field(default_factory=lambda: say(OK))
    stage: str = 'end_of_data'
    first: Answer = None    # what the preferred of two servers says, to let the other have it
    later: Answer = None    # what the second round says instead
    listed: bool = False    # an address that the policy lists at once
    listed_as: str = None   # another spelling on the list: the alias that was mailed

    @property
    def domain(self):
        return self.address.rpartition('@')[2].lower()


@dataclass
class Case:
    """One message. The server knows it by the address that it was reached at."""
    name: str
    to: list
    mailed: list = None             # the recipients before aliases, if others
    sender: str = None
    helo: str = 'client.sender.example'
    headers: list = field(default_factory=list)
    extensions: tuple = ('PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME')
    mx: str = 'one'                 # one, two, null, none, servfail, refused, full
    mx_label: str = 'mx'            # what stands before the domain in the name of its server
    via: str = ''                   # Postfix: through a content `filter`, or to one who will `probe` the address

    def __post_init__(self):
        self.sender = self.sender or f'{self.name}@sender.example'

    @property
    def envelope(self):
        return self.mailed or [rcpt.address for rcpt in self.to]

    @property
    def domains(self):
        return list(dict.fromkeys(rcpt.domain for rcpt in self.to))


def addresses():
    """Every address of RFC 5737, one after the other."""
    for net in ('192.0.2', '198.51.100', '203.0.113'):
        for host in range(1, 255):
            yield f'{net}.{host}'
