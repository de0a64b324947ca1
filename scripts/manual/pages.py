"""The manual pages: what --help says, with what docs/man/ and the documents of docs/ add to it."""
import json
import re
from pathlib import Path

import mdoc
import schema

# In the order that manuals have by convention; sections of our own stand before these.
USUAL = ['ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES', 'DIAGNOSTICS', 'SEE ALSO', 'STANDARDS', 'BUGS']
# Options, and words that are typed as they stand, in a usage whose hyphens are escaped.
WORDS_OF_OURS = r'(\\-\\-[a-z](?:\\-|[a-z0-9])*|\\-[a-z]\b|(?<![A-Za-z\\-])[a-z]{3,}(?![a-z]))'
FORMATS = {
    'bouncelog.yaml': 'configuration file of bouncelog',
    'bouncelog-json': 'summary, events and verdicts in JSON',
    'bouncelog-patterns': 'pattern files of bouncelog',
    'bouncelog-policy': 'when bouncelog suppresses an address',
}


def sections(text):
    """The sections of a Markdown text, by their titles in capitals; '' is what stands before them."""
    found, name = {}, ''
    fence = False
    for line in text.split('\n'):
        fence ^= line.startswith('```')
        if line.startswith('## ') and not fence:
            name = line[3:].strip().upper()
        elif not line.startswith('# ') or fence:
            found.setdefault(name, []).append(line)
    return found


def extra(source, name, section):
    path = source / 'docs' / 'man' / f'{name}.{section}.md'
    return sections(path.read_text(encoding='utf-8')) if path.exists() else {}


def synopsis(usage):
    out = ''
    for line in usage:
        words = line.split()
        at = 2 if len(words) > 1 and re.fullmatch(r'[a-z]+', words[1]) else 1
        out += f'.Nm {" ".join(words[:at])}\n'
        rest = mdoc.escape(' '.join(words[at:]), True)
        rest = re.sub(WORDS_OF_OURS, r'\\fB\1\\fR', rest)
        rest = re.sub(r'(?<![A-Za-z\\])([A-Z]{2,})(?![A-Za-z])', r'\\fI\1\\fR', rest)
        out += mdoc.guard(rest) + '\n' if rest else ''
    return out


def option_term(item):
    """`Fl o , Fl -output Ar FILE`, for each option of the item."""
    parts = []
    for option in item.options:
        names = ' , '.join(f'Fl {name[1:]}' for name in (option.short, option.name) if name)
        parts.append(f'{names} Ar {mdoc.argument(option.value)}' if option.value else names)
    return ' , '.join(parts) if ', -' in item.head and len(parts) > 1 else ' '.join(parts)


def exit_rows(text):
    """`0 done; 1 a condition held; ...` as (code, meaning)."""
    rows = re.findall(r'(\d+) ((?:(?!; \d+ ).)+)', text.rstrip('.'))
    return [(code, meaning.rstrip('; ')) for code, meaning in rows]


def exit_section(command):
    for block in command.blocks:
        if block.text.startswith('Exit code'):
            text = re.sub(r'^Exit codes?:\s*', '', block.text)
            first = re.search(r'(^|; )\d', text)
            lead = text[:first.start()] if first else text
            rows = [(code, mdoc.fill(mdoc.escape(meaning + '.'))) for code, meaning in exit_rows(text[len(lead):])]
            return (mdoc.fill(mdoc.escape(lead.rstrip('.') + '.')) if lead else '') + (mdoc.tagged(rows) if rows else '')
    return ''


def body_of_help(command):
    """DESCRIPTION, OPTIONS and EXAMPLES of the help, as mdoc."""
    said = {'DESCRIPTION': '', 'OPTIONS': '', 'EXAMPLES': ''}
    name = 'DESCRIPTION'
    for at, block in enumerate(command.blocks):
        if block.kind == 'heading':
            following = command.blocks[at + 1].kind if at + 1 < len(command.blocks) else ''
            name = 'OPTIONS' if following == 'options' else 'DESCRIPTION'
            said[name] += f'.Ss {mdoc.escape(block.text)}\n'
        elif block.kind == 'options':
            said['OPTIONS'] += mdoc.tagged([(option_term(item), mdoc.fill(mdoc.inline(item.text)))
                                            for item in block.items])
        elif block.kind == 'terms':
            said[name] += mdoc.tagged([(f'Cm {item.head}', mdoc.fill(mdoc.inline(item.text))) for item in block.items])
        elif block.kind == 'example':
            said['EXAMPLES'] += mdoc.literal(block.text)
        elif not block.text.startswith('Exit code'):
            target = 'DESCRIPTION' if not said['OPTIONS'] else 'OPTIONS'
            said[target] += mdoc.literal(block.text) if block.kind == 'literal' else \
                '.Pp\n' + mdoc.fill(mdoc.escape(block.text))
    return said


