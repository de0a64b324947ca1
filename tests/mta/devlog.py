"""Somebody who takes what an MTA sends to syslog."""
import os
import re
import socket
import threading


class Syslog:
    """Writes what comes to /dev/log as a syslog daemon would, in the traditional form."""

    def __init__(self, path):
        self.file = open(path, 'wb', buffering=0)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind('/dev/log')
        os.chmod('/dev/log', 0o666)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            line = self.socket.recv(1 << 16)
            stamped = re.fullmatch(rb'<\d+>(.{15} )(.*?)[\n\0]*', line, re.S)
            if stamped:
                text = re.sub(rb'[\0-\x1f]', lambda octet: b'#%03o' % octet[0][0], stamped[2])
                self.file.write(stamped[1] + b'mail ' + text + b'\n')
