#!/usr/bin/env python3
"""Bounces and complaints that came as mail: what is proven takes a delivery back, in any order of mails and lines; what anybody could
have written changes nothing but its own count."""
import json, random, sys, tempfile

sys.path.insert(0, 'tests/support')
import bounces
from bounces import complaint, dsn, received
from checks import expect, fault, finish
from came_back import ANN, BOB, JOE, OTHERS, check, figures, forgeries, scan, sent_on

FORGERIES = 200 # at least


def rightful(folder):
    """Each MTA that logs a Message-ID, each way in which a server of ours names who handed the mail in."""
    for mta, writer in bounces.WRITERS.items():
        lines = writer(1, '<n1@shop.example>', [JOE]) + writer(2, '<n2@shop.example>', [BOB]) + writer(3, '<n3@shop.example>', [ANN])
        for how in 'postfix', 'exim', 'sendmail':
            source = JOE[1:]
            good = dsn(JOE[0], '<n1@shop.example>', source, how=how)
            check(f'{mta}, {how}: proven', scan(folder, lines, [good]), list=[JOE[0]], delivered=2, bounced=1, later=1, unproven=0, total=3)
            check(f'{mta}, {how}: twice', scan(folder, lines, [good, good]), list=[JOE[0]], delivered=2, bounced=1, later=1, unproven=0)
            nameless = dsn(JOE[0], '<n1@shop.example>', (None, '198.51.100.9'), reporter='mx.b.example', how=how)
            check(f'{mta}, {how}: by network', scan(folder, lines, [nameless]), list=[JOE[0]], later=1)
            google = dsn(BOB[0], '<n2@shop.example>', ('mail-sor-f69.google.com', '209.85.220.69'), reporter='googlemail.com', how=how)
            check(f'{mta}, {how}: by provider', scan(folder, lines, [google]), list=[BOB[0]], later=1)
        three = [dsn(JOE[0], '<n1@shop.example>', JOE[1:]), dsn(ANN[0], '<n3@shop.example>', ANN[1:]), dsn(BOB[0], '<n2@shop.example>', ('x.google.com', '209.85.220.1'))]
        check(f'{mta}: an mbox', scan(folder, lines, three, store=bounces.mbox), list=sorted([JOE[0], ANN[0], BOB[0]]), delivered=0, bounced=3, later=3)


def judged(folder):
    """The reply in the notice is judged as one in the log."""
    lines = bounces.postfix(1, '<n1@shop.example>', [JOE]) + bounces.postfix(2, '<n3@shop.example>', [ANN])
    source = JOE[1:]
    cases = {'full': ('4.2.2', '452 4.2.2 Mailbox is full', [], 1), 'spam': ('5.7.1', '550 5.7.1 Message rejected as spam', [], 1),
             'size': ('5.3.4', '552 5.3.4 Message too big', [], 1), 'expired': ('4.4.7', '', [], 1), 'dead': ('5.1.1', '', [JOE[0]], 1),
             'words': ('5.0.0', '550 No such user here', [JOE[0]], 1)}
    for name, (status, words, listed, later) in cases.items():
        mail = dsn(JOE[0], '<n1@shop.example>', source, status=status, words=words or f'{status}')
        check(name, scan(folder, lines, [mail]), list=listed, delivered=1, bounced=1, later=later)
    for action in 'delayed', 'relayed', 'expanded', 'delivered':
        check(action, scan(folder, lines, [dsn(JOE[0], '<n1@shop.example>', source, action=action, status='4.4.1' if action == 'delayed' else '2.0.0')]),
              list=[], delivered=2, bounced=0, later=0, unproven=0)
    alias = bounces.postfix(1, '<n1@shop.example>', [('real@b.example', *JOE[1:], 'alias@shop.example')])
    for queue_id in None, '4B0C1D2E3F': # anybody can send an original recipient along, and a copy may have arrived
        mail = dsn('hidden@b.example', '<n1@shop.example>', source, queue_id=queue_id, original='real@b.example')
        check(f'by the original recipient, queue id {queue_id}', scan(folder, [line.replace('Ok)', 'Ok: queued as 4B0C1D2E3F)') for line in alias], [mail]), later=0, unproven=1)
    check('of an alias', scan(folder, alias, [dsn('real@b.example', '<n1@shop.example>', source)]), later=1, list=['real@b.example'])
    mail = exim_without_report(JOE[0], '<n1@shop.example>', JOE[1:])
    check('Exim, without a report', scan(folder, lines, [mail]), list=[JOE[0]], later=1)
    check('case and spelling', scan(folder, lines, [dsn('JOE@B.Example', 'n1@shop.example', source)]), list=[JOE[0]], later=1)
    filtered = dsn(JOE[0], '<n1@shop.example>', source, trace=f'from localhost (localhost [127.0.0.1])\n\tby {bounces.OURS} (Postfix) with ESMTP id 5; {bounces.TIME}',
                   below=[received(*source)])
    check('behind a filter of ours', scan(folder, lines, [filtered]), list=[JOE[0]], later=1)
    inner = dsn(JOE[0], '<n1@shop.example>', source, trace=f'from mx9.shop.example (mx9.shop.example [192.0.2.99])\n\tby imap (Dovecot) with LMTP; {bounces.TIME}', below=[received(*source)])
    check('behind a server that is not named', scan(folder, lines, [inner]), list=[], later=0, unproven=1)
    check('behind a server that is', scan(folder, lines, [inner], '--relays', '192.0.2.99'), list=[JOE[0]], later=1)


