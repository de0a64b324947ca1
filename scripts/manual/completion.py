"""Completion for bash, zsh and fish."""
import re

import tables

# What is completed for each type of value; words where it has any.
KINDS = {'flag': '', 'file': 'file', 'folder': 'folder', 'lists': 'file'}


def short_text(text):
    text = re.split(r', e\.g\.|[;.:](?: |$)| \(', text, maxsplit=1)[0].strip()
    return text if len(text) <= 70 else text[:67].rsplit(' ', 1)[0] + '...'


class Known:
    """An option with all that a shell wants to know of it."""

    def __init__(self, option, scan):
        self.name, self.value = f'--{option.name}', option.value or ''
        self.short = f'-{option.letter}' if option.letter else ''
        text = (tables.of_name(scan.options, option.name) if option.as_scan else option).help
        self.text = text.split(';')[0] if re.match(r'\w+(,| \(default)', text) else short_text(text)
        self.repeats, self.choices, self.may_lack = option.repeats, option.words, option.may_lack
        self.formats = option.words if option.type == 'lists' else []
        self.kind = KINDS.get(option.type, 'choice' if option.words else 'word')


def words_of(command):
    return [verb.name for verb in command.verbs]


def gather(commands):
    scan = tables.of_name(commands, 'scan')
    return [(command, [Known(option, scan) for option in command.options]) for command in commands]


def bash_values(options):
    lines = ''
    for option in options:
        if option.may_lack:  # what follows is no value of it
            continue
        names = '|'.join(name for name in (option.short, option.name) if name)
        if option.formats:
            lines += f'        {names}) _bouncelog_list "{" ".join(option.formats)}" ;;\n'
        elif option.kind == 'choice':
            lines += f'        {names}) COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$cur")) ;;\n'
        elif option.kind in ('file', 'folder'):
            lines += f'        {names}) _bouncelog_files {"-d" if option.kind == "folder" else "-f"} ;;\n'
        elif option.kind == 'word':
            lines += f'        {names}) ;;\n'
    return lines


def scan_of(known):
    """`bouncelog FILE` has the options of scan."""
    return next((command, options) for command, options in known if command.name == 'scan')


BASH = '''# Completion of bouncelog for bash; made of its table of options.

_bouncelog_files() {
    local IFS=$'\\n'
    compopt -o filenames 2> /dev/null
    COMPREPLY=($(compgen "$1" -- "$cur"))
}

# FILE:FORMAT; bash takes the colon for a word of its own.
_bouncelog_list() {
    case $after in
    :) COMPREPLY=($(compgen -W "$1" -- "${cur#:}")) ;;
    *) _bouncelog_files -f ;;
    esac
}

_bouncelog() {
    local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} option='' after='' at=$COMP_CWORD
    COMPREPLY=()
    if [ "$COMP_CWORD" -le 1 ]; then
        COMPREPLY=($(compgen -W "@NAMES@ help --help --version" -- "$cur"))
        [ ${#COMPREPLY[@]} -gt 0 ] || _bouncelog_files -f
        return
    fi
    # The word before, over "=" and "FILE:" of the same word.
    case $cur in
    = | :) after=$cur cur='' at=$((at + 1)) ;;
    *) after=${COMP_WORDS[at - 1]} ;;
    esac
    case $after in
    =) option=${COMP_WORDS[at - 2]} ;;
    :)
        option=${COMP_WORDS[at - 3]}
        [ "$option" != = ] || option=${COMP_WORDS[at - 4]}
        ;;
    *) option=$after ;;
    esac
    case $command in
@COMMANDS@    help) COMPREPLY=($(compgen -W "@NAMES@" -- "$cur")) ;;
@FILES@    esac
}
complete -F _bouncelog bouncelog
'''


def bash_command(command, options):
    with_value = bash_values(options)
    words = ' '.join(sorted({name for option in options for name in (option.short, option.name) if name}))
    first = ' '.join(words_of(command))
    rest = '_bouncelog_files -f' if command.takes_files else 'COMPREPLY=()'
    if first:
        rest = (f'if [ "$COMP_CWORD" -gt 2 ]; then {rest}; '
                f'else COMPREPLY=($(compgen -W "{first}" -- "$cur")); fi')
    return (f'    {command.name})\n        case $option in\n{with_value}        *)\n            case $cur in\n'
            f'            -*) COMPREPLY=($(compgen -W "{words}" -- "$cur")) ;;\n            *) {rest} ;;\n'
            f'            esac\n            ;;\n        esac\n        ;;\n')


