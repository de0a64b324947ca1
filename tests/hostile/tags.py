#!/usr/bin/env python3
"""Envelope senders that were signed for a recipient: what comes back to one is proven, from wherever it comes; it speaks of nobody else,
once for each mail, and nobody can make one who has not got mail for that recipient."""
import importlib.machinery, sys, tempfile, types

sys.path.insert(0, 'tests/support')
import bounces
from bounces import complaint, dsn, tag
from checks import expect, finish
from came_back import ANN, BOB, JOE, OTHERS, check, forgeries, scan, sent_on

KEY, OLD, NOT_OURS = 'a key of ours, long enough', 'the key of last year, still good', 'a key of somebody else'
DAY, FORGED = 20779, 60 # Sun, 22 Nov 2026; at least
OURS = 'mx9.shop.example', '192.0.2.99' # a server of ours that nobody has named: through it anything comes
MANY = bounces.postfix(1, '<n1@shop.example>', [ANN, JOE, BOB], sender='news@shop.example')


def signed(recipient, **how):
    return tag(KEY, recipient, **how)


def own(number, who, **how):
    """A mail to him alone, whose sender the mailing program has signed."""
    return bounces.postfix(number, f'<n{number}@shop.example>', [who], sender=signed(who[0], **how))


def back(who, message_id='<n1@shop.example>', source=OURS, **how):
    how.setdefault('to', signed(who[0]))
    return dsn(who[0], message_id, source, **how)


def rightful(folder, *keys):
    proven = {'list': [JOE[0]], 'delivered': 2, 'bounced': 1, 'later': 1, 'unproven': 0}
    for name, address in {'SHA-256': signed(JOE[0]), 'SHA-1': signed(JOE[0], how='sha1'), 'the older key': tag(OLD, JOE[0]), 'VERP': signed(JOE[0], verp=True),
                          'capitals': signed(JOE[0]).upper(), 'another name': signed(JOE[0], name='a.b-c'), 'the day before': signed(JOE[0], day=DAY - 1),
                          'behind =': signed(JOE[0]).replace('+', '='), 'behind -': signed(JOE[0]).replace('+', '-')}.items():
        check(f'signed with {name}', scan(folder, MANY, [back(JOE, to=address)], *keys), **proven)
        check(f'in brackets, {name}', scan(folder, MANY, [back(JOE, to=f'"The list" <{address}>')], *keys), **proven)
    for field in 'Delivered-To', 'X-Original-To', 'Envelope-To':
        check(field, scan(folder, MANY, [f'{field}: {signed(JOE[0])}\n' + back(JOE, to='me@shop.example')], *keys), **proven)
    returned = back(JOE, to='me@shop.example').replace('From: news@', f'Return-Path: <{signed(JOE[0])}>\nFrom: news@')
    check('in the mail that came back', scan(folder, MANY, [returned], *keys), **proven)
    check('from where the mail went', scan(folder, MANY, [back(JOE, source=JOE[1:])], *keys), **proven)
    check('refused by a server of that domain', scan(folder, MANY, [back(JOE, remote='inner.b.example')], *keys), **proven)
    check('three', scan(folder, MANY, [back(who) for who in (JOE, ANN, BOB)], *keys), list=sorted(who[0] for who in (JOE, ANN, BOB)), delivered=0, bounced=3, later=3)
    check('case of the recipient', scan(folder, MANY, [dsn(JOE[0].upper(), '<n1@shop.example>', OURS, to=signed(JOE[0]))], *keys), later=1, delivered=2)
    bücher = ('joe@xn--bcher-kva.example', 'mx.b.example', '198.51.100.7')
    letters = dsn('joe@bücher.example', '<n5@shop.example>', OURS, to=signed(bücher[0]))
    check('a domain in letters', scan(folder, bounces.postfix(5, '<n5@shop.example>', [bücher]), [letters], *keys), later=1, delivered=0)
    check('without the keys', scan(folder, MANY, [back(JOE)]), list=[], later=0, unproven=1, delivered=3)


