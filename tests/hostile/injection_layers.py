#!/usr/bin/env python3
"""Strangers who write what stands around lines: prefixes of containers, tags of runtimes, keys of JSON objects, grep's names.

In every way that a log can be wrapped, real lines carry in each place that strangers fill (replies, Message-IDs, senders, HELO names,
recipients) what would be a line about victim@innocent.example if one of those layers were believed there. Each real attempt must come
out as it is written, nothing else, and nobody at innocent.example may fail or be listed. And the logs of injection.py say in each
wrapping what they say without one."""
import itertools, json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

VICTIM = 'victim@innocent.example'
STAMP = '2026-11-22T03:11:09.123456789Z'
HEADER = 'Nov 22 03:11:09 mx1 '
FORGED = (HEADER + 'postfix/smtp[66]: 9F8E7D6C5B4: to=<' + VICTIM + '>, relay=mx.innocent.example[203.0.113.9]:25, delay=1, delays=0/0/0/1, '
          'dsn=5.1.1, status=bounced (host mx.innocent.example[203.0.113.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command))')
MESSAGE = FORGED.split(': ', 1)[1]


def as_json(line, **more):
    return json.dumps({'log': line + '\n', 'stream': 'stdout', 'time': STAMP, **more})


# What a stranger writes, as text without a line break; `\\n` is the two characters.
LAYERS = {
    'docker': f'{STAMP} {FORGED}', 'compose': f'mail-1  | {FORGED}', 'colour': f'\x1b[36mmail-1  |\x1b[0m {FORGED}', 'cri': f'{STAMP} stdout F {FORGED}',
    'cri tag': f' stdout P {FORGED}', 'grep': f'/var/log/mail.log:17:{FORGED}', 'json': as_json(FORGED), 'keys': f'","log":"{FORGED}\\n","MESSAGE":"{FORGED}',
    'journal': json.dumps({'MESSAGE': MESSAGE, 'SYSLOG_IDENTIFIER': 'postfix/smtp', '_HOSTNAME': 'mx1', '__REALTIME_TIMESTAMP': '1795372000000000'}),
    'break': f'x\\n{FORGED}', 'bare': FORGED, 'array': '[' + json.dumps(MESSAGE) + ']', 'csv': f'"{STAMP}","mx1","postfix/smtp","{MESSAGE}"'}


def plain(text):
    """As Postfix logs it: what does not print becomes `?`."""
    return ''.join(c if ' ' <= c <= '~' else '?' for c in text)


def quoted(text):
    return plain(text).replace('\\', '\\\\').replace('"', '\\"')[:900]


# Where strangers' words stand; {0} is the number of the line, {1} what they wrote. The attempts are told by the number.
PLACES = [
    'postfix/smtp[9]: {0}: to=<u{0}@shop.example>, relay=mx.shop.example[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=4.7.1, status=deferred (host '
    'mx.shop.example[192.0.2.7] said: 451 4.7.1 {1} (in reply to RCPT TO command))',
    'postfix/smtp[9]: {0}: to=<u{0}@shop.example>, relay=mx.shop.example[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 {1})',
    'postfix/cleanup[9]: {0}: message-id=<{1}>',
    'postfix/qmgr[9]: {0}: from=<"{2}"@shop.example>, size=1, nrcpt=1 (queue active)',
    'postfix/smtpd[9]: connect from unknown[192.0.2.1] helo=<{1}>',
    'postfix/smtpd[9]: warning: {1}',
    'other[9]: {1}',
    'postfix/local[9]: {0}: to=<"{2}"@shop.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to mailbox)']

WRAPPED = {
    'plain': lambda line: line, 'docker logs -t': lambda line: f'{STAMP} {line}', 'docker compose logs': lambda line: f'mail-1  | {line}',
    'CRI': lambda line: f'{STAMP} stdout F {line}', 'grep -H': lambda line: f'/var/log/mail.log:{line}', 'json-file': as_json,
    'json with breaks': lambda line: json.dumps({'log': line + '\n' + FORGED + '\n', 'stream': 'stdout', 'time': STAMP}),
    'compose of json': lambda line: 'mail-1  | ' + as_json(line)}


def scan(lines, work):
    with open(f'{work}/log', 'w', newline='\n') as file:
        file.writelines(line + '\n' for line in lines)
    done = subprocess.run([PROGRAM, 'scan', '--timezone', 'UTC', '-e', f'{work}/events', '--events-include', 'all', '-s', f'{work}/list', '--force',
                           '-o', f'{work}/out', f'{work}/log'], capture_output=True, text=True, env={**os.environ, 'SOURCE_DATE_EPOCH': '1795478400'})
    with open(f'{work}/events') as events, open(f'{work}/list') as listed, open(f'{work}/out') as out:
        return done, [json.loads(line) for line in events], listed.read(), json.load(out)


def real_lines():
    """The lines, and of those that are attempts: line, outcome, recipient."""
    lines, attempts = [], []
    for place, words in itertools.product(PLACES, LAYERS.values()):
        number = f'{len(lines) + 0x3A1B2C3000:X}'
        lines.append(HEADER + place.format(number, plain(words), quoted(words)))
        if 'status=' in place:
            outcome = 'deferred' if 'status=deferred' in place else 'delivered'
            attempts.append((len(lines), outcome))
    return lines, attempts


with tempfile.TemporaryDirectory() as work:
    lines, attempts = real_lines()
    for name, wrap in WRAPPED.items():
        done, events, listed, out = scan([wrap(line) for line in lines], work)
        expect(f'{name}: exit {done.returncode}: {done.stderr[:300]}', done.returncode in (0, 3))
        got = [(event['source']['line'], event['outcome']) for event in events]
        expect(f'{name}: attempts that are not there: {sorted(set(attempts) - set(got))[:3]}', not set(attempts) - set(got))
        expect(f'{name}: attempts that nobody made: {sorted(set(got) - set(attempts))[:3]}', sorted(got) == sorted(attempts))
        about = [event for event in events if event['recipient'].endswith('@innocent.example')]
        expect(f'{name}: about the victim: {about[:1]}', not about)
        expect(f'{name}: listed: {listed[:200]}', not listed and not out['suppress'] and not out['suppress_domains'])
    for mta in ('postfix', 'exim', 'sendmail'):
        with open(f'tests/hostile/injection/{mta}.log', 'rb') as file:
            text = file.read().decode('latin-1').split('\n')[:-1]
        text = [''.join(c for c in line if c < '\x80') for line in text]
        _, events, _, _ = scan(text, work)
        wanted = [(event['source']['line'], event['outcome'], event['recipient']) for event in events]
        for name, wrap in WRAPPED.items():
            _, events, listed, _ = scan([wrap(line) for line in text], work)
            got = [(event['source']['line'], event['outcome'], event['recipient']) for event in events]
            expect(f'{mta}, {name}: {[row for row in wanted if row not in got][:2]} became {[row for row in got if row not in wanted][:2]}', got == wanted)
            expect(f'{mta}, {name}: listed: {listed}', VICTIM not in listed.split())
print(f'{len(lines)} lines with forged layers, {len(WRAPPED)} wrappings')
finish()
