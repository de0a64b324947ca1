#!/usr/bin/env python3
"""What a list of ours stopped, here or at a relay of ours, changes no rate, no list and nothing to mend: a log with such lines says of all else what it
says without them, in a scan, from a history, and in the part of a sender."""
import json, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish
import bounces

WORDS = ('recipient unknown', 'mailbox full', 'rate limited', 'domain no mail', 'suppressed upstream', 'complaint')
number = 0


def message(day, to, status, text, dsn, relay='mx.d.example[198.51.100.7]:25', agent='smtp'):
    global number
    number += 1
    head = f'2026-11-{day:02}T03:{number % 60:02}:00+00:00 mx1 postfix'
    return [f'{head}/qmgr[7]: {0x40000000 + number:X}: from=<news@shop.example>, size=100, nrcpt=1 (queue active)\n',
            f'{head}/{agent}[9]: {0x40000000 + number:X}: to=<{to}>, relay={relay}, delay=1, delays=0/0/0/1, dsn={dsn}, status={status} ({text})\n',
            f'{head}/qmgr[7]: {0x40000000 + number:X}: removed\n']


def stopped(day, to, words):
    words = f'Suppressed by bouncelog as {words} on 2026-11-01'
    said = f'host relay.shop.example[192.0.2.3] said: 550 5.1.1 <{to}>: Recipient address rejected: {words} (in reply to RCPT TO command)'
    return (message(day, to, 'bounced', words, '5.1.1', 'none', 'error') + message(day, to, 'bounced', said, '5.1.1', 'relay.shop.example[192.0.2.3]:25'))


def later(day, to):
    """Refused by our own server (an app hands its mail in), put off by a relay's soft list, and said by a relay in a mail."""
    global number
    number += 1
    words = f'<{to}>: Recipient address rejected: Suppressed by bouncelog as recipient unknown on 2026-11-01'
    refused = [f'2026-11-{day:02}T03:{number % 60:02}:00+00:00 mx1 postfix/smtpd[8]: NOQUEUE: reject: RCPT from app.shop.example[192.0.2.9]: 550 5.1.1 {words}; '
               f'from=<news@shop.example> to=<{to}> proto=ESMTP helo=<app.shop.example>\n']
    soft = message(day, to, 'deferred', f'host relay.shop.example[192.0.2.3] said: 450 4.1.1 {words} (in reply to RCPT TO command)', '4.1.1')[:2]
    return refused + soft


