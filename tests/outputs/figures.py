#!/usr/bin/env python3
"""The page, the metrics and the table say the same numbers as the summary; the same input gives the same
bytes; and each metric, with each value of its labels that is not chosen by a log, moves in some run."""
import collections, datetime, gzip, html.parser, json, os, re, shutil, subprocess, sys, tempfile

PROGRAM, faults = os.environ['BOUNCELOG'], 0
OUTCOMES = ('delivered', 'deferred', 'bounced', 'expired', 'handed_over', 'discarded', 'refused')
work = tempfile.TemporaryDirectory()
seen = collections.defaultdict(set)  # (metric, labels of a closed set) -> values


def fault(words):
    global faults
    faults += 1
    print('figures:', words)


def same(what, got, wanted):
    if got != wanted:
        fault(f'{what}: {got}, not {wanted}')


class Page(html.parser.HTMLParser):
    """Tiles, tables by caption, headings and paragraphs as plain words."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tiles, self.tables, self.words, self.stack = [], {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        if tag in ('meta', 'br'):
            return
        self.stack.append((tag, names.get('class') or ''))
        if tag == 'table':
            self.rows, self.caption = [], ''
        elif tag == 'tr':
            self.rows.append([])
        elif tag in ('td', 'th'):
            self.rows[-1].append('')
        elif tag == 'li' and self.inside('ul', 'tiles'):
            self.tiles.append('')
        elif tag in ('p', 'h3'):
            self.words.append('')

    def inside(self, tag, name=None):
        return any(t == tag and name in (None, c) for t, c in self.stack)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag == 'table':
            self.tables[self.caption.strip()] = self.rows
        self.stack.pop()

    def handle_data(self, data):
        data = data.replace('\xa0', ' ')
        if self.inside('title') and self.inside('svg'):
            return
        if self.inside('caption'):
            self.caption += data
        elif self.inside('td') or self.inside('th'):
            self.rows[-1][-1] += data
        elif self.inside('ul', 'tiles') and self.tiles:
            self.tiles[-1] += data
        elif self.inside('p') or self.inside('h3'):
            self.words[-1] += data


def numbers(text):
    return [int(n.replace(',', '')) for n in re.findall(r'(?<![\d.])\d[\d,]*(?![\d.]*[\d])(?!\.\d| %| h)', text)]


def number(text):
    return int(text.replace(',', ''))


def check_messages(what, page, summary):
    messages, own = summary['messages'], summary['notifications']
    order = ('total', 'delivered', 'bounced', 'expired', 'waiting', 'handed_over', 'discarded')
    said = next((numbers(w) for w in page.words if w.startswith('Each recipient of a message counts once')), None)
    same(f'{what}: messages', said, [messages[k] for k in order] if messages['total'] or own['total'] else None)
    besides = next((numbers(w) for w in page.words if w.startswith('Your own mail server wrote')), None)
    same(f'{what}: notifications', besides, [own[k] for k in ('total', 'delivered', 'bounced')] if own['total'] else None)
    rates, sent = summary['rates']['messages'], messages['total'] - messages['handed_over'] - messages['discarded']
    for k, part in (('delivery_rate', ('delivered',)), ('bounce_rate', ('bounced', 'expired')), ('hard_bounce_rate', ('bounced',))):
        same(f'{what}: {k}', rates[k], sent and int(sum(messages[p] for p in part) * 10000 / sent + 0.5) / 10000 or (0 if sent else None))
    same(f'{what}: all are one of these', sum(messages[k] for k in order[1:]), messages['total'])
    days = [(r[0], *map(number, r[1:6]), r[6]) for r in page.tables.get('Messages by day', [])[1:]]
    same(f'{what}: days', days, [(d['name'], *(d[k] for k in order[:5]), share(d['bounce_rate'] or 0)) for d in summary['days'][-92:]]
         if len(summary['days']) > 1 else [])
    same(f'{what}: campaigns are addresses', 'Campaigns' in page.tables, False)
    for caption, kind in (('Sender domains', 'sender_domain'),):
        got = [(number(r[1]), number(r[3]), r[4]) for r in page.tables.get(caption, [])[1:]]
        same(f'{what}: {caption}', got, [(s['total'], s['waiting'], share(s['bounce_rate'] or 0))
                                         for s in summary['streams'] if s['kind'] == kind][:12])
    episodes = [number(r[4]) for r in page.tables.get('Episodes', [])[1:]]
    same(f'{what}: episodes', episodes, [e['count'] for e in summary['episodes'][:20]])
    for kind in ('sender_domain', 'sender', 'campaign'):
        rows = [s for s in summary['streams'] if s['kind'] == kind]
        if kind != 'campaign' and sum(s['total'] for s in rows) > messages['total']:
            fault(f'{what}: more messages by {kind} than there are')


def check_page(what, text, summary):
    page, attempts = Page(text), summary['attempts']
    tile = {re.match(r'(Attempts|Delivered|Deferred|Bounced|To suppress)', t)[1]: t for t in page.tiles}
    check_messages(what, page, summary)
    latest = summary['latest_day']
    for name, key in (('Attempts', 'total'), ('Delivered', 'delivered'), ('Deferred', 'deferred'), ('Bounced', 'bounced')):
        same(f'{what}: tile {name}', number(re.match(rf'{name} ([\d,]+)', tile[name])[1]), attempts[key])
        then = re.search(r'last 24 h: ([\d,]+), usually ([\d,]+)', tile[name])
        field = 'count' if key == 'total' else key
        same(f'{what}: tile {name}, against the days before', then and (number(then[1]), number(then[2])),
             latest and (latest['latest'][field], latest['usual'][field]))
    same(f'{what}: tile To suppress', number(re.match(r'To suppress ([\d,]+)', tile['To suppress'])[1]), len(summary['suppress']))
    same(f'{what}: recipients', f"to {summary['recipients']['attempted']:,} recipient" in tile['Attempts'], True)
    lines = next(w for w in page.words if re.search(r'lines? read: ', w))
    same(f'{what}: lines', numbers(lines), [summary['lines'][k] for k in ('total', 'delivery', 'context', 'other', 'unparsed')])
    rows = [r for r in page.tables.get('Reasons, the most frequent first', []) if len(r) == 5 and r[1] != 'Attempts']
    same(f'{what}: reasons', [(r[0].split()[-1], *map(number, r[1:])) for r in rows],
         [(c['category'], c['count'], c['permanent'], c['transient'], c['recipients']) for c in summary['categories']])
    for caption, key in (('Mailbox providers', 'providers'), ('Recipient domains', 'recipient_domains')):
        got = [(number(r[1]), r[4]) for r in page.tables.get(caption, [])[1:]]
        same(f'{what}: {caption}', got, [(r['count'], share(r['bounce_rate'])) for r in summary[key][:15]])
    retries = summary['retries']
    for caption, key in (('After how long', 'waits'), ('At which try', 'deferrals')):
        if retries['delivered_later']:
            same(f'{what}: {caption}', [number(r[1]) for r in page.tables[caption][1:]], [r['count'] for r in retries[key]])
    if retries['delivered_later']:
        words = next(w for w in page.words if 'at the first try' in w)
        same(f'{what}: retries', numbers(words)[:2], [retries['delivered_at_once'], retries['delivered_later']])
    why = [(r[0].split()[-1], number(r[1])) for r in page.tables.get('Why', [])[1:]]
    same(f'{what}: why suppressed', why,
         sorted(collections.Counter(s['category'] for s in summary['suppress']).items(), key=lambda c: (-c[1], c[0])))
    for title, key in (('Delivery lines that could not be read', 'unparsed'), ('Replies that no rule knows', 'unclassified'),
                       ('Lines that can be read in two ways', 'ambiguous')):
        head = [numbers(w)[0] for w in page.words if w.startswith(title + ':')]
        same(f'{what}: {title}', head, [summary[key]['count']] if summary[key]['count'] else [])
    changes = page.tables.get('Against the lists of before')
    if changes:
        same(f'{what}: cleared, held', [number(r[1]) for r in changes[2:]], [len(summary['cleared']), len(summary['held'])])


def share(rate):
    """As the page rounds it: a share has four decimals, half a tenth is rounded up."""
    if 0 < rate < 0.0005:
        return '<0.1 %'
    if 0.9995 <= rate < 1:
        return '>99.9 %'
    tenths = (int(rate * 10000 + 0.5) + 5) // 10
    return f'{tenths // 10}.{tenths % 10} %'


def check_table(what, text, summary):
    attempts, lines = summary['attempts'], summary['lines']
    rows = lambda title: dict(reversed(r) for r in re.findall(r'^ {0,9}(\d+)  (\S+)', section(text, title), re.M))
    if attempts['total']:
        same(f'{what}: table, attempts', int(re.match(r'(\d+) delivery attempts?', text)[1]), attempts['total'])
    counted = next(row for row in text.split('\n') if re.match(r'\d+ lines?: ', row))
    same(f'{what}: table, lines', numbers(counted), [lines[k] for k in ('total', 'delivery', 'context', 'other', 'unparsed')])
    messages, rates = summary['messages'], summary['rates']['messages']
    sent = messages['total'] - messages['handed_over'] - messages['discarded']
    head = re.search(r'^(\d+) messages?: ([\d.]+) % delivered, ([\d.]+) % bounced or expired\n  \(([\d.]+) % refused for good\), (\d+) still waiting$', text, re.M)
    same(f'{what}: table, messages', head and (int(head[1]), *map(float, head.groups()[1:4]), int(head[5])),
         (sent, *(round(rates[k] * 100, 2) for k in ('delivery_rate', 'bounce_rate', 'hard_bounce_rate')), messages['waiting']) if sent else None)
    own = re.search(r'besides, (\d+) notifications?', text)
    same(f'{what}: table, notifications', sent and int(own[1]) if own else 0, summary['notifications']['total'] if sent else 0)
    same(f'{what}: table, outcomes', {k: int(v) for k, v in rows('Outcomes').items()}, {k: attempts[k] for k in OUTCOMES if attempts[k]})
    same(f'{what}: table, reasons', {k: int(v) for k, v in rows('Why mail failed, and what to do').items()},
         {c['category']: c['count'] for c in summary['categories']})
    latest = summary['latest_day']
    same(f'{what}: table, the last day', [(int(a), int(b)) for a, b in re.findall(r'^ *(\d+)  \w+ +usually (\d+)$', text, re.M)],
         [(latest['latest'][k], latest['usual'][k]) for k in ('count', *OUTCOMES[:4])] if latest else [])
    ranked = re.findall(r'^ *(\d+)  .* ([\d.]+) % bounced or expired$', section(text, 'Providers'), re.M)
    same(f'{what}: table, providers', [(int(a), float(b)) for a, b in ranked],
         [(p['count'], round(p['bounce_rate'] * 100, 2)) for p in summary['providers'][:15]])
    domains = [s for s in summary['streams'] if s['kind'] == 'sender_domain']
    ranked = re.findall(r'^ *(\d+)  .* ([\d.]+) % bounced or expired$', section(text, 'Messages by sender domain'), re.M)
    same(f'{what}: table, sender domains', [(int(a), float(b)) for a, b in ranked],
         [(s['total'] - s['handed_over'] - s['discarded'], round((s['bounce_rate'] or 0) * 100, 2)) for s in domains[:15]] if len(domains) > 1 else [])
    refused = [e for e in summary['episodes'] if e['kind'] != 'greylisted'][:10]
    told = re.findall(r'^ *(\d+)  (\w+) at (.*)\n +(?:since (\S+), )?last (\S+); (ended|goes on)$', section(text, 'Who refuses or slows your hosts'), re.M)
    wanted = [(str(e['count']), e['kind'], (e['provider'] or 'others') + (f' ({e["list"]})' if e['list'] else '') + (f' from {e["host"]}' if e['host'] else ''),
               e['first_seen'] or '', e['last_seen'], 'ended' if e['ended'] else 'goes on') for e in refused]
    same(f'{what}: table, episodes', told, wanted)
    retries = re.findall(r'^ *(\d+)  taken', text, re.M)
    wanted = summary['retries']
    same(f'{what}: table, retries', [int(n) for n in retries],
         [wanted['delivered_at_once'], wanted['delivered_later']] if wanted['delivered_later'] else [])
    if max(map(len, text.split('\n'))) > 80 and '--' not in what:
        fault(f'{what}: the table is wider than 80 columns')


def section(text, title):
    return text.split(f'\n{title}\n', 1)[1].split('\n\n', 1)[0] if f'\n{title}\n' in text else ''


def read_metrics(text):
    metrics = {}
    for name, labels, value in re.findall(r'^(bouncelog_\w+)(?:\{(.*)\})? (\S+)$', text, re.M):
        metrics[name, tuple(sorted(re.findall(r'(\w+)="([^"]*)"', labels)))] = float(value)
    return metrics


def sums(metrics, name, label):
    result = collections.Counter()
    for (metric, labels), value in metrics.items():
        if metric == f'bouncelog_{name}':
            result[dict(labels)[label]] += value
    return {key: int(value) for key, value in result.items() if value}


def check_metrics(what, text, summary):
    metrics = read_metrics(text)
    for (name, labels), value in metrics.items():
        seen[name, labels if name.endswith(('lines', 'errors', 'lines_total', 'errors_total')) else ()].add(value)
        same(f'{what}: {name} by the label of 1.0.0', dict(labels).get('disposition'), dict(labels).get('outcome'))
    nonzero = lambda rows: {key: value for key, value in rows.items() if value}
    same(f'{what}: metrics, lines', sums(metrics, 'last_run_lines', 'result'),
         nonzero({k: v for k, v in summary['lines'].items() if k != 'total'}))
    same(f'{what}: metrics, attempts', sums(metrics, 'last_run_replies', 'outcome'), nonzero({k: summary['attempts'][k] for k in OUTCOMES}))
    by_category = sums(metrics, 'last_run_replies', 'category')
    by_category.pop('none', None)
    same(f'{what}: metrics, categories', by_category, {c['category']: c['count'] for c in summary['categories']})
    same(f'{what}: metrics, providers', sums(metrics, 'last_run_provider_replies', 'provider'),
         nonzero({p['name']: sum(p[k] for k in OUTCOMES[:4]) for p in summary['providers'][:20]}))
    for kind, key in (('message', 'messages'), ('notification', 'notifications')):
        got = {dict(labels)['outcome']: int(v) for (name, labels), v in metrics.items()
               if name == 'bouncelog_last_run_messages' and dict(labels)['kind'] == kind}
        same(f'{what}: metrics, {key}', got, {k: v for k, v in summary[key].items() if k != 'total'})
    same(f'{what}: metrics, skipped', metrics['bouncelog_last_run_skipped_lines', ()], summary['skipped'])
    for name, key in (('message_bounce_ratio', 'bounce_rate'), ('message_hard_bounce_ratio', 'hard_bounce_rate')):
        same(f'{what}: metrics, {name}', metrics.get((f'bouncelog_last_run_{name}', ())), summary['rates']['messages'][key])
    same(f'{what}: metrics, sender domains', sums(metrics, 'last_run_sender_domain_messages', 'sender_domain'),
         nonzero({s['name']: s['delivered'] + s['bounced'] + s['expired'] + s['waiting']
                  for s in [s for s in summary['streams'] if s['kind'] == 'sender_domain'][:20]}))
    same(f'{what}: metrics, suppressed', sums(metrics, 'suppressed_addresses', 'reason'),
         dict(collections.Counter(s['category'] for s in summary['suppress'])))
    single = lambda name: metrics.get((f'bouncelog_{name}', ()))
    same(f'{what}: metrics, incidents', single('incidents'), len(summary['incidents']))
    same(f'{what}: metrics, held by reason', sum(sums(metrics, 'held_reason_addresses', 'reason').values()), len(summary['held']))
    check_reversals(what, metrics, summary['reversals'])
    same(f'{what}: metrics, held, cleared, brake', (single('held_addresses'), single('cleared_addresses'), single('brake')),
         (len(summary['held']), len(summary['cleared']), summary['brake']))
    same(f'{what}: metrics, errors', sums(metrics, 'last_run_errors', 'kind'), nonzero({
        'ambiguous': summary['ambiguous']['count'], 'evicted': summary['evicted'],
        'input': sum(i['error'] is not None for i in summary['inputs']), 'unclassified': summary['unclassified']['count'],
        'strange_time': summary['strange_times'], 'unparsed': summary['unparsed']['count'], 'unresolved_expiry': summary['unresolved_expiries']}))
    newest, last = single('newest_attempt_timestamp_seconds'), summary['window']['last']
    seconds = last and int(datetime.datetime.fromisoformat(last.replace('Z', '+00:00')).timestamp())
    same(f'{what}: metrics, newest attempt', (newest or 0) >= (seconds or 0), True)
    same(f'{what}: metrics, success', (single('last_success_timestamp_seconds') is not None), single('last_run_complete') == 1)


def check_reversals(what, metrics, reversals):
    single = lambda name: metrics.get((f'bouncelog_list_{name}', ()))
    if reversals is None:
        same(f'{what}: metrics, reversals', [key for key in metrics if key[0].startswith('bouncelog_list_') or key[0] == 'bouncelog_rule_held'], [])
        return
    same(f'{what}: metrics, reversals', (single('tested_addresses'), single('reversed_addresses'), single('probed_addresses')),
         (reversals['tested'], reversals['accepted'], reversals['probed']))
    same(f'{what}: metrics, how sure', single('wrong_upper_ratio'), round(reversals['upper_95'], 4) if reversals['tested'] else None)
    same(f'{what}: metrics, rules that are held', {dict(labels)['rule']: bool(v) for (name, labels), v in metrics.items()
                                                   if name == 'bouncelog_rule_held'}, {row['rule']: row['held'] for row in reversals['by_rule']})
    same(f'{what}: reversals by rule', [sum(row[key] for row in reversals['by_rule']) for key in ('listed', 'tested', 'accepted')],
         [reversals[key] for key in ('listed', 'tested', 'accepted')])
    same(f'{what}: reversals, named', len(reversals['entries']), reversals['accepted'])


def run(what, files, *options, codes=(0,), history=None, epoch=1795478400, table=True):
    """Everything that a run writes, twice; the second one must find the history as the first one did."""
    results, path = [], f'{work.name}/out'
    for times in (1, 2):
        if history and os.path.exists(history):
            shutil.copy(history, f'{history}.{"before" if times == 1 else "after"}')
        if times == 2 and history:
            os.unlink(history)
            if os.path.exists(f'{history}.before'):
                shutil.copy(f'{history}.before', history)
        done = subprocess.run([PROGRAM, 'scan', '--year', '2026', '--timezone', 'UTC', *(['--history', history] if history else []),
                               *options, '--html', f'{path}.html', '--prometheus', f'{path}.prom', '-o', f'{path}.json', *files],
                              capture_output=True, env={**os.environ, 'SOURCE_DATE_EPOCH': str(epoch)})
        if done.returncode not in codes:
            sys.exit(f'figures: {what}: exit {done.returncode}: {done.stderr}')
        texts = [open(f'{path}.{kind}', encoding='utf-8').read() for kind in ('json', 'html', 'prom')]
        seen['bouncelog_last_run_duration_seconds', ()].add(re.search(r'duration_seconds ([\d.]+)', texts[2])[1])
        texts[2] = re.sub(r'(duration_seconds) [\d.]+', r'\1 0', texts[2])
        results.append(texts)
    if results[0] != results[1]:
        fault(f'{what}: the same input gave other bytes')
    summary = json.loads(results[0][0])
    check_page(what, results[0][1], summary)
    check_metrics(what, results[0][2], summary)
    if history or not table:
        return summary
    done = subprocess.run([PROGRAM, 'scan', '--year', '2026', '--timezone', 'UTC', *options, '--text', *files], capture_output=True)
    check_table(what, done.stdout.decode('utf-8'), summary)
    return summary


def line(day, number, recipient, status, code, reply, hour=3):
    said = f'host mx.example.com[198.51.100.7] said: {reply} (in reply to RCPT TO command)' if status != 'sent' else reply
    return (f'2026-11-{day:02}T{hour:02}:11:09+00:00 mx1 postfix/smtp[9]: {0x10000000 + number:X}: to=<{recipient}>, '
            f'relay=mx.example.com[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn={code}, status={status} ({said})\n')


def log(name, lines):
    with open(f'{work.name}/{name}', 'w', encoding='utf-8') as file:
        file.writelines(lines)
    return f'{work.name}/{name}'


def dead(day, number, recipient):
    return line(day, number, recipient, 'bounced', '5.1.1', '550 5.1.1 User unknown')


def taken(day, number, recipient, hour=3):
    return line(day, number, recipient, 'sent', '2.0.0', '250 2.0.0 OK', hour)


def waits():
    """Taken at the second try after an hour, at the third after five, over midnight, and at once."""
    later = lambda n, day, hour: line(day, n, f'a{n}@gmail.com', 'deferred', '4.2.0', '450 4.2.0 Greylisted', hour)
    lines = [later(1, 20, 3), taken(20, 1, 'a1@gmail.com', 4), later(2, 20, 5), later(2, 20, 6), taken(20, 2, 'a2@gmail.com', 10),
             later(3, 20, 23), taken(21, 3, 'a3@gmail.com', 0), taken(21, 4, 'a4@gmail.com', 1)]
    summary = run('waits', [log('waits.log', lines)])
    counts = {row['up_to_s']: row['count'] for row in summary['retries']['waits'] if row['count']}
    same('waits', (counts, [r['count'] for r in summary['retries']['deferrals']], summary['retries']['providers']),
         ({3600: 2, 43200: 1}, [2, 1, 0, 0, 0, 0], [{'name': 'google', 'count': 3, 'half_within_s': 3600, 'most_within_s': 43200}]))
    same('waits, at once and later', (summary['retries']['delivered_at_once'], summary['retries']['delivered_later']), (1, 3))
    history = f'{work.name}/waits'
    nights = [run(f'waits, night {n}', [log(f'waits{n}.log', part)], history=history)['retries']
              for n, part in enumerate((lines[:1], lines[1:4], lines[4:]))]
    same('waits over nights', [n['delivered_later'] for n in nights], [0, 1, 2])
    same('waits over nights, tries', [sum(n['deferrals'][i]['count'] for n in nights) for i in (0, 1)], [2, 1])


def days():
    """Ten days, the last one busier; alone, and night after night with a history."""
    number, parts = 0, []
    for day in range(10, 20):
        part = []
        for i in range(6 + day % 3 + (20 if day == 19 else 0)):
            number += 1
            part.append((taken if i % 3 else dead)(day, number, f'u{number}@gmail.com', **({'hour': i % 24} if i % 3 else {})))
        part.append(taken(day, number + 5000, 'last@gmail.com', 23))
        part.append(line(day, number + 9000, f'w{day}@gmail.com', 'bounced', '5.0.0', f'550 5.0.0 wibble {"old" if day % 2 else "odd"} words'))
        parts.append(part)
    whole = run('days', [log('days.log', sum(parts, []))])
    history = f'{work.name}/days'
    for n, part in enumerate(parts):
        night = run(f'days, night {n}', [log(f'days{n}.log', part)], history=history)
        fresh = [shape['new'] for shape in night['unclassified']['shapes']]
        same(f'days, night {n}: new words', fresh, [None if n == 0 else n == 1])
    same('days, the last one', night['latest_day'], whole['latest_day'])
    attempts = [len(part) for part in parts]
    same('days, usual', (whole['latest_day']['latest']['count'], whole['latest_day']['usual']['count'], whole['latest_day']['days_before']),
         (attempts[9], sorted(attempts[2:9])[3], 7))


def lists():
    history = f'{work.name}/lists'
    run('lists, the first night', [log('l1.log', [dead(1, n, f'd{n}@d{n}.example') for n in range(3)])], history=history)
    second = run('lists, the second night', [log('l2.log', [taken(5, 100, 'd1@d1.example')])], history=history, epoch=1795564800)
    same('lists, cleared', len(second['cleared']), 1)
    subprocess.run([PROGRAM, 'history', 'allow', '--history', history, 'd2@d2.example'], check=True, stdout=subprocess.DEVNULL)
    third = run('lists, the third night', [log('l3.log', [dead(6, 200 + n, f'e{n}@e{n}.example') for n in range(400)])],
                history=history, codes=(0, 8))
    same('lists, held and brake', (len(third['held']) > 0, third['brake']), (True, True))


def incident():
    """One provider calls dead whom it took mail for until then; another one goes on."""
    mails = [taken(day, 100 * day + n, f'u{n}@{"outlook.com" if n % 2 else "gmail.com"}', 8 + n % 3) for day in (10, 11, 12) for n in range(90)]
    mails += [dead(13, 2000 + n, f'u{n}@outlook.com') if n % 2 else taken(13, 2000 + n, f'u{n}@gmail.com') for n in range(60)]
    summary = run('an incident', [log('incident.log', mails)])
    same('an incident', [(i['kind'], i['name'], i['addresses'], i['share']) for i in summary['incidents']],
         [('provider', 'microsoft', 30, 1)])
    same('an incident, held', ([row['why'][:9] for row in summary['held']], summary['suppress']), (['incident:'] * 30, []))


def reversals():
    """Who was listed is mailed again: some take the mail, a rule is held; some are let go for one mail."""
    history, policy = f'{work.name}/reversals', f'{work.name}/policy.yaml'
    with open('patterns/policy.yaml', encoding='utf-8') as model, open(policy, 'w', encoding='utf-8') as file:
        file.write(model.read().replace('tested: 30', 'tested: 10').replace('probe: { per_million: 0, after_days: 30', 'probe: { per_million: 500000, after_days: 5'))
    with open('samples/mailed-again.log', encoding='utf-8') as file:
        lines = file.readlines()
    for n, day in enumerate(('2026-11-03', '2026-11-10', '2026-11-17')):
        night = run(f'reversals, night {n}', [log(f'again{n}.log', [text for text in lines if text.startswith(day)])], '--policy', policy, '--force',
                    history=history, epoch=1793750399 + n * 7 * 86400)
        found = night['reversals']
        same(f'reversals, night {n}', (found['listed'], found['tested'], found['accepted'], found['probed'] > 0),
             ((33, 0, 0, False), (33, 29, 13, True), (33, 29, 13, True))[n])


samples = ['samples/postfix.log', 'samples/exim-mainlog', 'samples/sendmail.log']
run('nothing', [log('empty.log', [])])
run('samples', samples)
run('samples --inbound', [*samples, 'samples/exim-syslog.log', 'samples/solaris.log'], '--inbound')
run('injection --inbound', [f'tests/hostile/injection/{n}.log' for n in ('ambiguous', 'exim', 'postfix', 'sendmail')], '--inbound')
broken = line(1, 1, 'a@example.com', 'sent', '2.0.0', '250 OK').replace('status=', 'zustand=')
run('unparsed', [log('unparsed.log', [broken] * 20)], codes=(3,))
with open(f'{work.name}/cut.gz', 'wb') as file:
    file.write(gzip.compress(''.join(dead(1, n, f'z{n}@example.com') for n in range(500)).encode())[:-40])
run('a file that is cut', [f'{work.name}/cut.gz'], codes=(3,))
open_ones = [line(1, n, f'o{n}@example.com', 'deferred', '4.2.0', '450 4.2.0 Greylisted') for n in range(3000)]
run('forgotten messages', [log('open.log', open_ones)], '--max-open-messages', '1000', codes=(3,))
odd = [line(1, n, f'o{n}@example.com', 'bounced', '5.0.0', f'550 5.0.0 wibble wobble {"abc"[n % 3]}') for n in range(30)]
expiry = '2026-11-01T03:11:09+00:00 mx1 postfix/qmgr[7]: 2ABCDEF: from=<a@shop.example>, status=expired, returned to sender\n'
run('doubts in a history', [log('doubts.log', [*odd, expiry, broken, *open(samples[0], encoding='utf-8')])],
    history=f'{work.name}/doubts')
waits()
days()
lists()
incident()
reversals()
old = taken(1, 1, 'a@example.com').replace('2026-11-01', '1970-01-01')
other = '2026-11-01T03:11:09+00:00 mx1 sshd[9]: Server listening on 192.0.2.1 port 22.\n'
for n, options in enumerate(((), ('--max-open-messages', '1000'))):
    run(f'totals {n}', [log(f'totals{n}.log', [*odd[n:], expiry, *[other, old] * n, *open_ones, *open('tests/hostile/injection/ambiguous.log', encoding='utf-8')])],
        *options, history=f'{work.name}/totals{n}', codes=(0, 3))

# Each metric moves
for (name, labels), values in sorted(seen.items()):
    other_rule = name == 'bouncelog_rule_held' and ('rule', 'recipient-disabled') not in labels
    if len(values) < 2 and name != 'bouncelog_build_info' and not other_rule:
        fault(f'{name}{dict(labels)} is always {values}')
if len(seen) < 30:
    fault(f'only {len(seen)} metrics were seen')
print(f'figures: page, metrics and table say what the summary says; {len(seen)} metrics move; {faults} faults')
sys.exit(faults > 0)
