#!/usr/bin/env python3
"""Who is listed on the worst day? Runs the program night after night over synthetic worlds and compares its lists with who lives.

Rows
  google     a provider that rules know, with its real words, refuses a share of its living mailboxes as if they did not exist
  microsoft  another one
  hoster     one MX operator without a rule, behind hundreds of small domains
  network    the same, but each customer's MX has a name of the customer's: only the network is common
  large      one large domain with servers of its own
  small      hundreds of small domains that host themselves, all hit within hours (1500 of 20 000 addresses)
  ours       a hop of our own is broken for weeks (relayhost, smarthost, filter, lmtp, resolver, port 25)
  peace      90 days in which nothing happens; also one scan of a day, and of 13 days

Records
  nightly, hourly   a history: ten nights of peace, one more, the incident, nine nights after it
  day               one day's log, no history
  days13            13 days of logs in one scan, no history; the incident lies in the middle (even seeds) or at the end (odd seeds)

Figures, for each cell (innocents: living mailboxes on the list; hit: living mailboxes that were refused as if dead)
  innocents     at the worst moment and at the end. From a share of 10 % on none, at 5 % up to 5 % of the hit;
                of `day` from 20 % on up to 10 % of the hit, below that there is no figure
  same night    of the dead that never took mail and were mailed outside an incident: at least 95 % after the first night of mail
                in peace; in cells with an incident it is told, and is no fault
  three nights  at least 99.5 % of all dead within three nights of mail to them, nights under an incident at their operator apart;
                days whose run is left out are one night with those that the next run reads
                (`delay` has them all: 1:90 2:8 is 90 after the first night, 8 after the second)
  peace         also 99 % of the mailboxes that stay full within 22 days, of the domains that vanish within 12
  ours          no address and no domain, ever

Without options the whole grid, which takes hours; --sample 200 takes 200 cells of it at random. --short takes a few cells, in less
than a minute. Exit 1: a figure does not hold. A cell that failed can be named again: its line begins with the options for it."""
import argparse, collections, functools, itertools, multiprocessing, os, random, shutil, sys, tempfile, time

import nights, ours
from world import DAY, HOUR, Incident, World

INCIDENTS = ('google', 'microsoft', 'hoster', 'network', 'large', 'small')
ROWS = (*INCIDENTS, 'ours', 'peace')
RECORDS = ('nightly', 'hourly', 'day', 'days13')
SHARES = (5, 10, 20, 30, 40, 50, 70, 100)
SPANS = {'6h': 6 * HOUR, '1d': DAY, '2d': 2 * DAY}
AFTER_DAYS, LOG_DAYS, WORLD_DAYS = 9, 13, 90
SMALLEST = 20 # of fewer dead no share is asked for

Cell = collections.namedtuple('Cell', 'row record share span mail dead seed')
Result = collections.namedtuple('Result', 'cell mails hit worst end ever domains dead same three delays slow braked exits seconds')
settings = {}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    several = lambda kind: lambda text: [kind(word) for word in text.split(',')]
    add = parser.add_argument
    add('--rows', type=several(str), default=list(ROWS), help='of the rows above, with commas')
    add('--records', type=several(str), default=list(RECORDS))
    add('--shares', type=several(int), default=list(SHARES), help='per cent of the living mailboxes that are refused')
    add('--spans', type=several(str), default=list(SPANS), help='6h, 1d, 2d')
    add('--mail', type=several(str), default=['spread', 'blast'], help='over the day, or within 30 minutes')
    add('--dead', type=several(int), default=[2, 6, 30], help='per cent of the list that are dead from the beginning')
    add('--seeds', type=several(int), default=None, help='default: 1; of peace 1 to 14')
    add('--hops', type=several(str), default=list(ours.HOPS), help='of the row "ours"')
    add('--size', type=int, default=20000, help='addresses')
    add('--days', type=int, default=WORLD_DAYS, help='of the row "peace"')
    add('--weekly', type=int, default=30, help='per cent of the addresses that are mailed once a week, not daily')
    add('--sample', type=int, default=0, help='so many cells at random')
    add('--short', action='store_true', help='a few cells of 5000 addresses')
    add('--jobs', type=int, default=2)
    add('--binary', default=os.environ.get('BOUNCELOG'), help='the program (or $BOUNCELOG)')
    options = parser.parse_args()
    for name, known in (('rows', ROWS), ('records', RECORDS), ('spans', SPANS), ('mail', ('spread', 'blast')), ('hops', ours.HOPS)):
        for word in getattr(options, name):
            if word not in known:
                parser.error(f'--{name}: {word} is none of {", ".join(known)}')
    if not options.binary:
        parser.error('which program? --binary or $BOUNCELOG')
    options.binary = os.path.abspath(options.binary)
    return options