def times(folder):
    """A later delivery to a dead address clears it once nothing can take it back any more; complaints stay."""
    first = bounces.postfix(1, '<n1@shop.example>', [JOE], day=10) + bounces.postfix(5, '<n5@shop.example>', [ANN], day=10)
    again = bounces.postfix(2, '<n2@shop.example>', [JOE], day=12)
    end = lambda day: bounces.postfix(3, '<n3@shop.example>', [('eve@d.example', 'mx.d.example', '198.18.0.3')], day=day)
    bounce = dsn(JOE[0], '<n1@shop.example>', JOE[1:], trace=received(*JOE[1:]).replace(bounces.TIME, 'Tue, 10 Nov 2026 09:00:00 +0000'))
    check('not cleared within three days', scan(folder, first + again + end(13), [bounce]), list=[JOE[0]], later=1)
    check('cleared after three days', scan(folder, first + again + end(20), [bounce]), list=[], later=1)
    complains = complaint(ANN[0], '<n5@shop.example>', ANN[1:]).replace('Sun, 22', 'Tue, 10')
    later = bounces.postfix(4, '<n4@shop.example>', [ANN], day=20)
    check('a complaint stays', scan(folder, first + later, [complains]), list=[ANN[0]], later=0, complained=1, bounced=0, delivered=3)
    for kind in 'not-spam', 'opt-out', 'auth-failure':
        check(kind, scan(folder, first, [complaint(ANN[0], '<n5@shop.example>', ANN[1:], kind=kind)]), list=[], complained=0, unproven=0)
    check('--since leaves out both', scan(folder, first + end(20), [bounce], '--since', '2026-11-15'), list=[], later=0, unproven=0)
    check('--sender leaves out both', scan(folder, first + end(20), [bounce], '--sender', '*@other.example'), list=[], later=0, unproven=0)


def orders(folder):
    """Three logs in any order, and mails in any order."""
    chance, people = random.Random(1), [(f'u{n}@d{n % 5}.example', f'mx.d{n % 5}.example', f'198.51.100.{n % 5}') for n in range(40)]
    logs, mails, results = [], [], set()
    for day in 5, 11, 17:
        logs.append([])
        for person in people:
            number = len(logs[-1]) + day * 1000
            logs[-1] += bounces.postfix(number, f'<m{number}@shop.example>', [person], day=day)
            if chance.random() < .3:
                mails.append(dsn(person[0], f'<m{number}@shop.example>', person[1:], trace=received(*person[1:]).replace('22 Nov', f'{day} Nov')))
    for _ in range(12):
        chance.shuffle(logs), chance.shuffle(mails)
        summary = scan(folder, logs, mails)
        results.add(json.dumps(figures(summary)) if summary else '')
    expect(f'the order changes what is said: {results}', len(results) == 1)
    expect(f'every bounce takes a delivery back: {results}', f'"later": {len(mails)}' in next(iter(results)))


