"""Compares what bouncelog takes back with what became of the mail that hosts had accepted.

usage: late.py FOLDER, as late_lab.py left it. BOUNCELOG: the program.

What must be taken back, and who must be listed, follows from the plan alone (late_plan.py). What came back is counted in the
mailbox, too: a kind of notice that never came would prove nothing.
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

from late_exceptions import exception
from late_plan import ACCEPTORS, DEAD, FAILED, GATE, KEY, KINDS, SENDERS, SIGNED_EACH, TOLD, is_signed, plan

FOLDER = sys.argv[1]
GOAL = 0.99 # of the dead of each accepting MTA
CASES = 400 # at least
BOXES = {'postfix': 'bounces', 'exim': 'bounces', 'sendmail': 'letters'}
FORMS = {'delayed': rb'^Action: delayed', 'delivered': rb'^Action: (?:delivered|relayed|expanded)', 'away': rb'^Subject: .*\bAway\b',
         'strange': rb'^From: x@evil\.example'}
STRANGE = 2 # of the stranger's at least, whom some hosts refuse


def box_of(sender):
    return f'{FOLDER}/{sender}-sends/out/mail/{BOXES[sender]}'


def scan(sender, *boxes, signed=True):
    with tempfile.TemporaryDirectory() as out:
        mail = [word for box in boxes for word in ('--mail', box)]
        with open(f'{out}/keys', 'w', encoding='utf-8') as file:
            file.write(f'# of all of them\n{KEY if signed else KEY[::-1]}\n')
        mail += ['--tag-key-file', f'{out}/keys'] if boxes else []
        command = [os.environ['BOUNCELOG'], 'scan', '--timezone', 'UTC', *mail, '-e', f'{out}/events', '-s', f'{out}/list', '--force']
        done = subprocess.run([*command, f'{FOLDER}/{sender}-sends/out/log'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode or done.stderr:
            sys.exit(f'mta: {sender}: exit {done.returncode}: {done.stderr}')
        with open(f'{out}/events', encoding='utf-8') as events, open(f'{out}/list', encoding='utf-8') as listed:
            return json.loads(done.stdout), [json.loads(line) for line in events], set(listed.read().split())


def mails_of(sender):
    """What came back, as bytes: of a Maildir, or of an mbox."""
    box = box_of(sender)
    if os.path.isdir(box):
        paths = [f'{box}/new/{name}' for name in sorted(os.listdir(f'{box}/new'))]
    else:
        paths = [box]
    mails = []
    for path in paths:
        with open(path, 'rb') as file:
            mails += [file.read()] if len(paths) > 1 else re.split(rb'^From .*\n', file.read(), flags=re.M)[1:]
    return mails


def came_back(sender):
    """form -> (host that handed it in -> mails)."""
    counts = {form: collections.Counter() for form in FORMS}
    for mail in mails_of(sender):
        source = re.search(rb'^Received: from .*?mx\.(\w+)\.example', mail, re.M)
        for form, pattern in FORMS.items():
            if source:
                counts[form][source[1].decode()] += len(re.findall(pattern, mail, re.M | re.I))
    return counts


def by_stranger(mail):
    """The same mail, handed to our server by somebody else, who greets as the accepting host does."""
    hop = re.search(rb'^Received: from (.*\n(?:[ \t].*\n)*)', mail, re.M)
    before, text = mail[:hop.start(1)], hop[1]
    if b'helo=' in text or b'(Exim ' in text:
        text = re.sub(rb'^mx\.\w+\.example', b'mx.evil.example', text)
    else:
        text = re.sub(rb'\(mx\.\w+\.example', b'(mx.evil.example', text)
    return before + re.sub(rb'\[198\.18\.\d+\.1\]', b'[198.18.66.1]', text) + mail[hop.end():]


def by_customer(mail):
    """The same mail, written by somebody with an address there."""
    return re.sub(rb'^Return-path: .*', b'Return-Path: <joe@postfix.example>', mail, count=1, flags=re.M | re.I)


def without_message_id(mail):
    """The same mail about one that was never sent."""
    return mail.replace(b'<late.', b'<never.')


SIGNATURE = rb'news\+\d{5}\.[0-9a-f]{16}@'


def by_other_signature(mail):
    """The same mail, sent to an address that was signed for somebody else."""
    return re.sub(SIGNATURE, b'news+20000.0123456789abcdef@', mail)


def by_signature(mail):
    """What names the mail that came back is taken out: only the signature is left."""
    return without_message_id(mail) if re.search(SIGNATURE, mail) else mail


class Figures:
    """What was found of all recipients of one sender."""

    def __init__(self, sender):
        self.sender, self.faults = sender, []
        self.summary, events, self.listed = scan(sender, box_of(sender))
        self.events = collections.defaultdict(list)
        for event in events:
            self.events[event['recipient']].append(event)
        self.rcpts = [rcpt for mail in plan(sender) for rcpt in mail.to]
        self.taken = {rcpt: self.is_taken(rcpt) for rcpt in self.rcpts}
        for rcpt in self.rcpts:
            self.check(rcpt)
        self.check_sums()
        self.check_came()
        self.plain = scan(sender, box_of(sender), signed=False)[0]
        for change in (by_stranger, by_customer, without_message_id, by_other_signature):
            self.check_forged(change)
        self.check_signed()

    def fault(self, words):
        self.faults.append(f'{self.sender}: {words}')

    def is_taken(self, rcpt):
        events = self.events[rcpt.address]
        proven = [event for event in events if event['proof'] == 'proven']
        if len(proven) > 1 or any(event['outcome'] != 'bounced_later' for event in events):
            self.fault(f'{rcpt.address}: {[(event["outcome"], event["proof"]) for event in events]}')
        return bool(proven)

    def is_listed(self, rcpt):
        return rcpt.address in self.listed

    def check(self, rcpt):
        """What holds for each. Whether the dead are found is a matter of figures."""
        unproven = exception(rcpt)
        want = (False, False) if unproven else (rcpt.kind in DEAD + FAILED, rcpt.kind in DEAD)
        have = (self.taken[rcpt], self.is_listed(rcpt))
        if have != want and (rcpt.kind not in DEAD or unproven):
            self.fault(f'{rcpt.address} (taken back, listed): {have}, not {want}')

    def check_sums(self):
        for address in self.listed - {rcpt.address for rcpt in self.rcpts}:
            self.fault(f'{address} is listed, whom nobody wrote to')
        taken = sum(self.taken.values())
        if {self.summary['attempts']['bounced_later'], self.summary['messages']['bounced']} != {taken}:
            self.fault(f'{taken} are taken back, and counted: {self.summary["attempts"]}, {self.summary["messages"]}')
        if self.summary['lines']['unparsed'] or self.summary['attempts']['complained'] or self.summary['mail']['not_read_whole']:
            self.fault(f'not read: {self.summary["lines"]}, {self.summary["mail"]}')
        again, _, listed = scan(self.sender, box_of(self.sender), box_of(self.sender))
        if again['messages'] != self.summary['messages'] or listed != self.listed:
            self.fault(f'the mailbox twice says something else: {again["messages"]}')
        alone, _, listed = scan(self.sender)
        if alone['messages']['delivered'] - taken != self.summary['messages']['delivered'] or listed:
            self.fault(f'without the mailbox: {alone["messages"]}, {listed}')

    def check_came(self):
        """A notice that never came would be none that counted nothing."""
        for form, counts in came_back(self.sender).items():
            for acceptor in ACCEPTORS:
                want = sum(rcpt.acceptor == acceptor and rcpt.kind in TOLD[form] for rcpt in self.rcpts) if form in TOLD else STRANGE
                if counts[acceptor] < want:
                    self.fault(f'{acceptor} has sent {counts[acceptor]} of "{form}", not {want}')

    def check_signed(self):
        """A signature alone proves what the whole mail does. Only Postfix logs the signed sender; where no delivery is known, a server that is named
        beside the recipient's domain says nothing (OpenSMTPD names none)."""
        proven = [rcpt for rcpt in self.rcpts if is_signed(rcpt) and self.taken[rcpt]]
        unknown = {rcpt.address for rcpt in proven if rcpt.kind in GATE and rcpt.acceptor != 'opensmtpd' and self.sender != 'postfix'}
        summary, _, listed = self.changed(by_signature)
        later = self.summary['attempts']['bounced_later'] - len(unknown)
        if len(proven) < SIGNED_EACH or summary['attempts']['bounced_later'] != later or listed != self.listed - unknown:
            self.fault(f'by the signature: {summary["attempts"]}, {len(proven)} of them, {sorted(listed ^ self.listed)}')

    def changed(self, change, signed=True):
        with tempfile.TemporaryDirectory() as box:
            for folder in ('cur', 'new', 'tmp'):
                os.mkdir(f'{box}/{folder}')
            for number, mail in enumerate(mails_of(self.sender)):
                with open(f'{box}/new/{number}', 'wb') as file:
                    file.write(change(mail))
            return scan(self.sender, box, signed=signed)

    def check_forged(self, change):
        """Notices that somebody else could have written take nothing back; those who have the key need not ask who wrote them."""
        summary, _, listed = self.changed(change, signed=change is by_other_signature)
        if change is by_other_signature:
            if summary['attempts'] != self.plain['attempts']:
                self.fault(f'{change.__name__}: {summary["attempts"]}')
            return
        mine, forged = self.plain['mail'], summary['mail']
        same = forged['bounces'] == mine['bounces'] and forged['unproven'] == mine['unproven'] + mine['bounced_later']
        if forged['bounced_later'] or listed or not same:
            self.fault(f'{change.__name__}: {forged}, {listed}')


