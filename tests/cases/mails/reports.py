"""Mails with a report for programs (RFC 3464, 6522, 6533), by the templates of the servers that write them, and what is
right about each: kind, [(recipient, status, what the reply must hold)], Message-ID of the mail that came back."""
import base64
import quopri

RETURNED = 'Return-Path: <news@shop.example>\nReceived: from shop.example by mx.example.net\nMessage-ID: <4711@shop.example>\nFrom: News <news@shop.example>\n' \
    'To: joe@example.com\nSubject: News of November\n\nHello,\n\n<victim@example.org>: 550 5.1.1 User unknown\n\nFinal-Recipient: rfc822; victim@example.org\nAction: failed\nStatus: 5.1.1\n'
ID = '<4711@shop.example>'


def report(words, status, returned=RETURNED, sender='MAILER-DAEMON@mx.example.net (Mail Delivery System)', subject='Undelivered Mail Returned to Sender',
           status_type='message/delivery-status', returned_type='message/rfc822', boundary='b1', encode=None, head='', report_type='delivery-status'):
    def part(kind, body):
        if encode == 'base64':
            return f'Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(body.encode()).decode()}'
        if encode == 'qp':
            return f'Content-Type: {kind}\nContent-Transfer-Encoding: quoted-printable\n\n{quopri.encodestring(body.encode()).decode()}'
        return f'Content-Type: {kind}\n\n{body}'
    parts = [part('text/plain; charset=utf-8', words), part(status_type, status)]
    if returned is not None:
        parts.append(part(returned_type, returned))
    body = ''.join(f'--{boundary}\n{text}\n' for text in parts)
    return f'Return-Path: <>\n{head}From: {sender}\nTo: bounce+1@shop.example\nSubject: {subject}\nMIME-Version: 1.0\n' \
        f'Content-Type: multipart/report; report-type={report_type};\n\tboundary="{boundary}"\n\nThis is a MIME-encapsulated message.\n\n{body}--{boundary}--\n'


def fields(*recipients, head='Reporting-MTA: dns; mx.example.net\nArrival-Date: Sun, 22 Nov 2026 03:11:09 +0000\n'):
    return head + '\n' + '\n'.join(recipients)


def one(address='joe@example.com', action='failed', status='5.1.1', diagnostic='smtp; 550 5.1.1 <joe@example.com>: User unknown', original=None, more='', kind='rfc822'):
    lines = [f'Final-Recipient: {kind}; {address}']
    if original:
        lines.append(f'Original-Recipient: {original}')
    lines += [f'Action: {action}', f'Status: {status}']
    if diagnostic:
        lines.append(f'Diagnostic-Code: {diagnostic}')
    return '\n'.join(lines) + '\n' + more


WORDS = 'This is the mail system at host mx.example.net.\n\n<joe@example.com>: host mx.example.com[192.0.2.7] said: 550 5.1.1\n    <joe@example.com>: User unknown\n'
JOE = [('joe@example.com', '5.1.1', 'User unknown')]

