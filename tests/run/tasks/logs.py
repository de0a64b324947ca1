"""The logs that the tasks read: a small mail server (mx1, Postfix), its week before Monday, 23 November 2026, 12:00 UTC."""
import gzip, os

# Queue ids are short, and Postfix uses short ones again: each log has the same ones.
NOW = 1795435200  # 2026-11-23T12:00:00Z
UNKNOWN = (550, '5.1.1', '<{}>: Recipient address rejected: User unknown', 'RCPT TO')
GREY = (450, '4.7.1', '<{}>: Recipient address rejected: Greylisted, come back in 5 minutes', 'RCPT TO')
FULL = (452, '4.2.2', '<{}>: mailbox is over quota', 'RCPT TO')
DNSBL = (550, '5.7.1', 'Service unavailable, Client host [192.0.2.25] blocked using Spamhaus. To request removal see https://www.spamhaus.org/query/ip/192.0.2.25 (AS3130)',
         'MAIL FROM')
SLOW = (421, '4.7.28', 'Our system has detected an unusual rate of unsolicited mail originating from your IP address. To protect our users from spam, '
        'mail sent from your IP address has been temporarily rate limited.', 'end of DATA')
WAIT = (450, '4.2.1', 'The user you are trying to contact is receiving mail too quickly. Please try again in 10 minutes.', 'RCPT TO')
OK = (250, '2.0.0', 'Ok: queued as 5B9D1C33', '')
HOSTS = {'example.com': 'mx.example.com[198.51.100.7]', 'example.net': 'mx.example.net[198.51.100.20]', 'example.org': 'mx.example.org[203.0.113.5]',
         'google.example': 'aspmx.l.google.com[203.0.113.26]', 'outlook.example': 'outlook-example.mail.protection.outlook.com[203.0.113.36]'}


