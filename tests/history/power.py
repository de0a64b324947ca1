#!/usr/bin/env python3
"""A power loss at any moment leaves the history as it was before a command or as it is after it.

usage: power.py [IMAGES]     $BOUNCELOG is the program, $BOUNCELOG_RECORD_LIBRARY tests/support/record.c

What a command does to the history's files is recorded: writes, syncs, names that come and go. An image is what a disk may hold
when the power goes at a random moment: all that was synced before, and of the rest any part, in sectors of 512 bytes and in any
order; a name that came or went since the folder was synced is there or not. Each image is opened by SQLite, is sound, and says
what the history said before the command or says after it. Without the syncs, which a second pass leaves out of the record, images
must be found that do not: a test that cannot fail shows nothing."""
import hashlib, os, random, shutil, sqlite3, subprocess, sys, tempfile

PROGRAM, LIBRARY = os.environ['BOUNCELOG'], os.environ.get('BOUNCELOG_RECORD_LIBRARY', '')
ROOT = os.getcwd()
IMAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 400
SECTOR = 512
ENVIRONMENT = dict(os.environ, SOURCE_DATE_EPOCH='1795478400', TZ='UTC', LC_ALL='C')


def bouncelog(*arguments, **more):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, env=dict(ENVIRONMENT, **more))
    if done.returncode:
        sys.exit(f'power: {" ".join(arguments)}: exit {done.returncode}: {done.stderr.decode()}')


def contents(path):
    """What a history says; None: it cannot be read. A journal beside it is rolled back, as the next command would."""
    connection = sqlite3.connect(path)
    try:
        if connection.execute('PRAGMA integrity_check').fetchall() != [('ok',)]:
            return None
        return hashlib.sha256('\n'.join(connection.iterdump()).encode('utf-8', 'surrogateescape')).hexdigest()
    except sqlite3.Error:
        return None
    finally:
        connection.close()


def recorded(path):
    with open(path, 'rb') as file:
        steps = []
        while line := file.readline():
            what, a, b, name = line.decode().rstrip('\n').split(' ', 3)
            steps.append((what, int(a), name, file.read(int(b)) if what == 'write' else b''))
        return steps


class Disk:
    """Bytes of each name as they are for sure, and what was done since and may be there or not."""
    def __init__(self, files):
        self.sure = {name: bytes(data) for name, data in files.items()}
        self.there = {name: {True} for name in files}      # whether a name may be there after the power came back
        self.open = {name: [] for name in files}

    def apply(self, step):
        what, at, name, data = step
        if what == 'create':
            self.there[name] = self.there.get(name, {False}) | {True}
            self.sure[name], self.open[name] = b'', []
        elif what == 'unlink':
            self.there[name] = self.there.get(name, {True}) | {False}
        elif what in ('write', 'truncate'):
            self.open.setdefault(name, []).append((what, at, data))
        elif what == 'sync' and name.endswith('/'):
            for other in self.there: # the folder says what is so now: the last thing that was done to the name
                self.there[other] = {self.now[other]} if other in self.now else self.there[other]
        elif what == 'sync':
            self.sure[name] = written(self.sure.get(name, b''), self.open.get(name, []))
            self.open[name] = []

    def run(self, steps):
        self.now = {}
        for step in steps:
            if step[0] in ('create', 'unlink'):
                self.now[step[2]] = step[0] == 'create'
            self.apply(step)
        return self

    def image(self, chance):
        """Any part of what is not sure."""
        files = {}
        for name in self.sure:
            if not chance.choice(sorted(self.there.get(name, {True}))):
                continue
            share, some = chance.choice([0, .2, .5, .8, 1]), []
            for what, at, data in self.open[name]:
                if what == 'truncate':
                    some += [(what, at, data)] if chance.random() < share else []
                else:
                    some += [(what, at + i, data[i:i + SECTOR]) for i in range(0, len(data), SECTOR) if chance.random() < share]
            files[name] = written(self.sure[name], some)
        return files


def written(data, steps):
    data = bytearray(data)
    for what, at, more in steps:
        if what == 'truncate':
            data = data[:at] + bytes(max(0, at - len(data)))
        else:
            data = data + bytes(max(0, at - len(data)))
            data[at:at + len(more)] = more
    return bytes(data)


def count_torn(before, steps, allowed, images, chance):
    """How many of the images say something else than they may."""
    torn = 0
    for _ in range(images):
        disk = Disk(before).run(steps[:chance.randrange(len(steps) + 1)])
        shutil.rmtree('image', ignore_errors=True)
        os.mkdir('image')
        for name, data in disk.image(chance).items():
            with open(os.path.join('image', os.path.basename(name)), 'wb') as file:
                file.write(data)
        torn += contents('image/db') not in allowed
    return torn


def try_command(name, arguments, chance):
    """Both counts: of images as they can be, and of those that could be if nothing were ever synced."""
    shutil.copy('start', 'db')
    before = {os.path.abspath('db'): open('db', 'rb').read()}
    old = contents('start')
    if os.path.exists('record'):
        os.remove('record')
    bouncelog(*arguments, LD_PRELOAD=LIBRARY, BOUNCELOG_RECORD=os.path.abspath('record'), BOUNCELOG_RECORD_PATH=os.getcwd() + '/')
    steps = [step for step in recorded('record') if step[2].startswith(os.path.abspath('db')) or step[2] == os.getcwd() + '/']
    new = contents('db')
    whole = Disk(before).run(steps + [('sync', 0, os.path.abspath('db'), b'')])
    if new == old or whole.sure[os.path.abspath('db')] != open('db', 'rb').read():
        sys.exit(f'power: {name}: the record is not what was done')
    torn = count_torn(before, steps, {old, new}, IMAGES, chance)
    unsafe = count_torn(before, [step for step in steps if step[0] != 'sync'], {old, new}, 60, chance)
    print(f'{name}: {len(steps)} steps, {IMAGES} images, {torn} torn; without syncs {unsafe} of 60')
    return torn == 0 and unsafe > 0


def main():
    if not LIBRARY:
        print('skipped: a sanitizer must be the first library')
        sys.exit(77)
    chance = random.Random(20261124)
    os.chdir(tempfile.mkdtemp(prefix='bouncelog-power-'))
    scan = ['scan', '-j', '1', '--timezone', 'UTC', '--confine', 'never', '-o', '/dev/null', '-d']
    samples = os.path.join(ROOT, 'samples')
    bouncelog(*scan, 'start', os.path.join(samples, 'postfix.log'), os.path.join(samples, 'exim-mainlog'))
    bouncelog(*scan, 'other', '--host', 'mx9', os.path.join(samples, 'sendmail.log'))
    good = [try_command('scan', [*scan, 'db', os.path.join(samples, 'sendmail.log'), os.path.join(samples, 'mixed.log')], chance),
            try_command('history allow', ['history', 'allow', '-d', 'db', 'joe@example.com'], chance),
            try_command('history forget', ['history', 'forget', '-d', 'db', 'carla@example.com'], chance),
            try_command('history undo', ['history', 'undo', '-d', 'db', '1'], chance),
            try_command('merge', ['merge', '--into', 'db', 'other'], chance)]
    os.chdir('/')
    sys.exit(0 if all(good) else 1)


main()
