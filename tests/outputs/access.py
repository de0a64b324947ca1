#!/usr/bin/env python3
"""-s FILE:FORMAT,mode=M,group=G: who may read a list, a new one and one that is replaced, its parts and FILE.removed; what cannot be given is an
error before anything is written."""
import grp, os, shutil, stat, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

LOG = ''.join(f'Nov  2 03:00:00 mx1 postfix/smtp[9]: {0x30000000 + n:X}: to=<a{n:04}@d{n % 400}.example>, relay=mx.d{n % 400}.example[198.51.100.7]:25, delay=1, delays=0/0/0/1, '
              f'dsn=5.1.1, status=bounced (host mx.d{n % 400}.example[198.51.100.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n' for n in range(1200))
ROOT, OWN = os.geteuid() == 0, os.getegid()
NOBODY = dict(user=65534, group=65534, extra_groups=[])


def may_give(group):
    """A user namespace may know no group but one's own."""
    with tempfile.NamedTemporaryFile() as file:
        try:
            os.fchown(file.fileno(), -1, group)
        except OSError:
            return False
    return True


def group_of_exim():
    for name in 'Debian-exim', 'exim':
        try:
            return grp.getgrnam(name)
        except KeyError:
            pass
    return None


def may_be_nobody():
    try:
        return subprocess.run(['true'], **NOBODY).returncode == 0
    except OSError:
        return False


OTHER = next((group for group in (12 if ROOT else OWN, *os.getgroups()) if group != OWN and may_give(group)), OWN)


