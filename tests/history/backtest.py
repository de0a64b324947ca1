#!/usr/bin/env python3
"""Is a backtest what nightly runs do? Runs the program night after night over a synthetic world in which nobody honours the list, and
compares its lists with those that `bouncelog backtest` finds afterwards:

  nights    an address that is on a list after some night is an entry of that night, and no other is
  history   the same logs, from the history and directly, in order and turned round, on one thread and on three: the same bytes, but for ids in replies
  truth     who took mail behind his entry is a reversal, with the numbers of mails, by what the world knows; who got none is not tested
  hosts     the logs of two hosts, merged, say what both together say
  forget    nothing in the file speaks of an address that was erased"""
import argparse, collections, datetime, json, os, random, re, shutil, subprocess, sys, tempfile

from world import DAY, HOUR, Incident, World, Writer, epoch, mail_of

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument('binary')
parser.add_argument('--seeds', type=int, default=2)
parser.add_argument('--size', type=int, default=1200)
parser.add_argument('--days', type=int, default=32)
options = parser.parse_args()
work = tempfile.mkdtemp()
faults = []


def fault(text):
    faults.append(text)
    print(f'backtest: {text}')


def program(*command, codes=(0,), now=0):
    done = subprocess.run([options.binary, *command], capture_output=True, env={**os.environ, 'SOURCE_DATE_EPOCH': str(epoch(now))})
    if done.returncode not in codes:
        raise SystemExit(f'backtest: {command}: exit {done.returncode}: {done.stderr.decode()[:400]}')
    return done.stdout.decode()


def backtest(*arguments):
    return program('backtest', '--json', '--policy', f'{work}/nobody.yaml', *arguments, now=options.days * DAY + 60)


def nobody():
    """A policy that lists nobody: all entries of the one in use leave."""
    model = open(f'{os.path.dirname(__file__)}/../../patterns/policy.yaml').read()
    rules = model[:model.index('local_recipients: ignore')].rindex('policy:\n')
    with open(f'{work}/nobody.yaml', 'w') as file:
        file.write('policy:\n  complaint: { messages: 60 }\n' + model[model.index('\nlocal_recipients: ignore') + 1:])


def entries(result):
    found = json.loads(result)
    nobody_listed = next(diff for diff in found['diffs'] if diff['to'].endswith('nobody.yaml'))
    return found, {row['address']: row for row in nobody_listed['leave']}


def day_of(time):
    at = datetime.datetime.fromisoformat(time.replace('Z', '+00:00'))
    return int(at.timestamp() - epoch(0)) // DAY - 1


def world_logs(seed):
    """A log a day, and what came of each mail. Nobody takes anybody off: the list is not honoured, but for a fifth of the dead."""
    world, rnd, writer = World(seed, options.size, 6, 30, 90), random.Random(f'backtest {seed}'), Writer()
    honoured = {box.address for box in world.boxes if box.luck < 0.2}
    incident = Incident('google', 0.4, 12 * DAY + 9 * HOUR, 12 * DAY + 15 * HOUR)
    small = Incident('large', 1.0, 20 * DAY + 9 * HOUR, 20 * DAY + 9 * HOUR + 900)
    listed, days = set(), []
    for day in range(options.days):
        without = honoured & listed
        mails = mail_of(world, day, False, without, small if day == 20 else incident, writer, rnd)
        with open(f'{work}/log-{day:02}', 'w') as file:
            file.writelines(mail.text for mail in mails)
        program('scan', '-d', f'{work}/db', '-s', f'{work}/list', '-o', '/dev/null', '--force', f'{work}/log-{day:02}', codes=(0, 3),
                now=(day + 1) * DAY)
        listed = set(open(f'{work}/list').read().split())
        days.append((mails, listed))
    return days


def check_nights(days, rows):
    first = {}
    for day, (_, listed) in enumerate(days):
        for address in listed:
            first.setdefault(address, day)
    found = {address: day_of(row['listed_at']) for address, row in rows.items()}
    for address in sorted(first.keys() | found.keys()):
        if first.get(address) != found.get(address):
            fault(f'{address}: on the list of night {first.get(address)}, an entry of night {found.get(address)}')


def what_came(days):
    """The days on which each address took mail, and refused it for good."""
    taken, refused = collections.defaultdict(set), collections.defaultdict(set)
    for day, (mails, _) in enumerate(days):
        for mail in mails:
            if mail.what == 'ok':
                taken[mail.box.address].add(day)
            elif 'status=bounced' in mail.text:
                refused[mail.box.address].add(day)
    return taken, refused


