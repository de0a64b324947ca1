"""OpenSMTPD, with a configuration of its own."""
import os
import re
import signal
import subprocess
import time

import users
from devlog import Syslog
from plan import ALIASES, LMTP, LOCAL, VIRTUAL

QUEUE = 61002
CONFIGURATION = '/etc/smtpd.conf'
MAIN = f'''
table aliases file:/etc/smtpd/aliases
table domains file:/etc/smtpd/domains
table users file:/etc/smtpd/users
bounce warn-interval 7d
smtp limit max-mails 100000
mta limit session-keepalive 0 max-conn-per-source 1000 conn-delay-route 0 conn-delay-relay 0 reconn-delay-route 0
listen on 127.0.0.1 port 2525 hostname mail.sender.example
action "to-aliases" forward-only alias <aliases>
action "to-domains" forward-only virtual <domains>
action "to-lmtp" lmtp "mx.{LMTP}:25" rcpt-to virtual <users>
action "to-others" relay
match from any for domain "{LOCAL}" action "to-aliases"
match from any for domain "{VIRTUAL}" action "to-domains"
match from any for domain "{LMTP}" action "to-lmtp"
match from any for any action "to-others"
'''
PATIENT = 'queue ttl 1d\n'
# What waited for the second round is older than this, and its notification is sent within this.
IMPATIENT = 'queue ttl 15s\n'


class MTA:
    def __init__(self, verbose):
        users.add(opensmtpd=61001, opensmtpq=QUEUE, lmtp=61003)
        os.chown('/usr/sbin/smtpctl', 0, QUEUE)
        os.chmod('/usr/sbin/smtpctl', 0o2755)
        users.folder('/var/lib/opensmtpd/empty', mode=0o755)
        users.folder('/etc/smtpd')
        users.write('/etc/mailname', 'mail.sender.example\n')
        users.write('/etc/smtpd/aliases', ''.join(
            f'{name.partition("@")[0]}: {", ".join(targets)}\n' for name, targets in ALIASES.items()
            if name.endswith(LOCAL)))
        users.write('/etc/smtpd/domains', ''.join(
            f'{name} {targets[0]}\n' for name, targets in ALIASES.items() if name.endswith(VIRTUAL)))
        users.write('/etc/smtpd/users', f'@{LMTP} lmtp\n')
        self.main = MAIN
        users.write(CONFIGURATION, PATIENT + self.main)
        # Its resolver takes a host for one without IPv4 if that has no address but 127.0.0.1.
        subprocess.run(['ip', 'address', 'add', '127.0.0.2/32', 'dev', 'lo'], check=True)
        # It waits for a connection as long as the kernel does.
        with open('/proc/sys/net/ipv4/tcp_syn_retries', 'w', encoding='ascii') as file:
            file.write('1')
        self.command = ['smtpd', '-F'] + (['-v', '-T', 'mta', '-T', 'smtp', '-T', 'bounce'] if verbose else [])
        self.syslog = Syslog('/lab/out/log')
        self.daemon = None

    def start(self):
        self.daemon = subprocess.Popen(self.command)

    def queue_id(self, said):
        return re.search(r'(\S+) Message accepted', said)[1]

    def control(self, *words):
        return subprocess.run(['smtpctl', *words], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True).stdout

    def busy(self):
        """Whether an envelope is under way, or a notification is written."""
        shown = self.control('show', 'stats')
        return not shown or bool(re.search(
            r'^(?:scheduler\.envelope\.(?:incoming|inflight)|mta\.(?:envelope|session)|mda\.envelope'
            r'|bounce\.(?:envelope|message|session)|smtp\.session)=[1-9]', shown, re.M))

    def last_round(self):
        """Tries everything once more, and gives up then: only a new process gives up earlier."""
        for route in re.findall(r'^(\d+)\. .* .D.. ', self.control('show', 'routes'), re.M):
            self.control('resume', 'route', route)
        self.control('schedule', 'all')
        quiet = 0
        while quiet < 3:
            time.sleep(0.5)
            quiet = 0 if self.busy() else quiet + 1
        self.stop()
        users.write(CONFIGURATION, IMPATIENT + self.main)
        self.start()

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
