#!/usr/bin/env python3
"""Who is on the list and who is not, where a failure speaks of somebody else: of another recipient of the transaction, of our sender, of a route behind
the server that asks; and where mail of strangers goes through us, which must not make them senders of ours."""
import itertools, json, os, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

ids = itertools.count(0x1C000000)
UNKNOWN = '550 5.1.1 User unknown'


def postfix(day, sender, *attempts, nrcpt=None, daemon='smtp', at='03:00'):
    """A message. attempts: (recipient, words, relay, orig_to); words that begin with 250 are a delivery. A line of somebody else goes before
    each: a header that was just seen is read another way than a new one."""
    name, lines = f'{next(ids):X}', []
    head = f'Nov {day:2} {at}:{{:02}} mx1 postfix/'
    lines.append(head.format(0) + f'qmgr[8]: {name}: from=<{sender}>, size=9, nrcpt={nrcpt or len(attempts)} (queue active)\n')
    for second, (to, words, relay, original) in enumerate(attempts, 1):
        taken = words.startswith('250')
        said = words if taken or '[' not in relay else f'host {relay.rpartition(":")[0]} said: {words}'
        status = 'sent' if taken else 'deferred' if words[0] == '4' else 'bounced'
        lines.append(head.format(second) + f'{daemon}[9]: {next(ids):X}: to=<x@other.example>, relay=mx.other.example[192.0.2.9]:25, delay=1, '
                     'delays=0/0/0/1, dsn=4.2.0, status=deferred (host mx.other.example[192.0.2.9] said: 450 4.2.0 Later (in reply to RCPT TO command))\n')
        lines.append(head.format(second) + f'{daemon}[9]: {name}: to=<{to}>, ' + (f'orig_to=<{original}>, ' if original else '')
                     + f'relay={relay}, delay=1, delays=0/0/0/1, dsn={words[4:9] if words[4:5].isdigit() else "5.0.0"}, status={status} ({said})\n')
    lines.append(head.format(30) + f'qmgr[8]: {name}: removed\n')
    return ''.join(lines)


MX = 'mx.corp.example[192.0.2.7]:25'
DATA, END, RCPT, MAIL = (f' (in reply to {command} command)' for command in ('DATA', 'end of DATA', 'RCPT TO', 'MAIL FROM'))


def one(to, words, relay=MX, original=''):
    return to, words, relay, original


def all_of(*recipients, words, **more):
    return postfix(3, 'news@shop.example', *(one(to, words) for to in recipients), **more)


def unfinished(*attempts, nrcpt=None):
    lines = postfix(3, 'news@shop.example', *attempts, nrcpt=nrcpt).splitlines(True)
    return lines[0].replace('qmgr[8]', 'pickup[7]').replace(', size', '').split('<')[0].replace('from=', 'uid=0 from=') + '<news>\n' + ''.join(lines[:-1])


def exim(*recipients, words):
    name = f'1x{next(ids) % 10**4:04}-00000000012-3AbC'
    return (f'2026-11-03 03:00:00 {name} <= news@shop.example U=news P=local S=9\n'
            + ''.join(f'2026-11-03 03:00:01 {name} ** {to} R=dnslookup T=remote_smtp H=mx.corp.example [192.0.2.7]: {words}\n' for to in recipients)
            + f'2026-11-03 03:00:02 {name} Completed\n')


def probes(cause):
    return all_of('joe@corp.example', words=f'550 5.1.1 <joe@corp.example>: Recipient address rejected: undeliverable address: {cause}{RCPT}')


def strangers(*first, **more):
    """client@corp.example wrote to us; later there is no such user."""
    return postfix(1, 'client@corp.example', *first, **more) + postfix(9, 'boss@shop.example', one('client@corp.example', UNKNOWN + RCPT))


