#!/usr/bin/env python3
"""Bounces that came as mail, over nights: night after night, with the mailbox as it is by then, says what one scan of all logs and mails
says; a mail that stays in its box counts once; and a bounce finds the delivery of another host, once its history is merged in."""
import json, os, random, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
import bounces
from bounces import complaint, dsn, received
from checks import PROGRAM, expect, fault, finish

TRIES = 4 # of four histories, one in some millions has the bits of another name, or network, each time
PEOPLE = [(f'u{n}@d{n % 7}.example', f'mx.d{n % 7}.example', f'198.51.100.{n % 7 * 4}') for n in range(60)]


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if 'the newest attempt that the history knows' not in line]
    if done.returncode != code or said:
        fault(f'{arguments[:6]}: exit {done.returncode}, {said}')
    return json.loads(done.stdout) if done.stdout.startswith('{') else {}


def scan(folder, mails, logs, *more):
    box = f'{folder}/box'
    shutil.rmtree(box, ignore_errors=True)
    bounces.maildir(box, mails)
    return run('scan', '--timezone', 'UTC', '--year', '2026', '--mail', box, '--force', *more, *logs)


def figures(summary):
    return {'list': [entry['address'] for entry in summary['suppress']], 'messages': summary['messages'], 'attempts': summary['attempts'],
            'categories': {row['category']: row['count'] for row in summary['categories']}, 'days': [(row['name'], row['delivered'], row['bounced']) for row in summary['days']]}


def at(day, minute):
    return f'Sun, {day:02d} Nov 2026 {minute // 60:02d}:{minute % 60:02d}:00 +0000'


def world(chance, nights):
    """By night: the lines of its log, and the mails that came in it. Most bounces come at once, some a day or more later."""
    logs, mails = [[] for _ in range(nights)], [[] for _ in range(nights)]
    dead = {person[0] for person in PEOPLE if chance.random() < .25}
    for night in range(nights):
        for person in PEOPLE:
            number, day = len(logs[night]) + night * 5000, night + 2
            if chance.random() > .35:
                continue
            logs[night] += bounces.postfix(number, f'<m{number}@shop.example>', [person], day=day, hour=1 + chance.randrange(8))
            came = night + chance.choice((0, 0, 0, 1, 2))
            trace = received(*person[1:]).replace(bounces.TIME, at(came + 2, 10 * 60 + chance.randrange(800)))
            if person[0] in dead and came < nights:
                mails[came].append(dsn(person[0], f'<m{number}@shop.example>', None, trace=trace, reporter=person[1]))
            elif came < nights and chance.random() < .03:
                mails[came].append(complaint(person[0], f'<m{number}@shop.example>', person[1:]).replace(bounces.TIME, at(came + 2, 900)))
    logs[-1] += bounces.postfix(99999, '<end@shop.example>', [('eve@end.example', 'mx.end.example', '192.0.2.77')], day=nights + 6)
    return logs, mails


def write(folder, logs):
    paths = [f'{folder}/{night}.log' for night in range(len(logs))]
    for path, lines in zip(paths, logs):
        with open(path, 'w') as file:
            file.write('\n'.join(lines) + '\n')
    return paths


def nights(folder, seed):
    chance = random.Random(seed)
    logs, mails = world(chance, 12)
    paths = write(folder, logs)
    whole = figures(scan(folder, [mail for night in mails for mail in night], paths))
    history, box = f'{folder}/{seed}.db', []
    for night, path in enumerate(paths):
        box += mails[night]
        chance.shuffle(box)
        scan(folder, box, [path], '-d', history)
        if chance.random() < .3:
            again = scan(folder, box, [path], '-d', history)
            expect(f'{seed}: a night again: {again["attempts"]}', not again['attempts']['bounced_later'] and not again['attempts']['complained'])
    report = figures(run('report', '-d', history))
    for key in whole:
        expect(f'{seed}: {key}: night after night {report[key]}, at once {whole[key]}', report[key] == whole[key])
    expect(f'{seed}: nothing bounced later', whole['attempts']['bounced_later'] > 5)
    gone = report['list'][0]
    sure = scan(folder, [dsn('u99@d1.example', '<m1@shop.example>', PEOPLE[1][1:])], [paths[-1]], '-d', history)
    expect(f'{seed}: somebody else is taken back', sure['mail']['unproven'] == 1 and not sure['attempts']['bounced_later'])
    run('history', 'forget', '-d', history, gone)
    expect(f'{seed}: {gone} is forgotten', gone not in figures(run('report', '-d', history))['list'])


