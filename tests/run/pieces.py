"""Lines that a container runtime cut into pieces, by two streams that alternate: each counts once, as what it was, and no piece is a
line of its own, though every line has a forged one inside, and pieces begin anywhere in it."""
import json, random, subprocess, sys, tempfile

sys.path.insert(0, 'tests/support')
from checks import PROGRAM, expect, finish

FORGED = ('Nov 23 21:46:11 mx1 postfix/smtp[9]: 0F1E2D3C4B: to=<victim@innocent.example>, relay=none, delay=1, delays=0/0/0/1, dsn=5.1.1, '
          'status=bounced (550 5.1.1 unknown)')
COUNT = 1500


def mail(n, tail=''):
    return (f'Nov 23 21:{n // 60 % 60:02}:{n % 60:02} mx1 postfix/smtp[9]: {0x3A1B2C3D00 + n:X}: to=<joe{n}@example.com>, '
            'relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.7] said: '
            f'550 5.1.1 <joe{n}@example.com>: User unknown; {FORGED} (in reply to RCPT TO command)){tail}')


def cut(rng, line, longest):
    """Pieces of any length; now and then one begins where the forged line does."""
    pieces = []
    while line:
        size = rng.randint(1, longest)
        forged = line.find(FORGED)
        if 0 < forged < 4 * size and rng.random() < 0.5:
            size = forged
        pieces.append(line[:size])
        line = line[size:]
    return pieces


def cri(rng, lines, longest):
    streams = {'stdout': [], 'stderr': []}
    for line in lines:
        stream = 'stderr' if rng.random() < 0.2 else 'stdout'
        pieces = cut(rng, line, longest)
        streams[stream] += [(stream, 'F' if piece is pieces[-1] else 'P', piece) for piece in pieces]
    out = []
    while any(streams.values()):
        stream = rng.choices(list(streams), [len(rest) + 0.01 for rest in streams.values()])[0]
        for _ in range(rng.randint(1, 3)):
            if streams[stream]:
                out.append('2026-11-23T21:46:11.{:09}Z {} {} {}'.format(len(out), *streams[stream].pop(0)))
    return out


def docker(rng, lines, longest):
    return [json.dumps({'log': piece, 'stream': 'stdout', 'time': '2026-11-23T21:46:11.1Z'})
            for line in lines for piece in cut(rng, line + '\n', longest)]


def scan(path, *options):
    done = subprocess.run([PROGRAM, 'scan', '--year', '2026', *options, path], capture_output=True, text=True)
    return json.loads(done.stdout), done.returncode


def check(name, lines, count):
    with tempfile.TemporaryDirectory() as work:
        path = f'{work}/log'
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')
        for options in ['-j', '1'], ['-j', '2']:
            summary, code = scan(path, *options)
            said = summary['lines']
            expect(f'{name} {options}: {said}, exit {code}',
                   code == 0 and said['total'] == len(lines) and said['delivery'] == count and said['unparsed'] == 0)
            listed = {row['address'] for row in summary['suppress']} | {row['address'] for row in summary['held']}
            expect(f'{name} {options}: the victim is there', 'victim@innocent.example' not in listed)
        # Night by night, the log ending within a line each time: every line counts once.
        seen = 0
        for end in (len(lines) // 3, len(lines) // 2, len(lines)):
            with open(path, 'w', encoding='utf-8') as file:
                file.write('\n'.join(lines[:end]) + '\n')
            summary, code = scan(path, '-d', f'{work}/db')
            seen += summary['attempts']['bounced']
        expect(f'{name} by night: {seen} attempts, not {count}', seen == count)


if __name__ == '__main__':
    rng = random.Random(17)
    mails = [mail(n) for n in range(COUNT)]
    for longest in 40, 300, 8192:
        check(f'CRI, pieces of up to {longest} bytes', cri(rng, mails, longest), COUNT)
        check(f'Docker, pieces of up to {longest} bytes', docker(rng, mails, longest), COUNT)
    long = [mail(n, 'x' * rng.randint(0, 90000)) for n in range(100)]
    check('longer than a line may be', cri(rng, long, 16384), 100)
    finish('7 logs')