def mails(folder, *keys):
    """Which mail it was says its Message-ID, else its sender; with neither it counts, once, and no delivery is taken back."""
    log = own(1, JOE) + own(2, JOE) + own(3, JOE) + own(4, ANN)
    for names, want in ((('<n2@shop.example>',), 1), (('<n2@shop.example>', '<n3@shop.example>', '<n2@shop.example>'), 2), ((None,), 1),
                        ((None, '<n2@shop.example>'), 2), (('<lost@shop.example>',), 1)):
        check(f'{names}', scan(folder, log, [back(JOE, name) for name in names], *keys), later=want, delivered=4 - want, bounced=want, list=[JOE[0]])
    other = bounces.postfix(9, '<n9@shop.example>', [ANN])
    check('of no log', scan(folder, other, [back(JOE)], *keys), later=1, delivered=1, bounced=1, list=[JOE[0]])
    check('of no log, a hundred times', scan(folder, other, [back(JOE, f'<x{n}@shop.example>') for n in range(100)] + [back(JOE, None)], *keys),
          later=1, delivered=1, bounced=1, list=[JOE[0]])
    check('of no log, two days', scan(folder, other, [back(JOE, None), back(JOE, None, to=signed(JOE[0], day=DAY - 2))], *keys), later=2, delivered=1, bounced=2)
    check('of no log, of another sender', scan(folder, other, [back(JOE)], *keys, '--sender', 'else@shop.example'), later=0, bounced=0, list=[])
    check('of no log, of this sender', scan(folder, own(9, ANN), [back(JOE)], *keys, '--sender', 'news+*'), later=1, delivered=1, bounced=1)
    check('of no log, another day', scan(folder, own(9, ANN), [back(JOE)], *keys, '--since', '2026-11-23'), later=0, bounced=0)
    for moment in 'Sun, 22 Nov 2026 09:00:00 +0000', 'Mon, 21 Dec 2026 09:00:00 +0000':
        late = back(JOE, None, source=None, date=moment)
        check(f'at {moment}', scan(folder, other, [late], *keys), later=1, list=[JOE[0]])


def complaints(folder, *keys):
    """Of a complaint, whoever passes it on takes the recipient out; in the tag he may still stand."""
    for whom, sender, want in ((JOE[0], signed(JOE[0]), 1), (None, signed(JOE[0], verp=True), 1), (None, signed(JOE[0]), 0), (None, 'news@shop.example', 0),
                               (None, signed(JOE[0], verp=True).replace('joe=b', 'ann=c'), 0), (ANN[0], signed(JOE[0]), 0)):
        summary = scan(folder, MANY, [complaint(whom, '<n1@shop.example>', OTHERS, sender=sender)], *keys)
        check(f'complaint, {whom}, {sender}', summary, complained=want, later=0, bounced=0, delivered=3, list=[JOE[0]] * want)
        expect(f'complaint, {whom}, {sender}: {summary["suppress"]}', [entry['tier'] for entry in summary['suppress']] == ['bulk'] * want)
    for kind in 'not-spam', 'opt-out', 'auth-failure':
        check(kind, scan(folder, MANY, [complaint(None, '<n1@shop.example>', OTHERS, sender=signed(JOE[0], verp=True), kind=kind)], *keys), complained=0, list=[])


