"""Whose failure is it: small logs with aliases, and who is listed for them, read at once and night after night (-d)."""
import json, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

NO = 'host mx.example.com[192.0.2.7] said: 550 5.1.1 <{0}>: User unknown (in reply to RCPT TO command)'
EXIM_NO = ('R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7]: SMTP error from remote mail server after '
           'RCPT TO:<{0}>: 550 5.1.1 <{0}>: User unknown')
ID = '1xVbZa-000000002sA-0PaB'


def postfix(*lines):
    return [f'2026-11-22T03:{at:02}:00+00:00 mx1 postfix/{line}' for at, line in enumerate(lines)]


def exim(*lines):
    return [f'2026-11-22 03:{at:02}:00 {ID} {line}' for at, line in enumerate(lines)]


def sendmail(*lines):
    return [f'Nov 22 03:{at:02}:00 mx1 sendmail[7]: {line}' for at, line in enumerate(lines)]


def to(address, original, how, text, relay='mx.example.com[192.0.2.7]:25', agent='smtp'):
    original = f', orig_to=<{original}>' if original else ''
    dsn = {'sent': '2.0.0', 'bounced': '5.1.1', 'deferred': '4.3.0'}[how]
    return f'{agent}[2]: A1B2C3D4E5: to=<{address}>{original}, relay={relay}, delay=1, delays=0/0/0/1, dsn={dsn}, status={how} ({text})'


def bounced(address, original=''):
    return to(address, original, 'bounced', NO.format(address))


def sent(address, original=''):
    return to(address, original, 'sent', '250 2.0.0 Ok')


CLIENT = 'smtpd[1]: A1B2C3D4E5: client=app.shop.example[192.0.2.1]'
PICKUP = 'pickup[1]: A1B2C3D4E5: uid=1000 from=<news>'
CLEANUP = 'cleanup[1]: A1B2C3D4E5: message-id=<1@shop.example>'
QMGR = 'qmgr[1]: A1B2C3D4E5: from=<news@shop.example>, size=500, nrcpt=2 (queue active)'
ONE = QMGR.replace('nrcpt=2', 'nrcpt=1')
REMOVED = 'qmgr[1]: A1B2C3D4E5: removed'
ARRIVAL = '<= news@shop.example H=app.shop.example [192.0.2.1] P=esmtp S=594'
LOOKUP = '== team@my.example R=aliases defer (-1): alias database unavailable'
WAITS = "== team@my.example R=dnslookup T=remote_smtp defer (111): Connection refused"
LATER = 'temporary failure'

