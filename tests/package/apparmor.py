#!/usr/bin/env python3
"""The AppArmor profile of the nightly run: apparmor_parser takes it, and it lets through every file that a night reaches, as strace sees
them; but not what a night has no business with. (Few kernels that tests run on have AppArmor, so nobody is confined here.)
usage: apparmor.py PROFILE NIGHTLY"""
import os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish, skip

PROFILE, NIGHTLY = (os.path.abspath(path) for path in sys.argv[1:])
# What a file is, AppArmor tells everybody (security/apparmor/file.c, aa_compute_fperms).
READS, WRITES = {'openat', 'open'}, {
    'unlink', 'unlinkat', 'rename', 'renameat', 'renameat2', 'mkdir', 'mkdirat', 'chmod', 'fchmodat', 'link', 'linkat'}
NIGHT = r'''
set -eu
for folder in /var/log /var/lib /usr/local /etc/default; do mount -t tmpfs tmpfs $folder; done
mkdir -p /var/lib/bouncelog /var/lib/prometheus/node-exporter /usr/local/bin /usr/local/libexec/bouncelog
cp "$2" /usr/local/bin/bouncelog
install -m 755 "$3" /usr/local/libexec/bouncelog/nightly
cp "$1"/mail.log* /var/log/
echo "BOUNCELOG_OPTIONS='--html /var/lib/bouncelog/night.html -s /var/lib/bouncelog/map:postfix --keep-events 30'" > /etc/default/bouncelog
for night in 1 2; do
    strace -f -qq -y -e trace=%file -o /var/lib/trace-$night /usr/local/libexec/bouncelog/nightly 2> /var/lib/said || true
done
cat /var/lib/said >&2
cat /var/lib/trace-*
'''


def expression(glob):
    """Of apparmor.d(5)."""
    out, depth, at = '', 0, 0
    while at < len(glob):
        char = glob[at]
        if glob.startswith('**', at):
            out, at = out + '.*', at + 1
        elif char == '[':
            end = glob.index(']', at)
            out, at = out + glob[at:end + 1], end
        else:
            depth += (char == '{') - (char == '}')
            out += {'*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')'}.get(char, '|' if char == ',' and depth else re.escape(char))
        at += 1
    return re.compile(out)


def rules():
    done = subprocess.run(['apparmor_parser', '--skip-kernel-load', '--skip-cache', '-d', PROFILE], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr)
    expect('apparmor_parser refuses it', done.returncode == 0)
    return [(match[1], expression(re.sub('/+', '/', match[2]))) for match in re.finditer(r'^Mode:\t(\w+):\w*\tName:\t\((.*)\)$', done.stdout, re.M)]


def may(rules, path, mode):
    return any(mode in modes and rule.fullmatch(path) for modes, rule in rules)


def reached(trace):
    """(path, mode) of each call that succeeded."""
    for line in trace.splitlines():
        call = re.match(r'\d+ +(\w+)\((.*)\) += (?!-1)', line)
        paths = re.findall(r'"((?:[^"\\]|\\.)*)"', call[2]) if call else []
        if not call or not paths:
            continue
        paths = paths[:1] if call[1] == 'execve' else paths
        for path in paths:
            if not path.startswith('/'):
                continue
            path = path.replace('/proc/self/', '/proc/1234/')
            if 'O_PATH' in call[2]: # a name and no more
                continue
            if 'O_TMPFILE' in call[2]: # the kernel calls it so
                path += '/#7'
            elif 'O_DIRECTORY' in call[2] and not path.endswith('/'):
                path += '/'
            if call[1] == 'execve':
                yield path, 'x'
            elif call[1] in WRITES or re.search('O_(WRONLY|RDWR|CREAT)', call[2]):
                yield path, 'w'
            elif call[1] in READS:
                yield path, 'r'


for tool in 'apparmor_parser', 'strace', 'unshare':
    if not shutil.which(tool):
        skip(f'{tool} is not installed')
if subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode:
    skip('this user may not mount anything')
allowed = rules()
with tempfile.TemporaryDirectory() as work:
    night = subprocess.run(['unshare', '-m', 'sh', '-c', NIGHT, 'night', os.path.abspath('samples/rotated'), os.path.abspath(PROGRAM), NIGHTLY],
                           capture_output=True, text=True, cwd=work)
calls = set(reached(night.stdout))
expect(f'a night that reaches {len(calls)} files, {night.stderr}', {('/var/lib/bouncelog/history.db', 'w'), ('/var/log/mail.log', 'r'),
                                                                   ('/usr/local/bin/bouncelog', 'x')} <= calls and len(calls) > 60)
for path, mode in sorted(calls):
    path += '/' * any(other.startswith(path + '/') for other, _ in calls) # a folder that is opened to be synced
    # The script itself is started before: from then on the profile holds.
    expect(f'a night is refused {path} ({mode})', may(allowed, path, mode) or (path.endswith('/nightly') and mode == 'x'))
for path, mode in [('/etc/shadow', 'r'), ('/root/.ssh/id_rsa', 'r'), ('/home/joe/mail', 'r'), ('/var/log/mail.log', 'w'), ('/usr/bin/curl', 'x'),
                   ('/etc/cron.d/x', 'w'), ('/usr/local/bin/bouncelog', 'w'), ('/var/spool/postfix/active/x', 'r'), ('/bin/su', 'x'), ('/etc/bouncelog/key', 'w')]:
    expect(f'a night may reach {path} ({mode})', not may(allowed, path, mode))
finish(f'{len(calls)} files')
