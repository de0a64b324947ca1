#!/usr/bin/env python3
"""The table at a terminal: colour there and nowhere else, not with NO_COLOR, nothing wider than 80 columns, and
columns that stand where they should behind wide and combining characters."""
import os, pty, re, subprocess, sys, tempfile, unicodedata

faults = 0


def fault(words):
    global faults
    faults += 1
    print('terminal:', words)


def columns(text):
    return sum(0 if unicodedata.category(c) in ('Mn', 'Me', 'Cf') else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in text)


def at_terminal(log, **environment):
    """What a terminal gets, until the program closes it."""
    master, slave = pty.openpty()
    child = subprocess.Popen([os.environ['BOUNCELOG'], 'scan', '--text', '--progress', 'never', log], stdout=slave, stdin=subprocess.DEVNULL,
                             env={**os.environ, **environment})
    os.close(slave)
    text = b''
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:
            more = b''
        if not more:
            break
        text += more
    os.close(master)
    if child.wait() != 0:
        sys.exit(f'terminal: exit {child.returncode}')
    return text.decode('utf-8').replace('\r\n', '\n')


DOMAINS = ('example.com', '例え日本語ドメイン名前長長長長長長長長長長.example', 'cafe\u0301.example', '\u200bzero.example', 'x' * 70 + '.example')


def lines():
    for n, domain in enumerate(DOMAINS):
        yield (f'2026-11-20T03:11:09+00:00 mx1 postfix/smtp[9]: {0x10000000 + n:X}: to=<張三李四@{domain}>, relay=mx.example.com[198.51.100.7]:25, '
               'delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[198.51.100.7] said: 550 5.1.1 '
               f'{"ユーザーが見つかりません " * 9}User unknown (in reply to RCPT TO command))\n')


with tempfile.TemporaryDirectory() as work:
    with open(f'{work}/mail.log', 'w', encoding='utf-8') as file:
        file.writelines(lines())
    coloured = at_terminal(f'{work}/mail.log', NO_COLOR='')
    plain = at_terminal(f'{work}/mail.log', NO_COLOR='1')
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
print(f'terminal: {len(plain.split(chr(10)))} lines; {faults} faults')
sys.exit(faults > 0)