CASES = [
    ('the log begins after the first copies of an alias',
     postfix(bounced('b@y.example', 'team@my.example')), {'b@y.example'}),
    ('...and with a queue run', postfix(QMGR, bounced('b@y.example', 'team@my.example')), {'b@y.example'}),
    ('...and with the end of another use of the id',
     postfix(REMOVED, QMGR, bounced('b@y.example', 'team@my.example')), {'b@y.example'}),
    ('...and a deferral before it',
     postfix(to('b@y.example', 'team@my.example', 'deferred', LATER), QMGR, bounced('b@y.example', 'team@my.example')),
     {'b@y.example'}),
    ('...where another message was seen whole',
     postfix(CLIENT.replace('A1B2', 'B1B2'), CLEANUP.replace('A1B2', 'B1B2'), bounced('b@y.example', 'team@my.example')),
     {'b@y.example'}),
    ('...whose lines of smtpd went before', postfix(CLIENT, REMOVED, QMGR, bounced('b@y.example', 'team@my.example')),
     {'b@y.example'}),
    ('...whose delivery clears the alias all the same',
     postfix(bounced('b@y.example', 'team@my.example'), sent('c@y.example', 'team@my.example')), {'b@y.example'}),
    ('an alias of one, from smtpd', postfix(CLIENT, ONE, bounced('b@y.example', 'team@my.example')), {'team@my.example'}),
    ('...from pickup', postfix(PICKUP, ONE, bounced('b@y.example', 'team@my.example')), {'team@my.example'}),
    ('...from cleanup alone', postfix(CLEANUP, ONE, bounced('b@y.example', 'team@my.example')), {'team@my.example'}),
    ('...from smtpd and cleanup, removed',
     postfix(CLIENT, CLEANUP, QMGR, bounced('b@y.example', 'team@my.example'), REMOVED), {'team@my.example'}),
    ('...that was deferred first',
     postfix(CLIENT, CLEANUP, QMGR, to('b@y.example', 'team@my.example', 'deferred', LATER), QMGR,
             bounced('b@y.example', 'team@my.example'), REMOVED), {'team@my.example'}),
    ('an alias of two, one of whom lives',
     postfix(CLIENT, CLEANUP, QMGR, sent('a@x.example', 'team@my.example'), bounced('b@y.example', 'team@my.example')),
     {'b@y.example'}),
    ('...in the other order',
     postfix(CLIENT, CLEANUP, QMGR, bounced('b@y.example', 'team@my.example'), sent('a@x.example', 'team@my.example')),
     {'b@y.example'}),
    ('an alias that keeps a copy',
     postfix(CLIENT, CLEANUP, QMGR, sent('team@my.example'), bounced('b@y.example', 'team@my.example')), {'b@y.example'}),
    ('...which waits',
     postfix(CLIENT, CLEANUP, QMGR, to('team@my.example', '', 'deferred', LATER), bounced('b@y.example', 'team@my.example')),
     {'b@y.example'}),
    ('the lookup of an alias was deferred by local, and its message is over',
     postfix(CLIENT, CLEANUP, QMGR, to('team@my.example', '', 'deferred', LATER, 'local', 'local'), QMGR,
             bounced('b@y.example', 'team@my.example'), REMOVED), {'team@my.example'}),
    ('Exim: the log begins after the first copies',
     exim('** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')), {'b@y.example'}),
    ('...ends before it is seen', exim('Completed', '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')),
     {'b@y.example'}),
    ('Exim: an alias of one', exim(ARRIVAL, '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')),
     {'team@my.example'}),
    ('...whose lookup was deferred', exim(ARRIVAL, LOOKUP, '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')),
     {'team@my.example'}),
    ('...twice, and is done',
     exim(ARRIVAL, LOOKUP, LOOKUP, '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example'), 'Completed'),
     {'team@my.example'}),
    ('...routing defer', exim(ARRIVAL, '== team@my.example routing defer (-52): retry time not reached',
                              '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')), {'team@my.example'}),
    ('...and led to two', exim(ARRIVAL, LOOKUP, '=> a@x.example <team@my.example> R=dnslookup T=remote_smtp H=mx.x.example '
                               '[192.0.2.8] C="250 ok"', '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')),
     {'b@y.example'}),
    ('Exim: its own copy waits', exim(ARRIVAL, WAITS, '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example')),
     {'b@y.example'}),
    ('...and is taken', exim(ARRIVAL, WAITS, '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example'),
                             '=> team@my.example R=dnslookup T=remote_smtp H=mx.my.example [192.0.2.8] C="250 ok"', 'Completed'),
     {'b@y.example'}),
    ('...and waits after it', exim(ARRIVAL, '** b@y.example <team@my.example> ' + EXIM_NO.format('b@y.example'), LOOKUP),
     {'b@y.example'}),
    ('Exim: a lookup that led to nobody counts for nobody', exim(ARRIVAL, LOOKUP, 'Completed'), set()),
    ('Exim: a local part in other letters, sent as ASCII',
     exim(ARRIVAL, '** xn--jsx-cja4c@example.com <jösxé@example.com> ' + EXIM_NO.format('xn--jsx-cja4c@example.com')),
     {'jösxé@example.com'}),
    ('...whose beginning was not seen',
     exim('** xn--80adrw@example.com <иван@example.com> ' + EXIM_NO.format('xn--80adrw@example.com')), {'иван@example.com'}),
    ('...in capitals', exim(ARRIVAL, '** xn--80adrw@example.com <иван@EXAMPLE.com> ' + EXIM_NO.format('xn--80adrw@example.com')),
     {'иван@example.com'}),
    ('...of an alias: two letters of its target',
     exim('** xn--80adrw@example.com <team@my.example> ' + EXIM_NO.format('xn--80adrw@example.com')), set()),
    ('...alone', exim(ARRIVAL, '** xn--80adrw@example.com ' + EXIM_NO.format('xn--80adrw@example.com')), set()),
    ('...of which other words are mailed',
     exim(ARRIVAL, '** xn--80adrw@example.com <用户@example.com> ' + EXIM_NO.format('xn--80adrw@example.com')), {'用户@example.com'}),
    ('...that was taken since',
     exim(ARRIVAL, '** иван@example.com ' + EXIM_NO.format('иван@example.com'),
          '=> xn--80adrw@example.com <иван@example.com> R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7] C="250 ok"'), set()),
    ('Postfix: what was mailed in other letters', postfix(CLIENT, QMGR, bounced('jöséx@example.com')), {'jöséx@example.com'}),
    ('sendmail: one recipient of two was taken before the log begins',
     sendmail('6ANLq0aa000007: to=<b@y.example>, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=30212, '
              'relay=mx.y.example. [192.0.2.7], dsn=5.1.1, reply=550 5.1.1 <b@y.example>: User unknown, stat=User unknown'),
     {'b@y.example'}),
]

