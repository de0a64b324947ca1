#!/usr/bin/env python3
"""At the limits: lines of no length and of any, clocks that are wrong, surroundings that differ, runs at once, lines that are not
understood, replies made to be slow. Everything is counted, and the same comes out."""
import json, os, re, resource, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

os.environ.setdefault('SOURCE_DATE_EPOCH', '1795478400')
work = tempfile.TemporaryDirectory()
with open(PROGRAM, 'rb') as file:
    SANITIZED = re.search(b'__[at]san_init', file.read()) # their own memory would be measured


def run(*arguments, code=0, stdin=None, **environment):
    done = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, env=dict(os.environ, **environment))
    expect(f'{arguments} {environment}: exit {done.returncode}: {done.stderr[:300]}', done.returncode == code)
    return done.stdout, done.stderr


def scan(*arguments, code=0, stdin=None, **environment):
    return json.loads(run('scan', *arguments, code=code, stdin=stdin, **environment)[0])


def failure(number, recipient=None, words='550 5.1.1 User unknown'):
    return (f'2026-11-22T03:{number // 60 % 60:02d}:{number % 60:02d}Z mx1 postfix/smtp[1]: {number + 0x10000000:X}: to=<{recipient or f"a{number}@example.com"}>, '
            f'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: '
            f'{words} (in reply to RCPT TO command))\n').encode()


def lines():
    """A line is what ends in a newline, whatever is in it; too long a one is cut, and what is behind it is read."""
    odd = [b'', b'x', b'\r', b'\0', bytes(range(10)) + bytes(range(11, 256)), b'\xff' * 100, b'x' * 65534, b'x' * 65535, b'x' * 65536, b'x' * 65537,
           b'\0' * 70000, b'\xe2\x80' * 40000]
    content = b''.join(line + b'\n' + failure(number) for number, line in enumerate(odd)) + b'\n' * 100000 + failure(99)
    got = scan('-', stdin=content)
    expect(f'odd lines: {got["lines"]}', got['lines'] == {'total': len(odd) * 2 + 100001, 'delivery': len(odd) + 1, 'context': 0,
                                                            'other': len(odd) + 100000, 'unparsed': 0})
    expect(f'odd lines: {got["inputs"]}', got['inputs'][0]['cut_lines'] == 3 and got['inputs'][0]['bytes'] == len(content))
    got = scan('-', stdin=b'')
    expect(f'no lines: {got["lines"]}', got['lines']['total'] == 0 and got['inputs'][0]['complete'])


def memory(*arguments, feed, code=0):
    """The most that a run took, in megabytes, and its summary."""
    with open(f'{work.name}/summary', 'wb') as out:
        child = subprocess.Popen([PROGRAM, 'scan', '-j', '1', *arguments, '-'], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)
        for part in feed:
            child.stdin.write(part)
        child.stdin.close()
        _, status, usage = os.wait4(child.pid, 0)
    expect(f'{arguments}: exit {os.waitstatus_to_exitcode(status)}', os.waitstatus_to_exitcode(status) == code)
    with open(f'{work.name}/summary', 'rb') as file:
        return usage.ru_maxrss / 1024, json.load(file)


