"""Mails that are no bounce, although they look like one, quote one or answer one; and complaints."""
from mails import reports, words

AWAY = 'I am away until Monday.\n\n> <victim@example.org>: 550 5.1.1 User unknown\n> Final-Recipient: rfc822; victim@example.org\n> Action: failed\n'
SUBJECTS = ['Out of Office: News', 'Out of Office AutoReply: News', 'Automatic reply: News', 'Auto: News', 'Autoreply: News', 'Auto-Reply: News', 'Auto Response: News', 'Automated response: News',
            'Vacation: News', 'On vacation', 'On holiday until Monday', 'I am out of the office', 'I am away', 'Away from my mail', 'Automatische Antwort: News', 'Abwesenheitsnotiz: News', 'Abwesend: News',
            'Abwesenheit', 'Urlaub', 'Réponse automatique : News', 'Absence du bureau', 'Absent du bureau', 'Respuesta automática: News', 'Fuera de la oficina', 'Risposta automatica: News', 'Fuori sede',
            'Automatisch antwoord: News', 'Afwezig', 'Autosvar: News', 'Automatiskt svar: News', 'Automatická odpověď', 'Automatyczna odpowiedź', 'Resposta automática: News', 'Fora do escritório',
            '=?utf-8?B?QXV0b21hdGlzY2hlIEFudHdvcnQ6IE5ld3M=?=', '=?iso-8859-1?Q?R=E9ponse_automatique?=', 'RE: Out of office']
HEADERS = ['Auto-Submitted: auto-replied', 'Auto-Submitted: auto-replied (vacation)', 'Auto-Submitted: AUTO-REPLIED; owner-email="joe@example.com"', 'X-Autoreply: yes', 'X-Autorespond: News',
           'Precedence: auto_reply', 'Precedence: auto-reply', 'Precedence: bulk\nAuto-Submitted: auto-replied']
CHALLENGES = ['Please confirm your message', 'Confirm message', 'Sender verification required', 'Please verify your email', 'Verification required for your message', 'Re: News [Boxbe]',
              'Your message requires authentication of the sender', 'Joe uses Spam Arrest']
BOUNCE = reports.report(*reports.SERVERS['postfix'][:2])
BODY = BOUNCE.split('\n\n', 1)[1]
WORDS = words.MAILERS['qmail'][3] + words.MAILERS['exim'][3] + words.MAILERS['postfix'][3] + words.MAILERS['sendmail'][3]


def mail(sender, subject, text, more=''):
    return f'From: {sender}\nTo: news@shop.example\nSubject: {subject}\nMessage-ID: <77@example.com>\n{more}\n{text}'


def quote(text):
    return ''.join('> ' + line + '\n' for line in text.split('\n'))


def inline(sender, subject, parts, kind='mixed', more=''):
    body = ''.join(f'--o\nContent-Type: {type_}\n\n{text}\n' for type_, text in parts)
    return f'From: {sender}\nTo: help@shop.example\nSubject: {subject}\n{more}MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=o\n\n{body}--o--\n'


def of_every_mailer():
    """The words of each mailer, in what a person, a list and a help desk send on."""
    for name, mailer in words.MAILERS.items():
        text = mailer[3]
        yield f'quoted-{name}', mail('Joe <joe@example.com>', 'Re: your bounce', 'Do you know what this means?\n\n' + quote(text))
        yield f'pasted-{name}', mail('Joe <joe@example.com>', 'What does this mean?', 'I got this:\n\n' + text)
        yield f'posted-{name}', mail('Joe via Help <help@lists.example.org>', '[help] What does this mean?', 'I got this:\n\n' + text, 'List-Id: <help.lists.example.org>\nPrecedence: list\n')
        yield f'ticket-{name}', mail('Support <support@example.net>', '[Ticket#2026112210000017] What does this mean?', 'Joe wrote:\n\n' + text, 'Auto-Submitted: auto-generated\n')


