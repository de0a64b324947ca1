#!/usr/bin/env python3
"""The metrics in the real programs: node_exporter serves the file of a run, Prometheus scrapes it, and two days
of what was served, loaded into a Prometheus, answer every query of the dashboard and every alert as the
summaries say. Skipped where they are not installed (Debian: prometheus, prometheus-node-exporter)."""
import collections, json, os, re, shutil, socket, subprocess, sys, tempfile, time, urllib.error, urllib.parse, urllib.request

PROGRAM, HOUR = os.environ['BOUNCELOG'], 3600
EXPORTER, PROMETHEUS, PROMTOOL = (shutil.which(p) for p in ('prometheus-node-exporter', 'prometheus', 'promtool'))
if not (EXPORTER and PROMETHEUS and PROMTOOL):
    print('prometheus: skipped, prometheus or prometheus-node-exporter is not installed')
    sys.exit(77)
faults, children = 0, []
work = tempfile.mkdtemp()
os.chmod(work, 0o755)
# The past: what is scraped meanwhile must not be among it
BEGIN = (int(time.time()) // HOUR - 24 * 5) * HOUR


def fault(words):
    global faults
    faults += 1
    print('prometheus:', words)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def start(*command, **options):
    log = open(f'{work}/{os.path.basename(command[0])}.log', 'ab')
    children.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **options))


def get(url, patience=60):
    """Whatever is started takes a moment to listen."""
    for _ in range(patience * 5):
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.read().decode('utf-8')
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return error.read().decode('utf-8')
        except OSError:
            pass
        time.sleep(.2)
    for child in ('prometheus', 'prometheus-node-exporter'):
        if os.path.exists(f'{work}/{child}.log'):
            print(open(f'{work}/{child}.log').read()[-2000:])
    sys.exit(f'prometheus: no answer from {url}')


# --- two nights of two hosts: a has a history, b has none
def line(number, recipient, status, code, reply):
    said = f'host mx.example.com[198.51.100.7] said: {reply} (in reply to RCPT TO command)' if status != 'sent' else reply
    return (f'2026-11-20T03:11:09+00:00 mx1 postfix/qmgr[7]: {0x10000000 + number:X}: from=<news@shop.example>, size=9, nrcpt=1 (queue active)\n'
            f'2026-11-20T03:11:09+00:00 mx1 postfix/smtp[9]: {0x10000000 + number:X}: to=<{recipient}>, '
            f'relay=mx.example.com[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn={code}, status={status} ({said})\n')


def write_logs():
    ok = lambda n: line(n, f'a{n}@gmail.com', 'sent', '2.0.0', '250 2.0.0 OK')
    dead = lambda n: line(n, f'd{n}@gmail.com', 'bounced', '5.1.1', '550 5.1.1 User unknown')
    blocked = lambda n: line(n, f'b{n}@example.com', 'bounced', '5.7.1',
                             '554 5.7.1 Client host [192.0.2.25] blocked using zen.spamhaus.org')
    grey = lambda n: line(n, f'g{n}@gmail.com', 'deferred', '4.2.0', '450 4.2.0 Greylisted')
    odd = lambda n: line(n, f'o{n}@gmail.com', 'bounced', '5.0.0', '550 5.0.0 wibble wobble')
    broken = ok(999).replace('status=', 'zustand=')
    nights = ([*map(ok, range(50)), dead(60), grey(61), odd(62)],
              [*map(ok, range(100, 200)), *map(dead, range(210, 220)), *map(blocked, range(230, 233)), grey(240), grey(241),
               odd(250), *[broken] * 5])
    for n, lines in enumerate(nights):
        with open(f'{work}/night{n}.log', 'w', encoding='utf-8') as file:
            file.writelines(lines)


def night(host, n, folder):
    options = ['--history', f'{work}/history'] if host == 'a' else []
    done = subprocess.run([PROGRAM, 'scan', '--force', *options, '-o', f'{work}/summary.json', '--prometheus', f'{folder}/bouncelog.prom',
                           f'{work}/night{n}.log'], capture_output=True, text=True,
                          env={**os.environ, 'SOURCE_DATE_EPOCH': str(BEGIN + n * 24 * HOUR)})
    if done.returncode:
        sys.exit(f'prometheus: exit {done.returncode}: {done.stderr}')
    with open(f'{work}/summary.json', encoding='utf-8') as file:
        return json.load(file)


