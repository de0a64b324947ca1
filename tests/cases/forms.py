"""Forms that logs have, each with what is right (tests/cases/forms/*.txt; support/forms.py says how they are written): each form
by itself, each three times in one log, and all headers in one log in any order, for no line's reading may depend on the lines before.
Where lines of all forms stand in one log, some with nothing around them, nothing is taken off any: there a line is right or not read.

usage: forms.py [--show] [--list] [--each] [NAME...]     of the named forms only; --show prints their lines, --list a line for each
form; --each reads each form in a run of its own, which says how its lines were counted, and takes minutes"""
import concurrent.futures, json, os, random, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
import forms
from checks import PROGRAM, expect, fault, finish

COPIES, SEEDS = 3, (1, 2, 3)
flags = [word for word in sys.argv[1:] if word.startswith('--')]
names = [word for word in sys.argv[1:] if not word.startswith('--')]


def scan(paths, args, events, summary):
    """Runs the program; its status, what it said, and its events by file."""
    command = [PROGRAM, 'scan', '--timezone', 'UTC', *args, '-e', events, '--events-include', 'all', '-o', summary, *paths]
    done = subprocess.run(command, stderr=subprocess.PIPE)
    found = {path: [] for path in paths}
    if os.path.exists(events):
        for line in open(events, encoding='utf-8'):
            event = json.loads(line)
            found[event['source']['file']].append(event)
    return done.returncode, done.stderr.decode(errors='replace').strip(), found


def misread(wanted, events):
    """What is wrong with the events of one log, in words; None: nothing."""
    left = {event['recipient']: event for event in events}
    if len(left) != len(events):
        return 'a recipient has two events'
    for want in wanted:
        event = left.pop(want.recipient, None)
        if not event:
            return 'is not read'
        got = (event['outcome'], event['code'], event['enhanced'], event['mta'])
        if got != ('bounced', 550, '5.1.1', want.mta):
            return f'outcome, code and MTA are {got}'
        if not event['text'].endswith(want.text):
            return f'words are {event["text"]!r}'
        if want.hosts and (event['host'] or '-') not in want.hosts:
            return f'host is {event["host"]}, not {" or ".join(want.hosts)}'
        if want.times and (event['time'] or '-') not in want.times:
            return f'time is {event["time"]}, not {" or ".join(want.times)}'
    return f'{sorted(left)[0]} is read, who is nobody\'s recipient' if left else None


def alone(case, folder):
    """Why a case by itself is not right; None: it is."""
    path, stem = os.path.join(folder, case.name), os.path.join(folder, 'alone-' + case.name)
    with open(path, 'wb') as file:
        file.write(case.log(1))
    status, said, found = scan([path], case.args, stem + '.events', stem + '.json')
    if status not in (0, 3):
        return f'exit {status}: {said}'
    summary = json.load(open(stem + '.json', encoding='utf-8'))
    lines, error, wrong = summary['lines'], summary['inputs'][0]['error'], misread(case.wanted(1), found[path])
    buckets = ', '.join(f'{key} {value}' for key, value in lines.items() if value and key != 'total')
    refused = bool(error) and status == 3 and not found[path]
    if case.right == 'read':
        if wrong or lines['unparsed']:
            return f'{wrong or "a line is unparsed"} ({buckets})'
        return None
    if case.right == 'told' and (not wrong or refused or (lines['unparsed'] and not found[path])):
        return None
    if case.right == 'named' and (not wrong or refused):
        return None
    if case.right in ('told', 'named'):
        return f'{wrong}, and nothing is said (exit {status}, {buckets})'
    if found[path]:
        return f'{found[path][0]["recipient"]} is {found[path][0]["outcome"]} ({buckets})'
    if case.right == 'none':
        return None
    strict = len(case.units(1)) == 1 and not case.apart and lines[case.right] != lines['total']
    if lines['unparsed'] or not lines[case.right] or strict:
        return f'is not {case.right} ({buckets})'
    return None


def judge(case, events, copies, plain=True):
    """The events of one case among others; plain: what is read by itself must be read here."""
    wrong = misread(case.wanted(copies), events)
    if case.right == 'read' and plain:
        return wrong
    if case.right in ('read', 'told', 'named'):
        return wrong if events else None
    return f'{events[0]["recipient"]} is {events[0]["outcome"]}' if events else None


