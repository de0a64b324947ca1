"""One MTA in a root of its own, as a sender or as a host that accepts all and bounces later.

usage: late_host.py NAME MTA      Reads lines: busy (yes, no), again (tries what waits), stop.
"""
import importlib
import os
import re
import socket
import subprocess
import sys
import time

import users
from late_plan import KEY, READER, SIGNED, address_of, domain_of, host_of, milter_of

UID = 61005
HOME = f'/home/{READER}'
KEY_FILE = '/etc/tag-key'
MESSAGE = 'From: letters\nSubject: I am away\n\nI am away, and read no mail.\n'


def prepare(mta, accepts):
    """What all hosts have: a name, a resolver, a reader with a home."""
    socket.sethostname(host_of(mta, accepts))
    users.write('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
    users.write('/etc/hosts', f'127.0.0.1 localhost\n{address_of(mta, accepts)} {host_of(mta, accepts)}\n')
    users.write('/etc/mailname', host_of(mta, accepts) + '\n')
    for path, line in (('/etc/passwd', f'{READER}:x:{UID}:{UID}::{HOME}:/bin/sh\n'), ('/etc/group', f'{READER}:x:{UID}:\n')):
        with open(path, 'a', encoding='utf-8') as file:
            file.write(line)
    for folder in (HOME, '/var/mail/bounces'):
        users.folder(folder, UID, UID)
    os.chmod('/var/mail', 0o1777)
    users.write(f'{HOME}/.vacation.msg', MESSAGE)
    os.chown(f'{HOME}/.vacation.msg', UID, UID)


def lines():
    """What we are told, and where we answer; the programs that are started get neither."""
    told, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), 'w')
    os.dup2(os.open('/dev/null', os.O_RDONLY), 0)
    os.dup2(2, 1)
    return told, answers


def await_port(address, port):
    for _ in range(100):
        try:
            socket.create_connection((address, port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f'{address} port {port} does not answer')


def main(mta, accepts):
    told, answers = lines()
    os.umask(0o022)
    prepare(mta, accepts)
    if not accepts:
        users.write(KEY_FILE, f'{KEY}\n')
    if not accepts and mta in ('postfix', 'sendmail'):
        subprocess.Popen(['python3', '/lab/out/tag-milter', milter_of(mta), KEY_FILE, f'{SIGNED}@{domain_of(mta, False)}'])
        await_port('127.0.0.1', int(re.search(r'\d+', milter_of(mta))[0]))
    host = importlib.import_module(f'late_{mta}').Host(accepts)
    host.start()
    await_port(address_of(mta, accepts), 25)
    print('ready', file=answers, flush=True)
    for line in told:
        if line.strip() == 'busy':
            print('yes' if host.busy() else 'no', file=answers, flush=True)
            continue
        getattr(host, line.strip())()
        if line.strip() == 'stop':
            subprocess.run(['cp', '-a', '/var/mail', '/lab/out/mail'], check=True)
        print('done', file=answers, flush=True)


if __name__ == '__main__':
    main(sys.argv[2], sys.argv[1].endswith('-accepts'))
    os._exit(0) # no thread has anything left to do