U, A = 'joe@bücher.example', 'joe@xn--bcher-kva.example'


def both(failed, took):
    return postfix(CLIENT, CLEANUP, QMGR, bounced(failed), sent(took))


SPELLINGS = [
    ('a domain in other letters is told as it was mailed', postfix(CLIENT, bounced(U)), {U}),
    ('...and as A-labels, where they were mailed', postfix(CLIENT, bounced(A)), {A}),
    ('...once', postfix(CLIENT, bounced(A), bounced(U)), {U}),
    ('a delivery to A-labels clears it', both(U, A), set()),
    ('...and the other way round', both(A, U), set()),
    ('...in capitals', both(A, 'joe@BÜCHER.Example'), set()),
    ('...of A-labels', both(U, 'JOE@XN--BCHER-KVA.EXAMPLE'), set()),
    ('...of other letters alone', both('joe@BÜcher.example', 'joe@bücher.example'), set()),
    ('...in full width', both(A, 'joe@ｂücher．example'), set()),
    ('...composed and not', both('joe@bu\u0308cher.example', U), set()),
    ('...in Cyrillic', both('joe@ПОЧТА.example', 'joe@xn--80a1acny.example'), set()),
    ('...in Japanese', both('joe@例え。example', 'joe@xn--r8jz45g.example'), set()),
    ('...whose sharp s is a letter of its own', both('joe@straße.example', 'joe@xn--strae-oqa.example'), set()),
    ('...and not two', both('joe@straße.example', 'joe@strasse.example'), {'joe@straße.example'}),
    ('another person there is another', both(U, 'eve@xn--bcher-kva.example'), {U}),
    ('another domain is another', both(U, 'joe@bucher.example'), {U}),
    ('no such domain stays as it is', both('joe@-ü-.example', 'joe@-ü-.example'), set()),
    ('...and is listed so', postfix(CLIENT, bounced('joe@-ü-.example')), {'joe@-ü-.example'}),
    ('a local part in other letters keeps them', both('jösé@bücher.example', 'xn--js-cja4c@xn--bcher-kva.example'),
     {'jösé@bücher.example'}),
    ('an alias there is one', postfix(CLIENT, bounced('b@y.example', U), sent('b@y.example', A)), set()),
    ('...of two', postfix(CLIENT, bounced('b@y.example', U), sent('c@y.example', A)), {'b@y.example'}),
    ('Exim: the domain was translated on the way',
     exim(ARRIVAL, f'** {A} <{U}> ' + EXIM_NO.format(A)), {U}),
    ('...and the log begins late', exim(f'** {A} <{U}> ' + EXIM_NO.format(A)), {U}),
    ('...with the local part',
     exim(f'** xn--80adrw@xn--bcher-kva.example <иван@bücher.example> ' + EXIM_NO.format('xn--80adrw@xn--bcher-kva.example')),
     {'иван@bücher.example'}),
    ('...which took mail in the end',
     exim(ARRIVAL, f'** {A} <{U}> ' + EXIM_NO.format(A), f'=> {A} R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.7] C="250 ok"'),
     set()),
]


