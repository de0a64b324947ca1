"""Postfix as a sender, and as a host that looks who lives here after it has accepted."""
import os
import re
import subprocess
import time

import postfix
import users
from late_host import UID
from late_plan import READER, TARGETS, address_of, domain_of, host_of, inner_of, milter_of, next_of

MAIN = '''
compatibility_level = 3.6
myhostname = {host}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
proxy_interfaces = {address}
smtp_bind_address = {address}
inet_protocols = ipv4
default_database_type = texthash
alias_maps =
address_verify_map =
maillog_file = /lab/out/log
maillog_file_prefixes = /lab
minimal_backoff_time = 1h
maximal_backoff_time = 2h
queue_run_delay = 1h
delay_warning_time = 2s
default_process_limit = 40
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_reject_unlisted_recipient = no
smtpd_client_connection_count_limit = 0
anvil_status_update_time = 1h
virtual_mailbox_domains = {domain}
virtual_mailbox_base = /var/mail
virtual_minimum_uid = 100
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
'''
SENDS = '''
virtual_mailbox_maps = static:bounces/
smtpd_milters = {milter}
milter_default_action = accept
'''
ACCEPTS = '''
relay_domains = gate.{domain}
virtual_mailbox_maps = regexp:/etc/postfix/mailboxes
virtual_alias_maps = regexp:/etc/postfix/forwards
transport_maps = regexp:/etc/postfix/transports
'''
AWAY = f'''
away unix - n n - 4 pipe
  flags=FR user={READER} argv=/usr/bin/vacation -z -j -r 0 {READER}
'''


class Host(postfix.MTA):
    def __init__(self, accepts): # pylint: disable=super-init-not-called
        domain, address = domain_of('postfix', accepts), address_of('postfix', accepts)
        users.add(postfix=postfix.USER, postdrop=postfix.DROP)
        users.folder('/var/lib/postfix', postfix.USER, postfix.USER)
        users.folder('/var/spool/postfix')
        for program in ('postdrop', 'postqueue'):
            os.chown(f'/usr/sbin/{program}', 0, postfix.DROP)
            os.chmod(f'/usr/sbin/{program}', 0o2755)
        main = MAIN + (ACCEPTS if accepts else SENDS)
        users.write('/etc/postfix/main.cf', main.format(milter=re.sub(r'(\d+)@(.*)', r'\2:\1', milter_of('postfix')), host=host_of('postfix', accepts), domain=domain, address=address, uid=UID))
        services = postfix.MASTER[postfix.MASTER.index('pickup '):]
        users.write('/etc/postfix/master.cf', f'{address}:25 inet n - n - - smtpd\n{services}{AWAY}')
        users.write('/etc/postfix/dynamicmaps.cf', '')
        here = domain.replace('.', r'\.')
        users.write('/etc/postfix/mailboxes', f'/^(here|told)-.*@{here}$/ here/\n')
        users.write('/etc/postfix/transports', f'/^away-.*@{here}$/ away:\n/@gate\\.{here}$/ relay:[{inner_of("postfix")}]\n')
        targets = {kind: f'{kind}-$1@{target}' for kind, target in TARGETS.items()}
        targets['both'] += f', here-both-$1@{domain}'
        targets['lost'] = f'gone-lost-$1@{domain_of(next_of("postfix"), True)}'
        users.write('/etc/postfix/forwards', ''.join(f'/^{kind}-(.*)@{here}$/ {target}\n' for kind, target in targets.items()))

    def again(self):
        subprocess.run(['postqueue', '-f'], check=True)

    def last_round(self):
        super().last_round()
        # One that was under way when the queue was flushed is not looked at again by itself.
        time.sleep(3)
        self.again()
