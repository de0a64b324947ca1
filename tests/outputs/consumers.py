"""Each list goes to the program that it is for, as far as that is installed, or to a reader of the
same rules: no address changes its meaning, none vanishes, and none comes in that was not listed.
BOUNCELOG_POSTMAP, BOUNCELOG_EXIM, BOUNCELOG_MAKEMAP: where those programs are, if not in the PATH."""
import csv, email.utils, hashlib, io, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, fault, finish

os.environ['PATH'] += ':/usr/sbin:/sbin'

SAFE = ['joe@example.com', 'joe+tag@example.com', 'Joe.Doe@Example.COM', "o'neil@example.com", 'x#y@example.com',
        'x=y@example.com', '$home@example.com', '${run{id}}@example.com', '%s%n@example.com',
        'a%b@example.com', 'a!b@example.com', 'a/b@example.com', 'a|b@example.com', 'a&b@example.com',
        '`id`@example.com', '{x}@example.com', '~root@example.com', '?a@example.com', 'a-b_c@example.com',
        '_@example.com', '1@example.com', 'if@example.com', 'endif@example.com', 'x' * 64 + '@example.com',
        'joe@xn--bcher-kva.example', 'joe@a-b.example.co.uk', 'include@example.com', 'to@example.com',
        'ann@xn--bcher-kva.example']
MAILED = {'ann@xn--bcher-kva.example': 'ann@BÜCHER.example'}  # lists have the A-labels
UNSAFE = ['#x@example.com', 'a:b@example.com', '"a:b"@example.com', '"odd local"@example.org', '"odd;local"@example.org',
          '=cmd@example.com', '"=cmd|\' /c calc\'!a0"@example.com', '+1@example.com', '-f@example.com', '|cmd@example.com',
          '"|/bin/sh"@example.com', ':include:@example.com', '*@example.com', 'j*e@example.com', '!joe@example.com',
          '^.*@example.com', '/dev/null@example.com', 'jörg@example.com', 'joe@-bücher-.example', 'x' * 65 + '@example.com',
          '"a\\"b"@example.com', "';drop"  + '@example.com', 'joe@localhost', 'joe@[192.0.2.1]', 'a..b@example.com', '.a@example.com',
          '$(id)@example.com']
# What no log shows as one address; it is enough that no list has it.
ODD = ['x' * 65536 + '@example.com', 'nul\0@example.com', 'cr\r@example.com', 'lf\nvictim@example.com', 'tab\t@example.com',
       '"x" <victim@example.com>', 'a,victim@example.com', '@@example.com']
REPLIES = ['User unknown', '<%s>: User unknown', 'User unknown "quoted", with a comma', 'User unknown\tOK', "User unknown ' or 1=1",
           'User unknown $(id) ${run{/bin/id}} %%0 %%1', 'User unknown FILTER smtp:evil.example', 'User unknown\x1b[2J',
           'User unknown =1+1', 'User unknown {"a":[', 'User unknown: boîte inconnue']

work = tempfile.mkdtemp()
def path(name):
    return os.path.join(work, name)

with open(path('log'), 'w', newline='') as log:
    for i, address in enumerate(SAFE + UNSAFE + ODD):
        address = MAILED.get(address, address)
        reply = REPLIES[i % len(REPLIES)].replace('%s', address).replace('%%', '%')
        log.write(f'2026-11-22T04:00:00.000000+00:00 mx1 postfix/smtp[9]: {i + 0x10000000:X}: to=<{address}>, '
                  'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host '
                  f'mx.example.com[192.0.2.7] said: 550 5.1.1 {reply} (in reply to RCPT TO command))\n')

FORMATS = ['plain', 'json', 'csv', 'postfix', 'postfix-transport', 'exim', 'sendmail', 'listmonk', 'listmonk-webhook',
           'ses-csv', 'ses-json', 'mailgun-csv', 'mailgun-json', 'sparkpost', 'sendgrid', 'mautic', 'email-csv', 'hash']
