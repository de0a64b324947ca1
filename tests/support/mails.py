"""Mail of a shop as a Postfix host logs it: senders, domains and replies of several kinds, deferred, bounced, expired, delivered, over
days. Each line says which part of the mail it is of."""
SENDERS = ('news@news.shop.example', 'bounces+1124-joe=example.com@news.shop.example', 'Orders@Shop.Example', 'bounce-camp-77@mail.example',
           'ops@xn--bcher-kva.example', 'root', '')
DOMAINS = {'gmail.com': ('google', 'gmail-smtp-in.l.google.com'), 'OUTLOOK.com': ('microsoft', 'outlook-com.olc.protection.outlook.com'),
           'firm.example': ('google', 'aspmx.l.google.com'), 'example.org': ('', 'mx.example.org'), 'example.net': ('', 'mx.example.net')}
SAYS = {'450 4.2.0 Greylisted': 'deferred', '550 5.1.1 User unknown': 'bounced', '554 5.7.1 blocked using zen.spamhaus.org': 'bounced',
        '552 5.2.2 Mailbox full': 'bounced', '421 4.7.0 Try again later, too many connections': 'deferred'}


def mails(chance, days, expiries):
    """Lines: minute since 1 November, order, sender domain ('' null, '-' none or not known), recipient domain, words."""
    lines = []
    for number in range(240):
        at, queue_id = chance.randrange(days * 1440), f'{0x20000000 + number:X}'
        sender, domain = chance.choice(SENDERS), chance.choice(tuple(DOMAINS))
        known = chance.random() < .95
        of = ('' if not sender else sender.rpartition('@')[2].lower() or '-') if known else '-'
        of = '-' if sender == 'root' else of
        host = DOMAINS[domain][1]
        def line(minute, program, words):
            lines.append((minute, len(lines), of, domain.lower(), f'postfix/{program}[9]: {queue_id}: {words}\n'))
        def attempt(minute, reply, status):
            line(minute, 'smtp', f'to=<u{number}@{domain}>, relay={host}[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn={reply[4:9]}, status={status} '
                 + (f'({reply})' if status == 'sent' else f'(host {host}[192.0.2.7] said: {reply} (in reply to RCPT TO command))'))
        line(at, 'cleanup', f'message-id=<{number}@shop.example>')
        if known:
            line(at, 'qmgr', f'from=<{sender}>, size=9, nrcpt=1 (queue active)')
        for _ in range(chance.choice((0, 0, 1, 2, 3))):
            attempt(at, chance.choice([reply for reply in SAYS if SAYS[reply] == 'deferred']), 'deferred')
            at += chance.choice((20, 300, 1440, 2000))
        end = chance.random()
        if end < .6:
            attempt(at, '250 2.0.0 OK', 'sent')
        elif end < .8:
            attempt(at, chance.choice([reply for reply in SAYS if SAYS[reply] == 'bounced']), 'bounced')
        elif end < .9 and expiries:
            line(at, 'qmgr', f'from=<{sender}>, status=expired, returned to sender')
        if end < .9:
            line(at, 'qmgr', 'removed')
    return sorted(lines)


def text(lines, first=0, last=99):
    stamp = lambda minute: f'2026-11-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00+00:00 mx1 '
    return ''.join(stamp(line[0]) + line[4] for line in lines if first <= line[0] // 1440 < last)