def short_cells():
    return [Cell('google', 'nightly', 20, '6h', 'spread', 6, 1), Cell('google', 'days13', 30, '6h', 'spread', 6, 1),
            Cell('hoster', 'nightly', 30, '2d', 'blast', 6, 1), Cell('network', 'hourly', 40, '6h', 'blast', 2, 1),
            Cell('large', 'day', 30, '6h', 'spread', 6, 1), Cell('small', 'nightly', 50, '6h', 'spread', 6, 1),
            Cell('google', 'nightly', 100, '1d', 'spread', 30, 2), Cell('peace', 'day', 0, '-', 'spread', 30, 1),
            Cell('peace', 'days13', 0, '-', 'blast', 6, 1), Cell('ours', 'nightly', 100, 'relayhost', '-', 0, 1),
            Cell('ours', 'days13', 30, 'smarthost', '-', 0, 1), Cell('ours', 'nightly', 100, 'port25', '-', 0, 1)]


def cells_of(options):
    found = []
    for row in options.rows:
        seeds = options.seeds or ([*range(1, 15)] if row == 'peace' else [1])
        if row in INCIDENTS:
            found += map(Cell._make, itertools.product([row], options.records, options.shares, options.spans, options.mail, options.dead, seeds))
        elif row == 'peace':
            records = [record for record in options.records if record != 'hourly']
            found += map(Cell._make, itertools.product([row], records, [0], ['-'], options.mail, options.dead, seeds))
        else:
            for hop, record in itertools.product(options.hops, [record for record in options.records if record in ('nightly', 'days13')]):
                for share in options.shares if hop in ours.PARTIAL else [100]:
                    found += [Cell(row, record, share, hop, '-', 0, seed) for seed in seeds]
    if options.sample and options.sample < len(found):
        found = random.Random(options.sample).sample(found, options.sample)
    return found


@functools.lru_cache(3)
def world_of(seed, dead):
    options = settings['options']
    return World(seed, options.size, dead, options.weekly, WORLD_DAYS)


def warm_folder(cell):
    return f'{settings["work"]}/warm-{cell.seed}-{cell.dead}-{cell.mail}'


def warm(cell):
    nights.warm(settings['options'].binary, warm_folder(cell), world_of(cell.seed, cell.dead), cell.mail == 'blast',
                random.Random(f'warm {cell.seed}'))


def incident_of(cell, begin):
    return Incident(cell.row, cell.share / 100, begin, begin + SPANS[cell.span])


