"""Real output against docs/schemas/, and that each schema refuses a document that is wrong."""
import copy, glob, json, re, subprocess, sys, tempfile, warnings

sys.path.insert(0, 'tests/support')
import casefiles
from checks import PROGRAM, fault, finish, skip

warnings.simplefilter('ignore') # of a library that will do something else one day
try:
    import jsonschema
except ImportError:
    skip('python3-jsonschema is not installed')

folder = tempfile.TemporaryDirectory()
work = folder.name

def bouncelog(*arguments, **more):
    subprocess.run([PROGRAM, *arguments], check=True, **more)

LOGS = [*sorted(glob.glob('samples/*.log')), *sorted(glob.glob('samples/*.json')), 'samples/exim-mainlog',
        *sorted(glob.glob('samples/rotated/mail.log*')), *sorted(glob.glob('tests/hostile/injection/*.log'))]
EVENTS = ['scan', '--timezone', 'UTC', '--inbound', '--events-include', 'all']
bouncelog(*EVENTS, '-o', f'{work}/summary.json', '-e', f'{work}/events.ndjson', *LOGS)
bouncelog(*EVENTS, '-o', '/dev/null', '-e', f'{work}/events-ecs.ndjson', '--events-format', 'ecs', *LOGS)
bouncelog('scan', '-o', f'{work}/empty.json', '-', stdin=subprocess.DEVNULL)
with open(f'{work}/explain.ndjson', 'wb') as out:
    bouncelog('explain', '--json', '-', input=casefiles.inputs(sorted(glob.glob('tests/cases/*.cases'))), stdout=out)

with open(f'{work}/bounces', 'wb') as out:
    for name in sorted(glob.glob('tests/fuzz/corpus/mail/*')):
        with open(name, 'rb') as mail:
            out.write(b'From MAILER-DAEMON Sun Nov 22 03:11:09 2026\n' + mail.read().rstrip(b'\0\1') + b'\n\n')
with open(f'{work}/explain-mail.ndjson', 'wb') as out:
    bouncelog('explain', '--json', '--mail', f'{work}/bounces', stdout=out)

HISTORY = f'{work}/history.db'
bouncelog('scan', '-o', '/dev/null', '-d', HISTORY, 'samples/postfix.log')
bouncelog('report', '-o', f'{work}/part.json', '-d', HISTORY, '--suppress-in-summary', 'top', '--top', '2', '-s', f'{work}/list')
bouncelog('report', '-o', f'{work}/cut.json', '-d', HISTORY, '--sender', '*@shop.example', '--recipient-domain', '*')
with open(f'{work}/why.ndjson', 'wb') as out:
    for address in 'carla@example.com', 'anna@example.com', 'greta@example.com', 'dora@example.net', 'nobody@example.org':
        for where in (['samples/postfix.log'], ['-d', HISTORY], ['-d', HISTORY, 'samples/postfix.log']):
            bouncelog('why', '--json', address, *where, stdout=out)

with open(f'{work}/backtest.ndjson', 'wb') as out:
    bouncelog('backtest', '--json', '--policy', 'patterns/policy.yaml', 'samples/mailed-again.log', *glob.glob('samples/rotated/*'), stdout=out)
    bouncelog('backtest', '--json', '--against', 'none', '-d', HISTORY, stdout=out)
    bouncelog('backtest', '--json', '-', stdin=subprocess.DEVNULL, stdout=out)

with open(f'{work}/theirs', 'w', encoding='utf-8') as file:
    file.write('carla@example.com\nanna@example.com\nnobody@example.org\ndora@example.net\ngreta@example.com\n')
with open(f'{work}/reconcile.json', 'wb') as out:
    bouncelog('reconcile', '--json', '-d', HISTORY, '--list', f'{work}/theirs', stdout=out)

def load(name):
    with open(f'docs/schemas/{name}', encoding='utf-8') as file:
        loaded = json.load(file)
    jsonschema.Draft7Validator.check_schema(loaded)
    return loaded

COMMON = load('common.json')
for name in COMMON['$defs']:
    jsonschema.Draft7Validator.check_schema(COMMON['$defs'][name])
with open('patterns/categories.yaml', encoding='utf-8') as file:
    categories = re.findall(r'^  - category: (\w+)$', file.read(), re.M)
if sorted(categories) != sorted(COMMON['$defs']['category']['enum']):
    fault(f'common.json has other categories than the pattern files: {set(categories) ^ set(COMMON["$defs"]["category"]["enum"])}')

