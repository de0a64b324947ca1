#!/usr/bin/env python3
"""A run is confined to the folders of its logs and outputs, and does there all that it did before."""
import os, socket, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

os.environ.setdefault('SOURCE_DATE_EPOCH', '1795478400')
PROBE = os.environ.get('BOUNCELOG_PROBE_LIBRARY')
version = subprocess.run([PROGRAM, '--version'], capture_output=True, text=True).stdout
if 'without Landlock' in version or not PROBE:
    print(f'confine: skipped, {version.splitlines()[-1] if PROBE else "not with sanitizers"}')
    sys.exit(77)
network = int(version.rsplit('Landlock ', 1)[1]) >= 4
folder = tempfile.TemporaryDirectory()
work = folder.name
for name in ('logs', 'real', 'out', 'lists', 'state', 'secret'):
    os.mkdir(f'{work}/{name}')
with open('samples/postfix.log', 'rb') as source, open(f'{work}/real/mail.log', 'wb') as log:
    log.write(source.read())
os.symlink('../real/mail.log', f'{work}/logs/mail.log')
with open(f'{work}/secret/key', 'w') as file:
    file.write('a key of more than sixteen bytes')
server = socket.create_server(('127.0.0.1', 0))
port = server.getsockname()[1]

def scan(*options, probes=(), code=0):
    environment = dict(os.environ, LD_PRELOAD=PROBE, BOUNCELOG_PROBE=','.join(probes)) if probes else dict(os.environ)
    done = subprocess.run([PROGRAM, 'scan', *options], capture_output=True, text=True, env=environment)
    expect(f'{options}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return dict(line.rsplit(' ', 1) for line in done.stderr.splitlines() if line.endswith((' yes', ' no')) and ':' in line)

OPTIONS = ['-d', f'{work}/state/db', '-o', f'{work}/out/summary', '-e', f'{work}/out/events', '--html', f'{work}/out/page',
           '--prometheus', f'{work}/out/x.prom', '-s', f'{work}/lists/list', '-s', f'{work}/lists/parts:mailgun-json',
           '--delta', '--hash-key-file', f'{work}/secret/key', '-s', f'{work}/lists/hashed:hash', '--recipients', f'{work}/secret/known',
           '--timezone', 'Europe/Berlin', f'{work}/logs/mail.log']
with open(f'{work}/secret/known', 'w') as file:
    file.write('@example.com\n')
NEVER = [f'read:{work}/secret/key', 'read:/etc/passwd', f'write:{work}/new', f'write:{work}/logs/new', f'write:{work}/real/mail.log',
         f'write:{work}/secret/key', 'list:/etc', f'list:{work}', 'write:/tmp/bouncelog-probe', 'run:/bin/true']
ALWAYS = [f'read:{work}/real/mail.log', f'read:{work}/out/summary', f'write:{work}/out/new', f'write:{work}/state/new']
answers = scan(*OPTIONS, probes=ALWAYS + NEVER + [f'connect:{port}'])
for probe in NEVER + ([f'connect:{port}'] if network else []):
    expect(f'{probe}: {answers.get(probe)}', answers.get(probe) == 'no')
for probe in ALWAYS:
    expect(f'{probe}: {answers.get(probe)}', answers.get(probe) == 'yes')
free = scan('--confine', 'never', *OPTIONS, probes=ALWAYS + NEVER[:-1] + [f'connect:{port}'])
expect(f'--confine never: {free}', set(free.values()) == {'yes'} and len(free) > 10)

# the same comes out, a second night and replaced lists included
def written(*more):
    for name in ('out', 'lists', 'state'):
        for entry in os.listdir(f'{work}/{name}'):
            os.remove(f'{work}/{name}/{entry}')
    result = {}
    for night in range(2):
        scan(*OPTIONS, *more)
        for name in ('out', 'lists'):
            for entry in sorted(os.listdir(f'{work}/{name}')):
                with open(f'{work}/{name}/{entry}', 'rb') as file:
                    result[f'{night} {entry}'] = file.read()
        with open(f'{work}/real/mail.log', 'ab') as log, open('samples/postfix-iso.log', 'rb') as source:
            log.write(source.read())
    with open('samples/postfix.log', 'rb') as source, open(f'{work}/real/mail.log', 'wb') as log:
        log.write(source.read())
    return result

confined, unconfined = written(), written('--confine', 'never')
expect(f'not the same: {[k for k in confined if confined[k] != unconfined.get(k)]}', confined == unconfined and len(confined) >= 18)

# what is odd is no reason to fail
os.chdir(f'{work}/real')
expect('a relative log', scan('mail.log', '-o', '/dev/null') == {})
scan('-o', '/dev/null', 'mail.log', 'none.log', code=3)
scan('-o', '/dev/null', f'{work}/real/mail.log/none', code=3)
with open('mail.log', 'rb') as log:
    done = subprocess.run([PROGRAM, 'scan', '-o', '/dev/null', '-'], stdin=log, capture_output=True)
    expect(f'standard input: {done}', done.returncode == 0)
    done = subprocess.run([PROGRAM, 'scan', '-o', '/dev/null', f'/dev/fd/{log.fileno()}'], pass_fds=[log.fileno()], capture_output=True)
    expect(f'/dev/fd: {done}', done.returncode == 0)

# nor is a kernel that has had enough of it: sixteen fences, one in the other
nested = 'import ctypes,os,sys\n' \
         'l=ctypes.CDLL(None)\nl.prctl(38,1,0,0,0)\n' \
         'for n in range(16):\n r=l.syscall(444,ctypes.byref(ctypes.c_uint64(1<<12)),8,0)\n l.syscall(446,r,0)\n os.close(r)\n' \
         'os.execv(sys.argv[1],sys.argv[1:])\n'
done = subprocess.run([sys.executable, '-c', nested, PROGRAM, 'scan', '-o', f'{work}/out/nested', 'mail.log'], capture_output=True)
expect(f'sixteen fences: {done}', done.returncode == 0)

# A filter that ends whoever asks for Landlock, as units of systemd have it that name @system-service: load the number of the
# system call; 444 to 446: end the process; else go on.
filtered = 'import ctypes,os,struct,sys\n' \
           'code=b"".join(struct.pack("HBBI",*i) for i in ((0x20,0,0,0),(0x35,0,2,444),(0x25,1,0,446),(6,0,0,0x80000000),(6,0,0,0x7fff0000)))\n' \
           'array=ctypes.create_string_buffer(code)\n' \
           'program=struct.pack("HxxxxxxP",len(code)//8,ctypes.addressof(array))\n' \
           'l=ctypes.CDLL(None)\nl.prctl(38,1,0,0,0)\nassert l.prctl(22,2,program,0,0)==0\n' \
           'os.execv(sys.argv[1],sys.argv[1:])\n'
done = subprocess.run([sys.executable, '-c', filtered, sys.executable, '-c', 'import ctypes;ctypes.CDLL(None).syscall(444,None,0,1)'])
expect(f'the filter does nothing: {done}', done.returncode == -31)
for arguments in (['scan', '-o', f'{work}/out/filtered', 'mail.log'], ['--version']):
    done = subprocess.run([sys.executable, '-c', filtered, PROGRAM, *arguments], capture_output=True)
    expect(f'under a filter: {done}', done.returncode == 0)
finish()
