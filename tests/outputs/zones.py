"""--display-timezone: what people read is in that zone, to the hour, against the summary, which stays UTC."""
import collections, datetime, html, json, os, re, subprocess, sys, tempfile, zoneinfo

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish, skip

try:
    zoneinfo.ZoneInfo('Europe/Berlin')
except zoneinfo.ZoneInfoNotFoundError:
    skip('no zone database')
if not os.path.exists('/usr/share/zoneinfo/Europe/Berlin'):
    skip('no zone database')
folder = tempfile.TemporaryDirectory()
work = folder.name
UTC = datetime.timezone.utc
WEEK = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
KINDS = ('json', 'html', 'prom', 'events', 'list.csv')


def attempt(time, number, status='sent', reply='250 2.0.0 OK', who=None):
    return (f'{time:%Y-%m-%dT%H:%M:%S}Z mx1 postfix/smtp[9]: {0x10000000 + number:X}: to=<{who or f"u{number}@gmail.com"}>, '
            f'relay=mx.example.com[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn={reply[4:9]}, status={status} '
            f'(host mx.example.com[198.51.100.7] said: {reply} (in reply to RCPT TO command))\n')


def log(name, first, minutes, step=17):
    """Around the change to winter time, if it is to be: most are deferred, for the hours of the week."""
    with open(f'{work}/{name}', 'w', encoding='utf-8') as file:
        for n, minute in enumerate(range(0, minutes, step)):
            kind = ('deferred', '450 4.2.0 Greylisted') if n % 3 else ('sent', '250 2.0.0 OK') if n % 7 else ('bounced', '550 5.7.1 Blocked by spamhaus')
            file.write(attempt(first + datetime.timedelta(minutes=minute), n, *kind))
    return f'{work}/{name}'


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def outputs(command, *options, tz='UTC', text=True, code=0):
    """What is read by programs, the page and the table."""
    env = {**os.environ, 'TZ': tz, 'SOURCE_DATE_EPOCH': '1795478400'}
    scan = command[0] == 'scan'
    files = {'json': '-o', 'html': '--html', 'prom': '--prometheus', **({'events': '-e', 'list.csv': '-s'} if scan else {})}
    named = [word for kind, option in files.items() for word in (option, f'{work}/out.{kind}')]
    done = subprocess.run([PROGRAM, *command, *named, '--top', '100000', *options], capture_output=True, text=True, env=env)
    expect(f'{command} {options}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    got = {kind: read(f'{work}/out.{kind}') for kind in files}
    got['text'] = subprocess.run([PROGRAM, *command, '--text', *options], capture_output=True, text=True, env=env).stdout
    return got


def rows(table):
    cells = lambda row: [html.unescape(re.sub('<[^>]*>', '', cell)) for cell in re.findall('<t[hd][^>]*>(.*?)</t[hd]>', row)]
    return [cells(row) for row in re.findall('<tr>(.*?)</tr>', table, re.S)]


def table(page, label):
    found = re.search(f'aria-label="{label}">(.*?)</table>', page, re.S)
    return rows(found[1]) if found else []


def day(time):
    return f'{time.day} {time:%b %Y}'


def check(what, got, zone, name, hourly=False):
    """The page and the table against the hours of the summary."""
    summary, page = json.loads(got['json']), got['html']
    local = lambda text: datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).astimezone(zone)
    minute = lambda time: f'{day(time)}, {time:%H:%M}'
    by_period, by_week = collections.Counter(), collections.Counter()
    for hour in summary['hours']:
        begins = local(hour['name'])
        by_period[minute(begins) + (' again' if begins.fold else '') if hourly else day(begins)] += hour['count']
        by_week[WEEK[begins.weekday()], begins.hour] += hour['deferred']
    table_rows = table(page, 'Attempts over time')
    expect(f'{what}: heading {table_rows[0]}', table_rows[0][0] == f'From ({name})')
    shown = {row[0]: int(row[1].replace(',', '')) for row in table_rows[1:]}
    expect(f'{what}: {shown}, not {dict(by_period)}', {k: v for k, v in shown.items() if v} == dict(by_period))
    expect(f'{what}: a row twice', len(shown) == len(table_rows) - 1)
    week = table(page, 'Deferrals by weekday and hour')
    expect(f'{what}: heading {week[0]}', week[0][0] == name)
    cells = {(row[0], hour): int(count) for row in week[1:] for hour, count in enumerate(row[1:])}
    expect(f'{what}: hours of the week', {k: v for k, v in cells.items() if v} == {k: v for k, v in by_week.items() if v})
    first, last = local(summary['window']['first']), local(summary['window']['last'])
    expect(f'{what}: first and last', f'First attempt {minute(first)}, last attempt {minute(last)}.' in page)
    expect(f'{what}: title', f'{day(first)} to {day(last)}' in page or day(first) == day(last))
    latest = summary['latest_day']
    if latest:
        expect(f'{what}: the last 24 hours', f"from {minute(local(latest['since']))} to {minute(local(latest['until']))};" in page)
    expect(f'{what}: the table', f'{first:%Y-%m-%dT%H:%M:%S} to {last:%Y-%m-%dT%H:%M:%S}\nTimes are {name}' in got['text'])
    days = [row[0] for row in table(page, 'Messages by day')[1:]]
    expect(f'{what}: days of messages are UTC', days == [row['name'] for row in summary['days']] and
           (not days or ('Day (UTC)' in page and 'Days are UTC.' in page)))
    made = datetime.datetime.fromtimestamp(1795478400, UTC).astimezone(zone)
    expect(f'{what}: made on', f'on {minute(made)} {name}, from' in page)


