"""What `bouncelog COMMAND --help` says, as data: manuals and completions say the same because they
are made of it."""
import re
import subprocess
import textwrap
from dataclasses import dataclass, field

TEXT_COLUMN = 29  # where the words about an option begin


@dataclass
class Option:
    name: str  # with its hyphens
    short: str  # '' or e.g. '-o'
    value: str  # '' or e.g. 'FILE'


@dataclass
class Item:
    """Options that one text is about."""
    head: str
    text: str = ''
    options: list = field(default_factory=list)


@dataclass
class Block:
    kind: str  # 'heading', 'options', 'literal', 'paragraph', 'example', 'terms'
    text: str = ''
    items: list = field(default_factory=list)


@dataclass
class Command:
    name: str  # '' is the program itself
    summary: str
    usage: list
    blocks: list

    def items(self):
        return [item for block in self.blocks for item in block.items]

    def options(self):
        return [option for item in self.items() for option in item.options]

    def words(self):
        """The subcommands that the usage names: 'check', or 'show|allow'."""
        found = []
        for line in self.usage:
            match = re.match(rf'bouncelog {self.name} ([a-z|]+)(?= |$)', line)
            for word in match.group(1).split('|') if match else []:
                if word not in found:
                    found.append(word)
        return found

    def takes_files(self):
        """Operands in capitals that are files or folders."""
        return any(re.search(r'(?<![-A-Z] )(?<![-A-Z])\b(FILE|DIR|DB|LOG)\b',
                             re.sub(r'--?[\w-]+[ =][A-Z]+', '', line)) for line in self.usage)


def read_head(head):
    options, short = [], ''
    for match in re.finditer(r'(-[A-Za-z])(?=,| |$)|(--[a-z0-9-]+)(?:[ =]([^\s,]+))?', head):
        if match.group(1):
            short = match.group(1)
            continue
        value = match.group(3) or ''
        options.append(Option(match.group(2), short, '' if value.startswith('--') else value))
        short = ''
    return options


def read_items(lines):
    items = []
    for line in lines:
        if re.match(r' {2}(?: {4})?-', line):
            split = len(line) > TEXT_COLUMN and line[TEXT_COLUMN - 1] == ' '
            head = line[:TEXT_COLUMN].strip() if split else line.strip()
            text = line[TEXT_COLUMN:].strip() if split else ''
            if items and items[-1].head.endswith(','):  # a head of several lines
                items[-1] = Item(f'{items[-1].head} {head}', text, items[-1].options + read_head(head))
            else:
                items.append(Item(head, text, read_head(head)))
        elif items:
            items[-1].text = f'{items[-1].text} {line.strip()}'.strip()
    return items


def read_terms(lines):
    """`word   what it is`, with lines that go on further right."""
    items = []
    for line in lines:
        match = re.match(r' {0,2}([a-z][a-z-]*) {2,}(\S.*)', line)
        if match:
            items.append(Item(*match.groups()))
        else:
            items[-1].text += ' ' + line.strip()
    return items


def read_group(lines):
    """Lines between two empty ones."""
    blocks = []
    match = re.match(r'Examples?: *', lines[0])
    if match:
        lines[0] = ' ' * match.end() + lines[0][match.end():]
        return [Block('example', textwrap.dedent('\n'.join(line for line in lines if line.strip())))]
    if len(lines) > 1 and not lines[0].startswith(' ') and lines[1].startswith('  '):
        blocks.append(Block('heading', lines.pop(0).rstrip(':')))
    if re.match(r' {0,2}[a-z][a-z-]* {2,}\S', lines[0]) and not lines[0].startswith('  bouncelog'):
        blocks.append(Block('terms', items=read_terms(lines)))
    elif re.match(r' {2}(?: {4})?-', lines[0]):
        blocks.append(Block('options', items=read_items(lines)))
    elif lines[0].startswith(' '):
        blocks.append(Block('literal', '\n'.join(line[2:] for line in lines)))
    else:
        blocks.append(Block('paragraph', ' '.join(line.strip() for line in lines)))
    return blocks


def read_help(name, summary, text):
    groups = [group.split('\n') for group in re.split(r'\n{2,}', text.strip('\n'))]
    usage = []
    if groups[0][0].startswith('usage: '):
        usage = [re.sub(r'^(usage:)?\s*', '', line) for line in groups.pop(0)]
        joined = []
        for line in usage:  # a usage that is wrapped goes on in the next line
            if line.startswith('bouncelog ') or not joined:
                joined.append(line)
            else:
                joined[-1] += ' ' + line
        usage = joined
    return Command(name, summary, usage, [block for group in groups for block in read_group(group)])


def run(program, *arguments):
    result = subprocess.run([program, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            check=False)
    return result.returncode, result.stdout, result.stderr


def read_summaries(text):
    """What the main help says about each command, by name: behind the usage or in the lines below."""
    summaries, name = {}, ''
    for line in text.split('\n'):
        match = re.match(r'  bouncelog ([a-z]+)(?: \S+)*(?:  +(\S.*))?$', line)
        more = re.match(r' {12,}(\S.*)$', line)
        if match and match.group(1) != 'help':
            name = match.group(1)
            summaries.setdefault(name, '')
        elif not more:
            name = ''
        if name:
            words = (match.group(2) or '') if match else more.group(1)
            summaries[name] = ', '.join(filter(None, [summaries[name], words])) if match else \
                f'{summaries[name]} {words}'.strip()
    return summaries


def load(program):
    """The program's own help, then that of each command that it names."""
    code, text, _ = run(program, '--help')
    if code:
        raise SystemExit(f'{program} --help: exit {code}')
    main = read_help('', text.split('\n\n')[0].replace('\n', ' '), text)
    commands = []
    for name, summary in read_summaries(text).items():
        code, text, err = run(program, name, '--help')
        if code:
            raise SystemExit(f'{program} {name} --help: exit {code}: {err}')
        command = read_help(name, summary, text)
        if not summary:  # then the first sentence about it
            words = [block.text for block in command.blocks if block.kind == 'paragraph'] or [name]
            command.summary = words[0].split('. ')[0].rstrip('.')
        commands.append(command)
    return main, commands


def choices(program, command, option):
    """The words that an option takes, as the program lists them when it gets another one. The option
    that nobody knows sees to it that nothing is ever run or written."""
    if not option.value or option.name == '--help':
        return []
    value = 'x:?' if ':FORMAT' in option.value else '?'
    _, _, err = run(program, command.name, f'{option.name}={value}', '--no-such-option')
    match = re.search(r'unknown format .*\((.*)\)', err) or \
        re.search(r': expected (?:one of )?((?:[a-z0-9-]+, )*[a-z0-9-]+(?: or [a-z0-9-]+)?)$', err.strip())
    return re.split(r', | or ', match.group(1)) if match else []
