#!/usr/bin/env python3
"""Night after night under the real logrotate: every line is counted exactly once.

usage: torture.py SCENARIOS [SEED]          $BOUNCELOG: the program, $BOUNCELOG_DIE_LIBRARY: kills it at a counted step

Each scenario has a way to rotate (create or copytruncate, a packing or none, delayed or not, numbers or dates), and then
nights of appended lines (some without their newline yet), copies of old logs, late writers to the file that was renamed, rotations (of
logs whose last line never gets its newline, too), runs that are killed at a counted step or a random moment, and runs that start at
once. Beside it there may be windows into another log, on standard input or in a file that is written anew, each of which begins
somewhere in what the last run has read; and a log that begins like another one. At the end one run more sees the rest: the
history must hold each line once, and the list each address that failed. It says what happened, and fails when nothing of a
kind did: a rotation that silently does not start would make every program pass.
"""
import json, os, random, shutil, signal, subprocess, sys, tempfile, time

PROGRAM = os.environ['BOUNCELOG']
DIE = os.environ.get('BOUNCELOG_DIE_LIBRARY', '')
DEAD = ('dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <u{0}@example.com>: User unknown '
        '(in reply to RCPT TO command))')
FINE = 'dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F00)'
happened = {'rotations': 0, 'kills': 0, 'resumed': 0, 'at once': 0, 'refused': 0, 'late': 0, 'partial': 0, 'copies': 0,
            'windows': 0, 'alike': 0, 'unfinished': 0}


