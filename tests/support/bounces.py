"""Bounces and complaints as a server of ours would have stored them, and the log of the mail that they are about."""
import hmac
import os

OURS = 'mx1.shop.example'
TIME = 'Sun, 22 Nov 2026 09:00:00 +0000'


def received(host, ip, how='postfix', helo=None):
    """What a server of ours writes; host None: the address has no name."""
    helo = helo or host or 'nobody'
    if how == 'exim':
        return f'from {host} ([{ip}] helo={helo})\n\tby {OURS} with esmtps (Exim 4.96) id 1xVbZa-00002s-0P\n\tfor b@shop.example; {TIME}' if host \
            else f'from [{ip}] (helo={helo})\n\tby {OURS} with esmtps (Exim 4.96) id 1xVbZa-00002s-0P; {TIME}'
    if how == 'sendmail':
        return f'from {helo} ({host + " " if host else ""}[{ip}])\n\tby {OURS} (8.17.1/8.17.1) with ESMTP id 6ANLT0qu000068; {TIME}'
    return f'from {helo} ({host or "unknown"} [{ip}])\n\tby {OURS} (Postfix) with ESMTP id 4A1B2C3D4E\n\tfor <b@shop.example>; {TIME}'


def dsn(recipient, message_id, source, *, reporter=None, original=None, status='5.1.1', words=None, action='failed', path='<>', below=(), how='postfix',
        helo=None, date=TIME, trace=None, inside='', queue_id=None, to='b@shop.example', remote=None):
    """source: (host, ip) of the server that hands it to ours; trace: its Received field, else made of it; below: those that came with it."""
    words = words or f'550 {status} <{recipient}>: User unknown'
    fields = [f'Return-Path: {path}'] if path is not None else []
    fields += [f'Received: {trace}' if trace else f'Received: {received(*source, how, helo)}'] if source or trace else []
    fields += [f'Received: {one}' for one in below]
    fields += [f'Date: {date}', f'From: MAILER-DAEMON@{reporter or (source and source[0]) or "mx.example"}', f'To: {to}',
               'Subject: Undelivered Mail Returned to Sender', 'MIME-Version: 1.0',
               'Content-Type: multipart/report; report-type=delivery-status; boundary="b"']
    report = f'Reporting-MTA: dns; {reporter or (source and source[0]) or "mx.example"}\n' + (f'X-Postfix-Queue-ID: {queue_id}\n' if queue_id else '') + '\n'
    report += f'Original-Recipient: rfc822;{original}\n' if original else ''
    report += f'Remote-MTA: dns; {remote}\n' if remote else ''
    report += f'Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n'
    return '\n'.join(fields) + f'''

--b
Content-Type: text/plain

It could not be delivered.
{inside}
--b
Content-Type: message/delivery-status

{report}
--b
Content-Type: text/rfc822-headers

From: news@shop.example
{f'Message-ID: {message_id}' if message_id else 'X-Nothing: here'}
Subject: news

--b--
'''


def complaint(recipient, message_id, source, *, kind='abuse', path='<fbl@provider.example>', how='postfix', sender='b@shop.example', to='fbl@shop.example'):
    """recipient None: the provider has taken him out."""
    whom = f'Original-Rcpt-To: <{recipient}>\n' if recipient else ''
    return f'''Return-Path: {path}
Received: {received(*source, how)}
Date: {TIME}
From: fbl@provider.example
To: {to}
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

An abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: provider/1
Version: 1
Original-Mail-From: <{sender}>
{whom}
--b
Content-Type: message/rfc822

From: news@shop.example
To: {recipient or 'undisclosed-recipients:;'}
{f'Message-ID: {message_id}' if message_id else 'X-Nothing: here'}
Subject: news

Hello.
--b--
'''


def exim_report(parent, child, message_id, source, *, via='generated from', remote=None, to='b@shop.example'):
    """As Exim since 4.85: the report names the parent, the words the child and whom it comes from."""
    host = f'    host {remote} [198.51.100.8]\n    SMTP error from remote mail server after RCPT TO:<{child}>:\n    550 5.1.1 User unknown\n' if remote else '    Unrouteable address\n'
    said = f'Remote-MTA: dns; {remote}\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n' if remote else ''
    return f'''Return-Path: <>
Received: {received(*source)}
X-Failed-Recipients: {child}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@{source[0]}>
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary=b
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Date: {TIME}

--b
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {child}
    ({via} {parent})
{host}
--b
Content-type: message/delivery-status

Reporting-MTA: dns; {source[0]}

Action: failed
Final-Recipient: rfc822;{parent}
Status: 5.0.0
{said}
--b
Content-type: text/rfc822-headers

From: news@shop.example
Message-ID: {message_id}
Subject: news

--b--
'''


