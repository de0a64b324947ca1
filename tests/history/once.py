"""Once is once: sliding windows, logs that begin alike, last lines without a newline, re-injections that show late.

$BOUNCELOG is the program. Each case has a history of its own and says how many attempts it must hold at the end."""
import bz2, gzip, json, lzma, os, random, subprocess, sys, tempfile, time

PROGRAM, faults, cases = os.environ['BOUNCELOG'], [], []


def case(function):
    cases.append(function)
    return function


def line(n, host='mx1', fine=False, words=''):
    """The n-th line of a log: one a second."""
    reply = ('dsn=2.0.0, status=sent (250 2.0.0 Ok)' if fine else
             f'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown{words} (in reply to RCPT TO command))')
    return (f'2026-11-{1 + n // 86400:02d}T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z {host} postfix/smtp[9]: {n + 0x10000000:X}: '
            f'to=<u{n}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {reply}\n')


def lines(first, last, **how):
    return ''.join(line(n, **how) for n in range(first, last))


class Case:
    def __init__(self, folder, name):
        self.name, self.folder = name, f'{folder}/{name}'
        os.mkdir(self.folder)

    def path(self, name):
        return f'{self.folder}/{name}'

    def write(self, name, text, mode='w', age=0):
        with open(self.path(name), mode + 'b') as file:
            file.write(text.encode() if isinstance(text, str) else text)
        if age:
            os.utime(self.path(name), (int(os.environ.get('SOURCE_DATE_EPOCH', time.time())) - age,) * 2)

    def scan(self, *names, stdin=None, options=(), code=0, environment=None):
        """Standard input is a pipe, as `journalctl |` gives it."""
        done = subprocess.run([PROGRAM, 'scan', '-d', self.path('db'), '--force', *options, *(name if name == '-' else self.path(name) for name in names)],
                              input=None if stdin is None else stdin.encode(), capture_output=True, cwd=self.folder,
                              env=dict(os.environ, **(environment or {})))
        if done.returncode != code:
            self.fault(f'exit {done.returncode}, not {code}: {done.stderr.decode()[:200]}')
        self.said = done.stderr.decode()
        self.summary = json.loads(done.stdout) if done.stdout else None
        return self.summary

    def window(self, first, last, **how):
        return self.scan('-', stdin=lines(first, last), **how)

    def report(self):
        return json.loads(subprocess.run([PROGRAM, 'report', '-d', self.path('db')], capture_output=True).stdout or '{}')

    def holds(self, attempts, total=None):
        got = self.report()
        if got['attempts']['total'] != attempts:
            self.fault(f'{got["attempts"]["total"]} attempts, not {attempts}')
        total = attempts if total is None else total
        if got['lines']['total'] != total:
            self.fault(f'{got["lines"]["total"]} lines, not {total}')

    def fault(self, what):
        faults.append(self.name)
        print(f'once: {self.name}: {what}')


# --- windows

@case
def window_slides_on_standard_input(c):
    c.window(0, 10)
    c.window(5, 15)
    c.window(12, 20)
    c.holds(20)


@case
def window_slides_by_one_line(c):
    for n in range(8):
        c.window(n, n + 2)
    c.holds(9)


@case
def window_with_nothing_new(c):
    c.window(0, 10)
    if c.window(4, 10)['lines']['total']:
        c.fault('lines of before count in the summary')
    c.window(2, 7)
    c.holds(10)


@case
def window_that_begins_earlier(c):
    c.window(10, 20)
    c.window(0, 25)
    c.holds(25)


@case
def window_that_begins_where_an_older_one_did(c):
    c.window(5, 6)
    c.window(6, 7)
    c.window(5, 8)
    c.window(6, 9)
    c.holds(4)


@case
def file_of_windows_that_begins_where_an_older_one_did(c):
    for first, last in ((5, 6), (6, 7), (5, 8), (6, 9), (5, 10)):
        c.write('day.log', lines(first, last))
        c.scan('day.log')
    c.holds(5)