# server: (words, status, what is right)
SERVERS = {
    'postfix': (WORDS, fields(one(more='Remote-MTA: dns; mx.example.com\n'), head='Reporting-MTA: dns; mx.example.net\nX-Postfix-Queue-ID: 4Xy1Zq2abc\n'
                'X-Postfix-Sender: rfc822; news@shop.example\nArrival-Date: Sun, 22 Nov 2026 03:11:09 +0000 (UTC)\n'), JOE),
    'postfix-words': (WORDS, fields(one(status='5.4.4', diagnostic='X-Postfix; Host or domain name not found. Name service error\n    for name=example.com type=A: Host not found')),
                      [('joe@example.com', '5.4.4', 'Name service error for name=example.com type=A: Host not found')]),
    'sendmail': ('The original message was received at Sun, 22 Nov 2026 03:11:09 GMT\n', 'Reporting-MTA: dns; mx.example.net\nReceived-From-MTA: DNS; localhost\n'
                 'Arrival-Date: Sun, 22 Nov 2026 03:11:09 GMT\n\nFinal-Recipient: RFC822; joe@example.com\nAction: failed\nStatus: 5.1.1\nRemote-MTA: DNS; mx.example.com\n'
                 'Diagnostic-Code: SMTP; 550 5.1.1 <joe@example.com>... User unknown\nLast-Attempt-Date: Sun, 22 Nov 2026 03:11:10 GMT\n', JOE),
    'exim': ('This message was created automatically by mail delivery software.\n', 'Reporting-MTA: dns; mx.example.net\n\nAction: failed\nFinal-Recipient: rfc822;joe@example.com\n'
             'Status: 5.0.0\nRemote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n', [('joe@example.com', '5.0.0', '550 5.1.1 User unknown')]),
    'exchange': ('Delivery has failed to these recipients or groups:\n\njoe@example.com\nThe email address you entered couldn\'t be found.\n',
                 'Reporting-MTA: dns;mx.example.net\nReceived-From-MTA: dns;mx1.example.net\nArrival-Date: Sun, 22 Nov 2026 03:11:09 +0000\n\n'
                 'Original-Recipient: rfc822;joe@example.com\nFinal-Recipient: rfc822;joe@example.com\nAction: failed\nStatus: 5.1.10\n'
                 'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient\n not found by SMTP address lookup\n', [('joe@example.com', '5.1.10', 'RecipientNotFound; Recipient not found')]),
    'exchange-2003': ('Your message did not reach some or all of the intended recipients.\n', 'Reporting-MTA: dns;mx.example.net\n\nFinal-Recipient: RFC822;joe@example.com\nAction: failed\nStatus: 5.1.1\n'
                      'X-Display-Name: Joe\n', [('joe@example.com', '5.1.1', '')]),
    'gmail': ('** Address not found **\n\nYour message wasn\'t delivered to joe@example.com because the address couldn\'t be found.\n',
              'Reporting-MTA: dns; googlemail.example\nArrival-Date: Sun, 22 Nov 2026 03:11:09 -0800 (PST)\nX-Original-Message-ID: <4711@shop.example>\n\nFinal-Recipient: rfc822; joe@example.com\n'
              'Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.com. (192.0.2.7, the server for the domain example.com.)\n'
              'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\n 550 5.1.1  https://support.example/ - gsmtp\nLast-Attempt-Date: Sun, 22 Nov 2026 03:11:10 -0800 (PST)\n',
              [('joe@example.com', '5.1.1', 'The email account that you tried to reach does not exist.')]),
    'courier': ('This is a delivery status notification from mx.example.net,\n', 'Reporting-MTA: dns; mx.example.net\nArrival-Date: Sun, 22 Nov 2026 03:11:09 +0000\nReceived-From-MTA: dns; localhost\n\n'
                'Final-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; mx.example.com [192.0.2.7]\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n',
                [('joe@example.com', '5.0.0', '550 5.1.1 User unknown')]),
    'ses': ('An error occurred while trying to deliver the mail to the following recipients:\njoe@example.com\n', 'Reporting-MTA: dns; smtp-out.example\n\nAction: failed\nFinal-Recipient: rfc822; joe@example.com\n'
            'Diagnostic-Code: smtp; 550 5.1.1 user unknown\nStatus: 5.1.1\n', [('joe@example.com', '5.1.1', 'user unknown')]),
    'powermta': ('Hello, this is the mail server on mx.example.net.\n', 'Reporting-MTA: dns;mx.example.net\nX-PowerMTA-VirtualMTA: v1\nReceived-From-MTA: dns;app (192.0.2.25)\nArrival-Date: Sun, 22 Nov 2026 03:11:09 +0000\n\n'
                 'Final-Recipient: rfc822;joe@example.com\nAction: failed\nStatus: 5.1.1 (bad destination mailbox address)\nRemote-MTA: dns;mx.example.com (192.0.2.7)\n'
                 'Diagnostic-Code: smtp;550 5.1.1 User unknown\nX-PowerMTA-BounceCategory: bad-mailbox\n', JOE),
    'opensmtpd': ('    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n', 'Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.1.1\n', [('joe@example.com', '5.1.1', '')]),
    'domino': ('Your message\n\n  Subject: News\n\nwas not delivered to:\n\n  joe@example.com\n\nbecause:\n\n  User joe (joe@example.com) not listed in Domino Directory\n',
               'Reporting-MTA: dns;mx.example.net\n\nFinal-Recipient: rfc822;joe@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: X-Notes; User joe (joe@example.com) not listed in Domino Directory\n',
               [('joe@example.com', '5.1.1', 'not listed in Domino Directory')]),
    'james': ('Hi. This is the James mail server at mx.example.net.\n', 'Reporting-MTA: dns; mx.example.net\nReceived-From-MTA: dns; 192.0.2.25\n\nFinal-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.1.1\n'
              'Diagnostic-Code: X-James; 550 5.1.1 User unknown\n', JOE),
    'messaging-server': ('This report relates to a message you sent with the following header fields:\n', 'Reporting-MTA: dns;mx.example.net (tcp-daemon)\n\nOriginal-recipient: rfc822;joe@example.com\n'
                         'Final-recipient: rfc822;joe@example.com\nAction: failed\nStatus: 5.1.1 (recipient address)\nRemote-MTA: dns;mx.example.com (TCP|192.0.2.25|1|192.0.2.7|25)\n'
                         'Diagnostic-code: smtp;550 5.1.1 User unknown\n', JOE),
    'mimecast': ('The message you sent could not be delivered.\n', fields(one(diagnostic='smtp; 550 Invalid Recipient - https://community.example/docs#550 [x.uk1]')), [('joe@example.com', '5.1.1', 'Invalid Recipient')]),
    'several': (WORDS, fields(one(), one('kim@example.org', status='5.2.2', diagnostic='smtp; 552 5.2.2 Mailbox full'), one('lee@example.net', status='4.4.1', diagnostic='X-Postfix; connect to mx: Connection timed out')),
                [('joe@example.com', '5.1.1', 'User unknown'), ('kim@example.org', '5.2.2', 'Mailbox full'), ('lee@example.net', '4.4.1', 'timed out')]),
    'no-empty-lines': (WORDS, fields(one() + one('kim@example.org').rstrip('\n') + '\n'), [('joe@example.com', '5.1.1', ''), ('kim@example.org', '5.1.1', '')]),
    'empty-lines': (WORDS, '\n\n' + fields(one() + '\n\n\n', one('kim@example.org')), [('joe@example.com', '5.1.1', ''), ('kim@example.org', '5.1.1', '')]),
    'brackets': (WORDS, fields(one('<joe@example.com>', diagnostic='SMTP;550 User unknown')), JOE),
    'no-type': (WORDS, 'Reporting-MTA: mx.example.net\n\nFinal-Recipient: joe@example.com\nAction: Failed\nStatus: 5.1.1\nDiagnostic-Code: 550 User unknown\n', JOE),
    'no-action': (WORDS, 'Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; joe@example.com\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 User unknown\n', JOE),
    'utf-8-hex': (WORDS, fields(one(r'Dj\x{F8}ran@example.com', kind='utf-8')), [('Djøran@example.com', '5.1.1', '')]),
    'utf-8-raw': (WORDS, fields(one('Djøran@bücher.example', kind='UTF-8')), [('Djøran@bücher.example', '5.1.1', '')]),
    'utf-8-xtext': (WORDS, fields(one('joe+2Bnews@example.com', kind='utf-8')), [('joe+news@example.com', '5.1.1', '')]),
    'tag': (WORDS, fields(one('joe+AB@example.com', original='rfc822;joe+AB@example.com')), [('joe+AB@example.com', '5.1.1', '')]),
    'tag-2b': (WORDS, fields(one('joe+2Bx@example.com')), [('joe+2Bx@example.com', '5.1.1', '')]),
    'quoted-local': (WORDS, fields(one('"joe doe"@example.com')), [('"joe doe"@example.com', '5.1.1', '')]),
    'no-domain': ('It failed.\n', fields(one('root', diagnostic='x-unix; 550 User unknown')), []),
    'x400': ('It failed.\n', fields(one('c=US;a= ;p=Example', kind='X400')), []),
    'only-original': (WORDS, 'Reporting-MTA: dns; mx.example.net\n\nOriginal-Recipient: rfc822;joe@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 User unknown\n', JOE),
    'comments': (WORDS, fields(one('joe@example.com (Joe Doe)', action='failed (user unknown)', status='5.1.1 (bad address)')), [('joe@example.com', '5.1.1', '')]),
    'forged-diagnostic': (WORDS, fields(one(diagnostic='smtp; 550 5.1.1 x Final-Recipient: rfc822; victim@example.org\n Final-Recipient: rfc822; victim@example.org\n Action: failed')),
                          [('joe@example.com', '5.1.1', 'victim@example.org')]),
}


