"""The program's tables of commands and options, as `bouncelog --dump-options` prints them: manuals,
completions and the first configuration file say what --help says because they are made of the same."""
import itertools
import json
import subprocess
from types import SimpleNamespace


def load(program):
    """The program, with .commands; a command, with .options; all of src/cli/options/dump.c."""
    text = subprocess.run([program, '--dump-options'], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(text, object_hook=lambda fields: SimpleNamespace(**fields))


def of_name(rows, name):
    return next(row for row in rows if row.name == name)


def together(options):
    """Neighbours with one text, which are described together."""
    return [list(rows) for _, rows in itertools.groupby(options, key=lambda option: option.help)]


def in_files(command):
    """The options that may stand in a configuration file."""
    return [option for option in command.options if option.counts != 'command line']


def key(option):
    """What it is called in there."""
    return option.name.replace('-', '_')
