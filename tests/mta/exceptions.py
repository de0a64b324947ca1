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
    # Nor does it read lines of more than 4096 bytes.
    *(('exim', f'joe@lie-break-longest-{name}.example') for name in ('postfix', 'exim', 'sendmail')),
}
# Listed although the server's words did not name the recipient.
LISTED = set()
# Not listed although they did.
UNLISTED = {
    # Before 3.5 Postfix did not quote addresses, so what the reply quotes could be the rest of the
    # recipient: the line can be read in two ways.
    *(('postfix', f'joe@dead-lie-postfix-{name}.example') for name in ('line', 'fields', 'closed')),
}
