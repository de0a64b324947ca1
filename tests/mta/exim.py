"""Exim, with a configuration of its own."""
import re
import signal
import subprocess

import users
from plan import ALIASES

USER = 61001
CONFIGURATION = '/etc/exim4/exim4.conf'

MAIN = '''
primary_hostname = mail.sender.example
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim4/%slog
domainlist local_domains = local.example : virtual.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = 2525
disable_ipv6 = true
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
acl_smtp_vrfy = deny
helo_accept_junk_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
never_users =
smtp_accept_max = 200
smtp_accept_queue = 0
queue_run_max = 20
ignore_bounce_errors_after = 2d
timeout_frozen_after = 7d
delay_warning =
keep_environment =
untrusted_set_sender = *

begin acl
rcpt:
  deny domains = +local_domains
       !verify = recipient
       message = Unknown user
  accept

begin routers
lmtp:
  driver = manualroute
  domains = lmtp.example
  route_list = * mx.lmtp.example
  transport = remote_lmtp
dnslookup:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote_smtp
  no_more
aliases:
  driver = redirect
  data = ${lookup{$local_part@$domain}lsearch{/etc/exim4/aliases}}

begin transports
remote_smtp:
  driver = smtp
  hosts_try_fastopen =
  connect_timeout = 6s
  command_timeout = 6s
  data_timeout = 6s
  final_timeout = 6s
  message_linelength_limit = 100000
remote_lmtp:
  driver = smtp
  protocol = lmtp
  port = 25
  hosts_try_fastopen =

begin retry
'''
PATIENT = '* * F,1d,1h\n'
IMPATIENT = '* * F,1s,1s\n'


class MTA:
    def __init__(self, verbose):
        users.add(Debian_exim=USER)
        for path in ('/var/spool/exim4', '/var/log/exim4'):
            users.folder(path, USER, USER)
        users.write('/etc/exim4/aliases', ''.join(f'{name}: {", ".join(targets)}\n'
                                                  for name, targets in ALIASES.items()))
        self.main = ('log_selector = +all\n' if verbose else '') + MAIN
        users.write(CONFIGURATION, self.main + PATIENT)
        self.daemon = None

    def start(self):
        self.daemon = subprocess.Popen(['exim4', '-bdf'])

    def queue_id(self, said):
        return re.search(r'id=(\S+)', said)[1]

    def busy(self):
        """Whether a process delivers or receives anything."""
        shown = subprocess.run(['exiwhat'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        return any(word in shown.stdout for word in ('deliver', 'handling', 'running queue'))

    def last_round(self):
        users.write(CONFIGURATION, self.main + IMPATIENT)
        runs = [subprocess.Popen(['exim4', '-qff']) for _ in range(6)]
        for run in runs:
            run.wait()

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
        subprocess.run(['cp', '/var/log/exim4/mainlog', '/lab/out/log'], check=True)
