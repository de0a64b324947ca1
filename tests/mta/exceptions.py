"""Where an MTA's log shows less than the server said: (MTA, recipient), and why."""

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
}
# Not listed although the server said that they are dead.
UNLISTED = {
    # sendmail does not log the stage; these look like answers to MAIL.
    ('sendmail', 'joe@data-unknown.example'),
    ('sendmail', 'joe@end-of-data-unknown.example'),
    ('sendmail', 'joe@chunking-dead-late.example'),
    # No words, only sendmail's own 5.1.10.
    ('sendmail', 'joe@mx-null.example'),
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
