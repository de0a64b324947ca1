#!/usr/bin/env python3
"""The journal as an input: real journal files, which systemd-journal-remote makes of entries in the export format; who is believed
and who is not; read once, whatever is added, vacuumed or moved meanwhile."""
import json, os, shutil, struct, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish, skip
from terminals import at_terminal

REMOTE = next((path for path in ('/lib/systemd/systemd-journal-remote', '/usr/lib/systemd/systemd-journal-remote') if os.path.exists(path)), None)
if 'without the journal' in subprocess.run([PROGRAM, '--version'], capture_output=True, text=True).stdout:
    skip('this build cannot read the journal')
if not REMOTE:
    skip('no systemd-journal-remote, which makes the journals')
temporary = tempfile.TemporaryDirectory()
work, START, BOOT = temporary.name, 1795460400, '5f3ac4a0f2f14c0f8a3f0f5d1a2b3c4d'  # 2026-11-23T19:00:00Z

def field(name, value):
    """As journal-remote takes it: what holds more than a line goes with its length."""
    value = value if isinstance(value, bytes) else value.encode()
    if all(byte >= 32 for byte in value):
        return name.encode() + b'=' + value + b'\n'
    return name.encode() + b'\n' + struct.pack('<Q', len(value)) + value + b'\n'

def entry(number, fields, boot=BOOT):
    """fields: a list of pairs, so that a key can stand twice."""
    head = [('__REALTIME_TIMESTAMP', str((START + number) * 1000000 + 7)), ('__MONOTONIC_TIMESTAMP', str((number + 10000000) * 1000000)), ('_BOOT_ID', boot)]
    return b''.join(field(*pair) for pair in head + fields) + b'\n'

def write(folder, name, entries):
    os.makedirs(folder, exist_ok=True)
    done = subprocess.run([REMOTE, f'--output={folder}/{name}.journal', '-'], input=b''.join(entries), capture_output=True)
    expect(f'{REMOTE}: {done.stderr}', done.returncode == 0)

def attempt(number, code='550 5.1.1 User unknown'):
    return (f'{0x10000000 + number:X}: to=<a{number}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, '
            f'status=bounced (host mx.example.com[192.0.2.7] said: {code} (in reply to RCPT TO command))')

SMTP = {'_TRANSPORT': 'syslog', 'SYSLOG_IDENTIFIER': 'postfix/smtp', '_HOSTNAME': 'mx1', '_PID': '77', '_UID': '101', '_COMM': 'smtp',
        '_EXE': '/usr/lib/postfix/sbin/smtp', '_SYSTEMD_UNIT': 'postfix@-.service'}
USER = {'_UID': '1000', '_COMM': 'logger', '_EXE': '/usr/bin/logger', '_SYSTEMD_UNIT': 'session-3.scope'}

def log(number, message=None, *more, **changed):
    """An entry of Postfix's, with other fields; None: without that one. `more`: pairs beside them."""
    fields = {**SMTP, **changed, 'MESSAGE': attempt(number) if message is None else message}
    return entry(number, [*more, *((key, value) for key, value in fields.items() if value is not None)])

