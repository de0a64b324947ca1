#!/usr/bin/env python3
"""Merging again, as hosts go on: the same items as merging all of them anew, in any order and grouping; only rows that differ are written, what vanished
goes, a history that has nothing new is not read, and taking the merge back brings back what was."""
import json, os, random, shutil, sqlite3, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

REPLIES = (('5.1.1', 'bounced', '550 5.1.1 User unknown'), ('4.2.2', 'deferred', '452 4.2.2 Mailbox full'), ('2.0.0', 'sent', '250 2.0.0 Ok'))
ORIGIN, LINES = 9, 14


def run(*words, code=0):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
    expect(f'{words}: exit {done.returncode}: {done.stderr}', done.returncode == code)
    return done


def night(folder, host, day, count, known):
    lines = []
    for n in range(count):
        to = random.choice(known) if known and random.random() < .4 else f'u{random.randrange(10**6)}@d{random.randrange(9)}.example'
        known.append(to)
        dsn, status, text = random.choice(REPLIES)
        said = text if status == 'sent' else f'host mx.example[192.0.2.1] said: {text} (in reply to RCPT TO command)'
        ident = f'{0x30000000 + day * 10_000 + n:X}'
        head = f'2026-11-{day:02}T03:{n // 60:02}:{n % 60:02}+00:00 {host} postfix'
        lines.append(f'{head}/smtp[9]: {ident}: to=<{to}>, relay=mx.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn={dsn}, status={status} ({said})\n')
        if status != 'deferred':
            lines.append(f'{head}/qmgr[8]: {ident}: removed\n')
    with open(f'{folder}/{host}-{day}.log', 'w') as file:
        file.writelines(lines)
    run('scan', '--force', '-d', f'{folder}/{host}.db', '-o', '/dev/null', f'{folder}/{host}-{day}.log')


def items(path, with_run=False):
    """But for how far each origin was, which another way of merging may know otherwise."""
    with sqlite3.connect(f'file:{path}?mode=ro', uri=True) as db:
        own = db.execute("SELECT value FROM meta WHERE name = 'origin'").fetchone()[0]
        rows = {row[:3]: row[3:] for row in db.execute('SELECT kind, key, origin, value, run FROM item') if row[0] not in (ORIGIN, LINES)}
        assert db.execute('PRAGMA integrity_check').fetchone() == ('ok',)
    return {(kind, key, origin if origin != own else 'own'): value if with_run else value[0] for (kind, key, origin), value in rows.items()}


def report(path):
    return {key: value for key, value in json.loads(run('report', '-d', path).stdout).items() if key not in ('tool', 'generated_at')}


with tempfile.TemporaryDirectory() as folder:
    random.seed(22)
    hosts, known = ['mx1', 'mx2', 'mx3'], []
    for host in hosts:
        night(folder, host, 5, 60, known)
    files = [f'{folder}/{host}.db' for host in hosts]
    together = f'{folder}/all.db'
    run('merge', '--into', together, *files)
    for step, day in enumerate((6, 7, 8, 9)):
        changed = random.sample(hosts, step % 3 + 1)
        for host in changed:
            night(folder, host, day, random.choice((0, 3, 40)) or 1, known)
        if step == 1:
            run('history', 'prune', '-d', f'{folder}/{changed[0]}.db', '--days', '1', '--evidence-days', '1')
        if step == 2:
            with sqlite3.connect(f'file:{files[0]}?mode=ro', uri=True) as db:
                gone = next(key.decode() for kind, key in db.execute('SELECT kind, key FROM item WHERE kind = 4'))
            run('history', 'forget', '-d', files[0], gone)
        before, old = items(together, True), items(together)
        shutil.copy(together, f'{folder}/before.db')
        told = run('merge', '--into', together, *random.sample(files, 3))
        expect(f'night {day}: it says {told.stderr}', told.stderr == '' and told.stdout == '')
        fresh = f'{folder}/fresh-{day}.db'
        run('merge', '--into', fresh, *random.sample(files, 3))
        pair = f'{folder}/pair-{day}.db'
        run('merge', '--into', pair, *files[:2])
        run('merge', '--into', pair, files[2], fresh)
        now, want = items(together), items(fresh)
        expect(f'night {day}: other items than anew: {sorted(key[:2] for key in now.keys() ^ want.keys())[:5]}', now == want == items(pair))
        expect(f'night {day}: another report', report(together) == report(fresh))
        rewritten = [key[:2] for key, (value, number) in items(together, True).items() if key in before and before[key] == (value, before[key][1]) and number != before[key][1]]
        expect(f'night {day}: written although the same: {rewritten[:5]}', not rewritten)
        expect(f'night {day}: nothing changed', now != old)
        if step == 1:
            expect('the prune removed nothing', old.keys() - now.keys())
        # Again: nothing is new, and nothing is even read but heads.
        stat = os.stat(together)
        run('merge', '--into', together, *files)
        expect(f'night {day}: written again', os.stat(together).st_mtime_ns == stat.st_mtime_ns)
        # Taken back.
        shutil.copy(together, f'{folder}/undone.db')
        last = json.loads(run('history', 'show', '-d', f'{folder}/undone.db', '--json').stdout)['runs'][0]['run'] if step < 3 else None
        if last:
            run('history', 'undo', '-d', f'{folder}/undone.db', str(last))
            expect(f'night {day}: taken back', items(f'{folder}/undone.db') == old)
    # Another history of the same logs has nothing to add; that is said, since it might (an allowed address).
    run('scan', '--force', '-d', f'{folder}/twin.db', '-o', '/dev/null', *sorted((f'{folder}/{name}' for name in os.listdir(folder) if name.startswith('mx3-')),
                                                                                 key=lambda name: int(name.rsplit('-')[-1][:-4])))
    run('history', 'allow', '-d', f'{folder}/twin.db', 'kept@d.example')
    before = items(together)
    told = run('merge', '--into', together, f'{folder}/twin.db')
    expect(f'a twin: {told.stderr}', told.stderr == f'bouncelog: {folder}/twin.db: nothing of it was taken: its logs are known by another history of them\n' and items(together) == before)
finish()
