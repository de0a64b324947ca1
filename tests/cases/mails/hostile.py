"""Mails that want to be too much: each must be read in time and memory, and what was left out be named. (name, bytes, limits that
must be named, kind or None for any)."""
from mails import reports

GOOD = reports.report(*reports.SERVERS['postfix'][:2])


def nested(depth):
    head = ''.join(f'Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n' for i in range(depth))
    return f'From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\nMIME-Version: 1.0\n{head}Content-Type: text/plain\n\nHello\n'


def attached(depth):
    return 'From: MAILER-DAEMON@mx.example.net\n' + 'Content-Type: message/rfc822\n\n' * depth + 'Hello\n'


def cases():
    words, status = reports.SERVERS['postfix'][:2]
    many = 'From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n'
    yield 'parts-10000', (many + '--x\n\nHello\n' * 10000).encode(), ['parts'], None
    yield 'parts-600000', (many + '--x\n\n' * 600000).encode(), ['parts'], None
    yield 'depth-1000', nested(1000).encode(), ['depth'], None
    yield 'depth-30000', nested(30000).encode(), ['depth'], None
    yield 'attached-1000', attached(1000).encode(), [], None
    yield 'recipients-5000', reports.report(words, reports.fields(*[reports.one(f'u{i}@example.com') for i in range(5000)])).encode(), ['recipients'], 'failed'
    yield 'header-of-1-mb', ('X-A: ' + 'a' * 1000000 + '\n' + GOOD).encode(), ['headers'], None
    yield 'field-of-20-kb', ('Subject: ' + 'a' * 20000 + '\n' + GOOD).encode(), ['field'], 'failed'
    yield 'diagnostic-of-1-mb', reports.report(words, reports.fields(reports.one(diagnostic='smtp; 550 ' + '\n a' * 400000))).encode(), ['body'], 'failed'
    yield 'folds-100000', reports.report(words, reports.fields(reports.one(diagnostic='smtp; 550 x' + '\n y' * 100000))).encode(), ['field'], 'failed'
    yield 'mail-of-12-mb', GOOD.encode() + b'a' * 12000000, ['mail'], 'failed'
    yield 'headers-1000000', b'From: MAILER-DAEMON@mx.example.net\nContent-Type: text/plain\n' + b'X-A: b\n' * 1000000 + b'\nx\n', ['headers'], None
    yield 'parameters-1000000', b'From: MAILER-DAEMON@mx.example.net\nContent-Type: text/plain' + b'; a=b' * 1000000 + b'\n\nx\n', ['headers'], None
    yield 'addresses-400000', b'From: MAILER-DAEMON@mx.example.net\nTo: ' + b'a@example.com, ' * 400000 + b'\n\nx\n', ['headers'], None
    yield 'attached-270000', attached(270000).encode(), [], None
    yield 'one-line', b'a' * 1500000, [], 'none'
    yield 'nuls', GOOD.replace('User unknown', 'User\0unknown').encode(), [], 'failed'
    yield 'nuls-everywhere', GOOD.replace('\n', '\0\n').encode(), [], None
    yield 'all-nuls', b'\0' * 100000, [], 'none'
    yield 'all-bytes', bytes(range(256)) * 1000, [], None
    yield 'broken-base64', reports.report(words, status, encode='base64').replace('=', '!').encode(), [], None
    yield 'cut-base64', reports.report(words, status, encode='base64').encode()[:900], [], None
    for at in (10, 100, 300, 500, 800, 1000, 1200):
        yield f'cut-{at}', GOOD.encode()[:at], [], None
    yield 'no-end', GOOD.encode().replace(b'--b1--', b''), [], 'failed'
    yield 'bad-utf-8', GOOD.replace('joe@', 'j\udcff\udcfe@').encode('utf-8', 'surrogateescape'), [], None
    yield 'no-colons', b'From\nSubject\n\n' + b'x\n' * 100000, [], 'none'
    yield 'blank-lines', b'From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\n\n' + b'\n' * 1000000, [], 'failed'
    yield 'angles', b'From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\n\n' + b'<' * 500000, [], 'failed'
    yield 'addresses', b'From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\n\n' + b'<a@example.com>:\n' * 30000, [], 'failed'
    yield 'dashes', b'From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n' + b'-' * 500000, [], 'failed'
    yield 'at-signs', b'From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\nunable to deliver\n' + b'a@' * 250000, [], 'failed'