def hosts(folder):
    """mx2 sent it, the bounces come to mx1."""
    person = PEOPLE[3]
    first = write(folder, [bounces.postfix(1, '<a@shop.example>', [PEOPLE[1]], day=5)])[0]
    os.rename(first, first := f'{folder}/mx1.log')
    second = write(folder, [bounces.postfix(2, '<b@shop.example>', [person], day=5, host='mx2')])[0]
    bounce = dsn(person[0], '<b@shop.example>', None, trace=received(*person[1:]).replace(bounces.TIME, at(5, 900)), reporter=person[1])
    one, two = f'{folder}/mx1.db', f'{folder}/mx2.db'
    alone = scan(folder, [bounce], [first], '-d', one)
    expect('mx1 does not know the delivery of mx2', alone['mail']['unproven'] == 1 and not alone['suppress'])
    scan(folder, [], [second], '-d', two)
    run('merge', '--into', one, two)
    both = scan(folder, [bounce], [first], '-d', one)
    expect(f'with the history of mx2 it does: {both["attempts"]}', both['attempts']['bounced_later'] == 1 and [entry['address'] for entry in both['suppress']] == [person[0]])
    again = scan(folder, [bounce], [first], '-d', one)
    expect('and counts it once', not again['attempts']['bounced_later'])


def aliases(folder):
    """A bounce about what an alias led to stays in its box for nights: it counts once, and against nobody but whom it names."""
    joe, ann = PEOPLE[1], PEOPLE[2]
    lines = [line for number, who in enumerate((joe, ann)) for line in bounces.postfix(number, f'<a{number}@shop.example>', [(*who, 'staff@shop.example')], day=5)]
    log, history = write(folder, [lines])[0], f'{folder}/alias.db'
    bounce = dsn(joe[0], '<a0@shop.example>', None, original='staff@shop.example', trace=received(*joe[1:]).replace(bounces.TIME, at(5, 900)), reporter=joe[1])
    scan(folder, [], [log], '-d', history)
    for night in range(3):
        summary = scan(folder, [bounce], [log], '-d', history)
        listed = [entry['address'] for entry in summary['suppress']]
        expect(f'alias, night {night}: {listed}, {summary["attempts"]}', listed == [joe[0]] and summary['attempts']['bounced_later'] == (night == 0))


def both_in_a_step(folder):
    """Of two mails in one step of the day one came back: the other one was taken, and clears what was before."""
    joe = PEOPLE[1]
    one = bounces.postfix(1, '<a@shop.example>', [joe], day=5, hour=5) + bounces.postfix(2, '<b@shop.example>', [joe], day=5, hour=6)
    dead = [f'Nov  5 01:00:00 mx2 postfix/smtp[4]: 6A1B2C3D4E: to=<{joe[0]}>, relay={joe[1]}[{joe[2]}]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced '
            f'(host {joe[1]}[{joe[2]}] said: 550 5.1.1 User unknown (in reply to RCPT TO command))']
    paths, history = write(folder, [one, dead]), f'{folder}/step.db'
    spam = dsn(joe[0], '<a@shop.example>', None, status='5.7.1', words='550 5.7.1 Message rejected as spam',
               trace=received(*joe[1:]).replace(bounces.TIME, at(5, 900)), reporter=joe[1])
    scan(folder, [], paths[:1], '-d', history)
    for night in 1, 2:
        summary = scan(folder, [spam], paths[1:], '-d', history)
        expect(f'step, night {night}: {summary["suppress"]}', not summary['suppress'])
    whole = scan(folder, [spam], paths)
    expect(f'step, at once: {whole["suppress"]}', not whole['suppress'] and whole['attempts']['bounced_later'] == 1)


