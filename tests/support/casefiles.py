"""Files of cases: what goes in, and at once below what has to come out.

    # What the file is about.

    > one line of input
    {"the": "line of output"}

    x> a line that holds bytes which no text should: \\x00\\xFF
    {"the": "line of output"}

Behind `x> ` each \\xNN stands for a byte, behind `> ` nothing stands for anything else. A blank line ends a case; lines that
begin with # stand between cases."""
import re, sys
from dataclasses import dataclass


@dataclass
class Case:
    before: bytes    # blank lines and remarks in front of it, as they are
    line: int        # where the input stands
    input: bytes     # without its newline
    expected: bytes  # the lines of output, each with its newline


def decode(line):
    """The input that a line stands for; None: the line is none."""
    if line == b'>' or line.startswith(b'> '):
        return line[2:]
    if line.startswith(b'x> '):
        return re.sub(rb'\\x([0-9A-F]{2})', lambda found: bytes([int(found[1], 16)]), line[3:])
    return None


def is_plain(data):
    """Whether an editor shows these bytes and keeps them."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return text.replace('\t', ' ').isprintable() and text.rstrip() == text


def encode(data):
    if is_plain(data):
        return b'> ' + data if data else b'>'
    data = re.sub(rb'\\(?=x[0-9A-F]{2})', rb'\\x5C', data)
    text = re.sub(rb'[^\t -~]|[\t ]$', lambda found: b'\\x%02X' % found[0][0], data)
    return b'x> ' + text


def read(path):
    """The cases of a file. ValueError: the file is not of this form."""
    cases, before, open_case = [], b'', None
    with open(path, 'rb') as file:
        lines = file.read().split(b'\n')
    if lines.pop() != b'':
        raise ValueError(f'{path}: the last line has no end')
    for number, line in enumerate(lines, 1):
        if line and open_case:
            open_case.expected += line + b'\n'
            continue
        open_case = None
        if not line or line.startswith(b'#'):
            before += line + b'\n'
        elif (data := decode(line)) is not None:
            open_case = Case(before, number, data, b'')
            cases.append(open_case)
            before = b''
        else:
            raise ValueError(f'{path}:{number}: neither an input nor a remark')
    return cases


def write(path, cases):
    with open(path, 'wb') as file:
        for case in cases:
            file.write(case.before + encode(case.input) + b'\n' + case.expected)


def inputs(paths):
    """The inputs of some files, as a program reads them."""
    return b''.join(case.input + b'\n' for path in paths for case in read(path))


if __name__ == '__main__': # usage: casefiles.py FILE...     prints the inputs
    sys.stdout.buffer.write(inputs(sys.argv[1:]))
