#!/usr/bin/env python3
"""The statements of docs/EVENTS.md, run by DuckDB over the compressed events of some nights: they say what counting the events says, each event is there
once although a night is there twice, and no event is lost on the way to Parquet."""
import collections, glob, gzip, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish, skip

MODULES = os.path.abspath('build/npm/node_modules')
if not shutil.which('node') or not os.path.isdir(f'{MODULES}/@duckdb/node-api'):
    skip('no DuckDB (scripts/setup-npm), so nobody has looked at the statements of docs/EVENTS.md')
STATEMENTS = re.findall(r'```sql\n(.*?)```', open('docs/EVENTS.md').read(), re.S)
expect(f'{len(STATEMENTS)} statements', len(STATEMENTS) == 4)
ask = lambda folder, statements: json.loads(subprocess.run(['node', os.path.abspath('tests/support/npm/duckdb.mjs'), MODULES], input=json.dumps(statements), cwd=folder,
                                                           capture_output=True, text=True, check=True).stdout)
failed = lambda event: event['outcome'] in ('deferred', 'bounced', 'expired')

with tempfile.TemporaryDirectory() as folder:
    logs = sorted(glob.glob('samples/*.log'))
    nights = [logs[:5], logs[5:], logs[2:7]]
    for number, files in enumerate(nights, 1):
        subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '--year', '2026', '--force', '-o', '/dev/null', '-e', f'{folder}/events-2026-11-{number:02}.ndjson.zst',
                        '--events-include', 'all', *files], check=True, capture_output=True)
    events = [json.loads(line) for name in sorted(glob.glob(f'{folder}/*.zst'))
              for line in subprocess.run(['zstd', '-dcq', name], capture_output=True, check=True).stdout.splitlines()]
    someone = next(event['recipient'] for event in events if failed(event))
    statements = [statement.replace('joe@example.com', someone.lower()) for statement in STATEMENTS]
    by_place, by_day, of_someone, _, kept = ask(folder, statements + ["SELECT * FROM read_parquet('events/*/*.parquet', hive_partitioning = true)"])

    reasons = collections.defaultdict(lambda: [0, set()])
    for event in events:
        if failed(event):
            reason = reasons[event['provider'], event['category']]
            reason[0] += 1
            reason[1].add(event['recipient'])
    want = sorted(((-count, provider or '~', category, len(who)) for (provider, category), (count, who) in reasons.items()))[:20]
    expect(f'what failed: {by_place}', [(-int(row['attempts']), row['provider'] or '~', row['category'], int(row['recipients'])) for row in by_place] == want)
    days = collections.Counter()
    for event in events:
        if event['category'] == 'suppressed_here' or event['outcome'] in ('bounced_later', 'complained'):
            continue
        sender = (event['sender'] or '').partition('@')[2] if event['sender'] is not None else None
        days[event['time'][:10], sender, 'attempts'] += 1
        days[event['time'][:10], sender, 'bounced'] += event['outcome'] in ('bounced', 'expired')
    got = {(row['day'], row['sender_domain'], key): int(row[key]) for row in by_day for key in ('attempts', 'bounced')}
    expect(f'by day: {got}, not {dict(days)}', got == dict(days))
    expect('one address', [row['text'] for row in of_someone] and len(of_someone) == sum(event['recipient'].lower() == someone.lower() for event in events))
    ids = {event['id']: event for event in events}
    expect(f'{len(kept)} rows of {len(ids)}', sorted(row['id'] for row in kept) == sorted(ids) and len(events) > len(ids))
    expect('another row', all(row['text'] == ids[row['id']]['text'] and row['recipient'] == ids[row['id']]['recipient'] for row in kept))
finish()
