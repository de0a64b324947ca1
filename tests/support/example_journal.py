"""What examples of --journal are given, where this machine has no journal: a folder with one of our own, or, where none can be made or
read, a log. Prints the arguments that stand for --journal.   usage: example_journal.py FOLDER LOG"""
import os, subprocess, sys

REMOTE = next((path for path in ('/lib/systemd/systemd-journal-remote', '/usr/lib/systemd/systemd-journal-remote') if os.path.exists(path)), None)
folder, log = sys.argv[1:]
FIELDS = {'__REALTIME_TIMESTAMP': '1795460400000000', '__MONOTONIC_TIMESTAMP': '1', '_BOOT_ID': '5f3ac4a0f2f14c0f8a3f0f5d1a2b3c4d',
          '_TRANSPORT': 'syslog', 'SYSLOG_IDENTIFIER': 'postfix/smtp', '_HOSTNAME': 'mx1', '_PID': '9', '_UID': '0', '_COMM': 'smtp',
          '_EXE': '/usr/lib/postfix/sbin/smtp', '_SYSTEMD_UNIT': 'postfix@-.service',
          'MESSAGE': '3A1B2C3D4E: to=<joe@example.com>, relay=mx.example.com[192.0.2.7]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced '
                     '(host mx.example.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))'}
if not REMOTE or 'without the journal' in subprocess.run([os.environ['BOUNCELOG'], '--version'], capture_output=True, text=True).stdout:
    print(log)
    sys.exit()
os.makedirs(folder)
subprocess.run([REMOTE, f'--output={folder}/a.journal', '-'], input=''.join(f'{key}={value}\n' for key, value in FIELDS.items()).encode() + b'\n',
               stderr=subprocess.DEVNULL, check=True)
print(f'--journal --journal-directory {folder}')