def crlf(mail):
    return mail.replace('\n', '\r\n')


# What happens to a report on its way: how it is written then.
WAYS = {
    'plain': lambda words, status: report(words, status),
    'crlf': lambda words, status: crlf(report(words, status)),
    'base64': lambda words, status: report(words, status, encode='base64', returned_type='text/rfc822-headers'),
    'qp': lambda words, status: report(words, status, encode='qp', returned_type='text/rfc822-headers'),
    'as-text': lambda words, status: report(words, status, status_type='text/plain; name=details.txt'),
    'as-octets': lambda words, status: report(words, status, status_type='application/octet-stream'),
    'global': lambda words, status: report(words, status, status_type='message/global-delivery-status', returned_type='message/global'),
    'global-headers': lambda words, status: report(words, status, status_type='message/global-delivery-status', returned_type='message/global-headers'),
    'headers': lambda words, status: report(words, status, returned=RETURNED.split('\n\n')[0] + '\n', returned_type='text/rfc822-headers'),
    'mixed': lambda words, status: report(words, status).replace('multipart/report; report-type=delivery-status', 'multipart/mixed'),
    'unquoted': lambda words, status: report(words, status).replace('boundary="b1"', 'boundary=b1').replace('delivery-status;\n\t', 'delivery-status; '),
}


