"""Helps, manual pages, completions and the first configuration file say what the tables of commands and
options have, all of it and no more, and the tools that read them can."""
import glob, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, fault, finish, skip

made = os.path.join(os.path.dirname(PROGRAM), 'manuals')
if not os.path.exists(f'{made}/made'):
    skip('none were built')

def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)

def read(path):
    return open(path, encoding='utf-8').read()

def same(what, one, other):
    if one != other:
        fault(f'{what}: {sorted(one ^ other)} is in one only')

main = run(PROGRAM, '--help').stdout
commands = sorted(set(re.findall(r'^  bouncelog ([a-z]+)', main, re.M)) - {'help'})
if len(commands) < 4:
    fault(f'only {commands} in --help')
helps = {name: run(PROGRAM, name, '--help').stdout for name in commands}
for name, text in {'': main, **helps}.items():
    for line in text.split('\n'):
        if len(line) > 80:
            fault(f'{name} --help: wider than a terminal: {line}')
# What the program's tables have; and what stands in front of a text about options, not what a text mentions.
offered = {command['name']: {'--' + option['name'] for option in command['options']}
           for command in json.loads(run(PROGRAM, '--dump-options').stdout)['commands']}
same('--help and the tables', set(commands), set(offered))
for name, text in helps.items():
    same(f'{name} --help and the tables', offered[name],
         {option for line in text.split('\n') if re.match(r' {2}(?: {4})?-', line)
          for option in re.findall(r'--[a-z][a-z0-9-]*', line[:29] if line[28:29] == ' ' else line)})
known = set().union(*offered.values())
if len(known) < 20:
    fault('the tables of options were not found')

# Manual pages
pages = {os.path.basename(path): read(path) for path in glob.glob(f'{made}/man?/*')}
for name in commands:
    page = pages.get(f'bouncelog-{name}.1', '')
    options = page.split('.Sh OPTIONS')[-1].split('\n.Sh ')[0] if '.Sh OPTIONS' in page else ''
    same(f'{name} --help and its page', {'--' + o for line in re.findall(r'^\.It (.*)', options, re.M)
                                         for o in re.findall(r'Fl -([a-z][a-z0-9-]*)', line)}, offered[name])
everything = known | {'--help', '--version'}
for name, page in pages.items():
    page = page.split('.Sh THE BUILT-IN POLICY')[0] if name == 'bouncelog-policy.5' else page
    for option in re.findall(r'\\-\\-([a-z](?:\\-[a-z]|[a-z0-9])*)', page):
        if '--' + option.replace('\\', '') not in everything:
            fault(f'{name}: there is no option --{option}')
    for other, section in re.findall(r'^\.Xr (\S+) (\d)', page, re.M):
        if f'{other}.{section}' not in pages:
            fault(f'{name} sends to {other}({section}), which is not there')
    for section in ('NAME', 'SEE ALSO'):
        if f'.Sh {section}\n' not in pages[name]:
            fault(f'{name} has no section {section}')
for name in ['bouncelog.1', 'bouncelog.yaml.5', 'bouncelog-patterns.5', 'bouncelog-json.5', 'bouncelog-policy.5']:
    if name not in pages:
        fault(f'there is no page {name}')
keys = {'--' + key.replace('_', '-') for key in re.findall(r'^\.It Cm ([a-z_]+):', pages['bouncelog.yaml.5'], re.M)}
same('bouncelog.yaml(5) and scan --help', keys, offered['scan'] - {'--config', '--print-config', '--help', '--accept-change'})
if shutil.which('mandoc'):
    for path in sorted(glob.glob(f'{made}/man?/*')):
        for line in run('mandoc', '-T', 'lint', path).stdout.split('\n'):
            if line and 'referenced manual not found' not in line:
                fault(line)
else:
    print('manuals: mandoc is not installed, so nobody has looked at the pages')