@case
def log_that_is_rotated_and_named_alone(c):
    """Its name has another log each time; what is brought back has nothing new."""
    for n in range(3):
        c.write('mail.log', lines(n * 10, n * 10 + 5))
        c.scan('mail.log')
        c.write('mail.log', lines(n * 10 + 5, n * 10 + 10), mode='a')
        c.scan('mail.log')
    c.write('mail.log', lines(0, 10) + line(50) * 2)
    c.scan('mail.log')
    c.holds(32)


@case
def line_that_comes_again_in_a_log(c):
    """It is another one."""
    for _ in range(3):
        c.write('mail.log', line(0), mode='a')
        c.scan('mail.log')
    c.scan('-', stdin=line(0) * 3 + line(1))
    c.scan('-', stdin=line(0) * 4 + line(1))
    c.holds(5)


@case
def window_without_overlap(c):
    c.window(0, 10)
    c.window(10, 20)
    c.window(30, 40)
    c.holds(30)


@case
def window_in_a_file_that_is_written_anew(c):
    for n in (0, 5, 9):
        c.write('day.log', lines(n, n + 10))
        c.scan('day.log')
    c.holds(19)


@case
def window_in_files_with_dates(c):
    for day in range(3):
        c.write(f'day-2026110{1 + day}.log', lines(day * 10, day * 10 + 15))
        c.scan(*(f'day-2026110{1 + n}.log' for n in range(day + 1)))
    c.holds(35)


@case
def window_in_compressed_files(c):
    for n, pack in enumerate((gzip, bz2, lzma)):
        c.write(f'w{n}', pack.compress(lines(n * 5, n * 5 + 10).encode()))
        c.scan(f'w{n}')
    c.holds(20)


@case
def window_of_a_file_that_was_read(c):
    c.write('mail.log', lines(0, 50))
    c.scan('mail.log')
    c.window(30, 60)
    c.holds(60)


@case
def file_of_windows_that_were_read(c):
    c.window(0, 30)
    c.write('mail.log', lines(10, 50))
    c.scan('mail.log')
    c.holds(50)


@case
def window_that_is_longer_than_a_chunk(c):
    c.window(0, 4000)
    c.window(1500, 5500, options=['-j4'])
    c.window(3000, 6000, options=['-j1'])
    c.holds(6000)


@case
def window_with_a_line_of_the_journal_in_front(c):
    for n in (0, 4, 6):
        c.scan('-', stdin=f'-- Journal begins at Sun 2026-11-01 00:00:0{n} UTC. --\n' + lines(n, n + 8))
    c.holds(14, total=17)


@case
def window_whose_streams_are_mixed_anew(c):
    one, two = lines(0, 20).splitlines(True), lines(0, 20, host='mx2').splitlines(True)
    c.scan('-', stdin=''.join(one[:12] + two[:12]))
    c.scan('-', stdin=''.join(a + b for a, b in zip(one[6:], two[6:])))
    c.holds(40)


@case
def lines_that_stand_twice_in_a_window(c):
    c.scan('-', stdin=line(0) * 2 + line(1))
    c.scan('-', stdin=line(0) * 2 + line(1) + line(2) * 3)
    c.scan('-', stdin=line(1) + line(2) * 3 + line(3))
    c.holds(7)


@case
def windows_of_two_hosts(c):
    c.scan('-', stdin=lines(0, 10))
    c.scan('-', stdin=lines(0, 10, host='mx2'))
    c.holds(20)