def by_a_list(mail):
    """Sent on by a mailing list that adds a footer."""
    head, body = mail.split('\n\n', 1)
    kind = head[head.index('Content-Type:'):]
    return f'Return-Path: <list-bounces@lists.example.org>\nFrom: MAILER-DAEMON@mx.example.net\nList-Id: <list.lists.example.org>\nPrecedence: list\nSubject: Undelivered Mail\nMIME-Version: 1.0\n' \
        f'Content-Type: multipart/mixed; boundary=outer\n\n--outer\n{kind}\n\n{body}\n--outer\nContent-Type: text/plain\n\n_______\nlist mailing list\n--outer--\n'


def attached(mail):
    """Sent on by a program as an attachment, as Mailman does with bounces that it does not know."""
    return 'Return-Path: <mailman-bounces@lists.example.org>\nFrom: mailman@lists.example.org\nTo: list-owner@lists.example.org\nX-List-Administrivia: yes\nAuto-Submitted: auto-generated\n' \
        'Subject: Uncaught bounce notification\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: text/plain\n\n' \
        f'The attached message was received as a bounce.\n\n--outer\nContent-Type: message/rfc822\n\n{mail}\n--outer--\n'


def alone(mail):
    """A gateway that wraps the whole mail."""
    return f'From: gateway@example.net\nSubject: Fw\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{mail}'


def cases():
    for server, (words, status, right) in SERVERS.items():
        yield f'{server}', report(words, status), 'failed', right, ID
    words, status, right = SERVERS['postfix']
    for way, write in WAYS.items():
        for server in ('postfix', 'sendmail', 'exchange', 'gmail', 'several', 'utf-8-hex', *[name for name in ('exim', 'yahoo', 'amazon') if name in SERVERS]):
            words, status, right = SERVERS[server]
            yield f'{server}-{way}', write(words, status), 'failed', right, ID
    for wrap in (by_a_list, attached, alone):
        for server in ('postfix', 'exchange', 'several'):
            words, status, right = SERVERS[server]
            yield f'{server}-{wrap.__name__}', wrap(report(words, status)), 'failed', right, ID
    for action, kind, code in (('delayed', 'delayed', '4.4.1'), ('relayed', 'relayed', '2.0.0'), ('expanded', 'expanded', '2.0.0'), ('delivered', 'delivered', '2.1.5')):
        yield f'action-{action}', report('Your message was handled.\n', fields(one(action=action, status=code, diagnostic=None))), kind, [('joe@example.com', code, '')], ID
    yield 'failed-and-delayed', report(WORDS, fields(one(), one('kim@example.org', action='delayed', status='4.4.1', diagnostic=None))), 'failed', \
        [('joe@example.com', '5.1.1', ''), ('kim@example.org', '4.4.1', '')], ID
    yield 'no-returned', report(WORDS, fields(one()), returned=None), 'failed', JOE, None
    yield 'two-message-ids', report(WORDS, fields(one()), returned='Message-ID: <first@evil.example>\n' + RETURNED), 'failed', JOE, ID
    yield 'reply-from-words', report(WORDS, fields(one(diagnostic=None))), 'failed', [('joe@example.com', '5.1.1', '550 5.1.1 <joe@example.com>: User unknown')], ID
    yield 'no-status-part', report(WORDS, '', status_type='text/plain'), 'failed', [('joe@example.com', None, 'User unknown')], ID
    double = report('Hi.\n', fields(one('kim@example.org')), returned=report(WORDS, fields(one('victim@example.org'))).replace('b1', 'b2'))
    yield 'double-bounce', double, 'failed', [('kim@example.org', '5.1.1', '')], None
