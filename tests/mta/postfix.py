"""Postfix: one instance, with a content filter that some mail goes through."""
import os
import re
import socket
import subprocess
import threading

import users
from plan import ALIASES

USER, DROP = 61001, 61002

MAIN = '''
compatibility_level = 3.6
myhostname = mail.sender.example
mydestination = localhost
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_database_type = texthash
alias_maps =
virtual_alias_domains = local.example, virtual.example
address_verify_map =
address_verify_poll_delay = 1s
unverified_recipient_reject_code = 550
virtual_alias_maps = texthash:/etc/postfix/virtual
maillog_file = /lab/out/log
maillog_file_prefixes = /lab
header_checks = regexp:/etc/postfix/header_checks
smtputf8_enable = yes
strict_rfc821_envelopes = no
message_size_limit = 1000000
minimal_backoff_time = 1h
maximal_backoff_time = 2h
queue_run_delay = 1h
maximal_queue_lifetime = 1d
bounce_queue_lifetime = 1d
notify_classes =
transport_maps = inline:{lmtp.example=lmtp:inet:mx.lmtp.example:25}
smtp_tls_security_level = may
smtp_tls_policy_maps = inline:{tls-wanted.example=encrypt}
smtp_connect_timeout = 6s
smtp_helo_timeout = 6s
smtp_mail_timeout = 6s
smtp_rcpt_timeout = 6s
smtp_data_init_timeout = 6s
smtp_data_xfer_timeout = 6s
smtp_data_done_timeout = 6s
smtp_quit_timeout = 6s
default_process_limit = 60
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_hard_error_limit = 100
anvil_status_update_time = 1h
'''

VERBOSE = '''
enable_long_queue_ids = yes
smtp_tls_loglevel = 1
smtpd_tls_loglevel = 1
syslog_name = postfix-out
'''

MASTER = '''
127.0.0.1:2525 inet n - n - - smtpd
127.0.0.1:2526 inet n - n - - smtpd
  -o content_filter=smtp:[127.0.0.1]:10025
127.0.0.1:2527 inet n - n - - smtpd
  -o smtpd_recipient_restrictions=reject_unverified_recipient,permit_mynetworks,reject
127.0.0.1:10026 inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
tlsmgr unix - - n 1000? 1 tlsmgr
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
'''


def copy(source, target):
    """From one socket to the other, until the end."""
    try:
        while octets := source.recv(65536):
            target.sendall(octets)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def run_filter():
    """A content filter that finds everything clean: SMTP goes through, and in again."""
    listener = socket.create_server(('127.0.0.1', 10025), backlog=64)
    while True:
        outer, _ = listener.accept()
        inner = socket.create_connection(('127.0.0.1', 10026))
        for pair in ((outer, inner), (inner, outer)):
            threading.Thread(target=copy, args=pair, daemon=True).start()


class MTA:
    def __init__(self, verbose):
        threading.Thread(target=run_filter, daemon=True).start()
        users.add(postfix=USER, postdrop=DROP)
        users.folder('/var/lib/postfix', USER, USER)
        users.folder('/var/spool/postfix')
        for program in ('postdrop', 'postqueue'):
            os.chown(f'/usr/sbin/{program}', 0, DROP)
            os.chmod(f'/usr/sbin/{program}', 0o2755)
        users.write('/etc/postfix/main.cf', MAIN + (VERBOSE if verbose else ''))
        users.write('/etc/postfix/master.cf', MASTER)
        users.write('/etc/postfix/dynamicmaps.cf', '')
        users.write('/etc/postfix/header_checks', '/^Subject: / INFO\n')
        users.write('/etc/postfix/virtual', ''.join(f'{name} {", ".join(targets)}\n'
                                                    for name, targets in ALIASES.items()))

    def start(self):
        subprocess.run(['postfix', 'start'], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def queue_id(self, said):
        return re.search(r'queued as (\w+)', said)[1]

    def busy(self):
        """Whether anything is neither gone nor deferred."""
        queue = subprocess.run(['postqueue', '-j'], check=True, stdout=subprocess.PIPE, text=True).stdout
        return '"queue_name": "active"' in queue or '"queue_name": "incoming"' in queue

    def last_round(self):
        """Whatever fails once more now has been here for too long."""
        subprocess.run(['postconf', '-e', 'maximal_queue_lifetime=1s', 'bounce_queue_lifetime=1s'], check=True)
        # A reload would race with the flush: a queue manager that is about to end takes it.
        self.stop()
        self.start()
        subprocess.run(['postqueue', '-f'], check=True)

    def stop(self):
        subprocess.run(['postfix', 'stop'], check=True, stderr=subprocess.DEVNULL)
