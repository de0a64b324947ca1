"""What cannot be proven of what an accepting MTA sent back: (MTA, kind) -> why; and what nobody tries to prove of a mail to several."""
from late_plan import ACCEPTORS, is_signed

THIRD = 'the bounce comes from a host that the mail was not handed to'
FORWARDED = 'its final recipient is where the mail went on to: a copy may have arrived'
DELAYED = 'it calls delayed what it has given up (Status: 4.4.7)'
SHARED = 'several got a mail with that Message-ID'
UNSIGNED = 'it is signed, and nobody has the key'

EXCEPTIONS = {
    **{(mta, 'lost'): THIRD for mta in ACCEPTORS},
    **{(mta, kind): FORWARDED for mta in ACCEPTORS for kind in ('moved', 'full', 'stuck', 'both')},
    ('opensmtpd', 'idle'): DELAYED,
}


def exception(rcpt, signed=True):
    """Empty: it has to be proven; signed: with the keys."""
    if is_signed(rcpt) and not signed:
        return UNSIGNED
    return SHARED if '-together-' in rcpt.name or '-everywhere-' in rcpt.name else EXCEPTIONS.get((rcpt.acceptor, rcpt.kind), '')
