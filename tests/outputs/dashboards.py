#!/usr/bin/env python3
"""packaging/grafana/: every metric, label and key that a dashboard or an alert names is one that the
program writes, and every metric that it writes is shown. promtool, where it is installed, reads the
expressions and tries the alerts."""
import json, os, re, shutil, subprocess, sys, tempfile

FOLDER, faults = 'packaging/grafana', 0

def fault(words):
    global faults
    faults += 1
    print('dashboards:', words)

def load(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)

# --- metrics, and their labels, of a run without and one with a history
GOOGLE = ('2026-11-22T03:11:09Z mx1 postfix/smtp[1]: 4Xy1Zq2abcz1: to=<joe@gmail.com>, relay=gmail-smtp-in.l.google.com'
          '[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 OK)\n')
# Who took mail that morning is held.
GOOGLE += GOOGLE.replace('T03:', 'T13:').replace('4Xy1Zq2abcz1', '4Xy1Zq2abcz2').replace(
    'dsn=2.0.0, status=sent (250 2.0.0 OK)', 'dsn=5.1.1, status=bounced (host gmail-smtp-in.l.google.com[192.0.2.7] said: '
    '550 5.1.1 User unknown (in reply to RCPT TO command))')
with tempfile.TemporaryDirectory() as work:
    with open(f'{work}/google.log', 'w', encoding='utf-8') as file:
        file.write(GOOGLE)
    for options in ([], ['--history', f'{work}/history']):
        done = subprocess.run([os.environ['BOUNCELOG'], 'scan', '-o', '/dev/null', '--prometheus', f'{work}/{len(options)}.prom',
                               *options, f'{work}/google.log', 'samples/postfix.log', 'samples/exim-mainlog'], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f'dashboards: exit {done.returncode}: {done.stderr}')
    text = ''.join(open(f'{work}/{n}.prom', encoding='utf-8').read() for n in (0, 2))
written = {name: set() for name in re.findall(r'^# TYPE (\S+)', text, re.M)}
for name, labels in re.findall(r'^(\w+)\{(.*)\} ', text, re.M):
    written[name] |= set(re.findall(r'(\w+)="', labels))
if len(written) < 15:
    fault(f'only {len(written)} metrics were written')
used = set()

def check_expression(where, expression):
    names = re.findall(r'\b(bouncelog_\w+)(?:\{([^}]*)\})?', expression)
    labels = set()
    if not names:
        fault(f'{where}: no metric in {expression}')
    for name, selectors in names:
        used.add(name)
        if name not in written:
            fault(f'{where}: nothing writes {name}')
            continue
        labels |= written[name]
        for label in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', selectors or ''):
            if label not in written[name] | {'instance'}:
                fault(f'{where}: {name} has no label {label}')
    for group in re.findall(r'\b(?:by|on|ignoring|without)\s*\(([^)]*)\)', expression):
        for label in re.split(r'\s*,\s*', group.strip()):
            if label not in labels | {'instance'}:
                fault(f'{where}: no metric of it has a label {label}')

# --- dashboards
def check_model(name, dashboard):
    """Nothing on npm validates a dashboard (@grafana/schema has types alone), so this is a strict model of our own."""
    try:
        import jsonschema
    except ImportError:
        print(f'dashboards: the model of {name} was not checked, python3-jsonschema is not installed')
        return
    model = jsonschema.Draft7Validator(load('tests/outputs/grafana/dashboard.schema.json'))
    for error in model.iter_errors(dashboard):
        fault(f'{name}: {"/".join(map(str, error.absolute_path))}: {error.message[:200]}')
    broken = json.loads(json.dumps(dashboard).replace('"reduceOptions"', '"reduceOption"'))
    if model.is_valid(broken) or model.is_valid({**dashboard, 'panel': []}):
        fault(f'the model takes a misspelled {name}')

