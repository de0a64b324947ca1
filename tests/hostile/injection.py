"""Logs in which strangers pose as our MTA, to get victim@innocent.example onto a suppression list.

injection/MTA.log holds real lines with forged ones inside them: in Message-IDs, senders,
HELO names, quoted recipients, replies, other programs' lines. MTA.events names every attempt
that was really made: line, outcome, recipient. Nothing else may come out, nothing about the
domain innocent.example may fail or be suppressed, and every line must be understood. In
ambiguous.log addresses are not quoted (Postfix before 3.5), so that they can be read in two ways:
nothing there may count against anybody."""
import json, subprocess, sys, tempfile, re

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, fault, finish

VICTIM = 'innocent.example'
FORGERIES = 60 # at least

def domain(address):
    return (address or '').rpartition('@')[2].lower()

def scan(log, work, *options):
    events, summary = f'{work}/events', f'{work}/summary'
    lists = [f'{work}/list', f'{work}/list.csv:csv', f'{work}/list.json:json']
    command = [PROGRAM, 'scan', *options, '-e', events, '--events-include', 'all', '-o', summary]
    for name in lists:
        command += ['-s', name]
    run = subprocess.run(command + [log], capture_output=True)
    if run.returncode:
        return None, None, [f'exit {run.returncode}: {run.stderr.decode("utf-8", "replace")}']
    with open(summary, encoding='utf-8') as file:
        result = json.load(file)
    with open(events, encoding='utf-8', newline='\n') as file:
        attempts = [json.loads(line) for line in file.read().split('\n') if line]
    with open(f'{work}/list', encoding='utf-8', newline='\n') as file:
        listed = file.read().split('\n')
    faults = [f'listed: {address}' for address in listed if domain(address) == VICTIM]
    for row in result['suppress'] + result['suppress_domains']:
        address = row.get('address', '@' + row.get('domain', ''))
        if domain(address) == VICTIM:
            faults.append(f'suppressed: {address}')
        if '"' in address and 'skipped' not in row:
            faults.append(f'a list would carry {address}')
    return result, attempts, faults

def expected(log):
    with open(log[:-len('.log')] + '.events', encoding='utf-8', newline='\n') as file:
        return [line.split('\t', 2) for line in file.read().split('\n') if line and line[0] != '#']

def check(log, wanted, work):
    """What is wrong with the reading of one log."""
    result, attempts, faults = scan(log, work)
    if result is None:
        return faults
    got = [[str(a['source']['line']), a['outcome'], a['recipient']] for a in attempts]
    faults += [f'not there: {row}' for row in wanted if row not in got]
    faults += [f'not expected: {row}' for row in got if row not in wanted]
    if len(got) != len(wanted):
        faults.append(f'{len(got)} attempts, not {len(wanted)}')
    for a in attempts:
        failed = a['outcome'] not in ('delivered', 'handed_over', 'discarded')
        if failed and VICTIM in (domain(a['recipient']), domain(a['original_recipient'])):
            faults.append(f'line {a["source"]["line"]}: {a["outcome"]} {a["recipient"]}')
    # What has no header, and bears the mark of an attempt, may be told; what has one is understood.
    headed = [row for row in result['unparsed']['samples'] if re.match(r'(<\d+>)?([A-Z][a-z][a-z] [ 0-9]\d|\d{4}[- ])', row['text'])]
    if headed or result['lines']['unparsed'] > 2:
        faults.append(f'not understood: {headed or result["unparsed"]}')
    # With --inbound what we refused is shown, but still nobody is suppressed for it.
    return faults + scan(log, work, '--inbound')[2]

def check_ambiguous(log, work):
    result, attempts, faults = scan(log, work)
    if result is None:
        return faults
    with open(log, 'rb') as file:
        lines = file.read().count(b'\n')
    if result['ambiguous']['count'] != lines or result['lines']['unparsed']:
        faults.append(f'{result["ambiguous"]["count"]} of {lines} lines are ambiguous')
    faults += [f'suppressed: {row["address"]}' for row in result['suppress']]
    return faults + [f'{a["recipient"]}: {a["action"]}' for a in attempts
                     if a['action'] in ('suppress', 'count')]

# A true failure of the victim's address, to see that the check would notice.
TRUE = {
    'postfix': b'Nov 22 04:00:00 mx1 postfix/smtp[9]: 0F1E2D3C4B: to=<victim@innocent.example>, '
               b'relay=mx.innocent.example[203.0.113.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced '
               b'(host mx.innocent.example[203.0.113.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n',
    'exim': b'2026-11-22 04:00:00 1vMgxk-00000000A1b-0cDe ** victim@innocent.example R=r T=t '
            b'H=mx.innocent.example [203.0.113.9]: SMTP error from remote mail server after '
            b'RCPT TO:<victim@innocent.example>: 550 5.1.1 User unknown\n',
    'sendmail': b'Nov 22 04:00:00 mail sm-mta[9]: 6AM300aa000009: to=<victim@innocent.example>, delay=00:00:00, '
                b'xdelay=00:00:00, mailer=esmtp, pri=30212, relay=mx.innocent.example. [203.0.113.9], dsn=5.1.1, '
                b'reply=550 5.1.1 User unknown, stat=User unknown\n',
    'opensmtpd': b'2026-11-22T04:00:00+01:00 mail smtpd[9]: 7bb1d0d4f0aa1b02 mta delivery evpid=4c9a61f20d0e5c11 from=<a@example.org> '
                 b'to=<victim@innocent.example> rcpt=<-> source="192.0.2.1" relay="203.0.113.9 (mx.innocent.example)" delay=2s '
                 b'result="PermFail" stat="550 5.1.1 User unknown"\n',
    'kumomta': b'{"type":"Bounce","id":"c1","sender":"a@example.org","recipient":"victim@innocent.example","queue":"innocent.example",'
               b'"response":{"code":550,"enhanced_code":{"class":5,"subject":1,"detail":1},"content":"User unknown","command":"RCPT TO"},'
               b'"peer_address":{"name":"mx.innocent.example","addr":"203.0.113.9"},"timestamp":1795320000,"created":1795320000}\n',
}

forgeries = 0
with tempfile.TemporaryDirectory() as work:
    for mta, truth in TRUE.items():
        log = f'tests/hostile/injection/{mta}.log'
        with open(log, 'rb') as file:
            text = file.read()
        forgeries += sum(VICTIM.encode() in line or b'status=' in line or b'stat=' in line
                         for line in text.split(b'\n'))
        wanted = expected(log)
        for words in check(log, wanted, work):
            fault(f'{log}: {words}')
        mutant = f'{work}/{mta}.log'
        with open(mutant, 'wb') as file:
            file.write(text + truth)
        found = check(mutant, wanted, work)
        for what in ('listed', 'suppressed', 'not expected', 'line '):
            if not any(words.startswith(what) for words in found):
                fault(f'a true failure in {mta}.log was not noticed ({what}): {found}')
    for words in check_ambiguous('tests/hostile/injection/ambiguous.log', work):
        fault(f'tests/hostile/injection/ambiguous.log: {words}')
if forgeries < FORGERIES:
    fault(f'only {forgeries} forgeries')
finish(f'{forgeries} forged lines')