def exim_without_report(recipient, message_id, source):
    """As Exim wrote before 4.85."""
    return (f'Return-Path: <>\nReceived: {received(*source)}\nX-Failed-Recipients: {recipient}\nAuto-Submitted: auto-replied\n'
            f'From: Mail Delivery System <Mailer-Daemon@{source[0]}>\nTo: b@shop.example\nSubject: Mail delivery failed: returning message to sender\n\n'
            'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n'
            f'recipients. This is a permanent error. The following address(es) failed:\n\n  {recipient}\n    Unknown user\n\n'
            f'------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: {message_id}\nSubject: news\n\nHello.\n')


UNREADABLE = [text + bounces.TIME for text in (
    'from unknown (HELO mx.c.example) (198.18.0.66)\n  by mx1.shop.example with SMTP; ', '(qmail 77 invoked from network); ',
    'from 198.18.0.66 (EHLO evil) ([198.18.0.66])\n  by mx1.shop.example (JAMES SMTP Server) with ESMTP; ', 'from evil.example [198.18.0.66] by mx1.shop.example (MDaemon PRO v21); ',
    'from evil.example (198.18.0.66:4411)\n\tby mx1.shop.example; ', 'from evil (unknown [fe80::1%eth0])\n\tby mx1.shop.example (Postfix); ',
    'from evil (unknown [unknown])\n\tby mx1.shop.example (Postfix); ', 'from\tevil (evil [198.18.0.66])\n\tby mx1.shop.example (Postfix); ',
    'by mx1.shop.example (Postfix, from userid 33)\n\tid 4A1B2C3D4E; ', 'from www-data by mx1.shop.example with local (Exim 4.96)\n\tid 1xVbZa-00002s-0P; ',
    'from evil.example by mx1.shop.example with ESMTP id 1; ', 'from evil.example (evil by x with LMTP) by mx1.shop.example with ESMTP id 1; ',
    'from evil.example; by mx1.shop.example with LMTP; ', 'with LMTP; ', '; ')]


def shared():
    """n1 went to ANN, to JOE and to BOB: whoever got it knows it, and none of them speaks for another, wherever he sits."""
    for who in ANN, JOE, BOB:
        for source in ANN[1:], JOE[1:], BOB[1:], ('mail-sor-f69.google.com', '209.85.220.69'), (None, '203.0.113.9'), OTHERS:
            for how in 'postfix', 'exim', 'sendmail':
                yield dsn(who[0], '<n1@shop.example>', source, how=how)
                yield complaint(who[0], '<n1@shop.example>', source, how=how)
            yield complaint(who[0], '<n1@shop.example>', source, path='<attacker@gmail.com>')
            yield dsn('dead@gmail.com', '<n1@shop.example>', source, original=who[0])


