"""What scripts of this folder share: the program under test, and what is expected of it. An expectation that does not hold is told
under the script's name and counted; finish() ends the script."""
import os, sys

PROGRAM, NAME, faults = os.environ['BOUNCELOG'], os.path.splitext(os.path.basename(sys.argv[0]))[0], 0


def expect(what, holds):
    global faults
    if not holds:
        print(f'{NAME}: {what}')
        faults += 1


def finish():
    print(f'{NAME}: {faults} faults')
    sys.exit(faults > 0)
