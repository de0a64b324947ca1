"""Exim as a sender, and as a host that looks who lives here after it has accepted."""
import subprocess

import exim
import users
from late_host import KEY_FILE, MESSAGE
from late_plan import READER, SIGNED, TARGETS, address_of, domain_of, host_of, inner_of, next_of

MAIN = '''
TAG_KEY = ${{readfile{{{key_file}}}{{}}}}
primary_hostname = {host}
localhost_number = {number}
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim4/%slog
local_interfaces = {address}
daemon_smtp_ports = 25
disable_ipv6 = true
acl_smtp_rcpt = accept
dsn_advertise_hosts = *
tls_advertise_hosts =
host_lookup = *
rfc1413_query_timeout = 0s
never_users =
smtp_accept_max = 200
smtp_accept_queue = 0
smtp_accept_queue_per_connection = 0
notifier_socket =
ignore_bounce_errors_after = 2d
delay_warning = 2s
keep_environment =

begin routers
'''
SENDS = '''
bounces:
  driver = accept
  domains = {domain}
  transport = bounces
signed:
  driver = dnslookup
  senders = {signed}
  transport = signed_smtp
outside:
  driver = dnslookup
  transport = remote_smtp
'''
ACCEPTS = '''
gate:
  driver = manualroute
  domains = gate.{domain}
  route_list = * {inner}
  transport = remote_smtp
outside:
  driver = dnslookup
  domains = ! {domain}
  transport = remote_smtp
  no_more
{forwards}
away:
  driver = accept
  local_part_prefix = away-
  transport = away
here:
  driver = accept
  local_part_prefix = here- : told-
  transport = here
  cannot_route_message = Unknown user
'''
FORWARD = '''
{kind}:
  driver = redirect
  local_part_prefix = {kind}-
  data = {target}
'''
TRANSPORTS = '''
begin transports
remote_smtp:
  driver = smtp
  interface = {address}
  hosts_try_fastopen =
signed_smtp:
  driver = smtp
  interface = {address}
  hosts_try_fastopen =
  max_rcpt = 1
  return_path = ${{local_part:$return_path}}+${{eval:$tod_epoch/86400}}.${{length_16:${{hmac{{sha1}}{{TAG_KEY}}\
                {{${{eval:$tod_epoch/86400}}:${{lc:$local_part@$domain:$return_path}}}}}}}}@${{domain:$return_path}}
bounces:
  driver = appendfile
  directory = /var/mail/bounces
  maildir_format
  return_path_add
  envelope_to_add
  delivery_date_add
  user = {reader}
here:
  driver = appendfile
  file = /var/mail/here
  user = {reader}
away:
  driver = autoreply
  to = $sender_address
  from = $local_part@$domain
  subject = Away
  text = "{message}"
  user = {reader}

begin retry
'''


class Host(exim.MTA):
    def __init__(self, accepts): # pylint: disable=super-init-not-called
        users.add(Debian_exim=exim.USER)
        for path in ('/var/spool/exim4', '/var/log/exim4'):
            users.folder(path, exim.USER, exim.USER)
        targets = {kind: f'{kind}-$local_part@{target}' for kind, target in TARGETS.items()}
        targets['both'] += f', here-both-$local_part@{domain_of("exim", True)}'
        targets['lost'] = f'gone-lost-$local_part@{domain_of(next_of("exim"), True)}'
        forwards = ''.join(FORWARD.format(kind=kind, target=target) for kind, target in targets.items())
        self.main = (MAIN + (ACCEPTS if accepts else SENDS) + TRANSPORTS).format(
            host=host_of('exim', accepts), address=address_of('exim', accepts), domain=domain_of('exim', accepts),
            inner=inner_of('exim'), forwards=forwards, number=1 + accepts, key_file=KEY_FILE, signed=f'{SIGNED}@{domain_of("exim", False)}', reader=READER, message=MESSAGE.rpartition('\n\n')[2].strip())
        users.write(exim.CONFIGURATION, self.main + exim.PATIENT)
        self.daemon = None

    def again(self):
        subprocess.run(['exim4', '-qff'], check=True)
