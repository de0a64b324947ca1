#!/usr/bin/env python3
"""Who was listed and lives: night after night over samples/mailed-again.log, in which mail is sent to those on the list.

  nights     entries are tested once, by mail that is refused or taken; who took it is named, with rule and reply
  held       a rule of which too many took mail lists nobody more, and each run says so, until a policy allows it or the days are over
  undo       a run that is taken back and made again counts once; a run that brakes, or a dry run, counts nothing
  merge      counts of two hosts add up
  forget     nobody is named who was erased; counts stay
  probe      some entries leave the lists for one mail, with FILE.removed; refused, they are back"""
import datetime, json, os, re, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

folder = tempfile.TemporaryDirectory()
work = folder.name
SAMPLE = open('samples/mailed-again.log').read()
POLICY = open('patterns/policy.yaml').read()
WEEKS = ['2026-11-03', '2026-11-10', '2026-11-17']


def check(holds, what):
    expect(what, holds)


def at(text):
    return str(int(datetime.datetime.fromisoformat(f'{text}T23:00:00+00:00').timestamp()))


def run(*arguments, now, codes=(0,)):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env={**os.environ, 'SOURCE_DATE_EPOCH': at(now)})
    check(done.returncode in codes, f'{" ".join(arguments)}: exit {done.returncode}: {done.stderr[:300]}')
    return done


def log_of(day, name='log'):
    path = f'{work}/{name}-{day}'
    with open(path, 'w') as file:
        file.writelines(line for line in SAMPLE.splitlines(True) if line.startswith(day))
    return path


def night(db, day, *more, codes=(0,)):
    more = more if '--policy' in more else [*FEW, *more]
    done = run('scan', '-d', f'{work}/{db}', '-s', f'{work}/list', '-o', f'{work}/summary', '--force', *more, log_of(day), now=day, codes=codes)
    with open(f'{work}/summary') as file:
        return json.load(file), done.stderr, open(f'{work}/list').read().split()


def figures(reversals):
    return [reversals[key] for key in ('listed', 'tested', 'accepted')]


def policy(name='policy', **values):
    text = POLICY
    for key, value in values.items():
        text = re.sub(rf'^{key}: .*$', f'{key}: {value}', text, flags=re.M)
    with open(f'{work}/{name}.yaml', 'w') as file:
        file.write(text)
    return ['--policy', f'{work}/{name}.yaml']


FEW = policy('few', max_regret='{ per_million: 5000, tested: 10, reversals: 3, days: 90 }') # the sample has 13 who come back


# nights
first, _, listed = night('db', WEEKS[0])
check(figures(first['reversals']) == [33, 0, 0] and first['reversals']['entries'] == [], f'the first night: {figures(first["reversals"])}')
check(len(listed) == 33, f'{len(listed)} listed')
second, told, listed = night('db', WEEKS[1])
check(figures(second['reversals']) == [33, 29, 13], f'the second night: {figures(second["reversals"])}')
check(len(listed) == 20 and 'held' not in told, 'those who took mail come off')
entries = second['reversals']['entries']
check(len(entries) == 13 and {entry['category'] for entry in entries} == {'recipient_disabled'} and
      all('disabled@' in entry['address'] and entry['reply'] and entry['rule'] == 'recipient-disabled' and entry['code'] in (550, 554) and
          entry['listed_at'].startswith(WEEKS[0]) and entry['accepted_at'].startswith(WEEKS[1]) for entry in entries), f'who took mail: {entries[:1]}')

# undo, a dry run, the brake
runs = json.loads(run('history', 'show', '--json', '-d', f'{work}/db', now=WEEKS[1]).stdout)['runs']
run('history', 'undo', '-d', f'{work}/db', str(max(row['run'] for row in runs)), now=WEEKS[1])
dry = night('db', WEEKS[1], '--dry-run')[0]
again, _, _ = night('db', WEEKS[1])
check(again['reversals'] == second['reversals'] == dry['reversals'], 'taken back and made again it is the same')
same = night('db', WEEKS[1])[0]['reversals']
check(figures(same) == [33, 29, 13] and same['entries'] == entries, 'a night with nothing new adds nothing')

# held
third, told, _ = night('db', WEEKS[2])
check(figures(third['reversals']) == [33, 29, 13], f'the third night: {figures(third["reversals"])}')
held = [row['rule'] for row in third['reversals']['by_rule'] if row['held']]
check(held == ['recipient-disabled'] and 'the rule recipient-disabled is held' in told, f'held: {held}, {told}')
fresh = SAMPLE.splitlines()[1]
fresh = re.sub(r'to=<[^>]+>, relay=[^,]+', 'to=<zoe@fresh.example>, relay=mx.fresh.example[203.0.113.99]:25', fresh)
fresh = re.sub(r'status=.*', 'status=bounced (host mx.fresh.example[203.0.113.99] said: 550 This account has been disabled (in reply to RCPT TO command))', fresh)
fresh = re.sub(r'dsn=\S+,', 'dsn=5.0.0,', fresh).replace('2026-11-03', '2026-11-18')