def open_alias(folder):
    """A mail to an alias of which nobody can say yet whether it comes back was taken: what is held against the alias goes, in one run and over nights."""
    joe, staff = PEOPLE[1], 'staff@shop.example'
    dead = [f'Nov  5 01:00:00 mx1 postfix/smtp[4]: 6A1B2C3D4E: to=<{staff}>, relay=mx.shop.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced '
            '(host mx.shop.example[192.0.2.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command))']
    sent = bounces.postfix(1, '<a@shop.example>', [(*joe, staff)], day=6, hour=5) + bounces.postfix(2, '<b@shop.example>', [joe], day=6, hour=6)
    paths, history = write(folder, [dead, sent]), f'{folder}/open.db'
    bounce = dsn(joe[0], '<b@shop.example>', None, trace=received(*joe[1:]).replace(bounces.TIME, at(6, 900)), reporter=joe[1])
    first = scan(folder, [], paths[:1], '-d', history)
    expect(f'open, first night: {first["suppress"]}', [entry['address'] for entry in first['suppress']] == [staff])
    second, whole = scan(folder, [bounce], paths[1:], '-d', history), scan(folder, [bounce], paths)
    for name, summary in ('second night', second), ('at once', whole):
        expect(f'open, {name}: {summary["suppress"]}', [entry['address'] for entry in summary['suppress']] == [joe[0]])


def strangers(folder):
    """Over nights, too, a message of several speaks for none of them, whichever nights they got it in."""
    three = PEOPLE[1:4]
    logs = write(folder, [bounces.postfix(night, '<n@shop.example>', [person], day=5 + night) for night, person in enumerate(three)])
    history = f'{folder}/shared.db'
    for log in logs:
        scan(folder, [], [log], '-d', history)
    for person in three:
        trace = received(*person[1:]).replace(bounces.TIME, at(8, 900))
        for mail in dsn(person[0], '<n@shop.example>', None, trace=trace, reporter=person[1]), complaint(person[0], '<n@shop.example>', person[1:]).replace(bounces.TIME, at(8, 900)):
            summary = scan(folder, [mail], logs[:1], '-d', history)
            expect(f'shared, {person[0]}: {summary["attempts"]}, {summary["suppress"]}', summary['mail']['unproven'] == 1 and not summary['suppress'])


def sent_back(folder):
    """What a stranger lets the host send back, with an original recipient of his choice, is about no delivery of an earlier run."""
    person = PEOPLE[3]
    log = write(folder, [bounces.postfix(3, '<c@shop.example>', [person], day=5)])[0]
    scan(folder, [], [log], '-d', f'{folder}/back.db')
    for recipient in f'gone@{person[0].partition("@")[2]}', f'"<{person[0]}>"', f'"<{person[0]}>"@evil.example':
        mail = dsn(recipient, '<c@shop.example>', None, trace=received(*person[1:]).replace(bounces.TIME, at(5, 900)), reporter=person[1], original=person[0])
        later = scan(folder, [mail], [log], '-d', f'{folder}/back.db')
        expect(f'{recipient}: {later["attempts"]}', not later['attempts']['bounced_later'] and later['mail']['unproven'] == 1 and not later['suppress'])


def earlier_night(folder, name, lines, mail, tonight):
    """The summary of a night whose mail is about a delivery of the night before."""
    before, log = write(folder, [lines, tonight])
    scan(folder, [], [before], '-d', f'{folder}/{name}.db')
    return scan(folder, [mail], [log], '-d', f'{folder}/{name}.db')


