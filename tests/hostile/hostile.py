#!/usr/bin/env python3
"""What strangers wrote does not reach the terminal, the database, the memory or other people's files.
docs/SECURITY.md says what is promised; tests/hostile/injection.py and tests/outputs/page.sh hold the rest of it."""
import ctypes, gzip, json, os, re, sqlite3, stat, subprocess, sys, tempfile, time

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

os.environ.setdefault('SOURCE_DATE_EPOCH', '1795478400')
work = tempfile.TemporaryDirectory()
os.umask(0)

def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True)
    expect(f'{arguments}: exit {done.returncode}: {done.stderr!r}', done.returncode == code)
    return done.stdout, done.stderr

def failure(number, recipient, words):
    return (b'2026-11-22T03:11:09Z mx1 postfix/smtp[1]: 4Xy1Zq2abc%04d: to=<' % number + recipient +
            b'>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host '
            b'mx.example.com[192.0.2.7] said: 550 5.1.1 ' + words + b' (in reply to RCPT TO command))\n')

# --- terminals: ESC, C1 in UTF-8 and raw, line separators, overriding direction, backspace, bell
NASTY = [b'\x1b[2J', b'\x1b]0;pwned\x07', b'\xc2\x9b2J', b'\x9b2J', b'\xc2\x85', b'\xe2\x80\xa8', b'\xe2\x80\xae',
         b'\xe2\x81\xa6', b'\x08\x08\x08', b'\x7f', b'\r', b'\xff\xfe', b'\xe2\x80']
FORBIDDEN = re.compile('[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]')
log = f'{work.name}/nasty.log'
with open(log, 'wb') as file:
    for number, nasty in enumerate(NASTY):
        file.write(failure(number, b'a%d' % number + nasty + b'@example.com', b'User unknown ' + nasty))
        file.write(failure(number + 200, b'c%d@example.com' % number, b'User unknown').replace(b' mx1 ', b' mx1' + nasty + b'x '))
        file.write(failure(number + 100, b'b%d@example.com' % number, nasty + b' never seen words ' + nasty))

def expect_readable(what, text):
    try:
        found = FORBIDDEN.search(text.decode('utf-8'))
    except UnicodeDecodeError as error:
        found = error
    expect(f'{what} sends {found} to the terminal', not found)

db = f'{work.name}/history'
table, said = run('scan', '--text', '-d', db, log, code=3) # hosts with such names are no header's
expect('the table does not tell of the attempts', b'User unknown' in table)
expect_readable('the table', table + said)
for nasty in NASTY:
    expect_readable('explain', b''.join(run('explain', b'550 5.1.1 ' + nasty + b' User unknown')))
    expect_readable('history show', b''.join(run('history', 'show', '-d', db, b'a' + nasty + b'@example.com')))
    done = subprocess.run([PROGRAM, 'scan', f'{work.name}/none'.encode() + nasty], capture_output=True)
    expect_readable('a message', done.stderr)
    # Control characters are refused, other bytes are an address's own matter.
    done = subprocess.run([PROGRAM, 'history', 'allow', '-d', db, b'd' + nasty + b'@example.com'], capture_output=True)
    expect(f'allow ends with {done.returncode}', done.returncode == (2 if min(nasty) < 32 or nasty == b'\x7f' else 0))
    expect_readable('a message', done.stderr)
overview, _ = run('history', 'show', '-d', db)
expect('the history does not show who is allowed', b'@example.com' in overview)
expect_readable('history show', overview)
for n in range(len(NASTY)):
    for letter in 'bc':
        shown, _ = run('history', 'show', '-d', db, f'{letter}{n}@example.com')
        expect_readable('history show', shown)

# --- metrics: labels are words of ours, whatever the log says
metrics = f'{work.name}/metrics.prom'
run('scan', '-o', '/dev/null', '--prometheus', metrics, log, code=3)
with open(metrics, encoding='utf-8') as file:
    text = file.read()
expect('metrics have words of strangers', not FORBIDDEN.search(text.replace('\n', '')) and 'never seen' not in text and '@' not in text)

# --- the database: words of its language are text in it
SQL = [b"'; DROP TABLE item; --@example.com", b"o'neil@example.com", b'a"b@example.com', b"x' OR '1'='1@example.com",
       b'%@example.com', b'_@example.com', b'a;b@example.com', b'a\\@example.com', b"');DELETE FROM run;--@example.com"]
db, log = f'{work.name}/sql', f'{work.name}/sql.log'
with open(log, 'wb') as file:
    for number, address in enumerate(SQL):
        file.write(failure(number, address, b"<x>: User unknown'); DROP TABLE run; --"))