# Completions
bash, zsh, fish = (read(f'{made}/completions/{name}') for name in ('bouncelog', '_bouncelog', 'bouncelog.fish'))
for name in commands:
    part = re.search(rf'^    {name}\)\n(.*?)^        ;;', bash, re.M | re.S).group(1)
    same(f'bash, {name}', set(re.findall(r'--[a-z][a-z0-9-]*(?=[ "])', part.split('-*)')[1].split('\n')[0])) - {'--'},
         offered[name] | {'--help'})
    part = re.search(rf'^ +{name}\)\n(.*?)^ +;;', zsh, re.M | re.S).group(1)
    same(f'zsh, {name}', set(re.findall(r'(?<=[,\s\'])--[a-z][a-z0-9-]*(?=[=\'}])', part)), offered[name] | {'--help'})
    same(f'fish, {name}', {'--' + o for o in re.findall(rf"from {name}' -l ([a-z0-9-]+)", fish)}, offered[name] | {'--help'})
for shell, *command in (['bash', '-n', f'{made}/completions/bouncelog'], ['zsh', '-n', f'{made}/completions/_bouncelog'],
                        ['fish', '--no-execute', f'{made}/completions/bouncelog.fish']):
    if not shutil.which(shell):
        print(f'manuals: {shell} is not installed, so nobody has looked at its completion')
    elif (result := run(shell, *command)).returncode or result.stderr:
        fault(f'{shell}: {result.stderr}')

def complete(*words):
    script = f'''. {made}/completions/bouncelog; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _bouncelog; printf '%s\\n' "${{COMPREPLY[@]}}"'''
    return run('bash', '-c', script, 'bash', *words).stdout.split()

if shutil.which('bash'):
    for words, wanted in [(('bouncelog', 'sc'), ['scan']), (('bouncelog', 'scan', '--mta', 'e'), ['exim']),
                          (('bouncelog', 'scan', '--mta', '=', 'p'), ['postfix']), (('bouncelog', 'scan', '--prog'), ['--progress']),
                          (('bouncelog', 'scan', '-s', 'x', ':', 'sendg'), ['sendgrid']),
                          (('bouncelog', 'scan', '-s', 'x', ':'), None), (('bouncelog', 'patterns', 'c'), ['check']),
                          (('bouncelog', 'scan', 'README'), ['README.md']),
                          (('bouncelog', 'README'), ['README.md']), (('bouncelog', 'README.md', '--prog'), ['--progress']), (('bouncelog', 'scan', '--top', 'R'), [])]:
        got = complete(*words)
        if got != wanted if wanted is not None else 'postfix' not in got:
            fault(f'bash completes {" ".join(words)} to {got}')
if shutil.which('fish'):
    shown = run('fish', '--no-config', '-c', f'source {made}/completions/bouncelog.fish; complete -C "bouncelog scan --mta "').stdout
    if [line.split('\t')[0] for line in shown.split('\n') if line] != sorted(['auto', *(os.path.basename(path)[:-5] for path in glob.glob('patterns/mta/*.yaml'))]):
        fault(f'fish completes scan --mta to {shown!r}')

# The first configuration file: nothing is in force, and whatever is uncommented is understood.
config = read(f'{made}/bouncelog.yaml')
if re.search(r'^[^#\n]', config, re.M):
    fault('bouncelog.yaml: something is not commented out')
lines = re.findall(r'^#([a-z_]+: .*)', config, re.M)
same('bouncelog.yaml and scan --help', {'--' + line.split(':')[0].replace('_', '-') for line in lines},
     offered['scan'] - {'--config', '--print-config', '--help', '--accept-change'})
with tempfile.TemporaryDirectory() as folder:
    for text in ['', *lines]:
        path = f'{folder}/bouncelog.yaml'
        open(path, 'w').write(text + '\n')
        # Stops when the options are known, before anything is read or written.
        result = run(PROGRAM, 'scan', '--config', path, '--until', '2026-01-01', '--since', '2026-01-02', 'samples/postfix.log')
        if result.returncode != 2:
            fault(f'bouncelog.yaml, {text}: exit {result.returncode}: {result.stderr}')
finish()
