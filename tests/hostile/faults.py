#!/usr/bin/env python3
"""Every allocation fails once, every call on a file fails once: a word and the right exit code, or the results of a run in peace.

usage: faults.py [alloc|files|kill] [STEP]     $BOUNCELOG is the program, $BOUNCELOG_FAULT_LIBRARY tests/support/fault.c;
                                            CASES, CALLS: these alone; FIRST: ends with the first fault

Each command is run in peace first, which counts its calls. Then one call after the other fails (of allocations, the first from each
place in the program; of all, every STEP-th, from another one on for each command), and after each run: it ended by itself, with an exit code for what failed and a message
that names it; an output is the old file or the new one as a whole, and nothing else is left; the history is as before or has it
all; and the next run in peace makes it what it would have been. `kill`: the run is killed before each call."""
import gzip, json, lzma, os, shutil, subprocess, sys, tempfile

PROGRAM = os.environ['BOUNCELOG']
LIBRARY = os.environ.get('BOUNCELOG_FAULT_LIBRARY', '')
ENVIRONMENT = dict(os.environ, SOURCE_DATE_EPOCH='1795478400', TZ='UTC', LC_ALL='C')
HOWS = {'open': ['EIO', 'EMFILE', 'EACCES'], 'read': ['EIO', 'EINTR', 'short'], 'write': ['EIO', 'ENOSPC', 'EINTR', 'short'],
        'sync': ['EIO'], 'truncate': ['EIO'], 'rename': ['EIO', 'ENOSPC'], 'unlink': ['EIO'], 'close': ['EIO']}
STEPS = ['open', 'write', 'sync', 'truncate', 'rename', 'unlink', 'close'] # what others can see of a run
found, runs = [], {}


def run(arguments, fault=None, log=None):
    environment = dict(ENVIRONMENT, LD_PRELOAD=LIBRARY, BOUNCELOG_FAULT=fault, BOUNCELOG_FAULT_LOG=log) if fault else ENVIRONMENT
    with open('stdin', 'rb') as stdin:
        done = subprocess.run([PROGRAM, *arguments], stdin=stdin, capture_output=True, env=environment)
    return done.returncode, done.stdout, done.stderr.decode()


def contents(names):
    result = {}
    for name in names:
        if os.path.isfile(name):
            with open(name, 'rb') as file:
                result[name] = file.read()
    return result


