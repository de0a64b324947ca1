#!/usr/bin/env python3
"""From when to when a provider refused a host, what it asks to wait, and since when a cause is there."""
import json, os, subprocess, sys, tempfile

PROGRAM, faults = os.environ['BOUNCELOG'], 0
WAITS = (  # what a reply asks to wait, in seconds; None: it does not say
    ('421 4.7.28 rate limited, try again in 300 seconds', 300),
    ('421 4.7.0 try again in 5 minutes', 300),
    ('451 4.7.1 Please retry after 3600 seconds', 3600),
    ('421 4.7.0 wait 2 hours and try again', 7200),
    ('450 4.2.1 try again in 1 day', 86400),
    ('421 4.7.0 Try again later, 30 sec', 30),
    ('421 4.7.0 Too many connections, retry in 15 min', 900),
    ('421 4.7.0 throttled after 120 connections per 60 seconds', None),
    ('421 4.7.0 rate limited after 50 messages every 10 minutes', None),
    ('421 4.7.0 more than 20 connections within 60 seconds, try later', None),
    ('421 4.7.0 rate limited, try again later', None),
    ('421 4.7.0 Too many connections from 192.0.2.1 try again', None),
    ('421 4.7.0 limit of 300 seconds', None),
    ('421 4.7.0 try again in 0 seconds', None),
    ('421 4.7.0 try again in 99999999 seconds', None),
    ('421 4.7.0 try again in 1.5 hours', None),
    ('421 4.7.0 try again in x300 seconds', None),
    ('421 4.7.0 retrying code 4711, wait', None),
    ('421 4.7.0 too many messages: WAIT 90 SECONDS', 90),
)


def fault(words):
    global faults
    faults += 1
    print('episodes:', words)


def same(what, got, wanted):
    if got != wanted:
        fault(f'{what}: {got}, not {wanted}')


def scan(lines, *options):
    with tempfile.NamedTemporaryFile('w', suffix='.log', encoding='utf-8') as file:
        file.writelines(lines)
        file.flush()
        done = subprocess.run([PROGRAM, 'scan', *options, file.name], capture_output=True, text=True,
                              env={**os.environ, 'TZ': 'UTC', 'SOURCE_DATE_EPOCH': '1795478400'})
    if done.returncode:
        sys.exit(f'episodes: exit {done.returncode}: {done.stderr}')
    return json.loads(done.stdout)


def line(day, hour, minute, number, said=None, domain='gmail.com'):
    status = 'sent (250 2.0.0 OK)' if said is None else f'deferred (host mx[192.0.2.7] said: {said} (in reply to RCPT TO command))'
    dsn = '2.0.0' if said is None else '4.7.0'
    return (f'2026-11-{day:02}T{hour:02}:{minute:02}:00+00:00 mx1 postfix/smtp[9]: {0x30000000 + number:X}: to=<u{number}@{domain}>, '
            f'relay=mx[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn={dsn}, status={status}\n')


def rows(summary):
    return sorted((e['first_seen'][5:16], e['last_seen'][5:16], e['count'], e['ended'], e['ended_at'] and e['ended_at'][5:16])
                  for e in summary['episodes'])


LIMIT = '421 4.7.28 rate limited, try again in 300 seconds'
for text, seconds in WAITS:
    summary = scan([line(10, 10, 0, 1, text.replace('421 4.7.0 ', '421 4.7.28 rate limited: ') if seconds is None else text)])
    same(text, [e['retry_after_s'] for e in summary['episodes']], [seconds] if summary['episodes'] else [])
    if not summary['episodes']:
        fault(f'{text}: no episode')

taken = lambda day, hours, start: [line(day, hour, 20, start + hour) for hour in hours]
same('it goes on: no mail since', rows(scan([line(10, 10, 5, 1, LIMIT), line(12, 10, 0, 2, domain='outlook.com')])),
     [('11-10T10:05', '11-10T10:05', 1, False, None)])
same('it goes on: mail was taken a moment ago', rows(scan([line(10, 10, 5, 1, LIMIT), *taken(10, (11, 12), 50)])),
     [('11-10T10:05', '11-10T10:05', 1, False, None)])
same('it ended', rows(scan([line(10, 10, 5, 1, LIMIT), line(10, 11, 5, 2, LIMIT), *taken(10, range(13, 23), 50)])),
     [('11-10T10:05', '11-10T11:05', 2, True, '11-10T13:00')])
same('it ended within the hour', rows(scan([line(10, 10, 5, 1, LIMIT), line(10, 10, 30, 2), line(11, 20, 0, 3, domain='outlook.com')])),
     [('11-10T10:05', '11-10T10:05', 1, True, '11-10T10:05')])
same('some mail is taken all the time', rows(scan([l for hour in range(4, 12) for l in (line(10, hour, 5, hour, LIMIT), line(10, hour, 9, 99 + hour))])),
     [('11-10T04:05', '11-10T11:05', 8, False, None)])
same('twice', rows(scan([line(10, 2, 5, 1, LIMIT), *taken(10, range(3, 12), 50), line(10, 12, 5, 2, LIMIT), *taken(10, range(13, 24), 90)])),
     [('11-10T02:05', '11-10T02:59', 1, True, '11-10T03:00'), ('11-10T12:00', '11-10T12:05', 1, True, '11-10T13:00')])
exim = lambda hour, number, words: f'2026-11-10 {hour:02}:05:00 1xVbZa-0000{number:02}-0P {words}\n'
refused = '== u@gmail.com R=dnslookup T=remote_smtp defer (-44) H=gmail-smtp-in.l.google.com [192.0.2.7]: SMTP error from remote mail server after RCPT TO:<u@gmail.com>: 421 4.7.28 rate limited'
accepted = '=> u@gmail.com R=dnslookup T=remote_smtp H=gmail-smtp-in.l.google.com [192.0.2.7] C="250 OK"'
same('a log without hosts', rows(scan([exim(3, 1, refused), *(exim(hour, hour, accepted) for hour in range(5, 20))], '--timezone', 'UTC')),
     [('11-10T03:05', '11-10T03:05', 1, True, '11-10T05:00')])

summary = scan([line(10, 10, 5, 1, LIMIT), line(12, 10, 0, 2, LIMIT), line(12, 9, 0, 3, LIMIT)])
cause = next(c for c in summary['categories'] if c['category'] == 'rate_limited')
same('since when', [cause[k] for k in ('first_seen', 'last_seen', 'last_24h')], ['2026-11-10T10:05:00Z', '2026-11-12T10:00:00Z', 2])
print(f'episodes: {len(WAITS)} replies, 7 courses; {faults} faults')
sys.exit(faults > 0)
