"""OpenSMTPD as a host whose delivery program finds out who lives here."""
import os

import opensmtpd
import users
from devlog import Syslog
from late_plan import READER, TARGETS, address_of, domain_of, everybody, host_of, inner_of

MAIN = '''
table forwards file:/etc/smtpd/forwards
table reader {{ "@{domain}" = {reader} }}
bounce warn-interval 2s
smtp limit max-mails 100000
mta limit session-keepalive 0 max-conn-per-source 1000 conn-delay-route 0 conn-delay-relay 0 reconn-delay-route 0
listen on {address} port 25 hostname {host}
action "forward" forward-only virtual <forwards>
action "away" mda "/usr/bin/vacation -z -j -r 0 {reader}" virtual <reader>
action "here" mbox virtual <reader>
action "gone" mda "echo User unknown; exit 67" virtual <reader>
action "gate" relay host smtp://{inner} src {address}
action "outside" relay src {address}
match from any for domain "gate.{domain}" action "gate"
match from any for rcpt-to regex {{ "^({forwards})-.*@{domain}$" }} action "forward"
match from any for rcpt-to regex {{ "^away-.*@{domain}$" }} action "away"
match from any for rcpt-to regex {{ "^(here|told)-.*@{domain}$" }} action "here"
match from any for domain "{domain}" action "gone"
match from any for any action "outside"
'''


class Host(opensmtpd.MTA):
    def __init__(self, accepts): # pylint: disable=super-init-not-called
        users.add(opensmtpd=61001, opensmtpq=opensmtpd.QUEUE)
        os.chown('/usr/sbin/smtpctl', 0, opensmtpd.QUEUE)
        os.chmod('/usr/sbin/smtpctl', 0o2755)
        users.folder('/var/lib/opensmtpd/empty', mode=0o755)
        users.folder('/etc/smtpd')
        users.write('/etc/smtpd/forwards', ''.join(f'{rcpt.address} {", ".join(filter(None, (rcpt.target, rcpt.copy)))}\n' for rcpt in everybody()
                                                   if rcpt.acceptor == 'opensmtpd' and rcpt.target))
        self.main = MAIN.format(
            host=host_of('opensmtpd', accepts), address=address_of('opensmtpd', accepts), domain=domain_of('opensmtpd', accepts),
            inner=inner_of('opensmtpd'), reader=READER, forwards='|'.join([*TARGETS, 'lost']))
        users.write(opensmtpd.CONFIGURATION, opensmtpd.PATIENT + self.main)
        if not os.path.lexists('/usr/sbin/sendmail'):
            os.symlink('smtpctl', '/usr/sbin/sendmail')
        self.command = ['smtpd', '-F']
        self.syslog = Syslog('/lab/out/log')
        self.daemon = None

    def again(self):
        self.control('schedule', 'all')
