"""The brakes: a list that would grow or shrink far more than lists do stays as it is until a person says --force; so does one over
inputs that say nothing. Each case is a few nights; $BOUNCELOG is the program."""
import json, os, re, subprocess, sys, tempfile

PROGRAM, faults, checks = os.environ['BOUNCELOG'], [], 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        faults.append(what)
        print(f'brakes: {what}')


def line(day, number, who, fine=False):
    stamp = f'2026-11-{day:02d}T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z'
    end = 'dsn=2.0.0, status=sent (250 Ok)' if fine else (
        f'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <{who}@example.com>: User unknown (in reply to RCPT TO command))')
    return f'{stamp} mx1 postfix/smtp[7]: {day * 100000 + number + 0x10000000:X}: to=<{who}@example.com>, relay=mx.example.com[192.0.2.7]:25, ' \
           f'delay=1, delays=0/0/0/1, {end}\n'


def dead(day, count, name='n', start=0):
    return ''.join(line(day, start + n, f'{name}{n}') for n in range(count))


def good(day, count, name='g', start=20000):
    return ''.join(line(day, start + n, f'{name}{n}', fine=True) for n in range(count))


class Site:
    """A folder with a list, logs and perhaps a history."""

    def __init__(self, folder, name, history):
        self.name, self.folder, self.history = name, f'{folder}/{name.replace(" ", "-")}', history
        os.mkdir(self.folder)
        self.list, self.db, self.logs, self.summary, self.says = f'{self.folder}/list', f'{self.folder}/db', [], None, ''

    def night(self, text, *options, code=0, listed=None, only=False, what='', lists=None):
        """Scans what is new (a log of its own; without a history all logs), and compares exit code and list."""
        if text is not None:
            self.logs.append(f'{self.folder}/mail{len(self.logs)}.log')
            with open(self.logs[-1], 'w') as file:
                file.write(text)
        return self.scan([self.logs[-1]] if only or self.history else self.logs, *options, code=code, listed=listed, what=what, lists=lists)

    def scan(self, inputs, *options, code=0, listed=None, what='', lists=None):
        command = [PROGRAM, 'scan', '--policy', POLICY, *(['-d', self.db] if self.history else [])]
        for each in lists or [self.list]:
            command += ['-s', each]
        done = subprocess.run([*command, *options, *inputs], capture_output=True)
        # These nights are long past, which a scan with a history says as well.
        self.says = ''.join(said for said in done.stderr.decode().splitlines(True) if 'newest attempt' not in said)
        self.summary = json.loads(done.stdout) if done.stdout else None
        what = f'{self.name}{": " if what else ""}{what}'
        check(done.returncode == code, f'{what}: exit {done.returncode}, not {code} {self.says[:200]}')
        if listed is not None:
            check(self.count() == listed, f'{what}: {self.count()} listed, not {listed}')
        return self.summary

    def count(self):
        return open(self.list).read().count('@')

    def why(self):
        return [row['why'].split(':')[0] for row in self.summary['held']]