def panels_of(name):
    dashboard = load(f'{FOLDER}/{name}')
    check_model(name, dashboard)
    variables = {v['name'] for v in dashboard['templating']['list']}
    ids, cells = set(), set()
    for panel in dashboard['panels']:
        where = f'{name}: {panel["title"]}'
        if panel['id'] in ids:
            fault(f'{where}: its id is there twice')
        ids.add(panel['id'])
        box = panel['gridPos']
        mine = {(x, y) for x in range(box['x'], box['x'] + box['w']) for y in range(box['y'], box['y'] + box['h'])}
        if mine & cells or box['x'] + box['w'] > 24:
            fault(f'{where}: it lies over another one')
        cells |= mine
        for variable in re.findall(r'\$\{?(\w+)', json.dumps(panel)):
            if variable not in variables:
                fault(f'{where}: there is no variable {variable}')
        for target in panel.get('targets', []):
            if {target['datasource']['uid'], panel['datasource']['uid']} != {'${datasource}'}:
                fault(f'{where}: it names a data source of its own')
            yield where, target
    if not re.fullmatch(r'[a-z-]{1,40}', dashboard['uid']):
        fault(f'{name}: uid')

expressions = []
for where, target in panels_of('dashboard-prometheus.json'):
    check_expression(where, target['expr'])
    expressions.append(target['expr'])

summary, common = load('docs/schemas/summary.schema.json'), load('docs/schemas/common.json')

def below(schema, key):
    while '$ref' in schema:
        document, name = schema['$ref'].split('#/$defs/')
        schema = (common if document else summary)['$defs'][name]
    return schema.get('properties', {}).get(key)

def find(schema, path):
    for key in filter(None, path.split('.')):
        schema = below(schema, key) if schema else None
    return schema

for where, target in panels_of('dashboard-infinity.json'):
    root = find(summary, re.sub(r'\[.*\]$', '', target['root_selector']))
    if root and root.get('type') == 'array':
        root = root['items']
    for column in target['columns']:
        if not root or not find(root, column['selector']):
            fault(f'{where}: the summary has no {target["root_selector"]}.{column["selector"]}')

# --- alerts
with open(f'{FOLDER}/alerts.yml', encoding='utf-8') as file:
    rules = file.read()
alerts = re.findall(r'alert: (\w+)\n(?: +#.*\n)* +expr: (?:\|\n((?: {10,}.*\n)+)|(.*)\n)', rules)
if len(alerts) != rules.count('alert:'):
    fault('not every alert was read')
for name, block, line in alerts:
    check_expression(f'alerts.yml: {name}', block or line)
with open('docs/DASHBOARDS.md', encoding='utf-8') as file:
    documented = set(re.findall(r'`(bouncelog_\w+)`', file.read()))
for name in sorted(set(written) - used):
    fault(f'nothing shows {name}')
for name in sorted(used - documented):
    fault(f'docs/DASHBOARDS.md does not explain {name}')

# --- what Prometheus itself says
promtool = os.environ.get('PROMTOOL') or shutil.which('promtool')
if not promtool:
    print(f'dashboards: promtool is not installed (Debian: prometheus): {len(expressions)} queries and {len(alerts)} alerts '
          'were not read by it')
    sys.exit(faults > 0)
with tempfile.TemporaryDirectory() as work:
    with open(f'{work}/queries.yml', 'w', encoding='utf-8') as file:
        json.dump({'groups': [{'name': 'queries', 'rules': [
            {'record': f'q{n}', 'expr': e.replace('$instance', '.*')} for n, e in enumerate(expressions)]}]}, file)
    with open(f'{work}/run.prom', 'w', encoding='utf-8') as file:
        file.write(text[:text.rindex('# HELP bouncelog_build_info')])
    for name in (f'{FOLDER}/alerts.yml', 'tests/outputs/grafana/alerts_test.yml'):
        shutil.copy(name, work)
    for arguments, standard_input in ((['check', 'rules', f'{work}/queries.yml', f'{work}/alerts.yml'], None),
                                      (['test', 'rules', f'{work}/alerts_test.yml'], None),
                                      (['check', 'metrics'], f'{work}/run.prom')):
        done = subprocess.run([promtool, *arguments], stdin=open(standard_input) if standard_input else subprocess.DEVNULL,
                              capture_output=True, text=True)
        if done.returncode or 'error' in done.stdout + done.stderr:
            fault(f'promtool {" ".join(arguments)}: {done.stdout}{done.stderr}')
print(f'dashboards: promtool read {len(expressions)} queries, {len(alerts)} alerts and the metrics of a run')
sys.exit(faults > 0)
