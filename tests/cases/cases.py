"""Each input of *.cases, a reply or a log line, and what `explain --json -` says to it, below it (support/casefiles.py).

usage: cases.py [--update]     compares, or writes down what is said now"""
import glob, subprocess, sys

sys.path.insert(0, 'tests/support')
import casefiles
from checks import PROGRAM, expect, fault, finish


def explain(cases):
    """A line of output for each line of input."""
    text = b''.join(case.input + b'\n' for case in cases)
    done = subprocess.run([PROGRAM, 'explain', '--json', '-'], input=text, stdout=subprocess.PIPE, check=True)
    return done.stdout.splitlines(keepends=True)


def shown(data):
    return data.decode(errors='backslashreplace').rstrip('\n')


def check(path, update):
    cases = casefiles.read(path)
    said = explain(cases)
    if len(said) != len(cases):
        fault(f'{path}: {len(said)} lines of output for {len(cases)} inputs')
        return 0
    for case, line in zip(cases, said):
        if update:
            case.expected = line
        elif case.expected != line:
            fault(f'{path}:{case.line}: {shown(case.input)}\n  expected {shown(case.expected)}\n  came     {shown(line)}')
    if update:
        casefiles.write(path, cases)
    return len(cases)


count = sum(check(path, '--update' in sys.argv[1:]) for path in sorted(glob.glob('tests/cases/*.cases')))
expect('there are no cases', count)
finish(f'{count} cases')
