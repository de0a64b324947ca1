"""The history from outside: what is read in parts, by several hosts, in nights, is what is read at once.

$BOUNCELOG is the program; the samples are the logs."""
import gzip, json, os, random, shutil, sqlite3, subprocess, sys, tempfile, time

sys.path.insert(0, 'tests/support')
from unsealed import unseal

PROGRAM, faults = os.environ['BOUNCELOG'], []
LOGS = sorted(f'samples/{name}' for name in os.listdir('samples') if name.endswith('.log')) + ['samples/exim-mainlog']
EVERYTHING = ['--timezone', 'UTC', '--year', '2026', '--top', '100000']


def check(holds, what):
    if not holds:
        faults.append(what)
        print(f'history: {what}')


def run(*arguments, code=0, environment=None):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, env=environment)
    if done.returncode != code:
        check(False, f'{" ".join(map(str, arguments))}: exit {done.returncode}, not {code}: {done.stderr.decode()[:300]}')
    return done.stdout.decode(), done.stderr.decode()


def counts(text):
    """A summary but for what says when and from which files it came, and who was on the list for a night in between."""
    summary = json.loads(text)
    for key in ('generated_at', 'inputs', 'cleared', 'reversals'):
        del summary[key]
    return json.dumps(summary).replace('/', ' ')


def without_files(text):
    summary = json.loads(text)
    for row in summary['suppress'] + summary['suppress_domains']:
        for key in ('file', 'line'):
            del row['evidence'][key]
    for key in ('unclassified', 'unparsed', 'ambiguous'):
        del summary[key]['samples']
    for key in ('generated_at', 'inputs', 'cleared', 'held', 'reversals'):
        del summary[key]
    return json.dumps(summary)


def nights(folder, rnd):
    """Each log grows by random pieces, in the middle of lines too; scans go on where the last one stopped."""
    for log in LOGS:
        content = open(log, 'rb').read()
        db, grown = f'{folder}/nights', f'{folder}/{os.path.basename(log)}'
        cuts = sorted(rnd.randrange(len(content)) for _ in range(rnd.randrange(1, 6))) + [len(content)]
        for path in (db, grown):
            if os.path.exists(path):
                os.unlink(path)
        for cut in cuts:
            with open(grown, 'wb') as file:
                file.write(content[:cut])
            run('scan', '-d', db, *EVERYTHING, '--force', grown)
        whole, _ = run('scan', *EVERYTHING, grown)
        parts, _ = run('report', '-d', db, '--top', 100000)
        check(counts(whole) == counts(parts), f'{log} cut at {cuts}: nights do not add up')


def hosts(folder, rnd, generator):
    """Logs of several hosts, in any grouping and order: one history of them all."""
    logs = []
    for number in range(5):
        path = f'{folder}/host{number}.log'
        with open(path, 'wb') as file:
            file.write(generator(number))
        logs.append(path)
    whole, _ = run('scan', *EVERYTHING, *logs)
    for trial in range(int(os.environ.get('MERGES', '12'))):
        groups = [[] for _ in range(rnd.randrange(1, 5))]
        for log in logs:
            rnd.choice(groups).append(log)
        parts = []
        for number, group in enumerate(groups):
            part = f'{folder}/part{trial}-{number}'
            if group:
                run('scan', '-d', part, *EVERYTHING, '--force', *group)
                parts.append(part)
        rnd.shuffle(parts)
        into = f'{folder}/into{trial}'
        for part in parts + parts[:1]:
            run('merge', '--into', into, part)
        merged, _ = run('report', '-d', into, '--top', 100000)
        check(counts(whole) == counts(merged), f'merge of {groups} is not one run over all')
        again = open(into, 'rb').read()
        run('merge', '--into', into, *parts)
        check(again == open(into, 'rb').read(), 'merging again changed something')


