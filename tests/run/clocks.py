"""Stamps that cannot be, or lie years from those beside them: they count in a row of their own, are told of (exit 3), and are
no evidence; whatever else is odd about a clock is none of this. Read at once, and night after night."""
import datetime, json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, fault, finish

FULL = 'host mx.example.com[192.0.2.7] said: 452 4.2.2 <joe@example.com>: mailbox is over quota (in reply to RCPT TO command)'
DEAD = 'host mx.example.com[192.0.2.7] said: 550 5.1.1 <joe@example.com>: User unknown (in reply to RCPT TO command)'
NOW = max(datetime.datetime.now(datetime.timezone.utc), datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc))
number = 0


def line(stamp, what, address='joe@example.com', host='mx1'):
    global number
    number += 1
    dsn, status, text = {'full': ('4.2.2', 'deferred', FULL), 'dead': ('5.1.1', 'bounced', DEAD), 'sent': ('2.0.0', 'sent', '250 Ok')}[what]
    return (f'{stamp} {host} postfix/smtp[2]: {0xA1B2C00000 + number:X}: to=<{address}>, relay=mx.example.com[192.0.2.7]:25, delay=1, '
            f'delays=0/0/0/1, dsn={dsn}, status={status} ({text})')


def mail(count, start='2026-11-20'):
    """Mail to others, one an hour at the most."""
    return [line(f'{start}T{at // 60 % 24:02}:{at % 60:02}:00+00:00', 'sent', f'p{at}@example.net') for at in range(count)]


def minutes(*whats, day='2026-11-20'):
    return [line(f'{day}T05:{at:02}:00+00:00', what) for at, what in enumerate(whats)]


def odd(year, what='full'):
    return [line(f'{year}-01-01T00:00:07+00:00', what)]


def ahead(hours):
    return line((NOW + datetime.timedelta(hours=hours)).strftime('%Y-%m-%dT%H:%M:%S+00:00'), 'dead')


def local(month_day, clock, what='sent', address='ann@example.com'):
    return line(f'{month_day} {clock}', what, address)


JOE = {'joe@example.com'}
WEEKS = [line(f'2026-{day}T05:00:00+00:00', 'full') for day in ('10-20', '10-30', '11-10')]
CASES = [
    # name, lines, who is listed, how many stamps are strange
    ('three messages over three weeks are evidence', WEEKS, JOE, 0),
    ('a stamp of 1970 before two in ten minutes', odd(1970) + minutes('full', 'full'), set(), 1),
    ('...between them', minutes('full') + odd(1970) + minutes('full'), set(), 1),
    ('...behind them', minutes('full', 'full') + odd(1970), set(), 1),
    ('...of 1980', odd(1980) + minutes('full', 'full'), set(), 1),
    ('...of 2000, where boards were made', odd(2000) + minutes('full', 'full'), set(), 1),
    ('...of 2015', odd(2015) + minutes('full', 'full'), set(), 1),
    ('...of 2015 among much mail', mail(30) + odd(2015) + minutes('full', 'full'), set(), 1),
    ('...of 2015 before much mail', odd(2015) + minutes('full', 'full') + mail(30), set(), 1),
    ('...of 2015 at the end of much mail', mail(30) + minutes('full', 'full') + odd(2015), set(), 1),
    ('a whole boot in 1970', odd(1970) * 5 + minutes('full', 'full') + mail(30), set(), 5),
    ('a whole boot in 2010', mail(30) + odd(2010) * 5 + minutes('full', 'full'), set(), 5),
    ('a dead address, with the right clock', mail(30) + minutes('dead'), JOE, 0),
    ('...with one that is years behind', mail(30) + odd(2015, 'dead') + mail(5), set(), 1),
    ('...with one that is ahead', mail(30) + odd(2031, 'dead') + mail(5), set(), 1),
    ('...with both', mail(30) + odd(2031, 'dead') + odd(2015, 'dead') + minutes('dead') + mail(5), JOE, 2),
    ('a failure of 2038 does not lapse', minutes('full', 'full') + odd(2038), set(), 1),
    ('what was taken in 2038 clears nobody', mail(20) + minutes('dead') + odd(2038, 'sent'), JOE, 1),
    ('...in 2026 of a log of 2021', mail(20, '2021-03-01') + minutes('dead', day='2021-03-01') + minutes('sent'), JOE, 1),
    ('...in 1970 neither', mail(20) + minutes('dead') + odd(1970, 'sent'), JOE, 1),
    ('a few hours ahead is a zone that nobody knows', mail(3) + [ahead(10)], JOE, 0),
    ('two days ahead is not', mail(3) + [ahead(48)], set(), 1),
    ('two logs of two years in one file', mail(40, '2024-03-01') + minutes('dead', day='2024-03-01') + mail(40), JOE, 0),
    ('...the newer one first', mail(40) + mail(40, '2024-03-01') + minutes('dead', day='2024-03-01'), JOE, 0),
    ('...that are short', mail(2, '2024-03-01') + minutes('dead', day='2024-03-01') + mail(2), JOE, 0),
    ('a log of long ago', mail(3, '2013-01-04') + minutes('dead', day='2013-01-05'), JOE, 0),
    ('a quiet host: months between two mails',
     [line(f'2026-{month:02}-01T05:00:00+00:00', 'sent', 'a@example.net') for month in range(1, 11)] + minutes('dead'), JOE, 0),
    ('the hour that comes twice', [local('Oct 25', f'{hour:02}:{minute:02}:00') for hour in (1, 2, 2, 3) for minute in range(0, 60, 9)]
     + [local('Oct 25', '03:59:00', 'dead', 'joe@example.com')], JOE, 0),
    ('the turn of a year, without one', [local('Dec 31', '23:59:00'), local('Jan  1', '00:01:00', 'dead', 'joe@example.com')], JOE, 0),
    ('lines out of order by a day', mail(20) + mail(20, '2026-11-19') + minutes('dead') + mail(3, '2026-11-19'), JOE, 0),
    ('Exim', ['2000-01-01 00:00:07 1xVbZa-000000002sA-0PaB ** joe@example.com R=dnslookup T=remote_smtp H=mx.example.com '
              '[192.0.2.7]: SMTP error from remote mail server after RCPT TO:<joe@example.com>: 550 5.1.1 User unknown'] + mail(20), set(), 1),
]