CASES = [
    # One reply for the whole transaction (RFC 5321, 4.2.5).
    ('DATA refused for two', all_of('a@corp.example', 'b@corp.example', words=UNKNOWN + DATA), ''),
    ('its end refused for two', all_of('a@corp.example', 'b@corp.example', words=UNKNOWN + END), ''),
    ('its end, one of them named', all_of('a@corp.example', 'b@corp.example', words='550 5.1.1 <a@corp.example>: User unknown' + END), 'a@corp.example'),
    ('its end, one of them named, in other letters', all_of('a@corp.example', 'b@corp.example', words='550 5.1.1 A@Corp.example unknown user' + END),
     'a@corp.example'),
    ('its end refused for eight', all_of(*(f'u{n}@corp.example' for n in range(8)), words=UNKNOWN + END), ''),
    ('its end refused for one', all_of('a@corp.example', words=UNKNOWN + END), 'a@corp.example'),
    ('its end, of two of whom the other went elsewhere', all_of('a@corp.example', words=UNKNOWN + END, nrcpt=2), ''),
    ('RCPT refused for two', all_of('a@corp.example', 'b@corp.example', words=UNKNOWN + RCPT), 'a@corp.example b@corp.example'),
    ('LMTP answers each of two', all_of('a@corp.example', 'b@corp.example', words=UNKNOWN + END, daemon='lmtp'), 'a@corp.example b@corp.example'),
    ('refused for two, three times in two weeks', ''.join(postfix(day, 'news@shop.example', one('a@corp.example', UNKNOWN + END), one(f'b{day}@corp.example', UNKNOWN + END))
                                                          for day in (1, 8, 16)), 'a@corp.example'),
    ('Exim, after the data, of two', exim('a@corp.example', 'b@corp.example', words='SMTP error from remote mail server after end of data: ' + UNKNOWN), ''),
    ('Exim, after the data, named', exim('a@corp.example', 'b@corp.example', words='SMTP error from remote mail server after end of data: 550 5.1.1 '
                                         '<b@corp.example> User unknown'), 'b@corp.example'),
    ('Exim, after RCPT', exim('a@corp.example', words='SMTP error from remote mail server after RCPT TO:<a@corp.example>: ' + UNKNOWN), 'a@corp.example'),
    ('Exim, PRDR', exim('a@corp.example', 'b@corp.example', words='PRDR error after DATA: ' + UNKNOWN), 'a@corp.example b@corp.example'),
    # It is our sender whom they do not know.
    ('the sender is unknown', all_of('joe@corp.example', words='550 5.1.1 <news@shop.example>: User unknown' + RCPT), ''),
    ('the sender has no mailbox', all_of('joe@corp.example', words='550 5.1.1 news@shop.example: no such mailbox' + RCPT), ''),
    ('the sender, and the recipient', all_of('joe@corp.example', words='550 5.1.1 <joe@corp.example>: User unknown [news@shop.example]' + RCPT),
     'joe@corp.example'),
    # What Postfix tells of its own probe.
    ('a probe finds no host', probes('Host or domain name not found. Name service error for name=mail.int.example type=A: Host not found'), ''),
    ('a probe goes in a circle', probes('mail for corp.example loops back to myself'), ''),
    ('a probe is no relay', probes('host mx2[10.0.0.1] said: 554 5.7.1 <joe@corp.example>: Relay access denied (in reply to RCPT TO command)'), ''),
    ('a probe is denied', probes('host mx2[10.0.0.1] said: 550 5.7.1 Access denied (in reply to RCPT TO command)'), ''),
    ('a probe finds nobody', probes('host mx2[10.0.0.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)'), 'joe@corp.example'),
    ('a probe finds nobody here', probes('unknown user: "joe"'), 'joe@corp.example'),
    ('a probe finds nobody, in French', probes('host mx2[10.0.0.1] said: 550 5.1.1 Utilisateur inconnu (in reply to RCPT TO command)'), 'joe@corp.example'),
    # An alias of which not all members were tried yet; postfix() without the line that says that all were.
    ('one of two members so far', unfinished(one('ann@corp.example', UNKNOWN + RCPT, MX, 'list@shop.example'), nrcpt=2), 'ann@corp.example'),
    ('both members', unfinished(one('ann@corp.example', UNKNOWN + RCPT, MX, 'list@shop.example'), one('bob@corp.example', UNKNOWN + RCPT, MX, 'list@shop.example')),
     'ann@corp.example bob@corp.example'),
    ('the only member', unfinished(one('ann@corp.example', UNKNOWN + RCPT, MX, 'list@shop.example')), 'list@shop.example'),
    ('the only member, and somebody who waits', unfinished(one('ann@corp.example', UNKNOWN + RCPT, MX, 'list@shop.example'),
                                                           one('bob@corp.example', '450 4.2.0 Greylisted' + RCPT)), 'list@shop.example'),
    ('the only member, and somebody else who is not tried yet', unfinished(one('ann@corp.example', UNKNOWN + RCPT, MX, 'list@shop.example'), nrcpt=3),
     'ann@corp.example'),
    # A content filter takes mail for everybody.
    ('a filter behind a pipe', ''.join(postfix(day, 'news@shop.example', one('joe@corp.example', '250 2.0.0 delivered via spamassassin service', 'spamassassin'),
                                               daemon='pipe') + postfix(day, 'news@shop.example', one('joe@corp.example', UNKNOWN + RCPT), at='03:01')
                                       for day in (3, 5, 7)), 'joe@corp.example'),
    ('a filter behind a pipe, and the refusal before', postfix(3, 'news@shop.example', one('joe@corp.example', UNKNOWN + RCPT)) + postfix(
        4, 'news@shop.example', one('joe@corp.example', '250 2.0.0 delivered via spamassassin service', 'spamassassin'), daemon='pipe'), 'joe@corp.example'),
    ('taken behind the filter', postfix(3, 'news@shop.example', one('joe@corp.example', UNKNOWN + RCPT)) + postfix(
        4, 'news@shop.example', one('joe@corp.example', '250 2.0.0 delivered via spamassassin service', 'spamassassin'), daemon='pipe') + postfix(
        4, 'news@shop.example', one('joe@corp.example', '250 2.0.0 OK', MX), at='03:01'), ''),
    # Whoever writes to us is no sender of ours.
    ('mail for a store', strangers(one('joe@shop.example', '250 2.0.0 Saved', 'mx1[private/dovecot-lmtp]'), daemon='lmtp'), 'client@corp.example'),
    ('mail for a store inside', strangers(one('joe@shop.example', '250 2.0.0 Saved', 'store[172.22.1.250]:24'), daemon='lmtp'), 'client@corp.example'),
    ('mail for a filter', strangers(one('joe@shop.example', '250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7', '127.0.0.1[127.0.0.1]:10024')),
     'client@corp.example'),
    ('mail for a server inside', strangers(one('joe@shop.example', '250 2.0.0 OK', 'exchange.shop.example[10.1.2.3]:25')), 'client@corp.example'),
    ('a store that is full', strangers(one('joe@shop.example', '552 5.2.2 Mailbox full (in reply to end of DATA command)', 'mx1[private/dovecot-lmtp]'), daemon='lmtp'),
     'client@corp.example'),
    ('a store that is down', strangers(one('joe@shop.example', '451 4.3.0 connect to mx1[private/dovecot-lmtp]: Connection refused', 'none'), daemon='lmtp'),
     'client@corp.example'),
    ('an alias of ours leads out', strangers(one('joe@mail.example', '250 2.0.0 OK', 'mx.mail.example[198.51.100.3]:25', 'joe@shop.example')), 'client@corp.example'),
    ('a sender of ours', strangers(one('joe@mail.example', '250 2.0.0 OK', 'mx.mail.example[198.51.100.3]:25')), ''),
]

with tempfile.TemporaryDirectory() as work:
    for what, log, listed in CASES:
        with open(f'{work}/log', 'w', encoding='utf-8') as file:
            file.write(log)
        done = subprocess.run([PROGRAM, 'scan', '--force', '--year', '2026', f'{work}/log'], capture_output=True, text=True, timeout=60)
        got = ' '.join(row['address'] for row in json.loads(done.stdout)['suppress']) if done.stdout else done.stderr
        expect(f'{what}: listed {got!r}, not {listed!r}', done.returncode == 0 and got == listed)
finish(f'{len(CASES)} cases')