lists = [word for name in FORMATS for word in ('-s', f'{path(name)}:{name}')]
run = subprocess.run([PROGRAM, 'scan', '-o', path('summary'), *lists, path('log')],
                     stderr=subprocess.PIPE, text=True, errors='replace')
if run.returncode:
    fault(f'exit {run.returncode}: {run.stderr}')

def read(name):
    with open(path(name), encoding='utf-8', newline='') as file:
        return file.read()

want = sorted(a.lower() for a in SAFE)
suppress = json.loads(read('summary'))['suppress']
skipped = {s['address'] for s in suppress if 'skipped' in s}
for address in UNSAFE:
    if not any(address.lower() == s['address'] for s in suppress):
        fault(f'{address} is not in the summary')
    elif address.lower() not in skipped:
        fault(f'{address} is not skipped')
for name in FORMATS:
    left_out = [int(n) for n in re.findall(re.escape(path(name)) + r': (\d+) address', run.stderr)]
    if left_out != ([] if name == 'hash' else [len(skipped)]):
        fault(f'{name}: {left_out} left out, not {len(skipped)}')

def same(what, got, expected=want):
    got = sorted(got)
    if got != expected:
        fault(f'{what}: lost {sorted(set(expected) - set(got))}, new {sorted(set(got) - set(expected))}, '
              f'{len(got)} for {len(expected)}')

def rows(name, header):
    table = list(csv.reader(io.StringIO(read(name), newline=''), strict=True))
    if header and table.pop(0) != header.split(','):
        fault(f'{name}: another header')
    return table

def objects(name):
    return [json.loads(line) for line in read(name).splitlines()]

WORDS = re.compile(r'Suppressed by bouncelog as recipient unknown on 2026-11-22')
def words(what, text, before=''):
    if not text.startswith(before) or not WORDS.fullmatch(text[len(before):]):
        fault(f'{what}: says {text!r}')

# One address a line: Mailman's `delmembers -f`, Sympa's `del`, phpList's form (each line goes into SQL, in double quotes)
lines = read('plain').split('\n')
same('plain', lines[:-1])
same('mailman', [email.utils.parseaddr(line.strip())[1] for line in lines if line.strip() and not line.startswith('#')])
same('sympa', [re.search(r'\S+', line)[0] for line in lines if line and not re.match(r'\s*#', line)])
if re.search(r'["\\;]', read('plain')):
    fault('phplist: a line leaves its quotes')
LABEL = {mailed.lower(): label for label, mailed in MAILED.items()}  # one mailbox has one fingerprint
same('hash', read('hash').split(), sorted(hashlib.sha256(LABEL.get(s['address'].lower(), s['address']).replace('\u2400', '\0').encode()).hexdigest()
                                         for s in suppress))

# CSV
HEADER = 'address,category,reason,code,enhanced,count,days,first_seen,last_seen,reply'
same('csv', [row[0] for row in rows('csv', HEADER) if len(row) == 10])
for row in rows('csv', HEADER):
    if any(re.match(r'[=+\-@\t\r]', cell) for cell in row):
        fault(f'csv: a formula in {row}')
listmonk = rows('listmonk', 'email,name,attributes')
same('listmonk', [row[0] for row in listmonk if len(row) == 3 and json.loads(row[2])['bouncelog']['code'] == 550])
same('ses-csv', [row[0] for row in rows('ses-csv', '') if row[1:] == ['BOUNCE']])
mailgun = rows('mailgun-csv', 'address,code,error,created_at')
same('mailgun-csv', [row[0] for row in mailgun if row[1] == '550' and row[2].startswith('5.1.1 ')])
same('mautic', [row[0] for row in rows('mautic', 'email,doNotEmail') if row[1:] == ['1']])
emails = rows('email-csv', 'email,reason')
same('email-csv', [row[0] for row in emails if len(row) == 2])
for row in emails:
    words('email-csv', row[1])
sparkpost = rows('sparkpost', 'recipient,type,description')
for kind in 'transactional', 'non_transactional':
    same(f'sparkpost {kind}', [row[0] for row in sparkpost if row[1] == kind])
for row in sparkpost:
    words('sparkpost', row[2])

