"""What one looks up: explain, codes, categories. The answer comes first, and JSON has what the text has."""
import json, re, subprocess, sys, tempfile

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


def mails():
    """explain --mail: each mail gives its kind, a bounce what explain says of the reply that it quotes."""
    reply = '550 5.1.1 <joe@example.com>: User unknown'
    bounce = f'From: MAILER-DAEMON@mx.example.net\n\nHi. This is the qmail-send program at mx.example.net.\n\n<joe@example.com>:\nRemote host said: {reply}\n'
    verdict = run('explain', reply)[1]
    if not verdict or 'without mail' in run('--version')[1]:
        return
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/mail', 'w', encoding='utf-8') as out:
            out.write(bounce)
        code, text, err = run('explain', '--mail', f'{folder}/mail')
        expect(f'a bounce: {code} {text} {err}', code == 0 and not err and text == f'mail      {folder}/mail\nkind      failed\nrecipient joe@example.com\n'
               f'status    5.1.1\nreporter  mx.example.net\nmessage   -\n{verdict}\n')
        code, text, _ = run('explain', '--mail', f'{folder}/mail', '--rules')
        expect(f'--rules: {text}', code == 0 and '\nrules\n' in text)
        code, text, err = run('explain', '--mail', f'{folder}/mail', reply)
        expect(f'with a reply: {code} {err}', code == 2 and not text and 'no reply beside them' in err)
        code, text, err = run('explain', '--mail', f'{folder}/none')
        expect(f'no file: {code} {err}', code == 3 and not text and f'{folder}/none: cannot open' in err)
        code, text, err = run('explain', '--mail', folder)
        expect(f'no Maildir: {code} {err}', code == 3 and not text and 'is no Maildir' in err)
    code, text, err = run('explain', '--mail', '-')
    expect(f'nothing: {code} {text} {err}', code == 0 and 'kind      none\n' in text)


def lines(*arguments):
    code, out, err = run(*arguments)
    expect(f'{arguments}: {code} {err}', code == 0 and not err and out.endswith('\n'))
    return [json.loads(line) for line in out.split('\n')[:-1]]


def codes():
    listed = run('codes')[1]
    whole = lines('codes', '--json')
    replies, enhanced = [row for row in whole if 'code' in row], [row for row in whole if 'enhanced' in row]
    expect('codes --json', [str(row['code']) for row in replies] == re.findall(r'^(\d{3})  \w', listed, re.M) and
           [row['enhanced'] for row in enhanced] == re.findall(r'^([X245]\.\S+) ', listed, re.M) and len(replies) > 40 and len(enhanced) > 60)
    for row in replies:
        expect(f'codes --json {row["code"]}', lines('codes', '--json', str(row['code'])) == [row])
    for name, keys in (('550', ('class', 'meaning', 'remedy', 'category', 'source')), ('5.1.1', ('meaning', 'remedy', 'category', 'codes', 'source'))):
        row, text = lines('codes', '--json', name)[0], run('codes', name)[1]
        shown = dict(line[2:].split(None, 1) for line in text.split('\n')[1:] if line[2:3].strip())
        expect(f'codes {name}: {row} {shown}', all(shown[key] == row[key] for key in keys))
    code, out, err = run('codes', '--json', '550', '999', '5.1.1')
    expect(f'codes 550 999 5.1.1: {code} {err}', code == 2 and len(out.split('\n')) == 3 and "'999' is no known code" in err)


def categories():
    names = re.findall(r'^  - category: (\w+)$', open('patterns/categories.yaml', encoding='utf-8').read(), re.M)
    listed = re.findall(r'^(\w+) +(\w+) +(\w+)\n    (.+)\n    (.+)$', run('categories')[1], re.M)
    whole = lines('categories', '--json')
    expect('categories lists others', len(names) > 25 and [row[0] for row in listed] == names == [row['category'] for row in whole])
    for (name, scope, action, meaning, remedy), row in zip(listed, whole):
        expect(f'{name}: {row}', (scope, action, meaning, remedy) == (row['scope'] or 'none', row['action'], row['meaning'], row['remedy']))
        expect(f'{name} alone', lines('categories', '--json', name) == [row])
        text = run('categories', name)[1]
        expect(f'{name}: {text}', text.startswith(f'{name}\n  meaning   {meaning}\n  remedy    {remedy}\n') and
               ('  listed    never\n' in text) == (row['listed'] is None))
        for code in row['codes'] + row['enhanced_codes']:
            expect(f'{name}: {code}', lines('codes', '--json', str(code).replace('X', '5'))[0]['category'] == name and f' {code}' in text)
    rows = {row['category']: row for row in whole}
    actions = {'recipient_unknown': 'suppress', 'mailbox_full': 'count', 'greylisted': 'retry', 'ip_blocklisted': 'fix_sender', 'expired': 'count',
               'message_too_big': 'fix_content', 'local_config': 'fix_local', 'connection_failed': 'retry', 'unclassified': 'none'}
    expect(f'actions: {rows}', all(rows[name]['action'] == action for name, action in actions.items()))
    # What is said of the policy is that of the file.
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
        file.write(re.sub(r'  mailbox_full: .*', '  mailbox_full: { messages: 7, span_days: 5, within_days: 9, lapse_days: 11, per: domain, stages: [rcpt] }',
                          open('patterns/policy.yaml', encoding='utf-8').read()))
        file.flush()
        row = lines('categories', '--json', '--policy', file.name, 'mailbox_full')[0]['listed']
        expect(f'a policy: {row}', row == {'at_once': False, 'messages': 7, 'span_days': 5, 'within_days': 9, 'lapse_days': 11, 'stages': ['rcpt'],
                                           'causes': [], 'per': 'domain'})
        text = run('categories', '--policy', file.name, 'mailbox_full')[1]
        expect(f'a policy: {text}', all(words in text for words in (
            'after 7 messages, the first and the last at least 5 days apart, all within 9 days, of all addresses of the domain; '
            'only in answer to rcpt; tried again after 11 days',)))
    expect('an expiry', 'only for causes of the scope recipient, domain, network, remote_system' in run('categories', 'expired')[1])
    for name, words in (('mailbox_ful', '; did you mean "mailbox_full"?'), ('recipient', '; did you mean "recipient_unknown"?'), ('zzz', ' (bouncelog categories lists them)')):
        code, out, err = run('categories', name)
        expect(f'{name}: {code} {err}', (code, out, err) == (2, '', f'bouncelog: there is no category "{name}"{words}\n'))


