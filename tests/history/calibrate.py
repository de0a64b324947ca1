#!/usr/bin/env python3
"""Are the bounds right, and are bad rules found? Synthetic lists of which it is known who lives.

  bounds   a share of those whom a rule lists lives, another one in each seed; `backtest` over 14 days of logs, in which a part of the entries is
           mailed again. Either bound holds the share in 95 % of the seeds or a little more: they are exact, so never less in the long run
  bad      1 % of the entries of a rule lives: night after night, mail once a week to 5000 of them; is the rule held within 30 days?
  clean    one in a thousand of each rule lives; is any rule held in 90 days?

On demand, since 1000 seeds take an hour. Exit 1: a figure does not hold (bounds: 93 to 99 %; bad: 95 %; clean: 2 %)."""
import argparse, datetime, json, multiprocessing, os, random, shutil, subprocess, sys, tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument('binary')
parser.add_argument('--seeds', type=int, default=1000)
parser.add_argument('--jobs', type=int, default=os.cpu_count())
parser.add_argument('--parts', default='bounds,bad,clean')
options = parser.parse_args()
START, DAY = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc), 86400
WORDS = {'planted': ('5.2.1', '550 5.2.1 The account is inactive'), 'good': ('5.1.1', '550 5.1.1 <{address}>: User unknown')}
RULES = {'planted': 'recipient-disabled'}


class Log:
    """Messages of one recipient each."""

    def __init__(self):
        self.number = 0x20000000000

    def mail(self, second, address, words):
        self.number += 977
        stamp = (START + datetime.timedelta(seconds=second)).strftime('%Y-%m-%dT%H:%M:%SZ')
        domain = address.partition('@')[2]
        status, text = words or ('2.0.0', '')
        came = f'bounced (host mx.{domain}[203.0.113.9] said: {text.format(address=address)} (in reply to RCPT TO command))' if words else \
               'sent (250 2.0.0 Ok: queued)'
        return (f'{stamp} mx1 postfix/qmgr[9]: {self.number:X}: from=<news@shop.example>, size=4711, nrcpt=1 (queue active)\n'
                f'{stamp} mx1 postfix/smtp[7]: {self.number:X}: to=<{address}>, relay=mx.{domain}[203.0.113.9]:25, delay=1, '
                f'delays=0/0/0/1, dsn={status}, status={came}\n'
                f'{stamp} mx1 postfix/qmgr[9]: {self.number:X}: removed\n')


def people(kind, count, share, rnd):
    """Addresses of a rule, and who of them lives: refuses the first mail, and takes the others."""
    return [(f'{rnd.choice("abcdefgh")}{n}@{kind}{n % 97}.example', WORDS[kind], rnd.random() < share) for n in range(count)]


def program(folder, now, *arguments):
    done = subprocess.run([options.binary, *arguments], capture_output=True, cwd=folder,
                          env={**os.environ, 'TZ': 'UTC', 'SOURCE_DATE_EPOCH': str(int(START.timestamp()) + now)})
    if done.returncode:
        raise SystemExit(f'calibrate: {arguments}: exit {done.returncode}: {done.stderr.decode()[:300]}')
    return done.stdout


def bounds(seed):
    """Whether the share is at most the upper bound, and at least the lower one; whether it was known at all."""
    rnd, log, folder = random.Random(f'bounds {seed}'), Log(), tempfile.mkdtemp()
    share, count, again = rnd.uniform(0.01, 0.2), rnd.randrange(200, 1500), rnd.uniform(0.2, 1)
    mails = []
    for address, words, lives in people('planted', count, share, rnd):
        first = rnd.randrange(3 * DAY)
        mails.append((first, address, words))
        if rnd.random() < again:
            mails.append((first + rnd.randrange(2 * DAY, 9 * DAY), address, None if lives else words))
    with open(f'{folder}/log', 'w') as file:
        file.writelines(log.mail(*mail) for mail in sorted(mails))
    result = json.loads(program(folder, 15 * DAY, 'backtest', '--json', '--against', 'none', '--policy', never_held, 'log'))
    shutil.rmtree(folder)
    row = next(row for row in result['policies'][1]['by_rule'] if row['rule'] == RULES['planted'])
    return share <= row['upper_95'], share >= row['lower_95'], abs(row['listed'] - count) <= 0


def nights(seed, shares, days, counts):
    """The rules that are held after each night, of mail once a week."""
    rnd, log, folder = random.Random(f'{shares} {seed}'), Log(), tempfile.mkdtemp()
    everybody = [person for kind in counts for person in people(kind, counts[kind], shares[kind], rnd)]
    first = {person[0]: rnd.randrange(7) for person in everybody}
    held = []
    for day in range(days):
        mails = []
        for address, words, lives in everybody:
            if day < first[address] or (day - first[address]) % 7:
                continue
            mails.append((day * DAY + rnd.randrange(DAY), address, None if lives and day > first[address] else words))
        with open(f'{folder}/log', 'w') as file:
            file.writelines(log.mail(*mail) for mail in sorted(mails))
        program(folder, (day + 1) * DAY, 'scan', '-d', 'db', '-o', 'summary', '--force', '-j', '1', 'log')
        with open(f'{folder}/summary') as file:
            held += [(day, row['rule']) for row in json.load(file)['reversals']['by_rule'] if row['held']]
        if held:
            break
    shutil.rmtree(folder)
    return held


def bad(seed):
    held = nights(seed, {'planted': 0.01, 'good': 0.001}, 30, {'planted': 5000, 'good': 1000})
    return bool(held) and held[0][1] == RULES['planted']


def clean(seed):
    return bool(nights(seed, {'planted': 0.001, 'good': 0.001}, 90, {'planted': 300, 'good': 700}))


def policy_that_holds_nobody(path):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..')
    with open(f'{root}/patterns/policy.yaml') as model, open(path, 'w') as file:
        file.write(model.read().replace('per_million: 5000, tested', 'per_million: 1000000, tested'))


work = tempfile.mkdtemp()
never_held = f'{work}/never.yaml'
policy_that_holds_nobody(never_held)
options.binary = os.path.abspath(options.binary)
failed = False
with multiprocessing.get_context('fork').Pool(options.jobs) as pool:
    for part in options.parts.split(','):
        found = pool.map(globals()[part], range(options.seeds), 1)
        if part == 'bounds':
            upper, lower, whole = (sum(column) / len(found) for column in zip(*found))
            print(f'calibrate: bounds: the upper one holds in {upper:.1%} of {len(found)} seeds, the lower one in {lower:.1%}', flush=True)
            failed = failed or not (0.93 <= upper <= 0.99 and 0.93 <= lower <= 0.99 and whole == 1)
        else:
            share = sum(found) / len(found)
            print(f'calibrate: {part}: a rule was held in {share:.1%} of {len(found)} seeds', flush=True)
            failed = failed or (share < 0.95 if part == 'bad' else share > 0.02)
shutil.rmtree(work)
sys.exit(failed)
