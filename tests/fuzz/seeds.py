#!/usr/bin/env python3
"""Seeds of the targets `items` and `history`: what real runs left in a history.

usage: seeds.py items|history FOLDER [LINES]          $BOUNCELOG is the program; of each sample that many lines"""
import os, sqlite3, subprocess, sys, tempfile

PROGRAM = os.environ['BOUNCELOG']
LOGS = ['samples/postfix.log', 'samples/exim-mainlog', 'samples/sendmail.log', 'samples/mixed.log']
CHOICE = {1: 0, 3: 1, 10: 2, 4: 3, 5: 3, 6: 4, 11: 5, 12: 1, 24: 6, 25: 7} # kind of an item -> what fuzz_items.c takes it for


def main():
    target, folder = sys.argv[1:3]
    lines = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    for number, log in enumerate(LOGS):
        with tempfile.TemporaryDirectory() as work:
            with open(log, 'rb') as whole, open(f'{work}/mail.log', 'wb') as part:
                part.writelines(whole.readlines()[:lines])
            subprocess.run([PROGRAM, 'scan', '-d', f'{work}/db', '-o', '/dev/null', '--timezone', 'UTC', '--year', '2026', f'{work}/mail.log'],
                           check=True, stderr=subprocess.DEVNULL)
            rows = sqlite3.connect(f'{work}/db').execute('SELECT kind, key, value FROM item ORDER BY kind, key').fetchall()
        together, seen = b'', set()
        for kind, key, value in rows:
            if target == 'items' and kind in CHOICE and kind not in seen:
                with open(f'{folder}/seed-{number}-{kind}', 'wb') as out:
                    out.write(value + bytes([CHOICE[kind]]))
            if kind not in seen or kind in (3, 4):
                together += bytes([kind, len(key)]) + key + len(value).to_bytes(2, 'big') + value
            seen.add(kind)
        if target == 'history' and together:
            with open(f'{folder}/seed-{number}', 'wb') as out:
                out.write(together)


main()
