"""Is it us? Small logs in which something of our own is broken, whose recipients are innocent, beside logs in which the recipients' own
servers and domains are dead, which must be listed.

Each case is a log over some weeks: who fails with which words, who takes mail. It says who must be on the list at the end, and who must
be held with a reason that begins with `ours`. Read in one scan, and night by night with a history: both must say the same."""
import datetime, json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

START = datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc)
FIELDS = 'delay=1, delays=0/0/1/0'


class Log:
    def __init__(self):
        self.lines, self.number = [], 0

    def add(self, day, text):
        """day: with its fraction."""
        self.lines.append((day, f'{START + datetime.timedelta(days=day):%Y-%m-%dT%H:%M:%S+00:00} {text}'))

    def message(self):
        self.number += 1
        return f'{0x3A1B200000 + self.number:X}'

    def took(self, day, to, relay=None):
        domain = to.split('@')[1]
        self.add(day, f'mx1 postfix/smtp[7]: {self.message()}: to=<{to}>, relay={relay or f"mx.{domain}[192.0.2.9]"}:25, {FIELDS}, '
                      'dsn=2.0.0, status=sent (250 2.0.0 Ok)')

    def bounced(self, day, to, words, relay='none', dsn='5.4.4'):
        self.add(day, f'mx1 postfix/smtp[7]: {self.message()}: to=<{to}>, relay={relay}, {FIELDS}, dsn={dsn}, status=bounced ({words})')

    def expired(self, day, to, words, dsn='4.4.1', queued=5, relay='none'):
        key = self.message()
        for retry in (0, 0.2, queued - 0.1):
            self.add(day + retry, f'mx1 postfix/smtp[7]: {key}: to=<{to}>, relay={relay}, {FIELDS}, dsn={dsn}, status=deferred ({words})')
        self.add(day + queued, f'mx1 postfix/qmgr[9]: {key}: from=<news@shop.example>, status=expired, returned to sender')
        self.add(day + queued, f'mx1 postfix/qmgr[9]: {key}: removed')

    def nights(self):
        self.lines.sort(key=lambda line: line[0])
        last = int(self.lines[-1][0])
        return [''.join(f'{text}\n' for day, text in self.lines if int(day) == night) for night in range(last + 1)]


def unresolved(name, kind='A'):
    return f'Host or domain name not found. Name service error for name={name} type={kind}: Host not found'


def refused(host, address='198.51.100.9', port=25, why='Connection refused'):
    return f'connect to {host}[{address}]:{port}: {why}'


def denied(host, to, address='198.51.100.9'):
    return f'host {host}[{address}] said: 554 5.7.1 <{to}>: Relay access denied (in reply to RCPT TO command)'


def some(count, name='shop'):
    return [f'joe{n}@{name}{n}.example' for n in range(count)]


def living(log, days, count=12):
    """A dozen domains that take mail on all of these days."""
    for day in days:
        for n, to in enumerate(some(count, 'alive')):
            log.took(day + 0.3 + n / 50, to)


def every_week(log, count, words, first=10, last=31, **how):
    for n, to in enumerate(some(count)):
        for day in range(first + n % 3, last, 7):
            log.expired(day + 0.4 + n / 100, to, words(to), **how)


def good_days(log, count, days):
    for n, to in enumerate(some(count)):
        for day in days:
            log.took(day + 0.4 + n / 100, to)


# Ours: nobody may be listed; these are held or not even looked at.

def smarthost_down(log):
    good_days(log, 6, range(0, 10))
    every_week(log, 6, lambda to: refused('smtp.relay.example', port=587))


def smarthost_down_for_some(log):
    living(log, range(0, 40))
    every_week(log, 4, lambda to: refused('smtp.relay.example', port=587, why='Connection timed out'))


def smarthost_down_from_the_beginning(log):
    every_week(log, 3, lambda to: refused('smtp.relay.example', port=587, why='No route to host'))


def smarthost_by_address(log):
    living(log, range(0, 40))
    every_week(log, 4, lambda to: refused('198.51.100.9', port=587))


def smarthost_busy(log):
    every_week(log, 5, lambda to: 'host smtp.relay.example[198.51.100.9] said: 451 4.3.0 Temporary system failure (in reply to RCPT TO command)',
               dsn='4.3.0', relay='smtp.relay.example[198.51.100.9]:587')


def smarthost_denies(log):
    living(log, range(0, 35))
    for n, to in enumerate(some(4)):
        for day in (10, 17, 26):
            log.bounced(day + n / 20, to, denied('smtp.relay.example', to), 'smtp.relay.example[198.51.100.9]:587', '5.7.1')