class Scenario:
    def __init__(self, folder, rnd):
        self.folder, self.rnd, self.lines, self.failed = folder, rnd, 0, set()
        self.log, self.db = f'{folder}/mail.log', f'{folder}/history'
        self.copy = rnd.random() < 0.4
        self.packing = rnd.choice(['', 'gzip', 'xz', 'zstd'])
        self.delay, self.dates = rnd.random() < 0.5, rnd.random() < 0.4
        self.second, self.rest, self.renamed = 0, '', None
        self.window = rnd.choice(['', '', 'pipe', 'file'])
        self.stream, self.read, self.alike, self.twice, self.last, self.started = [], 0, None, 0, False, 0
        open(self.log, 'w').close()
        with open(f'{folder}/rotate.conf', 'w') as conf:
            conf.write(f'{self.log} {{\n rotate 100\n missingok\n ifempty\n')
            conf.write(' copytruncate\n' if self.copy else ' create\n')
            if self.packing:
                conf.write(f' compress\n compresscmd /usr/bin/{self.packing}\n'
                           f' compressext {dict(gzip=".gz", xz=".xz", zstd=".zst")[self.packing]}\n')
                if self.packing == 'zstd':
                    conf.write(' compressoptions --rm -q\n')
                if self.delay:
                    conf.write(' delaycompress\n')
            if self.dates:
                conf.write(' dateext\n dateformat -%Y%m%d-%s\n')
            conf.write('}\n')

    def line(self, host='mx1'):
        n = self.lines
        self.lines += 1
        dead = self.rnd.random() < 0.3
        if dead:
            self.failed.add(f'u{n}@example.com')
        self.second += 1
        day, rest = divmod(self.second, 86400)
        return (f'2026-11-{1 + day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z {host} postfix/smtp[9]: {n + 0x10000000:X}: '
                f'to=<u{n}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, '
                f'{(DEAD if dead else FINE).format(n)}\n')

    def append(self, path=None):
        text = (self.rest if path is None else '') + ''.join(self.line() for _ in range(self.rnd.choice([0, 1, 3, 40, 400])))
        if path is None:
            self.rest = ''
            if len(text) > 1 and self.rnd.random() < 0.3: # the last line comes in two parts
                cut = self.rnd.randrange(1, min(len(text), 120))
                text, self.rest = text[:-cut], text[-cut:]
                happened['partial'] += 1
        with open(path or self.log, 'a') as log:
            log.write(text)

    def rotate(self):
        if self.rest == '\n' or (not self.rest and self.rnd.random() < 0.2 and self.end_unfinished()):
            self.rest, self.renamed = '', None # a daemon that died, or a full disk: the last line stays as it is
            happened['unfinished'] += 1
        elif self.rest: # a daemon finishes its line before it reopens its log
            with open(self.log, 'a') as log:
                log.write(self.rest)
            self.rest = ''
        self.second += 60
        inode = os.stat(self.log).st_ino
        if self.dates:
            time.sleep(1.01) # the name has the second
        subprocess.run(['logrotate', '-f', '-s', f'{self.folder}/state', f'{self.folder}/rotate.conf'], check=True)
        if not os.path.exists(self.log):
            open(self.log, 'w').close()
        moved = len(self.logs())
        happened['rotations'] += moved > 1
        self.renamed = next((path for path in self.logs() if path != self.log and os.stat(path).st_ino == inode), None)
        if self.renamed and os.path.getsize(self.renamed):
            with open(self.renamed, 'rb') as log:
                log.seek(-1, os.SEEK_END)
                if log.read() != b'\n':
                    self.renamed = None

    def end_unfinished(self):
        """Takes the newline of the last line away, of a line that nobody has read."""
        if self.rest:
            return False
        with open(self.log, 'a') as log:
            log.write(self.line()[:-1])
        return True

    def begin_alike(self):
        """A log that begins like one of ours, and goes its own way."""
        with open(self.log) as log:
            lines = log.read().splitlines(True)
        common = self.rnd.randrange(len(lines) + 1) if lines else 0
        if not common or self.rest or sum(map(len, lines[:common])) < 4096:
            return
        self.alike, self.twice = f'{self.folder}/other.log', common
        with open(self.alike, 'w') as log:
            log.writelines(lines[:common] + [self.line() for _ in range(self.rnd.choice([1, 2, 30, 300]))])
        happened['alike'] += 1

    def slide(self):
        """The window: from somewhere in what the last run read to now."""
        if not self.window:
            return None
        self.stream += [self.line('mx2') for _ in range(self.rnd.choice([0, 1, 5, 50]))]
        text = ''.join(self.stream[self.rnd.randrange(self.read + 1):])
        happened['windows'] += 1
        if self.window == 'file':
            with open(f'{self.folder}/window.log', 'w') as file:
                file.write(text)
        elif not self.last and self.rnd.random() < 0.2: # it is cut off
            text = text[:-self.rnd.randrange(1, 60)]
        return text.encode()

    def was_read(self, window):
        if window is not None and (self.window == 'file' or window.endswith(b'\n')):
            self.read = len(self.stream)

    def logs(self):
        return sorted(f'{self.folder}/{name}' for name in os.listdir(self.folder) if name.startswith('mail.log'))

    def command(self):
        logs = self.logs()
        if self.alike:
            logs.append(self.alike)
        if self.window:
            logs.append('-' if self.window == 'pipe' else f'{self.folder}/window.log')
        self.rnd.shuffle(logs)
        return [PROGRAM, 'scan', '-d', self.db, '--force', '-o', f'{self.folder}/summary.json',
                '-s', f'{self.folder}/list', '-j', str(self.rnd.choice([1, 2, 4])), *logs]

    def run(self):
        window = self.slide()
        done = subprocess.run(self.command(), capture_output=True, input=window)
        # Of a copy that is older than the last run, and longer than a head, it is said that it was not read.
        said = [line for line in done.stderr.decode().splitlines() if 'newest attempt' not in line and 'two logs of one host' not in line]
        if done.returncode and not (done.returncode == 3 and said and all('an older copy' in line for line in said)):
            raise SystemExit(f'torture: exit {done.returncode}: {done.stderr.decode()}')
        self.was_read(window)
        with open(f'{self.folder}/summary.json') as file:
            happened['resumed'] += any(row['resumed_at'] and row['lines'] for row in json.load(file)['inputs'])

    def run_and_kill(self):
        environment, window = dict(os.environ), self.slide()
        if DIE and self.rnd.random() < 0.7:
            environment.update(LD_PRELOAD=DIE, BOUNCELOG_DIE=str(self.rnd.randrange(1, 70)))
            code = subprocess.run(self.command(), capture_output=True, env=environment, input=window).returncode
        else:
            process = self.start(window)
            time.sleep(self.rnd.random() * 0.06)
            process.kill()
            code = process.wait()
        happened['kills'] += code == -signal.SIGKILL

    def start(self, window):
        self.started += 1
        with open(f'{self.folder}/stdin{self.started}', 'wb') as file:
            file.write(window or b'')
        pipe = subprocess.Popen(['cat', file.name], stdout=subprocess.PIPE)
        process = subprocess.Popen(self.command(), stdin=pipe.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pipe.stdout.close()
        return process

    def run_at_once(self):
        window = self.slide()
        processes = [self.start(window) for _ in range(3)]
        codes = [process.wait() for process in processes]
        if not set(codes) <= {0, 3, 7} or not {0, 3} & set(codes):
            raise SystemExit(f'torture: runs at once ended with {codes}')
        self.was_read(window)
        happened['at once'] += 1
        happened['refused'] += codes.count(7)

    def night(self):
        for _ in range(self.rnd.randrange(1, 4)):
            what = self.rnd.random()
            if what < 0.35:
                self.append()
            elif what < 0.55:
                self.rotate()
            elif what < 0.72 and self.renamed and not self.copy and self.renamed.endswith(('.1', 'log')) and not (self.packing and not self.delay):
                self.append(self.renamed)
                happened['late'] += 1
            elif what < 0.76 and len(self.logs()) > 1: # somebody keeps a copy, or brings one back
                shutil.copy(self.rnd.choice([path for path in self.logs() if path != self.log]), f'{self.log}.copy{len(self.logs())}')
                happened['copies'] += 1
            elif what < 0.78 and not self.alike:
                self.begin_alike()
            elif what < 0.80 and self.alike:
                with open(self.alike, 'a') as log:
                    log.writelines(self.line() for _ in range(self.rnd.choice([1, 20])))
            elif what < 0.87:
                self.run_and_kill()
            elif what < 0.94:
                self.run_at_once()
            else:
                self.run()
        self.append()

    def check(self):
        self.last = True
        if self.rest:
            with open(self.log, 'a') as log:
                log.write(self.rest)
        self.run()
        text = subprocess.run([PROGRAM, 'report', '-d', self.db], capture_output=True, check=True).stdout
        report = json.loads(text)
        listed = {row['address'] for row in report['suppress']}
        got = (report['attempts']['total'], report['recipients']['attempted'], report['lines']['total'])
        faults = []
        # What two logs begin with are lines of both, unless a run has read one before it saw the other.
        if got[:2] != (self.lines,) * 2 or not self.lines <= got[2] <= self.lines + self.twice:
            faults.append(f'{self.lines} lines: {got[0]} attempts of {got[1]} recipients in {got[2]} lines')
        if listed != self.failed:
            faults.append(f'{len(self.failed - listed)} addresses are missing in the list, {len(listed - self.failed)} too many')
        with open(f'{self.folder}/list') as file:
            if set(file.read().split()) != listed:
                faults.append('the list of the last run is not that of the history')
        return faults


def main():
    scenarios, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    faults, lines = 0, 0
    for number in range(scenarios):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            scenario = Scenario(folder, random.Random(f'{seed} {number}'))
            for _ in range(scenario.rnd.randrange(2, 7)):
                scenario.night()
            lines += scenario.lines
            for fault in scenario.check():
                faults += 1
                print(f'scenario {number} (copytruncate {scenario.copy}, {scenario.packing or "plain"}, delayed {scenario.delay}, '
                      f'dates {scenario.dates}, window {scenario.window or "none"}, alike {scenario.twice}): {fault}')
    print(f'torture: {scenarios} scenarios, {lines} lines, {happened}: {faults} faults')
    idle = [what for what, times in happened.items() if not times and scenarios >= 20]
    if idle:
        print(f'torture: never happened: {", ".join(idle)}')
    sys.exit(bool(faults or idle))


main()
