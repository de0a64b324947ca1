"""Runs sending and accepting MTAs, each in a root of its own, and the script between them.

usage: late_lab.py TREES WORK TESTS. Each host has a folder WORK/out/NAME with room/, its root, and out/, which
gets its log and what is in its mailboxes (mail/).
"""
import os
import re
import shutil
import signal
import smtplib
import socketserver
import subprocess
import sys
import threading
import time

from late_plan import ACCEPTORS, ANSWERS, READER, SENDERS, STRANGER, TARGETS, address_of, domain_of, host_of, inner_of, plan, tricks
from names import Names

LIMIT = 220 # seconds, for everything
START = time.monotonic()


class Refuser(socketserver.StreamRequestHandler):
    """A server that takes nobody, and says why by the kind of the address, until it takes those that are slow."""
    taken = False

    def say(self, text):
        self.wfile.write(text.encode() + b'\r\n')

    def handle(self):
        self.say('220 refuser.example ESMTP')
        while line := self.rfile.readline():
            command = line.decode().strip()
            if command[:4].upper() == 'QUIT':
                return self.say('221 2.0.0 Bye')
            self.answer(command)

    def answer(self, command):
        word = command[:4].upper()
        if word == 'RCPT':
            address = re.search('<(.*?)>', command)[1]
            kind = address.partition('-')[0]
            self.taken = kind == 'slow' and self.server.takes
            self.say('250 2.1.5 Ok' if self.taken else ANSWERS[kind] % address)
        elif word == 'DATA' and self.taken:
            self.say('354 Go on')
            while self.rfile.readline() not in (b'.\r\n', b''):
                pass
            self.say('250 2.0.0 Ok')
        else:
            self.say('503 5.5.1 No valid recipients' if word == 'DATA' else '250 2.0.0 Ok')


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64
    takes = False # all of them


def network():
    """The names of all hosts, and those servers that no MTA runs."""
    hosts, mail = {'localhost': '127.0.0.1', STRANGER[0]: STRANGER[1]}, {}
    for accepts, mtas in ((False, SENDERS), (True, ACCEPTORS)):
        for mta in mtas:
            hosts[host_of(mta, accepts)] = address_of(mta, accepts)
            mail[domain_of(mta, accepts)] = [(10, host_of(mta, accepts))]
    servers = {}
    for i, mta in enumerate(ACCEPTORS):
        mail[f'gate.{domain_of(mta, True)}'] = mail[domain_of(mta, True)]
        servers[inner_of(mta)] = f'198.18.{i + 31}.1'
    for i, domain in enumerate(TARGETS.values()):
        servers[f'mx.{domain}'] = f'198.18.{i + 41}.1'
        mail[domain] = [(10, f'mx.{domain}')]
    for address in servers.values():
        threading.Thread(target=Server((address, 25), Refuser).serve_forever, daemon=True).start()
    return Names(hosts | servers, mail, set())


class Host:
    """One MTA: late_host.py does what it is told by lines."""

    def __init__(self, mta, accepts, trees, work, tests):
        self.mta, self.accepts, self.name = mta, accepts, f'{mta}-{"accepts" if accepts else "sends"}'
        for folder in ('room', 'out'):
            os.makedirs(f'{work}/out/{self.name}/{folder}', exist_ok=True)
        shutil.copy(f'{tests}/../../packaging/tag-milter', f'{work}/out/{self.name}/out')
        self.process = subprocess.Popen(
            ['unshare', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL', 'sh', f'{tests}/late_inside.sh', 'host', self.name, mta,
             f'{trees}/{mta}/tree', f'{work}/out/{self.name}', tests], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def expect(self, *answers):
        line = self.process.stdout.readline().strip()
        if line not in answers:
            if self.process.wait() == 77:
                print(line)
                os._exit(77)
            sys.exit(f'mta: {self.name}: {line or "has ended"}')
        return line

    def ask(self, word):
        self.process.stdin.write(word + '\n')
        self.process.stdin.flush()

    def submit(self, mails):
        with smtplib.SMTP(address_of(self.mta, self.accepts), 25, 'client.example', timeout=60) as client:
            for mail in mails:
                sender, to = mail.sender, [rcpt.address for rcpt in mail.to]
                text = [f'From: {sender}', f'To: {", ".join(to)}', f'Message-ID: {mail.message_id}', f'Subject: letter {mail.number}', '',
                        'Hello.', '']
                # Exim signs for each recipient when it delivers, a milter once for each mail.
                for some in [[one] for one in to] if mail.signed and self.mta != 'exim' else [to]:
                    client.sendmail(sender, some, '\r\n'.join(text), rcpt_options=['NOTIFY=SUCCESS,FAILURE'] if mail.told else [])


def be_strange(sender):
    """A stranger writes in the name of the sender; hosts may refuse him."""
    mail = plan(sender)[-1]
    for recipient, original, victim in tricks(mail):
        acceptor = victim.partition('@')[2].partition('.')[0]
        with smtplib.SMTP(address_of(acceptor, True), 25, STRANGER[0], timeout=60, source_address=(STRANGER[1], 0)) as client:
            client.ehlo()
            client.docmd(f'MAIL FROM:<{READER}@{domain_of(sender, False)}>')
            code, _ = client.docmd(f'RCPT TO:<{recipient}>' + f' ORCPT={original}' * bool(original))
            if code == 250:
                client.data(f'From: x@evil.example\r\nTo: {victim}\r\nMessage-ID: {mail.message_id}\r\n\r\nStrange.\r\n')


def settle(hosts, what):
    """Waits until nothing has been going on anywhere for a while."""
    quiet = 0
    while quiet < 4:
        time.sleep(0.5)
        for host in hosts:
            host.ask('busy')
        quiet = 0 if 'yes' in [host.expect('yes', 'no') for host in hosts] else quiet + 1
    print(f'{time.monotonic() - START:5.1f} s: {what}', flush=True)


def everyone(hosts, word):
    for host in hosts:
        host.ask(word)
    for host in hosts:
        host.expect('done')


def run(trees, work, tests):
    network()
    hosts = [Host(mta, accepts, trees, work, tests) for accepts, mtas in ((False, SENDERS), (True, ACCEPTORS)) for mta in mtas]
    for host in hosts:
        host.expect('ready')
    print(f'{time.monotonic() - START:5.1f} s: {len(hosts)} hosts are up', flush=True)
    sending = [threading.Thread(target=host.submit, args=(plan(host.mta),)) for host in hosts if not host.accepts]
    for thread in sending:
        thread.start()
    for thread in sending:
        thread.join()
    for sender in SENDERS:
        be_strange(sender)
    settle(hosts, 'sent, and bounced')
    everyone([host for host in hosts if host.accepts], 'again')
    settle(hosts, 'tried again, and warned')
    Server.takes = True
    everyone([host for host in hosts if host.accepts], 'last_round')
    settle(hosts, 'given up')
    everyone(hosts, 'stop')


def too_late(_signal, _frame):
    os.write(2, b'mta: this takes too long\n')
    os._exit(1)


if __name__ == '__main__':
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(LIMIT)
    run(*sys.argv[1:4])
    sys.stdout.flush()
    os._exit(0)
