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


def table(log, *options, columns=80, **environment):
    """What a terminal gets."""
    code, text, err = at_terminal([os.environ['BOUNCELOG'], 'scan', '--text', '--progress', 'never', *options, log], columns, **{'COLUMNS': None, **environment})
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
    ranked = [columns(line.split(' % bounced')[0]) for line in plain.split('\n') if '% bounced or expired' in line and ' messages: ' not in line]
    if len(ranked) < len(DOMAINS) or len(set(ranked)) != 1:
        fault(f'rates end at columns {ranked}')
    # --color says more than the terminal and NO_COLOR; the colours say whose turn it is.
    for options, environment, wanted in [(['--color'], {'NO_COLOR': '1'}, coloured), (['--color=always'], {'NO_COLOR': '1'}, coloured),
                                         (['--color=auto'], {'NO_COLOR': ''}, coloured), (['--color=auto'], {'NO_COLOR': '1'}, plain),
                                         (['--color=never'], {'NO_COLOR': ''}, plain)]:
        if table(f'{work}/mail.log', *options, **environment) != wanted:
            fault(f'{options} with {environment}')
    for option, wanted in ('always', coloured), ('never', plain), ('auto', plain):
        text = subprocess.run([os.environ['BOUNCELOG'], 'scan', '--text', f'--color={option}', f'{work}/mail.log'], capture_output=True, check=True).stdout.decode('utf-8')
        if text != wanted:
            fault(f'--color={option} in a pipe')
    shown = table('samples/postfix.log', '--color')
    for category, colour in [('recipient_unknown', 90), ('mailbox_full', 90), ('greylisted', 33), ('ip_blocklisted', 31)]:
        if not re.search(rf'  {category} +\x1b\[{colour}m#+\x1b\[0m\n', shown):
            fault(f'{category} is not of the colour {colour}')
    if not re.search(r'^  carla@example\.com +recipient_unknown\n\x1b\[90m +550 [^\n]*\x1b\[0m$', shown, re.M):
        fault('who is gone is not grey')

    # A wide terminal is used, and a narrow one gets no less than 80 columns.
    for width in (20, 79, 80, 81, 107, 108, 109, 150, 250):
        text = table(f'{work}/mail.log', columns=width, NO_COLOR='1')
        widest = max(columns(line) for line in text.split('\n'))
        if widest > max(width, 80) or widest < min(max(width, 80), 120) - 2 or (text != plain) != (width > 80):
            fault(f'{width} columns: {widest} are used')
        if text != table(f'{work}/mail.log', columns=33, COLUMNS=str(width), NO_COLOR='1'):
            fault(f'COLUMNS={width}')
    for said in ('', '0', 'wide', '-5', '99999999999999999999'):
        if table(f'{work}/mail.log', COLUMNS=said, NO_COLOR='1') != plain:
            fault(f'COLUMNS={said}')
    if table(f'{work}/mail.log', columns=0, NO_COLOR='1') != plain:
        fault('a terminal that does not know its width')
    wide = subprocess.run([os.environ['BOUNCELOG'], 'scan', '--text', f'{work}/mail.log'], capture_output=True, check=True, env={**os.environ, 'COLUMNS': '150'}).stdout
    if wide.decode('utf-8') != plain:
        fault('what is piped depends on a terminal')

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