def tag(key, recipient, day=20779, how='sha256', name='news', verp=False):
    """The envelope sender that a mail system makes for this recipient; 20779 is Sun, 22 Nov 2026."""
    local = name + ('+' + recipient.replace('@', '=') if verp else '')
    mark = hmac.new(key.encode(), f'{day}:{recipient}:{local}@shop.example'.lower().encode(), how).hexdigest()[:16]
    return f'{local}+{day}.{mark}@shop.example'


def maildir(folder, mails):
    for name in 'new', 'cur', 'tmp':
        os.makedirs(f'{folder}/{name}', exist_ok=True)
    for number, mail in enumerate(mails):
        with open(f'{folder}/new/{number:05d}', 'w', newline='', errors='surrogateescape') as file:
            file.write(mail)


def mbox(path, mails):
    with open(path, 'w', newline='', errors='surrogateescape') as file:
        for mail in mails:
            file.write('From MAILER-DAEMON Sun Nov 22 09:00:00 2026\n')
            file.write(''.join('>' + line if line.lstrip('>').startswith('From ') else line for line in mail.splitlines(True)) + '\n')


def postfix(number, message_id, deliveries, day=22, hour=3, sender='b@shop.example', host='mx1'):
    """deliveries: (recipient, relay host, relay address[, original])."""
    stamp, queue_id = f'Nov {day:2d} {hour:02d}:{number // 60 % 60:02d}:{number % 60:02d} {host}', f'{0x50000000 + number:X}'
    lines = [f'{stamp} postfix/smtpd[1]: {queue_id}: client=app.example.org[192.0.2.1]', f'{stamp} postfix/cleanup[2]: {queue_id}: message-id={message_id}',
             f'{stamp} postfix/qmgr[3]: {queue_id}: from=<{sender}>, size=1000, nrcpt={len(deliveries)} (queue active)']
    for recipient, relay, ip, *original in deliveries:
        also = f' orig_to=<{original[0]}>,' if original else ''
        lines.append(f'{stamp} postfix/smtp[4]: {queue_id}: to=<{recipient}>,{also} relay={relay}[{ip}]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, '
                     'status=sent (250 2.0.0 Ok)')
    return lines + [f'{stamp} postfix/qmgr[3]: {queue_id}: removed']


def exim(number, message_id, deliveries, day=22, hour=3, sender='b@shop.example', host=None):
    stamp = f'2026-11-{day:02d} {hour:02d}:{number // 60 % 60:02d}:{number % 60:02d}'
    queue_id = f'1xVbZ{chr(97 + number // 26 % 26)}-0000{number % 100:02d}-0P'
    lines = [f'{stamp} {queue_id} <= {sender} H=app.example.org (app) [192.0.2.1] P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=1000 '
             f'id={message_id.strip("<>")} T="news id=none"']
    for recipient, relay, ip, *original in deliveries:
        also = f' <{original[0]}>' if original else ''
        lines.append(f'{stamp} {queue_id} => {recipient}{also} R=dnslookup T=remote_smtp H={relay} [{ip}] C="250 OK"')
    return lines + [f'{stamp} {queue_id} Completed']


def sendmail(number, message_id, deliveries, day=22, hour=3, sender='b@shop.example', host='mx1'):
    stamp, queue_id = f'Nov {day:2d} {hour:02d}:{number // 60 % 60:02d}:{number % 60:02d} {host}', f'6AM3B{number % 60:02d}u{number:06d}'
    lines = [f'{stamp} sendmail[1]: {queue_id}: from=<{sender}>, size=1000, class=0, nrcpts={len(deliveries)}, msgid={message_id}, proto=ESMTP, daemon=MTA, '
             'relay=app.example.org [192.0.2.1]']
    for recipient, relay, ip, *_ in deliveries:
        lines.append(f'{stamp} sendmail[2]: {queue_id}: to=<{recipient}>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=31000, relay={relay}. [{ip}], '
                     'dsn=2.0.0, stat=Sent (ok)')
    return lines


WRITERS = {'postfix': postfix, 'exim': exim, 'sendmail': sendmail}
