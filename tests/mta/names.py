"""A name server for the domains of the plan."""
import socket
import struct
import threading

A, CNAME, SOA, PTR, MX, ANY = 1, 5, 6, 12, 15, 255
SERVFAIL, NXDOMAIN = 2, 3


def encode(name):
    """A name as it goes over the wire; labels may hold any byte but a dot."""
    wire = b''
    for label in name.encode('latin-1').split(b'.'):
        if label:
            wire += bytes([len(label)]) + label
    return wire + b'\0'


def decode(packet, at):
    labels = []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode('latin-1'))
        at += 1 + packet[at]
    return '.'.join(labels).lower(), at + 1


class Names:
    """hosts: name -> address. mail: domain -> [(preference, host)]. broken: domains without an answer."""

    def __init__(self, hosts, mail, broken):
        self.hosts, self.mail, self.broken = hosts, mail, broken
        # Who owns an address says what its name is: any label that the plan has.
        self.names = {'.'.join(reversed(address.split('.'))) + '.in-addr.arpa': host
                      for host, address in hosts.items()}
        self.known = set(hosts) | set(mail) | set(self.names)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            try:
                self.socket.sendto(self.answer(query), client)
            except (IndexError, struct.error):
                pass

    def answer(self, query):
        name, end = decode(query, 12)
        kind = struct.unpack('!H', query[end:end + 2])[0]
        question = query[12:end + 4]
        records = []
        if kind in (A, ANY) and name in self.hosts:
            records.append((A, socket.inet_aton(self.hosts[name])))
        if kind in (PTR, ANY) and name in self.names:
            records.append((PTR, encode(self.names[name])))
        if kind in (MX, ANY):
            records += [(MX, struct.pack('!H', preference) + encode(host))
                        for preference, host in self.mail.get(name, ())]
        code = 0
        if name in self.broken:
            code = SERVFAIL
        elif name not in self.known:
            code = NXDOMAIN
        body = b''.join(b'\xc0\x0c' + struct.pack('!HHIH', kind, 1, 300, len(data)) + data
                        for kind, data in records)
        return query[:2] + struct.pack('!HHHHH', 0x8580 | code, 1, len(records), 0, 0) + question + body
