"""Text and a small part of Markdown as mdoc(7)."""
import re
import textwrap

MARKS = re.compile(r'`` (.+?) ``|`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]+\)')

def escape(text, code=False):
    text = text.replace('\\', '\\e')
    if code:
        return text.replace('-', '\\-')
    return re.sub(r'(?<![\w-])--?[a-z][a-z-]*', lambda match: match.group().replace('-', '\\-'), text)


def inline(text):
    """`code`, **strong**, *stressed* and [links](there)."""
    out, at = '', 0
    for match in MARKS.finditer(text):
        out += escape(text[at:match.start()])
        at = match.end()
        double, plain, strong, stress, label = match.groups()
        if plain or double:
            out += f'\\fB{escape(plain or double, True)}\\fR'
        elif strong:
            out += f'\\fB{inline_plain(strong)}\\fR'
        elif stress:
            out += f'\\fI{inline_plain(stress)}\\fR'
        else:
            out += inline_plain(label)
    return out + escape(text[at:])


def inline_plain(text):
    return escape(text.replace('`', ''))


def fill(text):
    """Lines of mdoc: a sentence begins a line, no line is long, none begins like a request."""
    lines = []
    text = re.sub(r'(?<=\w)(?<!e\.g)(?<!i\.e)([.!?][)"]?) +', '\\1\n', ' '.join(text.split()))
    for sentence in text.split('\n'):
        lines += textwrap.wrap(sentence, 78, break_long_words=False, break_on_hyphens=False)
    return ''.join(guard(line) + '\n' for line in lines)


def guard(line):
    return '\\&' + line if line[:1] in ('.', "'") else line


def literal(text):
    body = ''.join(guard(escape(line, True)) + '\n' for line in text.rstrip('\n').split('\n'))
    return f'.Bd -literal -offset indent\n{body}.Ed\n'


def paragraph(text):
    return '.Pp\n' + fill(inline(text))


def tagged(rows, width='Ds'):
    """A list of (term, text); terms are mdoc already."""
    body = ''.join(f'.It {term}\n{text}' for term, text in rows)
    return f'.Bl -tag -width {width}\n{body}.El\n'


def argument(text):
    """As the argument of a macro, on the macro's line."""
    text = text.replace('"', '\\(dq')
    return f'"{text}"' if ' ' in text or not text else text


def table(lines):
    cells = [[cell.strip().replace('\\|', '|') for cell in re.split(r'(?<!\\)\|', line.strip()[1:-1])]
             for line in lines]
    rows = [row for row in cells[2:] if any(row)]
    texts = [' '.join(cell for cell in row[1:] if cell) for row in rows]
    return tagged([('Xo\n' + fill(inline(row[0])) + '.Xc', fill(inline(text)) if text else '')
                   for row, text in zip(rows, texts)])


def bullets(lines):
    items = []
    for line in lines:
        if re.match(r'- ', line):
            items.append([line[2:]])
        else:
            items[-1].append(line[2:] if line.startswith('  ') else line)
    body = ''.join('.It\n' + re.sub(r'^\.Pp\n', '', blocks(item)) for item in items)
    return f'.Bl -bullet\n{body}.El\n'


def take(lines, at, wanted):
    end = at
    while end < len(lines) and wanted(lines[end]):
        end += 1
    return lines[at:end], end


def fenced(lines, at):
    body, end = take(lines, at + 1, lambda line: not line.startswith('```'))
    return '\n'.join(body), end + 1


def blocks(lines, top='Sh'):
    """Markdown without its title; ## is a section, ### a subsection."""
    out, at = '', 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif line.startswith('## '):
            out += f'.{top} {escape(line[3:].upper() if top == "Sh" else line[3:])}\n'
            at += 1
        elif line.startswith('### '):
            out += f'.Ss {escape(line[4:])}\n'
            at += 1
        elif line.startswith('```'):
            text, at = fenced(lines, at)
            out += literal(text)
        elif line.startswith('|'):
            rows, at = take(lines, at, lambda line: line.startswith('|'))
            out += table(rows)
        elif line.startswith('- '):
            rows, at = take(lines, at, lambda line: line.startswith(('- ', '  ')) or not line.strip())
            out += bullets(rows)
        else:
            rows, at = take(lines, at, lambda line: line.strip() and not line.startswith(('```', '|', '- ', '#')))
            out += paragraph(' '.join(rows))
    return tidy(out)


def tidy(text):
    """No paragraph break right behind a heading, and none before a list or display."""
    text = re.sub(r'^(\.S[hs] .*\n)\.Pp\n', r'\1', text, flags=re.M)
    return re.sub(r'\.Pp\n(?=\.(Bl|Bd))', '', text)


def markdown(text):
    lines = text.split('\n')
    return blocks(lines[1:] if lines[0].startswith('# ') else lines)


def page(name, section, date, summary, body):
    year, month, day = date.split('-')
    month = ('January February March April May June July August September October November '
             'December').split()[int(month) - 1]
    return tidy(f'.Dd {month} {int(day)}, {year}\n.Dt {name.upper()} {section}\n.Os\n.Sh NAME\n.Nm {name}\n'
                f'.Nd {escape(summary)}\n{body}')
