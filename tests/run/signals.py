"""A signal at any moment: the program ends by it, and its outputs are all of this run or all of the
one before; nothing half-written stays beside them."""
import os, random, signal, subprocess, sys, tempfile, time

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, fault, finish

LINES, RUNS = 15000, 40
FAILED = ('relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host '
          'mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n')
OUTPUTS = ['summary', 'list', 'list.csv', 'events', 'page', 'metrics', 'parts'] # of parts, 15
rnd, stopped = random.Random(1), 0

def read(folder):
    content = {}
    for name in os.listdir(folder):
        with open(f'{folder}/{name}', 'rb') as file:
            content[name] = file.read()
    return content

with tempfile.TemporaryDirectory() as work:
    log, out = f'{work}/log', f'{work}/out'
    os.mkdir(out)
    with open(log, 'w') as file:
        for i in range(LINES):
            file.write(f'Nov 22 04:00:00 mx1 postfix/smtp[9]: {i + 0x10000000:X}: to=<user{i}@example.com>, {FAILED}')
    command = [PROGRAM, 'scan', '--force', '--year', '2026', '-o', f'{out}/summary', '-e', f'{out}/events',
               '-s', f'{out}/list', '-s', f'{out}/list.csv:csv', '--html', f'{out}/page',
               '--prometheus', f'{out}/metrics', '-s', f'{out}/parts:mailgun-json', log]
    start = time.time()
    subprocess.run(command, check=True)
    takes = time.time() - start
    new, old = read(out), {name: b'old' for name in OUTPUTS}
    assert len(new) == 6 + LINES // 1000
    for run in range(RUNS):
        for name in read(out):
            os.unlink(f'{out}/{name}')
        for name in OUTPUTS:
            with open(f'{out}/{name}', 'w') as file:
                file.write('old')
        number = rnd.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
        process = subprocess.Popen([*command, '-j', str(rnd.choice([1, 2, 4]))])
        time.sleep(rnd.random() * takes * 1.2)
        process.send_signal(number)
        code = process.wait()
        stopped += code != 0
        got = read(out)
        if code not in (0, -number) or (got != new if code == 0 else got not in (old, new)):
            fault(f'exit {code}, new: {[name for name in got if got[name] == new.get(name)]}, '
                  f'old: {[name for name in got if got[name] == b"old"]}, all: {sorted(got)}')
expect('no run was stopped', stopped)
finish(f'{stopped} of {RUNS} runs stopped')
