"""bouncelog why: questions of a support desk. What must be in each answer stands here; the whole answers, text and JSON, in
tests/run/why/ (after a look at what changes: why.py --update)."""
import json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

GOLDEN = os.path.abspath('tests/run/why')
UPDATE = '--update' in sys.argv
PROGRAM = os.path.abspath(PROGRAM)
UNKNOWN = '550 5.1.1 <{to}>: User unknown'
FULL = '452 4.2.2 <{to}>: Mailbox full'
BLOCKED = '554 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org'
REFUSES = '550 5.7.1 <{to}>: Recipient does not want to receive mail from you'
messages = 0


def attempt(when, to, said=None, original=None, null=False, agent='smtp', outcome=None):
    """One message: its beginning, one attempt on it, its end. said None: it is delivered."""
    global messages
    messages += 1
    stamp, queue_id = f'2026-{when}:00Z mx1 postfix', f'{0xA000000 + messages:X}'
    relay = 'local' if agent == 'local' else f'mx.{to.split("@")[-1]}[192.0.2.7]:25'
    outcome = outcome or ('sent' if not said else 'bounced' if said[0] == '5' else 'deferred')
    if not said:
        end = 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'
    elif said.startswith('dns:'):
        relay, end = 'none', f'dsn=5.4.4, status=bounced ({said[4:]})'
    elif agent == 'local':
        end = f'dsn=5.1.1, status=bounced ({said[10:]})'
    else:
        end = f'dsn={said[4:9]}, status={outcome} (host {relay[:-3]} said: {said.format(to=to)} (in reply to RCPT TO command))'
    aliased = f'orig_to=<{original}>, ' if original else ''
    return (f'{stamp}/cleanup[6]: {queue_id}: message-id=<{queue_id}@shop.example>\n'
            f'{stamp}/qmgr[5]: {queue_id}: from=<{"" if null else "news@shop.example"}>, size=900, nrcpt=1 (queue active)\n'
            f'{stamp}/{agent}[7]: {queue_id}: to=<{to}>, {aliased}relay={relay}, delay=1, delays=0/0/0/1, {end}\n'
            f'{stamp}/qmgr[5]: {queue_id}: removed\n')


def day(number, to, *said, hour=10, **how):
    return attempt(f'11-{number:02d}T{hour:02d}:00', to, *said, **how)


def write(name, *lines):
    with open(name, 'w', encoding='utf-8', newline='\n') as file:
        file.write(''.join(sorted(''.join(lines).splitlines(keepends=True), key=lambda line: line[:20])))


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, stdin=subprocess.DEVNULL)
    expect(f'{arguments}: exit {done.returncode}, not {code}: {done.stderr.decode()[:300]}', done.returncode == code)
    return done.stdout.decode(), done.stderr.decode()


def ask(name, *arguments, code=0, listed=False, since=None, held=None, missing=None, never=None, attempts=None, says=()):
    """Text and JSON of one question. missing and never: a part of the sentence; None: there must be none."""
    text, err = run('why', *arguments, code=code)
    printed, _ = run('why', '--json', *arguments, code=code)
    answer = json.loads(printed)
    expect(f'{name}: keys {list(answer)}',
           list(answer) == ['address', 'listed', 'since', 'held_by', 'missing', 'never', 'attempts'])
    for key, wanted in ('listed', listed), ('since', since), ('held_by', held):
        expect(f'{name}: {key} is {answer[key]}, not {wanted}', answer[key] == wanted)
    for key, wanted in ('missing', missing), ('never', never):
        said = answer[key]
        expect(f'{name}: {key}: {said}', said is None if wanted is None else said is not None and wanted in said)
        expect(f'{name}: the text lacks what is {key}: {text}', said is None or said in text)
    outcomes = [event['outcome'] for event in answer['attempts']]
    expect(f'{name}: attempts {outcomes}', attempts is None or outcomes == attempts)
    times = [event['time'] for event in answer['attempts']]
    expect(f'{name}: attempts out of order: {times}', times == sorted(times))
    for words in says:
        expect(f'{name}: "{words}" is not in {text + err}', words in text + err)
    for kind, whole in ('text', text), ('json', json.dumps(answer, indent=1, ensure_ascii=False) + '\n'):
        path = f'{GOLDEN}/{name}.{kind}'
        if UPDATE:
            with open(path, 'w', encoding='utf-8') as file:
                file.write(whole)
        kept = open(path, encoding='utf-8').read() if os.path.exists(path) else ''
        expect(f'{name}: the {kind} is not that of {path}:\n{whole}', whole == kept)