def tally_of(cell, folder, rnd):
    """Nights, or one scan, with or without an incident."""
    options, blast = settings['options'], cell.mail == 'blast'
    if cell.row == 'ours':
        return ours.run(options.binary, folder, cell.seed, 400, cell.span, cell.share, cell.record == 'nightly', rnd)
    world = world_of(cell.seed, cell.dead)
    if cell.record in ('nightly', 'hourly'):
        if cell.row == 'peace':
            return nights.peace(options.binary, folder, world, blast, options.days, rnd)
        incident = incident_of(cell, (nights.WARM_DAYS + 1) * DAY + 9 * HOUR)
        days = incident.end // DAY - nights.WARM_DAYS + 1 + AFTER_DAYS
        return nights.with_history(options.binary, folder, warm_folder(cell), world, blast, incident, cell.record == 'hourly', days, rnd)
    first, days = 5, LOG_DAYS if cell.record == 'days13' else 1
    incident = None
    if cell.row != 'peace':
        begin = first * DAY + 9 * HOUR - (DAY if cell.span == '2d' else 0) # one day's log lies in the midst of two
        if days > 1:
            begin = (first + days - (2 if cell.span == '2d' else 1) if cell.seed % 2 else first + days // 2) * DAY + 9 * HOUR
        incident = incident_of(cell, begin)
    return nights.without_history(options.binary, folder, world, blast, incident, first, days, rnd)


def share(part, whole):
    return 100 * part / whole if whole else 100.0


def delays_of(tally, one_scan):
    """The dead: those to be found in the same night, those to be found within three, and how long it took."""
    same, three, delays = [0, 0], [0, 0], collections.Counter()
    for delay, raw, clear, took in tally.dead():
        if clear and not took and (raw == clear or one_scan):
            same[1] += 1
            same[0] += delay is not None and (delay[1] <= 1 or one_scan)
        if delay is not None or clear >= 3:
            three[1] += 1
            three[0] += delay is not None and (delay[1] <= 3 or one_scan)
        delays['later' if delay is None and clear >= 3 else 'open' if delay is None else delay[0] if not one_scan else 'found'] += 1
    return same, three, delays


def run(cell):
    began, folder = time.monotonic(), tempfile.mkdtemp(dir=settings['work'])
    rnd = random.Random(f'{cell}')
    tally = tally_of(cell, f'{folder}/site', rnd)
    shutil.rmtree(folder)
    nightly = cell.row == 'peace' and cell.record == 'nightly'
    slow = tally.patience(world_of(cell.seed, cell.dead), settings['options'].days) if nightly else [0, 0]
    same, three, delays = delays_of(tally, cell.record in ('day', 'days13'))
    return Result(cell, tally.mails, len(tally.hit), tally.worst, len(tally.innocents), len(tally.ever), len(tally.domains), sum(delays.values()),
                  same, three, delays, slow, tally.braked, sorted(tally.exits), time.monotonic() - began)


def faults_of(result):
    """What does not hold, in words."""
    cell, faults = result.cell, []
    allowed = 0
    if cell.record == 'day' and cell.row != 'peace':
        allowed = result.hit * 0.1 if cell.share >= 20 else result.hit
    elif cell.share == 5 and cell.row in INCIDENTS:
        allowed = result.hit * 0.05
    if result.worst > allowed:
        faults.append(f'{result.worst} innocent, {allowed:.0f} allowed')
    if result.domains:
        faults.append(f'{result.domains} living domains')
    if cell.row in INCIDENTS and not result.hit:
        faults.append('nobody was hit')
    if set(result.exits) - {0, 8}:
        faults.append(f'exit {result.exits}')
    if cell.row == 'ours':
        return faults
    if cell.row == 'peace' and result.same[1] >= SMALLEST and share(*result.same) < 95:
        faults.append(f'same night {share(*result.same):.1f} %')
    if result.three[1] >= SMALLEST and share(*result.three) < 99.5:
        faults.append(f'three nights {share(*result.three):.1f} %')
    if share(*result.slow) < 99:
        faults.append(f'of the full and the vanished {result.slow[0]} of {result.slow[1]} in time')
    return faults


def tell(result, faults):
    cell = result.cell
    delays = ' '.join(f'{key}:{count}' for key, count in sorted(result.delays.items(), key=str))
    where = f'--rows {cell.row} --records {cell.record} --shares {cell.share} ' if cell.row != 'peace' else f'--rows peace --records {cell.record} '
    where += f'--hops {cell.span} ' if cell.row == 'ours' else f'--spans {cell.span} ' if cell.row != 'peace' else ''
    where += f'--mail {cell.mail} --dead {cell.dead} ' if cell.row != 'ours' else ''
    dead = f'dead: same night {share(*result.same):.1f} % of {result.same[1]}, three nights {share(*result.three):.1f} % of {result.three[1]}, '
    slow = f'full and vanished {result.slow[0]} of {result.slow[1]} in time; ' if result.slow[1] else ''
    print(f'{where}--seeds {cell.seed}: {result.mails} mails, hit {result.hit}, innocents worst {result.worst} end {result.end}; '
          f'{slow}{dead if cell.row != "ours" else ""}delay {delays or "-"}; braked {result.braked}; {result.seconds:.1f} s: '
          f'{"; ".join(faults) if faults else "ok"}', flush=True)


def summarise(results, faults):
    print(f'\n{"row":10} {"record":8} {"cells":>5} {"hold":>5} {"hit":>8} {"worst":>7} {"end":>7} {"same night":>11} {"three nights":>13}')
    for key, group in itertools.groupby(sorted(results, key=lambda result: result.cell[:2]), key=lambda result: result.cell[:2]):
        group = list(group)
        total = lambda field: sum(getattr(result, field) for result in group)
        same, three = ([sum(getattr(result, name)[i] for result in group) for i in (0, 1)] for name in ('same', 'three'))
        print(f'{key[0]:10} {key[1]:8} {len(group):5} {sum(not faults[result.cell] for result in group):5} {total("hit"):8} '
              f'{total("worst"):7} {total("end"):7} {share(*same):9.2f} % {share(*three):11.2f} %')
    delays = sum((result.delays for result in results if result.cell.record in ('nightly', 'hourly')), collections.Counter())
    print('delay, nights of mail until the list has them:', ', '.join(f'{key}: {count}' for key, count in sorted(delays.items(), key=str)))


def main():
    options = parse()
    if options.short:
        options.size = min(options.size, 5000)
    cells = short_cells() if options.short else cells_of(options)
    faults, results = {}, []
    with tempfile.TemporaryDirectory() as work:
        settings.update(options=options, work=work)
        goes_on = [cell for cell in cells if cell.row in INCIDENTS and cell.record in ('nightly', 'hourly')]
        first = list({warm_folder(cell): cell for cell in goes_on}.values())
        cells.sort(key=lambda cell: (cell.seed, cell.dead)) # a process keeps its world
        with multiprocessing.get_context('fork').Pool(options.jobs) as pool:
            pool.map(warm, first, 1)
            for result in pool.imap_unordered(run, cells, 1):
                results.append(result)
                faults[result.cell] = faults_of(result)
                tell(result, faults[result.cell])
    summarise(results, faults)
    failed = sum(map(bool, faults.values()))
    print(f'simulator: {len(results) - failed} of {len(results)} cells hold')
    sys.exit(bool(failed))


if __name__ == '__main__':
    main()
