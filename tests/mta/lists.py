"""Exim reads a list as docs/LISTS.md says, as its own user: whom it stops, and what it says to them.

usage: lists.py FOLDER      with acl (the lines of docs/LISTS.md) and list; leaves said, all that Exim answered
"""
import os
import subprocess
import sys

import users

USER = 61001
CONFIGURATION = '''
primary_hostname = mail.shop.example
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = /var/spool/exim4
log_file_path = /var/log/exim4/%slog
domainlist local_domains =
acl_smtp_rcpt = rcpt
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =

begin acl
rcpt:
{acl}
  accept

begin routers
all:
  driver = accept
  transport = none

begin transports
none:
  driver = appendfile
  file = /dev/null
'''
LIST = '/etc/exim4/bouncelog_rcpt'


def main(folder):
    users.add(Debian_exim=USER)
    for path in ('/var/spool/exim4', '/var/log/exim4'):
        users.folder(path, USER, USER)
    with open(f'{folder}/acl', encoding='utf-8') as file:
        acl = file.read()
    users.write('/etc/exim4/exim4.conf', CONFIGURATION.format(acl=acl))
    with open(f'{folder}/list', encoding='utf-8') as file:
        users.write(LIST, file.read(), 0o640)
    os.chown(LIST, 0, USER)
    with open(f'{folder}/rcpts', encoding='utf-8') as file:
        rcpts = file.read().split()
    words = ['EHLO client.example', 'MAIL FROM:<news@shop.example>', *(f'RCPT TO:<{rcpt}>' for rcpt in rcpts), 'QUIT']
    done = subprocess.run(['exim4', '-bh', '192.0.2.1'], input=''.join(word + '\r\n' for word in words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, user=USER, group=USER, extra_groups=[], check=False)
    with open(f'{folder}/said', 'w', encoding='utf-8') as file:
        file.write(done.stdout)


if __name__ == '__main__':
    main(sys.argv[1])