class Server:
    def __init__(self):
        self.lines, self.last = [], 0x4A3B00000

    def say(self, at, words):
        self.lines.append((f'2026-11-{at.replace(" ", "T")}.000000+00:00', words))

    def mail(self, at, sender, *tries):
        """tries: (time, recipient, reply); the last of a recipient that is no deferral ends it."""
        self.last += 0x1003
        queued = f'{self.last:X}'
        own = sender == ''
        if not own:
            self.say(at, f'smtpd[1200]: {queued}: client=app.shop.example[192.0.2.10]')
        self.say(at, f'cleanup[1213]: {queued}: message-id=<{queued}@{"mx1" if own else "app"}.shop.example>')
        self.say(at, f'qmgr[1226]: {queued}: from=<{sender}>, size=2311, nrcpt={len({who for _, who, _ in tries})} (queue active)')
        waits = set()
        for when, who, (code, dsn, text, stage) in tries:
            how = {2: 'sent', 4: 'deferred', 5: 'bounced'}[code // 100]
            waits = waits | {who} if code // 100 == 4 else waits - {who}
            host = HOSTS[who.split('@')[1]]
            said = f'{code} {dsn} {text.format(who)}'
            if how != 'sent':
                said = f'host {host} said: {said} (in reply to {stage} command)'
            self.say(when, f'smtp[1239]: {queued}: to=<{who}>, relay={host}:25, delay=1.2, delays=0.02/0.01/0.6/0.57, dsn={dsn}, status={how} ({said})')
        if not waits:
            self.say(tries[-1][0], f'qmgr[1226]: {queued}: removed')
        return queued

    def write(self, path, first='', last='~'):
        lines = [f'{stamp} mx1 postfix/{words}\n' for stamp, words in sorted(self.lines, key=lambda line: line[0]) if first <= stamp < last]
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(lines)
        os.utime(path, (NOW, NOW))


def week():
    """Newsletter, orders and a campaign; Microsoft blocks and ends, Google slows us down, an address that is full for weeks."""
    server = Server()
    # Monday before: joe is dead.
    server.mail('16 09:00:00', 'news@shop.example', ('16 09:00:01', 'joe@example.com', UNKNOWN), ('16 09:00:02', 'anna@example.com', OK))
    # Full for ten days only: three messages, not yet fourteen days.
    for day in '13', '18', '22':
        server.mail(f'{day} 10:00:00', 'news@shop.example', (f'{day} 10:00:01', 'full@example.net', FULL))
    # Saturday: Microsoft blocks from 03:11, and takes mail again from 09:40 on; on Sunday all is well.
    for number, minute in enumerate(('03:11', '03:40', '05:00'), 1):
        server.mail(f'21 {minute}:00', 'orders@shop.example', (f'21 {minute}:09', f'user{number}@outlook.example', DNSBL))
    for stamp in '21 09:40', '22 11:00':
        server.mail(f'{stamp}:00', 'orders@shop.example', (f'{stamp}:05', 'user9@outlook.example', OK))
    # Sunday: Google slows down one message, until it takes it; another still waits on Monday.
    server.mail('22 14:00:00', 'news@shop.example', ('22 14:00:01', 'gina@google.example', SLOW), ('22 14:30:01', 'gina@google.example', OK))
    server.mail('22 23:30:00', 'news@shop.example', ('22 23:30:01', 'gerd@google.example', WAIT), ('23 11:30:00', 'gerd@google.example', WAIT))
    # Monday, the last two hours: an order for a dead address, and the notification that mx1 writes about it.
    server.mail('23 11:00:00', 'orders@shop.example', ('23 11:00:01', 'carla@example.com', UNKNOWN), ('23 11:00:02', 'anna@example.com', OK))
    server.mail('23 11:00:03', '', ('23 11:00:04', 'orders@example.org', UNKNOWN))
    return server


def greylisting():
    """Four messages: one refused for good, three that a greylist defers three times each before it takes them."""
    server = Server()
    server.mail('23 08:00:00', 'news@shop.example', ('23 08:00:01', 'joe@example.com', UNKNOWN))
    for who in 'ann', 'ben', 'cid':
        server.mail('23 08:00:00', 'news@shop.example', *((f'23 08:{minute}:01', f'{who}@example.org', GREY) for minute in ('00', '05', '10')),
                    ('23 08:20:00', f'{who}@example.org', OK))
    return server


def campaigns():
    """A mailing with an address in each sender (VERP), one that is numbered, mail that is forwarded (SRS) and signed (BATV)."""
    server = Server()
    for number, (who, reply) in enumerate((('ann', OK), ('ben', OK), ('joe', UNKNOWN), ('cid', OK))):
        server.mail(f'23 08:0{number}:00', f'bounces+1124-{who}=example.com@mail.shop.example', (f'23 08:0{number}:01', f'{who}@example.com', reply))
    for number in range(4):
        server.mail(f'23 08:1{number}:00', f'bounce-camp-1124-{48213377 + 91 * number}@news.shop.example',
                    (f'23 08:1{number}:01', f'r{number}@example.net', UNKNOWN if number < 2 else OK))
    for number, tag in enumerate(('HHH=TT', 'QqQ1=XY')):
        server.mail(f'23 08:2{number}:00', f'SRS0={tag}=example.org=carl@forward.shop.example', (f'23 08:2{number}:01', f's{number}@example.net', OK))
        server.mail(f'23 08:3{number}:00', f'prvs=12345678{number}a=orders@shop.example', (f'23 08:3{number}:01', f't{number}@example.net', OK))
    return server


def dead():
    """One mailing finds 13 addresses that are dead among 200, so that no guard thinks the server of the recipients is broken."""
    server = Server()
    for number in range(200):
        server.mail('22 08:00:00', 'news@shop.example', ('22 08:00:01', f'user{number:03}@example.com', UNKNOWN if number < 13 else OK))
    return server


def skipped():
    server = Server()
    server.mail('23 08:00:00', 'news@shop.example', ('23 08:00:01', 'ann@example.com', OK))
    for number in range(5):
        server.say(f'23 09:0{number}:00', f'error[1250]: 4A3B0F{number}C0: to=<u{number}@down.example>, relay=none, delay=60, delays=60/0/0/0, dsn=4.4.1, '
                   'status=deferred (delivery temporarily suspended: connect to mx.down.example[192.0.2.7]:25: Connection refused)')
    return server


def write_all(folder):
    os.makedirs(f'{folder}/maildir')
    week().write(f'{folder}/mail.log')
    week().write(f'{folder}/saturday.log', last='2026-11-22')
    greylisting().write(f'{folder}/grey.log')
    campaigns().write(f'{folder}/campaigns.log')
    dead().write(f'{folder}/dead.log')
    skipped().write(f'{folder}/skipped.log')
    whole = open(f'{folder}/mail.log', 'rb').read()
    packed = gzip.compress(whole, mtime=0)
    files = {'empty.log': b'', 'cut.log.gz': packed[:len(packed) // 2], 'utf16.log': whole.decode().encode('utf-16'), 'secret.log': whole,
             'cron.log': b''.join(b'2026-11-23T04:0%d:01+00:00 mx1 CRON[7%d]: (root) CMD (run-parts /etc/cron.hourly)\n' % (i, i) for i in range(9)),
             'key': b'a key of more than sixteen bytes\n', 'allow.txt': b'joe@example.com\n'}
    for name, content in files.items():
        with open(f'{folder}/{name}', 'wb') as file:
            file.write(content)
        os.utime(f'{folder}/{name}', (NOW, NOW))
