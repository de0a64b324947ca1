#!/usr/bin/env python3
"""SIGKILL at random moments of a run with a history: the next run's summary and list are those of an uninterrupted one.

usage: kills.py KILLS [LOG] [SEED]          $BOUNCELOG is the program; without LOG one is generated"""
import json, os, random, signal, subprocess, sys, tempfile, time

PROGRAM = os.environ['BOUNCELOG']


def generate(path):
    with open(path, 'w') as log:
        for n in range(60000):
            dead = n % 5 == 0
            words = ('dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))'
                     if dead else 'dsn=2.0.0, status=sent (250 2.0.0 Ok)')
            log.write(f'2026-11-{1 + n // 5000:02d}T03:{n // 60 % 60:02d}:{n % 60:02d}Z mx1 postfix/smtp[9]: {n + 0x10000000:X}: '
                      f'to=<user{n}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words}\n')


def main():
    kills, rnd = int(sys.argv[1]), random.Random(sys.argv[3] if len(sys.argv) > 3 else '1')
    faults = killed = 0
    with tempfile.TemporaryDirectory() as work:
        log = sys.argv[2] if len(sys.argv) > 2 else f'{work}/mail.log'
        if len(sys.argv) <= 2:
            generate(log)
        environment = dict(os.environ, SOURCE_DATE_EPOCH='1795478400')

        def command(name):
            return [PROGRAM, 'scan', '-d', f'{work}/{name}.db', '-o', f'{work}/{name}.json', '-s', f'{work}/{name}.list', '--force',
                    '--timezone', 'UTC', '--year', '2026', log]

        def results(name):
            return [open(f'{work}/{name}.{part}', 'rb').read() for part in ('json', 'list')]

        takes = 1e9 # the fastest of some: a machine that is busy once would have most kills come too late
        for _ in range(3):
            for name in os.listdir(work):
                if name.startswith('whole'):
                    os.unlink(f'{work}/{name}')
            begin = time.time()
            subprocess.run(command('whole'), check=True, env=environment)
            takes = min(takes, time.time() - begin)
        whole = results('whole')
        for number in range(kills):
            for name in os.listdir(work):
                if name.startswith('part'):
                    os.unlink(f'{work}/{name}')
            process = subprocess.Popen(command('part'), env=environment)
            # half of the kills while it writes, which is short
            time.sleep(takes * (rnd.random() * 1.05 if number % 2 else 0.8 + rnd.random() * 0.25))
            process.kill()
            code = process.wait()
            killed += code == -signal.SIGKILL
            if code == 0:
                got = results('part')
            else:
                done = os.path.exists(f'{work}/part.db') and json.loads(subprocess.run(
                    [PROGRAM, 'report', '-d', f'{work}/part.db'], env=environment, capture_output=True, check=True).stdout)['lines']['total']
                # Committed: the outputs came before. Else the next run does it all.
                if not done:
                    subprocess.run(command('part'), check=True, env=environment)
                got = results('part')
            if got != whole:
                faults += 1
                print(f'kills: number {number}: another {"summary" if got[0] != whole[0] else "list"}')
    print(f'kills: {killed} of {kills} runs of {takes:.2f} s killed, {faults} faults')
    sys.exit(bool(faults or not killed))


main()