def show(everything, acceptor):
    """The rows of one accepting MTA; what is wrong with them."""
    dead = found = 0
    for kind in KINDS:
        mine = [(figures, rcpt) for figures in everything for rcpt in figures.rcpts if (rcpt.acceptor, rcpt.kind) == (acceptor, kind)]
        taken, listed = sum(figures.taken[rcpt] for figures, rcpt in mine), sum(figures.is_listed(rcpt) for figures, rcpt in mine)
        why = sorted({exception(rcpt) for _, rcpt in mine} - {''})
        print(f'{acceptor:9} {kind:5} {len(mine):4} sent {taken:4} taken back {listed:4} listed' + f'   unproven: {"; ".join(why)}' * bool(why))
        if kind in DEAD:
            proved = [(figures, rcpt) for figures, rcpt in mine if not exception(rcpt)]
            dead += len(proved)
            found += sum(figures.taken[rcpt] and figures.is_listed(rcpt) for figures, rcpt in proved)
    print(f'{acceptor:9} dead  {dead:4} sent {found:4} taken back, and listed')
    return [f'{acceptor}: {found} of {dead} are less than {GOAL:.0%}'] if found < GOAL * dead or not dead else []


def main():
    everything = [Figures(sender) for sender in SENDERS]
    faults = [words for acceptor in ACCEPTORS for words in show(everything, acceptor)]
    faults += [words for figures in everything for words in figures.faults]
    rcpts = [(figures, rcpt) for figures in everything for rcpt in figures.rcpts]
    if len(rcpts) < CASES:
        faults.append(f'{len(rcpts)} cases, not {CASES}')
    living = [rcpt for figures, rcpt in rcpts if figures.is_listed(rcpt) and rcpt.kind not in DEAD]
    if living:
        faults.append(f'living: {[rcpt.address for rcpt in living]}')
    for words in faults:
        print(words)
    print(f'late: {len(rcpts)} cases, {sum(figures.taken[rcpt] for figures, rcpt in rcpts)} taken back, {len(living)} living listed, '
          f'{len(faults)} faults')
    return bool(faults)


if __name__ == '__main__':
    sys.exit(main())
