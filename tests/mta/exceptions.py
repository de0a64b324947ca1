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
# Listed although the server's words did not name the recipient.
LISTED = set()
# Not listed although they did.
UNLISTED = {
    # Before 3.5 Postfix did not quote addresses, so what the reply quotes could be the rest of the
    # recipient: the line can be read in two ways.
    *(('postfix', f'joe@dead-lie-postfix-{name}.example') for name in ('line', 'fields', 'closed')),
    # sendmail does not log the stage; these look like answers to MAIL.
    ('sendmail', 'joe@data-unknown.example'),
    ('sendmail', 'joe@end-of-data-unknown.example'),
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
# So many lines at most can be read in two ways: see above, and an Exim recipient "a <a> R=b"@c, which looks like a.
AMBIGUOUS = {'postfix': 80, 'exim': 3, 'sendmail': 0}