def together(cases, folder, copies):
    """Each case in a log of its own, all logs of the same options in one run; what is wrong by name of the case."""
    faults = {}
    for args in sorted({tuple(case.args) for case in cases}):
        those = {os.path.join(folder, f'{copies}-{case.name}'): case for case in cases if tuple(case.args) == args}
        for path, case in those.items():
            with open(path, 'wb') as file:
                file.write(case.log(copies))
        status, said, found = scan(list(those), list(args), os.path.join(folder, 'events'), os.path.join(folder, 'summary'))
        expect(f'exit {status}: {said}', status in (0, 3))
        wrong = {case.name: why for path, case in those.items() if (why := judge(case, found[path], copies))}
        unparsed = json.load(open(os.path.join(folder, 'summary'), encoding='utf-8'))['lines']['unparsed']
        if not wrong and all(case.right == 'read' for case in those.values()):
            expect(f'all is read, and {unparsed} lines are unparsed: --each tells which', not unparsed)
        faults |= wrong
    return faults


def shuffled(cases, folder, seed, plain):
    """All in one log; of those only that need no beginning and no end of a file of their own. plain: of headers, with nothing around."""
    cases = [case for case in cases if not case.apart and (not plain or case.form.file in ('headers.txt', 'months.txt'))]
    units = [(case, case.unit(0)) for case in cases]
    random.Random(seed).shuffle(units)
    path = os.path.join(folder, f'shuffled-{seed}-{plain}')
    with open(path, 'wb') as file:
        file.write(b''.join(unit for _, unit in units))
    status, said, found = scan([path], ['--year', '2026'], path + '.events', path + '.json')
    expect(f'shuffled: exit {status}: {said}', status in (0, 3))
    owner = {want.recipient: case for case in cases for want in case.wanted(1) + case.unwanted(1)}
    events = {case.name: [] for case in cases}
    for event in found[path]:
        if event['recipient'] in owner:
            events[owner[event['recipient']].name].append(event)
        else:
            fault(f'shuffled: {event["recipient"]} is read, who is nobody\'s recipient')
    return {case.name: why for case in cases if (why := judge(case, events[case.name], 1, plain))}


def main():
    table = forms.read('tests/cases/forms')
    if names:
        table = [form for form in table if form.name in names]
    cases = [case for form in table for case in form.cases]
    if '--show' in flags:
        for case in cases:
            sys.stdout.buffer.write(b'# ' + case.name.encode() + b'\n' + case.log(1) + b'\n')
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = [case for case in cases if case.right == 'read' and '--each' not in flags]
        by_itself = together(plain, folder, 1)
        rest = [case for case in cases if case not in plain]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            by_itself |= {case.name: why for case, why in zip(rest, pool.map(lambda case: alone(case, folder), rest)) if why}
        others = {f'{COPIES} times': together(cases, folder, COPIES)}
        others |= {f'shuffled {seed}': shuffled(cases, folder, seed, True) for seed in SEEDS}
        others |= {f'mixed {seed}': shuffled(cases, folder, seed, False) for seed in SEEDS}
    for case in cases:
        if case.name in by_itself:
            fault(f'{case.name} ({case.form.file}:{case.form.line}): {by_itself[case.name]}')
        else: # what goes wrong by itself is told once
            for how, those in others.items():
                if case.name in those:
                    fault(f'{case.name} ({case.form.file}:{case.form.line}), {how}: {those[case.name]}')
    good = {form.name for form in table if not any(case.name in by_itself or any(case.name in those for those in others.values())
                                                     for case in form.cases)}
    if '--list' in flags:
        for form in table:
            print(f'{"right" if form.name in good else "FAULT"}  {form.right:7}  {form.name}: {form.source}')
    read = sum(form.right in ('read', 'told', 'named') for form in table)
    right = sum(form.name in good for form in table if form.right in ('read', 'told', 'named'))
    controls = len(table) - read
    finish(f'{read} forms, {right} read, {controls} controls, {sum(f.name in good for f in table if f.right not in ("read", "told", "named"))} '
           f'of them left alone, {len(cases)} logs')


main()
