"""Where the log of an MTA shows less than the server said: (MTA, case) -> what is read instead, and why."""

# Another final outcome.
OUTCOMES = {}
# Codes that the log does not show.
CODES = {}
# Listed although the server's words did not name the recipient.
LISTED = {}
# Not listed although they did.
# Before 3.5 Postfix did not quote addresses, so what the reply quotes could be the rest of the
# recipient: the line is ambiguous.
UNLISTED = {('postfix', f'dead-lie-postfix-{name}') for name in ('line', 'fields', 'closed')}
