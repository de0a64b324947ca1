#!/usr/bin/env python3
"""The table at a terminal: colour there and nowhere else, not with NO_COLOR, nothing wider than 80 columns, and
columns that stand where they should behind wide and combining characters."""
import os, re, subprocess, sys, tempfile, unicodedata

sys.path.insert(0, 'tests/support')
from terminals import at_terminal

faults = 0


def fault(words):
    global faults
    faults += 1
    print('terminal:', words)


def table(log, **environment):
    """What a terminal gets."""
    code, text, err = at_terminal([os.environ['BOUNCELOG'], 'scan', '--text', '--progress', 'never', log], **environment)
    if code or err:
        sys.exit(f'terminal: exit {code}: {err}')
    return text


def columns(text):
    return sum(0 if unicodedata.category(c) in ('Mn', 'Me', 'Cf') else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in text)


DOMAINS = ('example.com', '例え日本語ドメイン名前長長長長長長長長長長.example', 'cafe\u0301.example', '\u200bzero.example', 'x' * 70 + '.example')


def lines():
    for n, domain in enumerate(DOMAINS):
        yield (f'2026-11-20T03:11:09+00:00 mx1 postfix/smtp[9]: {0x10000000 + n:X}: to=<張三李四@{domain}>, relay=mx.example.com[198.51.100.7]:25, '
               'delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[198.51.100.7] said: 550 5.1.1 '
               f'{"ユーザーが見つかりません " * 9}User unknown (in reply to RCPT TO command))\n')


with tempfile.TemporaryDirectory() as work:
    with open(f'{work}/mail.log', 'w', encoding='utf-8') as file:
        file.writelines(lines())
    coloured = table(f'{work}/mail.log', NO_COLOR='')
    plain = table(f'{work}/mail.log', NO_COLOR='1')
    piped = subprocess.run([os.environ['BOUNCELOG'], 'scan', '--text', f'{work}/mail.log'], capture_output=True, check=True,
                           env={k: v for k, v in os.environ.items() if k != 'NO_COLOR'}).stdout.decode('utf-8')
    if '\x1b[1mOutcomes\x1b[0m' not in coloured or '\x1b[31m##' not in coloured:
        fault('there is no colour at a terminal')
    if plain != piped or '\x1b' in plain:
        fault('NO_COLOR and a pipe give something else than plain text')
    if re.sub(r'\x1b\[\d*m', '', coloured) != plain:
        fault('colour changes more than colours')
    for line in plain.split('\n'):
        if columns(line) > 80:
            fault(f'{columns(line)} columns: {line}')
    ranked = [columns(line.split(' % bounced')[0]) for line in plain.split('\n') if '% bounced or expired' in line]
    if len(ranked) < len(DOMAINS) or len(set(ranked)) != 1:
        fault(f'rates end at columns {ranked}')
    # Ten addresses, and how many more there are: no more than fit on a screen.
    for count in (10, 11, 200):
        with open(f'{work}/many.log', 'w', encoding='utf-8') as file:
            file.writelines(line.replace(f'{0x10000000:X}', f'{0x20000000 + n:X}').replace('張三李四', f'user{n:03}')
                            for n in range(count) for line in list(lines())[:1])
        shown = table(f'{work}/many.log', NO_COLOR='1').split('Addresses to suppress\n')[1].split('\n\n')[0]
        addresses, more = re.findall(r'^  (\S+)@example.com', shown, re.M), re.findall(r'^  and (\d+) more: -s FILE$', shown, re.M)
        if addresses != [f'user{n:03}' for n in range(10)] or more != ([str(count - 10)] if count > 10 else []):
            fault(f'of {count} addresses {addresses} are shown, and {more} more')
print(f'terminal: {len(plain.split(chr(10)))} lines; {faults} faults')
sys.exit(faults > 0)