def refuse(line, person, postfix, exim, reply='reply=554 5.7.1 Spam, '):
    """The delivery as a refusal."""
    line = line.replace('dsn=2.0.0, status=sent (250 2.0.0 Ok)', f'dsn=5.7.1, status=bounced (host {person[1]}[{person[2]}] said: 554 5.7.1 Spam (in reply to {postfix} command))')
    line = line.replace('dsn=2.0.0, stat=Sent (ok)', f'dsn=5.7.1, {reply}stat=Service unavailable')
    return line if ' => ' not in line else line.replace(' => ', ' ** ').replace(' C="250 OK"', f': SMTP error from remote mail server after {exim}: 554 5.7.1 Spam')


def seen_tonight(folder):
    """Whom the logs of the night show to have got the message as well could speak for the one that the history knows."""
    joe, ann = PEOPLE[1], PEOPLE[2]
    trace = received(*joe[1:]).replace(bounces.TIME, at(6, 900))
    mails = {'bounce': dsn(joe[0], '<s@shop.example>', None, trace=trace, reporter=joe[1]), 'complaint': complaint(joe[0], '<s@shop.example>', joe[1:]).replace(bounces.TIME, at(6, 900))}
    for mta, writer in bounces.WRITERS.items():
        sent = writer(1, '<s@shop.example>', [joe], day=5)
        other, both, fresh = (writer(2, '<s@shop.example>', people, day=6) for people in ([ann], [joe, ann], [joe]))
        refused = [refuse(line, ann, 'end of DATA', 'end of data') for line in other]
        wordless = [refuse(line, ann, 'DATA', 'DATA', '') for line in other] # sendmail before 8.16.1
        for kind, mail in mails.items():
            for number, (tonight, proven) in enumerate(((other, 0), (both, 0), (refused, 0), (wordless, 0), (fresh, 1))):
                summary = earlier_night(folder, f'seen-{mta}-{kind}-{number}', sent, mail, tonight)
                later, listed = summary['attempts']['bounced_later'] + summary['attempts']['complained'], [entry['address'] for entry in summary['suppress']]
                expect(f'seen tonight, {mta}, {kind}, {number}: {later}, {listed}', later == proven and listed == [joe[0]] * proven)
                if not proven: # nor on any night from then on
                    again = scan(folder, [mail], [f'{folder}/1.log'], '-d', f'{folder}/seen-{mta}-{kind}-{number}.db')
                    expect(f'seen tonight, {mta}, {kind}, {number}, again: {again["suppress"]}', again['mail']['unproven'] == 1 and not again['suppress'])
            history, unseen = f'{folder}/unseen-{mta}-{kind}.db', [refuse(line, ann, 'RCPT TO', f'RCPT TO:<{ann[0]}>') for line in other]
            for lines in sent, unseen:
                scan(folder, [], write(folder, [lines]), '-d', history)
            summary = scan(folder, [mail], write(folder, [writer(3, '<t@shop.example>', [ann], day=7)]), '-d', history)
            proven = int(mta != 'sendmail') # whose log does not say when the reply came
            expect(f'refused at RCPT, {mta}, {kind}: {summary["suppress"]}', [entry['address'] for entry in summary['suppress']] == [joe[0]] * proven)


def gateways(folder):
    """A relay of our own, which all mail passes both ways, says nothing of who sent a bounce, over nights as in one."""
    inside = ('staff@shop.example', 'mx2.shop.example', '192.0.2.98')
    for mta, writer in bounces.WRITERS.items():
        lines, tonight = writer(1, '<g@shop.example>', [inside], day=5), writer(2, '<h@shop.example>', [PEOPLE[1]], day=6)
        for how in bounces.WRITERS:
            for number, source in enumerate((inside[1:], ('mx3.shop.example', '192.0.2.99'), ('mx2.shop.example', '198.18.0.66'))):
                trace = received(*source, how).replace(bounces.TIME, at(6, 900))
                summary = earlier_night(folder, f'gate-{mta}-{how}-{number}', lines, dsn(inside[0], '<g@shop.example>', None, trace=trace, reporter=source[0]), tonight)
                expect(f'gateway, {mta}, {how}, {source}: {summary["attempts"]}', not summary['attempts']['bounced_later'] and not summary['suppress'])