def smarthost_loops(log):
    for n, to in enumerate(some(3)):
        for day in (8, 13, 18, 24):
            log.bounced(day + n / 20, to, 'host smtp.relay.example[198.51.100.9] said: 554 5.4.6 Too many hops (in reply to end of DATA command)',
                        'smtp.relay.example[198.51.100.9]:587', '5.4.6')


def port_closed(log):
    good_days(log, 30, range(0, 10, 2))
    every_week(log, 30, lambda to: refused(f'mx.{to.split("@")[1]}', why='Connection timed out'))


def port_closed_then_open(log):
    """Half of them are mailed again when it is over."""
    good_days(log, 30, range(0, 10, 2))
    every_week(log, 30, lambda to: refused(f'mx.{to.split("@")[1]}', why='Connection timed out'))
    for day in range(40, 60):
        for to in some(30)[:15]:
            log.took(day + 0.6, to)


def port_closed_but_for_few(log):
    living(log, range(0, 40), 3)
    every_week(log, 30, lambda to: refused(f'mx.{to.split("@")[1]}', why='Network is unreachable'))


def resolver_silent(log):
    good_days(log, 8, range(0, 10))
    every_week(log, 8, lambda to: unresolved(to.split('@')[1], 'MX') + ', try again', dsn='4.4.3')


def resolver_lies(log):
    good_days(log, 8, range(0, 10))
    for n, to in enumerate(some(8)):
        for day in (10, 11, 12, 13, 14):
            log.bounced(day + 0.3 + n / 50, to, unresolved(to.split('@')[1]))


def resolver_lied_and_is_well(log):
    resolver_lies(log)
    living(log, range(16, 40))


def relay_without_name(log):
    good_days(log, 8, range(0, 10))
    for n, to in enumerate(some(8)):
        for day in (10, 11, 13):
            log.bounced(day + n / 50, to, unresolved('smtp.relay.example'))


# Theirs: the dead are listed.

def dead_domain(log):
    living(log, range(0, 30))
    for day in (10, 11, 13):
        log.bounced(day, 'joe0@shop0.example', unresolved('shop0.example'))


def dead_domains(log):
    living(log, range(0, 30))
    for n, to in enumerate(some(4)):
        for day in (10, 11, 13):
            log.bounced(day + n / 20, to, unresolved(to.split('@')[1]))


def dead_domain_in_a_small_log(log):
    for day in (1, 2, 4):
        log.bounced(day, 'joe0@shop0.example', unresolved('shop0.example'))
    log.took(3, 'ann@alive.example')


def dead_domain_long_before_another_fails(log):
    for day in (1, 2, 4):
        log.bounced(day, 'joe0@shop0.example', unresolved('shop0.example'))
    log.expired(12, 'joe1@shop1.example', refused('mx.shop1.example'))


def dead_host(log):
    living(log, range(0, 40))
    every_week(log, 1, lambda to: refused('mx.shop0.example', why='Connection timed out'))


def dead_host_alone(log):
    every_week(log, 1, lambda to: refused('mx.shop0.example', why='Connection timed out'))


def dead_hosts(log):
    living(log, range(0, 40))
    every_week(log, 6, lambda to: refused(f'mx.{to.split("@")[1]}', why='Connection timed out'))


def dead_hosts_of_a_weekly_letter(log):
    """Nobody takes mail on the days when the letters to the dead expire."""
    living(log, range(0, 42, 7), 20)
    every_week(log, 6, lambda to: refused(f'mx.{to.split("@")[1]}', why='Connection timed out'), first=7, last=30)


def dead_host_elsewhere(log):
    living(log, range(0, 40))
    every_week(log, 1, lambda to: refused('mx.hoster.example', why='Connection timed out'))


def denies_itself(log):
    living(log, range(0, 35))
    for day in (10, 17, 26):
        log.bounced(day, 'joe0@shop0.example', denied('mx.shop0.example', 'joe0@shop0.example'), 'mx.shop0.example[192.0.2.9]:25', '5.7.1')


def hoster_denies_those_who_left(log):
    living(log, range(0, 35))
    for n, to in enumerate(some(3)):
        for day in (10, 17, 26):
            log.bounced(day + n / 20, to, denied('mx.hoster.example', to), 'mx.hoster.example[192.0.2.9]:25', '5.7.1')
    for day in range(0, 35):
        for to in some(10, 'customer'):
            log.took(day + 0.5, to, 'mx.hoster.example[192.0.2.9]')


def dead_when_all_is_mended(log):
    """Broken for three weeks, then well again; one of those who failed is dead indeed."""
    every_week(log, 8, lambda to: refused(f'mx.{to.split("@")[1]}', why='Connection timed out'), first=0, last=15)
    living(log, range(22, 60))
    good_days(log, 8, [22])
    for day in (25, 33, 42):
        log.expired(day, 'joe0@shop0.example', refused('mx.shop0.example', why='Connection timed out'))