def forged():
    """ANN is alive. JOE has got mail with a tag of his, and can do what he likes with it but speak of her."""
    his, hers, verp = signed(JOE[0]), signed(ANN[0]), signed(JOE[0], verp=True)
    mark = his.partition('.')[2].partition('@')[0]
    spoiled = [his, verp, verp.replace('joe=b', 'ann=c'), his.replace('news+', 'news+ann=c.example+'), tag(NOT_OURS, ANN[0]), tag(NOT_OURS, ANN[0], verp=True), tag('', ANN[0]),
               signed('xann@c.example'), signed('ann@c.example.evil.example'), signed('ann'), hers.replace(str(DAY), str(DAY + 1)), hers.replace(str(DAY), str(DAY - 1)),
               hers.replace('@', '0@'), hers.replace('@', '.@'), hers.replace('@shop', 'x@shop'), hers.replace('.', '.0', 1), hers.replace('+', ''), hers.replace('+', '.'),
               f'news+{DAY}.{"0" * 16}@shop.example', f'news+{DAY}.{mark}@shop.example', f'news+{DAY}.@shop.example', f'news+{DAY}@shop.example',
               signed(ANN[0], day=DAY - 40), signed(ANN[0], day=DAY + 40), signed(ANN[0], day='00000'), signed(ANN[0], day='-0001'), f'+{DAY}.{mark}', '', '@']
    for address in spoiled:
        yield back(ANN, to=address)
        yield back(ANN, None, to=address)
        yield f'Delivered-To: {address}\n' + complaint(ANN[0], '<n1@shop.example>', OTHERS, sender=address)
    for path in '<ann@c.example>', '<joe@evil.example>', None, '': # an answer, not a bounce
        yield back(ANN, path=path)
    for action in 'delayed', 'relayed', 'expanded', 'delivered':
        yield back(ANN, action=action, status='4.4.1')
    for recipient in 'else@d.example', 'team@c.example', '"ann@c.example"@evil.example', '<ann@c.example>@evil.example', 'ann@c.example@evil.example', '': # what she leads to
        yield dsn(recipient, '<n1@shop.example>', ANN[1:], original=ANN[0], to=hers)
        yield dsn(recipient, None, OTHERS, original=ANN[0], to=hers)
    yield back(ANN, remote='mx.d.example') # sent on, and refused elsewhere
    yield back(ANN, inside='(generated from team@c.example)')
    yield back(ANN).replace('Final-Recipient', 'X-Actual-Recipient: rfc822; else@d.example\nFinal-Recipient')
    nameless = back(ANN).replace('Final-Recipient: rfc822; ann@c.example\n', '')
    yield nameless
    yield nameless.replace(f'To: {hers}', f'To: {signed(ANN[0], verp=True)}')
    yield f'Return-Path: <>\nFrom: ann@c.example\nTo: {signed(ANN[0], verp=True)}\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am away.\n'
    yield back(ANN, to=his).replace('\n\nFinal-Recipient', f'\n\nOriginal-Recipient: rfc822; {JOE[0]}\nFinal-Recipient')


def elsewhere(folder, *keys):
    """The log shows where the mail went: a second server that got a copy (a collector of mail, an old server of the domain) cannot speak."""
    google = ('joe@b.example', 'aspmx.l.google.com', '142.250.27.26')
    log = bounces.postfix(1, '<n1@shop.example>', [google], sender=signed(google[0]))
    for source in ('old.b.example', '198.51.100.9'), ('office.dsl.example', '192.0.2.200'), (None, '198.18.0.66'), OTHERS:
        for message_id in '<n1@shop.example>', None:
            check(f'{source}, {message_id}', scan(folder, log, [back(google, message_id, source)], *keys), later=0, unproven=1, delivered=1, list=[])
    for source, remote in (google[1:], 'aspmx.l.google.com'), (('mail-sor-f69.google.com', '209.85.220.69'), None), (('filter.lan', '10.0.0.7'), None), (OURS, None):
        check(f'{source}, {remote}', scan(folder, log, [back(google, source=source, remote=remote)], *keys), later=1, delivered=0, list=[google[0]])
    check('refused by others', scan(folder, log, [back(google, remote='mx.d.example')], *keys), later=0, unproven=1)
    other = bounces.postfix(9, '<n9@shop.example>', [ANN])
    check('no log, and refused by others', scan(folder, other, [back(google, remote='aspmx.l.google.com', source=('x.google.com', '209.85.220.1'))], *keys), later=0, unproven=1)
    spellings = [signed(JOE[0]).replace('+', by) for by in '+-='] + [signed(JOE[0]).upper(), signed(JOE[0]).replace('shop', 'Shop')]
    check('spellings of one tag', scan(folder, other, [back(JOE, None, to=one) for one in spellings], *keys), later=1, bounced=1)
    others = [signed(JOE[0]).replace('news', f'a{n}') for n in range(20)] + [signed(JOE[0]).replace('shop', f'shop{n}') for n in range(20)]
    check('other senders with that tag', scan(folder, other, [back(JOE, None, to=one) for one in others], *keys), later=0, unproven=40)
    check('by the Message-ID, then by the tag', scan(folder, own(1, JOE), [back(JOE, '<n1@shop.example>', JOE[1:], to='b@shop.example'), back(JOE, None)], *keys), later=1, delivered=0, bounced=1)
    old = back(JOE, None, source=None, to=signed(JOE[0], day=DAY - 60), date='Sun, 27 Sep 2026 09:00:00 +0000')
    for mail in old, old.replace('Date: Sun, 27 Sep 2026 09:00:00 +0000\n', ''):
        check('of no log, old', scan(folder, other, [mail], *keys), later=0, unproven=1)


