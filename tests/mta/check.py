"""Compares what bouncelog reads out of an MTA's log with what the scripted server answered.

usage: check.py MTA FOLDER, as lab.py left it. BOUNCELOG: the program.

The truth is the server's transcript, the notifications that the MTA sent (a recipient that they call
failed has failed), and the plan, which says who belongs on the list. The log is read by bouncelog only.
"""
import collections
import json
import os
import re
import subprocess
import sys

import forged
from exceptions import CODES, LISTED, LISTED_AS, LOGGED_AS, OUTCOMES, UNLISTED, two_readings
from plan import plan
from script import LMTP

MTA, FOLDER = sys.argv[1:3]
FIRST_LINE = MTA in ('sendmail', 'opensmtpd') # which decide by the first line of a reply
FORGERIES = 200 # lines at least, for each MTA


def rows(name):
    with open(f'{FOLDER}/{name}', encoding='utf-8') as file:
        return [json.loads(line) for line in file.read().split('\n') if line]


def norm(address):
    """One spelling for one mailbox: MTAs differ in case and in which escapes they need."""
    address = re.sub(r'\\(.)', r'\1', (address or '').strip().casefold())
    local, _, domain = address.rpartition('@')
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = local[1:-1]
    return f'{local}@{domain}'


def letters(text):
    """What all MTAs leave as it is: they write control bytes in ways of their own."""
    return re.sub('[^a-z]', '', re.sub(r'\\(?:[0-7]{3}|[abfnrtv])', '', text or '').casefold())


def scan(log, *options):
    """The events, the summary and the plain list."""
    command = [os.environ['BOUNCELOG'], 'scan', '-e', f'{FOLDER}/events', '--events-include', 'all', '-o',
               f'{FOLDER}/summary', '-s', f'{FOLDER}/list', *options, log]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors='replace', check=False)
    with open(f'{FOLDER}/summary', encoding='utf-8') as file:
        summary = json.load(file)
    with open(f'{FOLDER}/list', encoding='utf-8', newline='\n') as file:
        plain = file.read().split('\n')[:-1]
    return rows('events'), summary, plain, done


class Attempt:
    """One answer of the server to one recipient, as far as the log can show it."""

    def __init__(self, entry):
        self.stage, self.first = entry['stage'], entry['first']
        self.lmtp = entry['recipient'].endswith(f'@{LMTP}')
        raw = entry['reply'].encode('latin-1')
        lines = raw.split(b'\r\n')
        # sendmail takes what was cut off for a whole line.
        if not (MTA == 'sendmail' and lines[-1]):
            lines.pop()
        if entry['then'] and raw[:1] == b'3':
            lines = []
        self.codes = [int(line[:3]) for line in lines if line[:3].isdigit()]
        if MTA == 'sendmail': # which logs the first line only
            lines = lines[:1]
        # OpenSMTPD takes the code and the status away from all lines but the first.
        enhanced = [re.match(rb'\d{3}[- \t]+#?([245]\.\d{1,3}\.\d{1,3})(?![.\d])', line)
                    for line in (lines[:1] if FIRST_LINE else lines)]
        self.enhanced = {match[1].decode() for match in enhanced if match}
        self.text = b' '.join(line[4:] for line in lines).decode('utf-8', 'replace')

    def code(self):
        return (self.codes[0 if FIRST_LINE else -1]) if self.codes else None

    def taken(self):
        return self.stage == 'end_of_data' and self.code() is not None and 200 <= self.code() < 300

    def logged(self):
        """Whether the line of the recipient has the words of this answer."""
        if MTA == 'sendmail': # of a delivery it logs the words alone
            return not self.taken()
        if MTA == 'opensmtpd': # the session that was not let in has no recipients; mail.lmtp is silent in success
            return self.stage not in ('banner', 'ehlo') and not (self.lmtp and self.taken())
        return not self.first # the others log no result while there is one more server to ask