def by_people():
    """Nobody bounced: people and lists write."""
    joe = 'Joe <joe@example.com>'
    status = reports.SERVERS['postfix'][1]
    yield 'reply-quoting', mail(joe, 'Re: Undelivered Mail Returned to Sender', 'What is this?\n\n' + quote(BODY))
    yield 'reply-top-posted', mail(joe, 'Re: failure notice', 'What is this?\n\n-----Original Message-----\n' + WORDS)
    yield 'reply-without-marks', mail(joe, 'Re: failure notice', WORDS)
    yield 'forward-inline', mail(joe, 'Fwd: Undelivered Mail Returned to Sender', '---------- Forwarded message ---------\nFrom: MAILER-DAEMON@mx.example.net\n\n' + WORDS)
    yield 'forward-attached', inline(joe, 'Fwd: Undelivered Mail', [('text/plain', 'See below.'), ('message/rfc822', BOUNCE)])
    yield 'forward-attached-empty', inline(joe, 'Fwd: Undelivered Mail', [('text/plain', ''), ('message/rfc822', BOUNCE)])
    yield 'forward-with-parts', inline(joe, 'Fwd: Undelivered Mail', [('text/plain', 'See below.\n' + WORDS), ('message/delivery-status', status), ('message/rfc822', reports.RETURNED)])
    yield 'status-as-text', inline(joe, 'log', [('text/plain', 'See.'), ('text/plain; name=details.txt', status)])
    yield 'status-as-octets', inline(joe, 'log', [('text/plain', 'See.'), ('application/octet-stream', status)])
    yield 'plain-status', mail(joe, 'log', status)
    yield 'newsletter', mail('Postfix News <news@lists.example.org>', 'How to read bounces', 'This week: bounces.\n\n' + WORDS, 'List-Id: <news.lists.example.org>\nPrecedence: bulk\n')
    yield 'newsletter-html', mail('News <news@lists.example.org>', 'Undeliverable? Read this', '<html><pre>' + WORDS + '</pre></html>', 'Content-Type: text/html\nPrecedence: bulk\n')
    yield 'digest', inline('list-request@lists.example.org', 'list Digest, Vol 7', [('text/plain', 'Topics: bounces'), ('message/rfc822', mail(joe, 'Q', WORDS)), ('message/rfc822', BOUNCE)], more='Precedence: list\n')
    yield 'digest-of-one', inline('list-request@lists.example.org', 'list Digest, Vol 8', [('message/rfc822', mail(joe, 'Q', WORDS))], kind='digest', more='Precedence: list\n')
    yield 'digest-plain', mail('list-request@lists.example.org', 'list Digest, Vol 9', 'Message: 1\n\n' + WORDS, 'Precedence: list\n')
    yield 'subject-alone', mail(joe, 'Undelivered Mail Returned to Sender', 'joe@example.com\n')
    yield 'delivery-failure-of-goods', mail('Shop <orders@shop.example>', 'Delivery failure: your parcel', 'We were unable to deliver your parcel to joe@example.com.\n')
    yield 'list-admin', mail('list-owner@lists.example.org', 'Bounce action notification', 'This is a Mailman mailing list bounce action notice:\n\n    List: list\n    Member: joe@example.com\n    Action: Subscription disabled.\n', 'Precedence: bulk\n')
    yield 'daemon-says-hello', mail('MAILER-DAEMON@mx.example.net', 'Daily statistics', '120 mails were sent. joe@example.com had most.\n')
    yield 'postmaster-asks', mail('postmaster@example.com', 'Your certificate', 'Please renew it, says joe@example.com.\n')
    yield 'welcome', mail('list-request@lists.example.org', 'Welcome to the list', 'You are now subscribed: joe@example.com\n')
    yield 'postmaster-quotes', mail('postmaster@example.com', 'Re: your bounces', 'We looked at it:\n\n' + quote(WORDS))
    yield 'bounces-at-a-shop', mail('News <bounces@shop.example>', 'Our new shoes', 'They bounce!\n\n' + WORDS, 'Precedence: bulk\n')
    yield 'empty', ''
    yield 'headers-alone', 'From: joe@example.com\nSubject: hi\n'
    yield 'body-alone', '\n\nHello\n'
    yield 'x-failed-by-a-person', mail(joe, 'hi', 'hello\n', 'X-Failed-Recipients: victim@example.org\n')
    yield 'dmarc-report', inline('noreply-dmarc@example.net', 'Report Domain: shop.example', [('text/plain', 'A report.'), ('application/gzip', 'x')])
    yield 'tlsrpt', inline('tlsrpt@example.net', 'Report Domain: shop.example', [('text/plain', 'A report.'), ('application/tlsrpt+gzip', 'x')], kind='report; report-type=tlsrpt')
    yield 'calendar', inline(joe, 'Declined: Meeting', [('text/plain', 'No.'), ('text/calendar', 'BEGIN:VCALENDAR\nEND:VCALENDAR\n')])