def grown(folder):
    for history in (True, False):
        kind = 'history' if history else 'logs'
        s = Site(folder, f'stays {kind}', history)
        s.night(dead(1, 3, 'a'), listed=3)
        s.night(dead(2, 150) + good(2, 850), code=8, listed=3, what='150 of 1000')
        check(len(s.summary['suppress']) == 153 and s.why() == ['brake'] * 150, f'{s.name}: who is held: {s.why()[:2]} {len(s.why())}')
        s.night(''.join(line(3, n, f'n{n}', fine=True) for n in range(5)) + good(3, 3000, 'h'), code=8, listed=3, what='good mail')
        check(s.says.count('\n') == 1, f'{s.name}: one line, not {s.says}')
        s.night(dead(4, 2, 'later'), code=8, listed=3, what='two more')
        s.night('', '--force', listed=150, what='--force')
        check(s.summary['held'] == [], f'{s.name}: nobody is held after --force')
        s.night(dead(5, 1, 'last'), listed=151, what='the night after')
    s = Site(folder, 'few are left', True)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 850), code=8, listed=3)
    s.night(''.join(line(3, n, f'n{n}', fine=True) for n in range(100)), code=8, listed=3, what='50 are left')
    s.night(''.join(line(4, n, f'n{n}', fine=True) for n in range(150)), code=0, listed=3, what='nobody is left')
    s.night(dead(5, 20, 'others'), code=0, listed=23, what='it is over')
    s = Site(folder, 'suppress', True)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 850), code=8)
    s.night(good(3, 4000, 'h'), code=8)
    done = subprocess.run([PROGRAM, 'suppress', '--policy', POLICY, '-d', s.db, '-s', s.list], capture_output=True)
    check(done.returncode == 8 and s.count() == 3, f'suppress: exit {done.returncode}, {s.count()}')
    s = Site(folder, 'mark', False)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 850), code=8, listed=3)
    check(os.path.exists(f'{s.list}.held') and '@' not in open(f'{s.list}.held').read(), 'mark: none, or with addresses')
    s.night(None, code=8, listed=3, what='the same again')
    s.night(dead(3, 60, 'o'), code=8, listed=3, only=True, what='60 others alone')
    s.night(None, '--force', listed=213 - 60 + 60)
    check(not os.path.exists(f'{s.list}.held'), 'mark: it is still there')
    s = Site(folder, 'day of the failure', False)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 850), code=8)
    if os.path.exists(f'{s.list}.held'):
        os.unlink(f'{s.list}.held')
    s.night(good(3, 3000, 'h'), code=8, listed=3, what='without the mark')
    s = Site(folder, 'asked later', True)
    s.night(dead(1, 3, 'a'))
    few = f'{s.folder}/few'
    with open(few, 'w') as file:
        file.write('a1@example.com\n')
    s.night(dead(2, 150) + good(2, 850), '--recipients', few, lists=[f'{s.folder}/few.list'])
    s.night(good(3, 5000, 'h'), code=8, listed=3, what='150 of the 1000 of their day')
    s = Site(folder, 'asked later of many', True)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 5000), '--recipients', few, lists=[f'{s.folder}/few.list'])
    s.night(good(3, 200, 'h'), code=0, listed=153, what='150 of the 5000 of their day')
    s = Site(folder, 'filter', True)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 850), code=8)
    s.night(good(3, 1, 'h'), '--recipients', few, lists=[f'{s.folder}/few.list'], what='of others')
    s.night(good(4, 5000, 'i'), code=8, listed=3, what='a filter does not answer for all')
    s = Site(folder, 'delta', True)
    s.night(dead(1, 3, 'a'), '--delta', listed=3)
    s.night(dead(2, 150) + line(2, 9999, 'a1', fine=True), '--delta', code=8, listed=3)
    check(open(f'{s.list}.removed').read() == '', 'delta: removed')
    s.night(good(3, 5000), '--delta', code=8, listed=3)
    s.night('', '--delta', '--force', listed=150)
    check(open(f'{s.list}.removed').read() == 'a1@example.com\n', 'delta: a1 is not removed')
    s = Site(folder, 'dry run', True)
    s.night(dead(1, 3, 'a'))
    s.night(dead(2, 150) + good(2, 850), code=8)
    s.night(None, '--dry-run', '--force', lists=[f'{s.folder}/other'], what='a look')
    s.night(good(3, 5000), code=8, listed=3, what='a dry run answers nothing')


def shrunk(folder):
    for history in (True, False):
        s = Site(folder, f'shrink {history}', history)
        first = dead(1, 300)
        s.night(first, listed=300)
        gone = ''.join(line(2, n, f'n{n}', fine=True) for n in range(150))
        s.night(gone, code=8, listed=300, what='150 of 300 would go')
        check(s.says.count('\n') == 1 and '150' in s.says and '300' in s.says, f'{s.name}: says {s.says}')
        s.night(good(3, 10), code=8, listed=300, what='the next night')
        s.night(None, '--force', listed=150)
        s.night(good(4, 10), listed=150, what='after --force')
        s = Site(folder, f'shrink by 100 {history}', history)
        s.night(first, listed=300)
        s.night(''.join(line(2, n, f'n{n}', fine=True) for n in range(100)), listed=200)
        s = Site(folder, f'shrink by less than a tenth {history}', history)
        s.night(dead(1, 2000), listed=2000)
        s.night(''.join(line(2, n, f'n{n}', fine=True) for n in range(150)), listed=1850)
    s = Site(folder, 'rotated away', False)
    s.night(dead(1, 300), listed=300)
    s.night(dead(2, 5, 'b'), code=8, listed=300, only=True)
    s = Site(folder, 'history lost', True)
    s.night(dead(1, 300), listed=300)
    os.unlink(s.db)
    s.night(dead(2, 5, 'b') + good(2, 100), code=8, listed=300)
    s.night(good(3, 100), code=8, listed=300, what='the next night')
    s.night(None, '--force', listed=5)
    s = Site(folder, 'allowed', True)
    s.night(dead(1, 300), listed=300)
    subprocess.run([PROGRAM, 'history', 'allow', '-d', s.db, *(f'n{n}@example.com' for n in range(150))], check=True)
    s.night(good(2, 10), listed=150, what='a person said so')


