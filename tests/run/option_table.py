"""Each option of the table (src/cli/options/options.def) is what its row says: on the command line,
in a configuration file, in README.md. (Helps, manuals and completions: package/manuals.py.)"""
import json
import os
import re
import subprocess
import sys
import tempfile

PROGRAM, faults = os.environ['BOUNCELOG'], 0
VALUES = {'file': 'x', 'folder': 'x', 'word': 'x', 'texts': 'x', 'lists': 'x', 'units': 'x', 'time': '7d', 'zone': 'UTC'}
GUARD = '--no-such-option'  # the last argument: nothing is ever run
work = tempfile.TemporaryDirectory()
config = f'{work.name}/config.yaml'


def expect(what, holds):
    global faults
    if not holds:
        print('option_table:', what)
        faults += 1


def run(*arguments):
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return result.returncode, result.stdout, result.stderr.strip()


def says(words, *arguments):
    code, _, err = run(*arguments)
    expect(f'{arguments}: exit {code}: {err}', code == 2 and words in err)


def value_of(option):
    if option['type'] == 'number':
        return str(option['least'])
    return option['words'][0] if option['type'] in ('choice', 'mta') else VALUES[option['type']]


def check_command_line(command, option):
    name, option_name = command['name'], f'--{option["name"]}'
    if not option['value']:
        says(f'option \'{option_name}\' takes no value', name, f'{option_name}=x')
        says(f"unknown option '{GUARD}'", name, option_name, GUARD)
        return
    value = value_of(option)
    if option['may_lack']:  # without a value, or with one joined to it
        says(f"unknown option '{GUARD}'", name, option_name, GUARD)
        says(f"unknown option '{GUARD}'", name, f'{option_name}={value}', GUARD)
        says(f"option '{option_name}' needs a value", name, f'{option_name}=', GUARD)
        return
    says(f"unknown option '{GUARD}'", name, option_name, value, GUARD)
    says(f"option '{option_name}' needs a value", name, option_name)
    if option['letter']:
        says(f"unknown option '{GUARD}'", name, f'-{option["letter"]}', value, GUARD)
    if not option['may_be_empty']:
        says(f"option '{option_name}' needs a value", name, option_name, '', GUARD)


def check_words(name, option):
    """Each word and each end of a range is taken, and nothing beside them."""
    option_name = f'--{option["name"]}'
    if option['type'] == 'number':
        least, most = option['least'], option['most']
        taken, refused = [least, most], [least - 1, most + 1, 'x', '1.5', '']
        what = f'expected a number from {least} to {most}'
    elif option['type'] == 'lists':
        taken, refused, what = [f'x:{word}' for word in option['words']] + ['x', 'x:y/z'], ['x:csv,y=z'], "'y=z': expected mode=0640 or group=NAME"
        if name == 'scan':  # templates are known when the patterns are read
            says(f'unknown format \'y\' ({", ".join(option["words"])}, ', name, option_name, 'x:y', 'README.md')
    elif option['type'] == 'mta':  # known when the patterns are read
        taken, refused = option['words'], []
        says(f'--mta \'x\': expected {", ".join(taken[:-1])} or {taken[-1]}', name, '--mta', 'x', 'README.md')
    elif option['words']:
        taken, refused, what = option['words'], ['x'], f': expected one of {", ".join(option["words"])}'
    else:
        return
    for value in taken + refused:  # one that may stand without a value takes none but what is joined to it
        words = (f'{option_name}={value}',) if option['may_lack'] else (option_name, str(value))
        says(f"unknown option '{GUARD}'" if value in taken else what if value != '' else 'needs a value', name, *words, GUARD)


def read_config(command, text):
    with open(config, 'w') as file:
        file.write(text + '\n')
    return run(command, '--config', config, *(['--print-config'] if command == 'scan' else ['--history', '/none/x']))


def check_config(option):
    key = option['name'].replace('-', '_')
    example = option['example'] if option['value'] else 'true'
    code, out, err = read_config('scan', f'{key}: {example}')
    if option['counts'] == 'command line':
        expect(f'{key} counts in a configuration file', code == 4 and f"unknown option '{key}'" in err)
        return
    expect(f'{key}: {example} in a configuration file: exit {code}: {err}', code == 0)
    expect(f'--print-config has no {key}: {out}', out.startswith(f'{key}:') and f'# {config}:1' in out)
    if not option['value'] or option['may_be_empty']:
        return
    # A value that nobody takes is found by whoever reads the option.
    code, _, err = read_config('scan', f"{key}: ''")
    expect(f'scan does not read {key}: exit {code}: {err}', code == 4)
    code, _, err = read_config('report', f"{key}: ''")
    expect(f'report and {key}, which counts {option["counts"]}: exit {code}: {err}',
           code == (5 if option['counts'] == 'nightly' else 4))


def check_repeats(option):
    value = value_of(option)
    if option['counts'] == 'command line':
        return
    _, out, _ = run('scan', '--print-config', *[f'--{option["name"]}={value}'] * 2)
    expect(f'{option["name"]} given twice: {out}', out.count(f"'{value}'") == (2 if option['repeats'] else 1))


def check_readme(options):
    text = open('README.md', encoding='utf-8').read()
    rows = re.findall(r'^\| (`-.*?) \|', text, re.M)
    expect(f'only {len(rows)} options in README.md', len(rows) >= 10)
    letters = {option['letter']: option for option in options.values() if option['letter']}
    for words in re.findall(r'`([^`]*)`', ' '.join(rows)):
        for letter, name, value in re.findall(r'(?<!\S)(?:-([a-z])|--([a-z-]+))(?:,? ([^-\s]\S*))?', words):
            option = letters.get(letter) or options.get(name)
            expect(f'README.md: there is no option {letter or name}', option)
            if option and not (letter and '--' in words):
                expect(f'README.md: {words}', bool(option['value']) == bool(value))
    for word in options['suppress']['words']:
        expect(f'README.md does not name the list format {word}', re.search(rf'`{word}`', text))
    for name in re.findall(r'(?<![\w-])--([a-z][a-z-]+)', ' '.join(re.findall(r'bouncelog [a-z]+ .*', text))):
        expect(f'README.md: there is no option --{name}', name in everything)


commands = json.loads(run('--dump-options')[1])['commands']
scan = {option['name']: option for option in commands[0]['options']}
everything = {option['name'] for command in commands for option in command['options']}
rows = set(re.findall(r'^\{"([a-z-]+)", ', open('src/cli/options/options.def', encoding='utf-8').read(), re.M))
expect(f'in options.def or --dump-options alone: {sorted(rows ^ everything)}', rows == everything)
expect(f'{len(commands)} commands, {len(everything)} options', len(commands) >= 9 and len(everything) >= 40)
for command in commands:
    for option in command['options']:
        expect(f'{command["name"]} --{option["name"]} has no text', option['help'])
        expect(f'{command["name"]} --{option["name"]}: a value without a name',
               (option['type'] == 'flag') == (not option['value']))
        check_command_line(command, option)
    for option in command['options']:
        check_words(command['name'], option)
for option in scan.values():
    expect(f'{option["name"]} stands under no heading', option['group'])
    expect(f'{option["name"]} has no example', option['example'] or not option['value'] or option['counts'] == 'command line')
    check_config(option)
    if option['value']:
        check_repeats(option)
check_readme(scan)
sys.exit(bool(faults))