days = log('days.log', datetime.datetime(2026, 10, 22, 20, 5), 5 * 1440)
hours = log('hours.log', datetime.datetime(2026, 10, 24, 21, 20), 600)
history = f'{work}/db'
subprocess.run([PROGRAM, 'scan', '-o', '/dev/null', '-d', history, days], check=True)
sides = {'days': (['scan', days], False), 'hours': (['scan', hours], True), 'report': (['report', '-d', history], False)}
berlin, kolkata, denver = map(zoneinfo.ZoneInfo, ('Europe/Berlin', 'Asia/Kolkata', 'America/Denver'))
for side, (command, hourly) in sides.items():
    plain = outputs(command)
    for option, zone, name, said in (
            ('Europe/Berlin', berlin, 'Europe/Berlin', 'Europe/Berlin (UTC+02:00, then UTC+01:00)'),
            ('Asia/Kolkata', kolkata, 'Asia/Kolkata', 'Asia/Kolkata (UTC+05:30)'), ('America/Denver', denver, 'America/Denver', 'America/Denver (UTC-06:00)'),
            ('-0330', datetime.timezone(-datetime.timedelta(hours=3, minutes=30)), 'UTC-03:30', 'UTC-03:30'), ('+5', datetime.timezone(datetime.timedelta(hours=5)), 'UTC+05:00', 'UTC+05:00')):
        what = f'{side}, {option}'
        got = outputs(command, '--display-timezone', option)
        expect(f'{what}: what programs read is another', all(got[kind] == plain[kind] for kind in KINDS if kind in got and kind != 'html'))
        expect(f'{what}: the zone', f'All times are {said}.' in got['html'] and f'Times are {said}\n' in got['text'])
        half = 'begin at 30 past the hour' in got['html']
        expect(f'{what}: half hours', half == (option in ('Asia/Kolkata', '-0330') and not hourly))
        check(what, got, zone, name, hourly)
        expect(f'{what}: a line of the table is wide', max(map(len, got['text'].split('\n'))) <= 80)
    for option in 'UTC', 'utc', 'Z', 'Etc/UTC', 'local':
        got = outputs(command, '--display-timezone', option)
        expect(f'{side}, {option}: another page', got == plain)

# The machine's zone, also where logs are read in another one, which stays what it was
for tz, options, said in (('Europe/Berlin', (), 'Europe/Berlin (UTC+02:00, then UTC+01:00)'), (':Europe/Berlin', ('--timezone', 'Asia/Tokyo'), 'Europe/Berlin (UTC+02:00, then UTC+01:00)'),
                          ('CET-1CEST,M3.5.0,M10.5.0/3', (), 'CET-1CEST,M3.5.0,M10.5.0/3 (UTC+02:00, then UTC+01:00)')):
    got = outputs(['scan', days], '--display-timezone', 'local', *options, tz=tz)
    expect(f'local, {tz} {options}', f'All times are {said}.' in got['html'])
local_log = f'{work}/local.log'
with open(local_log, 'w', encoding='utf-8') as file:
    file.write('Oct 24 21:20:00 mx1 postfix/smtp[9]: ABCDEF: to=<a@example.com>, relay=mx.example.com[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 OK)\n')
got = outputs(['scan', '--year', '2026', '--timezone', '+03:00', local_log], '--display-timezone', 'Asia/Kolkata')
expect('stamps are read in --timezone', json.loads(got['json'])['window']['first'] == '2026-10-24T18:20:00Z' and 'First attempt 24 Oct 2026, 23:50' in got['html'])

# In a configuration file, for both commands; the command line has the last word
with open(f'{work}/config.yaml', 'w') as file:
    file.write('display_timezone: Europe/Berlin\n')
for command in ['scan', days], ['report', '-d', history]:
    got = outputs(command, '--config', f'{work}/config.yaml')
    expect(f'{command}: configuration', 'All times are Europe/Berlin' in got['html'])
    got = outputs(command, '--config', f'{work}/config.yaml', '--display-timezone', 'UTC')
    expect(f'{command}: command line', 'All times are UTC.' in got['html'])

# What is no zone
for command in ['scan', days], ['report', '-d', history]:
    for zone in 'Europe/Berln', '../etc/passwd', '/etc/localtime', '+25', 'Local':
        done = subprocess.run([PROGRAM, *command, '--display-timezone', zone], capture_output=True, text=True)
        want = f"bouncelog: --display-timezone '{zone}': expected a name like Europe/Berlin, UTC, +02:00, or local\n"
        expect(f'{command[0]}, {zone}: exit {done.returncode}: {done.stderr}', (done.returncode, done.stderr, done.stdout) == (2, want, ''))

# A quiet day beside busy ones: one failure of 130 is seen, and is no third of the day
with open(f'{work}/quiet.log', 'w', encoding='utf-8') as file:
    for n in range(4000):
        file.write(attempt(datetime.datetime(2026, 11, 1, n % 24), n))
    for n in range(130):
        file.write(attempt(datetime.datetime(2026, 11, 3, n % 24), 5000 + n, *(() if n else ('bounced', '550 5.1.1 User unknown'))))
page = outputs(['scan', f'{work}/quiet.log'])['html']
parts = dict(re.findall(r'<rect class="(good|bad)"[^>]* height="([\d.]+)"/>', re.search('<title>3 Nov 2026: 130.*?</g>', page)[0]))
expect(f'a quiet day: {parts}', 0.2 < float(parts['bad']) <= float(parts['good']) / 6)
bars = re.findall(r'<rect class="bad" x="([\d.]+)" width="([\d.]+)" height="6"/>', page)
expect(f'bars: {bars}', bars and all(float(width) == 1 and float(x) + float(width) <= 100 for x, width in bars))
finish()