class Case:
    """A command in a folder of its own; `outputs` are what it writes, `db` the history that it changes, if it does."""
    def __init__(self, name, arguments, outputs=(), db=None, inputs=(), settings=()):
        self.name, self.arguments, self.outputs, self.db = name, arguments, list(outputs), db
        self.inputs, self.settings = set(inputs), set(settings)
        self.hows = HOWS if name == 'night' else {call: hows[:1] for call, hows in HOWS.items()}
        self.kept = contents(self.outputs + ([db] if db else []))
        self.beside = set(os.listdir('.')) - set(self.kept) | {f'{db}.lock'}
        self.rests = {f'{db}-journal', f'{db}.new', f'{db}.new-journal'} if db else set()
        self.before = self.report()
        self.code, self.stdout, self.stderr = run(arguments)
        self.made = contents(self.outputs + ([db] if db else []))
        self.after = self.report()
        self.check(self.code in (0, 3) and len(self.made) == len(self.outputs) + bool(db), f'in peace: exit {self.code}: {self.stderr}')
        self.reset()

    def check(self, holds, what):
        if not holds:
            found.append(what)
            print(f'faults: {self.name}: {what}', flush=True)
            if 'FIRST' in os.environ:
                os.chdir('/')
                sys.exit(1)

    def report(self):
        """What is in the history; None: there is none."""
        if not self.db or not os.path.exists(self.db):
            return None
        code, stdout, stderr = run(['report', '-d', self.db])
        shown = run(['history', 'show', '-d', self.db])
        self.check(code in (0, 3) and shown[0] == 0, f'the history cannot be read: exit {code}: {stderr}{shown[2]}')
        return stdout, shown[1]

    def left(self):
        return {name for name in os.listdir('.') if name not in self.beside and name not in self.made}

    def reset(self):
        for name in os.listdir('.'):
            if name not in self.beside and name not in self.kept:
                os.unlink(name)
        for name, content in self.kept.items():
            with open(name, 'wb') as file:
                file.write(content)

    def counted(self, call, how):
        """The calls of a run in peace, and the allocations that are the first from their place."""
        run(self.arguments, f'{call}:0:{how}', '../log')
        with open('../log') as log:
            words = [line.split() for line in log]
        os.unlink('../log')
        self.reset()
        return {word[0]: int(word[1]) for word in words if word[0] != 'at'}, [int(word[1]) for word in words if word[0] == 'at']

    def codes(self, call, how, path):
        """What a run of which this failed may end with, what its words must name, and whether it may also end as in peace."""
        name = os.path.basename(path).split(' ')[0]
        output = name.split('.tmp')[0].rsplit('.', 2)[0] if '.tmp' in name else name
        lost = call in ('write', 'sync', 'rename', 'truncate')
        if call == 'alloc':
            return {71}, '', True # some libraries do without
        if how == 'kill':
            return {-9}, '', False
        if call in ('read', 'write') and how in ('EINTR', 'short'):
            return set(), '', True
        if self.db and name.startswith(self.db):
            return {5}, '', not lost
        if output in self.outputs:
            return {6}, output, not lost and call != 'close'
        if name in self.inputs:
            return {3}, '-' if name == 'stdin' else name, True # a look at it before it is read
        if name in self.settings or any(path.startswith(setting) for setting in self.settings):
            return {2, 4}, name, call == 'close'
        if path.startswith('pipe:'):
            return {6}, '', not lost
        return {5, 6}, '', True

    def hurt(self, call, number, how):
        fault = f'{call}:{number}:{how}'
        code, stdout, stderr = run(self.arguments, fault, '../log')
        runs[call] = runs.get(call, 0) + 1
        failed = ''
        if os.path.exists('../log'):
            with open('../log') as log:
                failed = log.readline().rstrip('\n').partition(' ')[2].partition(' ')[2]
            os.unlink('../log')
        where = f'{fault} ({failed})' if failed else fault
        codes, name, may_go_on = self.codes(call, how, failed)
        got, partial = contents(self.made), code == 3 and codes == {3}
        self.check(code in codes or (code == self.code and may_go_on), f'{where}: exit {code}: {stderr}')
        if code == self.code and not partial:
            self.check((stdout, stderr) == (self.stdout, self.stderr), f'{where}: exit {code}, but not as in peace: {stderr}')
            self.check(all(got.get(name) == self.made[name] for name in self.outputs), f'{where}: exit {code}, and other results')
        elif how != 'kill':
            self.check(stderr.startswith('bouncelog: ') and stderr.endswith('\n') and name in stderr, f'{where}: exit {code}: {stderr!r}')
            self.check(code == 3 or stderr.count('\n') <= 1 + self.stderr.count('\n') + (code == 6), f'{where}: too many words: {stderr!r}')
        for output in self.outputs:
            whole = got.get(output) in (self.kept.get(output), self.made[output])
            self.check(whole or partial, f'{where}: exit {code}: {output} is neither the old nor the new one')
        # What a run that ends in the middle leaves of a history, the next one takes away.
        left = self.left() - (self.rests if code in (71, -9) or (self.db and self.db in failed) else set())
        self.check(not left or call == 'unlink' or how == 'kill', f'{where}: exit {code} leaves {left}')
        if self.db:
            self.look_back(where, code, got, partial)
        self.reset()

    def look_back(self, where, code, got, partial):
        if got.get(self.db) == self.kept.get(self.db) and not self.left() and code != self.code:
            return # as if nothing had been
        state = self.report() if got.get(self.db) != self.made[self.db] else self.after
        as_before = state == self.before or (not self.before and not json.loads(state[0])['lines']['total'])
        self.check(as_before or state == self.after or partial, f'{where}: exit {code}: the history has a part of it')
        self.check(code != self.code or partial or state == self.after, f'{where}: exit {code}, and the history has not got it')
        if state == self.after != self.before:
            self.check(all(got.get(name) == self.made[name] for name in self.outputs), f'{where}: exit {code}: committed without its outputs')
            return
        again = run(self.arguments)
        state, now = self.report(), contents(self.made)
        self.check(again[0] == self.code, f'{where}: the next run: exit {again[0]}: {again[2]}')
        self.check(not self.left() & self.rests, f'{where}: the next run leaves {self.left()}')
        if partial:
            self.check(self.sums(state) == self.sums(self.after), f'{where}: the next run does not make up for it')
        else:
            self.check(state == self.after and all(now[name] == self.made[name] for name in self.outputs), f'{where}: the next run is not exact')

    @staticmethod
    def sums(state):
        summary = json.loads(state[0])
        return [summary[key] for key in ('lines', 'attempts', 'failures', 'recipients', 'unresolved_expiries')] + [
            row['address'] for row in summary['suppress']]


def failure(number, host='mx1'):
    return (f'2026-11-{1 + number // 40 % 20:02d}T03:{number // 60 % 60:02d}:{number % 60:02d}Z {host} postfix/smtp[9]: {number + 0x1000000:X}: '
            f'to=<u{number % 97}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, ' +
            ('dsn=2.0.0, status=sent (250 2.0.0 Ok)\n' if number % 3 else 'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] '
             'said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n'))


