"""Where an MTA's log shows less than the server said: (MTA, recipient), and why."""
from script import LMTP

# What is read instead of the true outcome.
OUTCOMES = {
    # Exim wants a space or a hyphen behind the code, and tries again: "Malformed SMTP reply".
    ('exim', 'joe@odd-tab.example'): 'expired',
}
# The log does not show the codes that were sent.
CODES = {
    ('exim', 'joe@odd-tab.example'),
    # Exim takes 452 for "too many recipients", and asks again in the same session before it logs anything.
    ('exim', 'many-quota-later@many.example'),
    # sendmail waits for another line, and takes the answer to DATA.
    ('sendmail', 'joe@odd-tab.example'),
    # Exim reads no lines of more than 4096 bytes.
    *(('exim', f'joe@lie-break-longest-{name}.example') for name in ('postfix', 'exim', 'sendmail')),
    # OpenSMTPD reads none of more than 2048.
    *(('opensmtpd', f'joe@lie-break-{length}-{name}.example') for length in ('longer', 'longest')
      for name in ('postfix', 'exim', 'sendmail')),
}
# Not listed although the server said that they are dead.
UNLISTED = {
    # sendmail does not log the stage; these look like answers to MAIL.
    ('sendmail', 'joe@data-unknown.example'),
    ('sendmail', 'joe@end-of-data-unknown.example'),
    ('sendmail', 'joe@chunking-dead-late.example'),
    # Exim does not log how many recipients a transaction had: such a refusal counts, and is not enough.
    ('exim', 'joe@data-unknown.example'),
    ('exim', 'joe@end-of-data-unknown.example'),
    ('exim', 'joe@chunking-dead-late.example'),
    # No words, only sendmail's own 5.1.10.
    ('sendmail', 'joe@mx-null.example'),
    # OpenSMTPD does not know what a null MX is: "No MX found for domain", and it tries again.
    ('opensmtpd', 'joe@mx-null.example'),
    # Its mail.lmtp makes every refusal a temporary one.
    ('opensmtpd', f'dead@{LMTP}'),
    ('opensmtpd', f'gone@{LMTP}'),
    # It asks no second server while the first one answers.
    ('opensmtpd', 'joe@two-later-dead.example'),
}
# Listed although the server said nothing about the recipient.
LISTED = {
    # OpenSMTPD does not log the stage; this looks like an answer to RCPT.
    ('opensmtpd', 'joe@mail-unknown.example'),
}
# The address before aliases is not in the log: ctladdr= may also be the sender.
LISTED_AS = {
    ('sendmail', 'target@alias-one.example'): 'target@alias-one.example',
}
# The log has the address before aliases instead of the one that the server was asked for.
LOGGED_AS = {
    ('sendmail', 'target@alias-virtual.example'): 'one@virtual.example',
}


def two_readings(mta, rcpt, reply):
    """Whether an attempt's line can be read in two ways, so that it may not count against anybody."""
    if mta == 'postfix': # before 3.5 it did not quote addresses: what the reply quotes could be the rest of one
        return '>, relay=' in reply or len(reply) > 1900 # and records end after 2000 bytes, wherever that is
    if mta == 'exim': # "a <a> b"@c begins like a, which was mailed as a
        return rcpt.address.startswith('"victim@innocent.example <victim@innocent.example> ')
    return False