def series(text):
    """{(name, labels)} -> value, of what is ours."""
    rows = re.findall(r'^(bouncelog_\w+)(?:\{(.*)\})? (\S+)$', text, re.M)
    return {(name, tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)))): float(value) for name, labels, value in rows}


def serve():
    """What node_exporter, as another user where that can be, makes of the file of each run."""
    folder, port = f'{work}/collector', free_port()
    os.mkdir(folder, 0o755)
    user = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []} if os.geteuid() == 0 else {}
    start(EXPORTER, f'--web.listen-address=127.0.0.1:{port}', '--collector.disable-defaults', '--collector.textfile',
          f'--collector.textfile.directory={folder}', **user)
    served, summaries = {}, {}
    for host in 'ab':
        for n in (0, 1):
            summaries[host, n] = night(host, n, folder)
            text = get(f'http://127.0.0.1:{port}/metrics')
            served[host, n] = series(text)
            with open(f'{folder}/bouncelog.prom', encoding='utf-8') as file:
                if served[host, n] != series(file.read()):
                    fault(f'{host}, night {n}: node_exporter serves something else')
            if not re.search(r'^node_textfile_scrape_error 0$', text, re.M) or 'node_textfile_mtime_seconds{' not in text:
                fault(f'{host}, night {n}: node_exporter could not read the file')
        os.unlink(f'{folder}/bouncelog.prom')
    night('b', 1, folder)
    return port, served, summaries


# --- Prometheus
def load(served):
    """Two days and a half, a sample an hour, of what was served after each night."""
    with open(f'{work}/loaded.txt', 'w', encoding='utf-8') as file:
        names = sorted({name for state in served.values() for name, _ in state})
        for name in names:
            for host in 'ab':
                for labels in sorted({key for n in (0, 1) for key in served[host, n] if key[0] == name}):
                    for hour in range(61):
                        value = served[host, int(hour >= 24)].get(labels)
                        if value is not None:
                            text = ','.join(f'{k}="{v}"' for k, v in (*labels[1], ('instance', host)))
                            file.write(f'{name}{{{text}}} {value} {BEGIN + hour * HOUR}\n')
        file.write('# EOF\n')
    done = subprocess.run([PROMTOOL, 'tsdb', 'create-blocks-from', 'openmetrics', f'{work}/loaded.txt', f'{work}/data'],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f'prometheus: promtool tsdb: {done.stdout}{done.stderr}')


def open_prometheus(scraped):
    port = free_port()
    shutil.copy('packaging/grafana/alerts.yml', work)
    with open(f'{work}/prometheus.yml', 'w', encoding='utf-8') as file:
        file.write('global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yml]\nscrape_configs:\n'
                   f'  - {{job_name: node, static_configs: [{{targets: ["127.0.0.1:{scraped}"]}}]}}\n')
    start(PROMETHEUS, f'--config.file={work}/prometheus.yml', f'--storage.tsdb.path={work}/data', '--storage.tsdb.retention.time=10y',
          f'--web.listen-address=127.0.0.1:{port}')
    get(f'http://127.0.0.1:{port}/-/ready')
    return f'http://127.0.0.1:{port}/api/v1'


def query(api, expression, at=None):
    """[(labels without the name, value)]"""
    asked = {'query': expression, **({'time': at} if at else {})}
    answer = json.loads(get(f'{api}/query?{urllib.parse.urlencode(asked)}'))
    if answer['status'] != 'success':
        fault(f'{expression}: {answer}')
        return []
    return [({k: v for k, v in row['metric'].items() if k != '__name__'}, float(row['value'][1])) for row in answer['data']['result']]


def rows_of(result, labels):
    return {tuple(row.get(label, '') for label in labels): round(value, 6) for row, value in result}


# --- what the summaries say
def count(summary, key, **where):
    return {row[key]: row['count'] for row in summary if all(row[k] == v for k, v in where.items())}


def add(*rows):
    total = collections.Counter()
    for row in rows:
        total.update(row)
    return {(key,): value for key, value in total.items() if value}


def suppressed(summaries):
    return add(*(collections.Counter(s['category'] for s in summary['suppress']) for summary in summaries))


BLOCKS = ('ip_blocklisted', 'domain_blocklisted', 'reputation', 'rate_limited', 'sender_auth', 'rdns_helo')