def check_truth(days, found, rows):
    """Entries that no guard took back: the first one of each address is told by the difference."""
    taken, refused = what_came(days)
    reversals = {row['address'] for row in found['policies'][0]['reversals']}
    for address, row in rows.items():
        night, left = day_of(row['listed_at']), next((day for day, (_, listed) in enumerate(days) if day > day_of(row['listed_at']) and
                                                      address not in listed), options.days)
        lost = {day for day in taken[address] if day > night}
        if lost and min(lost) >= left and min(lost) != left: # a guard let him go before
            continue
        want = (len({day for day in refused[address] if day > night}), len(lost), bool(lost))
        have = (row['mails_saved'], row['mails_lost'], address in reversals)
        if want != have:
            fault(f'{address}: saved, lost, reversal: {have}, not {want}')
    tested = sum(bool([day for day in taken[address] | refused[address] if day > day_of(row['listed_at'])]) for address, row in rows.items())
    if not rows or not tested or tested == len(rows):
        fault(f'{len(rows)} entries, {tested} tested: the world has no honoured entries, or no others')


def check_rivals(days, found):
    """They let nobody go: each mail behind an entry is counted."""
    taken, refused = what_came(days)
    wrong = 0
    for diff in found['diffs']:
        policy = next(policy for policy in found['policies'] if policy['name'] == diff['to'])
        if policy['meaning'] is None:
            continue
        for row in diff['enter']:
            night, address = day_of(row['listed_at']), row['address']
            want = (len({day for day in refused[address] if day > night}), len({day for day in taken[address] if day > night}))
            wrong += want[1] > 0
            if want != (row['mails_saved'], row['mails_lost']) or (want[1] > 0) != (row['accepted_at'] is not None):
                fault(f'{diff["to"]}: {address}: saved, lost {row["mails_saved"]}, {row["mails_lost"]}, not {want}')
            first = min(taken[address] & {*range(night + 1, options.days)}, default=None)
            if first is not None and day_of(row['accepted_at']) != first - 1:
                fault(f'{diff["to"]}: {address}: took mail on day {first}, not at {row["accepted_at"]}')
        if sum(row['listed'] for row in policy['by_category']) != policy['listed']:
            fault(f'{diff["to"]}: the categories are not the whole')
    if not wrong:
        fault('no rival is wrong: this world shows nothing')


def alike(result):
    """Of replies that differ in ids alone one is shown for all of its day, or of its run."""
    return re.sub(r'a\d+-20020a05', 'ID', result)


def check_same(rows):
    logs = [f'{work}/log-{day:02}' for day in range(options.days)]
    want = backtest('-d', f'{work}/db')
    for name, result in (('logs', backtest('-j', '1', *logs)), ('logs turned round, three threads', backtest('-j', '3', *logs[::-1])),
                         ('one log', backtest('-j', '2', one_log(logs)))):
        if alike(result) != alike(want):
            differs = [key for key in ('window', 'policies', 'diffs') if json.loads(result)[key] != json.loads(want)[key]]
            fault(f'{name}: not what the history says: {differs}')
            open(f'/tmp/backtest-{name.split()[0]}.json', 'w').write(result)
            open('/tmp/backtest-history.json', 'w').write(want)
    return want


def one_log(logs):
    with open(f'{work}/all', 'w') as file:
        for log in logs:
            file.write(open(log).read())
    return f'{work}/all'


def check_hosts(logs):
    """Two hosts that had the days in turns."""
    for host in (0, 1):
        for log in logs[host::2]:
            program('scan', '-d', f'{work}/host{host}', '-o', '/dev/null', '--host', f'mx{host}', log, codes=(0, 3), now=options.days * DAY)
    program('merge', '--into', f'{work}/both', f'{work}/host0', f'{work}/host1', now=options.days * DAY)
    if alike(backtest('-d', f'{work}/both')) != alike(backtest(*logs)):
        fault('two hosts merged are not both together')


def check_forget(rows):
    address = sorted(rows)[len(rows) // 2]
    shutil.copy(f'{work}/db', f'{work}/erased')
    program('history', 'forget', '-d', f'{work}/erased', address, now=options.days * DAY)
    if address in backtest('-d', f'{work}/erased'):
        fault(f'{address} was erased, and a backtest knows it')
    if address.encode() in open(f'{work}/erased', 'rb').read():
        fault(f'{address} was erased, and is in the file')


for seed in range(1, options.seeds + 1):
    nobody()
    for name in os.listdir(work):
        if name not in ('nobody.yaml',):
            os.unlink(f'{work}/{name}')
    days = world_logs(seed)
    found, rows = entries(check_same(None))
    check_nights(days, rows)
    check_truth(days, found, rows)
    check_rivals(days, found)
    if seed == 1:
        check_hosts([f'{work}/log-{day:02}' for day in range(options.days)])
        check_forget(rows)
    all_ = found['policies'][0]
    print(f'backtest: seed {seed}: {all_["listed"]} listed, {all_["mailed_again"]} mailed again, {all_["accepted_again"]} accepted')
shutil.rmtree(work)
print(f'backtest: {len(faults)} faults')
sys.exit(bool(faults))
