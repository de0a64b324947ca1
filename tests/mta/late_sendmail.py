"""sendmail as a sender, and as a host whose mail.local finds out who lives here."""
import os
import subprocess

import sendmail
import users
from devlog import Syslog
from late_host import HOME, UID
from late_plan import GATE, READER, SIGNED, address_of, domain_of, everybody, host_of, inner_of, milter_of

SOURCE = r'''
divert(-1)
define(`_CF_DIR_', `/usr/share/sendmail/cf/')
include(`/usr/share/sendmail/cf/m4/cf.m4')
divert(0)
OSTYPE(`linux')
define(`confDOMAIN_NAME', `HOST')
define(`ALIAS_FILE', `/etc/mail/aliases')
define(`QUEUE_DIR', `/var/spool/mqueue')
define(`confPID_FILE', `/run/sendmail.pid')
define(`confQUEUE_LA', `500')
define(`confREFUSE_LA', `500')
define(`confDELAY_LA', `0')
define(`confDONT_PROBE_INTERFACES', `True')
define(`confDONT_BLAME_SENDMAIL', `groupwritabledirpathsafe')
define(`confLOG_LEVEL', `9')
define(`confTO_IDENT', `0')
define(`confTO_QUEUEWARN', `2s')
define(`confDEF_USER_ID', `READER:READER')
define(`confDOUBLE_BOUNCE_ADDRESS', `')
FEATURE(`no_default_msa')
FEATURE(`nouucp', `nospecial')
FEATURE(`promiscuous_relay')
FEATURE(`accept_unresolvable_domains')
FEATURE(`local_lmtp', `/usr/libexec/sendmail/mail.local')
FEATURE(`mailertable', `text -k 0 -v 1 /etc/mail/mailertable')
MODIFY_MAILER_FLAGS(`LOCAL', `-w')
DAEMON_OPTIONS(`Name=MTA, Port=25, Addr=ADDRESS')
CLIENT_OPTIONS(`Family=inet, Addr=ADDRESS')
FILTERS
MAILER(`local')
MAILER(`smtp')
LOCAL_CONFIG
CwDOMAIN
'''
VACATION = '/usr/libexec/sendmail/vacation.sendmail'


class Host(sendmail.MTA):
    def __init__(self, accepts): # pylint: disable=super-init-not-called
        users.add(smmta=61001, smmsp=61002)
        users.folder('/var/spool/mqueue', mode=0o700)
        users.folder('/etc/mail')
        # As it was before there was a queue for submission.
        os.chmod(sendmail.SM, 0o4755)
        if not os.path.lexists('/usr/sbin/sendmail'):
            os.symlink(sendmail.SM, '/usr/sbin/sendmail')
        source = SOURCE.replace('READER', READER) # who runs programs
        source = source.replace('FILTERS', '' if accepts else "INPUT_MAIL_FILTER(`signer', `S=" + milter_of('sendmail') + "')")
        for name, value in (('HOST', host_of), ('ADDRESS', address_of), ('DOMAIN', domain_of)):
            source = source.replace(f'`{name}\'', f'`{value("sendmail", accepts)}\'').replace(f'={name}\'', f'={value("sendmail", accepts)}\'')
            source = source.replace(f'Cw{name}', f'Cw{value("sendmail", accepts)}')
        users.write('/etc/mail/sendmail.mc', source)
        users.write('/etc/mail/local-host-names', '')
        users.write('/etc/mail/mailertable', '' if not accepts else f'gate.{domain_of("sendmail", True)} esmtp:[{inner_of("sendmail")}]\n')
        users.write('/etc/mail/aliases', 'MAILER-DAEMON: root\npostmaster: root\n' + f'{SIGNED}: {READER}\n' * (not accepts) + ''.join(self.aliases() if accepts else ()))
        with open('/etc/mail/sendmail.cf', 'wb') as file:
            subprocess.run(['m4', '/etc/mail/sendmail.mc'], check=True, stdout=file, stderr=subprocess.DEVNULL)
        self.syslog = Syslog('/lab/out/log')
        self.daemon = None

    def aliases(self):
        for rcpt in everybody():
            if rcpt.acceptor != 'sendmail' or rcpt.kind in ('gone', *GATE):
                continue
            targets = [target for target in (rcpt.target, rcpt.copy) if target] or [READER]
            if rcpt.kind == 'away': # each remembers for himself whom he has told
                targets = [f'"|{VACATION} -z -j -f {rcpt.name} {READER}"']
                subprocess.run([VACATION, '-i', '-f', rcpt.name], check=True, user=UID, group=UID, cwd=HOME)
            yield f'{rcpt.address.partition("@")[0]}: {", ".join(targets)}\n'
        for rcpt in everybody():
            if rcpt.acceptor == 'sendmail' and rcpt.copy:
                yield f'{rcpt.copy.partition("@")[0]}: {READER}\n'

    def again(self):
        subprocess.run([sendmail.SM, '-L', 'sm-mta', '-q'], check=True)
