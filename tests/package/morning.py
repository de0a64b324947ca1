"""The mail of the morning: one when something changed, none when nothing did, whole, valid, and with headers of our own words whatever
a log says. The scripts are those that are installed; sendmail is one that keeps what it gets."""
import email, email.policy, json, os, re, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, fault, finish

PROGRAM = os.path.abspath(PROGRAM)
SCRIPTS = os.path.join(os.path.dirname(PROGRAM), 'examples')
HEADERS = ['From', 'To', 'Subject', 'Date', 'Auto-Submitted', 'MIME-Version', 'Content-Type']
DEAD = '550 5.1.1 User unknown'
BLOCKED = '554 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org'
messages = 0


def attempt(to, said=None, day=22):
    global messages
    messages += 1
    stamp, queue_id = f'2026-11-{day}T10:{messages % 60:02}:00Z mx1 postfix', f'{0xA000000 + messages:X}'
    end = f'dsn={said[4:9]}, status=bounced (host mx.x.example[192.0.2.7] said: {said} (in reply to RCPT TO command))' if said \
        else 'dsn=2.0.0, status=sent (250 2.0.0 Ok)'
    return (f'{stamp}/qmgr[5]: {queue_id}: from=<news@shop.example>, size=900, nrcpt=1 (queue active)\n'
            f'{stamp}/smtp[7]: {queue_id}: to=<{to}>, relay=mx.x.example[192.0.2.7]:25, delay=1, delays=0/0/0/1, {end}\n'
            f'{stamp}/qmgr[5]: {queue_id}: removed\n')


class Host:
    """A folder with a log, the state of the nightly run, its settings, and a sendmail."""

    def __init__(self, folder, settings='', mail='postmaster@example.com'):
        self.folder, self.state, self.log = folder, f'{folder}/state', f'{folder}/mail.log'
        os.makedirs(f'{folder}/sent')
        os.mkdir(self.state)
        self.write('default', f'BOUNCELOG_LOGS="{self.log}"\nBOUNCELOG_STATE={self.state}\nBOUNCELOG_METRICS={self.state}/m.prom\n'
                   f"BOUNCELOG_MAIL='{mail}'\n{settings}\n")
        self.answer(0)
        open(self.log, 'w').close()

    def write(self, name, text):
        with open(f'{self.folder}/{name}', 'w', encoding='utf-8') as file:
            file.write(text)

    def answer(self, code):
        """What sendmail says to the next mail."""
        self.write('sendmail', f'#!/bin/sh\necho "$*" > "{self.folder}/arguments"\nn=$(ls "{self.folder}/sent" | wc -l)\n[ {code} -ne 0 ] || cat > "{self.folder}/sent/$n"\nexit {code}\n')
        os.chmod(f'{self.folder}/sendmail', 0o755)

    def script(self, name):
        done = subprocess.run(['sh', f'{SCRIPTS}/{name}'], capture_output=True, text=True, env={
            **os.environ, 'BOUNCELOG_PROGRAM': PROGRAM, 'BOUNCELOG_DEFAULTS': f'{self.folder}/default', 'BOUNCELOG_SENDMAIL': f'{self.folder}/sendmail'})
        return done.returncode, done.stdout + done.stderr

    def sent(self):
        return [open(f'{self.folder}/sent/{name}', 'rb').read() for name in sorted(os.listdir(f'{self.folder}/sent'), key=int)]

    def night(self, what, lines='', mails=0, code=0):
        """A night and its morning; the mail that came of it, if one should."""
        with open(self.log, 'a', encoding='utf-8') as file:
            file.write(lines)
        before = len(self.sent())
        got, said = self.script('nightly')
        expect(f'{what}: nightly: exit {got}: {said}', got == code)
        got, said = self.script('morning')
        expect(f'{what}: morning: exit {got}: {said}', got == 0 and not said)
        new = self.sent()[before:]
        expect(f'{what}: {len(new)} mails, expected {mails}', len(new) == mails)
        return self.read(what, new[-1]) if new and mails else None

    def read(self, what, raw):
        """Headers and text of a mail that is as it should be."""
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        parts = list(mail.iter_parts()) if mail.is_multipart() else []
        everything = [mail, *parts]
        expect(f'{what}: defects: {[part.defects for part in everything]}', not any(part.defects for part in everything))
        expect(f'{what}: headers {mail.keys()}', mail.keys() == HEADERS)
        expect(f'{what}: {mail["Content-Type"]}', mail.get_content_type() == 'multipart/mixed')
        expect(f'{what}: bytes beyond ASCII, long or odd lines', raw.isascii() and b'\r' not in raw and max(map(len, raw.split(b'\n'))) < 998)
        expect(f'{what}: {mail["Date"]}', mail['Date'].datetime is not None)
        expect(f'{what}: {[part.get_content_type() for part in parts]}', [part.get_content_type() for part in parts] == ['text/plain', 'text/html'])
        if len(parts) != 2:
            return {'subject': '', 'text': ''}
        with open(f'{self.state}/report.html', 'rb') as file:
            expect(f'{what}: the attached page is not whole', parts[1].get_payload(decode=True) == file.read())
        expect(f'{what}: the page is {parts[1].get_content_disposition()}, {parts[1].get_filename()}', parts[1].get_content_disposition() == 'attachment' and parts[1].get_filename().endswith('.html'))
        with open(f'{self.folder}/arguments', encoding='utf-8') as file:
            expect(f'{what}: sendmail was not asked for recipients of the headers', '-t' in file.read().split())
        return {'subject': mail['Subject'], 'to': mail['To'], 'text': parts[0].get_payload(decode=True).decode('utf-8')}