@case
def windows_of_two_hosts_that_do_not_say_so(c):
    text = ''.join(f'2026-11-01 00:00:0{n} 1vABCD-0000{n}X-2x ** u{n}@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7]: '
                   'SMTP error from remote mail server after RCPT TO:<u@example.com>: 550 5.1.1 User unknown\n' for n in range(5))
    for host, pid in (('mx1', 11), ('mx2', 22), ('mx2', 22)):
        how = ['--host', host, '--accept-change']
        c.scan('-', stdin=f'2026-11-01 00:00:00 Start queue run: pid={pid}\n{text}', options=how)
        c.scan('-', stdin=text[len(text) // 5:], options=how)
    c.holds(10, total=12)


@case
def window_with_an_expiry(c):
    deferred = line(1).replace('dsn=5.1.1, status=bounced', 'dsn=4.2.2, status=deferred').replace('550 5.1.1 User unknown', '452 4.2.2 Full')
    expired = f'2026-11-01T00:00:09Z mx1 postfix/qmgr[3]: {0x10000001:X}: from=<news@shop.example>, status=expired, returned to sender\n'
    removed = f'2026-11-01T00:00:09Z mx1 postfix/qmgr[3]: {0x10000001:X}: removed\n'
    c.scan('-', stdin=line(0) + deferred + expired + removed)
    c.scan('-', stdin=expired + removed + line(11))
    c.holds(4, total=5)
    if c.report()['unresolved_expiries']:
        c.fault('an expiry that was read before is unresolved')


@case
def window_after_undo(c):
    c.window(0, 10)
    c.window(5, 15)
    subprocess.run([PROGRAM, 'history', 'undo', '-d', c.path('db'), '2'], check=True, capture_output=True)
    c.holds(10)
    c.window(7, 17)
    c.holds(17, total=17)


@case
def windows_night_after_night(c):
    for n in range(0, 300, 10):
        c.window(n, n + 30)
    c.holds(320)


@case
def window_that_ends_in_the_middle_of_a_line(c):
    c.scan('-', stdin=lines(0, 5) + line(5)[:80])
    c.window(3, 8)
    c.holds(8)


@case
def line_numbers_are_those_of_the_window(c):
    c.window(0, 10)
    c.window(5, 12, options=['-e', c.path('events')])
    with open(c.path('events')) as events:
        got = [json.loads(event)['source']['line'] for event in events]
    if got != [6, 7]:
        c.fault(f'events of lines {got}, not 6 and 7')


@case
def window_after_weeks(c):
    c.window(0, 10, environment={'SOURCE_DATE_EPOCH': '1795478400'})
    c.window(5, 15, environment={'SOURCE_DATE_EPOCH': str(1795478400 + 40 * 86400)})
    c.holds(15)


@case
def windows_and_a_log(c):
    """Each hour the log that grows, and a window of something else."""
    for n in range(5):
        c.write('mail.log', lines(n * 10, n * 10 + 10), mode='a')
        c.scan('mail.log', '-', stdin=lines(n * 5, n * 5 + 10, host='mx2'))
    c.holds(50 + 30)


@case
def window_and_its_log_in_one_run(c):
    c.write('mail.log', lines(0, 20))
    c.scan('-', 'mail.log', stdin=lines(5, 25))
    got = c.report()['attempts']['total']
    if got != 25:
        c.fault(f'{got} attempts, not 25')


# --- logs that begin alike

def alike(size, host='mx1'):
    """So many bytes of whole lines, or a few more."""
    text, n = '', 0
    while len(text) < size:
        text, n = text + line(n), n + 1
    return text, n


@case
def longer_log_that_begins_alike(c):
    text, n = alike(4096)
    c.write('a', text + lines(n, n + 3))
    c.scan('a')
    c.write('b', text + lines(1000, 1010))
    c.scan('a', 'b')
    c.holds(n + 3 + 10)


@case
def shorter_log_that_begins_alike(c):
    text, n = alike(4096)
    c.write('a', text + lines(n, n + 30))
    c.scan('a')
    c.write('b', text + lines(1000, 1002))
    c.scan('a', 'b')
    c.holds(n + 30 + 2)


@case
def shorter_log_that_begins_alike_under_the_same_name(c):
    text, n = alike(4096)
    c.write('a', text + lines(n, n + 30))
    c.scan('a')
    c.write('a', text + lines(1000, 1002))
    c.scan('a')
    c.holds(n + 30 + 2)


@case
def longer_log_that_begins_alike_under_the_same_name(c):
    text, n = alike(4096)
    c.write('a', text + lines(n, n + 3))
    c.scan('a')
    c.write('a', text + lines(1000, 1020))
    c.scan('a')
    c.holds(n + 3 + 20)


def two_at_once(c, first, second, both, host):
    text, n = alike(both)
    c.write('a', text + lines(n, n + first))
    c.write('b', text + lines(2000, 2000 + second))
    c.scan('a', 'b')
    # The beginning stands in two logs: its lines count in both, its mail once.
    got = c.report()['attempts']['total']
    if got != n + first + second:
        c.fault(f'{got} attempts, not {n + first + second}')
    c.scan('a', 'b')
    c.write('a', lines(n + first, n + first + 5), mode='a')
    c.write('b', lines(2000 + second, 2000 + second + 7), mode='a')
    c.scan('a', 'b')
    got = c.report()['attempts']['total']
    if got != n + first + second + 12:
        c.fault(f'{got} attempts, not {n + first + second + 12}, when both went on')


@case
def two_logs_that_begin_alike_in_one_run(c):
    two_at_once(c, 20, 3, 4096, 'mx1')


@case
def two_logs_that_begin_alike_for_long(c):
    two_at_once(c, 300, 200, 20000, 'mx1')


@case
def two_logs_that_begin_alike_the_longer_one_last(c):
    two_at_once(c, 3, 400, 5000, 'mx1')


@case
def log_that_parts_from_a_compressed_one_at_its_end(c):
    text, n = alike(60000)
    c.write('a.gz', gzip.compress((text + lines(n, n + 300)).encode()))
    c.write('b', text + line(1000))
    c.scan('a.gz', 'b')
    c.write('c.gz', gzip.compress(text.encode()))
    c.scan('a.gz', 'b', 'c.gz')
    got = c.report()['attempts']['total']
    if got != n + 301:
        c.fault(f'{got} attempts, not {n + 301}')


@case
def compressed_logs_that_begin_alike(c):
    text, n = alike(9000)
    c.write('a.gz', gzip.compress((text + lines(n, n + 100)).encode()))
    c.scan('a.gz')
    c.write('b.gz', gzip.compress((text + lines(1000, 1050)).encode()))
    c.scan('a.gz', 'b.gz')
    c.holds(n + 150)


@case
def rotated_log_that_begins_like_the_one_before(c):
    text, n = alike(6000)
    c.write('mail.log', text + lines(n, n + 50))
    c.scan('mail.log')
    os.rename(c.path('mail.log'), c.path('mail.log.1'))
    c.write('mail.log', text + lines(1000, 1100))
    c.scan('mail.log', 'mail.log.1')
    c.holds(n + 50 + 100)


@case
def older_copy_that_begins_alike(c):
    c.write('a', lines(0, 400))
    c.scan('a')
    c.write('copy', lines(0, 200))
    c.scan('a', 'copy')
    c.holds(400)


# --- last lines without a newline

@case
def unfinished_line_of_a_log_that_grows(c):
    c.write('mail.log', lines(0, 3) + line(3)[:-1])
    c.scan('mail.log')
    c.holds(3)
    c.write('mail.log', '\n' + line(4), mode='a')
    c.scan('mail.log')
    c.holds(5)


@case
def unfinished_line_of_compressed_logs(c):
    for n, pack in enumerate((gzip, bz2, lzma)):
        c.write(f'w{n}', pack.compress((lines(n * 10, n * 10 + 3) + line(n * 10 + 3)[:-1]).encode()))
        c.scan(f'w{n}')
        c.scan(f'w{n}')
    c.holds(12)


@case
def unfinished_line_of_a_rotated_log(c):
    c.write('mail.log', lines(0, 3) + line(3)[:-1])
    c.scan('mail.log')
    os.rename(c.path('mail.log'), c.path('mail.log.1'))
    c.write('mail.log', lines(4, 8))
    c.scan('mail.log', 'mail.log.1')
    c.holds(8)
    c.write('mail.log.2.gz', gzip.compress(open(c.path('mail.log.1'), 'rb').read()))
    os.unlink(c.path('mail.log.1'))
    c.scan('mail.log', 'mail.log.2.gz')
    c.holds(8)


@case
def unfinished_line_of_a_log_and_its_copy(c):
    """Read before up to that line, then both at once."""
    c.write('mail.log', lines(0, 3))
    c.scan('mail.log')
    for name in ('mail.log.1.gz', 'copy'):
        c.write(name, gzip.compress((lines(0, 3) + line(3)[:-1]).encode()))
    c.write('mail.log', line(4))
    c.scan('mail.log', 'mail.log.1.gz', 'copy')
    c.scan('copy', 'mail.log.1.gz', 'mail.log')
    c.holds(5)


@case
def unfinished_line_of_a_dated_log(c):
    c.write('mail.log-20261101', lines(0, 3) + line(3)[:-1])
    for _ in range(3):
        c.scan('mail.log-20261101')
    c.holds(4)


@case
def unfinished_line_after_a_day(c):
    c.write('mail.log', lines(0, 3) + line(3)[:-1], age=26 * 3600)
    c.scan('mail.log')
    c.holds(4)
    c.write('mail.log', '\n' + line(4), mode='a')
    c.scan('mail.log')
    c.holds(5)


@case
def unfinished_line_within_the_day(c):
    c.write('mail.log', lines(0, 3) + line(3)[:-1], age=20 * 3600)
    c.scan('mail.log')
    c.holds(3)


@case
def unfinished_line_that_is_finished_late(c):
    c.write('mail.log.1', lines(0, 3) + line(3)[:-20])
    c.scan('mail.log.1')
    c.holds(4)
    c.write('mail.log.1', line(3)[-20:] + line(4), mode='a')
    c.scan('mail.log.1')
    c.holds(5)


@case
def half_a_line_that_is_finished_late(c):
    """What is no attempt yet becomes one; the half and the whole are two lines."""
    c.write('mail.log.1', lines(0, 3) + line(3)[:70])
    c.scan('mail.log.1')
    c.scan('mail.log.1')
    c.write('mail.log.1', line(3)[70:] + line(4), mode='a')
    c.scan('mail.log.1')
    c.holds(5, total=6)


@case
def the_only_line_is_unfinished(c):
    c.write('mail.log.1', line(0)[:-1])
    for _ in range(3):
        c.scan('mail.log.1')
    c.holds(1)
    c.write('mail.log.1', '\n' + line(1), mode='a')
    c.scan('mail.log.1')
    c.holds(2)


@case
def unfinished_line_of_a_broken_archive(c):
    packed = gzip.compress((lines(0, 300)).encode())
    c.write('mail.log.2.gz', packed[:-200])
    c.scan('mail.log.2.gz', code=3)
    c.write('mail.log.2.gz', packed)
    c.scan('mail.log.2.gz')
    c.holds(300)


@case
def unfinished_line_of_a_log_without_history_counts(c):
    c.write('m', lines(0, 3) + line(3)[:-1])
    done = subprocess.run([PROGRAM, 'scan', c.path('m')], capture_output=True)
    if json.loads(done.stdout)['attempts']['total'] != 4:
        c.fault('without a history the last line does not count')


# --- re-injections: the second id is seen after the first line

def handed(c, text, over, delivered, events=None):
    """In one run, and with a list of events, which leave in the order of their lines."""
    c.write('m', text)
    for options in ([], ['-j4'], ['-e', c.path('events'), '--events-include', 'all']):
        done = subprocess.run([PROGRAM, 'scan', *options, c.path('m')], capture_output=True)
        got = json.loads(done.stdout)['attempts']
        if (got['handed_over'], got['delivered']) != (over, delivered):
            c.fault(f'{options}: {got["handed_over"]} handed over and {got["delivered"]} delivered, not {over} and {delivered}')
    with open(c.path('events')) as file:
        events = [json.loads(event) for event in file]
    if [event['source']['line'] for event in events] != sorted(event['source']['line'] for event in events):
        c.fault('events are out of order')
    if sum(event['outcome'] == 'handed_over' for event in events) != over:
        c.fault('events say something else')


def sent(second, queue, to, relay, words, host='mx1'):
    return (f'2026-11-01T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z {host} postfix/smtp[9]: {queue}: to=<{to}@example.com>, relay={relay}, delay=1, '
            f'delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok{words})\n')


HERE, MX = '127.0.0.1[127.0.0.1]:10024', 'mx.example.com[192.0.2.7]:25'


@case
def reinjected_grep_status(c):
    handed(c, ''.join(sent(n, f'A{n:05d}', 'joe', HERE, f': queued as B{n:05d}') + sent(n + 1, f'B{n:05d}', 'joe', MX, ': queued as 4XYZ')
                      for n in range(40)), 40, 40)


@case
def reinjected_later(c):
    handed(c, ''.join(sent(n, f'A{n:05d}', 'joe', HERE, f': queued as B{n:05d}') for n in range(40)) +
           ''.join(sent(n + 300, f'B{n:05d}', 'joe', MX, '') for n in range(40)), 40, 40)


@case
def reinjected_much_later(c):
    """After ten minutes nobody waits any more."""
    handed(c, sent(0, 'A1111', 'joe', HERE, ': queued as B1111') + sent(700, 'C1111', 'ann', MX, '') + sent(701, 'B1111', 'joe', MX, ''), 0, 3)


@case
def reinjected_on_another_host(c):
    """The id is one of mx1."""
    handed(c, sent(0, 'A1111', 'joe', HERE, ': queued as B1111') + sent(1, 'B1111', 'joe', MX, '', host='mx2'), 0, 2)


@case
def reinjected_by_its_own_name(c):
    handed(c, sent(0, 'A1111', 'joe', 'mx1.shop.example[203.0.113.5]:10026', ': queued as B1111') + sent(1, 'B1111', 'joe', MX, ''), 1, 1)


@case
def reinjected_at_a_private_address(c):
    for ip in ('10.1.2.3', '192.168.7.1', '172.31.0.1', 'fd00::7'):
        handed(c, sent(0, 'A1111', 'joe', f'mx1.shop.example[{ip}]:25', ': queued as B1111') + sent(1, 'B1111', 'joe', MX, ''), 1, 1)


@case
def delivered_to_a_namesake(c):
    """Many hosts are called mx1: theirs is not ours, whatever id it names."""
    for ip in ('203.0.113.5', '172.32.0.1', '2001:db8::5'):
        handed(c, sent(0, 'A1111', 'joe', f'mx1.example.com[{ip}]:25', ': queued as B1111') + sent(1, 'B1111', 'ann', MX, ''), 0, 2)


@case
def reinjected_by_ipv6(c):
    handed(c, sent(0, 'A1111', 'joe', 'localhost[::1]:10026', ': queued as B1111') + sent(1, 'B1111', 'joe', MX, ''), 1, 1)


@case
def reinjected_and_deferred(c):
    handed(c, sent(0, 'A1111', 'joe', HERE, ': queued as B1111') +
           sent(5, 'B1111', 'joe', MX, '').replace('status=sent (250 2.0.0 Ok', 'status=deferred (host mx.example.com[192.0.2.7] said: 450 4.7.1 Greylisted'), 1, 0)


@case
def reinjected_head_of_a_rotated_log(c):
    handed(c, sent(0, 'A1111', 'joe', HERE, ': queued as B1111') +
           '2026-11-01T00:00:01Z mx1 postfix/qmgr[3]: A1111: removed\n'
           '2026-11-01T00:00:01Z mx1 postfix/qmgr[3]: B1111: from=<news@shop.example>, size=1, nrcpt=1 (queue active)\n' +
           sent(2, 'B1111', 'joe', MX, ''), 1, 1)


@case
def reinjected_for_several(c):
    handed(c, sent(0, 'A1111', 'joe', HERE, ': queued as B1111') + sent(0, 'A1111', 'ann', HERE, ': queued as B1111') +
           sent(1, 'B1111', 'joe', MX, '') + sent(1, 'B1111', 'ann', MX, ''), 2, 2)


@case
def delivered_to_a_neighbour(c):
    """An id of somebody else is nothing that comes."""
    handed(c, ''.join(sent(n, f'A{n:05d}', 'joe', HERE, f': queued as F{n:05d}') for n in range(3000)), 0, 3000)


@case
def delivered_to_the_world(c):
    handed(c, ''.join(sent(n, f'A{n:05d}', 'joe', MX, f': queued as F{n:05d}') for n in range(100)), 0, 100)


@case
def reinjected_exim(c):
    handed(c, '2026-11-01 00:00:00 1vABCD-00000A-2x => joe@example.com R=filter T=smtp H=localhost [127.0.0.1] C="250 OK id=1vABCE-00000B-2x"\n'
           '2026-11-01 00:00:01 1vABCE-00000B-2x => joe@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7] C="250 Ok"\n', 1, 1)


@case
def reinjected_sendmail(c):
    handed(c, 'Nov  1 00:00:00 mx1 sendmail[9]: 5A1000aa000001: to=<joe@example.com>, delay=00:00:01, xdelay=00:00:01, mailer=relay, pri=1, '
           'relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (5A1000bb000002 Message accepted for delivery)\n'
           'Nov  1 00:00:02 mx1 sm-mta[9]: 5A1000bb000002: to=<joe@example.com>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, '
           'relay=mx.example.com. [192.0.2.7], dsn=2.0.0, stat=Sent (Ok)\n', 1, 1)


# --- a log of which the mail becomes lines of nobody

def cron(n, night=1):
    return ''.join(f'2026-11-01T00:00:00Z mx1 CRON[{i}]: (root) CMD (true {night})\n' for i in range(n))


def mail(n, night):
    return ''.join(sent(i, f'{night}{i:05X}', f'joe{i}', MX, '') for i in range(n))


def nights(c, *texts, name='mail.log', named=(), clock=86400):
    """Each text is the log of a night, the numbers in `named` are the nights that are told of."""
    for night, text in enumerate(texts):
        file = name.format(night + 1)
        c.write(file, text)
        done = subprocess.run([PROGRAM, 'scan', '-d', c.path('db'), '-o', c.path('out'), c.path(file)], capture_output=True, text=True,
                              env=dict(os.environ, SOURCE_DATE_EPOCH=str(1793491200 + night * clock)))
        with open(c.path('out')) as out:
            error = json.load(out)['inputs'][0]['error'] or ''
        told = 'the last time' in done.stderr
        if told != (night in named) or (told and done.returncode != 3) or ('the last time' in error) != told:
            c.fault(f'night {night}: exit {done.returncode}: {done.stderr} {error}')


def wrapped(text):
    return ''.join(f'<<mx1>> {line}\n' for line in text.splitlines())


@case
def share_header_changes(c):
    nights(c, mail(1000, 1) + cron(50), wrapped(mail(900, 2)) + cron(40, 2) + mail(20, 3), named=[1])


@case
def share_header_changes_in_rotated_logs(c):
    nights(c, mail(1000, 1) + cron(50), wrapped(mail(900, 2)) + cron(40, 2) + mail(20, 3), name='mail.log-2026110{}', named=[1])


@case
def share_programs_have_other_names(c):
    nights(c, mail(1000, 1) + cron(50), mail(900, 2).replace('postfix/smtp', 'outbound-smtp') + mail(20, 3), named=[1])


@case
def share_is_told_for_a_week(c):
    nights(c, mail(1000, 1), *(wrapped(mail(900, night)) + cron(3, night) + mail(3, night + 8) for night in range(2, 8)), named=[1, 2, 3, 4, 5],
           clock=2 * 86400)


@case
def share_comes_back(c):
    nights(c, mail(1000, 1), wrapped(mail(900, 2)) + mail(9, 3), mail(900, 4), wrapped(mail(900, 5)) + mail(9, 6), named=[1, 3])


@case
def share_of_a_quiet_night(c):
    nights(c, mail(1000, 1) + cron(200), mail(4, 2) + cron(300, 2), mail(900, 3) + cron(200, 3), cron(500, 4))


@case
def share_of_a_flood(c):
    nights(c, mail(1000, 1) + cron(20), mail(800, 2) + cron(30000, 2))


@case
def share_of_few_lines(c):
    nights(c, mail(1000, 1), wrapped(mail(90, 2)) + cron(90, 2) + mail(2, 3))


@case
def share_grows(c):
    nights(c, cron(2000) + mail(3, 1), cron(2000, 2) + mail(3000, 2))


# --- silence

@case
def newest_attempt_is_old(c):
    c.window(0, 10, environment={'SOURCE_DATE_EPOCH': str(1793491200 + 47 * 3600)})
    if 'newest' in c.said:
        c.fault('a word after 47 hours')
    c.window(5, 10, environment={'SOURCE_DATE_EPOCH': str(1793491200 + 49 * 3600)})
    if c.said.count('newest attempt') != 1:
        c.fault('no word after 49 hours')


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for function in cases:
            if len(sys.argv) < 2 or sys.argv[1] in function.__name__:
                function(Case(folder, function.__name__))
    print(f'once: {len(cases)} cases, {len(set(faults))} of them wrong')
    sys.exit(bool(faults))


main()
