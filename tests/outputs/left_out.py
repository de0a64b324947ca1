#!/usr/bin/env python3
"""--suppress-in-summary: the summary has all that are to be suppressed, those that are new, or the first ones; it counts the others, and the
lists have all. `changes` compares no summary that leaves somebody out."""
import json, os, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    expect(f'{arguments}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return done


def fails(day, names):
    return ''.join(f'Nov {day:2d} 03:00:{number:02d} mx1 postfix/smtp[9]: {0x30000000 + day * 100 + number:X}: to=<{name}@x.example>, '
                   'relay=mx.x.example[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.x.example[198.51.100.7] said: '
                   '550 5.1.1 User unknown (in reply to RCPT TO command))\n' for number, name in enumerate(names))


def split(summary):
    """Who is in it, the others, and all the rest of the summary."""
    rest = {key: value for key, value in summary.items() if key not in ('suppress', 'suppress_left_out')}
    return [row['address'] for row in summary['suppress']], summary.get('suppress_left_out'), rest


with tempfile.TemporaryDirectory() as folder:
    log, listing = f'{folder}/log', f'{folder}/list'
    old, new = [f'old{n}' for n in range(4)], ['a-new', 'z-new']
    everybody = sorted(f'{name}@x.example' for name in old + new)
    with open(log, 'w') as file:
        file.write(fails(2, old))
    scan = ['scan', '--timezone', 'UTC', '--year', '2026', '--force', '-s', listing]
    run(*scan, '-d', f'{folder}/before', '-o', '/dev/null', log)
    with open(log, 'a') as file:
        file.write(fails(3, new))

    def night(command, *options):
        shutil.copy(f'{folder}/before', f'{folder}/db')
        if command == 'scan':
            return run(*scan, '-d', f'{folder}/db', *options, log).stdout
        run(*scan, '-d', f'{folder}/db', '-o', '/dev/null', log)
        return run('report', '-d', f'{folder}/db', '--force', '-s', listing, *options).stdout

    for command in 'scan', 'report':
        whole, none, rest = split(json.loads(night(command)))
        expect(f'{command}: all: {whole} {none}', whole == everybody and none is None)
        expect(f'{command}: all by name', night(command, '--suppress-in-summary', 'all') == night(command))
        wanted = {'new': [f'{name}@x.example' for name in new] if command == 'scan' else [], 'top': everybody[:3]}
        for which, want in wanted.items():
            os.remove(listing)
            shown, left, others = split(json.loads(night(command, '--suppress-in-summary', which, '--top', '3')))
            expect(f'{command} {which}: {shown}', shown == want)
            expect(f'{command} {which}: {left}', left == {'count': len(everybody) - len(want), 'lists': [listing]})
            expect(f'{command} {which}: the list', open(listing).read().split() == everybody)
            expect(f'{command} {which}: another summary', others == split(json.loads(night(command, '--top', '3')))[2])
    shown, left, _ = split(json.loads(night('scan', '--suppress-in-summary', 'top')))
    expect(f'there is room for all: {shown} {left}', shown == everybody and left == {'count': 0, 'lists': [listing]})

    for name, options in ('whole', []), ('part', ['--suppress-in-summary', 'new']), ('room', ['--suppress-in-summary', 'top']):
        with open(f'{folder}/{name}.json', 'w') as file:
            file.write(night('scan', *options))
    run('changes', f'{folder}/whole.json', f'{folder}/room.json')
    for pair in ('part', 'whole'), ('whole', 'part'):
        told = run('changes', *(f'{folder}/{name}.json' for name in pair), code=3).stderr
        expect(f'changes: {told}', told == f'bouncelog: {folder}/part.json: leaves out 4 addresses to suppress: to be compared, it is to be '
               'written without --suppress-in-summary\n')
    told = run('scan', '--suppress-in-summary', 'some', log, code=2).stderr
    expect(f'some: {told}', told == "bouncelog: --suppress-in-summary 'some': expected one of all, new, top\n")
finish()
