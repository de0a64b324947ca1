"""What an addition costs: the recipes of CONTRIBUTING.md, tried on copies of the pattern files, and the files that each one
touches. Names of options, list formats and MTAs stand in one file of src/ and no more."""
import json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, fault, finish


def run(*words, log=None):
    done = subprocess.run([PROGRAM, *words], input=log, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def write(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    with open(f'{folder}/{name}', 'w', encoding='utf-8') as file:
        file.write(text)


def attempts(folder, log, *options):
    code, out, err = run('scan', '--patterns-extra', folder, '-o', '/dev/null', '-e', '-', *options, '-', log=log)
    expect(f'scan: exit {code}: {err}', code == 0)
    return [json.loads(line) for line in out.split('\n') if line]


MTA = r'''mta: smallmail
programs: [smallmail]
shapes:
  - name: delivery
    gate: 'id='
    pattern: 'id=(?<queue_id>\w+) to=<(?<recipient>[^<>\s]++)> via=(?<relay_host>\S++) (?<status>ok|no): (?<text>.*+)$'
    meaning: attempt
    outcome: { ok: delivered, no: bounced }
    hit:
      - text: 'id=a1 to=<joe@example.com> via=mx.example.com no: 550 5.1.1 no such user'
        fields: { queue_id: a1, recipient: joe@example.com }
    miss: ['id=a1 from=<joe@example.com>']
frames:
  - name: answered
    origin: remote
    pattern: '(?<reply>[245]\d\d .*+)$'
    hit: ['550 5.1.1 no such user']
    miss: ['later']
'''


def site(folder, name, text):
    """A folder of a site with this one file, whose examples hold."""
    write(folder, name, text)
    code, out, err = run('patterns', 'check', '--patterns-extra', folder)
    expect(f'{name}: {out}{err}', code == 0)
    return folder


SENDERS = r'''senders:
  - name: site-campaigns
    pattern: '(?<campaign>u-x)[a-z0-9+]*+@'
    hit:
      - text: 'u-xabc1@shop.example'
        fields: { campaign: u-x }
    miss: ['news@shop.example']
'''


def a_rule_for_senders(work):
    """It is asked of senders with a `=`, or with a digit behind a sign that parts words, wherever in the name that is, and of
    no others: also where such a digit and such a sign stand sixteen bytes, or a whole block, apart."""
    folder = site(f'{work}/senders', 'senders.yaml', SENDERS)
    def sender(length, signs, digits):
        return ''.join('+' if i in signs else '1' if i in digits else 'u-x'[i:i + 1] or 'b' for i in range(length)) + '@vb'
    senders = sorted({sender(length, {sign}, {digit}) for length in range(7, 40) for digit in range(3, 20)
                      for sign in (digit - 1, 15, 16, 31, 32) if 3 <= sign < length and digit < length})
    asked = [sender for sender in senders if re.search('[-+._][0-9]', sender)]
    log = ''.join(f'2026-11-20 10:00:01 1v{number:04}-0000000AAAA-0001 <= {sender} H=localhost [127.0.0.1] P=smtp S=500\n'
                  f'2026-11-20 10:00:02 1v{number:04}-0000000AAAA-0001 => ok@example.com R=d T=remote_smtp H=mx.example.com [192.0.2.1] C="250 OK"\n'
                  for number, sender in enumerate(senders))
    code, out, err = run('scan', '--patterns-extra', folder, '--timezone', 'UTC', '--top', '5000', '-', log=log)
    got = {row['name']: row['total'] for row in json.loads(out)['streams'] if row['kind'] == 'sender'}
    wanted = {'u-x@vb': len(asked), **{sender: 1 for sender in set(senders) - set(asked)}}
    expect(f'senders that a rule is asked of: {dict(sorted(got.items() ^ wanted.items())[:4])}', got == wanted and len(asked) < len(senders))


def an_mta(work):
    folder = site(f'{work}/mta', 'smallmail.yaml', MTA)
    log = '2026-11-22T03:00:00Z mx1 smallmail[7]: id=a1 to=<joe@example.com> via=mx.example.com no: 550 5.1.1 no such user\n'
    for options in ([], ['--mta', 'smallmail']):
        got = [(a['mta'], a['recipient'], a['outcome'], a['code'], a['action']) for a in attempts(folder, log, *options)]
        expect(f'a new MTA: {got}', got == [('smallmail', 'joe@example.com', 'bounced', 550, 'suppress')])
    code, out, err = run('scan', '--patterns-extra', folder, '--mta', 'other', '-', log=log)
    expect(f'the names of MTAs: {err}', code == 2 and 'smallmail' in err)
    return len(os.listdir(folder))


SHAPE = r'''mta: postfix
shapes:
  - name: our-agent
    daemons: [ouragent]
    gate: 'given to '
    pattern: 'given to <(?<recipient>[^<>\s]++)>, status=(?<status>sent|bounced) \((?<text>.*+)$'
    meaning: attempt
    outcome: { sent: delivered, bounced: bounced }
    hit: ['given to <joe@example.com>, status=bounced (550 5.1.1 no)']
    miss: ['given to nobody']
'''


def a_line_shape(work):
    folder = site(f'{work}/shape', 'our-agent.yaml', SHAPE)
    log = '2026-11-22T03:00:00Z mx1 postfix/ouragent[7]: 63A8A2CF3: given to <joe@example.com>, status=bounced (550 5.1.1 no)\n'
    got = [(a['mta'], a['recipient'], a['outcome']) for a in attempts(folder, log)]
    expect(f'a new line shape: {got}', got == [('postfix', 'joe@example.com', 'bounced')])
    return len(os.listdir(folder))


def a_category(work):
    """An entry, and its name in the schemas; a rule is what gives it."""
    folder = f'{work}/patterns'
    shutil.copytree('patterns', folder)
    with open(f'{folder}/categories.yaml', encoding='utf-8') as file:
        text = file.read()
    entry = re.search(r'^  - category: recipient_refuses\n(?:    .*\n|\n|  #.*\n)*', text, re.M)[0]
    fresh = re.sub(r'\n    (?:role|layers):.*', '', entry).replace('recipient_refuses', 'recipient_on_leave', 1)
    write(folder, 'categories.yaml', text.replace(entry, entry.rstrip('\n') + '\n' + fresh.rstrip('\n') + '\n\n', 1))
    write(folder, 'replies/99-leave.yaml', '''layer: recipient
rules:
  - name: on-sabbatical
    category: recipient_on_leave
    literal: ['on sabbatical']
    pattern: 'is on sabbatical'
    hit: ['550 5.1.1 joe@example.com is on sabbatical']
    miss: ['550 5.1.1 joe@example.com is off']
''')
    code, out, err = run('patterns', 'check', folder)
    expect(f'a new category: {out}{err}', code == 0)
    code, out, err = run('explain', '--json', '--patterns', folder, '550 5.1.1 joe@example.com is on sabbatical')
    expect(f'a new category: {out}{err}', code == 0 and json.loads(out)['category'] == 'recipient_on_leave')
    schemas = [name for name in os.listdir('docs/schemas') if 'recipient_refuses' in open(f'docs/schemas/{name}', encoding='utf-8').read()]
    return 1 + len(schemas)


def sources():
    for folder, _, names in os.walk('src'):
        for name in names:
            if name.endswith(('.c', '.h', '.def')):
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    yield os.path.join(folder, name), re.sub(r'/\*.*?\*/', '', file.read(), flags=re.S)


def rows_of(name):
    """The files with a row of the option: its name and its letter."""
    return [path for path, text in sources() if re.search(r'\{"%s", (?:0|\'.\'),' % re.escape(name), text)]


with tempfile.TemporaryDirectory() as work:
    a_rule_for_senders(work)
    for what, files, goal in (('an MTA', an_mta(work), 1), ('a line shape', a_line_shape(work), 1), ('a category', a_category(work), 2)):
        expect(f'{what} takes {files} files, not {goal}', files == goal)
    commands = json.loads(run('--dump-options')[1])['commands']
    options = {option['name'] for command in commands for option in command.get('options', [])}
    expect('there are options', len(options) > 30)
    for name in sorted(options):
        expect(f'rows of --{name}: {rows_of(name)}', rows_of(name) == ['src/cli/options/options.def'])
    with open('include/bouncelog/output/list_formats.def', encoding='utf-8') as file:
        formats = re.findall(r'^LIST_FORMAT\(\w+, "([^"]+)"', file.read(), re.M)
    expect('there are list formats', len(formats) > 10)
    for path, text in sources():
        for name in set(formats) - {'plain', 'json', 'csv', 'hash', 'postfix', 'exim', 'sendmail'}:
            if f'"{name}"' in text:
                fault(f'the list format {name} stands in {path}, too')
    # An MTA is named by its file; hooks have the name of theirs.
    mtas = [name[:-len('.yaml')] for name in os.listdir('patterns/mta')]
    for path, text in sources():
        for name in mtas:
            if f'"{name}"' in text and not path.startswith(('src/parse/mta/', 'src/pattern/fields.c', 'src/model/taxonomy.c', 'src/cli/options/options.def')):
                fault(f'the MTA {name} stands in {path}')
finish()