def see_also(names, own):
    rows = [f'.Xr {name} {section}' for name, section in sorted(names, key=lambda n: (n[1], n[0])) if name != own]
    return ' ,\n'.join(rows) + '\n'


def assemble(said, order):
    ours = [name for name in said if name and name not in order and name not in USUAL]
    text = ''
    for name in order + ours + USUAL:
        if said.get(name, '').strip():
            text += f'.Sh {name}\n{said[name]}'
    return text


def add_extra(said, more):
    for name, lines in more.items():
        text = mdoc.blocks(lines, 'Ss')
        if text:
            said[name or 'DESCRIPTION'] = said.get(name or 'DESCRIPTION', '') + text


def command_page(source, command, scan, names, date):
    own = f'bouncelog-{command.name}' if command.name else 'bouncelog'
    said = body_of_help(command)
    usage = command.usage or ['bouncelog COMMAND [OPTIONS]', 'bouncelog --version']
    said['SYNOPSIS'] = synopsis(usage)
    said['EXIT STATUS'] = exit_section(command) or (
        exit_section(scan) if not command.name else
        '0 done; 2 usage; for all others see\n.Xr bouncelog 1 .\n')
    add_extra(said, extra(source, own, 1))
    said['SEE ALSO'] = see_also(names, own)
    summary = command.summary if command.name else 'what bounced, why, and whom to stop mailing'
    return mdoc.page(own, 1, date, summary, assemble(said, ['SYNOPSIS', 'DESCRIPTION', 'OPTIONS']))


def settings(scan):
    """Every option of scan as a key of the configuration file."""
    rows = []
    for item in scan.items():
        for option in item.options:
            key = option.name[2:].replace('-', '_')
            if key not in ('config', 'print-config', 'print_config', 'help'):
                value = f'Ar {mdoc.argument(option.value)}' if option.value else 'Cm true'
                rows.append((f'Cm {key}:\\& {value}', mdoc.fill(mdoc.inline(item.text))))
    return mdoc.tagged(rows)


def format_bodies(source, scan):
    """Sections of each page of section 5, before docs/man adds its own."""
    read = lambda path: (source / path).read_text(encoding='utf-8')
    load = lambda name: json.loads(read(f'docs/schemas/{name}'))
    bodies = {name: {} for name in FORMATS}
    bodies['bouncelog.yaml']['SETTINGS'] = settings(scan)
    for path in sorted((source / 'docs' / 'schemas').glob('*.schema.json')):
        name = path.name.split('.')[0]
        title = {'summary': 'THE SUMMARY', 'event': 'AN EVENT', 'explain': 'A VERDICT'}.get(name, name.upper())
        bodies['bouncelog-json'][title] = schema.describe(load(path.name), {'common.json': load('common.json')})
    add_extra(bodies['bouncelog-patterns'], sections(read('docs/PATTERNS.md')))
    add_extra(bodies['bouncelog-policy'], sections(read('docs/POLICY.md')))
    bodies['bouncelog-policy']['THE BUILT-IN POLICY'] = mdoc.literal(read('patterns/policy.yaml'))
    return bodies


def all_pages(source, main, commands, date):
    scan = next(command for command in commands if command.name == 'scan')
    names = [('bouncelog', 1)] + [(f'bouncelog-{command.name}', 1) for command in commands] + \
        [(name, 5) for name in FORMATS]
    pages = {}
    for command in [main] + commands:
        own = f'bouncelog-{command.name}' if command.name else 'bouncelog'
        pages[f'{own}.1'] = command_page(source, command, scan, names, date)
    for name, said in format_bodies(source, scan).items():
        more = extra(source, name, 5)
        lead = {key: more.pop(key) for key in ('', 'DESCRIPTION') if key in more}
        head = {}
        add_extra(head, lead)
        head['DESCRIPTION'] = head.get('DESCRIPTION', '') + said.pop('DESCRIPTION', '')
        said = {**head, **said}
        add_extra(said, more)
        said['SEE ALSO'] = see_also(names, name)
        pages[f'{name}.5'] = mdoc.page(name, 5, date, FORMATS[name], assemble(said, ['DESCRIPTION']))
    return pages
