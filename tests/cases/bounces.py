"""What `bouncelog explain --mail` reads out of mails: reports and words of mailers, answers and quotes that are none, complaints, mails
that want to be too much; from a Maildir, an mbox, a file and standard input.

usage: bounces.py [--list | --write FOLDER]      BOUNCELOG is the program"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mails import hostile, others, reports, words  # noqa: E402

PROGRAM = os.environ.get('BOUNCELOG', 'build/dev/bouncelog')
SECONDS_MAX, MEBIBYTES_MAX = 20, 250
faults = []


def fault(name, text):
    faults.append(f'mails: {name}: {text}')


def explain(path, data=None):
    run = subprocess.run([PROGRAM, 'explain', '--json', '--mail', str(path)], input=data, capture_output=True)
    if run.returncode != 0 or run.stderr:
        fault(path, f'exit {run.returncode}: {run.stderr[:300]!r}')
    return [json.loads(line) for line in run.stdout.decode().split('\n') if line]


def by_mail(rows):
    found = {}
    for row in rows:
        found.setdefault(row['mail'], []).append(row)
    return list(found.values())


def check(name, rows, kind, right, message_id):
    kinds = {'failed': 0, 'delayed': 1, 'relayed': 2, 'expanded': 3, 'delivered': 4}
    got = min((row['kind'] for row in rows), key=lambda word: kinds.get(word, 9))
    recipients = [row for row in rows if row['final_recipient']]
    if got != kind:
        return fault(name, f'is {got} ({rows[0]["form"]}), not {kind}')
    if [row['final_recipient'] for row in recipients] != [address for address, _, _ in right]:
        return fault(name, f'recipients {[row["final_recipient"] for row in recipients]}, not {[row[0] for row in right]} ({rows[0]["form"]})')
    for row, (address, status, text) in zip(recipients, right):
        if status and row['status'] != status:
            fault(name, f'{address}: status {row["status"]}, not {status}')
        said = f'{row["code"] or ""} {row["enhanced"] or ""} {row["text"] or ""}'
        for word in text.split():
            if word not in said.replace('-', ' ').split() and word not in said:
                fault(name, f'{address}: the reply is {said!r}, not {text!r}')
                break
        if row['kind'] == 'failed' and not row['category']:
            fault(name, f'{address}: no verdict')
    if rows[0]['message_id'] != message_id:
        fault(name, f'the mail that came back is {rows[0]["message_id"]}, not {message_id}')
    if rows[0]['limits']:
        fault(name, f'was not read in full: {rows[0]["limits"]}')


def all_cases():
    for group, module in (('report', reports), ('words', words), ('other', others)):
        for name, text, kind, right, message_id in module.cases():
            yield f'{group}/{name}', text.encode(), kind, right, message_id


def write_maildir(folder, mails):
    for name in ('new', 'cur', 'tmp'):
        (folder / name).mkdir(parents=True)
    for i, mail in enumerate(mails):
        (folder / ('new' if i % 2 else 'cur') / f'{i:06}.x').write_bytes(mail)


def in_order(mails):
    """As a Maildir gives them: new/ first."""
    return mails[1::2] + mails[0::2]


def mbox(mails):
    out = []
    for mail in mails:
        lines = [b'>' + line if line.lstrip(b'>').startswith(b'From ') else line for line in mail.split(b'\n')]
        out.append(b'From MAILER-DAEMON Sun Nov 22 03:11:09 2026\n' + b'\n'.join(lines) + b'\n\n')
    return b''.join(out)


def check_mails(folder):
    cases = list(all_cases())
    if len({case[0] for case in cases}) != len(cases):
        fault('cases', 'a name stands twice')
    write_maildir(folder / 'mails', [case[1] for case in cases])
    found = by_mail(explain(folder / 'mails'))
    if len(found) != len(cases):
        fault('Maildir', f'{len(found)} mails, not {len(cases)}')
        return cases
    for (name, _, kind, right, message_id), rows in zip(in_order(cases), found):
        check(name, rows, kind, right, message_id)
    return cases


def check_complaints(folder):
    for name, text, feedback, recipients, message_id in others.complaints():
        (folder / 'mail').write_bytes(text.encode())
        rows = explain(folder / 'mail')
        got = (rows[0]['kind'], rows[0]['feedback'], [row['final_recipient'] for row in rows if row['final_recipient']], rows[0]['message_id'], rows[0]['category'])
        if got != ('complaint', feedback, recipients, message_id, None):
            fault(name, f'{got}')


def check_mailboxes(folder, cases):
    """The same mails in an mbox, in a file, from standard input."""
    some = [case for case in cases if b'\r\n' not in case[1] and case[1]][::5]
    text = mbox([case[1] for case in some])
    (folder / 'mbox').write_bytes(text)
    strip = lambda rows: [{key: value for key, value in row.items() if key != 'mail'} for row in rows]
    from_file, from_stdin = explain(folder / 'mbox'), explain('-', text)
    if strip(from_file) != strip(from_stdin):
        fault('mbox', 'standard input gives other results than a file')
    found = by_mail(from_file)
    if len(found) != len(some):
        fault('mbox', f'{len(found)} mails, not {len(some)}')
    for (name, _, kind, right, message_id), rows in zip(some, found):
        check(f'mbox: {name}', rows, kind, right, message_id)
    # A line of a text that begins as one of an mbox does, quoted or not, is none.
    odd = b'From: joe@example.com\nSubject: hi\n\nFrom here on.\nFrom me, at 12:30, x\n\nFrom nobody\n\n>From there 12:30\n'
    (folder / 'odd').write_bytes(b'From a Sun Nov 22 03:11:09 2026\n' + odd + b'\nFrom a Sun Nov 22 03:11:10 2026\r\n' + odd)
    if [row['mail'][-2:] for row in explain(folder / 'odd')] != [':1', ':2']:
        fault('mbox', f'{[row["mail"] for row in explain(folder / "odd")]}')
    (folder / 'one').write_bytes(some[0][1])
    if strip(explain(folder / 'one')) != strip(explain('-', some[0][1])):
        fault('file', 'standard input gives other results than a file')


def check_maildir(folder):
    """Links and odd files are left alone, and nothing is changed."""
    good = reports.report(*reports.SERVERS['postfix'][:2]).encode()
    write_maildir(folder, [good])
    (folder / 'secret').write_bytes(good)
    (folder / 'new' / 'link').symlink_to(folder / 'secret')
    (folder / 'cur' / 'folder').mkdir()
    os.mkfifo(folder / 'new' / 'pipe')
    (folder / 'new' / '.hidden').write_bytes(good)
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob('*'))
    if len(explain(folder)) != 1:
        fault('Maildir', 'a link, a pipe or a folder was read')
    if before != sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob('*')):
        fault('Maildir', 'something was changed')
    elsewhere = folder / 'elsewhere'
    elsewhere.mkdir()
    (elsewhere / 'new').symlink_to(folder / 'new')
    run = subprocess.run([PROGRAM, 'explain', '--mail', str(elsewhere)], capture_output=True)
    if run.returncode != 3 or b'new: cannot open' not in run.stderr:
        fault('Maildir', f'a linked folder: exit {run.returncode}, {run.stderr!r}')
    run = subprocess.run([PROGRAM, 'explain', '--mail', str(folder / 'nothing')], capture_output=True)
    if run.returncode != 3:
        fault('Maildir', f'a file that is not there: exit {run.returncode}')


def check_hostile(folder):
    # An address sanitizer keeps more memory than it gives.
    sanitized = b'__asan_init' in Path(PROGRAM).read_bytes()
    for name, data, limits, kind in hostile.cases():
        (folder / 'mail').write_bytes(data)
        begun = time.monotonic()
        rows = explain(folder / 'mail')
        took = time.monotonic() - begun
        if took > SECONDS_MAX:
            fault(name, f'took {took:.1f} s')
        if not rows or (kind and rows[0]['kind'] != kind):
            fault(name, f'is {rows and rows[0]["kind"]}, not {kind}')
        elif not set(limits) <= set(rows[0]['limits']):
            fault(name, f'limits {rows[0]["limits"]}, not {limits}')
        if any(row['final_recipient'] and 'victim' in row['final_recipient'] for row in rows):
            fault(name, 'what came back was read as words')
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    if used > MEBIBYTES_MAX and not sanitized:
        fault('hostile', f'took {used:.0f} MiB')


def main():
    if sys.argv[1:] == ['--list']:
        for case in all_cases():
            print(case[0], case[2], *(row[0] for row in case[3]))
        return 0
    if sys.argv[1:2] == ['--write']:
        write_maildir(Path(sys.argv[2]), [case[1] for case in all_cases()])
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if b'cannot read mail' in subprocess.run([PROGRAM, 'explain', '--mail', '/dev/null'], capture_output=True).stderr:
            print('mails: this build cannot read mail')
            return 77
        cases = check_mails(folder)
        check_complaints(folder)
        check_mailboxes(folder, cases)
        check_maildir(folder / 'links')
        check_hostile(folder)
    bounces = sum(case[2] == 'failed' for case in cases)
    print('\n'.join(faults) or f'{bounces} bounces, {len(cases) - bounces} mails that are none')
    return bool(faults)


sys.exit(main())
