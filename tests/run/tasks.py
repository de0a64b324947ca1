"""37 tasks of somebody who is new to bouncelog, or who looks after deliverability: what the person wants, the commands as they would be
typed, and what must be seen. tests/run/tasks/ has them, and the logs that they read.

Whole lines are compared, and all of standard error. Each expectation must be able to fail: it is tried against what was seen, with one
line changed at a time, and has to notice.

usage: tasks.py [NUMBER...]     these alone, with what was seen"""
import os, re, shutil, subprocess, sys, tempfile

sys.path[:0] = ['tests/support', 'tests/run/tasks']
from checks import PROGRAM, expect, fault, finish
import addresses, figures, first, logs, outputs

TASKS = first.TASKS + figures.TASKS + addresses.TASKS + outputs.TASKS
GAP = '...'  # any number of lines
VERSION = re.search(r'project\(bouncelog\s+VERSION ([\d.]+)', open('CMakeLists.txt', encoding='utf-8').read()).group(1)


def holds(wanted, got):
    """Is `got` what is wanted: the same lines, but for the gaps?"""
    blocks, lines = [[]], got.split('\n')
    for line in wanted.split('\n'):
        if line == GAP:
            blocks.append([])
        else:
            blocks[-1].append(line)
    if len(blocks) == 1:
        return lines == blocks[0]
    head, tail = blocks[0], blocks[-1]
    if len(lines) < len(head) + len(tail) or lines[:len(head)] != head or lines[len(lines) - len(tail):] != tail:
        return False
    at, end = len(head), len(lines) - len(tail)
    for block in blocks[1:-1]:
        at = next((i + len(block) for i in range(at, end - len(block) + 1) if lines[i:i + len(block)] == block), None)
        if at is None:
            return False
    return True


def faults_of(step, code, out, err):
    """What is wrong with what was seen."""
    if code != step.get('code', 0):
        yield f'exit {code}, not {step.get("code", 0)}'
    if not holds(step.get('out', ''), out):
        yield 'other output'
    if err != step.get('err', ''):
        yield 'other messages'
    for words in step.get('unseen', ()):
        if words in out or words in err:
            yield f'it says {words!r}'


def check_expectation(what, step, code, out, err):
    """Would it notice another exit code, another line, words that must not be there?"""
    others = [(code + 1, out, err)]
    others += [(code, out, err + words) for words in step.get('unseen', ())]
    others += [(code, out, '\n'.join(line + 'x' if line == each else line for line in err.split('\n'))) for each in err.split('\n')]
    others += [(code, '\n'.join(line + 'x' if line == each else line for line in out.split('\n')), err)
               for each in step.get('out', '').split('\n') if each != GAP]
    for other in others:
        expect(f'{what}: {other} would pass', any(faults_of(step, *other)))
    expect(f'{what}: nothing is expected', step.get('out', '') not in ('', GAP) or step.get('err') or step.get('quiet'))


def run(command, folder, environment):
    done = subprocess.run(['sh', '-c', command], capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=folder, env=environment,
                          errors='backslashreplace')
    strip = lambda text: text[:-1] if text.endswith('\n') else text
    # A build that counts what runs cannot write its counters as another user, and says so.
    messages = strip(re.sub(r'^profiling:.*\n', '', done.stderr, flags=re.M))
    return done.returncode, strip(done.stdout), messages


def why_not(command, folder, environment):
    """Why a command cannot be tried here; empty: it can."""
    missing = [tool for tool in ('jq', 'setpriv') if re.search(rf'\b{tool}\b', command) and not shutil.which(tool)]
    if missing:
        return f'there is no {missing[0]}'
    if 'setpriv' in command and os.geteuid() != 0:
        return 'only root can become nobody'
    if 'setpriv' in command and run('setpriv --reuid 65534 --regid 65534 --clear-groups bouncelog --version', folder, environment)[0] != 0:
        return 'nobody may not run the program where it lies'
    return ''


def try_task(number, wish, steps, show):
    """In a folder of its own, so that tasks stand in no order."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        logs.write_all(folder)
        os.mkdir(f'{folder}/bin')
        os.symlink(os.path.abspath(PROGRAM), f'{folder}/bin/bouncelog')
        environment = dict(os.environ, SOURCE_DATE_EPOCH=str(logs.NOW), PATH=f'{folder}/bin:{os.environ["PATH"]}')
        for command, step in steps:
            what = f'task {number}, {wish} $ {command}'
            reason = why_not(command, folder, environment)
            if reason:
                print(f'tasks: task {number}: not tried: {command}: {reason}')
                continue
            step = {key: value.replace('VERSION', VERSION) if isinstance(value, str) else value for key, value in step.items()}
            seen = run(command, folder, environment)
            if show:
                print(f'{what}\n{seen[1]}\n{seen[2]}\n[exit {seen[0]}]')
            found = list(faults_of(step, *seen))
            if found:
                fault(f'{what}\n  {"; ".join(found)}\n{seen[1]}\n{seen[2]}')
            else:
                check_expectation(what, step, *seen)


chosen = [int(word) for word in sys.argv[1:]]
expect(f'{len(TASKS)} tasks', len(TASKS) == 37)
for number, (wish, *steps) in enumerate(TASKS, 1):
    if not chosen or number in chosen:
        try_task(number, wish, steps, bool(chosen))
finish(f'{len(chosen or TASKS)} tasks')