def expected(summaries, at):
    """By the title of a panel: labels, and what they lead to."""
    a, b, last = summaries['a', 1], summaries['b', 1], BEGIN + 24 * HOUR
    both, each = (a, b), {'a': a, 'b': b}
    failed = lambda s: s['attempts']['bounced'] + s['attempts']['expired']
    categories = add(*(count(s['categories'], 'category') for s in both))
    outcomes = ('delivered', 'deferred', 'bounced', 'expired')
    # What night 0 did not have at all has grown from 0: the first incident of its kind is seen
    grown = {c['category']: c['count'] for c in a['categories']}
    bounced = a['attempts']['bounced']
    day = {k: a['attempts'][k] for k in outcomes}
    if 'ip_blocklisted' in {c['category'] for c in summaries['a', 0]['categories']} or not grown['ip_blocklisted']:
        fault('night 1 is not the first that is blocked')
    unparsed = lambda s: s['lines']['unparsed'] / (s['lines']['delivery'] + s['lines']['unparsed'])
    kinds = {'ambiguous': 0, 'evicted': 0, 'strange_time': 0, 'unclassified': 1, 'unparsed': 5, 'unresolved_expiry': 0}
    per_host = lambda value: {(host,): round(value(summary), 6) for host, summary in each.items()}
    return {
        'Since the last complete run': (['instance'], per_host(lambda s: at - last)),
        'Complete': (['instance'], per_host(lambda s: 1)),
        'Attempts': (['instance'], per_host(lambda s: s['attempts']['total'])),
        'Bounced or expired': (['instance'], per_host(lambda s: failed(s) / s['attempts']['total'])),
        'Not understood': (['instance'], per_host(unparsed)),
        'Addresses to suppress': None,  # two panels: one by host, one by reason
        'Why mail failed': (['category'], categories),
        'Attempts of the last run': (['outcome'], add(*({k: s['attempts'][k] for k in outcomes} for s in both))),
        'Blocked or limited by others': (['category'], {k: v for k, v in categories.items() if k[0] in BLOCKS}),
        'Mailbox providers': (['provider', 'outcome'],
                              {(p['name'], k): sum(q[k] for s in both for q in s['providers'] if q['name'] == p['name'])
                               for p in a['providers'] for k in outcomes}),
        'Addresses to suppress, by reason': (['reason'], suppressed(both)),
        'What the last run could not read, understand or keep in mind':
            (['kind'], {(k,): 2 * v for k, v in {**kinds, 'input': 0}.items()}),
        'Attempts a day': (['outcome'], {(k,): v for k, v in day.items()}),
        'Failures a day, by category': (['category'], add(grown)),
        'Bounced or expired, share of the last day': (['instance'], {('a',): round(bounced / sum(day.values()), 6)}),
        'Held back, and come off the lists': (['instance'], {('a',): 0, ('b',): 0}),
        'Held back, by reason': (['reason'], {}),
        'How sure are the lists?': (['instance'], {('a',): 0}),
        'The brake': (['instance'], {('a',): 0, ('b',): 0}),
        'Lines a day': (['result'], {(k,): v for k, v in a['lines'].items() if k != 'total'}),
        'Errors a day': (['kind'], {(k,): v for k, v in kinds.items()}),
        'Messages that bounced': (['instance'], per_host(lambda s: s['rates']['messages']['bounce_rate'])),
        '...refused for good': (['instance'], per_host(lambda s: s['rates']['messages']['hard_bounce_rate'])),
        'Messages that bounced, share of each run': (['instance'], per_host(lambda s: s['rates']['messages']['bounce_rate'])),
        'Nothing was tried': (['instance'], per_host(lambda s: s['skipped'])),
        'Messages of the last run': (['outcome'], {(k,): sum(s['messages'][k] for s in both) for k in a['messages'] if k != 'total'}),
        'Sender domains': (['sender_domain', 'outcome'],
                           {(r['name'], k): sum(t[k] for s in both for t in s['streams'] if t['kind'] == 'sender_domain' and t['name'] == r['name'])
                            for r in a['streams'] if r['kind'] == 'sender_domain' for k in ('delivered', 'bounced', 'expired', 'waiting')}),
        'How long a run takes': None,
        'Versions': None,
    }


