"""The manual pages: what the tables of the program say, with what docs/man/ and the documents of docs/ add to it."""
import itertools
import json
import re
from pathlib import Path

import mdoc
import schema
import tables

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


def option_term(options):
    """`Fl o , Fl -output Ar FILE`, for each option of one text."""
    parts = []
    for option in options:
        names = [f'Fl {option.letter}'] if option.letter else []
        names = ' , '.join(names + [f'Fl -{option.name}'])
        if option.value and option.may_lack:
            parts.append(f'{names} Ns Oo = Ns Ar {mdoc.argument(option.value)} Oc')
        else:
            parts.append(f'{names} Ar {mdoc.argument(option.value)}' if option.value else names)
    return ' , '.join(parts)


def exit_section(command):
    return mdoc.tagged([(row.code, mdoc.fill(mdoc.escape(row.help + '.'))) for row in command.exits]) \
        if command.exits else ''


def options_section(options, with_groups):
    text = ''
    for group, rows in itertools.groupby(options, key=lambda option: option.group if with_groups else None):
        items = [(option_term(row), mdoc.fill(mdoc.inline(row[0].help))) for row in tables.together(rows)]
        text += (f'.Ss {mdoc.escape(group)}\n' if group else '') + mdoc.tagged(items)
    return text


def terms(macro, rows):
    return mdoc.tagged([(f'{macro} {name}', mdoc.fill(mdoc.inline(text))) for name, text in rows])


def body_of_program(whole):
    rows = [(mdoc.escape(f'bouncelog {command.name} {command.operands}', True), command.summary)
            for command in whole.commands]
    rows.append((mdoc.escape('bouncelog COMMAND --help', True), 'options of it (or: bouncelog help COMMAND)'))
    rows.append((mdoc.escape('bouncelog --version', True), 'version and libraries'))
    return {'DESCRIPTION': '.Pp\n' + mdoc.fill(mdoc.escape(whole.about)) + terms('Cm', rows),
            'OPTIONS': '', 'EXAMPLES': mdoc.literal(whole.example)}


def body_of_command(command):
    """DESCRIPTION, OPTIONS and EXAMPLES, as mdoc."""
    verbs = [(verb.name, verb.help) for verb in command.verbs if verb.help]
    about = '.Pp\n' + mdoc.fill(mdoc.escape(command.about)) if command.about else ''
    return {'DESCRIPTION': about + (terms('Cm', verbs) if verbs else ''),
            'OPTIONS': options_section(command.options, command.name == 'scan'),
            'EXAMPLES': mdoc.literal(command.example) if command.example else ''}


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


def page_of(source, own, said, summary, names, date):
    add_extra(said, extra(source, own, 1))
    said['SEE ALSO'] = see_also(names, own)
    return mdoc.page(own, 1, date, summary, assemble(said, ['SYNOPSIS', 'DESCRIPTION', 'OPTIONS']))


def program_page(source, whole, scan, names, date):
    said = body_of_program(whole)
    said['SYNOPSIS'] = synopsis(['bouncelog COMMAND [OPTIONS]', 'bouncelog --version'])
    said['EXIT STATUS'] = exit_section(scan)
    return page_of(source, 'bouncelog', said, 'what bounced, why, and whom to stop mailing', names, date)


def command_page(source, command, names, date):
    said = body_of_command(command)
    said['SYNOPSIS'] = synopsis([f'bouncelog {usage}' for usage in command.usages])
    said['EXIT STATUS'] = exit_section(command) or '0 done; 2 usage; for all others see\n.Xr bouncelog 1 .\n'
    return page_of(source, f'bouncelog-{command.name}', said, command.summary, names, date)


def settings(scan):
    """Every option of scan as a key of the configuration file."""
    rows = []
    for option in tables.in_files(scan):
        value = f'Ar {mdoc.argument(option.value)}' if option.value else 'Cm true'
        rows.append((f'Cm {tables.key(option)}:\\& {value}', mdoc.fill(mdoc.inline(option.help))))
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


def all_pages(source, whole, date):
    scan = tables.of_name(whole.commands, 'scan')
    names = [('bouncelog', 1)] + [(f'bouncelog-{command.name}', 1) for command in whole.commands] + \
        [(name, 5) for name in FORMATS]
    pages = {'bouncelog.1': program_page(source, whole, scan, names, date)}
    for command in whole.commands:
        pages[f'bouncelog-{command.name}.1'] = command_page(source, command, names, date)
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