def forged():
    """Each is a bounce or a complaint about ANN, who is alive; n1 went to her, n2 to BOB, n9 to nobody."""
    ours, hers = '<n1@shop.example>', ANN[1:]
    evil = [OTHERS, JOE[1:], BOB[1:], ('mx.c.example.evil.example', '198.18.0.66'), ('c.example.evil.example', '198.18.0.66'), ('xc.example', '198.18.0.66'),
            (None, '198.18.0.66'), (None, '203.0.114.7'), (None, '2001:db8:66::1'), ('mx.c-example.evil.example', '198.18.0.66'), ('localhost.evil.example', '198.18.0.66')]
    for source in evil: # whoever knows the Message-ID, with any claim
        for how in 'postfix', 'exim', 'sendmail':
            for reporter in None, 'mx.c.example':
                yield dsn(ANN[0], ours, source, reporter=reporter, how=how)
            yield complaint(ANN[0], ours, source, how=how)
            for helo in 'mx.c.example', '[203.0.113.7]':
                yield dsn(ANN[0], ours, source, reporter='mx.c.example', how=how, helo=helo)
            yield dsn(ANN[0], ours, source, reporter='mx.c.example', how=how, below=[received(*hers)])
            yield dsn('x@evil.example', ours, source, original=ANN[0], reporter='mx.c.example', how=how)
    for path in '<a@c.example>', '<MAILER-DAEMON@c.example>', None, '', '<postmaster>': # a customer of her provider
        yield dsn(ANN[0], ours, hers, path=path)
        yield dsn(ANN[0], ours, hers, path=path, reporter='mx.c.example')
    for message_id in '<n2@shop.example>', '<n9@shop.example>', '<n1@shop.example.evil.example>', '<N1@shop.example>', '', '<>', '<n1@shop.example', 'n1': # her server itself
        if message_id != '<n1@shop.example':
            yield dsn(ANN[0], message_id, hers)
            yield complaint(ANN[0], message_id, hers)
    for recipient in 'carl@c.example', 'ann@d.example', '', 'ann', 'ann@c.example.evil.example', 'postmaster@c.example': # of those whom n1 did not go to
        yield dsn(recipient, ours, hers)
        yield dsn(recipient, ours, hers, original=recipient)
    for when in 'Sun, 01 Nov 2026 09:00:00 +0000', 'Fri, 01 Jan 2027 09:00:00 +0000', 'Thu, 01 Jan 1970 00:00:00 +0000', 'Sun, 22 Nov 2037 09:00:00 +0000':
        yield dsn(ANN[0], ours, hers, trace=received(*hers).replace(bounces.TIME, when))
    for trace in ('by mx1.shop.example (Postfix, from userid 1000)\n\tid 4A1B2C3D4E; ' + bounces.TIME,
                  f'from mx.c.example (may be forged [198.18.0.66])\n\tby {bounces.OURS} (8.17.1); {bounces.TIME}',
                  f'from mx.c.example (mx.c.example [198.18.0.66] (may be forged))\n\tby {bounces.OURS} (8.17.1); {bounces.TIME}',
                  f'from mx.c.example (a@mx.c.example [203.0.113.7]x [198.18.0.66])\n\tby {bounces.OURS} (8.17.1); {bounces.TIME}',
                  f'from [203.0.113.7] (unknown [198.18.0.66])\n\tby {bounces.OURS} (Postfix); {bounces.TIME}',
                  f'from [203.0.113.7] (helo=[203.0.113.7])\n\tby {bounces.OURS} with esmtp; {bounces.TIME}',
                  f'from mx.c.example ([198.18.0.66] helo=[203.0.113.7])\n\tby {bounces.OURS} with esmtp; {bounces.TIME}',
                  f'from mx.c.example by {bounces.OURS} with SMTP; {bounces.TIME}', 'from', 'from (', 'from ([', f'; {bounces.TIME}'):
        yield dsn(ANN[0], ours, None, trace=trace, reporter='mx.c.example', below=[received(*OTHERS)])
        yield dsn(ANN[0], ours, None, trace=trace, reporter='mx.c.example')
    for trace in UNREADABLE: # on top of what the stranger wrote himself
        yield dsn(ANN[0], ours, None, trace=trace, reporter='mx.c.example', below=[received(*hers), received(*hers, 'exim')])
        yield complaint(ANN[0], ours, hers).replace(f'Received: {received(*hers)}', f'Received: {trace}\nReceived: {received(*hers)}')
    for trace in ('from [203.0.113.7] (unknown [198.18.0.66])\n\tby mx1.shop.example (Postfix) with ESMTP id 1\n\tfor <"b+ (Exim 4"@shop.example>; ',
                  'from mx.c.example ([198.18.0.66])\n\tby mx1.shop.example (8.17.1/8.17.1) with ESMTP id 1\n\tfor <"b+ (Exim 4"@shop.example>; ',
                  'from evil.example (evil.example [198.18.0.66])\n\tby mx1.shop.example (Postfix)\n\tfor <"x by y with LMTP"@shop.example>; '):
        yield dsn(ANN[0], ours, None, trace=trace + bounces.TIME, reporter='mx.c.example', below=[received(*hers)])
    yield dsn(ANN[0], ours, hers, path=None).replace('Date:', 'Return-Path: <>\nDate:') # not ours: it came with the mail
    yield dsn(ANN[0], ours, hers, path='<a@c.example>').replace('Date:', 'Return-Path: <>\nDate:')
    yield dsn(ANN[0], ours, None, path='<>', reporter='mx.c.example') # no server wrote a word
    yield complaint(ANN[0], ours, hers).replace(f'Received: {received(*hers)}\n', '')
    for recipient in 'joe@c.example', 'joe@gate.c.example', 'x@evil.example': # mail of a stranger that her server sends back, with ORCPT and an address of his
        for queue_id in None, '4A1B2C3D4E', '':
            yield dsn(recipient, ours, hers, original=ANN[0], queue_id=queue_id)
    for local in (f'<{ANN[0]}>', f'{ANN[0]}', f'{ANN[0]} <x', f'{ANN[0]}>', f'x\\" <{ANN[0]}>', f'rfc822;{ANN[0]}', f'x;{ANN[0]}', f'x,{ANN[0]},x',
                  f'x, {ANN[0]}, x', f'{ANN[0]} (', f"'{ANN[0]}'"):
        for domain in '@c.example', '@evil.example', '':
            yield dsn(f'"{local}"{domain}', ours, hers)
            yield dsn(f'"{local}"{domain}', ours, hers, original=ANN[0])
            yield exim_without_report(f'"{local}"{domain}', ours, hers)
    notice = dsn(ANN[0], ours, hers) # quoted, attached, nested
    yield f'Return-Path: <>\nReceived: {received(*OTHERS)}\nFrom: MAILER-DAEMON@c.example\nTo: b@shop.example\nSubject: Undelivered Mail\n\n{notice}'
    for kind in 'message/rfc822', 'text/plain', 'message/delivery-status', 'text/rfc822-headers':
        yield (f'Return-Path: <>\nReceived: {received(*OTHERS)}\nFrom: MAILER-DAEMON@c.example\nTo: b@shop.example\nSubject: Undelivered Mail\nMIME-Version: 1.0\n'
               f'Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: {kind}\n\n{notice}\n--o--\n')
    yield dsn('joe@evil.example', ours, OTHERS, inside=f'Final-Recipient: rfc822; {ANN[0]}\nAction: failed\nStatus: 5.1.1\n')
    yield dsn(f'joe@evil.example\nFinal-Recipient: rfc822; {ANN[0]}', ours, OTHERS)
    yield dsn(ANN[0], ours, OTHERS, inside='x' * 2000000)
    nested = dsn(ANN[0], ours, hers)
    for _ in range(60):
        nested = f'Content-Type: message/rfc822\n\n{nested}'
    yield f'Return-Path: <>\nReceived: {received(*OTHERS)}\n{nested}'


