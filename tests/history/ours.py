"""Broken hops of our own for the simulator: the recipients live, their domains take mail, and nothing of ours gets out.

Ten good nights; then, for weeks, all mail that goes over the broken hop is deferred in our own MTA's words and expires after five
days. Nobody may be listed, and no domain."""
import os

from world import DAY, HOUR, Mail, Writer, stamp
from nights import Site, Tally

GOOD_DAYS, BROKEN_DAYS, QUEUE_DAYS = 10, 26, 5


class Recipient:
    def __init__(self, n, seed):
        self.domain = f'shop{seed}-{n}.example'
        self.address, self.relay = f'joe{n}@{self.domain}', f'mail.{self.domain}[2001:db8:{n:x}::25]'
        self.every, self.first = (7 if n % 3 else 1), n % 7


# What Postfix says while it is broken: of one recipient.
HOPS = {
    'relayhost': lambda box: ('none', '4.3.5', 'Host or domain name not found. Name service error for name=smtp.relay.example type=A: '
                              'Host not found'),
    'smarthost': lambda box: ('none', '4.4.1', 'connect to smarthost.example[192.0.2.9]:587: Connection refused'),
    'filter': lambda box: ('none', '4.4.1', 'connect to 127.0.0.1[127.0.0.1]:10024: Connection refused'),
    'lmtp': lambda box: ('none', '4.4.1', 'connect to store.shop.example[private/dovecot-lmtp]: No such file or directory'),
    'resolver': lambda box: ('none', '4.4.3', f'Host or domain name not found. Name service error for name={box.domain} type=MX: Host not '
                             'found, try again'),
    'resolver-lies': lambda box: ('none', '5.4.4', f'Host or domain name not found. Name service error for name={box.domain} type=A: '
                                  'Host not found'),
    'port25': lambda box: ('none', '4.4.1', f'connect to {box.relay}:25: Connection timed out'),
}
PARTIAL = ('relayhost', 'smarthost', 'filter', 'lmtp') # may carry a part of the mail


class World:
    def __init__(self, seed, count):
        self.boxes = [Recipient(n, seed) for n in range(count)]
        self.by_address = {}


def broken_lines(writer, box, second, hop, lasts):
    """Deferred, tried again each day, given up after five days."""
    relay, dsn, words = HOPS[hop](box)
    key_line = f'to=<{box.address}>, relay={relay}, delay=1, delays=0.1/0/0.9/0, dsn={dsn}, status='
    if dsn[0] == '5':
        return [Mail(second, box, 'hit', writer.message(second, f'{key_line}bounced ({words})'))]
    found = [Mail(second, box, 'hit', writer.message(second, f'{key_line}deferred ({words})', last=False))]
    number = writer.number
    for day in range(1, QUEUE_DAYS):
        again = second + day * DAY
        found.append(Mail(again, box, 'hit', writer.lines(number, again, f'{key_line}deferred ({words})', False, False)))
    end = second + QUEUE_DAYS * DAY
    key = f'{number + 0x1000000000:X}'
    head = f'{stamp(end)} mx1 postfix/qmgr[9]: {key}: '
    found.append(Mail(end, box, 'hit', f'{head}from=<news@shop.example>, status=expired, returned to sender\n{head}removed\n'))
    return [mail for mail in found if mail.second < lasts]


def all_mail(world, hop, share, rnd):
    days, writer, found = GOOD_DAYS + BROKEN_DAYS, Writer(), []
    for day in range(days):
        for n, box in enumerate(world.boxes):
            if (day - box.first) % box.every:
                continue
            second = day * DAY + rnd.randrange(8 * HOUR, 20 * HOUR)
            if day >= GOOD_DAYS and n % 100 < share:
                found += broken_lines(writer, box, second, hop, days * DAY)
            else:
                text = f'to=<{box.address}>, relay={box.relay}:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)'
                found.append(Mail(second, box, 'ok', writer.message(second, text)))
    return sorted(found, key=lambda mail: mail.second), days


def run(program, folder, seed, count, hop, share, history, rnd):
    """Night after night with a history, or in one scan at the end of the weeks."""
    world, site, tally = World(seed, count), Site(program, folder, history), Tally()
    mails, days = all_mail(world, hop, share, rnd)
    logs = [site.log(day) for day in range(days)]
    for day in range(days):
        todays = [mail for mail in mails if mail.second // DAY == day]
        tally.note(todays, day)
        site.append(day, todays)
        if history or day == days - 1:
            tally.exits.add(site.scan([logs[day]] if history else logs, (day + 1) * DAY + 60, force=True))
            tally.innocents = site.listed()
            tally.ever |= tally.innocents
            tally.worst = max(tally.worst, len(tally.innocents))
            tally.domains |= {row['domain'] for row in site.summary()['suppress_domains']}
    for log in logs:
        os.unlink(log)
    return tally
