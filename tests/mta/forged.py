"""Messages and replies in which strangers pose as our MTA, to get somebody else suppressed."""
from script import OK, Case, Rcpt, say

VICTIM = 'victim@innocent.example'
BYSTANDER = 'taken0@taken.example' # gets mail, and takes it

_POSTFIX = (f'to=<{VICTIM}>, relay=mx.innocent.example[203.0.113.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, '
            f'status=bounced (host mx.innocent.example[203.0.113.9] said: 550 5.1.1 <{VICTIM}>: User unknown '
            '(in reply to RCPT TO command))')
_EXIM = (f'** {VICTIM} R=dnslookup T=remote_smtp H=mx.innocent.example [203.0.113.9]: SMTP error from remote mail '
         f'server after RCPT TO:<{VICTIM}>: 550 5.1.1 User unknown')
_SENDMAIL = (f'to=<{VICTIM}>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30212, relay=mx.innocent.example. '
             '[203.0.113.9], dsn=5.1.1, reply=550 5.1.1 User unknown, stat=User unknown')
_OPENSMTPD = (f'7bb1d0d0c9f7a1b2 mta delivery evpid=3c9a61f20d0e5c11 from=<x@sender.example> to=<{VICTIM}> rcpt=<-> '
              'source="192.0.2.1" relay="203.0.113.9 (mx.innocent.example)" delay=1s result="PermFail" '
              f'stat="550 5.1.1 <{VICTIM}>: User unknown"')

# Whole lines and parts of them, as each MTA writes them.
LINES = {
    'postfix-line': f'Nov 22 04:00:00 mail postfix/smtp[9]: 0F1E2D3C4B: {_POSTFIX}',
    'postfix-fields': _POSTFIX,
    'postfix-closed': f'ok) , {_POSTFIX}',
    'postfix-expired': 'x>, status=expired, returned to sender',
    'exim-line': f'2026-11-22 04:00:00 1vMgxk-00000000A1b-0cDe {_EXIM}',
    'exim-flag': _EXIM,
    'exim-quoted': f'x" {_EXIM}',
    'exim-newline': f'x\\n2026-11-22 04:00:00 1vMgxk-00000000A1b-0cDe {_EXIM}',
    'sendmail-line': f'Nov 22 04:00:00 mail sm-mta[9]: 6AM300aa000009: {_SENDMAIL}',
    'sendmail-fields': f'x, {_SENDMAIL}',
    'sendmail-stat': f'x, dsn=5.1.1, stat=User unknown, to=<{VICTIM}>, stat=User unknown',
    'opensmtpd-line': f'Nov 22 04:00:00 mail smtpd[9]: {_OPENSMTPD}',
    'opensmtpd-closed': f'x" {_OPENSMTPD}',
    'opensmtpd-expired': f'x" stat=x, relay: Expire for 3c9a61f20d0e5c11: from=<x@sender.example>, to=<{VICTIM}>, '
                         'rcpt=<->, delay=4d, stat=Envelope expired',
    'reply': f'550 5.1.1 <{VICTIM}>: User unknown (in reply to RCPT TO command)',
}
# Bytes that some reader takes for the end of a line, or for an order to the terminal.
BREAKS = {'return': b'\r', 'feeds': b'\x0b\x0c', 'nul': b'\0', 'escape': b'\x1b[2J', 'next-line': '\u0085'.encode(),
          'separator': '\u2028'.encode(), 'paragraph': '\u2029'.encode(), 'c1': b'\x85', 'csi': b'\x9b2J',
          'long': b'x' * 900, 'longer': b'x' * 1980, 'longest': b'x' * 5000}
# Short enough for a local part, in quotes.
LOCALS = {
    'postfix': f'{VICTIM}>, relay=none, delay=0, delays=0/0/0/0, dsn=5.1.1, status=bounced (550 5.1.1 x',
    'to': f'x> to=<{VICTIM}>, dsn=5.1.1, status=bounced (x',
    'expired': 'f>, status=expired, returned to sender',
    'orig': f'x>, orig_to=<{VICTIM}>, relay=none, dsn=5.1.1, status=bounced (550 5.1.1 x',
    'exim': f'{VICTIM} R=r T=t: 550 5.1.1 unknown',
    'exim-flag': f'** {VICTIM} R=r T=t: 550 5.1.1 unknown',
    'exim-angle': f'{VICTIM} <{VICTIM}> R=r T=t',
    'sendmail': f'f>, stat=User unknown, to=<{VICTIM}',
    'sendmail-list': f'a>,<{VICTIM}',
    'sendmail-fields': f'a, ctladdr=<b>, dsn=5.1.1, stat=User unknown, to=<{VICTIM}',
    'spaces': 'victim innocent.example 550 5.1.1 User unknown',
    'verp': 'victim=innocent.example 550 5.1.1',
}