def both(folder, *keys):
    """One report of two recipients proves what its tag does."""
    two = back(JOE).replace('\n\nFinal-Recipient', f'\n\nFinal-Recipient: rfc822; {ANN[0]}\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient')
    check('a report of two', scan(folder, MANY, [two], *keys), list=[JOE[0]], later=1, unproven=1)
    check('to two addresses', scan(folder, MANY, [f'Delivered-To: {signed(ANN[0])}\n{two}'], *keys), list=[ANN[0], JOE[0]], later=2)


def milter():
    """packaging/tag-milter signs as the program reads it; tests/mta runs it behind Postfix and sendmail."""
    stub = types.ModuleType('Milter')
    stub.Base, stub.CONTINUE, stub.ACCEPT, stub.noreply = object, 0, 1, lambda method: method
    sys.modules['Milter'] = stub
    code = importlib.machinery.SourceFileLoader('tag_milter', 'packaging/tag-milter')
    sys.dont_write_bytecode = True
    program = types.ModuleType('tag_milter')
    code.exec_module(program)
    program.time.time = lambda: DAY * 86400 + 4000
    signer = program.Signer()
    signer.key, signer.senders, made = KEY.encode(), ['news@shop.example', '*-bounces+*@shop.example'], []
    signer.chgfrom = made.append
    verp = '-bounces+joe=b.example@shop.example'
    for sender, to in (('News@shop.example', JOE[0]), ('news@shop.example', JOE[0].upper()), ('else@shop.example', JOE[0]), ('', JOE[0]), ('news', JOE[0]),
                       ('news@shop.example', 'joe@bücher.example'), ('news@shop.example', 'joe@straße.example'), ('news@shop.example', '\u212aim@b.example'),
                       ('news@shop.example', '"joe"@b.example'), ('news@shop.example', '@hub.example:joe@b.example'), ('news@shop.example', 'joe'),
                       ('news@shop.example', 'joe@' + 'a' * 70 + '..example\udc80'), ('a-bounces+20779.0123456789abcdef@shop.example', JOE[0]),
                       ('a' + verp, JOE[0]), ('a' * 60 + verp, JOE[0])):
        signer.envfrom(f'<{sender}>'), signer.envrcpt(f'<{to}>'), signer.eom()
    signer.senders.append('*')
    signer.envfrom('<>'), signer.envrcpt('<a@b.example>'), signer.eom()
    signer.envfrom('<news@shop.example>'), signer.envrcpt('<a@b.example>'), signer.envrcpt('<c@b.example>'), signer.eom()
    want = [signed(JOE[0], name='News'), signed(JOE[0]), signed(JOE[0], name='a-bounces', verp=True)]
    expect(f'tag-milter: {made}, not {want}', made == [f'<{address}>' for address in want])


with tempfile.TemporaryDirectory() as work:
    milter()
    path = f'{work}/keys'
    with open(path, 'w') as file:
        file.write(f'# The first one is new.\n{KEY}\n\n {OLD} \n')
    option = '--tag-key-file', path
    rightful(work, *option)
    mails(work, *option)
    complaints(work, *option)
    both(work, *option)
    elsewhere(work, *option)
    ways = list(sent_on(ANN, '<n1@shop.example>', signed(ANN[0])))
    forgeries(work, MANY, ways, *option)
    forgeries(work, bounces.postfix(9, '<n9@shop.example>', [JOE]), ways, *option)
    list_of_forged = list(forged())
    expect(f'{len(list_of_forged)} forgeries', len(list_of_forged) >= FORGED)
    forgeries(work, MANY, list_of_forged, *option)
finish(f'{len(list_of_forged) + 2 * len(ways)} forgeries')