run('scan', '-d', db, '-o', '/dev/null', log)
for address in SQL:
    run('history', 'show', '-d', db, address)
run('history', 'allow', '-d', db, *SQL[1:2])
run('history', 'forget', '-d', db, SQL[4])
report = json.loads(run('report', '-d', db)[0])
expect(f'the history has {report["attempts"]}', report['attempts']['bounced'] == len(SQL))
with sqlite3.connect(db) as connection:
    expect('the database', connection.execute('PRAGMA integrity_check').fetchone() == ('ok',))
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    expect(f'tables {names}', {'meta', 'run', 'item', 'undo'} <= names)

# --- files: ours alone, whatever the umask says; a link that somebody laid leads nowhere
run('scan', '-o', f'{work.name}/out.json', '-e', f'{work.name}/events', '-s', f'{work.name}/list',
    '--html', f'{work.name}/page.html', 'samples/exim-mainlog')
for name in ('out.json', 'events', 'list', 'page.html', 'history', 'history.lock'):
    mode = stat.S_IMODE(os.stat(f'{work.name}/{name}').st_mode)
    expect(f'{name} has mode {mode:o}', mode == 0o600)
with open(f'{work.name}/precious', 'w') as file:
    file.write('kept')
os.symlink('precious', f'{work.name}/link')
for option in ('-o', '-e', '-s', '--html', '--prometheus'):
    run('scan', option, f'{work.name}/link', 'samples/exim-mainlog', code=6)
os.symlink('precious', f'{work.name}/other')
run('scan', '-d', f'{work.name}/other', 'samples/exim-mainlog', code=5)
os.symlink('precious', f'{work.name}/new.lock')
run('scan', '-d', f'{work.name}/new', 'samples/exim-mainlog', code=5)
expect('a link was followed', open(f'{work.name}/precious').read() == 'kept')
left = [name for name in os.listdir(work.name) if '.tmp' in name or '-journal' in name]
expect(f'left behind: {left}', not left)

# --- time: a pattern of a site that takes ages for what a stranger may write; no log line holds a run up
os.mkdir(f'{work.name}/extra')
with open(f'{work.name}/extra/slow.yaml', 'w') as file:
    file.write("rules:\n  - {name: slow, category: policy, pattern: '(x+x+)+[yz]', hit: ['550 xxxxy'], miss: ['550 b']}\n")
with open(f'{work.name}/slow.log', 'wb') as file:
    for number in range(100):
        file.write(failure(number, b'c%d@example.com' % number, b'x' * (1400 + number)))
began = time.monotonic()
report, said = run('scan', '--patterns-extra', f'{work.name}/extra', f'{work.name}/slow.log')
expect('a slow pattern', time.monotonic() - began < 60 and json.loads(report)['attempts']['bounced'] == 100)
expect(f'nobody hears of the slow pattern: {said}', b'100 times a pattern was given up' in said)

# --- without machine code (systemd's MemoryDenyWriteExecute) the same comes out
def deny_write_execute():
    ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)

plain, _ = run('scan', 'samples/postfix.log')
done = subprocess.run([PROGRAM, 'scan', 'samples/postfix.log'], capture_output=True, preexec_fn=deny_write_execute)
expect(f'without machine code: exit {done.returncode}', done.returncode == 0 and done.stdout == plain)

# --- memory: a frame that asks for 256 MB (RFC 8878: magic, no flags, window of 2^28)
if b'zstd' in run('--version')[0]:
    with open(f'{work.name}/window.zst', 'wb') as file:
        file.write(b'\x28\xb5\x2f\xfd\x00' + bytes([28 - 10 << 3]) + bytes(64))
    _, said = run('scan', '-o', '/dev/null', f'{work.name}/window.zst', code=3)
    expect(f'a window of 256 MB: {said}', b'window of more than 128 MiB' in said)

# --- memory: a few kilobytes that unpack to 256 MB without a newline
with open(PROGRAM, 'rb') as file:
    sanitized = re.search(b'__[at]san_init', file.read()) # their own memory would be measured
if not sanitized:
    with gzip.open(f'{work.name}/bomb.gz', 'wb', compresslevel=1) as file:
        for _ in range(256):
            file.write(bytes(1024 * 1024))
    child = subprocess.Popen([PROGRAM, 'scan', '-j', '1', '-o', '/dev/null', f'{work.name}/bomb.gz'])
    _, status, usage = os.wait4(child.pid, 0)
    expect(f'exit {status} with {usage.ru_maxrss} kB', status == 0 and usage.ru_maxrss < 128 * 1024)
finish()