def run(*words, code=0, program=PROGRAM, **how):
    done = subprocess.run([program, 'scan', '--timezone', 'UTC', '--year', '2026', '--force', '-o', '/dev/null', *words], capture_output=True, text=True, **how)
    expect(f'{words}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return done.stderr


def of(path):
    found = os.stat(path)
    return found.st_gid, stat.S_IMODE(found.st_mode)


with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o755)
    log, name = f'{folder}/log', f'{folder}/list'
    with open(log, 'w') as file:
        file.write(LOG)
    os.chmod(log, 0o644)
    for text, want in (('', (OWN, 0o600)), (':plain', (OWN, 0o600)), (':plain,mode=0644', (OWN, 0o644)), (':exim,mode=640', (OWN, 0o640)),
                       (f':plain,group={OTHER}', (OTHER, 0o640)), (f':plain,mode=0600,group={OTHER}', (OTHER, 0o600)), (f':csv,group={OTHER},mode=0644', (OTHER, 0o644))):
        run('-s', name + text, log)
        expect(f'a new one, {text}: {of(name)}, not {want}', of(name) == want)
        run('-s', name, log)
        expect(f'replaced, {text}: {of(name)}, not {want}', of(name) == want)
        os.remove(name)
    # Exim reads its list itself: a new one is its group's, where that is there and may be given.
    reader = group_of_exim()
    given = reader and (reader.gr_gid == OWN or may_give(reader.gr_gid))
    hint = f'{name}: the group {reader.gr_name}, which is to read it, cannot' if reader else None
    told = run('-s', f'{name}:exim', log)
    expect(f'a new one of Exim: {of(name)}: {told}', of(name) == ((reader.gr_gid, 0o640) if given else (OWN, 0o600)) and (bool(hint) and hint in told) == (bool(reader) and not given))
    os.chmod(name, 0o600)
    run('-s', f'{name}:exim', log)
    expect(f'one of Exim that is replaced: {of(name)}', of(name) == (reader.gr_gid if given else OWN, 0o600))
    os.remove(name)
    # An umask takes nothing away from what was asked for.
    run('-s', f'{name}:plain,mode=0644', log, preexec_fn=lambda: os.umask(0o077))
    expect(f'umask: {of(name)}', of(name) == (OWN, 0o644))
    run('-s', f'{name}:plain,mode=0600', log)
    expect(f'narrower than before: {of(name)}', of(name) == (OWN, 0o600))
    os.chmod(name, 0o644)
    run('-s', f'{name}:plain,group={OTHER}', log)
    expect(f'a group for one that all may read: {of(name)}', of(name) == (OTHER, 0o644))
    os.remove(name)
    run('-s', f'{name}:mailgun-json,group={OTHER}', log)
    expect(f'parts: {[of(f"{name}.000{n}") for n in (1, 2)]}', all(of(f'{name}.000{n}') == (OTHER, 0o640) for n in (1, 2)) and not os.path.exists(name))
    run('-d', f'{folder}/db', '--delta', '-s', f'{folder}/delta:plain,group={OTHER}', log)
    expect('FILE.removed', of(f'{folder}/delta') == of(f'{folder}/delta.removed') == (OTHER, 0o640))
    with open(f'{folder}/config', 'w') as file:
        file.write(f'suppress: ["{folder}/configured:plain,mode=0644"]\n')
    run('--config', f'{folder}/config', log)
    expect('a configuration', of(f'{folder}/configured') == (OWN, 0o644))

    for text, said in (('list:plain,mode=0777', "'mode=0777': expected 0600, 0640 or 0644"), ('list:plain,mode=', "'mode=': expected 0600, 0640 or 0644"),
                       ('list:plain,mode=0440', "'mode=0440': expected 0600, 0640 or 0644"), ('list:plain,mode=00640', "'mode=00640': expected 0600, 0640 or 0644"),
                       ('list:plain,mode=u=rw', "'mode=u=rw': expected 0600, 0640 or 0644"), ('list:plain,group=no-such-group', "'group=no-such-group': there is no such group"),
                       ('list:plain,group=', "'group=': there is no such group"), ('list:plain,group=4294967295', "'group=4294967295': there is no such group"),
                       ('list:plain,owner=root', "'owner=root': expected mode=0640 or group=NAME"), ('-:plain,mode=0644', 'standard output has no mode or group')):
        told = run('-s', text, log, code=2)
        expect(f'{text}: {told}', told == f"bouncelog: --suppress '{text}': {said}\n")
    # What has a comma in its name, and no format, is a name.
    run('-s', 'a,mode=0644', log, cwd=folder)
    expect('a name with a comma', of(f'{folder}/a,mode=0644') == (OWN, 0o600))
    if may_be_nobody():
        # The folder of the program may be closed to others.
        theirs = dict(NOBODY, program=shutil.copy(PROGRAM, f'{folder}/program'))
        os.chmod(theirs['program'], 0o755)
        # What counts coverage would tell on standard error that it cannot write beside the objects.
        os.mkdir(f'{folder}/counters')
        os.chmod(f'{folder}/counters', 0o777)
        theirs['env'] = dict(os.environ, GCOV_PREFIX=f'{folder}/counters')
        os.mkdir(f'{folder}/theirs')
        os.chown(f'{folder}/theirs', 65534, 65534)
        with open(f'{folder}/theirs/old', 'w') as file:
            os.fchown(file.fileno(), 65534, 0)
        run('-s', f'{folder}/theirs/old:plain,mode=0644', log, **theirs)
        expect(f'a mode alone asks for no group: {of(f"{folder}/theirs/old")}', of(f'{folder}/theirs/old') == (65534, 0o604))
        os.remove(f'{folder}/theirs/old')
        told = run('-s', f'{folder}/theirs/list:plain,group=0', log, code=6, **theirs)
        expect(f'a group that is not theirs to give: {told}', told == f'bouncelog: {folder}/theirs/list: cannot give it to the group 0: Operation not permitted\n' and
               os.listdir(f'{folder}/theirs') == [])
        nobody = ''
    else:
        nobody = 'who may not give a group was not tried'
finish(', '.join(said for said in (nobody, '' if reader else 'no group of Exim was there', '' if OTHER != OWN else 'no group but the own one was tried') if said))