class Truth:
    """What became of every recipient."""

    def __init__(self):
        self.cases = plan(MTA)
        self.mail = {row['case']: row for row in rows('mail')}
        self.attempts = collections.defaultdict(list)
        self.faults = []
        for entry in rows('transcript'):
            if 'unexpected' in entry:
                self.faults.append(f'the server was asked for {entry["unexpected"]!r} in {entry["case"]}')
            else:
                self.attempts[norm(entry['recipient'])].append(Attempt(entry))
        self.failed = {(norm(row['sender']), norm(row['recipient'])): row for row in rows('notices')}

    def two_readings(self, rcpt):
        return [attempt for attempt in self.attempts[norm(rcpt.address)] if two_readings(MTA, rcpt, attempt.text)]

    def outcome(self, case, rcpt):
        """delivered, bounced, expired or None for a message that our MTA did not take."""
        if 'queue_id' not in self.mail[case.name]:
            return None
        attempts = self.attempts[norm(rcpt.address)]
        if attempts and attempts[-1].taken():
            return 'delivered'
        names = [rcpt.address] + (case.mailed or [])
        keys = [(norm(case.sender), norm(name)) for name in names]
        notices = [self.failed[key] for key in keys if key in self.failed]
        if not notices:
            return 'unknown'
        codes = attempts[-1].codes if attempts else []
        last = codes[0 if MTA in ('exim', 'opensmtpd') else -1] if codes else None # they differ in which line decides
        # Exim and sendmail give up for good what was put off too often.
        waited = notices[0]['status'].startswith('4') or last is None or last < 500
        return 'expired' if notices[0]['second_round'] and waited else 'bounced'


def check_recipient(truth, case, rcpt, events):
    """What is wrong with the events of one recipient."""
    want = truth.outcome(case, rcpt)
    exception = (MTA, rcpt.address)
    if want is None:
        faults = [] if case.via == 'probe' else [f'our MTA did not take it: {truth.mail[case.name]["refused"]}']
        return faults + ['there are events of what was refused'] * bool(events)
    if not events:
        return ['no event']
    faults = []
    queue_id = truth.mail[case.name]['queue_id']
    for event in events:
        # Behind the filter it is another message.
        if (event['queue_id'] == queue_id) == (case.via == 'filter' and event['outcome'] != 'handed_over'):
            faults.append(f'queue id {event["queue_id"]}, not {queue_id}')
        if norm(event['sender']) != norm(case.sender):
            faults.append(f'sender {event["sender"]}, not {case.sender}')
    if events[-1]['outcome'] != OUTCOMES.get(exception, want):
        faults.append(f'{events[-1]["outcome"]}, not {want}')
    if exception in CODES:
        return faults
    attempts = truth.attempts[norm(rcpt.address)]
    said = [attempt for attempt in attempts if attempt.code() is not None and attempt.logged()]
    read = [event for event in events
            if event['outcome'] not in ('expired', 'handed_over') and event['code'] is not None]
    if [attempt.code() for attempt in said] != [event['code'] for event in read]:
        faults.append(f'codes {[event["code"] for event in read]}, not {[attempt.code() for attempt in said]}')
        return faults
    for attempt, event in zip(said, read):
        if event['enhanced'] not in (attempt.enhanced or {None}):
            faults.append(f'enhanced {event["enhanced"]}, not {attempt.enhanced}')
        if event['stage'] not in (attempt.stage, 'unknown') and event['outcome'] != 'delivered' \
                and {event['stage'], attempt.stage} != {'banner', 'ehlo'}:
            faults.append(f'stage {event["stage"]}, not {attempt.stage}')
        start = letters(event['text'])[:30]
        words = letters(attempt.text)
        # Exim logs what the others were told, too, where each has a reply.
        if start not in words and not (words and start.startswith(words)):
            faults.append(f'text {event["text"]!r}, not {attempt.text!r}')
    return faults


def check_list(truth, summary, plain):
    """Exactly those are listed who are dead, and a list for programs has the plain ones of them."""
    want, faults = set(), []
    for case in truth.cases:
        for rcpt in case.to if 'queue_id' in truth.mail[case.name] else ():
            key = (MTA, rcpt.address)
            if (rcpt.listed or key in LISTED) and key not in UNLISTED and not truth.two_readings(rcpt):
                want.add(norm(LISTED_AS.get(key, rcpt.listed_as or rcpt.address)))
    got = {norm(row['address']) for row in summary['suppress']}
    faults += [f'suppressed: {address}' for address in sorted(got - want)]
    faults += [f'not suppressed: {address}' for address in sorted(want - got)]
    faults += [f'a list has {address}' for address in plain if norm(address) not in want or '"' in address]
    faults += [f'a domain is suppressed: {row["domain"]}' for row in summary['suppress_domains']]
    return faults


