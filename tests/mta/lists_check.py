"""Makes what lists.py needs, or looks at what Exim answered.

usage: lists_check.py make|check FOLDER       BOUNCELOG: the program
"""
import os
import re
import subprocess
import sys

LISTED, UNLISTED = ('carla@example.com', 'CARLA@Example.COM'), ('ok@example.com', 'carla@example.org', 'xcarla@example.com')


def make(folder):
    """The list is written as a nightly run would write it: by root, for Exim's group."""
    path = f'{folder}/list'
    logs = [f'samples/rotated/{name}' for name in ('mail.log', 'mail.log.1', 'mail.log.2.gz')]
    subprocess.run([os.environ['BOUNCELOG'], 'scan', '--force', '-o', '/dev/null', '-s', f'{path}:exim,group=61001', *logs], check=True)
    made = os.stat(path)
    if (made.st_gid, made.st_mode & 0o777) != (61001, 0o640):
        sys.exit(f'lists: the list has group {made.st_gid} and mode {made.st_mode & 0o777:o}')
    with open('docs/LISTS.md', encoding='utf-8') as file:
        acl = re.search(r'^\*\*Exim\*\*.*?^```\n(.*?)^```', file.read(), re.M | re.S)[1]
    for name, text in (('acl', acl), ('rcpts', '\n'.join(LISTED + UNLISTED))):
        with open(f'{folder}/{name}', 'w', encoding='utf-8') as file:
            file.write(text)


def check(folder):
    with open(f'{folder}/said', encoding='utf-8') as file:
        answers = [line for line in file.read().splitlines() if re.match(r'[245]\d\d ', line)]
    rcpts = answers[-1 - len(LISTED + UNLISTED):-1]
    faults = [f'{rcpt}: {answer}' for rcpt, answer in zip(LISTED, rcpts) if not re.match('550 .*bouncelog', answer)]
    faults += [f'{rcpt}: {answer}' for rcpt, answer in zip(UNLISTED, rcpts[len(LISTED):]) if not answer.startswith('250 ')]
    if len(rcpts) != len(LISTED + UNLISTED):
        faults.append(f'answers: {answers}')
    for fault in faults:
        print(f'lists: {fault}')
    print(f'lists: {len(rcpts)} recipients, {len(faults)} faults')
    return bool(faults)


if __name__ == '__main__':
    sys.exit({'make': make, 'check': check}[sys.argv[1]](sys.argv[2]))