def arf(kind, returned=reports.RETURNED, more='', subject='FW: News'):
    return f'From: <feedback@isp.example>\nTo: <abuse@shop.example>\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=a\n\n' \
        '--a\nContent-Type: text/plain\n\nThis is an email abuse report for an email message received from IP 192.0.2.25.\n\n--a\nContent-Type: message/feedback-report\n\n' \
        f'Feedback-Type: {kind}\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Mail-From: <news@shop.example>\nArrival-Date: Sun, 22 Nov 2026 03:11:09 +0000\nReporting-MTA: dns; mx.isp.example\nSource-IP: 192.0.2.25\n{more}\n' \
        f'--a\nContent-Type: message/rfc822\n\n{returned}\n--a--\n'


def complaints():
    """kind complaint: (name, mail, feedback, recipients, Message-ID)."""
    for kind in ('abuse', 'fraud', 'virus', 'other', 'not-spam', 'opt-out', 'auth-failure'):
        yield f'arf-{kind}', arf(kind), kind, [], reports.ID
    yield 'arf-rcpt', arf('abuse', more='Original-Rcpt-To: <joe@example.com>\nOriginal-Rcpt-To: kim@example.org\n'), 'abuse', ['joe@example.com', 'kim@example.org'], reports.ID
    yield 'arf-unknown-type', arf('disliked'), 'other', [], reports.ID
    yield 'arf-two-ids', arf('abuse', returned='Message-ID: <forged@evil.example>\n' + reports.RETURNED), 'abuse', [], reports.ID
    yield 'arf-headers', arf('abuse').replace('message/rfc822', 'text/rfc822-headers'), 'abuse', [], reports.ID
    yield 'arf-mislabelled', arf('abuse').replace('message/feedback-report', 'text/plain'), 'abuse', [], reports.ID
    yield 'jmrp', 'From: staff@hotmail.example\nSubject: complaint about message from 192.0.2.25\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: joe@example.com\n' + reports.RETURNED, \
        'abuse', ['joe@example.com'], reports.ID


def cases():
    for i, subject in enumerate(SUBJECTS):
        yield f'vacation-{i}', mail('joe@example.com', subject, AWAY), 'auto_reply', [], None
    for i, header in enumerate(HEADERS):
        yield f'auto-{i}', mail('joe@example.com', 'Re: News', AWAY, header + '\nReturn-Path: <>\n'), 'auto_reply', [], None
    for i, subject in enumerate(CHALLENGES):
        yield f'challenge-{i}', mail('joe@example.com', subject, AWAY), 'challenge', [], None
    receipt = inline('joe@example.com', 'Read: News', [('text/plain', 'Your message was read.'), ('message/disposition-notification', 'Reporting-UA: x\nFinal-Recipient: rfc822; joe@example.com\nDisposition: manual-action/MDN-sent-manually; displayed\n')],
                     kind='report; report-type=disposition-notification')
    yield 'receipt', receipt, 'auto_reply', [], None
    yield 'receipt-deleted', receipt.replace('displayed', 'deleted'), 'auto_reply', [], None
    for name, text in (*by_people(), *of_every_mailer()):
        yield name, text, 'none', [], None
    delayed = words.MAILERS['exim'][3].replace('could not be delivered', 'has not yet been delivered').replace('This is a permanent error. ', '')
    yield 'delayed-exim', mail('Mail Delivery System <Mailer-Daemon@mx.example.net>', 'Warning: message 1xVbZe-00002s-0P delayed 24 hours', delayed), 'delayed', [('joe@example.com', None, '')], None
    yield 'delayed-gmail', mail('Mail Delivery Subsystem <mailer-daemon@googlemail.example>', 'Delivery Status Notification (Delay)', 'Delivery to the following recipient has been delayed:\n\n     joe@example.com\n\nMessage will be retried for 2 more day(s)\n'), \
        'delayed', [('joe@example.com', None, '')], None
    yield 'delayed-sendmail', mail('MAILER-DAEMON@mx.example.net', 'Warning: could not send message for past 4 hours', '    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n   ----- The following addresses had transient non-fatal errors -----\n<joe@example.com>\n'), \
        'delayed', [('joe@example.com', None, '')], None