def check_run(truth, summary, done):
    if done.returncode:
        yield f'exit {done.returncode}: {done.stderr}'
    if summary['lines']['unparsed']:
        yield f'not understood: {summary["unparsed"]}'
    ambiguous = sum(len(truth.two_readings(rcpt)) for case in truth.cases for rcpt in case.to)
    if summary['ambiguous']['count'] > ambiguous:
        yield f'more than {ambiguous} are ambiguous: {summary["ambiguous"]}'


def check_invented(truth, by_recipient):
    """Every event is about a recipient of ours, or about a notification to a sender of ours."""
    known = {norm(LOGGED_AS.get((MTA, rcpt.address), rcpt.address)) for case in truth.cases for rcpt in case.to}
    senders = {norm(case.sender) for case in truth.cases}
    for address, events in by_recipient.items():
        if address not in known and not (address in senders and all(not event['sender'] for event in events)):
            yield f'invented: {[(event["outcome"], event["recipient"], event["source"]) for event in events]}'


def compare(truth, log):
    """What is wrong with the reading of one log, and what was suppressed."""
    events, summary, plain, done = scan(log)
    by_recipient = collections.defaultdict(list)
    for event in events:
        by_recipient[norm(event['recipient'])].append(event)
    faults = [*check_run(truth, summary, done), *check_invented(truth, by_recipient)]
    for case in truth.cases:
        for rcpt in case.to:
            found = by_recipient[norm(LOGGED_AS.get((MTA, rcpt.address), rcpt.address))]
            faults += [f'{case.name}: {rcpt.address}: {words}' for words in check_recipient(truth, case, rcpt, found)]
    return faults + check_list(truth, summary, plain), summary['suppress']


def check_inbound(truth):
    """What our own server refused can be seen, but is no failure of anybody's address."""
    events, summary, plain, _ = scan(f'{FOLDER}/log', '--inbound')
    if not any(event['outcome'] == 'refused' for event in events):
        yield '--inbound shows nothing'
    for words in check_list(truth, summary, plain):
        yield f'--inbound: {words}'


def check_ourselves(truth, lines):
    """A true failure of the victim, a bounce that is missing and one too many must be noticed."""
    mutant = f'{FOLDER}/mutant'
    true = forged.LINES[f'{MTA}-line'].encode()
    with open(mutant, 'wb') as file:
        file.write(b'\n'.join([true, *(line.replace(b'dead-french@', b'dead-french-not@') for line in lines
                                       if b'dead-unknown@' not in line)]))
    faults, _ = compare(truth, mutant)
    for start in ('invented: ', f'suppressed: {forged.VICTIM}', 'not suppressed: dead-unknown@',
                  'dead-unknown: dead-unknown@dead-unknown.example: no event',
                  'dead-french: dead-french@dead-french.example: no event'):
        if not any(words.startswith(start) for words in faults):
            yield f'nobody noticed that the log was changed: {start}'


def main():
    truth = Truth()
    faults, suppressed = compare(truth, f'{FOLDER}/log')
    with open(f'{FOLDER}/log', 'rb') as file:
        lines = file.read().split(b'\n')
    posing = sum(forged.VICTIM.encode() in line for line in lines)
    if posing < FORGERIES:
        faults.append(f'only {posing} forged lines')
    faults += [*truth.faults, *check_inbound(truth), *check_ourselves(truth, lines)]
    for words in faults:
        print(f'{MTA}: {words}')
    outcomes = collections.Counter(truth.outcome(case, rcpt) or 'refused' for case in truth.cases for rcpt in case.to)
    print(f'{MTA}: {len(truth.cases)} messages, {dict(outcomes)}, {len(suppressed)} suppressed, '
          f'{posing} forged lines, {len(faults)} faults')
    return bool(faults)


if __name__ == '__main__':
    sys.exit(main())