def doctor():
    for arguments in (('samples/postfix.log', 'README.md', 'none\x07.log'), ('--config', '/none/x.yaml', 'samples/postfix.log')):
        code, text, _ = run('doctor', *arguments)
        again, out, err = run('doctor', '--json', *arguments)
        found = [json.loads(line) for line in out.split('\n')[:-1]]
        told = [f'{row["level"] if row["level"] != "wrong" else "WRONG":6}{row["text"]}' for row in found]
        advice = [line for row in found for line in row['advice']]
        expect(f'doctor {arguments}: {again} {err}', again == code and not err and all(set(row) == {'level', 'text', 'advice'} for row in found))
        visible = lambda line: line.replace('\x07', r'\x{7}')
        expect(f'doctor {arguments}: {text} {out}', len(found) > 3 and len(advice) >= 1 and
               list(map(visible, told)) == [line for line in text.split('\n') if line[:1].strip()] and
               advice == [line[6:] for line in text.split('\n') if line and not line[:1].strip()])


def history():
    with tempfile.TemporaryDirectory() as folder:
        db = f'{folder}/db'
        for log in 'samples/postfix.log', 'samples/sendmail.log':
            run('scan', '-d', db, '-o', '/dev/null', log)
        for operand in 'anna@example.com', '@allowed.example':
            run('history', 'allow', '-d', db, operand)
        show = lambda *operands: ('history', 'show', '-d', db, *operands)
        text, (whole,) = run(*show())[1], lines(*show('--json'))
        number = lambda pattern: int(re.search(pattern, text).group(1))
        expect(f'history: {whole} {text}', (whole['days'], whole['hosts'], whole['logs'], whole['addresses'], whole['listed'], whole['domains']) ==
               (number(r'days +(\d+)'), number(r'hosts +(\d+)'), number(r'logs +(\d+)'), number(r'addresses +(\d+)'), number(r'(\d+) on the lists'),
                number(r'domains +(\d+)')) and whole['logs'] == 2 and whole['addresses'] > 10)
        expect(f'allowed: {whole}', sorted(whole['allowed']) == ['@allowed.example', 'anna@example.com'] and whole['braked_at'] is None)
        expect(f'days: {whole}', f'{whole["first_day"]} to {whole["last_day"]}' in text)
        expect(f'runs: {whole["runs"]} {text}', [(f'run {row["run"]}', row['started'], row['what']) for row in whole['runs']] ==
               re.findall(r'^  (run \d+)  (\S+)  (\w+)$', text, re.M) and len(whole['runs']) == 4)
        shown = {row['address']: row for row in lines(*show('--json', 'carla@example.com', 'ANNA@example.com', 'x@Allowed.example', 'x@example.org'))}
        expect(f'allowed: {shown}', [row['allowed_as'] for row in shown.values()] == [None, 'anna@example.com', '@allowed.example', None])
        expect(f'nothing: {shown}', not shown['x@example.org']['failures'] and shown['x@example.org']['listed_since'] is None)
        carla, text = shown['carla@example.com'], run(*show('carla@example.com'))[1]
        (failure,) = carla['failures']
        expect(f'carla: {carla} {text}', f'on the lists since {carla["listed_since"]}\n' in text and
               f'  {failure["category"]}: {failure["messages"]} messages on {failure["days"]} day, {failure["first_seen"]} to {failure["last_seen"]}\n'
               f'    {failure["code"]} {failure["enhanced"]} {failure["reply"]}\n    by {failure["rule"]}; {failure["host"]} {failure["queue_id"]}, '
               f'{failure["file"]} line {failure["line"]}\n' + ''.join(f'      {row["time"]}  enough by itself\n' for row in failure['failed']) in text and
               [row['time'] for row in failure['failed']] == [failure['first_seen'], failure['last_seen']])
        for verb in (('forget', 'x@example.org'), ('allow', 'x@example.org'), ('undo', '1'), ('prune',)):
            code, out, err = run('history', verb[0], '-d', db, '--json', *verb[1:])
            expect(f'history {verb} --json: {code} {err}', code == 2 and '--json is for `history show`' in err)


for part in (explain, mails, codes, categories, doctor, history):
    part()
finish()