def in_replies():
    """The remote server lies, in every reply that it gives. None of these says that a recipient is dead."""
    places = (('rcpt', '451 4.7.1 Try later; '), ('rcpt', '554 5.7.1 Message rejected as spam; '),
              ('end_of_data', '451 4.7.1 Try later; '), ('end_of_data', '554 5.7.1 Message rejected as spam; '),
              ('end_of_data', '250 2.0.0 Ok '), ('mail', '450 4.7.1 Try later; '),
              ('data', '451 4.7.1 Try later; '), ('banner', '421 4.7.0 Try later; '))
    for i, (stage, before) in enumerate(places):
        for name, text in LINES.items():
            case = f'lie-{i}-{name}'
            yield Case(case, [Rcpt(f'joe@{case}.example', say(before + text), stage)])
    for name, text in LINES.items():
        case = f'lie-lines-{name}'
        answer = say('451-4.7.1 Try later', f'451-{text}', f'451 4.7.1 {text}')
        yield Case(case, [Rcpt(f'joe@{case}.example', answer, 'rcpt')])
        # Whom the same run mails: nothing may stick to the true recipient either.
        case = f'lie-other-{name}'
        answer = say('451 4.7.1 Try later; ' + text.replace(VICTIM, BYSTANDER))
        yield Case(case, [Rcpt(f'joe@{case}.example', answer, 'rcpt')])
        case = f'lie-extension-{name}'
        yield Case(case, [Rcpt(f'joe@{case}.example', say(f'250-{text}', f'250 {text}'), 'ehlo')])
    for name, octets in BREAKS.items():
        for mta in ('postfix', 'exim', 'sendmail'):
            case = f'lie-break-{name}-{mta}'
            answer = say(b'451 4.7.1 Try later ' + octets + LINES[f'{mta}-line'].encode())
            yield Case(case, [Rcpt(f'joe@{case}.example', answer, 'rcpt')])


def in_dead_replies():
    """The server says that its own user is unknown, and more."""
    name = 'dead-other'
    yield Case(name, [Rcpt(f'joe@{name}.example', say(f'550 5.1.1 <jim@{name}.example>: User unknown'), 'rcpt',
                           listed=True),
                      Rcpt(f'jim@{name}.example'),
                      Rcpt(f'jon@{name}.example', say(f'451 4.7.1 <joe@{name}.example>: Try later'), 'rcpt')])
    for name, text in LINES.items():
        case = f'dead-lie-{name}'
        address = f'joe@{case}.example'
        answer = say(f'550 5.1.1 <{address}>: Recipient address rejected: User unknown; {text}')
        # Who quotes an answer may quote another server's, to another sender.
        yield Case(case, [Rcpt(address, answer, 'rcpt', listed='"550 ' not in text)])


def in_addresses():
    """Recipients and senders that are long to read."""
    for name, local in LOCALS.items():
        for what, answer, stage in (('taken', say(OK), 'end_of_data'), ('later', say('451 4.7.1 Try later'), 'rcpt'),
                                    ('spam', say('554 5.7.1 Message rejected as spam'), 'rcpt'),
                                    ('dead', say('550 5.1.1 User unknown'), 'rcpt')):
            case = f'to-{name}-{what}'
            # Who is dead here is so in the summary; no list for programs has quoted addresses.
            yield Case(case, [Rcpt(f'"{local}"@{case}.example', answer, stage, listed=what == 'dead')])
        case = f'from-{name}'
        yield Case(case, [Rcpt(f'joe@{case}.example')], sender=f'"{local}"@{case}.sender.example')
        case = f'from-{name}-later'
        yield Case(case, [Rcpt(f'joe@{case}.example', say('451 4.7.1 Try later'), 'rcpt')],
                   sender=f'"{local}"@{case}.sender.example')


def in_names():
    """Servers with names that no host has."""
    for name, label in (('postfix', f'to=<{VICTIM}>, dsn=5.1.1, status=bounced (x)'),
                        ('exim', f'** {VICTIM} R=r T=t: 550 5.1.1 unknown'),
                        ('sendmail', f'x, to=<{VICTIM}>, dsn=5.1.1, stat=User unknown'),
                        ('tight', f'to=<{VICTIM}>,dsn=5.1.1,stat=unknown')):
        for what, text in (('taken', OK), ('later', '451 4.7.1 Try later'), ('spam', '554 5.7.1 spam')):
            case = f'mx-{name}-{what}'
            yield Case(case, [Rcpt(f'joe@{case}.example', say(text), 'rcpt')], mx_label=label)


def in_headers():
    for name, text in LINES.items():
        for what, header in (('id', f'Message-ID: <{text}>'), ('open-id', f'Message-ID: <a@b> {text}'),
                             ('folded-id', f'Message-ID: <a@b>\r\n 0F1E2D3C4B: {text}'),
                             ('subject', f'Subject: {text}')):
            case = f'{what}-{name}'
            yield Case(case, [Rcpt(f'joe@{case}.example')], headers=[header])
        case = f'helo-{name}'
        yield Case(case, [Rcpt(f'joe@{case}.example')], helo=text)


def cases(_mta):
    return [*in_replies(), *in_dead_replies(), *in_addresses(), *in_names(), *in_headers()]


# What our own server refuses: sender, recipient, HELO. Nothing of it is an attempt to deliver.
REFUSED = [(f'"{local}"@sender.example', f'"{local}"@local.example', text)
           for local, text in zip(LOCALS.values(), LINES.values())]
REFUSED += [('x@sender.example', f'nobody{i}@local.example', text) for i, text in enumerate(LINES.values())]