def sizes():
    big = int(os.environ.get('BIG', '128')) # megabytes
    used, got = memory(feed=[b'x' * 1024 * 1024] * big + [b'\n' + failure(1)])
    expect(f'a line of {big} MB takes {used:.0f} MB: {got["lines"]}',
           (used <= 64 or SANITIZED) and got['lines']['total'] == 2 and got['lines']['delivery'] == 1 and got['inputs'][0]['cut_lines'] == 1)
    count = int(os.environ.get('OPEN', '100000'))
    open_ones = (b'2026-11-22T03:11:09Z mx1 postfix/smtp[1]: %X: to=<a@example.com>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, '
                 b'status=deferred (connect to mx.example.com[192.0.2.7]:25: Connection timed out)\n' % (n + 0x10000000) for n in range(count))
    used, got = memory('--max-open-messages', '10000', feed=open_ones, code=3)
    expect(f'{count} messages that stay open take {used:.0f} MB, {got["evicted"]} were evicted',
           (used <= 64 or SANITIZED) and got['attempts']['deferred'] == count and got['evicted'] > count // 2)


def clocks():
    """Whatever the clock of the host says: nothing is in the future of a log that has no year, and the hours add up. But no log is of
    1970: then that clock is strange (run/clocks.py)."""
    for name in ('postfix.log', 'exim-mainlog', 'sendmail.log', 'solaris.log'):
        whole = scan('--timezone', 'UTC', f'samples/{name}')['attempts']['total']
        for now in ('0', '86399', '951782400', '1767225599', '1767225600', '2147483647', '2147483648', '4102444800'):
            log = f'{work.name}/{name}'
            shutil.copy(f'samples/{name}', log)
            os.utime(log, (int(now), int(now)))
            code = 3 if name == 'solaris.log' and int(now) <= 86399 else 0
            events, _ = run('scan', '--timezone', 'UTC', '-e', '-', '--events-include', 'all', log, SOURCE_DATE_EPOCH=now, code=code)
            got = scan('--timezone', 'UTC', '--top', '100000', log, SOURCE_DATE_EPOCH=now, code=code)
            expect(f'{name} at {now}: {got["attempts"]["total"]} of {whole}', got['attempts']['total'] == whole == events.count(b'\n'))
            expect(f'{name} at {now}: hours', sum(hour['count'] for hour in got['hours']) == (0 if code else whole))
            expect(f'{name} at {now}: strange times', got['strange_times'] == (whole if code else 0))
    # the nights on which an hour occurs twice, or never; a second that the clock does not have
    for zone, day in (('Europe/Berlin', 'Mar 29'), ('Europe/Berlin', 'Oct 25'), ('America/St_Johns', 'Nov  1'), ('Australia/Lord_Howe', 'Apr  5')):
        content = b''.join(failure(n).replace(b'2026-11-22T', f'{day} '.encode()).replace(b'Z mx1', b' mx1').replace(b' 03:', b' %02d:' % (n % 5))
                           for n in range(200))
        got = scan('--timezone', zone, '--year', '2026', '-', stdin=content)
        expect(f'{zone} {day}: {got["attempts"]}', got['attempts']['bounced'] == 200 == sum(hour['count'] for hour in got['hours']))
    got = scan('-', stdin=failure(1).replace(b'03:00:01', b'23:59:60'))
    expect(f'a leap second: {got["lines"]}', got['attempts']['bounced'] == 1)


def outputs(folder, *arguments, prepare=None, **environment):
    """All that a run in these surroundings writes."""
    os.makedirs(folder)
    names = {'-o': 'summary', '-e': 'events', '-s': 'list', '--html': 'page', '--prometheus': 'metrics'}
    options = [word for option, name in names.items() for word in (option, f'{folder}/{name}')]
    done = subprocess.run([PROGRAM, 'scan', '--timezone', 'Europe/Berlin', '--year', '2026', '--host', 'mx9', *options, *arguments],
                          capture_output=True, env=dict(os.environ, **environment), preexec_fn=prepare)
    expect(f'{environment} {arguments}: exit {done.returncode}: {done.stderr[:300]}', done.returncode == 0)
    result = {}
    for name in names.values():
        with open(f'{folder}/{name}', 'rb') as file:
            result[name] = file.read()
        expect(f'{name} has another mode', os.stat(f'{folder}/{name}').st_mode & 0o777 == (0o644 if name == 'metrics' else 0o600))
    return result


def surroundings():
    logs = ['samples/postfix.log', 'samples/exim-mainlog', 'samples/sendmail.log', 'samples/mixed.log']
    plain = outputs(f'{work.name}/plain', *logs)
    for number, (environment, prepare, jobs) in enumerate([
            ({'TZ': 'Asia/Kathmandu'}, None, '1'), ({'TZ': ':/nonexistent'}, None, '2'), ({'LC_ALL': 'C.UTF-8'}, None, '3'),
            ({'LC_ALL': 'tr_TR.UTF-8', 'LANG': 'de_DE'}, None, '8'), ({'HOME': '', 'COLUMNS': '20', 'TERM': 'dumb'}, None, '1'),
            ({'NO_COLOR': '1'}, lambda: os.umask(0), '4'), ({}, lambda: os.umask(0o777), '1'), ({}, lambda: os.close(0), '2'),
            ({}, lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24)), '2')]):
        got = outputs(f'{work.name}/other{number}', '-j', jobs, *logs, prepare=prepare, **environment)
        expect(f'{environment}, {jobs} threads: {[name for name in plain if plain[name] != got[name]]} differ', got == plain)
    turned = json.loads(outputs(f'{work.name}/turned', *reversed(logs))['summary'])
    straight = json.loads(plain['summary'])
    for summary in (turned, straight):
        summary['inputs'].sort(key=lambda row: row['file'])
        for key in ('unclassified', 'unparsed', 'ambiguous'):
            del summary[key]['samples']
    expect(f'the order of the logs: {[key for key in straight if straight[key] != turned[key]]}', straight == turned)


