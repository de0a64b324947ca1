"""What one looks up: explain, codes, categories. The answer comes first, and JSON has what the text has."""
import json, re, subprocess, sys

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def fields(text):
    return dict(re.match(r'(.{10})(.*)', line).groups() for line in text.split('\n') if line and not line.startswith(' '))


def explain():
    replies = {'550 5.1.1 <joe@example.com>: User unknown': ('recipient_unknown', 'suppress'),
               '452 4.2.2 mailbox is full': ('mailbox_full', 'count'),
               'Nov 22 03:11:09 mx1 postfix/smtp[9]: 4Xy1Zq2abc: to=<joe@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, '
               'delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))':
               ('recipient_unknown', 'suppress')}
    for reply, (category, action) in replies.items():
        code, text, err = run('explain', reply)
        names = [line[:10].strip() for line in text.split('\n') if line]
        expect(f'{reply}: {code} {names} {err}', code == 0 and not err and names[:6] == ['category', 'meaning', 'remedy', 'action', 'severity', 'scope'])
        expect(f'{reply}: it shows rules', not {'rules', 'shape'} & set(names))
        shown = {name.strip(): value for name, value in fields(text).items()}
        verdict = json.loads(run('explain', '--json', reply)[1])
        expect(f'{reply}: {shown}', (shown['category'], shown['action']) == (category, action))
        for name in 'category', 'remedy', 'action', 'severity', 'scope', 'code', 'enhanced', 'text', 'stage', 'origin', 'rule', 'basis':
            want = verdict[name]
            expect(f'{reply}: {name} is {shown[name]}, in JSON {want}', shown[name] == ('-' if want is None else str(want)))
        code, whole, _ = run('explain', '--rules', reply)
        expect(f'{reply} --rules: {code} {whole}', code == 0 and whole.startswith(text) and f'\nshape     {verdict["shape"]}\nrules\n' in whole and
               f' {verdict["rule"]}: takes it\n' in whole and whole.count(': takes it') == 1)
    code, text, _ = run('explain', '250 2.0.0 Ok')
    expect(f'no failure: {text}', code == 0 and text.startswith('meaning   no failure\ncode      250\n'))
    code, text, err = run('explain', '--rules', '--json', '550 no')
    expect(f'--rules --json: {code} {err}', code == 2 and not text and '--rules is for people' in err)


for part in (explain,):
    part()
finish()