def says(what, mail, *wanted, subject=()):
    text = mail['text'] if mail else ''
    for words in wanted:
        expect(f'{what}: the mail does not say {words!r}: {text}', re.search(words, text, re.M))
    for words in subject:
        expect(f'{what}: its subject is {mail and mail["subject"]}', mail and words in mail['subject'])
    expect(f'{what}: {text.count(chr(10))} lines', text.count('\n') <= 9)


def nights(folder):
    """A life: something, nothing, something of each kind, nothing again."""
    host = Host(folder)
    mail = host.night('the first night', attempt('joe@x.example', DEAD) + attempt('amy@x.example'), mails=1)
    says('the first night', mail, r'^Newly dead: 1 address: 1 @x\.example$', 'attached', subject=['Newly dead'])
    expect('it names an address', mail and 'joe@' not in mail['text'])
    expect(f'to {mail and mail["to"]}', mail and str(mail['to']) == 'postmaster@example.com')
    host.night('a night like the one before', attempt('amy@x.example'))
    mail = host.night('a block', attempt('bob@x.example', BLOCKED), mails=1)
    says('a block', mail, r'^New block: .* refuses mx1, ip_blocklisted .*, 1 time, since 2026-11-22T', subject=['New block'])
    host.night('the block goes on', attempt('eve@x.example', BLOCKED))
    says('dead again, and put back', host.night('put back', attempt('joe@x.example', day=23) + attempt('old@x.example', DEAD, day=23), mails=1),
         r'^Newly dead: 1 address', r'^Put back: 1 address: 1 @x\.example$', subject=['Newly dead', 'Put back'])
    says('a silent log', host.night('a silent log', mails=1), r'^Silent log: .*/mail\.log has no new line$', subject=['Silent log'])
    host.night('still silent')
    code, said = host.script('morning')
    expect(f'a morning without a night: exit {code}: {said}', code == 0 and len(host.sent()) == 4)


def failures(folder):
    """A run that did not end well is told of, whatever else there is; a mail that nobody took is sent again."""
    host = Host(folder, 'BOUNCELOG_OPTIONS="--fail-on attempts>1"\nBOUNCELOG_MAIL_OPTIONS=--addresses')
    host.answer(75)
    with open(host.log, 'w', encoding='utf-8') as file:
        file.write(attempt('joe@x.example', DEAD))
    host.script('nightly')
    code, said = host.script('morning')
    expect(f'nobody takes the mail: exit {code}: {said}', code != 0 and 'did not take the mail' in said)
    host.answer(0)
    says('the next morning', host.night('the next morning', attempt('amy@x.example'), mails=1), r'^Newly dead: 1 address: joe@x\.example$')
    says('exit 1', host.night('exit 1', attempt('amy@x.example') * 2, mails=1, code=1), r'^The run ended with exit code 1', r'^    bouncelog: --fail-on', subject=['exit code 1'])
    with open(f'{host.state}/history.db', 'wb') as file:
        file.write(b'x' * 4096)
    says('a damaged history', host.night('a damaged history', attempt('amy@x.example'), mails=1, code=5), r'^The run ended with exit code 5', subject=['exit code 5'])
    host.write('state/night.status', 'unfinished\n')
    before = len(host.sent())
    host.script('morning')
    expect('a run that was killed', len(host.sent()) == before + 1 and 'exit code unfinished' in host.read('killed', host.sent()[-1])['subject'])
    host.write('state/told.json', 'no summary')
    host.write('state/night.status', '0\n')
    host.script('morning')
    says('a summary that is none', host.read('a summary that is none', host.sent()[-1]), 'So what changed is not known')


def hostile(folder):
    """Strangers choose addresses and replies; the headers, the parts and the lines of the text stay ours."""
    host = Host(folder, 'BOUNCELOG_MAIL_OPTIONS=--addresses\nBOUNCELOG_OPTIONS="--fail-on attempts>0"')
    lines = ''
    for number, words in enumerate(('"x\rBcc: a@evil.example"', '"--=_bouncelog_1"', '"\x1b[2J"', '"\u2028Bcc: b@evil.example"', '"=?utf-8?q?a?="', '."\u00e9')):
        lines += attempt(f'{words}@x{number}.example', DEAD) + attempt(f'joe{number}@x.example', f'550 5.1.1 User unknown {words}')
    lines += attempt('a@b.example', f'{BLOCKED} \rSubject: x')
    # A program name and a host are a stranger's where a syslog port is open.
    lines += attempt('c@b.example', BLOCKED).replace(' mx1 ', ' Bcc:d@evil.example ')
    mail = host.night('hostile', lines, mails=1, code=1)
    says('hostile', mail, r'^Newly dead', r'^New block')
    for line in (mail['text'] if mail else '').split('\n'):
        expect(f'a line of somebody else: {line!r}', not line or re.match('    |The run ended |New block|Newly dead: |The lists ', line))
        expect(f'control characters: {line!r}', not re.search('[\x00-\x1f\x7f-\x9f\u2028\u2029]', line))


def nobody(folder):
    host = Host(folder, mail='')
    host.night('nobody is to get a mail', attempt('joe@x.example', DEAD))
    expect(f'what is kept for a mail: {os.listdir(host.state)}', not {'told.json', 'night.status'} & set(os.listdir(host.state)))


with tempfile.TemporaryDirectory() as work:
    for check in nights, failures, hostile, nobody:
        check(f'{work}/{check.__name__}')
finish()
