"""Runs one MTA against the scripted server, inside the namespaces that inside.sh made.

usage: lab.py MTA CONFIGURATION FOLDER, which gets
  log         what the MTA logged
  transcript  what the server said to whom
  mail        which message went in under which queue id, or why it did not
  notices     whom the MTA's own notifications call failed
"""
import concurrent.futures
import importlib
import json
import os
import quopri
import re
import signal
import socket
import sys
import time

import forged
from names import Names
from plan import LOCAL, VIRTUAL, plan
from script import DEAD_SENDERS, addresses
from server import Server

LIMIT = 220 # seconds, for everything; a slow machine takes 80 for what starts the most processes
PORTS = {'': 2525, 'filter': 2526, 'probe': 2527}


class Refused(Exception):
    """The MTA did not take a message or a recipient."""


def build(cases, server):
    """Gives every domain an address of its own; returns the name server."""
    free = addresses()
    hosts, broken = {'mail.sender.example': '127.0.0.1'}, set()
    mail = {domain: [(10, 'mail.sender.example')] for domain in (LOCAL, VIRTUAL)}
    for domain in ('sender.example', DEAD_SENDERS):
        hosts[f'mx.{domain}'] = address = next(free)
        server.listen(address, None, domain)
    for case in cases:
        sender = case.sender.rpartition('@')[2]
        mail[sender] = [(10, 'mx.sender.example')]
        for domain in case.domains:
            mx = f'{case.mx_label}.{domain}'.lower()
            if case.mx == 'null':
                mail[domain] = [(0, '.')]
            elif case.mx == 'servfail':
                broken.add(domain)
                mail[domain] = []
            elif case.mx != 'none':
                hosts[mx] = address = next(free)
                mail[domain] = [(10, mx)]
                if case.mx != 'refused':
                    server.listen(address, case, domain, full=case.mx == 'full')
                if case.mx == 'two':
                    hosts[f'first.{domain}'] = address = next(free)
                    mail[domain] = [(10, f'first.{domain}'), (20, mx)]
                    if any(rcpt.first for rcpt in case.to):
                        server.listen(address, case, domain, first=True)
    mail[DEAD_SENDERS] = [(10, f'mx.{DEAD_SENDERS}')]
    return Names(hosts, mail, broken)


class Client:
    """SMTP by hand: a library would not send what is sent here."""

    def __init__(self, helo, via=''):
        self.socket = socket.create_connection(('127.0.0.1', PORTS[via]), timeout=60)
        self.input = self.socket.makefile('rb')
        self.read()
        try:
            self.command(f'EHLO {helo}')
        except Refused:
            self.command('EHLO client.sender.example')

    def read(self):
        while True:
            line = self.input.readline().decode('utf-8', 'replace').rstrip()
            if not line:
                raise Refused('the connection ended')
            if line[3:4] != '-':
                break
        if line[0] not in '23':
            raise Refused(line)
        return line

    def command(self, text):
        self.socket.sendall(text.encode() + b'\r\n')
        return self.read()

    def close(self):
        self.socket.close()


def submit(case):
    client = Client(case.helo, case.via)
    smtputf8 = '' if all(address.isascii() for address in case.envelope) else ' SMTPUTF8'
    try:
        client.command(f'MAIL FROM:<{case.sender}>{smtputf8}')
        for address in case.envelope:
            client.command(f'RCPT TO:<{address}>')
        client.command('DATA')
        return client.command('\r\n'.join([*case.headers, f'X-Case: {case.name}', '', 'Hello.', '.']))
    finally:
        client.close()


def send(case, mta):
    try:
        return {'case': case.name, 'queue_id': mta.queue_id(submit(case))}
    except (Refused, OSError) as error:
        return {'case': case.name, 'refused': str(error)}


def be_refused(sender, recipient, helo):
    """Asks for what our server is to refuse."""
    try:
        client = Client(helo)
    except (Refused, OSError):
        return
    for command in (f'MAIL FROM:<{sender}>', f'RCPT TO:<{recipient}>', helo):
        try:
            client.command(command)
        except (Refused, OSError):
            continue
    client.close()


def settle(mta, what):
    """Waits until nothing has been going on for a while."""
    quiet = 0
    while quiet < 3:
        time.sleep(0.5)
        quiet = 0 if mta.busy() else quiet + 1
    print(f'{time.monotonic() - START:5.1f} s: {what}', flush=True)


def failed(message):
    """Whom a delivery status notification calls failed, and with which status: (recipient, status)."""
    if b'Content-Transfer-Encoding: quoted-printable' in message:
        message = quopri.decodestring(message)
    for block in re.split(r'\n\s*\n', message.decode('utf-8', 'replace').replace('\r', '')):
        fields = dict(re.findall(r'^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)', block, re.M))
        action, status = fields.get('Action', '').strip().lower(), fields.get('Status', '')
        # OpenSMTPD says of what it gives up for its age that it is delayed.
        if action == 'failed' or (action == 'delayed' and status == '4.4.7'):
            for name in ('Original-Recipient', 'Final-Recipient'):
                if name in fields:
                    yield fields[name].partition(';')[2].replace('\n', '').strip(), status


def write(path, rows):
    with open(path, 'w', encoding='utf-8') as file:
        for row in rows:
            file.write(json.dumps(row) + '\n')


def run(name, verbose, folder):
    cases = plan(name)
    server = Server(f'{folder}/transcript')
    build(cases, server)
    with open('/etc/resolv.conf', 'w', encoding='ascii') as file:
        file.write('nameserver 127.0.0.1\n')
    with open('/etc/hosts', 'w', encoding='ascii') as file:
        file.write('127.0.0.1 localhost mail.sender.example mail\n')
    server.start()
    mta = importlib.import_module(name).MTA(verbose)
    mta.start()
    for _ in range(100):
        try:
            socket.create_connection(('127.0.0.1', PORTS['']), timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit(f'mta: {name} does not answer')
    for row in forged.REFUSED:
        be_refused(*row)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        sent = list(pool.map(lambda case: send(case, mta), cases))
    write(f'{folder}/mail', sent)
    settle(mta, 'first round')
    server.second_round = True
    first = len(server.notices)
    mta.last_round()
    settle(mta, 'second round')
    mta.stop()
    rows = []
    for i, (sender, message) in enumerate(server.notices):
        rows += [{'sender': sender, 'recipient': recipient, 'status': status, 'second_round': i >= first}
                 for recipient, status in failed(message)]
    write(f'{folder}/notices', rows)


def too_late(_signal, _frame):
    os.write(2, b'mta: this takes too long\n')
    os._exit(1)


if __name__ == '__main__':
    START = time.monotonic()
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(LIMIT)
    os.umask(0o022)
    run(sys.argv[1], sys.argv[2] == 'verbose', sys.argv[3])
    sys.stdout.flush()
    os._exit(0) # whoever still waits in a thread need not
