"""Mails without a report for programs, in the words of mailers: the hits of patterns/notices.yaml are of the same mailers, but these were
written from their sources and manuals, and go through what mail goes through: encodings, HTML, quoted originals that lie."""
import base64
import html
import quopri

LIES = 'Return-Path: <news@shop.example>\nReceived: from shop.example by mx.example.net\nMessage-ID: <4711@shop.example>\nFrom: News <news@shop.example>\nTo: joe@example.com\nSubject: News\n\n' \
    '<victim@example.org>:\nRemote host said: 550 5.1.1 User unknown\n\n  victim@example.org\n    550 User unknown\n'
ID = '<4711@shop.example>'
UNKNOWN = '550 5.1.1 <joe@example.com>: User unknown'

# name: (sender, subject, more headers, words, marker before the original, what is right)
MAILERS = {
    'qmail': ('MAILER-DAEMON@mx.example.net', 'failure notice', '', "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
              f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<joe@example.com>:\n192.0.2.7 does not like recipient.\nRemote host said: {UNKNOWN}\nGiving up on 192.0.2.7.\n\n",
              '--- Below this line is a copy of the message.\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'qmail-several': ('MAILER-DAEMON@mx.example.net', 'failure notice', '', "Hi. This is the qmail-send program at mx.example.net.\n\n<joe@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
                      "<kim@example.org>:\nSorry, I couldn't find any host named example.org. (#5.1.2)\n\n", '--- Below this line is a copy of the message.\n\n',
                      [('joe@example.com', None, 'no mailbox here'), ('kim@example.org', None, 'any host named')]),
    'exim': ('Mail Delivery System <Mailer-Daemon@mx.example.net>', 'Mail delivery failed: returning message to sender', 'X-Failed-Recipients: joe@example.com\nAuto-Submitted: auto-replied\n',
             'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n'
             f'  joe@example.com\n    host mx.example.com [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<joe@example.com>:\n    {UNKNOWN}\n\n',
             '------ This is a copy of the message, including all the headers. ------\n\n', [('joe@example.com', None, UNKNOWN)]),
    'exim-several': ('Mail Delivery System <Mailer-Daemon@mx.example.net>', 'Mail delivery failed: returning message to sender', 'X-Failed-Recipients: joe@example.com,\n  kim@example.org\nAuto-Submitted: auto-replied\n',
                     'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n'
                     '  joe@example.com\n    Unrouteable address\n  kim@example.org\n    retry timeout exceeded\n\n', '------ This is a copy of the message, including all the headers. ------\n\n',
                     [('joe@example.com', None, 'Unrouteable address'), ('kim@example.org', None, 'retry timeout exceeded')]),
    'postfix': ('MAILER-DAEMON@mx.example.net (Mail Delivery System)', 'Undelivered Mail Returned to Sender', '', "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\n"
                f'be delivered to one or more recipients. It\'s attached below.\n\n                   The mail system\n\n<joe@example.com>: host mx.example.com[192.0.2.7] said:\n    {UNKNOWN} (in reply to RCPT TO command)\n\n',
                '----- Original message -----\n\n', [('joe@example.com', None, 'User unknown')]),
    'sendmail': ('Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>', 'Returned mail: see transcript for details', '', 'The original message was received at Sun, 22 Nov 2026 03:11:09 GMT\nfrom localhost [127.0.0.1]\n\n'
                 '   ----- The following addresses had permanent fatal errors -----\n<joe@example.com>\n    (reason: 550 5.1.1 <joe@example.com>... User unknown)\n\n   ----- Transcript of session follows -----\n'
                 '... while talking to mx.example.com.:\n>>> RCPT To:<joe@example.com>\n<<< 550 5.1.1 <joe@example.com>... User unknown\n\n', '   ----- Original message follows -----\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'opensmtpd': ('Mailer Daemon <MAILER-DAEMON@mx.example.net>', 'Delivery status notification: error', '', '    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n'
                  f'    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\njoe@example.com: {UNKNOWN}\n\n', '    Below is a copy of the original message:\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'kundenserver': ('"Mail Delivery System" <mailer-daemon@kundenserver.example>', 'Mail delivery failed: returning message to sender', '', 'This message was created automatically by mail delivery software.\n\n'
                     'A message that you sent could not be delivered to\none or more of its recipients. This is a permanent error.\n\nThe following address failed:\n\n    joe@example.com:\n'
                     f'        SMTP error from remote server for RCPT TO command, host: mx.example.com (192.0.2.7) reason: {UNKNOWN}\n\n', '--- The header of the original message is following. ---\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'gmx': ('"GMX Mailer Daemon" <mailer-daemon@gmx.example>', 'Mail delivery failed: returning message to sender', '', 'This message was created automatically by mail delivery software.\n\n'
            'A message that you sent could not be delivered to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\n"joe@example.com":\nno such user\n\n'.replace('"joe@example.com"', '<joe@example.com>'),
            '--- The header of the original message is following. ---\n\n', [('joe@example.com', None, 'no such user')]),
    'exchange-5.5': ('System Administrator <postmaster@example.net>', 'Undeliverable: News', '', 'Your message\n\n  To:      joe@example.com\n  Subject: News\n  Sent:    Sun, 22 Nov 2026 03:11:09 +0000\n\ndid not reach the following recipient(s):\n\n'
                     'joe@example.com on Sun, 22 Nov 2026 03:11:12 +0000\n    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=US;a= ;p=Example;l=MX\n', '', [('joe@example.com', None, 'not recognized')]),
    'exchange-2007': ('postmaster@example.net', 'Undeliverable: News', '', "Delivery has failed to these recipients or distribution lists:\n\njoe@example.com\nThe recipient's e-mail address was not found.\n\nDiagnostic information for administrators:\n\n"
                      "Generating server: mx.example.net\n\njoe@example.com\nmx.example.com #<mx.example.com #5.1.1 smtp;550 5.1.1 User unknown> #SMTP#\n\n", 'Original message headers:\n\n', [('joe@example.com', None, '')]),
    'm365': ('Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.net>', 'Undeliverable: News', '', "Your message to joe@example.com couldn't be delivered.\n\njoe wasn't found at example.com.\n\n"
             "Reported error: 550 5.1.10\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n", 'Original Message Headers:\n\n', [('joe@example.com', '5.1.10', 'RecipientNotFound')]),
    'iis-smtp': ('postmaster@example.net', 'Delivery Status Notification (Failure)', '', 'This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       joe@example.com\n\n', '', [('joe@example.com', None, '')]),
    'gmail': ('Mail Delivery Subsystem <mailer-daemon@googlemail.example>', 'Delivery Status Notification (Failure)', 'X-Failed-Recipients: joe@example.com\nAuto-Submitted: auto-replied\n',
              "** Address not found **\n\nYour message wasn't delivered to joe@example.com because the address couldn't be found.\n\nThe response from the remote server was:\n\n550 5.1.1 User unknown\n\n", '----- Original message -----\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'gmail-old': ('Mail Delivery Subsystem <mailer-daemon@googlemail.example>', 'Delivery Status Notification (Failure)', '', 'Delivery to the following recipient failed permanently:\n\n     joe@example.com\n\nTechnical details of permanent failure:\n'
                  'Google tried to deliver your message, but it was rejected by the server. The error that the other server returned was: 550 5.1.1 User unknown\n\n', '----- Original message -----\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'google-groups': ('Mail Delivery Subsystem <mailer-daemon@googlemail.example>', 'Delivery Status Notification (Failure)', 'X-Failed-Recipients: list@example.com\n',
                      "Hello news@shop.example,\n\nWe're writing to let you know that the group you tried to contact (list) may not exist, or you may not have permission to post messages to the group.\n\n", '----- Original message -----\n\n', [('list@example.com', None, '')]),
    'yahoo': ('MAILER-DAEMON@yahoo.example', 'Failure Notice', '', 'Sorry, we were unable to deliver your message to the following address.\n\n<joe@example.com>:\n554: delivery error: This user doesn\'t have an account\n\n', '--- Below this line is a copy of the message.\n\n', [('joe@example.com', None, "doesn't have an account")]),
    'ses': ('MAILER-DAEMON@email-smtp.example', 'Delivery Status Notification (Failure)', '', 'An error occurred while trying to deliver the mail to the following recipients:\njoe@example.com\n', '', [('joe@example.com', None, '')]),
    'domino': ('Postmaster@example.net', 'DELIVERY FAILURE: User joe (joe@example.com) not listed in Domino Directory', '', 'Your message\n\n  Subject: News\n\nwas not delivered to:\n\n  joe@example.com\n\nbecause:\n\n  User joe (joe@example.com) not listed in Domino Directory\n\n', '', [('joe@example.com', None, 'not listed')]),
    'groupwise': ('Mailer-Daemon@example.net', 'Message status - undeliverable', '', 'The message that you sent was undeliverable to the following:\n\tjoe@example.com (user not found)\n\n', '', [('joe@example.com', None, 'user not found')]),
    'mailenable': ('Postmaster@example.net', 'Message Delivery Failure', '', 'Message could not be delivered to some recipients.\nThe following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:joe@example.com]\n\tReason: 550 5.1.1 User unknown\n\n', 'Message headers follow:\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'mdaemon': ('MDaemon@example.net', 'Permanent Delivery Failure', '', 'The attached message had PERMANENT fatal delivery errors!\n\n--------------------------------------------------------------\nFailed address: joe@example.com\n--------------------------------------------------------------\n\n--- Session Transcript ---\n--> RCPT To:<joe@example.com>\n<-- 550 5.1.1 User unknown\n', '', [('joe@example.com', '5.1.1', 'User unknown')]),
    'imail': ('Postmaster@example.net', 'Undeliverable Mail', '', 'Unknown user: joe@example.com\n\nRCPT TO generated following response:\n550 5.1.1 User unknown\n\n', 'Original message follows.\n\n', [('joe@example.com', '5.1.1', 'User unknown')]),
    'messagelabs': ('MAILER-DAEMON@messagelabs.example', 'Mail Delivery Failure', '', 'This is the mail delivery agent at messagelabs.example.\nI was unable to deliver your message to the following addresses.\n\njoe@example.com\n\nReason: 550 5.1.1 User unknown\n\n', '', [('joe@example.com', '5.1.1', 'User unknown')]),
    'smail': ('MAILER-DAEMON@example.net', 'mail failed, returning to sender', '', '|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n <joe@example.com> ... unknown host\n', '|------------------------- Message text follows: ------------------------|\n', [('joe@example.com', None, 'unknown host')]),
    'interscan': ('MAILER-DAEMON@example.net', 'Mail could not be delivered', '', '****** Message from InterScan Messaging Security Suite ******\n\nSent >>> RCPT TO: <joe@example.com>\n<<< 550 5.1.1 User unknown\n\n', '', [('joe@example.com', '5.1.1', 'User unknown')]),
    'hmailserver': ('mailer-daemon@example.net', 'Undeliverable: News', '', 'Your message did not reach some or all of the intended recipients.\n\n   Sent: Sun, 22 Nov 2026 03:11:09 +0000\n   Subject: News\n\nThe following recipient(s) could not be reached:\n\njoe@example.com\n   Error Type: SMTP\n   Remote server (192.0.2.7) issued an error.\n   hMailServer sent: RCPT TO:<joe@example.com>\n   Remote server replied: 550 5.1.1 User unknown\n\n', '', [('joe@example.com', '5.1.1', 'User unknown')]),
    'zoho': ('mailer-daemon@mail.zoho.example', 'Undelivered Mail Returned to Sender', 'X-ZohoMail: Si CHF_MF_NL SS_10\n', 'This message was created automatically by mail delivery software.\n A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\n'
             'joe@example.com Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 User unknown\n\n', '', [('joe@example.com', None, 'User unknown')]),
    'barracuda': ('postmaster@example.net', '**Message you sent blocked by our bulk email filter**', '', 'Your message to: joe@example.com\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: News\n', '',
                  [('joe@example.com', None, 'Spam Firewall')]),
    'dovecot': ('Mail Delivery Subsystem <postmaster@example.com>', 'Rejected: News', 'Auto-Submitted: auto-replied (rejected)\n', 'Your message to <joe@example.com> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n', '', [('joe@example.com', None, 'Quota exceeded')]),
    'notes': ('Postmaster@example.net', 'Undeliverable message', '', '------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\njoe@example.com\n\n', '------- Returned Message --------\n\n', [('joe@example.com', None, 'User not listed')]),
    'lsmtp': ('postmaster@example.net', 'Undelivered mail', '', '--> Error description:\n\nError-for:  joe@example.com\nError-Code: 0\nError-Text: Mailer mx.example.com said:\n            "550 User unknown"\n\nError-End:  One error reported.\n\n',
              '------------------------------ Original message ------------------------------\n\n', [('joe@example.com', None, 'User unknown')]),
    'secureserver': ('MAILER-DAEMON@smtp.example.net', 'failure notice', '', "We're sorry. There's a problem with the e-mail address(es) you're trying to send to. Please verify the address(es) and try again.\n\n<joe@example.com>:\nThe e-mail message could not be delivered because the user's mailfolder is full.\n\n",
                     '--- Below this line is a copy of the message.\n\n', [('joe@example.com', None, 'mailfolder is full')]),
    'courier': ('"Courier mail server at mx.example.net" <@>', 'NOTICE: mail delivery status.', '', 'This is a delivery status notification from mx.example.net,\nrunning the Courier mail server, version 0.65.2.\n\nThe original message was received on Sun, 22 Nov 2026 03:11:09 +0000\n\n'
                '---------------------------------------------------------------------------\n\n                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<joe@example.com>:\n    mx.example.com [192.0.2.7]:\n'
                '>>> RCPT TO:<joe@example.com>\n<<< 550 5.1.1 <joe@example.com>: User unknown\n', '', [('joe@example.com', '5.1.1', 'User unknown')]),
    'unknown-words': ('MAILER-DAEMON@example.net', 'Undelivered Mail', '', 'Alas, joe@example.com is no more, as kim@example.org told us.\n', '', []),
    'unknown-words-2': ('Mail Delivery System <postmaster@example.net>', 'Delivery Status Notification (Failure)', '', 'Something went wrong.\n', '', []),
}


def plain(sender, subject, more, words, marker, returned):
    return f'Return-Path: <>\nFrom: {sender}\nTo: bounce+1@shop.example\nSubject: {subject}\n{more}\n{words}{marker}{returned}'


def encoded(sender, subject, more, words, marker, returned):
    text = base64.encodebytes((words + marker + returned).encode()).decode()
    return f'From: {sender}\nSubject: {subject}\n{more}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{text}'


def quoted_printable(sender, subject, more, words, marker, returned):
    text = quopri.encodestring((words + marker + returned).encode()).decode()
    return f'From: {sender}\nSubject: {subject}\n{more}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{text}'


def attached(sender, subject, more, words, marker, returned):
    return f'From: {sender}\nSubject: {subject}\n{more}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{words}\n--b\nContent-Type: message/rfc822\n\n{LIES}\n--b--\n'


def page(sender, subject, more, words, marker, returned):
    return f'From: {sender}\nSubject: {subject}\n{more}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<html><head><title>x</title><style>p {{ color: red }}</style></head>' \
        f'<body><pre>{html.escape(words)}</pre></body></html>\n--b\nContent-Type: message/rfc822\n\n{LIES}\n--b--\n'


def cases():
    for name, (sender, subject, more, words, marker, right) in MAILERS.items():
        returned = LIES if marker else ''
        yield f'{name}', plain(sender, subject, more, words, marker, returned), 'failed', right, ID if marker else None
        for write in (encoded, quoted_printable, attached, page):
            wanted = ID if marker or write in (attached, page) else None
            yield f'{name}-{write.__name__}', write(sender, subject, more, words, marker, returned), 'failed', right, wanted