OURS = (smarthost_down, smarthost_down_for_some, smarthost_down_from_the_beginning, smarthost_by_address, smarthost_busy, smarthost_denies,
        smarthost_loops, port_closed, port_closed_then_open, port_closed_but_for_few, resolver_silent, resolver_lies,
        resolver_lied_and_is_well, relay_without_name)
THEIRS = {dead_domain: 1, dead_domains: 4, dead_domain_in_a_small_log: 1, dead_domain_long_before_another_fails: 1,
          dead_host: 1, dead_host_alone: 1, dead_hosts: 6, dead_hosts_of_a_weekly_letter: 6, dead_host_elsewhere: 1, denies_itself: 1, hoster_denies_those_who_left: 3,
          dead_when_all_is_mended: 1}


def scan(paths, *options):
    done = subprocess.run([PROGRAM, 'scan', '--force', *options, *paths], capture_output=True, text=True)
    expect(f'exit {done.returncode}: {done.stderr}', done.returncode == 0)
    return json.loads(done.stdout)


def in_one(folder, nights):
    path = f'{folder}/mail.log'
    with open(path, 'w') as log:
        log.write(''.join(nights))
    return scan([path])


def night_by_night(folder, nights):
    """The last summary; who was listed in any night. A run for each three days: that is enough."""
    path, ever, summary = f'{folder}/nightly.log', set(), None
    for first in range(0, len(nights), 3):
        with open(path, 'a') as log:
            log.write(''.join(nights[first:first + 3]))
        summary = scan([path], '--history', f'{folder}/history')
        ever |= {row['address'] for row in summary['suppress']} | {row['domain'] for row in summary['suppress_domains']}
    return summary, ever


def judge(case, how, summary, ever):
    listed = {row['address'] for row in summary['suppress']}
    name, dead = f'{case.__name__}, {how}', set(some(THEIRS.get(case, 0)))
    expect(f'{name}: listed {sorted(listed)}, not {sorted(dead)}', listed == dead)
    if case not in THEIRS:
        domains = [row['domain'] for row in summary['suppress_domains']]
        expect(f'{name}: domains {domains}', not domains)
        expect(f'{name}: {sorted(ever)} were listed', not ever)
        held = [row['why'] for row in summary['held']]
        expect(f'{name}: held: {held}', all(why.startswith('ours') for why in held))
        hidden = case is relay_without_name
        expect(f'{name}: nobody is held', held or hidden)
    incidents = [row for row in summary['incidents'] if row['kind'] == 'ours']
    held = [row for row in summary['held'] if row['why'].startswith('ours')]
    expect(f'{name}: {len(held)} held, incidents {incidents}', bool(held) == bool(incidents))
    # What an earlier run held for stays held when its incident is too old to be seen: the sum may be less.
    expect(f'{name}: {len(held)} held, incidents {incidents}', sum(row['addresses'] for row in incidents) <= len(held))
    for row in incidents:
        expect(f'{name}: {row}', row['first'] < row['last'] and 0.5 < row['share'] <= 1 and row['share'] > row['usual'] >= 0)
        expect(f'{name}: {row}', row['name'] in ('', 'relay.example', '198.51.100.0/24'))


right = 0
for case in (*OURS, *THEIRS):
    log = Log()
    case(log)
    with tempfile.TemporaryDirectory() as folder:
        nights = log.nights()
        judge(case, 'in one', in_one(folder, nights), set())
        judge(case, 'night by night', *night_by_night(folder, nights))

def named():
    """The configuration says outright whose a hop is, also one that nobody could tell."""
    for options, dead in (([], True), (['--relays', 'mx.hoster.example'], False), (['--relays', '[192.0.2.9]'], False),
                          (['--filter-transports', 'MX.hoster.example'], False), (['--relays', 'mx.other.example'], True)):
        log = Log()
        hoster_denies_those_who_left(log)
        with tempfile.TemporaryDirectory() as folder:
            with open(f'{folder}/mail.log', 'w') as file:
                file.write(''.join(log.nights()))
            summary = scan([f'{folder}/mail.log'], *options)
        names = {row['category'] for row in summary['categories']}
        expect(f'{options}: {names}', names == {'relay_denied' if dead else 'local_config'})
        expect(f'{options}: {summary["suppress"]}', bool(summary['suppress']) == dead)
        expect(f'{options}: no remedy', dead or 'next hop' in summary['categories'][0]['remedy'])


named()
finish(f'{len(OURS) + len(THEIRS)} cases')