def check_panels(api, summaries, served):
    at = BEGIN + 47 * HOUR
    wanted, asked = expected(summaries, at), 0
    own = {'How long a run takes': 'bouncelog_last_run_duration_seconds', 'Versions': 'bouncelog_build_info'}
    with open('packaging/grafana/dashboard-prometheus.json', encoding='utf-8') as file:
        panels = json.load(file)['panels']
    for panel in panels:
        title = panel['title']
        if panel['type'] != 'row' and title not in wanted:
            fault(f'nobody says what "{title}" shows')
        for target in panel.get('targets', []) if title in wanted else []:
            asked += 1
            result = query(api, target['expr'].replace('$instance', '.*'), at)
            labels, rows = wanted[title] or (['instance'], {})
            if title == 'Addresses to suppress':
                by_reason = 'by (reason)' in target['expr']
                labels = ['reason'] if by_reason else ['instance']
                rows = suppressed([summaries[h, 1] for h in 'ab']) if by_reason else {
                    (h,): len(summaries[h, 1]['suppress']) for h in 'ab'}
            elif title in own:
                name = own[title] if own[title] in target['expr'] else 'bouncelog_last_run_timestamp_seconds'
                factor = 1000 if '* 1000' in target['expr'] else 1
                rows = {(h,): round(v * factor, 6) for h in 'ab' for key, v in served[h, 1].items() if key[0] == name}
            if rows_of(result, labels) != rows:
                fault(f'"{title}": {rows_of(result, labels)}, not {rows}')
    return asked


# alert, what it watches, hours -> who
ALERTS = {
    ('BouncelogStale', None): {47: set(), 52: {('a', None), ('b', None)}},
    ('BouncelogNoMetrics', None): {47: set(), 70: {(None, None)}},
    ('BouncelogIncomplete', None): {47: set()},
    ('MailLogSilent', None): {47: {('a', None), ('b', None)}}, # the logs are of long before
    ('MailNewlyBlocked', 'run'): {23: set(), 47: {('b', 'ip_blocklisted')}, 49: set()},
    ('PermanentFailuresHigh', 'run'): {23: set(), 47: {('b', None)}},
    ('LinesNotUnderstood', 'run'): {23: set(), 47: {('b', None)}},
    ('ListsHeldBack', None): {47: set()},
    ('RuleHeld', None): {47: set()},
    ('HardBouncesHigh', None): {23: set(), 47: {('a', None), ('b', None)}},  # night 0 has fewer than 100 messages
    ('MailNewlyBlocked', 'day'): {23: set(), 47: {('a', 'ip_blocklisted')}, 60: set()},
    ('PermanentFailuresHigh', 'day'): {23: set(), 47: {('a', None)}},
    ('LinesNotUnderstood', 'day'): {23: set(), 47: {('a', None)}},
}


def check_alerts(api):
    groups = json.loads(get(f'{api}/rules'))['data']['groups']
    rules = {(rule['name'], rule['labels'].get('over')): rule for group in groups for rule in group['rules']}
    if set(rules) != set(ALERTS):
        fault(f'alerts: {set(rules) ^ set(ALERTS)}')
    for key, times in ALERTS.items():
        for hour, wanted in times.items():
            rows = query(api, rules[key]['query'], BEGIN + hour * HOUR) if key in rules else []
            got = {(row.get('instance'), row.get('category')) for row, _ in rows}
            if got != wanted:
                fault(f'{key} after {hour} hours: {got}, not {wanted}')
    for _ in range(100):  # each was evaluated by Prometheus itself, too
        rules = [rule for group in json.loads(get(f'{api}/rules'))['data']['groups'] for rule in group['rules']]
        if all(rule['health'] == 'ok' for rule in rules):
            return len(rules)
        time.sleep(.2)
    fault(f'alerts: {[(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"]}')
    return len(rules)


def check_scrape(api, wanted):
    """Prometheus reads it from node_exporter itself, every series."""
    for _ in range(150):
        rows = query(api, '{__name__=~"bouncelog_.+"}')
        if len(rows) >= len(wanted):
            break
        time.sleep(.2)
    if len(rows) != len(wanted):
        fault(f'{len(rows)} series were scraped, not {len(wanted)}')


def main():
    write_logs()
    exporter, served, summaries = serve()
    load(served)
    api = open_prometheus(exporter)
    check_scrape(api, served['b', 1])
    panels, alerts = check_panels(api, summaries, served), check_alerts(api)
    print(f'prometheus: node_exporter served {len(served["a", 1])} series; {panels} queries of the dashboard and {alerts} alerts '
          f'answer as the summaries say; {faults} faults')


try:
    main()
finally:
    for child in children:
        child.terminate()
    for child in children:
        child.wait()
    shutil.rmtree(work, ignore_errors=True)
sys.exit(faults > 0)
