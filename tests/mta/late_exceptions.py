"""What cannot be proven of what an accepting MTA sent back, or is listed and lives: (MTA, kind) -> (what, why)."""
from late_plan import ACCEPTORS

THIRD = 'the bounce comes from a host that the mail was not handed to'
FORWARDED = 'its notice names only where it went on to, not the address that was written to'
COPY = 'its notice is that of an address that only moved'
DELAYED = 'it calls delayed what it has given up (Status: 4.4.7)'

EXCEPTIONS = {
    **{(mta, 'lost'): ('unproven', THIRD) for mta in ACCEPTORS},
    **{(mta, 'both'): ('listed', COPY) for mta in ACCEPTORS},
    **{('opensmtpd', kind): ('unproven', FORWARDED) for kind in ('moved', 'full', 'stuck', 'both')},
    ('opensmtpd', 'idle'): ('unproven', DELAYED),
}