def at_once():
    """Eight runs start at once: one after the other, or a word that another one is at it."""
    log, db = f'{work.name}/once.log', f'{work.name}/once.db'
    with open(log, 'wb') as file:
        file.writelines(failure(number) for number in range(3000))
    for wait, codes in (('0', {0, 7}), ('60', {0})):
        if os.path.exists(db):
            os.unlink(db)
        runs = [subprocess.Popen([PROGRAM, 'scan', '-d', db, '--force', '--wait', wait, '-o', '/dev/null', log], stderr=subprocess.DEVNULL)
                for _ in range(8)]
        ended = [process.wait() for process in runs]
        expect(f'eight at once, waiting {wait} s: {ended}', set(ended) <= codes and 0 in ended)
        got = json.loads(run('report', '-d', db)[0])
        expect(f'eight at once: {got["attempts"]}', got['attempts']['bounced'] == 3000 == got['lines']['total'])


def not_understood():
    """A share of the delivery lines has a grammar that nobody knows: counted, and from one in a thousand on told."""
    for count, code in ((10, 0), (19, 0), (30, 3), (200, 3)):
        content = b''.join(failure(number).replace(b'status=', b'result=' if number < count else b'status=') for number in range(20000))
        got = scan('-', stdin=content, code=code)
        expect(f'{count} of 20000 lines: {got["lines"]}', got['lines']['unparsed'] == count and got['attempts']['bounced'] == 20000 - count)


def slow_replies():
    """What each rule looks for, again and again, as much of it as a reply can have: no pattern is given up."""
    literals = set()
    for name in sorted(os.listdir('patterns/replies')):
        with open(f'patterns/replies/{name}') as file:
            for found in re.findall(r'literal: *\[([^\]]*)\]', file.read()):
                literals.update(word.replace("''", "'") for word in re.findall(r"'((?:[^']|'')+)'", found))
    expect(f'{len(literals)} literals', len(literals) > 200)
    replies = []
    for word in sorted(literals):
        for gap in (' ', '', ' x '):
            replies.append(('550 5.1.1 ' + (word + gap) * (2000 // len(word + gap)))[:2040])
    got, said = run('scan', '-', stdin=b''.join(failure(number, words=reply) for number, reply in enumerate(replies)))
    expect(f'replies of rules: {said}', b'given up' not in said and json.loads(got)['attempts']['bounced'] == len(replies))


def main():
    for part in (lines, sizes, clocks, surroundings, at_once, not_understood, slow_replies):
        part()
    finish()


main()