# JSON
same('json', [row['address'] for row in json.loads(read('json'))])
webhook = objects('listmonk-webhook')
same('listmonk-webhook', [row['email'] for row in webhook if row['type'] == 'hard' and row['source'] == 'bouncelog'])
same('ses-json', [row['emailAddress'] for row in objects('ses-json') if row['reason'] == 'BOUNCE'])
bounces = json.loads(read('mailgun-json'))
same('mailgun-json', [row['address'] for row in bounces if row['code'] == '550'])
same('sendgrid', json.loads(read('sendgrid'))['recipient_emails'])
for date in [row[3] for row in mailgun] + [row['created_at'] for row in bounces]:
    if email.utils.parsedate_to_datetime(date).isoformat() != '2026-11-22T04:00:00+00:00':
        fault(f'mailgun: {date}')
for date in [row['created_at'] for row in webhook]:
    if date != '2026-11-22T04:00:00Z':
        fault(f'listmonk-webhook: {date}')

# The maps, by the MTAs' own programs
def program(variable, *names):
    given = os.environ.get(variable)
    found = given or next(filter(None, map(shutil.which, names)), None)
    if not found:
        print(f'consumers: skipped {names[0]}: not installed, and {variable} is not set')
    return found

def call(command, text=''):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout.splitlines(), done.stderr

def pairs(lines):
    return dict(line.split('\t', 1) for line in lines if '\t' in line)

postmap = program('BOUNCELOG_POSTMAP', 'postmap')
for name, before in (('postfix', '550 5.1.1 '), ('postfix-transport', 'error:5.1.1 ')):
    for kind in ('cdb', 'hash', 'lmdb', 'texthash') if postmap else ():
        map_name = f'{kind}:{path(name)}'
        if kind != 'texthash': # which is read as it is
            code, _, said = call([postmap, map_name])
            if 'unsupported dictionary type' in said or 'cannot open' in said:
                print(f'consumers: skipped {kind}: this postmap has none')
                continue
            if code or said:
                fault(f'postmap {map_name}: {code} {said}')
            if kind != 'cdb': # which cannot tell what it has
                same(f'{map_name} -s', list(pairs(call([postmap, '-s', map_name])[1])))
        found = pairs(call([postmap, '-q', '-', map_name], '\n'.join(SAFE) + '\n')[1])
        same(f'{map_name} -q', [key.lower() for key in found])
        for text in found.values():
            words(map_name, text, before)
        none = call([postmap, '-q', '-', map_name], '\n'.join([*UNSAFE, 'a', 'victim@example.com']) + '\n')[1]
        same(f'{map_name} finds others', none, [])

exim = program('BOUNCELOG_EXIM', 'exim4', 'exim')
if exim:
    def lookups(addresses):
        text = ''.join(f'${{lookup{{\\N{a}\\N}}lsearch{{{path("exim")}}}{{$value}}{{none}}}}\n' for a in addresses)
        return [line[2:] if line.startswith('> ') else line for line in call([exim, '-be'], text)[1]][:len(addresses)]
    found = lookups(SAFE)
    same('exim', [a.lower() for a, text in zip(SAFE, found) if text != 'none'])
    for text in found:
        words('exim', text, '550 5.1.1 ')
    same('exim finds others', set(lookups(['a', '"a', 'victim@example.com', '*@example.com', '#x@example.com'])), ['none'])
    same('exim, lines', read('exim').count('\n') * ['line'], len(SAFE) * ['line'])

makemap = program('BOUNCELOG_MAKEMAP', 'makemap')
if makemap:
    code, _, said = call([makemap, 'hash', path('access')], read('sendmail'))
    if code or re.sub('WARNING: World writable directory .*', '', said).strip():
        fault(f'makemap: {code} {said}')
    found = pairs(call([makemap, '-u', 'hash', path('access')])[1])
    same('makemap', list(found), sorted('to:' + a for a in want))
    for text in found.values():
        words('makemap', text, 'ERROR:5.1.1:550 ')

shutil.rmtree(work)
finish(f'{len(want)} addresses listed, {len(skipped)} left out')
