"""sendmail, with a configuration of its own."""
import os
import re
import signal
import subprocess

import users
from devlog import Syslog
from plan import ALIASES, LOCAL, VIRTUAL

SM = '/usr/libexec/sendmail/sendmail'

SOURCE = r'''
divert(-1)
define(`_CF_DIR_', `/usr/share/sendmail/cf/')
include(`/usr/share/sendmail/cf/m4/cf.m4')
divert(0)
OSTYPE(`linux')
define(`confDOMAIN_NAME', `mail.sender.example')
define(`ALIAS_FILE', `/etc/mail/aliases')
define(`QUEUE_DIR', `/var/spool/mqueue')
define(`confPID_FILE', `/run/sendmail.pid')
define(`confQUEUE_LA', `500')
define(`confREFUSE_LA', `500')
define(`confDELAY_LA', `0')
define(`confDONT_PROBE_INTERFACES', `True')
define(`confDONT_BLAME_SENDMAIL', `groupwritabledirpathsafe')
define(`confLOG_LEVEL', `9')
define(`confTO_ICONNECT', `6s')
define(`confTO_CONNECT', `6s')
define(`confTO_INITIAL', `6s')
define(`confTO_HELO', `6s')
define(`confTO_MAIL', `6s')
define(`confTO_RCPT', `6s')
define(`confTO_DATAINIT', `6s')
define(`confTO_DATABLOCK', `6s')
define(`confTO_DATAFINAL', `6s')
define(`confDOUBLE_BOUNCE_ADDRESS', `')
define(`confTO_QUIT', `6s')
define(`confTO_IDENT', `0')
define(`confTO_QUEUEWARN', `')
FEATURE(`no_default_msa')
FEATURE(`nouucp', `nospecial')
FEATURE(`promiscuous_relay')
FEATURE(`accept_unresolvable_domains')
FEATURE(`access_db', `text -k 0 -v 1 /etc/mail/access')
FEATURE(`blocklist_recipients')
FEATURE(`virtusertable', `text -k 0 -v 1 /etc/mail/virtusertable')
VIRTUSER_DOMAIN(`virtual.example')
DAEMON_OPTIONS(`Name=MTA, Port=2525, Addr=127.0.0.1')
MAILER(`local')
MAILER(`smtp')
LOCAL_CONFIG
Cwlocal.example
'''


class MTA:
    def __init__(self, verbose):
        users.add(smmta=61001, smmsp=61002)
        users.folder('/var/spool/mqueue', mode=0o700)
        users.folder('/etc/mail')
        users.write('/etc/mail/sendmail.mc', SOURCE.replace('`9', '`14') if verbose else SOURCE)
        users.write('/etc/mail/local-host-names', f'{LOCAL}\n')
        users.write('/etc/mail/access', f'To:nobody0@{LOCAL} REJECT\n')
        users.write('/etc/mail/aliases', 'MAILER-DAEMON: root\npostmaster: root\n' + ''.join(
            f'{name.partition("@")[0]}: {", ".join(targets)}\n' for name, targets in ALIASES.items()
            if name.endswith(LOCAL)))
        users.write('/etc/mail/virtusertable', ''.join(
            f'{name} {targets[0]}\n' for name, targets in ALIASES.items() if name.endswith(VIRTUAL)))
        with open('/etc/mail/sendmail.cf', 'wb') as file:
            subprocess.run(['m4', '/etc/mail/sendmail.mc'], check=True, stdout=file, stderr=subprocess.DEVNULL)
        self.syslog = Syslog('/lab/out/log')
        self.daemon = None

    def start(self):
        subprocess.run([SM, '-bi'], check=True, stdout=subprocess.DEVNULL)
        self.daemon = subprocess.Popen([SM, '-L', 'sm-mta', '-bD'])

    def queue_id(self, said):
        return re.search(r'(\S+) Message accepted', said)[1]

    def busy(self):
        """Whether there is a process beside the daemon; the dead wait for a parent in vain."""
        running = 0
        for process in os.listdir('/proc'):
            try:
                with open(f'/proc/{process}/stat', encoding='utf-8') as file:
                    running += bool(re.match(r'\d+ \(sendmail\S*\) [^Z]', file.read()))
            except OSError:
                pass
        return running > 1

    def last_round(self):
        command = [SM, '-L', 'sm-mta', '-q', '-OTimeout.queuereturn=1s']
        runs = [subprocess.Popen(command) for _ in range(6)]
        for run in runs:
            run.wait()

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