def tagged(folder):
    """With a tag, one of several may speak over nights; a mail counts once, whether its delivery was seen or not, and in whatever order they come."""
    with open(f'{folder}/keys', 'w') as file:
        file.write('a key that is long enough\n')
    three, history, option = PEOPLE[1:4], f'{folder}/tagged.db', ('--tag-key-file', f'{folder}/keys')
    sent = bounces.postfix(1, '<k@shop.example>', three, day=5)
    log, other = write(folder, [sent, bounces.postfix(2, '<l@shop.example>', [PEOPLE[9]], day=6)])
    joe = three[1]

    def back(message_id='<k@shop.example>', day=20762, who=joe):
        trace = received('mx9.shop.example', '192.0.2.99').replace(bounces.TIME, at(6, 900))
        return dsn(who[0], message_id, None, trace=trace, reporter='mx9.shop.example', to=bounces.tag('a key that is long enough', who[0], day=day))

    def night(what, mails, later, listed, logs=None):
        summary = scan(folder, mails, logs or [other], '-d', history, *option)
        have = summary['attempts']['bounced_later'], [entry['address'] for entry in summary['suppress']]
        expect(f'tagged, {what}: {have}, not {later}, {listed}', have == (later, listed))

    scan(folder, [], [log], '-d', history, *option)
    night('of another year', [back(day=20762 - 365)], 0, [])
    night('without its key', [back().replace('20762.', '20763.')], 0, [])
    night('of an earlier night', [back()], 1, [joe[0]])
    night('again', [back(), back()], 0, [joe[0]])
    night('again, and no word of which mail', [back(None), back('<x@shop.example>')], 0, [joe[0]])
    counts = run('report', '-d', history)['messages']
    expect(f'tagged: {counts}', (counts['delivered'], counts['bounced']) == (3, 1))
    lost, both = PEOPLE[20], sorted([joe[0], PEOPLE[20][0]])
    night('of no delivery', [back('<lost@shop.example>', who=lost)], 1, both)
    night('of no delivery, again', [back(f'<{n}@shop.example>', who=lost) for n in range(20)], 0, both)
    counts = run('report', '-d', history)['messages']
    expect(f'tagged, of no delivery: {counts}', (counts['delivered'], counts['bounced']) == (3, 2))
    found = bounces.postfix(7, '<m@shop.example>', [joe], day=6, sender=bounces.tag('a key that is long enough', joe[0], day=20763))
    with open(f'{folder}/found.log', 'w') as file:
        file.write('\n'.join(found) + '\n')
    night('by its sender', [back(None, day=20763)], 1, both, [f'{folder}/found.log'])
    night('by its sender, again, with its name', [back('<m@shop.example>', day=20763), back(None, day=20763)], 0, both)
    run('history', 'forget', '-d', history, lost[0])
    night('forgotten', [back('<lost@shop.example>', who=lost)], 0, [joe[0]])
    ann = PEOPLE[30]
    night('before its log', [back(None, who=ann, day=20763)], 1, sorted([joe[0], ann[0]]))
    with open(f'{folder}/after.log', 'w') as file:
        file.write('\n'.join(bounces.postfix(8, '<q@shop.example>', [ann], day=6, sender=bounces.tag('a key that is long enough', ann[0], day=20763))) + '\n')
    night('its log, and the same mail', [back(None, who=ann, day=20763), back('<q@shop.example>', who=ann, day=20763)], 0, sorted([joe[0], ann[0]]), [f'{folder}/after.log'])
    for days in 20, 50, 90, 91, 120, 400:
        os.environ['SOURCE_DATE_EPOCH'] = str(1795478400 + days * 86400)
        night(f'{days} days later', [back(None, who=ann, day=20763), back('<lost@shop.example>', who=lost)], 0, sorted([joe[0], ann[0]]))
    os.environ['SOURCE_DATE_EPOCH'] = '1795478400'