def generate(host):
    """Failures and deliveries of the same people at five hosts, at times that cross each other."""
    rnd, lines = random.Random(host), []
    for n in range(300):
        who, second = rnd.randrange(60), rnd.randrange(20 * 86400)
        # what happens to somebody in a second happens at one host
        second -= second % 5 - host
        what = rnd.choice(['dead', 'full', 'full', 'fine', 'later', 'spam'])
        words = {'dead': 'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))',
                 'full': 'dsn=4.2.2, status=deferred (host mx.example.com[192.0.2.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))',
                 'later': 'dsn=4.7.1, status=deferred (host mx.example.com[192.0.2.7] said: 450 4.7.1 Greylisted (in reply to RCPT TO command))',
                 'spam': 'dsn=5.7.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.7.1 Message rejected as spam (in reply to end of DATA command))',
                 'fine': 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'}[what]
        day, rest = divmod(second, 86400)
        stamp = f'2026-11-{1 + day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z'
        # A failure that waits for a delivery elsewhere is of its own message: queue ids are not used again.
        lines.append((stamp, f'{stamp} mx{host} postfix/qmgr[1]: {host}{n + 0x1000000:X}: from=<news{n % 7}@shop.example>, size=1, nrcpt=1 (queue active)\n'
                             f'{stamp} mx{host} postfix/smtp[9]: {host}{n + 0x1000000:X}: to=<user{who}@example.com>, '
                             f'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words}\n'))
    # A history knows of a delivery only who has failed before: everybody fails first.
    first = ''.join(f'2026-10-31T00:00:{host:02d}Z mx{host} postfix/smtp[9]: {host}{n + 0x2000000:X}: to=<user{n}@example.com>, '
                    'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=4.2.2, status=deferred (host '
                    'mx.example.com[192.0.2.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))\n' for n in range(60))
    return (first + ''.join(text for _, text in sorted(lines))).encode()


def take_back(folder):
    db, log = f'{folder}/undo', f'{folder}/undo.log'
    lines = open('samples/postfix.log', 'rb').readlines()
    states, size = [], len(lines) // 4
    for night in range(4):
        with open(log, 'ab') as file:
            file.writelines(lines[night * size:(night + 1) * size if night < 3 else None])
        run('scan', '-d', db, '--force', log)
        states.append(run('report', '-d', db)[0])
    run('history', 'undo', '-d', db, 2)
    check(counts(run('report', '-d', db)[0]) == counts(states[0]), 'undo does not lead back to the first run')
    run('scan', '-d', db, '--force', log)
    check(counts(run('report', '-d', db)[0]) == counts(states[3]), 'the lines that were taken back are not read again')
    run('history', 'undo', '-d', db, 77, code=2)
    before = open(db, 'rb').read()
    with open(log, 'ab') as file:
        file.writelines(lines[:5])
    run('scan', '-d', db, '--dry-run', log)
    check(open(db, 'rb').read() == before, '--dry-run changed the history')


def refusals(folder):
    good, log = f'{folder}/good', 'samples/postfix.log'
    run('scan', '-d', good, log)
    content = open(good, 'rb').read()
    newer = sqlite3.connect(shutil.copy(good, f'{folder}/newer'))
    newer.execute('PRAGMA user_version = 99')
    newer.commit()
    newer.close()
    sqlite3.connect(f'{folder}/other').execute('CREATE TABLE t(x)')
    bad = {'empty': b'', 'text': b'hello\n' * 1000, 'cut': content[:len(content) // 2 - 100],
           'torn': content[:9000] + bytes(len(content) - 13000) + content[-4000:],
           'newer': open(f'{folder}/newer', 'rb').read(), 'other': open(f'{folder}/other', 'rb').read()}
    for name, data in bad.items():
        path = f'{folder}/bad-{name}'
        with open(path, 'wb') as file:
            file.write(data)
        for command in (['scan', '-d', path, log], ['report', '-d', path], ['history', 'show', '-d', path]):
            done = subprocess.run([PROGRAM, *command], capture_output=True)
            # What is torn where nobody looks need not be seen by all.
            fine = done.returncode == 5 or (name == 'torn' and done.returncode == 0 and command[0] != 'scan')
            check(fine and done.stderr.count(b'\n') <= 1, f'{name}: {command[0]} ends with {done.returncode}: {done.stderr[:200]}')
        check(open(path, 'rb').read() == data, f'{name}: was touched')
    run('report', '-d', f'{folder}/none', code=5)
    run('scan', '-d', folder, log, code=5)
    os.symlink(good, f'{folder}/link')
    run('scan', '-d', f'{folder}/link', log, code=5)
    beside(folder, content, log)


def beside(folder, content, log):
    """What stands beside a history and is no regular file is refused by name: SQLite would wait for a FIFO for ever, and follow a link."""
    for number, (ending, there) in enumerate((ending, there) for ending in ('-journal', '-wal', '-shm', '.lock', '.new-journal') for there in (True, False)):
        for make in (os.mkfifo, os.mkdir, lambda path: os.symlink(f'{folder}/nowhere', path)):
            path = f'{folder}/beside{number}-{make.__name__.strip("<>")}'
            if there:
                with open(path, 'wb') as file:
                    file.write(content)
            make(path + ending)
            commands = [['scan', '-d', path, '-o', '/dev/null', log], ['merge', '--into', path, f'{folder}/good']]
            commands += [['report', '-d', path], ['history', 'show', '-d', path], ['merge', '--into', f'{path}.all', path],
                         ['doctor', '-d', path]] if there and ending != '.lock' else []
            for command in commands:
                done = subprocess.run([PROGRAM, *command], capture_output=True, timeout=20)
                told = done.stderr + (done.stdout if command[0] == 'doctor' else b'')
                check((done.returncode == 5 or command[0] == 'doctor') and told.count(f'{path}{ending}'.encode()) == 1 and done.stderr.count(b'\n') <= 1,
                      f'{command} beside {ending}: exit {done.returncode}: {told[:300]}')
            if there:
                check(open(path, 'rb').read() == content, f'{path}: was touched')


def holds_open(process, path):
    try:
        return any(os.readlink(f'/proc/{process}/fd/{fd}') == path for fd in os.listdir(f'/proc/{process}/fd'))
    except OSError:
        return False


def holding(folder):
    db = f'{folder}/held'
    run('scan', '-d', db, 'samples/postfix.log')
    fifo = f'{folder}/fifo'
    os.mkfifo(fifo)
    process = subprocess.Popen(f'exec {PROGRAM} scan -d {db} - < {fifo} > /dev/null', shell=True)
    with open(fifo, 'w'):
        deadline = time.time() + 20
        while time.time() < deadline and not holds_open(process.pid, f'{db}-journal'):
            time.sleep(0.02)
        begin = time.time()
        _, error = run('scan', '-d', db, 'samples/exim-mainlog', code=7)
        check('another run' in error and time.time() - begin < 2, 'a second run does not stop at once with a word')
        run('scan', '-d', db, '--wait', 1, 'samples/exim-mainlog', code=7)
        run('report', '-d', db)
        waiting = subprocess.Popen([PROGRAM, 'scan', '-d', db, '--wait', '30', 'samples/exim-mainlog'], stdout=subprocess.DEVNULL)
        time.sleep(0.2)
    check(process.wait() == 0 and waiting.wait() == 0, 'a run that waits does not get its turn')


def people(folder):
    db, log = f'{folder}/people', f'{folder}/people.log'
    fails = ('2026-11-0{0}T00:00:0{1}Z mx1 postfix/smtp[9]: {0}{1}A{2}: to=<{2}@example.com>, relay=mx.example.com[192.0.2.7]:25, '
             'delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 <{2}@example.com>: '
             'User unknown (in reply to RCPT TO command))\n')
    fine = ('2026-11-0{0}T00:00:0{1}Z mx1 postfix/smtp[9]: {0}{1}B{2}: to=<{2}@example.com>, relay=mx.example.com[192.0.2.7]:25, '
            'delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n')
    listing = f'{folder}/people.list'

    def night(*lines, options=(), code=0):
        with open(log, 'a') as file:
            file.write(''.join(lines))
        return json.loads(run('scan', '-d', db, '-s', listing, *options, log, code=code)[0])

    night(fails.format(1, 1, 'ann'), fails.format(1, 2, 'bob'), fails.format(1, 3, 'cyd'))
    check(open(listing).read() == 'ann@example.com\nbob@example.com\ncyd@example.com\n', 'the first list')
    second = night(fine.format(2, 1, 'bob'), options=['--delta'])
    check([row['address'] for row in second['cleared']] == ['bob@example.com'] and
          second['cleared'][0]['delivered_at'] == '2026-11-02T00:00:01Z', 'bob is not cleared')
    check((open(listing).read(), open(f'{listing}.removed').read()) == ('', 'bob@example.com\n'), 'the changes of the second night')
    again = night(fails.format(3, 1, 'bob'), options=['--delta'])
    check([row['why'][:7] for row in again['held']] == ['recent:'] and open(listing).read() == '', 'bob failed on one day')
    third = night(fails.format(4, 1, 'bob'), options=['--delta'])
    check(third['cleared'] == [] and third['held'] == [] and open(listing).read() == 'bob@example.com\n', 'bob failed again')
    run('history', 'allow', '-d', db, 'Ann@example.com')
    fourth = night()
    check([row['address'] for row in fourth['held']] == ['ann@example.com'] and 'allow' in fourth['held'][0]['why'], 'ann is not held')
    check(open(listing).read() == 'bob@example.com\ncyd@example.com\n', 'ann is allowed and listed')
    run('history', 'allow', '-d', db, '--remove', 'ann@example.com')
    check(len(night()['suppress']) == 3, 'ann is not allowed any more')
    with open(f'{folder}/few', 'w') as file:
        file.write('ann@example.com\ncyd@example.com\n')
    few = night(options=['--recipients', f'{folder}/few', '--delta'])
    check(few['cleared'] == [] and open(f'{listing}.removed').read() == '', 'bob is cleared by a filter')
    check(night()['cleared'] == [], 'bob is cleared by a filter, later')
    shown, _ = run('history', 'show', '-d', db, 'cyd@example.com')
    check('550 5.1.1 <cyd@example.com>: User unknown' in shown and f'{log} line 3' in shown, 'cyd is not explained')
    check(b'cyd@example.com' in open(db, 'rb').read(), 'cyd stands nowhere')
    run('history', 'forget', '-d', db, 'CYD@example.com')
    check(b'cyd@example.com' not in open(db, 'rb').read().lower(), 'cyd is not forgotten')
    check('nothing is held' in run('history', 'show', '-d', db, 'cyd@example.com')[0], 'cyd is still shown')
    before = open(listing).read()
    crowd = ''.join(fails.format(5 + n // 500, n % 10, f'u{n}') for n in range(400))
    held = night(crowd, code=8)
    check(held['brake'] is True and len(held['suppress']) == 402 and open(listing).read() == before, 'the brake does not hold')
    check(night(code=8)['brake'] is True, 'the brake lets go by itself')
    check(night(options=['--force'])['brake'] is False and open(listing).read().count('\n') == 402, '--force')
    check(night()['brake'] is False, 'the brake holds again')
    late = dict(os.environ, SOURCE_DATE_EPOCH='1830000000')
    run('history', 'prune', '-d', db, '--days', 5, '--evidence-days', 5, environment=late)
    pruned = json.loads(run('report', '-d', db)[0])
    check(pruned['attempts']['total'] == 0 and len(pruned['suppress']) == 402, 'prune')


def twins(folder, rnd):
    """rsyslog writes mail into two logs: it counts once, in one scan and over nights, and other lines of both are seen."""
    lines = [line for n in range(4) for line in generate(n).decode().replace(f'mx{n}', 'mx1').splitlines(True)]
    lines.sort()
    both = {'mail.log': [], 'syslog': []}
    for n, line in enumerate(lines):
        if n % 7 == 0:
            both['syslog'].append(f'{line[:20]} mx1 CRON[{n}]: (root) CMD (true)\n')
        both['mail.log'].append(line)
        both['syslog'].append(line)
    for name, content in both.items():
        with open(f'{folder}/{name}', 'w') as file:
            file.writelines(content)
    whole = json.loads(run('scan', f'{folder}/mail.log')[0])
    once, said = run('scan', f'{folder}/mail.log', f'{folder}/syslog')
    check('were counted once' in said, 'it is not said that two logs tell the same')
    os.mkdir(f'{folder}/nights')
    position = {name: 0 for name in both}
    while any(position[name] < len(both[name]) for name in both):
        until = lines[min(max(position.values()) + rnd.randrange(1, 120), len(lines) - 1)][:20]
        for name in both:
            # one of them is written, or read, a little later
            now = sum(line[:20] <= until for line in both[name]) - rnd.randrange(30)
            position[name] = len(both[name]) if until == lines[-1][:20] else max(position[name], now)
            with open(f'{folder}/nights/{name}', 'w') as file:
                file.writelines(both[name][:position[name]])
        names = [f'{folder}/nights/{name}' for name in both]
        run('scan', '-d', f'{folder}/db', '--force', *rnd.sample(names, 2))
    for what, got in (('one scan', json.loads(once)), ('nights', json.loads(run('report', '-d', f'{folder}/db')[0]))):
        check(got['attempts'] == whole['attempts'] and got['recipients'] == whole['recipients'], f'mail in two logs counts twice: {what}: '
              f'{got["attempts"]["total"]} of {whole["attempts"]["total"]}')
        check([row['address'] for row in got['suppress']] == [row['address'] for row in whole['suppress']], f'two logs: {what}: another list')


def full_disk(folder):
    """The disk of the history, of a list, of the summary is full: a word, the old files are whole, the next run is exact."""
    log, small = f'{folder}/mail.log', f'{folder}/small'
    with open(log, 'w') as file:
        for n in range(4000):
            file.write(f'2026-11-03T00:00:{n % 60:02d}Z mx1 postfix/smtp[9]: {n + 0x1000000:X}: to=<user{n}@example.com>, relay=mx.example.com'
                       '[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 '
                       'User unknown (in reply to RCPT TO command))\n')
    os.mkdir(small)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small], capture_output=True).returncode:
        print('history: full disk: skipped: nothing can be mounted here')
        return
    try:
        for full, code, size in (('db', 5, '256k'), ('list', 6, '48k'), ('summary', 6, '128k')):
            subprocess.run(['mount', '-o', f'remount,size={size}', small], check=True)
            at = {name: f'{small if name == full else folder}/{full}.{name}' for name in ('db', 'list', 'summary')}
            run('scan', '-d', at['db'], '-s', at['list'], '-o', at['summary'], 'samples/exim-mainlog')
            before = [open(at[name], 'rb').read() for name in ('list', 'summary')]
            _, said = run('scan', '-d', at['db'], '-s', at['list'], '-o', at['summary'], '--force', log, code=code)
            check(f'{at[full]}:' in said and said.count('\n') <= 2, f'{full} is full: {said}')
            after = [open(at[name], 'rb').read() for name in ('list', 'summary')]
            check(after == before if full == 'db' else after[full == 'summary'] == before[full == 'summary'],
                  f'{full} is full: what was there was replaced')
            check(sorted(os.listdir(small)) == sorted(name for name in os.listdir(small) if not name.endswith('.tmp')), f'{full}: a rest')
            subprocess.run(['mount', '-o', 'remount,size=64m', small], check=True)
            run('scan', '-d', at['db'], '-s', at['list'], '-o', at['summary'], '--force', log)
            check(json.loads(open(at['summary']).read())['attempts']['total'] == 4000, f'{full}: the next run is not exact')
            for name in os.listdir(small):
                os.unlink(f'{small}/{name}')
    finally:
        subprocess.run(['umount', small], check=True)


def metrics(folder):
    """Counters never go back: over runs, and over what is pruned."""
    db, log, file = f'{folder}/db', f'{folder}/mail.log', f'{folder}/metrics'
    lines, last, first = open('samples/postfix.log').readlines(), {}, {}
    for cut in (50, 120, 120, len(lines)):
        with open(log, 'w') as out:
            out.writelines(lines[:cut])
        run('scan', '-d', db, '--force', '--prometheus', file, log)
        if cut == len(lines):
            run('history', 'prune', '-d', db, '--days', 1, '--evidence-days', 1)
            run('report', '-d', db, '--prometheus', file, '-o', f'{folder}/report')
        now = {name: float(value) for name, value in (line.rsplit(' ', 1) for line in open(file) if '_total' in line and line[0] != '#')}
        check(all(now.get(name, 0) >= value for name, value in last.items()), f'a counter went back at {cut}')
        last, first = now, first or now
    series = {name for name in last if name.startswith('bouncelog_replies_total')}
    begun = {name for name in series if name not in first and 'outcome="bounced"' in name or 'outcome="deferred"' in name and name not in first}
    check(not begun and len([name for name in series if not first.get(name)]) > 40, f'series that begin with an incident: {begun}')
    check(len(last) <= 600, f'{len(last)} counters')
    check(sum(value for name, value in last.items() if name.startswith('bouncelog_lines_total')) == len(lines), 'lines_total')
    check(sum(value for name, value in last.items() if name.startswith('bouncelog_replies_total')) ==
          json.loads(run('scan', log)[0])['attempts']['total'], 'replies_total')


def rejudged(folder):
    """New rules judge old evidence: first what would change, then it changes."""
    db, log, extra = f'{folder}/db', f'{folder}/mail.log', f'{folder}/extra'
    with open(log, 'w') as file:
        for who, words in (('ann', '550 5.1.1 User unknown, xyzzy'), ('bob', '550 5.1.1 User unknown'), ('cyd', '552 5.2.2 mailbox full, plugh')):
            file.write(f'2026-11-03T00:00:01Z mx1 postfix/smtp[9]: 1234567{who.upper()[0]}: to=<{who}@example.com>, relay=mx.example.com'
                       f'[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn={words.split()[1]}, status=bounced (host mx.example.com[192.0.2.7] said: '
                       f'{words} (in reply to RCPT TO command))\n')
    run('scan', '-d', db, log)
    check(run('history', 'rejudge', '-d', db)[0] == '', 'the same rules change something')
    os.mkdir(extra)
    with open(f'{extra}/rules.yaml', 'w') as file:
        file.write("rules:\n  - name: xyzzy\n    category: sender_rejected\n    literal: [xyzzy]\n    pattern: 'xyzzy'\n"
                   "    hit: ['550 5.1.1 xyzzy']\n    miss: ['550 5.1.1 user unknown']\n"
                   "  - name: plugh\n    category: recipient_disabled\n    literal: [plugh]\n    pattern: 'plugh'\n"
                   "    hit: ['552 5.2.2 plugh']\n    miss: ['550 5.1.1 user unknown']\n")
    want = ('ann@example.com  recipient_unknown -> nothing is held against it\n'
            'cyd@example.com  mailbox_full -> recipient_disabled\n')
    for options in (['--dry-run'], []):
        check(run('history', 'rejudge', '-d', db, '--patterns-extra', extra, *options)[0] == want, 'what would change')
        listed = run('suppress', '-d', db)[0]
        check(listed == ('ann@example.com\nbob@example.com\n' if options else 'bob@example.com\ncyd@example.com\n'), f'rejudge {options}: {listed}')


def elsewhere(folder):
    """What one host could not deliver another one delivers on a later day, and has no failure to remember it by."""
    words = {'dead': 'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))',
             'fine': 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'}
    for host, rows in (('mx1', [(3, 'ann', 'dead'), (3, 'bob', 'dead'), (5, 'cyd', 'dead')]),
                       ('mx2', [(4, 'ann', 'fine'), (2, 'bob', 'fine'), (6, 'eve', 'fine')])):
        with open(f'{folder}/{host}.log', 'w') as file:
            for n, (day, who, what) in enumerate(rows):
                file.write(f'2026-11-0{day}T12:00:00Z {host} postfix/smtp[9]: 1234567{n}: to=<{who}@example.com>, '
                           f'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words[what]}\n')
        run('scan', '-d', f'{folder}/{host}.db', f'{folder}/{host}.log')
    for order in (('mx1', 'mx2'), ('mx2', 'mx1')):
        once = json.loads(run('scan', *(f'{folder}/{host}.log' for host in order))[0])
        run('merge', '--into', f'{folder}/{order[0]}.all', *(f'{folder}/{host}.db' for host in order))
        merged = json.loads(run('report', '-d', f'{folder}/{order[0]}.all')[0])
        for what, got in (('one scan', once), ('merged', merged)):
            listed = [row['address'] for row in got['suppress']]
            check(listed == ['cyd@example.com'] and [row['address'] for row in got['held']] == ['bob@example.com'], f'delivered elsewhere, {what} of {order}: {listed}')


def log_line(day, second, who, fine=False, host='mx1'):
    words = 'dsn=2.0.0, status=sent (250 2.0.0 Ok)' if fine else (
        'dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))')
    return (f'2026-11-{day:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z {host} postfix/smtp[9]: '
            f'{day * 100000 + second + 0x1000000:X}: to=<{who}@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, {words}\n')


class Nights:
    """A history of its own, with short commands."""
    def __init__(self, folder, name):
        self.folder = f'{folder}/{name}'
        os.mkdir(self.folder)
        self.db = f'{self.folder}/db'

    def path(self, name):
        return f'{self.folder}/{name}'

    def write(self, name, *lines, mode='a'):
        with open(self.path(name), mode) as file:
            file.write(''.join(lines))

    def scan(self, *names, options=('--force',), code=0, stdin=None):
        done = subprocess.run([PROGRAM, 'scan', '-d', self.db, *options, *(name if name == '-' else self.path(name) for name in names)],
                              capture_output=True, input=stdin)
        check(done.returncode == code, f'{self.folder}: scan of {names}: exit {done.returncode}, not {code}: {done.stderr.decode()[:200]}')
        return json.loads(done.stdout) if done.stdout else None

    def report(self):
        return json.loads(subprocess.run([PROGRAM, 'report', '-d', self.db], capture_output=True).stdout)

    def attempts(self, want, what):
        got = self.report()['attempts']['total']
        check(got == want, f'{what}: {got} attempts, not {want}')


def told(folder):
    """allow and forget say what they did; what changes nothing leaves no run behind."""
    n = Nights(folder, 'told')
    n.write('m', *(log_line(1, second, who) for second, who in enumerate(('joe', 'ann'))))
    n.scan('m')
    runs = lambda: run('history', 'show', '-d', n.db)[0].count('  run ')
    joe, nobody = 'joe@example.com', 'nobody@example.com'
    for words, lines, new in [
            (('allow', joe), ['joe@example.com is allowed: it will not be listed'], True),
            (('allow', 'JOE@example.com'), ['JOE@example.com is allowed already; nothing was changed'], False),
            (('allow', joe, nobody, '@example.org'), [
                'joe@example.com is allowed already; nothing was changed',
                'nobody@example.com is allowed: it will not be listed; nothing in the history speaks against it',
                '@example.org is allowed: no address of this domain will be listed'], True),
            (('allow', '--remove', nobody), ['nobody@example.com is not allowed any more'], True),
            (('allow', '--remove', nobody), ['nobody@example.com was not allowed; nothing was changed'], False),
            (('forget', nobody), ['nobody@example.com is forgotten: it stands nowhere in the history any more'], True),  # undoing would bring it back
            (('forget', nobody), ['nobody@example.com is nowhere in the history; nothing was changed'], False),
            (('forget', 'example.com@example.com', joe), ['example.com@example.com is nowhere in the history; nothing was changed',
                                                          'joe@example.com is forgotten: it stands nowhere in the history any more'], True)]:
        before, bytes_before = runs(), open(n.db, 'rb').read()
        out = run('history', words[0], '-d', n.db, *words[1:])[0]
        check(out.split('\n') == [*lines, ''], f'{words}: {out}')
        check(runs() - before == new and (open(n.db, 'rb').read() != bytes_before) == new, f'{words}: {runs()} runs, not {before + new}')
    check([row['address'] for row in n.report()['suppress']] == ['ann@example.com'], 'joe is forgotten')


def taken_back_again(folder):
    n = Nights(folder, 'twice')
    for day in range(1, 11):
        n.write('m', log_line(day, 1, f'u{day}'), log_line(day, 2, f'x{day}'))
        n.scan('m')
    run('history', 'undo', '-d', n.db, 6)
    run('history', 'undo', '-d', n.db, 3, code=2)
    n.attempts(10, 'after one undo')
    n.scan('m')
    n.attempts(20, 'and all is read again')
    n = Nights(folder, 'forgotten')
    n.write('m', *(log_line(1, second, who) for second, who in enumerate(('joe', 'ann', 'bigjoe'))))
    n.scan('m')
    run('history', 'forget', '-d', n.db, 'joe@example.com')
    run('history', 'undo', '-d', n.db, 2, code=2)
    check([row['address'] for row in n.report()['suppress']] == ['ann@example.com', 'bigjoe@example.com'], 'joe alone is forgotten')
    # What is forgotten does not stand in the way of taking back other runs, and does not come back with them.
    n = Nights(folder, 'beside')
    for day, who in enumerate((('joe', 'ann'), ('joe', 'bob'), ('dan', 'eve')), 1):
        n.write('m', *(log_line(day, second, name) for second, name in enumerate(who)))
        n.scan('m')
    run('history', 'allow', '-d', n.db, 'joe@example.com', 'ann@example.com')
    run('history', 'allow', '-d', n.db, '--remove', 'joe@example.com')
    run('history', 'forget', '-d', n.db, 'joe@example.com')
    run('history', 'undo', '-d', n.db, 6, code=2)
    check('forget' in run('history', 'show', '-d', n.db)[0], 'what was forgotten cannot be taken back by itself')
    run('history', 'undo', '-d', n.db, 5)
    check(b'joe@example.com' not in open(n.db, 'rb').read(), 'undoing brings back what was forgotten')
    check('allowed    1\n  ann@example.com\n' in run('history', 'show', '-d', n.db)[0], 'ann is not allowed any more, or joe is again')
    n.attempts(6, 'the scans are still there')
    run('history', 'undo', '-d', n.db, 3)
    n.attempts(4, 'without the last night')
    check([row['address'] for row in n.report()['suppress']] == ['ann@example.com', 'bob@example.com'], 'and with the lists of the second')
    check(b'joe@example.com' not in open(n.db, 'rb').read(), 'undoing a scan brings back what was forgotten')
    n.scan('m')
    n.attempts(6, 'the last night is read again')
    told(folder)
    n = Nights(folder, 'merged')
    for day in range(1, 6):
        n.write('m', log_line(day, 1, f'u{day}'))
        n.scan('m')
    run('merge', '--into', f'{folder}/all', n.db)
    run('history', 'undo', '-d', n.db, 4)
    n.write('m', log_line(6, 1, 'u6'))
    n.scan('m')
    run('merge', '--into', f'{folder}/all', n.db)
    check(json.loads(run('report', '-d', f'{folder}/all')[0])['attempts']['total'] == 6, 'a state after an undo is newer')
    other = Nights(folder, 'same')
    shutil.copy(n.path('m'), other.path('m'))
    other.write('m', log_line(7, 1, 'u7'))
    other.scan('m')
    run('merge', '--into', f'{folder}/all', other.db, code=5)


def parting(folder):
    n = Nights(folder, 'alike') # two logs that begin alike
    n.write('mail.log', log_line(1, 1, 'a'))
    shutil.copy(n.path('mail.log'), n.path('syslog'))
    n.scan('mail.log', 'syslog')
    n.write('mail.log', log_line(1, 3, 'b'))
    n.write('syslog', '2026-11-01T00:00:02Z mx1 CRON[1]: x\n', log_line(1, 3, 'b'))
    n.scan('mail.log', 'syslog')
    n.scan('mail.log', 'syslog')
    for name in ('mail.log', 'syslog'):
        n.write(name, log_line(1, 5, 'c'))
    n.scan('mail.log', 'syslog')
    n.attempts(3, 'two logs that part')
    n = Nights(folder, 'cut') # lines are taken out, others added: what is new is told by the lines
    lines = [log_line(1, second, f'u{second}') for second in range(50)]
    n.write('m', *lines)
    n.scan('m')
    n.write('m', *lines[:30], *lines[33:], log_line(2, 1, 'new'), mode='w')
    n.scan('m')
    n.attempts(51, 'a log that lost lines')
    n.write('m', *(line.replace('u30@', 'gone@') for line in lines), log_line(2, 1, 'new'), mode='w')
    n.scan('m')
    n.attempts(52, 'a log with a line that was changed')
    n = Nights(folder, 'cut-late') # ...and nobody remembers those that were read
    n.write('m', *lines)
    n.scan('m')
    later = dict(os.environ, SOURCE_DATE_EPOCH=str(int(os.environ.get('SOURCE_DATE_EPOCH', time.time())) + 40 * 86400))
    for second in (1, 2):
        n.write('x', log_line(3, second, 'x'))
        run('scan', '-d', n.db, n.path('x'), environment=later)
    n.write('m', *lines[:30], *lines[33:], log_line(2, 1, 'new'), mode='w')
    check('was read' in n.scan('m', code=3)['inputs'][0]['error'], 'a log that lost lines, late')
    n.attempts(52, 'a log that was changed late')
    n = Nights(folder, 'stdin')
    content = ''.join(log_line(1, second, f'u{second}') for second in range(5))
    n.write('m', content)
    n.scan('-', 'm', stdin=content.encode())
    n.attempts(5, 'a log and the same on standard input')
    n.scan('m', '-', stdin=(content + log_line(1, 9, 'x')[:60]).encode())
    n.scan('-', stdin=(content + log_line(1, 9, 'x')).encode())
    n.attempts(6, 'half a line on standard input waits')
    n = Nights(folder, 'members') # a compressed log that grows in the middle of a line
    with open(n.path('m.gz'), 'wb') as file:
        file.write(gzip.compress((content + log_line(1, 9, 'x')[:60]).encode()))
    n.scan('m.gz')
    with open(n.path('m.gz'), 'ab') as file:
        file.write(gzip.compress(log_line(1, 9, 'x')[60:].encode()))
    n.scan('m.gz')
    n.attempts(6, 'half a line in a member waits')
    n = Nights(folder, 'pruned')
    n.write('old', log_line(1, 1, 'joe'), log_line(2, 1, 'joe', fine=True))
    n.scan('old')
    run('history', 'prune', '-d', n.db, '--days', 1, '--evidence-days', 1, environment=dict(os.environ, SOURCE_DATE_EPOCH='1830000000'))
    check(n.scan('old')['lines']['total'] == 0 and n.report()['suppress'] == [], 'a log is read again once its days are pruned')


def lists(folder):
    n = Nights(folder, 'brake')
    n.write('m', log_line(1, 1, 'bob'))
    n.scan('m', options=['-s', n.path('l')])
    n.write('m', log_line(2, 1, 'bob', fine=True), *(log_line(2, 2 + i, f'n{i}') for i in range(150)))
    n.scan('m', options=['--delta', '-s', n.path('l')], code=8)
    run('suppress', '-d', n.db, '-s', n.path('l'), code=8)
    check(open(n.path('l')).read() == 'bob@example.com\n', 'the brake holds for suppress, too')
    n.scan('m', options=['--delta', '--force', '-s', n.path('l')])
    check(open(n.path('l.removed')).read() == 'bob@example.com\n' and open(n.path('l')).read().count('\n') == 150, 'what a brake held is not lost')
    n = Nights(folder, 'filter')
    n.write('m', *(log_line(1, i, f'n{i}') for i in range(150)))
    n.scan('m', options=[])
    n.write('few', 'n1@example.com\n')
    n.scan('m', options=['--recipients', n.path('few')])
    n.scan('m', options=['-s', n.path('l')])
    check(open(n.path('l')).read().count('\n') == 150, 'a filter makes nobody new')
    policy = open('patterns/policy.yaml').read().replace('recipient_unknown:   { at_once: true, ', 'recipient_unknown:   { ')
    n.write('policy.yaml', policy)
    check(json.loads(run('report', '-d', n.db, '--policy', n.path('policy.yaml'))[0])['suppress'] == [], 'a stricter policy looks at old evidence')
    n = Nights(folder, 'outage') # seen in parts
    n.write('m', *(log_line(1 + i % 5, 10 * i, f'u{i}', fine=True) for i in range(400)))
    n.scan('m', options=[])
    for first, last in ((0, 15), (15, 40)):
        n.write('m', *(log_line(7, 36000 + i, f'u{i}') for i in range(first, last)))
        n.scan('m', options=['--force'])
    got = n.report()
    check(len(got['held']) == 40 and got['suppress'] == [], f'an outage that is seen in parts: {len(got["suppress"])} listed')
    n = Nights(folder, 'allow')
    n.write('empty')
    n.scan('empty', options=[])
    run('history', 'allow', '-d', n.db, '@example.org')
    for odd in ('*@example.com', '<a@b>', ' a@b ', '@', 'a@b.', 'joe'):
        run('history', 'allow', '-d', n.db, odd, code=2)
    n.write('m', *(log_line(1, i, f'n{i}') for i in range(150)))
    n.scan('m', options=[])
    run('merge', '--into', f'{folder}/allowed', n.db)
    run('history', 'allow', '-d', f'{folder}/allowed', '--remove', '@example.org')
    check('example.org' not in run('history', 'show', '-d', f'{folder}/allowed')[0], 'what another host allowed can be taken back')
    before = open(n.db, 'rb').read()
    for output in ('-s', '-o', '--html', '-e', '--prometheus'):
        for ending in ('', '.lock', '-journal'):
            run('scan', '-d', n.db, output, n.db + ending, n.path('m'), code=2)
    run('report', '-d', n.db, '-o', n.db, code=2)
    run('suppress', '-d', n.db, '-s', n.path('l'), 'joe@example.com', code=2)
    check(open(n.db, 'rb').read() == before, 'an output went over the history')


def damaged_day(folder):
    """What the outage guard asks of a day that no summary asked for: nothing is listed on an answer that could not be read."""
    n = Nights(folder, 'day')
    n.write('m', *(log_line(day, second, f'u{second}', fine=day < 9) for day in range(2, 10) for second in range(5)))
    n.scan('m')
    unseal(n.db)
    with sqlite3.connect(n.db) as connection:
        days = [key for (key,) in connection.execute('SELECT key FROM item WHERE kind = 10')]
        connection.execute("UPDATE item SET value = x'ff' WHERE kind = 10 AND key = ?", (b'2026-11-05',))
    check(len(days) == 8, f'days: {days}')
    n.write('late', log_line(12, 1, 'x'))
    for command in (['report', '--since', '2026-11-09'], ['scan', '--dry-run', n.path('late')]):
        got, said = run(*command, '-d', n.db, '-s', n.path('list'), code=5)
        check(got == '' and not os.path.exists(n.path('list')) and said.count('\n') == 1 and 'the counters of a day' in said,
              f'{command[0]} of a damaged day: {said}')


def tampered(folder):
    """Damaged values: exit 5 and a word, or something is read; never a crash, never anything written."""
    n, dice = Nights(folder, 'tampered'), random.Random(7)
    shutil.copy('samples/postfix.log', n.path('m'))
    n.scan('m')
    unseal(n.db)
    rows = sqlite3.connect(n.db).execute('SELECT id, kind, value FROM item').fetchall()
    for _ in range(int(os.environ.get('TAMPER', '60'))):
        number, _, value = dice.choice(rows)
        broken = bytearray(value)
        for _ in range(dice.randrange(1, 4)):
            if broken:
                broken[dice.randrange(len(broken))] = dice.choice([0, 1, 127, 128, 255, dice.randrange(256)])
        broken = bytes(broken[:dice.randrange(len(broken) + 1)] if dice.random() < 0.2 else broken)
        shutil.copy(n.db, n.path('copy'))
        copy = sqlite3.connect(n.path('copy'))
        copy.execute('UPDATE item SET value = ? WHERE id = ?', (broken, number))
        copy.commit()
        copy.close()
        for command in (['report'], ['scan', '--dry-run', n.path('m')], ['history', 'show'], ['history', 'rejudge', '--dry-run']):
            done = subprocess.run([PROGRAM, *command, '-d', n.path('copy')], capture_output=True, timeout=60)
            check(done.returncode in (0, 3, 5), f'tampered item {number}: {command[0]} ends with {done.returncode}: {done.stderr.decode()[:300]}')


def repaired(folder):
    db, packed = f'{folder}/repaired', f'{folder}/log.gz'
    content = gzip.compress(open('samples/postfix.log', 'rb').read() * 40)
    with open(packed, 'wb') as file:
        file.write(content[:len(content) // 2])
    first, _ = run('scan', '-d', db, '--force', packed, code=3)
    with open(packed, 'wb') as file:
        file.write(content)
    run('scan', '-d', db, '--force', packed)
    check(without_files(run('report', '-d', db, '--top', 1000)[0]) == without_files(run('scan', '--top', 1000, packed)[0]),
          'a file that was repaired does not go on where it broke off')
    check(json.loads(first)['inputs'][0]['complete'] is False, 'a broken file is complete')


with tempfile.TemporaryDirectory() as work:
    dice = random.Random(int(os.environ.get('SEED', '1')))
    for part, job in enumerate([lambda at: nights(at, dice), lambda at: hosts(at, dice, generate), take_back, refusals, holding,
                                people, repaired, full_disk, metrics, rejudged, elsewhere, taken_back_again, parting, lists, damaged_day, tampered, lambda at: twins(at, dice)]):
        os.mkdir(f'{work}/{part}')
        job(f'{work}/{part}')
print(f'history: {len(faults)} faults')
sys.exit(bool(faults))
