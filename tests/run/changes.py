"""bouncelog changes: each kind of change in a line, nothing where nothing changed, strangers' words in one line and visible, and
what is no summary is told of."""
import json, os, re, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

PROGRAM = os.path.abspath(PROGRAM)


def run(*words, log=None):
    done = subprocess.run([PROGRAM, *words], input=log, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def block(host, provider, category='ip_blocklisted', count=3, name='spamhaus', **more):
    return {'host': host, 'provider': provider, 'category': category, 'count': count, 'list': name, 'remedy': 'r', 'sample': 's', **more}


def log(file, lines):
    return {'file': file, 'format': 'plain', 'bytes': 0, 'lines': lines, 'resumed_at': 0, 'complete': True, 'error': None}


def summary(addresses=(), domains=(), blocks=(), inputs=(), first='2026-11-22T03:00:00Z'):
    """What stands in a summary beside what is compared must not matter: numbers, nested arrays, escapes."""
    return {'schema': 'bouncelog.summary/1', 'tool': {'name': 'bouncelog', 'odd': [[], {}, [1.5e3, -2, True, None, '\\"]}']]},
            'window': {'first': first, 'last': first}, 'inputs': list(inputs), 'blocks': list(blocks),
            'suppress': [{'address': address, 'evidence': {'address': 'not@this.example'}} for address in addresses],
            'suppress_domains': [{'domain': domain} for domain in domains], 'brake': False}


def changes(work, before, now, *options, ascii_only=True):
    names = []
    for name, what in (('before', before), ('now', now)):
        if what is not None:
            names.append(f'{work}/{name}.json')
            with open(names[-1], 'w', encoding='utf-8') as file:
                json.dump(what, file, ensure_ascii=ascii_only, indent=ascii_only or None)
    code, out, err = run('changes', *options, *names)
    expect(f'exit {code}: {err}', code == 0 and not err)
    return out.split('\n')[:-1]


def told(work, what, before, now, wanted, *options):
    for ascii_only in (True, False):
        got = changes(work, before, now, *options, ascii_only=ascii_only)
        expect(f'{what}: {got}, expected {wanted}', got == wanted)


def kinds(work):
    full = summary(['a@x.example', 'b@x.example'], ['gone.example'], [block('mx1', 'google')], [log('mail.log', 9)])
    told(work, 'the same', full, full, [])
    told(work, 'nothing at all', summary(), summary(), [])
    told(work, 'newly dead', summary(), full, ['New block: google refuses mx1, ip_blocklisted (list spamhaus), 3 times, since 2026-11-22T03:00:00Z or later',
                                              'Newly dead: 2 addresses: 2 @x.example', 'Newly dead: 1 domain: gone.example'])
    told(work, 'no summary of before', None, full, changes(work, summary(), full))
    told(work, 'in clear', summary(['a@x.example']), summary(['a@x.example', 'b@x.example']), ['Newly dead: 1 address: b@x.example'], '--addresses')
    told(work, 'put back', summary(['a@x.example', 'b@y.example']), summary(['a@x.example']), ['Put back: 1 address: 1 @y.example'])
    told(work, 'put back, in clear', summary(['a@x.example', 'b@y.example']), summary(['a@x.example']), ['Put back: 1 address: b@y.example'], '--addresses')
    many = summary([f'a{i}@d{i % 7}.example' for i in range(20)] + ['one@rare.example'])
    told(work, 'many', summary(), many, ['Newly dead: 21 addresses: 3 @d0.example, 3 @d1.example, 3 @d2.example, 3 @d3.example, 3 @d4.example and 6 more'])
    told(work, 'the most first', summary(), summary(['a@rare.example', 'b@big.example', 'c@big.example']),
         ['Newly dead: 3 addresses: 2 @big.example, 1 @rare.example'])


def blocks(work):
    old, new = block('mx1', 'google'), block('mx2', 'google', count=1, first_seen='2026-11-23T04:05:06Z')
    told(work, 'a block of another host', summary(blocks=[old]), summary(blocks=[dict(old, count=99), new]),
         ['New block: google refuses mx2, ip_blocklisted (list spamhaus), 1 time, since 2026-11-23T04:05:06Z'])
    told(work, 'a block that went', summary(blocks=[old, new]), summary(blocks=[old]), [])
    told(work, 'greylisting passes', summary(), summary(blocks=[block('mx1', 'google', 'greylisted')]), [])
    told(work, 'who is not known', summary(), summary(blocks=[block(None, None, 'reputation', 2, None)]),
         ['New block: another server refuses you, reputation, 2 times, since 2026-11-22T03:00:00Z or later'])
    got = changes(work, summary(), summary(blocks=[block(f'mx{i}', 'google') for i in range(9)]))
    expect(f'many blocks: {got}', len(got) == 6 and got[-1] == 'New blocks: 4 more')


def logs(work):
    """A log is its name without what rotation appends; one that had nothing before is not missed."""
    names = ['/var/log/mail.log', '/var/log/mail.log.1', '/var/log/mail.log.2.gz', '/var/log/mail.log-20261122.xz', '/var/log/mail.log.20261122-061500']
    for name in names:
        told(work, f'{name} goes on', summary(inputs=[log(names[0], 5)]), summary(inputs=[log(names[0], 0), log(name, 1)]), [])
        told(work, f'{name} fell silent', summary(inputs=[log(name, 5)]), summary(inputs=[log(names[0], 0), log(name, 0)]),
             ['Silent log: /var/log/mail.log has no new line'])
    told(work, 'one of two', summary(inputs=[log('a.log', 5), log('mx1', 5), log('mx2', 5)]), summary(inputs=[log('a.log', 5), log('mx1', 0), log('mx2', 1)]),
         ['Silent log: mx1 has no new line'])
    told(work, 'it is gone', summary(inputs=[log('a.log', 5)]), summary(inputs=[log('b.log', 5)]), ['Silent log: a.log is not there any more'])
    told(work, 'silent for long', summary(inputs=[log('a.log', 0)]), summary(inputs=[log('a.log', 0)]), [])


def hostile(work):
    """A line is a line, whatever stands in a name."""
    for words in ('a\nNewly dead: 9 addresses', 'a\r\nBcc: x@evil.example', '\x1b[2J\x07', '\u2028\u0085\u202e', '\U0001f4a9"\\/', '\x7f\x00', ''):
        got = changes(work, summary(), summary([f'{words}@x.example'], [f'{words}.example'], [block(words, words, words, 1, words)], [log(words, 1)]), '--addresses')
        expect(f'{words!a}: {got}', len(got) == 3 and [line.split(':')[0] for line in got] == ['New block', 'Newly dead', 'Newly dead'])
        expect(f'{words!a} is not made visible: {got}', not re.search('[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]', ''.join(got)))
    got = changes(work, summary(), summary(['\U0001f4a9@x.example', '\u00e9@x.example']), '--addresses')
    expect(f'characters beyond ASCII: {got}', got == ['Newly dead: 2 addresses: \U0001f4a9@x.example, \u00e9@x.example'])


def wrong(work):
    path = f'{work}/wrong.json'
    whole = json.dumps(summary(['a@x.example'], blocks=[block('mx1', 'google')], inputs=[log('a', 1)]))
    for text in ('', '{}', '[]', 'null', '{"schema":"other/1"}', whole + '}', whole.replace('"google"', '"google', 1), whole.replace('"a@x.example"', '"a\n@x.example"', 1), whole.replace(',', ' ', 1), '{"schema":"bouncelog.summary/1","a":"\\x"}',
                 '{"schema":"bouncelog.summary/1","a":"\\u12g4"}', '{"schema":"bouncelog.summary/1","a":"\\ud800\\n"}', '{"schema":"bouncelog.summary/1",}',
                 *(whole[:cut] for cut in range(1, len(whole), 7))):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        code, out, err = run('changes', path)
        expect(f'{text[-40:]!r}: exit {code}, {out!r}, {err!r}', code == 3 and not out and err.startswith(f'bouncelog: {path}: '))
    expect('a file that is not there', run('changes', f'{work}/none')[0] == 3)
    expect('a folder', run('changes', work)[0] == 3)
    for words in ([], [path] * 3):
        expect(f'{len(words)} summaries', run('changes', *words)[0] == 2)


def real(work):
    """What scan writes is what it reads: every address, domain and block of the samples, and a second night has only a silent log."""
    for sample in ('postfix.log', 'exim-mainlog', 'sendmail.log'):
        code, out, err = run('scan', '--history', f'{work}/{sample}.db', '-o', f'{work}/one.json', f'samples/{sample}')
        with open(f'{work}/one.json', encoding='utf-8') as file:
            one = json.load(file)
        got = '\n'.join(changes(work, None, one, '--addresses'))
        expect(f'{sample}: {len(one["suppress"])} addresses: {got}', f'Newly dead: {len(one["suppress"])} address' in got)
        expect(f'{sample}: blocks: {got}', one['blocks'] and 'New block' in got)
        run('scan', '--history', f'{work}/{sample}.db', '-o', f'{work}/two.json', f'samples/{sample}')
        code, out, err = run('changes', f'{work}/one.json', f'{work}/two.json')
        expect(f'{sample} again: {out}{err}', out == f'Silent log: samples/{sample} has no new line\n')


with tempfile.TemporaryDirectory() as folder:
    for check in kinds, blocks, logs, hostile, wrong, real:
        check(folder)
finish()
