#!/usr/bin/env python3
"""A bit of a history flips: whoever reads it says so (exit 5, one line, nothing written, nothing touched), or says what it would have
said. And a history in which a bit flipped is merged into none, whatever the bit is.

usage: flips.py [FLIPS [SEED]]          $BOUNCELOG is the program; 1500 is the long form"""
import os, random, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish
from unsealed import unseal

FLIPS, SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 120, int(sys.argv[2]) if len(sys.argv) > 2 else 1
SCAN = ['scan', '--force', '--timezone', 'UTC', '-s', 'list']
# What changes figures, or shows them. Each is run on a copy of the history, which a scan changes.
COMMANDS = [['report', '-d', 'db', '-s', 'list'], ['report', '-d', 'db', '--since', '2026-11-02', '--until', '2026-11-03'],
            ['history', 'show', '-d', 'db', 'u3@example.com'], [*SCAN, '-d', 'db', '-o', 'out', 'mail.log'], ['history', 'undo', '-d', 'db', '2']]
# Counters in the header of the file that say nothing of its content: `sqlite3 FILE .backup COPY` changes them.
LOOSE = {*range(24, 28), *range(40, 44), *range(92, 100)}
DEAD = 'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <{0}>: User unknown (in reply to RCPT TO command))'
LATER = 'dsn=4.2.2, status=deferred (host mx.example.com[192.0.2.7] said: 452 4.2.2 <{0}> Mailbox full (in reply to RCPT TO command))'
FINE = 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'


def night(day, host, count=60):
    text = ''
    for n in range(count):
        who, key = f'u{n}@{"example.com" if n % 4 else f"d{n}.example"}', f'{day * 4000 + n + 0x1000000:X}'
        words = (DEAD if n % 3 == 0 else LATER if n % 7 == 0 else FINE).format(who)
        at = f'2026-11-{day:02d}T03:{n // 60 % 60:02d}:{n % 60:02d}Z {host}'
        text += (f'{at} postfix/qmgr[1]: {key}: from=<news@shop.example>, size=9, nrcpt=1 (queue active)\n{at} postfix/smtp[9]: {key}: to=<{who}>, '
                 f'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words}\n')
    return text


def content(name):
    with open(name, 'rb') as file:
        return file.read()


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode()


def must(*arguments):
    code, out, said = run(*arguments)
    expect(f'{arguments}: exit {code}: {said}', code == 0)
    return out


def put(name, data):
    for left in (name, f'{name}-journal', f'{name}.new'):
        if os.path.exists(left):
            os.unlink(left)
    with open(name, 'wb') as file:
        file.write(data)


def figures(command):
    """What the command says and leaves, the history as a report shows it included."""
    for name in ('out', 'list'):
        if os.path.exists(name):
            os.unlink(name)
    code, out, said = run(*command)
    files = [content(name) if os.path.exists(name) else None for name in ('out', 'list')]
    return code, out, said, files


def after():
    return run('report', '-d', 'db')[:2]


def prepare():
    for day in (1, 2):
        with open('mail.log', 'a') as log:
            log.write(night(day, 'mx1'))
        must(*SCAN, '-d', 'whole', '-o', 'out', 'mail.log')
    must('history', 'allow', '-d', 'whole', '@allowed.example')
    with open('mail.log', 'a') as log:
        log.write(night(3, 'mx1'))
    with open('other.log', 'w') as log:
        log.write(night(2, 'mx2'))
    must(*SCAN, '-d', 'fleet', '-o', 'out', 'other.log')


def flipped(data, bit):
    data = bytearray(data)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def bits(size, dice):
    """Each bit of the first header in turn, and of the rest any."""
    return [n if n < min(800, FLIPS // 3) else dice.randrange(size * 8) for n in range(FLIPS)]


def flips(data, dice):
    right, silent, told = [], 0, 0
    for command in COMMANDS:
        put('db', data)
        right.append((figures(command), after()))
        expect(f'{command}: exit {right[-1][0][0]}', right[-1][0][0] == 0)
    for bit in bits(len(data), dice):
        damaged = flipped(data, bit)
        for command, (result, left) in zip(COMMANDS, right):
            put('db', damaged)
            got = figures(command)
            if got[0] == 5:
                told += 1
                fine = not got[1] and got[2].startswith('bouncelog: ') and got[2].count('\n') == 1 and got[3] == [None, None]
                expect(f'bit {bit}: {command}: {got[:3]}', fine and content('db') == damaged and not os.path.exists('db-journal'))
                continue
            same = got == result and (command[0] == 'report' or after() in (left, (5, b'')))
            silent += not same
            expect(f'bit {bit} of byte {bit // 8}: {command}: exit {got[0]}, and the figures are others: {got[2]}', same)
    return silent, told


def merges(data, dice):
    landed = refused = 0
    fleet = content('fleet')
    put('db', data)
    put('all', fleet)
    must('merge', '--into', 'all', 'db')
    right = must('report', '-d', 'all')
    for bit in bits(len(data), dice):
        put('db', flipped(data, bit))
        put('all', fleet)
        code, _, said = run('merge', '--into', 'all', 'db')
        if code == 5:
            refused += 1
            expect(f'bit {bit}: a merge: {said}', said.count('\n') == 1 and content('all') == fleet)
        else:
            fine = bit // 8 in LOOSE and code == 0 and must('report', '-d', 'all') == right
            landed += not fine
            expect(f'bit {bit} of byte {bit // 8}: a merge ends with {code}: {said}', fine)
    return landed, refused


def carried_over():
    """A history of 1.0.0 is read as it is, and has checksums behind the first run that changes it. One whose structure is damaged, or that
    has a value which nobody can read, is merged into none."""
    shutil.copy('whole', 'old')
    unseal('old')
    before, report = content('old'), must('report', '-d', 'whole')
    expect('version 1', before[20] == 0 and before[63] == 1)
    expect('a report of an old one', must('report', '-d', 'old') == report and content('old') == before)
    must(*SCAN, '--dry-run', '-d', 'old', '-o', 'out', 'mail.log')
    expect('a dry run touches it', content('old') == before)
    put('into', content('fleet'))
    must('merge', '--into', 'into', 'old')
    put('into2', content('fleet'))
    must('merge', '--into', 'into2', 'whole')
    expect('an old one, merged', must('report', '-d', 'into') == must('report', '-d', 'into2') and content('old') == before)
    os.chmod('old', 0o640)
    must('history', 'allow', '-d', 'old', '@more.example')
    now = content('old')
    expect('version 2', now[20] == 8 and now[63] == 2 and os.stat('old').st_mode & 0o777 == 0o640)
    expect('it says the same', must('report', '-d', 'old') == report)
    must('history', 'undo', '-d', 'old', '3')
    expect('its runs can be taken back', b'allowed    0' in must('history', 'show', '-d', 'old'))
    left = [name for name in os.listdir('.') if name.startswith('old')]
    expect(f'left: {left}', set(left) == {'old', 'old.lock'})


with tempfile.TemporaryDirectory(dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None) as work:
    os.chdir(work)
    prepare()
    carried_over()
    whole = content('whole')
    silent, told = flips(whole, random.Random(SEED))
    landed, refused = merges(whole, random.Random(SEED))
    expect('nothing is told', told > FLIPS / 2 and refused > FLIPS / 2)
    os.chdir('/')
finish(f'{FLIPS} flips of {len(whole)} bytes before {len(COMMANDS)} commands: {told} told, {silent} silent and wrong; '
       f'{FLIPS} merges: {refused} refused, {landed} landed')