def listed(*arguments):
    done = subprocess.run([PROGRAM, 'scan', '--year', '2026', '--timezone', 'UTC', *arguments], capture_output=True, text=True)
    return {row['address'] for row in json.loads(done.stdout)['suppress']}, done.returncode


def check(name, lines, want):
    with tempfile.TemporaryDirectory() as work:
        log, db = f'{work}/log', f'{work}/db'
        for end in range(1, len(lines) + 1):
            with open(log, 'w', encoding='utf-8') as file:
                file.write('\n'.join(lines[:end]) + '\n')
            by_night, night = listed('-d', db, log)
        at_once, code = listed(log)
    expect(f'{name}: listed {sorted(at_once)}, not {sorted(want)}', at_once == want)
    expect(f'{name}: exit {code} and {night}', code == night == 0)
    expect(f'{name}: listed {sorted(by_night)} by night, {sorted(at_once)} at once', by_night == at_once)


def check_lists():
    """Lists carry A-labels, whatever was mailed; who is known or allowed may be spelled in either way."""
    with tempfile.TemporaryDirectory() as work:
        log, out, names = f'{work}/log', f'{work}/out', f'{work}/names'
        with open(log, 'w', encoding='utf-8') as file:
            file.write('\n'.join(postfix(CLIENT, bounced(U), bounced('jösé@example.com'))) + '\n')
        listed('-s', out, '--force', log)
        with open(out, encoding='utf-8') as file:
            said = file.read()
        expect(f'the list holds {said!r}', said == A + '\n')
        for known, want in ((U, {U}), (A, {U}), ('@BÜCHER.example', {U}), ('joe@bucher.example', set())):
            with open(names, 'w', encoding='utf-8') as file:
                file.write(known + '\n')
            got, _ = listed('--recipients', names, log)
            expect(f'--recipients {known}: {got}', got == want)
        db = f'{work}/db'
        listed('-d', db, log)
        for spelling in U, A:
            shown = subprocess.run([PROGRAM, 'history', 'show', '-d', db, spelling], capture_output=True, text=True).stdout
            expect(f'history show {spelling}: {shown}', 'recipient_unknown' in shown)
        subprocess.run([PROGRAM, 'history', 'allow', '-d', db, '@bücher.example'], check=True)
        got, _ = listed('-d', db, log)
        expect(f'allowed: {got}', got == {'jösé@example.com'})
        subprocess.run([PROGRAM, 'history', 'forget', '-d', db, A], check=True)
        with open(db, 'rb') as file:
            left = file.read()
        expect('history forget left something', U.encode() not in left and A.encode() not in left)


def check_actions():
    """An event whose address the list leaves out is no reason to suppress anybody."""
    with tempfile.TemporaryDirectory() as work:
        log, events = f'{work}/log', f'{work}/events'
        with open(log, 'w', encoding='utf-8') as file:
            file.write('\n'.join(postfix(CLIENT, QMGR, bounced('news@shop.example'), bounced('News@SHOP.example'),
                                         to('news@shop.example', '', 'deferred', '452 4.2.2 Mailbox full'),
                                         bounced('postmaster@y.example'), bounced('b@y.example'))) + '\n')
        got, _ = listed('-e', events, log)
        with open(events, encoding='utf-8') as file:
            actions = [json.loads(line)['action'] for line in file]
        expect(f'actions: listed {got}', got == {'b@y.example'})
        expect(f'actions: {actions}', actions == ['none', 'none', 'retry', 'none', 'suppress'])


if __name__ == '__main__':
    for case in CASES + SPELLINGS:
        check(*case)
    check_lists()
    check_actions()
    finish(f'{len(CASES) + len(SPELLINGS)} logs')