def with_zoe(db, *more):
    with open(f'{work}/zoe', 'w') as file:
        file.write(fresh + '\n')
    return night(db, '2026-11-18', *more, f'{work}/zoe')


for name in 'db', 'other':
    with open(f'{work}/db', 'rb') as file, open(f'{work}/{name}-zoe', 'wb') as copy:
        copy.write(file.read())
zoe, told, listed = with_zoe('db-zoe')
why = {row['address']: row['why'] for row in zoe['held']}.get('zoe@fresh.example', '')
check('zoe@fresh.example' not in listed and why.startswith('rule: recipient-disabled has listed too many'), f'zoe is held: {why}')
answer = json.loads(run('why', '--json', '-d', f'{work}/db-zoe', *FEW, 'zoe@fresh.example', now='2026-11-18').stdout)
check(answer['held_by'] == 'rule' and not answer['listed'], f'why: {answer["held_by"]}')
page = run('report', '-d', f'{work}/db-zoe', *FEW, '-o', '/dev/null', '--html', f'{work}/page', '--prometheus', f'{work}/metrics', now='2026-11-18')
with open(f'{work}/page') as file:
    text = file.read()
    check('29 of those on the lists were mailed again in the last 90 days, 13 accepted: between 29 % and 62 % may be wrong' in text, 'the page says it')
    check('(held: lists nobody new)' in text and 'disabled@' not in text, 'the page names rules and nobody')
with open(f'{work}/metrics') as file:
    check('bouncelog_rule_held{rule="recipient-disabled"} 1\n' in file.read(), 'the metrics have it')
_, told, listed = with_zoe('other-zoe', *policy(max_regret='{ per_million: 1000000, tested: 3, reversals: 3, days: 90 }'))
check('zoe@fresh.example' in listed and 'is held' not in told, 'a policy that never holds lists zoe')
zoe, _, listed = night('db-zoe', '2027-03-01')
check('zoe@fresh.example' in listed and figures(zoe['reversals']) == [1, 0, 0] and zoe['reversals']['entries'] == [], 'behind 90 days it is over')

# merge
subprocess.run([PROGRAM, 'scan', '-d', f'{work}/db2', '-o', '/dev/null', '--force', '--host', 'mx9', f'{work}/zoe'], check=True,
               env={**os.environ, 'SOURCE_DATE_EPOCH': at('2026-11-18')})
run('merge', '--into', f'{work}/both', f'{work}/db', f'{work}/db2', now='2026-11-18')
both = json.loads(run('report', '-d', f'{work}/both', now='2026-11-18').stdout)
check(figures(both['reversals']) == [34, 29, 13], f'two hosts: {figures(both["reversals"])}')

# forget
name = entries[0]['address']
run('history', 'forget', '-d', f'{work}/db', name, now='2026-11-18')
left = json.loads(run('report', '-d', f'{work}/db', now='2026-11-18').stdout)['reversals']
check(figures(left) == [33, 29, 13] and len(left['entries']) == 12 and name not in json.dumps(left), 'who is erased is not named; counts stay')
with open(f'{work}/db', 'rb') as file:
    check(name.encode() not in file.read(), f'{name} is not in the file')

# probe
every = policy(probe='{ per_million: 700000, after_days: 10, seed: 3 }')
night('probed', WEEKS[0], *every)
_, _, listed = night('probed', '2026-11-12', *every) # nothing was read of the 10th
check(len(listed) == 33, 'no probe before its time')
summary, _, listed = night('probed', '2026-11-14', *every, '--delta')
probed = {row['address'] for row in summary['suppress'] if row.get('probed')}
with open(f'{work}/list.removed') as file:
    removed = set(file.read().split())
check(15 <= len(probed) <= 31 and removed == probed and listed == [] and summary['reversals']['probed'] == len(probed), f'{len(probed)} are probed: {removed ^ probed}')
again, _, _ = night('probed', '2026-11-15', *every)
check({row['address'] for row in again['suppress'] if row.get('probed')} == probed, 'the next night it is the same ones')
summary, _, listed = night('probed', WEEKS[2], *every, '--delta')
mailed = {match for match in re.findall(r'to=<([^>]+)>', ''.join(line for line in SAMPLE.splitlines(True) if line.startswith(WEEKS[2])))}
back = {address for address in probed & mailed if 'dead@' in address}
check(back and set(listed) == back, f'those who refused are back on the list: {set(listed) ^ back}')
still = {row['address'] for row in summary['suppress'] if row.get('probed')}
check(still == probed - mailed, f'who was not mailed is still out: {still ^ (probed - mailed)}')
check(json.loads(run('why', '--json', '-d', f'{work}/probed', *every, sorted(still)[0], now=WEEKS[2]).stdout)['listed'], 'who is probed is listed')
finish()
