"""What the scripts share: the program under test, its surroundings, and what is expected of it. Every fault is told under the
script's name and counted; finish() ends the script. Scripts run in the source folder."""
import os, sys

PROGRAM, NAME, faults = os.environ['BOUNCELOG'], os.path.splitext(os.path.basename(sys.argv[0]))[0], 0
os.environ.update(TZ='UTC', LC_ALL='C', SOURCE_DATE_EPOCH='1795478400', PYTHONDONTWRITEBYTECODE='1')
for stream in sys.stdout, sys.stderr:
    stream.reconfigure(encoding='utf-8', errors='backslashreplace')


def fault(what):
    global faults
    print(f'{NAME}: {what}')
    faults += 1


def expect(what, holds):
    if not holds:
        fault(what)


def skip(why):
    print(f'{NAME}: skipped: {why}')
    sys.exit(77)


def finish(said=''):
    print(f'{NAME}: {said + ", " if said else ""}{faults} faults')
    sys.exit(faults > 0)