def gateways(folder):
    """A relay of our own, which all mail passes both ways, says nothing of who sent a bounce."""
    inside = ('staff@shop.example', 'mx2.shop.example', '192.0.2.98')
    lines = bounces.postfix(1, '<n1@shop.example>', [inside])
    for source in inside[1:], ('mx3.shop.example', '192.0.2.99'):
        check(f'by {source[0]}', scan(folder, lines, [dsn(inside[0], '<n1@shop.example>', source)]), list=[], later=0, unproven=1)
    lines = bounces.postfix(1, '<n1@shop.example>', [(ANN[0], 'smarthost', '10.0.0.5')])
    check('by a neighbour', scan(folder, lines, [dsn(ANN[0], '<n1@shop.example>', ('filter.lan', '10.0.0.7'))]), list=[], later=0, unproven=1)


with tempfile.TemporaryDirectory() as folder:
    rightful(folder)
    judged(folder)
    times(folder)
    orders(folder)
    gateways(folder)
    of_one, of_many = list(forged()), list(shared())
    expect(f'{len(of_one)} forgeries, not {FORGERIES}', len(of_one) >= FORGERIES)
    forgeries(folder, bounces.postfix(1, '<n1@shop.example>', [ANN]) + bounces.postfix(2, '<n2@shop.example>', [BOB]), of_one)
    forgeries(folder, bounces.postfix(1, '<n1@shop.example>', [ANN, JOE, BOB]), of_many)
    ways = list(sent_on(ANN, '<n1@shop.example>', 'b@shop.example'))
    forgeries(folder, bounces.postfix(1, '<n1@shop.example>', [ANN]), ways)
    apart = [line for number, who in enumerate((ANN, JOE, BOB)) for line in bounces.postfix(number, '<n1@shop.example>', [who])]
    forgeries(folder, apart, of_many)
finish(f'{len(of_one) + len(ways) + 2 * len(of_many)} forgeries')