# A night has the stamps of other nights no longer, or none but the wrong ones; and of a log that goes on, today is no surprise.
NIGHTS_KNOW_LESS = ('...of 2000, where boards were made', '...of 2015', '...of 2015 before much mail', '...in 2026 of a log of 2021',
                    '...the newer one first', 'Exim')


def write(path, lines):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(''.join(text + '\n' for text in lines))


def scan(*arguments):
    done = subprocess.run([PROGRAM, 'scan', *arguments], capture_output=True, text=True, env={**os.environ, 'TZ': 'Europe/Berlin'})
    return json.loads(done.stdout), done.returncode, done.stderr


def check(name, lines, want, strange):
    with tempfile.TemporaryDirectory() as work:
        log, db = f'{work}/log', f'{work}/db'
        write(log, lines)
        summary, code, said = scan(log)
        listed = {row['address'] for row in summary['suppress']}
        expect(f'{name}: listed {sorted(listed)}, not {sorted(want)}', listed == want)
        found = summary.get('strange_times')
        expect(f'{name}: {found} strange times, not {strange}', found == strange)
        expect(f'{name}: exit {code}: {said}', code == (3 if strange else 0) and (said.count('\n') == 1) == (strange > 0))
        if found is None:
            return
        years = {row['name'][:4] for row in summary['hours']} | {summary['window']['first'][:4], summary['window']['last'][:4]}
        expect(f'{name}: hours and window of {sorted(years)}', sum(row['count'] for row in summary['hours']) + strange == summary['attempts']['total'])
        if name in NIGHTS_KNOW_LESS:
            return
        for end in sorted({*range(len(lines) // 4, len(lines), len(lines) // 4 + 1), len(lines)}):
            write(log, lines[:end])
            scan('-d', db, log)
        report = json.loads(subprocess.run([PROGRAM, 'report', '-d', db], capture_output=True, text=True).stdout)
        by_night = {row['address'] for row in report['suppress']}
        expect(f'{name}: listed {sorted(by_night)} by night, with {report["strange_times"]} strange times',
               by_night == want and report['attempts']['total'] == len(lines))


if __name__ == '__main__':
    for case in CASES:
        check(*case)
    finish(f'{len(CASES)} logs')