def logs():
    write('mail.log',
          day(20, 'dead@one.example', UNKNOWN),
          *(day(n, 'full@two.example', FULL) for n in (13, 18, 23)),
          *(day(n, 'fuller@two.example', FULL) for n in (2, 10, 17)),
          *(day(n, 'once@two.example', FULL) for n in (20,)),
          day(22, 'closed@three.example', REFUSES),
          *(day(n, f'{who}@gone.example', 'dns:Host or domain name not found. Name service error for name=gone.example '
                'type=A: Host not found') for n, who in ((22, 'ann'), (23, 'bob'))),
          day(10, 'lately@four.example'), day(23, 'lately@four.example', UNKNOWN),
          day(9, 'again@four.example'), day(20, 'again@four.example', UNKNOWN), day(22, 'again@four.example', UNKNOWN),
          *(day(n, 'barred@five.example', BLOCKED) for n in (21, 22)),
          day(21, 'barred@five.example', FULL, hour=12),
          *(day(n, 'listed-host@five.example', BLOCKED) for n in (21, 22)),
          day(12, 'happy@six.example'), day(14, 'happy@six.example'),
          day(15, 'back@six.example', UNKNOWN), day(19, 'back@six.example'),
          day(16, 'news@shop.example', UNKNOWN),
          day(16, 'postmaster@seven.example', UNKNOWN),
          day(16, 'user@shop.example', '550 5.1.1 unknown user: "user"', agent='local'),
          day(17, 'note@eight.example', UNKNOWN, null=True),
          day(18, 'final@nine.example', UNKNOWN, original='alias@shop.example'),
          day(18, 'evil@ten.example', '550 5.1.1 \x1b[31m User unknown'),
          day(18, "o'neil@ten.example", UNKNOWN))
    stopped = lambda who, missing, **how: ask(who.split('@')[0], who, 'mail.log', missing=missing, **how)
    ask('dead', 'Dead@One.example', 'mail.log', listed=True, since='2026-11-20T10:00:00Z', attempts=['bounced'])
    stopped('full@two.example', 'mailbox_full needs 3 messages over 14 days; there are 3 over 10; one after 27 November 2026 '
            '10:00 UTC would list it', attempts=['deferred'] * 3)
    ask('fuller', 'fuller@two.example', 'mail.log', listed=True, since='2026-11-17T10:00:00Z')
    stopped('once@two.example', 'mailbox_full needs 3 messages over 14 days; there is 1; 2 more, the last after 4 December 2026 '
            '10:00 UTC would list it')
    stopped('closed@three.example', 'recipient_refuses needs 3 messages within 30 days; there is 1; 2 more until 22 December 2026 '
            '10:00 UTC would list it')
    stopped('ann@gone.example', 'domain_not_found needs 3 messages over 2 days within 7 days; there are 2 over 1 at all of '
            'gone.example; one after 24 November 2026 10:00 UTC until 29 November 2026 10:00 UTC would list it')
    stopped('lately@four.example', 'a failure of another day, after 24 November 2026 06:00 UTC and without a delivery between',
            held='recent', attempts=['delivered', 'bounced'], says=['recent: it took mail'])
    ask('again', 'again@four.example', 'mail.log', listed=True, since='2026-11-22T10:00:00Z')
    stopped('barred@five.example', 'mailbox_full needs 3', never='2 failures by ip_blocklisted say nothing of the address, but of you',
            attempts=['bounced', 'deferred', 'bounced'])
    stopped('listed-host@five.example', None, never='2 failures by ip_blocklisted say nothing of the address, but of you',
            says=['No failure of it counts'])
    stopped('happy@six.example', None, attempts=['delivered'] * 2, says=['took mail last at 2026-11-14T10:00:00Z, and nothing'])
    stopped('back@six.example', None, attempts=['bounced', 'delivered'], says=['took mail last at 2026-11-19T10:00:00Z'])
    stopped('news@shop.example', None, never='your own senders are never listed')
    stopped('postmaster@seven.example', None, never='postmaster, mailer-daemon and their like')
    stopped('user@shop.example', None, never='1 failure by recipient_unknown of a user of your own host')
    stopped('note@eight.example', None, never='of mail with the null sender')
    stopped('never@eleven.example', None, attempts=[], says=['never seen in these logs (', 'attempts)'])
    stopped('evil@ten.example', None, listed=True, since='2026-11-18T10:00:00Z')
    ask('local-user', 'joe', 'mail.log', never='a user of your own host', attempts=[])
    ask('null', '<>', 'mail.log', never='null sender', attempts=[])
    ask('quoted', "o'neil@ten.example", 'mail.log', listed=True, since='2026-11-18T10:00:00Z', says=["'o'\\''neil@ten.example'"])
    for name, who in ('final', 'final@nine.example'), ('original', 'alias@shop.example'):
        ask(name, who, 'mail.log', listed=name == 'original', since='2026-11-18T10:00:00Z' if name == 'original' else None,
            attempts=['bounced'],
            never=None if name == 'original' else '1 failure by recipient_unknown against alias@shop.example, which was mailed')
    write('allow.txt', 'dead@one.example\n')
    ask('allowed', 'dead@one.example', '--allow', 'allow.txt', 'mail.log', held='allow')
    ask('stranger', 'dead@one.example', '--recipients', 'allow.txt', 'mail.log', listed=True, since='2026-11-20T10:00:00Z')
    ask('unasked', 'full@two.example', '--recipients', 'allow.txt', 'mail.log', never='--recipients does not know it')
    ask('unread', 'nobody@one.example', 'mail.log', 'missing.log', code=3, attempts=[], says=['not all of which', 'missing.log: '])


