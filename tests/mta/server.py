"""The scripted SMTP server: it answers by recipient, and writes down what it said to whom."""
import json
import re
import selectors
import socket
import threading
import time

from script import DEAD_SENDERS, LMTP, OK, say

PATIENCE = 15 # seconds, longer than any time-out of the MTAs here


class Gone(Exception):
    """The peer has left, or the script says that we do."""


class Server:
    def __init__(self, transcript):
        self.transcript = open(transcript, 'w', encoding='utf-8')
        self.lock = threading.Lock()
        self.places = {}            # address -> (case, domain, whether another server comes after it)
        self.second_round = False
        self.notices = []           # (recipient, message): what came back to our senders
        self.select = selectors.DefaultSelector()
        self.kept = []

    def listen(self, address, case, domain, first=False, full=False):
        self.places[address] = (case, domain, first)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 25))
        if full:
            # Who comes when nobody is let in any more waits for ever.
            listener.listen(0)
            for _ in range(3):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex((address, 25))
                self.kept.append(client)
            self.kept.append(listener)
            return
        listener.listen(64)
        listener.setblocking(False)
        self.select.register(listener, selectors.EVENT_READ, address)

    def start(self):
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            for key, _ in self.select.select():
                try:
                    connection, _ = key.fileobj.accept()
                except BlockingIOError:
                    continue
                connection.setblocking(True)
                connection.settimeout(PATIENCE)
                session = Session(self, connection, *self.places[key.data])
                threading.Thread(target=session.run, daemon=True).start()

    def write(self, **entry):
        with self.lock:
            entry['second_round'] = self.second_round
            self.transcript.write(json.dumps(entry) + '\n')
            self.transcript.flush()


class Session:
    def __init__(self, server, connection, case, domain, first):
        self.server, self.connection = server, connection
        self.case, self.domain, self.first = case, domain, first
        self.input = connection.makefile('rb')
        self.accepted = []
        self.noted = set()
        self.prdr = False

    def run(self):
        try:
            self.talk()
        except (Gone, OSError):
            pass
        finally:
            self.input.close()
            self.connection.close()

    def send(self, answer):
        self.connection.sendall(answer.raw)
        if answer.then == 'hang':
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and self.connection.recv(4096):
                pass
        if answer.then:
            raise Gone

    def here(self):
        """The recipients of this case who live in this domain."""
        return [rcpt for rcpt in self.case.to if rcpt.domain == self.domain] if self.case else []

    def answer_of(self, rcpt):
        if self.first:
            return rcpt.first
        return rcpt.later if self.server.second_round and rcpt.later else rcpt.answer

    def tell(self, stage, rcpts, usual):
        """Says what the script has for this stage and notes it; usual if it has nothing."""
        for rcpt in rcpts:
            if rcpt.stage == stage:
                answer = self.answer_of(rcpt)
                final = stage == 'end_of_data' or answer.then or answer.raw[:1] not in (b'2', b'3')
                if final and stage not in self.noted:
                    for each in rcpts:
                        self.note(stage, each, answer)
                # HELO is asked where EHLO was refused, and that is one attempt.
                if stage == 'ehlo':
                    self.noted.add(stage)
                self.send(answer)
                return final
        self.send(usual)
        return False

    def note(self, stage, rcpt, answer):
        self.server.write(case=self.case.name, recipient=rcpt.address, stage=stage,
                          reply=answer.raw.decode('latin-1'), then=answer.then, first=self.first)

    def line(self):
        line = self.input.readline(70000)
        if not line.endswith(b'\n'):
            raise Gone
        return line.rstrip(b'\r\n')

    def talk(self):
        refused = self.tell('banner', self.here(), say(f'220 mx.{self.domain} ESMTP'))
        sender = False
        while True:
            line = self.line()
            word = line[:4].upper()
            if word == b'QUIT':
                self.send(say('221 2.0.0 Bye'))
                raise Gone
            if refused:
                self.send(say('503 5.5.1 Bad sequence of commands'))
            elif word in (b'EHLO', b'HELO', b'LHLO'):
                extensions = self.case.extensions if self.case else ('8BITMIME', 'SMTPUTF8')
                extensions = extensions if word != b'HELO' else ()
                names = [f'mx.{self.domain}', *extensions]
                usual = [f'250-{name}' for name in names[:-1]] + [f'250 {names[-1]}']
                self.tell('ehlo', self.here(), say(*usual))
            elif word == b'MAIL':
                self.accepted = []
                self.prdr = line.upper().endswith(b' PRDR')
                sender = not self.tell('mail', self.here(), say('250 2.1.0 Ok'))
            elif word in (b'RCPT', b'DATA', b'BDAT') and not sender:
                self.send(say('503 5.5.1 Error: need MAIL command'))
            elif word == b'RCPT':
                self.rcpt(line)
            elif word == b'DATA':
                self.data()
            elif word == b'BDAT':
                self.bdat(line)
            elif word == b'STAR':
                self.send(say('454 4.7.0 TLS not available'))
            elif word == b'RSET':
                self.accepted = []
                self.send(say('250 2.0.0 Ok'))
            else:
                self.send(say('502 5.5.2 Command not recognized'))

    def rcpt(self, line):
        address = re.match(rb'RCPT TO:\s*<(.*)>', line, re.I | re.S)
        address = address[1].decode('utf-8', 'replace') if address else ''
        if not self.case:
            self.accepted.append(address)
            self.send(say('250 2.1.5 Ok'))
            return
        for rcpt in self.here():
            if rcpt.address.casefold() == address.casefold():
                if rcpt.stage == 'rcpt':
                    if self.tell('rcpt', [rcpt], None):
                        return
                else:
                    self.send(say('250 2.1.5 Ok'))
                self.accepted.append(rcpt)
                return
        self.server.write(case=self.case.name, unexpected=address)
        self.send(say('550 5.7.0 This is not in the script'))

    def data(self):
        if not self.accepted:
            self.send(say('554 5.5.1 Error: no valid recipients'))
            return
        rcpts = self.accepted if self.case else []
        if self.tell('data', rcpts, say('354 End data with <CR><LF>.<CR><LF>')):
            return
        message = []
        while True:
            line = self.line()
            if line == b'.':
                break
            message.append(line)
        self.end_of_data(message)

    def bdat(self, line):
        _, length, *last = line.split()
        self.input.read(int(length))
        if not self.accepted:
            self.send(say('554 5.5.1 Error: no valid recipients'))
        elif last:
            self.end_of_data([])
        else:
            self.tell('data', self.accepted, say('250 2.0.0 Ok, more'))

    def end_of_data(self, message):
        rcpts = self.accepted if self.case else []
        if not self.case:
            self.server.notices += [(address, b'\n'.join(message)) for address in self.accepted]
            self.send(say('550 5.1.1 User unknown' if self.domain == DEAD_SENDERS else OK))
            return
        if self.domain == LMTP or self.prdr: # where each recipient has a reply
            if self.prdr:
                self.send(say('353 PRDR: one after the other'))
            for rcpt in rcpts:
                answer = self.answer_of(rcpt) if rcpt.stage == 'end_of_data' else say(OK)
                self.note('end_of_data', rcpt, answer)
                self.send(answer)
            if self.prdr:
                self.send(say(OK))
            return
        if not any(rcpt.stage == 'end_of_data' for rcpt in rcpts):
            for rcpt in rcpts:
                self.note('end_of_data', rcpt, say(OK))
        self.tell('end_of_data', rcpts, say(OK))