def bash(known):
    names = ' '.join(command.name for command, _ in known)
    commands = ''.join(bash_command(command, options) for command, options in known)
    files = bash_command(*scan_of(known)).replace('    scan)', '    *)', 1)
    return BASH.replace('@NAMES@', names).replace('@COMMANDS@', commands).replace('@FILES@', files)


def zsh_text(text):
    text = re.sub(r'([\[\]:\\])', r'\\\1', text)
    return text.replace("'", "'\\''")


def zsh_option(option):
    action = ''
    if option.formats:
        action = f':{zsh_text(option.value)}:_files'
    elif option.kind == 'choice':
        action = f'{":" * (1 + option.may_lack)}{zsh_text(option.value)}:({" ".join(option.choices)})'
    elif option.kind:
        shown = {'file': '_files', 'folder': '_files -/', 'word': ' '}[option.kind]
        action = f'{":" * (1 + option.may_lack)}{zsh_text(option.value)}:{shown}'
    star = '*' if option.repeats else ''
    both = f"'({option.short} {option.name})'" if option.short and not star else ''
    long = f'{option.name}=-' if option.may_lack else f'{option.name}=' if option.value else option.name
    short = f'{option.short}+' if option.value and option.short else option.short
    text = f"'[{zsh_text(option.text)}]{action}'"
    if not option.short:
        return f"'{star}'{long}{text}" if star else f'{long}{text}'
    return f"{both or repr(star) if star or both else ''}{{{short},{long}}}{text}"


def zsh(known):
    described = ''.join(f"        '{command.name}:{zsh_text(short_text(command.summary))}'\n" for command, _ in known)
    cases = ''
    scan, scan_options = scan_of(known)
    for name, command, options in [(command.name, command, options) for command, options in known] + [('*', scan, scan_options)]:
        rows = [zsh_option(option) for option in options]
        if words_of(command):
            rows.append(f"'1:command:({' '.join(words_of(command))})'")
        rows.append("'*:file:_files'" if command.takes_files else "'*: : '")
        cases += f'    {name})\n        _arguments -s -S' + ''.join(f' \\\n            {row}' for row in rows)
        cases += '\n        ;;\n'
    return f'''#compdef bouncelog
# Completion of bouncelog for zsh; made of its table of options.

_bouncelog() {{
    local curcontext=$curcontext state line
    local -a commands
    commands=(
{described}    )
    _arguments -C '(- *)'{{-h,--help}}'[what there is]' '(- *)'{{-V,--version}}'[version and libraries]' \\
        '1: :->command' '*:: :->argument'
    case $state in
    command) _describe -t commands command commands || _files ;;
    argument)
        curcontext=${{curcontext%:*}}-$line[1]:
        case $line[1] in
{re.sub("^", "        ", cases.rstrip(), flags=re.M)}
        esac
        ;;
    esac
}}

_bouncelog "$@"
'''


def fish_quote(text):
    return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"


def fish_option(command, option):
    line = f"complete -c bouncelog -n '__fish_seen_subcommand_from {command.name}' -l {option.name[2:]}"
    line += f' -s {option.short[1]}' if option.short else ''
    if option.kind == 'choice':
        line += f" {'-f' if option.may_lack else '-x'} -a '{' '.join(option.choices)}'"
    elif option.kind == 'folder':
        line += " -x -a '(__fish_complete_directories)'"
    elif option.kind and not option.may_lack:
        line += ' -r -F' if option.kind == 'file' else ' -x'
    return f'{line} -d {fish_quote(option.text)}\n'


def fish(known):
    text = '# Completion of bouncelog for fish; made of its table of options.\n\ncomplete -c bouncelog -f\n'
    text += "complete -c bouncelog -n __fish_use_subcommand -l help -s h -d 'what there is'\n"
    text += "complete -c bouncelog -n __fish_use_subcommand -l version -s V -d 'version and libraries'\n"
    for command, _ in known:
        text += (f'complete -c bouncelog -n __fish_use_subcommand -a {command.name} '
                 f'-d {fish_quote(short_text(command.summary))}\n')
    text += 'complete -c bouncelog -n __fish_use_subcommand -F\n'
    for command, options in known:
        text += '\n'
        if words_of(command):
            text += (f"complete -c bouncelog -n '__fish_seen_subcommand_from {command.name}' "
                     f"-a '{' '.join(words_of(command))}'\n")
        if command.takes_files:
            text += f"complete -c bouncelog -n '__fish_seen_subcommand_from {command.name}' -F\n"
        text += ''.join(fish_option(command, option) for option in options)
    return text