def blind(folder):
    inputs = {'passwd': ('root:x:0:0:root:/root:/bin/bash\n' * 20, 3), 'empty': ('', 8), 'bytes': ('\0\1\2\xff\n' * 9, 3),
              'web': ('192.0.2.1 - - [22/Nov/2026:03:11:09 +0000] "GET / HTTP/1.1" 200 12\n' * 9, 3),
              'half a line': (line(1, 1, 'x')[:30], 3)}
    named = ('passwd', 'bytes', 'web') # of which the input itself is told, whatever happens to the lists
    for name, (text, code) in inputs.items():
        still = 3 if name in named else 0
        s = Site(folder, f'blind {name}', False)
        s.night(dead(1, 3, 'a'), listed=3)
        path = f'{s.folder}/other'
        with open(path, 'w', encoding='latin-1') as file:
            file.write(text)
        csv, digest = f'{s.folder}/csv', f'{s.folder}/digest'
        s.scan(s.logs, lists=[f'{csv}:csv', f'{digest}:hash', s.list])
        before = open(csv).read(), open(digest).read()
        s.scan([path], code=code, listed=3)
        check(s.says.count('\n') == 1 + (name in named) and 'stay' in s.says, f'{s.name}: says {s.says}')
        s.scan([path], code=code, lists=[f'{csv}:csv', f'{digest}:hash'], what='other formats')
        check((open(csv).read(), open(digest).read()) == before, f'{s.name}: other formats are replaced')
        s.scan([path], code=code, lists=[f'{digest}:hash'], what='fingerprints alone')
        check(open(digest).read() == before[1], f'{s.name}: a list of fingerprints is replaced')
        s.scan([path], '--force', code=still, listed=0, what='--force')
        s.scan([path], code=still, listed=0, what='an empty list has nothing to lose')
        s.night(dead(2, 4, 'b'), listed=7, what='a good night needs no --force')
    for name in ('missing', 'a folder'):
        s = Site(folder, f'unread {name}', False)
        s.night(dead(1, 3, 'a'), listed=3)
        path = f'{s.folder}/none'
        if name != 'missing':
            os.mkdir(path)
            path += '/deeper'
        s.scan([path], code=3, listed=3)
        s.scan([path, s.logs[0]], code=3, listed=3, what='one of two')
    s = Site(folder, 'blind history', True)
    s.night(dead(1, 3, 'a'), listed=3)
    s.night('nothing\n', listed=3, code=0, what='the history knows the list')
    os.unlink(s.db)
    s.night('nothing new\n', listed=3, code=3, what='a new history')
    s.night(dead(3, 1, 'b'), listed=1, what='a good night needs no --force')
    s = Site(folder, 'no list', False)
    s.scan(['/etc/passwd'], code=3, listed=0, what='nothing is there to lose')


with tempfile.TemporaryDirectory() as work:
    # Nobody is held for another reason: all these addresses are of one domain.
    POLICY = f'{work}/policy.yaml'
    with open(POLICY, 'w') as policy:
        policy.write(re.sub(r'^(incidents|outage_guard): \{ addresses: \d+', r'\1: { addresses: 1000000',
                            open('patterns/policy.yaml').read(), flags=re.M))
    grown(work)
    shrunk(work)
    blind(work)
print(f'brakes: {checks - len(faults)} of {checks} hold')
sys.exit(bool(faults))