def prepare():
    """Logs of two nights and of two hosts, the first night's history, lists that are there already."""
    def write(name, first, last, host='mx1', opener=open):
        with opener(name, 'wt') as file:
            file.writelines(failure(number, host) for number in range(first, last))
    write('stdin', 900, 905)
    write('mail.log', 0, 200)
    write('other.log', 0, 90, host='mx2')
    for arguments in (['-d', 'db', 'mail.log'], ['-d', 'other', 'other.log']):
        run(['scan', '--force', *arguments])
    shutil.copy('samples.exim', 'exim')
    write('mail.log', 0, 400)
    write('packed.gz', 500, 560, opener=gzip.open)
    write('packed.xz', 600, 660, opener=lzma.open)
    for name in ('list', 'out', 'page', 'keys'):
        with open(name, 'w') as file:
            file.write('old\n')
    os.mkdir('extra')
    with open('extra/rules.yaml', 'w') as file:
        file.write("rules:\n  - {name: odd, category: policy, literal: [xyzzy], pattern: 'xyzzy', hit: ['550 xyzzy'], miss: ['550 b']}\n")
    with open('conf.yaml', 'w') as file:
        file.write('top: 20\nforce: true\n')
    with open('bounces', 'w') as file:
        for _ in range(3):
            file.write('From MAILER-DAEMON Sun Nov 22 03:11:09 2026\nFrom: MAILER-DAEMON@mx.example.net\nMIME-Version: 1.0\n'
                       'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\n'
                       'Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.1.1\n'
                       'Diagnostic-Code: smtp; 550 5.1.1 User unknown\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <1@shop.example>\n--b--\n\n')
    with open('known', 'w') as file:
        file.write('@example.com\n')


def cases():
    outputs = ['out', 'events', 'list', 'keys', 'page', 'metrics']
    writes = ['-o', 'out', '-e', 'events', '-s', 'list', '-s', 'keys:mailgun-json', '--html', 'page', '--prometheus', 'metrics']
    logs = ['mail.log', 'packed.gz', 'packed.xz', 'exim']
    yield 'night', lambda: Case('night', ['scan', '-j', '1', '-d', 'db', '--config', 'conf.yaml', '--patterns-extra', 'extra', '--recipients',
                                          'known', *writes, *logs], outputs, 'db', logs, ['conf.yaml', 'extra', 'known', 'rules.yaml'])
    yield 'first', lambda: Case('first', ['scan', '-j', '1', '-d', 'new', '-o', 'out', 'other.log'], ['out'], 'new', ['other.log'])
    yield 'plain', lambda: Case('plain', ['scan', '-j', '1', '-'], inputs=['stdin'])
    yield 'report', lambda: Case('report', ['report', '-d', 'db', '-o', 'out', '--html', 'page'], ['out', 'page'], 'db')
    yield 'suppress', lambda: Case('suppress', ['suppress', '-d', 'db', '--force'], db='db')
    yield 'merge', lambda: Case('merge', ['merge', '--into', 'db', 'other'], db='db')
    for name, words in (('allow', ['@example.org']), ('forget', ['u3@example.com']), ('prune', ['--days', '5', '--evidence-days', '5']),
                        ('undo', ['1']), ('show', ['u3@example.com'])):
        yield name, lambda: Case(name, ['history', name, '-d', 'db', *words], db='db')
    yield 'rejudge', lambda: Case('rejudge', ['history', 'rejudge', '-d', 'db', '--patterns-extra', 'extra'], db='db', settings=['extra', 'rules.yaml'])
    yield 'explain', lambda: Case('explain', ['explain', '--json', '-'], inputs=['stdin'])
    if 'without mail' not in run(['--version'])[1].decode():
        yield 'bounces', lambda: Case('bounces', ['explain', '--json', '--mail', 'bounces'], inputs=['bounces'])
    yield 'patterns', lambda: Case('patterns', ['patterns', 'check'])


def some(numbers, step, name):
    """Every step-th."""
    return numbers[sum(name.encode()) % step:][::step]


def main():
    which, step = (sys.argv[1:] + ['both'])[0], int((sys.argv + ['', ''])[2] or 1)
    only, calls = os.environ.get('CASES', '').split(), os.environ.get('CALLS', '').split()
    if not LIBRARY:
        print('faults: skipped: not with sanitizers')
        sys.exit(77)
    sample = os.path.abspath('samples/exim-mainlog')
    # In memory where that is a file system: thousands of runs would wait for the disk.
    with tempfile.TemporaryDirectory(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None) as work:
        os.mkdir(f'{work}/run')
        os.chdir(f'{work}/run')
        shutil.copy(sample, 'samples.exim')
        prepare()
        for name, make in cases():
            if only and name not in only:
                continue
            case = make()
            counts, places = case.counted('alloc', 'once')
            if which in ('alloc', 'both'):
                for number in some(places, step, name):
                    # To say that there is no memory GLib needs some: where there is none at all it never ends to say so.
                    for how in ('once',) if name in ('bounces', 'patterns') else ('once', 'on'):
                        case.hurt('alloc', number, how)
            if which in ('files', 'both'):
                for call, hows in case.hows.items():
                    for number in some(range(1, counts.get(call, 0) + 1), step, name + call) if not calls or call in calls else ():
                        for how in hows:
                            case.hurt(call, number, how)
            if which in ('kill', 'both'):
                for call in STEPS:
                    for number in some(range(1, counts.get(call, 0) + 1), step, name + call):
                        case.hurt(call, number, 'kill')
        os.chdir('/')
    told = ', '.join(f'{count} of {call}' for call, count in runs.items())
    print(f'faults: {len(found)} faults in {sum(runs.values())} runs: {told}')
    sys.exit(bool(found or not runs))


main()