def scan(*arguments, code=0, folder=None):
    where = ['--journal-directory', folder] if folder else []
    done = subprocess.run([PROGRAM, 'scan', *where, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, errors='replace')
    expect(f'scan {arguments}: exit {done.returncode}, expected {code}: {done.stderr}', done.returncode == code)
    return json.loads(done.stdout) if done.stdout.startswith('{') else {}, done.stderr

EXIM = '1rabcd-0000ab-1C ** joe@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7]: SMTP error from remote mail server after RCPT TO:<joe@example.com>: 550 5.1.1 User unknown'
SENDMAIL = '6ANLF4aa000052: to=<joe@example.com>, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=30212, relay=mx.example.com. [192.0.2.7], dsn=5.1.1, reply=550 5.1.1 no, stat=User unknown'
LINE = '2026-11-23T21:46:11.123456+00:00 mx1 postfix/smtp[9]: ' + attempt(999)
exim = dict(SYSLOG_IDENTIFIER='exim', _UID='105', _COMM='exim4', _EXE='/usr/sbin/exim4', _SYSTEMD_UNIT='exim4.service')
believed = {
    'a daemon of Postfix': log(1),
    'another instance': log(2, SYSLOG_IDENTIFIER='postfix-out/smtp', _SYSTEMD_UNIT='postfix@postfix-out.service'),
    'started by hand, by root': log(3, _UID='0', _SYSTEMD_UNIT='session-3.scope'),
    'a unit of the site\'s own': log(4, _SYSTEMD_UNIT='mail-out.service'),
    'root, of whom journald knew nothing more': log(5, _UID='0', _COMM=None, _EXE=None, _SYSTEMD_UNIT=None),
    'local delivery, as root': log(6, _UID='0', _COMM='local', SYSLOG_IDENTIFIER='postfix/local', _EXE=None),
    'the native protocol': log(7, _TRANSPORT='journal'),
    'a delivery that cron began': log(8, EXIM, **{**exim, '_SYSTEMD_UNIT': 'cron.service'}),
    'Exim, under the name that mailers know': log(9, EXIM, **{**exim, '_COMM': 'sendmail'}),
    'sendmail': log(10, SENDMAIL, SYSLOG_IDENTIFIER='sm-mta', _UID='0', _COMM='sendmail-mta', _EXE='/usr/libexec/sendmail/sendmail', _SYSTEMD_UNIT='sendmail.service'),
    'a line behind a line break': log(11, attempt(11) + '\n' + LINE),
    'bytes that are no UTF-8': log(12, attempt(12, '550 5.1.1 b\udcf6se').encode('utf-8', 'surrogateescape')),
    'control bytes': log(13, attempt(13, '550 5.1.1 User\x1b[31m\x01\r unknown')),
    'a NUL': log(14, attempt(14, '550 5.1.1 User\0unknown')),
    'no command': log(15, _COMM=None),
    'a process number of its own': log(16, None, ('SYSLOG_PID', '1]: x'), _PID=None),
    'a host with a line break': log(17, _HOSTNAME='mx1\n' + LINE),
    'many more fields': log(18, None, *((f'X_{i}', 'x' * 500) for i in range(200))),
    'compressed fields': log(19, None, ('X_LONG', 'abc' * 20000)),
}
forged = {
    'logger -t': log(30, **USER),
    'logger -t, once more with a unit': log(31, **{**USER, '_SYSTEMD_UNIT': 'postfix@-.service'}),
    'a program of a user called smtp': log(32, **{**USER, '_COMM': 'smtp'}),
    'a .forward: command, unit and all but the user': log(33, _UID='1000'),
    'a web server': log(34, _UID='33', _COMM='logger', _EXE='/usr/bin/logger', _SYSTEMD_UNIT='apache2.service'),
    'a web server whose process is gone': log(35, _UID='33', _COMM=None, _EXE=None, _SYSTEMD_UNIT=None),
    'a job of root': log(36, _UID='0', _COMM='logger', _EXE='/usr/bin/logger', _SYSTEMD_UNIT='cron.service'),
    'a job of root, under a name of Postfix': log(37, _UID='0', _COMM='smtp', _EXE='/root/smtp', _SYSTEMD_UNIT='cron.service'),
    'what Postfix started': log(38, _COMM='logger', _EXE='/usr/bin/logger'),
    'the kernel': log(39, _TRANSPORT='kernel'),
    'standard output of a unit': log(40, _TRANSPORT='stdout'),
    'no transport': log(41, _TRANSPORT=None),
    'no user': log(42, _UID=None),
    'no number for a user': log(43, _UID='0 '),
    'a unit of a user\'s own manager': log(44, None, ('_SYSTEMD_USER_UNIT', 'postfix.service'), **{**USER, '_COMM': 'smtp', '_SYSTEMD_UNIT': 'user@1000.service'}),
    'Exim with a library of a user\'s': log(45, EXIM, **{**exim, '_UID': '1000', '_SYSTEMD_UNIT': 'session-3.scope'}),
    'postlog, which takes any text of anybody': log(46, _UID='1000', _COMM='postlog', _EXE='/usr/sbin/postlog', _SYSTEMD_UNIT='session-3.scope'),
    'sendmail -bs of a user': log(47, SENDMAIL, SYSLOG_IDENTIFIER='sendmail', _UID='1000', _COMM='sendmail', _EXE='/usr/libexec/sendmail/sendmail', _SYSTEMD_UNIT='session-3.scope'),
    'no name but that of the command': log(48, EXIM, **{**exim, 'SYSLOG_IDENTIFIER': None, '_UID': '1000', '_EXE': '/home/joe/exim4'}),
    'any path that ends in a daemon': log(49, **{**USER, 'SYSLOG_IDENTIFIER': 'mine/smtp'}),
}
strangers = {
    'a whole line as a name': log(60, 'x', SYSLOG_IDENTIFIER=LINE, **USER),
    'a line break in the name': log(61, 'x', SYSLOG_IDENTIFIER='x\n' + LINE, **USER),
    'a name with the end of a tag': log(62, 'x', SYSLOG_IDENTIFIER='x[1]: x\n' + LINE, **USER),
    'a line as a text': log(63, LINE, SYSLOG_IDENTIFIER='sshd', **USER),
    'a line behind a line break of a text': log(64, 'x\n' + LINE, SYSLOG_IDENTIFIER='sshd', **USER),
    'a layer as a text': log(65, 'stdout F Nov 23 21:46:11 mx1 postfix/smtp[9]: ' + attempt(999), SYSLOG_IDENTIFIER='sshd', **USER),
    'another layer': log(66, json.dumps({'log': LINE}), SYSLOG_IDENTIFIER='x', **USER),
    'a host that is none': log(67, attempt(67), SYSLOG_IDENTIFIER='F', _HOSTNAME='stdout', **USER),
    'huge': log(68, ('x' * 65440 + '\n' + LINE) * 4, SYSLOG_IDENTIFIER='x', **USER),
    'huge, without a line break': log(69, LINE * 1000, SYSLOG_IDENTIFIER='x', **USER),
    'nothing at all': entry(70, [('X', 'y')]),
    'a text alone': entry(71, [('MESSAGE', LINE)]),
    'an empty text': log(72, '', SYSLOG_IDENTIFIER='x', **USER),
    'a key twice': log(73, 'x', ('MESSAGE', LINE), SYSLOG_IDENTIFIER='x', **USER),
    'a key that begins like ours': log(74, 'x', ('MESSAGE_', LINE), ('_UID_', '0'), SYSLOG_IDENTIFIER='x', **USER),
}

def voices():
    """Each by itself, then all at once."""
    right = 0
    for kind, entries, wanted in (('believed', believed, (1, 0, 0)), ('forged', forged, (0, 0, 1)), ('a stranger', strangers, (0, 0, 1))):
        for number, (name, bytes_of) in enumerate(entries.items()):
            folder = f'{work}/voice-{kind[0]}-{number}'
            write(folder, 'a', [bytes_of])
            got, err = scan(folder=folder)
            lines = got['lines']
            fine = (lines['delivery'], lines['context'] + lines['unparsed'], lines['other']) == wanted and (kind == 'forged') == ('bear the name' in err)
            expect(f'{kind}: {name}: {lines} {err}', fine)
            right += fine
    write(f'{work}/all', 'a', [*believed.values(), *forged.values(), *strangers.values()])
    got, err = scan(folder=f'{work}/all')
    expect(f'all: {got["lines"]}', got['lines'] == {'total': len(believed) + len(forged) + len(strangers), 'delivery': len(believed), 'context': 0,
                                                     'other': len(forged) + len(strangers), 'unparsed': 0})
    expect(f'all: {err}', f'{len(forged)} entries bear the name' in err)
    source = got['inputs'][0]
    expect(f'all: {source}', source['file'] == 'journal' and source['format'] == 'journal' and source['complete'] and source['error'] is None)
    hosts = {row['name'] if isinstance(row, dict) else row for row in got['hosts']}
    expect(f'hosts: {got["hosts"]}', len(hosts) == 2)
    # a text that is longer than a line may be
    write(f'{work}/huge', 'a', [log(1, attempt(1, '550 5.1.1 ' + 'x' * 300000)), log(2)])
    got, _ = scan(folder=f'{work}/huge')
    expect(f'huge: {got["inputs"]} {got["lines"]}', got['inputs'][0]['cut_lines'] == 1 and got['lines']['total'] == 2)
    return right

def night(folder, db, *arguments, code=0):
    got, err = scan('--history', f'{work}/{db}', *arguments, code=code, folder=folder)
    return got['lines']['delivery'], got['inputs'][0], err

def total(db):
    done = subprocess.run([PROGRAM, 'report', '--history', f'{work}/{db}'], capture_output=True, text=True)
    return json.loads(done.stdout)['attempts']['total']

def nights():
    """Each entry counts once, whatever becomes of the files."""
    folder = f'{work}/nights'
    write(folder, 'a', [log(n) for n in range(100)])
    expect('the first night', night(folder, 'db')[0] == 100)
    count, source, _ = night(folder, 'db')
    expect(f'nothing new: {count} {source}', count == 0 and source['resumed_at'] > 0 and source['complete'])
    write(folder, 'a', [log(n) for n in range(100, 130)])
    expect('the second night', night(folder, 'db')[0] == 30)
    write(folder, 'b', [log(n) for n in range(130, 150)])
    expect('another file', night(folder, 'db')[0] == 20)
    # a run that does not commit leaves the cursor where it was
    write(folder, 'b', [log(n) for n in range(150, 155)])
    expect('a dry run', night(folder, 'db', '--dry-run')[0] == 5)
    expect('behind a dry run', night(folder, 'db')[0] == 5)
    # whose journal it is, the cursor tells
    os.rename(folder, f'{folder}-moved')
    expect('moved', night(f'{folder}-moved', 'db')[0] == 0)
    os.rename(f'{folder}-moved', folder)
    expect(f'in all {total("db")}', total('db') == 155)
    # taken back, the same lines are read again
    runs = subprocess.run([PROGRAM, 'history', 'show', '--history', f'{work}/db'], capture_output=True, text=True).stdout
    expect(f'the runs: {runs}', 'scan' in runs)

def vacuumed():
    folder = f'{work}/vacuumed'
    write(folder, 'a', [log(n) for n in range(50)])
    expect('before', night(folder, 'v')[0] == 50)
    write(folder, 'b', [log(n) for n in range(60, 70)])
    os.remove(f'{folder}/a.journal')
    count, source, err = night(folder, 'v', code=3)
    expect(f'vacuumed: {count} {source} {err}', count == 10 and 'is not in it any more' in source['error'])
    count, source, err = night(folder, 'v')
    expect(f'behind it: {count} {source} {err}', count == 0 and source['error'] is None)
    write(folder, 'b', [log(n) for n in range(70, 75)])
    expect('and on', night(folder, 'v')[0] == 5 and total('v') == 65)
    # with nothing behind the place
    folder = f'{work}/emptied'
    write(folder, 'a', [log(n) for n in range(50)])
    night(folder, 'e')
    os.remove(f'{folder}/a.journal')
    write(folder, 'b', [log(n) for n in range(20)])
    count, source, _ = night(folder, 'e', code=3)
    expect(f'only what is older: {count}', count == 0 and total('e') == 50)
    # a journal that became another file, its entries with other numbers, as from /run to /var
    folder = f'{work}/flushed'
    write(folder, 'a', [log(n) for n in range(10, 50)])
    night(folder, 'f')
    os.remove(f'{folder}/a.journal')
    write(folder, 'c', [log(n) for n in range(60)])
    count, source, err = night(folder, 'f')
    expect(f'flushed: {count} {source} {err}', count == 10 and source['error'] is None and total('f') == 50)

def units():
    folder = f'{work}/units'
    write(folder, 'a', [log(1), log(2, _SYSTEMD_UNIT='postfix@-.service'), log(3, EXIM, **exim), log(4, 'x', SYSLOG_IDENTIFIER='sshd', **USER),
                        log(5, None, _SYSTEMD_UNIT='postfix@postfix-out.service')])
    for unit, lines in (('postfix@-.service', 2), ('postfix@-', 2), ('postfix@*', 3), ('exim4', 1), ('exim4,postfix@-', 3), ('nothing*', 0), ('nothing', 0), ('*', 5)):
        got, _ = scan(f'--journal={unit}', folder=folder)
        expect(f'{unit}: {got["lines"]} {got["inputs"]}', got['lines']['total'] == lines and got['inputs'][0]['file'].startswith('journal:'))
    expect('the name', scan('--journal=exim4', folder=folder)[0]['inputs'][0]['file'] == 'journal:exim4.service')
    expect('an empty unit', 'expected the name of a unit' in scan('--journal=a,,b', folder=folder, code=2)[1])
    # another choice would count some twice
    expect('of a unit', night(folder, 'u', '--journal=postfix@-')[0] == 2)
    count, source, _ = night(folder, 'u', code=3)
    expect(f'of all then: {count} {source}', count == 0 and 'other units' in source['error'])
    write(folder, 'a', [log(n) for n in range(10, 13)])
    expect('as before', night(folder, 'u', '--journal=postfix@-')[0] == 3 and total('u') == 5)

def windows():
    folder = f'{work}/windows'
    write(folder, 'a', [log(n) for n in range(-20 * 86400, 0, 43200)])
    got, _ = scan('--since', '2026-11-10', '--until', '2026-11-12', folder=folder)
    expect(f'a window: {got["attempts"]}', got['attempts']['total'] == 4)

def beside():
    """With the log of the same host, and behind it."""
    folder, path = f'{work}/beside', f'{work}/mail.log'
    with open(path, 'w') as file:
        file.writelines(f'2026-11-23T19:{n // 60:02d}:{n % 60:02d}+00:00 mx1 postfix/smtp[77]: {attempt(n)}\n' for n in range(40))
    write(folder, 'a', [log(n) for n in range(60)])
    got, err = scan(path, folder=folder)
    expect(f'both: {got["attempts"]} {err}', got['attempts']['total'] == 60 and 'in two logs of one host' in err)
    scan('--history', f'{work}/b', path)
    count, source, err = night(folder, 'b')
    expect(f'behind a log: {count} {err}', count == 20 and 'knows other logs' in err and total('b') == 60)
    write(folder, 'a', [log(n) for n in range(60, 65)])
    expect('and on', night(folder, 'b')[0] == 5)

def wrong():
    expect('no folder', 'no file of a journal' in scan(folder=f'{work}/none', code=3)[1])
    os.mkdir(f'{work}/empty')
    expect('an empty folder', 'no file of a journal' in scan(folder=f'{work}/empty', code=3)[1])
    shutil.copytree(f'{work}/all', f'{work}/broken')
    with open(f'{work}/broken/a.journal', 'r+b') as file:
        file.truncate(1000)
    scan(folder=f'{work}/broken', code=3)
    if os.geteuid() == 0 and shutil.which('setpriv'):
        os.chmod(work, 0o755)
        os.chmod(f'{work}/all/a.journal', 0o600)
        done = subprocess.run(['setpriv', '--reuid', '65534', '--clear-groups', PROGRAM, 'scan', '--journal-directory', f'{work}/all'], capture_output=True, text=True)
        expect(f'not ours to read: {done.returncode} {done.stderr}', done.returncode == 3 and 'systemd-journal or adm' in done.stderr)

def same_as_json():
    """What journalctl says of it, as JSON, is read alike where all are believed."""
    if not shutil.which('journalctl'):
        return
    write(f'{work}/plain', 'a', [log(n) for n in range(200)])
    text = subprocess.run(['journalctl', '-D', f'{work}/plain', '-o', 'json'], capture_output=True).stdout
    done = subprocess.run([PROGRAM, 'scan', '-e', '-', '-'], input=text, capture_output=True)
    ours = subprocess.run([PROGRAM, 'scan', '-e', '-', '--journal-directory', f'{work}/plain'], capture_output=True)
    rows = [[{key: value for key, value in json.loads(line).items() if key != 'source'} for line in out.splitlines()] for out in (done.stdout, ours.stdout)]
    expect(f'{len(rows[0])} and {len(rows[1])} events, or others: {rows[0][:1]} {rows[1][:1]}', len(rows[0]) == 200 and rows[0] == rows[1])

def own_machine():
    """This machine's journal, where no other program sees that it is not: users by their names, the nightly run without a mail log."""
    nightly = f'{os.path.dirname(PROGRAM)}/examples/nightly'
    if os.geteuid() != 0 or subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode != 0:
        print('journal: not as root: the journal of this machine is not tried')
        return
    machine = 'b' * 32
    write(f'{work}/own/{machine}', 'system', [
        log(1), log(2, _COMM=None, _EXE=None, _SYSTEMD_UNIT=None), log(3, _UID='33'), log(4, _UID='102', _COMM=None, _EXE=None, _SYSTEMD_UNIT=None)])
    write(f'{work}/own/{"c" * 32}', 'system', [log(5)])  # of another machine
    with open(f'{work}/machine-id', 'w') as file:
        file.write(machine + '\n')
    with open(f'{work}/passwd', 'w') as file:
        file.write('root:x:0:0::/:/bin/sh\npostfix:x:101:101::/:/bin/false\nwww:x:102:102::/:/bin/false\n')
    with open(f'{work}/default', 'w') as file:
        file.write(f'BOUNCELOG_STATE={work}/state\n')
    os.mkdir(f'{work}/state')
    prepare = (f'touch /etc/machine-id; mount --bind {work}/machine-id /etc/machine-id && mount --bind {work}/passwd /etc/passwd && '
               f'mount -t tmpfs x /run && mkdir -p /run/systemd/journal && mount -t tmpfs x /var/log && '
               f'cp -r {work}/own /var/log/journal && ')
    def inside(command, **environment):
        return subprocess.run(['unshare', '-m', 'sh', '-c', prepare + command], capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    done = inside(f'{PROGRAM} scan --journal')
    lines = json.loads(done.stdout)['lines'] if done.stdout else None
    expect(f'the journal of this machine: {done.returncode} {lines} {done.stderr}', done.returncode == 0 and lines['delivery'] == 2 and lines['other'] == 2)
    done = inside(f'{PROGRAM} doctor')
    expect(f'doctor: {done.returncode} {done.stdout} {done.stderr}', done.returncode == 0 and 'journal: ' in done.stdout)
    code, out, err = at_terminal(['unshare', '-m', 'sh', '-c', prepare + PROGRAM], NO_COLOR='1')
    expect(f'alone at a terminal: {code} {out} {err}', code == 0 and out.startswith('2 delivery attempts') and 'the last 24 hours of the journal;' in err)
    for night, count in enumerate((2, 0)):
        done = inside(f'sh {nightly}', BOUNCELOG_PROGRAM=PROGRAM, BOUNCELOG_DEFAULTS=f'{work}/default')
        expect(f'night {night}: exit {done.returncode}: {done.stderr}', done.returncode == 0)
        with open(f'{work}/state/summary.json') as file:
            expect(f'night {night}', json.load(file)['lines']['delivery'] == count)
    with open(f'{work}/without', 'w') as file:
        file.write('#!/bin/sh\necho without the journal\n')
    os.chmod(f'{work}/without', 0o755)
    done = inside(f'sh {nightly}', BOUNCELOG_PROGRAM=f'{work}/without', BOUNCELOG_DEFAULTS=f'{work}/default')
    expect(f'a build without: {done.returncode} {done.stdout} {done.stderr}', done.returncode == 3)

right = voices()
for part in (own_machine, nights, vacuumed, units, windows, beside, wrong, same_as_json):
    part()
finish(f'{right} of {len(believed) + len(forged) + len(strangers)} senders judged rightly')