def incident():
    who = [f'p{n}@big.example' for n in range(80)]
    write('incident.log',
          *(attempt(f'11-{n:02d}T09:{i % 60:02d}', to) for n in (16, 17, 18) for i, to in enumerate(who)),
          *(attempt(f'11-20T10:{i % 60:02d}', to, UNKNOWN) for i, to in enumerate(who[:40])),
          *(attempt(f'11-20T10:{i % 60:02d}', to) for i, to in enumerate(who[40:])))
    ask('incident', 'p3@big.example', 'incident.log', held='incident', missing='a failure when the incident is over, after ',
        says=['held       incident: the ', ' called ', ' % of those decided dead from 2026-11-20T'])


def histories():
    write('night1.log', day(1, 'a@one.example', UNKNOWN), day(2, 'b@two.example', FULL), day(2, 'c@six.example'),
          day(2, 'd@five.example', BLOCKED), day(3, 'b@two.example', FULL))
    run('scan', '-d', 'db', '-o', 'summary', 'night1.log')
    write('night2.log', day(20, 'b@two.example', FULL), day(20, 'c@six.example', FULL), day(21, 'd@five.example'),
          day(21, 'e@one.example', UNKNOWN))
    ask('kept', 'a@one.example', '-d', 'db', listed=True, since='2026-11-24T00:00:00Z', attempts=['bounced'])
    ask('kept-full', 'b@two.example', '-d', 'db', missing='there are 2 over 1; one more would list it', attempts=[None, 'deferred'])
    ask('kept-delivered', 'c@six.example', '-d', 'db', attempts=['delivered'], says=['took mail last', 'not every attempt'])
    ask('kept-nothing', 'd@five.example', '-d', 'db', attempts=[], says=['The history does not know it.', 'not every attempt'])
    # The history has read this log, and knows nothing of the attempt: it is told all the same.
    ask('read-before', 'd@five.example', '-d', 'db', 'night1.log', attempts=['bounced'], never='1 failure by ip_blocklisted')
    before = open('db', 'rb').read()
    ask('dry-full', 'b@two.example', '-d', 'db', 'night2.log', listed=True, since='2026-11-20T10:00:00Z',
        attempts=[None, 'deferred', 'deferred'], says=['with the next run'])
    ask('dry-all', 'b@two.example', '-d', 'db', 'night1.log', 'night2.log', listed=True, since='2026-11-20T10:00:00Z',
        attempts=['deferred'] * 3)
    ask('dry-mixed', 'c@six.example', '-d', 'db', 'night2.log', missing='mailbox_full', attempts=['delivered', 'deferred'])
    expect('the history changed', open('db', 'rb').read() == before)
    run('history', 'allow', '-d', 'db', 'a@one.example')
    # What counts against the original is kept under it alone: the final one has failed all the same.
    write('alias.log', day(18, 'final@nine.example', UNKNOWN, original='alias@shop.example'))
    ask('final-dry', 'final@nine.example', '-d', 'db', 'alias.log', attempts=['bounced'], says=['counts against it; alias@shop.example is what was'])
    ask('kept-allowed', 'a@one.example', '-d', 'db', held='allow', says=['history allow --remove --history db a@one.example'])
    run('history', 'allow', '-d', 'db', '@two.example')
    ask('domain-allowed', 'b@two.example', '-d', 'db', 'night2.log', held='allow', says=['--remove --history db @two.example'])
    # A brake: far more than before, which no incident explains by this policy.
    with open('policy.yaml', 'w') as file:
        file.write(re.sub(r'^(incidents): { addresses: \d+', r'\1: { addresses: 1000000',
                          open(f'{SOURCE}/patterns/policy.yaml').read(), flags=re.M))
    run('scan', '-d', 'braked', '-s', 'list', '-o', 'summary', 'night1.log')
    write('night3.log', *(attempt(f'11-20T10:{n % 60:02d}', f'n{n}@many.example', UNKNOWN) for n in range(150)))
    run('scan', '-d', 'braked', '-s', 'list', '-o', 'summary', '--policy', 'policy.yaml', 'night3.log', code=8)
    ask('braked', 'n7@many.example', '-d', 'braked', '--policy', 'policy.yaml', held='brake', attempts=['bounced'],
        says=['bouncelog scan --force --history braked'])
    ask('braked-before', 'a@one.example', '-d', 'braked', '--policy', 'policy.yaml', listed=True, since='2026-11-24T00:00:00Z')
    ask('forced', 'n7@many.example', '-d', 'braked', '--policy', 'policy.yaml', '--force', listed=True, since='2026-11-20T10:07:00Z')


def no_clock():
    write('battery.log', day(1, 'early@twelve.example', UNKNOWN).replace('2026-', '1970-'), day(20, 'happy@six.example'))
    ask('strange', 'early@twelve.example', 'battery.log', attempts=['bounced'], code=3,
        never='1 failure by recipient_unknown at a time that cannot be', says=['repair the clock'])


def mistakes():
    for words, code, *arguments in (('which address', 2), ('Name logs', 2, 'a@one.example'), ('which address', 2, '', 'mail.log'),
                                    ('cannot be read twice', 2, '-d', 'db', 'a@one.example', '-'),
                                    ('none', 5, '-d', 'none', 'a@one.example'), ('longer', 2, 'a' * 600, 'mail.log')):
        _, err = run('why', *arguments, code=code)
        expect(f'{arguments}: {err}', words in err)


SOURCE = os.getcwd()
work = tempfile.mkdtemp()
os.chdir(work)
logs()
incident()
histories()
no_clock()
mistakes()
os.chdir(SOURCE)
shutil.rmtree(work)
finish()