def schema(name):
    loaded = load(f'{name}.schema.json')
    return jsonschema.Draft7Validator(loaded, resolver=jsonschema.RefResolver.from_schema(loaded, store={COMMON['$id']: COMMON}))

def documents(path, lines):
    with open(f'{work}/{path}', encoding='utf-8') as file:
        text = file.read()
    return [json.loads(line) for line in text.split('\n') if line] if lines else [json.loads(text)]

def paths(value, path=()):
    """The path of every object and every scalar in a document."""
    yield path, value
    for key, inner in value.items() if isinstance(value, dict) else \
            enumerate(value[:1]) if isinstance(value, list) else ():
        yield from paths(inner, path + (key,))

def changed(document, path, change):
    document = copy.deepcopy(document)
    at = document
    for key in path[:-1]:
        at = at[key]
    change(at, path[-1])
    return document

def remove(at, key):
    del at[key]

def put(value):
    def change(at, key):
        at[key] = value
    return change

# What a schema may leave out: keys that only some entries have.
OPTIONAL = {'summary': {'skipped', 'final_recipient', 'probed', 'suppress_left_out'}, 'event': set(), 'explain': set(), 'explain-mail': set(), 'why': set(), 'backtest': set(), 'reconcile': {'category', 'code', 'reply', 'last_seen', 'delivered_at'},
            # what is not known
            'event-ecs': {'sender', 'local_id', 'destination', 'domain', 'ip', 'port', 'hostname', 'reply', 'code',
                          'enhanced', 'text', 'dsn', 'rule', 'scope', 'cause', 'provider', 'original_recipient', 'delay_s'}}
ENUMS = {'outcome', 'severity', 'stage', 'origin', 'category', 'scope', 'action', 'basis', 'class',
         'format', 'schema', 'kind', 'held_by'}

for name, files in (('summary', ['summary.json', 'empty.json']), ('summary', ['cut.json']), ('summary', ['part.json']), ('event', ['events.ndjson']),
                    ('event-ecs', ['events-ecs.ndjson']), ('explain', ['explain.ndjson']), ('explain-mail', ['explain-mail.ndjson']),
                    ('why', ['why.ndjson']), ('backtest', ['backtest.ndjson']), ('reconcile', ['reconcile.json'])):
    validator = schema(name)
    valid = lambda document: not next(validator.iter_errors(document), None)
    real = [d for file in files for d in documents(file, file.endswith('ndjson'))]
    for number, document in enumerate(real, 1):
        for error in validator.iter_errors(document):
            fault(f'{name} {number}: {"/".join(map(str, error.path))}: {error.message[:200]}')
    print(f'schemas: {len(real)} {name} documents are valid')
    # the documents with the most to change: a failure, and the summary of everything
    sample = max(real, key=lambda d: sum(v is not None for _, v in paths(d)))
    tried = 0
    for path, value in list(paths(sample)):
        mutants = []
        if isinstance(value, dict):
            mutants.append(('an unknown key', path + ('unknown_key',), put(1)))
        if path and isinstance(path[-1], str):
            if path[-1] not in OPTIONAL[name]:
                mutants.append(('a missing key', path, remove))
            if path[-1] in ENUMS or (name, path[-1]) == ('event-ecs', 'reason'):
                mutants.append(('a word that is none', path, put('nonsense')))
            if not isinstance(value, (dict, list, bool)):
                mutants.append(('a list in place of a value', path, put([])))
            if isinstance(value, int) and not isinstance(value, bool):
                mutants.append(('a negative number', path, put(-1)))
        for what, where, change in mutants:
            tried += 1
            if valid(changed(sample, where, change)):
                fault(f'{name} takes {what} at {"/".join(map(str, where))}')
    print(f'schemas: {name} was tried with {tried} wrong documents')

# What holds between the numbers of a summary, which no schema can say.
for file in ('summary.json', 'empty.json'):
    d = documents(file, False)[0]
    lines, attempts, failures = d['lines'], d['attempts'], d['failures']
    for what, holds in (
            ('lines', lines['total'] == sum(v for k, v in lines.items() if k != 'total')),
            ('attempts', attempts['total'] == sum(v for k, v in attempts.items() if k != 'total')),
            ('failures', sum(failures.values()) == sum(attempts[k] for k in ('deferred', 'bounced', 'expired'))),
            ('inputs', lines['total'] == sum(i['lines'] for i in d['inputs'])),
            ('order', [s['address'] for s in d['suppress']] == sorted(s['address'] for s in d['suppress']))):
        if not holds:
            fault(f'{file}: {what} do not add up: {lines} {attempts} {failures}')
finish()
