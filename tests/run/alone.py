"""The program without a command: alone at a terminal it looks at this host, with files it is scan --text; a command that does not exist
gets the nearest one."""
import os, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish
from terminals import at_terminal

LOG, DAY = 'samples/postfix.log', 86400
NOW = int(os.environ['SOURCE_DATE_EPOCH'])
folder = tempfile.TemporaryDirectory()
work = folder.name


def run(*arguments, **more):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, **{'stdin': subprocess.DEVNULL, **more})
    return done.returncode, done.stdout, done.stderr


def attempt(number, seconds_ago, name):
    stamp = subprocess.run(['date', '-u', '-d', f'@{NOW - seconds_ago}', '+%Y-%m-%dT%H:%M:%S+00:00'], capture_output=True, text=True).stdout.strip()
    return (f'{stamp} mx1 postfix/smtp[9]: {0x10000000 + number:X}: to=<{name}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, '
            'delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n')


def write(path, lines, seconds_ago=0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.writelines(lines)
    os.utime(path, (NOW - seconds_ago, NOW - seconds_ago))


def files():
    """An operand in place of a command."""
    wanted = run('scan', '--text', LOG)
    expect(f'scan --text: {wanted}', wanted[0] == 0 and 'Outcomes' in wanted[1])
    expect('FILE is not scan --text FILE', run(LOG) == wanted)
    expect('FILE OPTION', run(LOG, '--since', '2026-11-22') == run('scan', '--text', '--since', '2026-11-22', LOG) != wanted)
    expect('FILE FILE', run(LOG, 'samples/exim-mainlog') == run('scan', '--text', LOG, 'samples/exim-mainlog') != wanted)
    with open(LOG) as log:
        expect('-', run('-', stdin=log)[1].replace('-:133', f'{LOG}:133') == wanted[1])
    shutil.copy(LOG, f'{work}/maillog')  # nothing but its being there says that it is a file
    expect('a name without a dot', run('maillog', cwd=work) == run('scan', '--text', 'maillog', cwd=work))
    for name in ('none.log', './none', f'{work}/none'):
        code, out, err = run(name)
        expect(f'{name}: {code} {err}', code == 3 and f'{name}: cannot open: No such file' in err)
    shutil.copy(LOG, f'{work}/codes')  # a command is a command
    expect('a file with the name of a command', 'Enhanced status codes' in run('codes', cwd=work)[1])


def near():
    for word, meant in [('scna', 'scan'), ('explian', 'explain'), ('histroy', 'history'), ('doc', 'doctor'), ('supress', 'suppress'), ('Scan', 'scan')]:
        for arguments in ((word,), ('help', word)):
            code, out, err = run(*arguments)
            expect(f'{arguments}: {code} {err}', (code, out, err) == (2, '', f'bouncelog: there is no command "{word}"; did you mean "{meant}"?\n'))
    for word in ('frobnicate', 'x', ''):
        code, out, err = run(word)
        expect(f'{word!r}: {code} {err}', code == 2 and not out and f'there is no command "{word}" (scan, ' in err and 'did you mean' not in err)


def unseen():
    code, out, err = run()
    expect(f'alone, and no terminal: {code} {out} {err}', code == 2 and not out and 'no command (scan, ' in err)
    with open(LOG) as log:  # a pipe or a file says itself what to read
        expect('a log on standard input', at_terminal([PROGRAM], stdin=log, NO_COLOR='1')[:2] == (0, run('-', stdin=open(LOG))[1]))


def host():
    """Logs of a host of its own, in a mount namespace."""
    apart = ['unshare', '-m'] if os.geteuid() == 0 else ['unshare', '-rm']
    if subprocess.run([*apart, 'mount', '-t', 'tmpfs', 'x', '/var/log'], capture_output=True).returncode != 0:
        print('alone: no mount namespaces here: the usual logs are not tried')
        return

    def look(**settings):
        files, config = settings.get('files', {}), settings.get('config', '')
        shutil.rmtree(f'{work}/log', ignore_errors=True)
        os.makedirs(f'{work}/log')
        for name, (lines, seconds_ago) in files.items():
            write(f'{work}/log/{name}', lines, seconds_ago)
        shutil.rmtree(f'{work}/etc', ignore_errors=True)
        write(f'{work}/etc/bouncelog/bouncelog.yaml', [config])
        script = (f'mount --bind {work}/log /var/log && mount -t tmpfs x /run && mount -t tmpfs x /mnt && cp -a /etc/. /mnt && '
                  f'cp -a {work}/etc/. /mnt && mount --move /mnt /etc && exec {PROGRAM}')
        return at_terminal([*apart, 'sh', '-c', script], NO_COLOR='1')

    old, new = [attempt(1, 3 * DAY, 'old')], [attempt(2, 3600, 'new')]
    rotated = [attempt(3, 20 * 3600, 'rotated'), attempt(4, 30 * 3600, 'before')]
    code, out, err = look(files={'mail.log': (old + new, 0), 'mail.log.1': (rotated, 20 * 3600), 'syslog': (new, 0)})
    expect(f'the usual log: {code} {out} {err}', code == 0 and '2 delivery attempts' in out and 'new@example.com' in out and
           'rotated@example.com' in out and 'old@' not in out and 'before@' not in out)
    expect(f'what it says: {err}', err.count('\n') == 1 and 'the last 24 hours of /var/log/mail.log*;' in err and 'syslog' not in err)
    # What was rotated away before the oldest queued message came in is not opened.
    code, out, err = look(files={'mail.log': (new, 0), 'mail.log.9': (['not a log\n'], 30 * DAY)})
    expect(f'an old part: {code} {out} {err}', code == 0 and '1 line: ' in out)
    code, out, err = look(files={'mail.log': (new, 0), 'exim4/mainlog': (rotated, 0)})
    expect(f'two logs: {code} {out} {err}', code == 0 and '2 delivery attempts' in out and '/var/log/mail.log*, /var/log/exim4/mainlog*;' in err)
    code, out, err = look(files={'syslog': (new, 0)})
    expect(f'a system log with mail: {code} {out} {err}', code == 0 and 'new@example.com' in out and '/var/log/syslog*;' in err)
    for name in 'mail.log.1', 'mail.log-20261122', 'maillog.1':
        code, out, err = look(files={name: (new, 3600)})
        expect(f'{name} alone: {code} {out} {err}', code == 0 and 'new@example.com' in out and f'/var/log/{name.split(".1")[0].split("-")[0]}*;' in err)
    for name in 'mail.logger', 'mail.log.old':
        code, out, err = look(files={name: (new, 3600)})
        expect(f'{name}: {code} {out} {err}', code == 3 and not out)
    for files in ({}, {'syslog': (['Nov 22 03:11:09 mx1 cron[9]: nothing\n'], 0)}):
        code, out, err = look(files=files)
        expect(f'{files}: {code} {out} {err}', code == 3 and not out and err.count('\n') == 1 and 'no mail log is where they usually are' in err)
    # The configuration says how logs are read; what the nightly run keeps and writes stays as it is.
    code, out, err = look(files={'mail.log': (new, 0)}, config=(
        f'history: {work}/DB\noutput: {work}/summary.json\nevents: {work}/events\nsuppress: [{work}/list]\nhtml: {work}/page\ndelta: true\n'
        f"prometheus: {work}/metrics\nfail_on: ['bounce_rate>0%']\nwait: 5\nuntil: 7d\nhash_key_file: {work}/key\n"))
    expect(f'a configured host: {code} {out} {err}', code == 0 and 'new@example.com' in out and not
           {'DB', 'summary.json', 'events', 'list', 'page', 'metrics'} & set(os.listdir(work)))
    code, out, err = look(files={'mail.log': (new, 0)}, config="sender: ['nobody@*']\n")
    expect(f'a configured sender: {code} {out} {err}', code == 0 and 'No delivery attempts' in out)
    code, out, err = look(files={'mail.log': (new, 0)}, config='colour: blue\n')
    expect(f'a wrong configuration: {code} {err}', code == 4 and not out and 'bouncelog.yaml:1:1: unknown option' in err)


for part in (files, near, unseen, host):
    part()
finish()