def elsewhere(folder):
    """What an earlier night's log shows going elsewhere is proven by nobody else's server, however the tag is written, and whether the Message-ID
    came back or not; and what one run would not suppress for nights do not."""
    key, option = 'a key that is long enough', ('--tag-key-file', f'{folder}/keys')
    joe, google = 'joe@b.example', ('aspmx.l.google.com', '142.250.27.26')
    address = bounces.tag(key, joe, day=20762)
    sources = {('old.b.example', '198.51.100.9'): 0, ('office.dsl.example', '192.0.2.200'): 0, google: 1, ('mail-sor-f69.google.com', '209.85.220.69'): 1, ('mx9.shop.example', '192.0.2.99'): 1}
    for mta in 'postfix', 'exim':
        for number, (source, proven) in enumerate(sources.items()):
            for name, message_id in enumerate(('<k@shop.example>', None, '<junk@x>')):
                for sign in '+-=':
                    trace = received(*source).replace(bounces.TIME, at(6, 900))
                    mail = dsn(joe, message_id, None, trace=trace, reporter=source[0], to=address.replace('+', sign))
                    logs = write(folder, [bounces.WRITERS[mta](1, '<k@shop.example>', [(joe, *google)], day=5, sender=address), bounces.WRITERS[mta](2, '<l@shop.example>', [PEOPLE[9]], day=6)])
                    for chance in range(TRIES): # each history makes its few bits of a name with another secret
                        history = f'{folder}/else-{mta}-{number}-{name}-{ord(sign)}-{chance}.db'
                        scan(folder, [], logs[:1], '-d', history, *option)
                        nights = scan(folder, [mail], logs[1:], '-d', history, *option)
                        if nights['attempts']['bounced_later'] == proven:
                            break
                    once = scan(folder, [mail], logs, *option)
                    for how, summary in ('nights', nights), ('at once', once):
                        have = summary['attempts']['bounced_later'], [entry['address'] for entry in summary['suppress']]
                        expect(f'elsewhere, {mta}, {source}, {message_id}, {sign}, {how}: {have}', have == (proven, [joe] * proven))
    near = ('mx.d.example', '198.51.100.99') # in the network of the relay, with a refuser of its own
    for remote in ('mx.d.example', 'inner.d.example'):
        logs = write(folder, [bounces.postfix(1, '<r@shop.example>', [(joe, 'mx.b.example', '198.51.100.7')], day=5), bounces.postfix(2, '<l@shop.example>', [PEOPLE[9]], day=6)])
        history = f'{folder}/near-{remote}.db'
        scan(folder, [], logs[:1], '-d', history)
        summary = scan(folder, [dsn(joe, '<r@shop.example>', None, trace=received(*near).replace(bounces.TIME, at(6, 900)), remote=remote)], logs[1:], '-d', history)
        expect(f'refused by {remote}: {summary["suppress"]}', not summary['suppress'] and not summary['attempts']['bounced_later'])


def judged_anew(folder):
    """What a person said of a mail is no reply: the rules of today have nothing else to say of it."""
    history, sample = f'{folder}/anew.db', 'samples/came-back'
    subprocess.run([PROGRAM, 'scan', '-d', history, '-o', '/dev/null', '--mail', f'{sample}/box', '--tag-key-file', f'{sample}/keys',
                    f'{sample}/mail.log'], check=True, stderr=subprocess.DEVNULL)
    before = subprocess.run([PROGRAM, 'suppress', '-d', history], check=True, capture_output=True).stdout
    told = subprocess.run([PROGRAM, 'history', 'rejudge', '-d', history], check=True, capture_output=True).stdout
    after = subprocess.run([PROGRAM, 'suppress', '-d', history], check=True, capture_output=True).stdout
    expect(f'judged anew: {told}, {before} became {after}', b'ron@mailbox.example' in before and before == after and b'ron@' not in told)


with tempfile.TemporaryDirectory() as folder:
    judged_anew(folder)
    tagged(folder)
    elsewhere(folder)
    sent_back(folder)
    seen_tonight(folder)
    gateways(folder)
    aliases(folder)
    both_in_a_step(folder)
    open_alias(folder)
    strangers(folder)
    for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 4):
        nights(folder, seed)
    hosts(folder)
finish()