def run(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
    expect(f'{words}: exit {done.returncode}: {done.stderr}', done.returncode == 0)
    return json.loads(done.stdout)


said = lambda text: f'host mx.d.example[198.51.100.7] said: {text} (in reply to RCPT TO command)'
plain, more, stops = [], [], 0
for day in (20, 21, 22):
    for n in range(4):
        plain += message(day, f'ok{n}@d.example', 'sent', '250 2.0.0 Ok', '2.0.0')
    plain += message(day, f'gone{day}@d.example', 'bounced', said('550 5.1.1 User unknown'), '5.1.1')
    plain += message(day, f'full{day}@d.example', 'deferred', said('452 4.2.2 Mailbox full'), '4.2.2')
    more += [line for words in WORDS for line in stopped(day, f'{words.split()[-1]}@e.example', words)]
    stops += 2 * len(WORDS)

for day in (20, 21, 22): # as many refused and put off as truly bounced, for the same domain
    more += [line for n in range(3) for line in later(day, f'old{n}@d.example')]
REFUSED = SOFT = 9

ALIKE = ('suppress', 'held', 'blocks', 'incidents', 'episodes')
with tempfile.TemporaryDirectory() as folder:
    said = {}
    for name, lines in (('plain', sorted(plain, key=lambda line: line[:25])), ('more', sorted(plain + more, key=lambda line: line[:25]))):
        with open(f'{folder}/{name}', 'w') as file:
            file.writelines(lines)
        said[name, 'scan'] = run('scan', '--inbound', '--force', f'{folder}/{name}')
        run('scan', '--inbound', '--force', '-d', f'{folder}/{name}.db', f'{folder}/{name}')
        said[name, 'report'] = run('report', '-d', f'{folder}/{name}.db')
        said[name, 'part'] = run('report', '-d', f'{folder}/{name}.db', '--sender', 'shop.example')
        with open(f'{folder}/{name}.html', 'w') as page:
            page.write(subprocess.run([PROGRAM, 'scan', '--force', '-o', '/dev/null', '--html', '/dev/stdout', f'{folder}/{name}'], capture_output=True, text=True).stdout)
    for way in ('scan', 'report', 'part'):
        without, with_them = said['plain', way], said['more', way]
        for key in ALIKE:
            if key == 'suppress' and way != 'part':
                strip = lambda rows: [{k: v for k, v in row.items() if k != 'evidence'} for row in rows]
                expect(f'{way}: {key}: {with_them[key]}', strip(with_them[key]) == strip(without[key]) and len(without[key]) == 3)
            elif key in without or way != 'part':
                expect(f'{way}: {key}: {with_them[key]}, not {without[key]}', with_them[key] == without[key])
        expect(f'{way}: messages', with_them['messages'] == dict(without['messages'], total=without['messages']['total'] + stops + SOFT, discarded=stops,
                                                                 waiting=without['messages']['waiting'] + SOFT))
        expect(f'{way}: attempts', (with_them['attempts']['bounced'], with_them['attempts']['refused']) == (without['attempts']['bounced'] + stops, REFUSED))
        tried = with_them['attempts']['total'] - stops
        expect(f'{way}: the rate of attempts', with_them['rates']['attempts']['bounce_rate'] == round(3 / tried, 4))
        expect(f'{way}: categories', {row['category']: row['count'] for row in with_them['categories']} ==
               {row['category']: row['count'] for row in without['categories']} | {'suppressed_here': stops + REFUSED + SOFT})
        for ranking, name in (('recipient_domains', 'd.example'), ('sender_domains', 'shop.example')):
            rows = [{row['name']: row['bounced'] for row in summary[ranking]} for summary in (without, with_them)]
            expect(f'{way}: {ranking}: {rows}', rows[0][name] == rows[1][name] == 3 and 'e.example' not in rows[1])
            row = next(row for row in with_them[ranking] if row['name'] == name)
            expect(f'{way}: {ranking}: {row}', row['bounce_rate'] == round(3 / row['count'], 4) and row['count'] in (tried, tried - REFUSED))
        expect(f'{way}: days', [row['bounced'] for row in with_them['days']] == [row['bounced'] for row in without['days']])
    whole = lambda name, way: {key: said[name, way][key] for key in ('attempts', 'messages', 'rates', 'recipient_domains', 'sender_domains', 'days', 'providers')}
    expect('a report says what the scan says', whole('more', 'report') == whole('more', 'scan'))
    expect(f'a part that is all says what all says: {whole("more", "part")}, not {whole("more", "report")}', whole('more', 'part') == whole('more', 'report'))
    expect('nothing to mend', 'Stop mailing the address, or take it off your list.' not in open(f'{folder}/more.html').read().split('id="fix-h')[-1].split('</section>')[0])
    # A relay takes the mail, and its list bounces it later, by a mail.
    relay, words = ('relay.d.example', '198.51.100.7'), '550 5.1.1 <{}>: Recipient address rejected: Suppressed by bouncelog as recipient unknown on 2026-11-01'
    lines = [line for n in range(10) for line in bounces.postfix(n, f'<m{n}@shop.example>', [(f'u{n}@d.example', *relay)])]
    with open(f'{folder}/later', 'w') as file:
        file.write('\n'.join(lines) + '\n')
    bounces.maildir(f'{folder}/box', [bounces.dsn(f'u{n}@d.example', f'<m{n}@shop.example>', relay, words=words.format(f'u{n}@d.example')) for n in range(4)])
    came = run('scan', '--timezone', 'UTC', '--year', '2026', '--mail', f'{folder}/box', '--force', f'{folder}/later')
    expect(f'later: {came["messages"]} {came["attempts"]}', (came['attempts']['bounced_later'], came['messages']['discarded'], came['messages']['delivered'],
                                                             came['messages']['bounced'], came['rates']['messages']['bounce_rate'], came['suppress']) == (4, 4, 6, 0, 0, []))
finish()
