"""Tasks 1 to 11: a first look, and what can go wrong with it. (what the person wants, (command, what must be seen)...)"""

NOTHING = """\
No delivery attempts.
0 lines: 0 deliveries, 0 context, 0 others, 0 not understood"""

TASKS = [
    ('See what bounced in a log, why, and whom to stop mailing.',
     ('bouncelog mail.log', {'out': """\
17 delivery attempts, 2026-11-13T10:00:01Z to 2026-11-23T11:30:00Z
14 messages: 35.71 % delivered, 35.71 % bounced or expired
  (35.71 % refused for good), 4 still waiting
  besides, 1 notification that your own mail server wrote
64 lines: 17 deliveries, 47 context, 0 others, 0 not understood

Outcomes
         5  delivered                    ###########
         6  deferred                     #############
         6  bounced                      #############
...
Why mail failed, and what to do
...
         3  recipient_unknown            ####################################
            Remove the address; look for typing errors where it was collected.
            since 2026-11-16, last seen 2026-11-23, 2 in the last 24 hours
            e.g. 550 <joe@example.com>: Recipient address rejected: User unknown
...
Addresses to suppress
  carla@example.com                                         recipient_unknown
            550 <carla@example.com>: Recipient address rejected: User unknown
  joe@example.com                                           recipient_unknown
            550 <joe@example.com>: Recipient address rejected: User unknown""",
                             'unseen': ['full@example.net  ', 'user1@outlook.example', '{"schema"', '\x1b']})),

    ('Mistype a command, an option, or a question, and be told the right one.',
     ('bouncelog scna mail.log', {'code': 2, 'err': 'bouncelog: there is no command "scna"; did you mean "scan"?'}),
     ('bouncelog mail.log --sinse yesterday', {'code': 2, 'err': "bouncelog: unknown option '--sinse' (did you mean --since?)"}),
     ('bouncelog why mail.log joe@example.com',
      {'code': 2, 'err': "bouncelog: 'mail.log' is a file: the address comes first, then the logs"}),
     ('bouncelog suppress mail.log', {'code': 2, 'err': 'bouncelog: --history DB is missing; to read logs: bouncelog scan -s FILE LOG...'})),

    ('Name a file that is not there, a folder, a pattern in quotes: each is told of, with what to do.',
     ("bouncelog mial.log maildir 'old*.log'", {'code': 3, 'out': NOTHING, 'err': """\
bouncelog: mial.log: cannot open: No such file or directory
bouncelog: maildir: is a directory; name the files in it
bouncelog: old*.log: cannot open: No such file or directory; a shell expands * and ? only where they are not quoted and a file is named so""",
                                                 'unseen': ['Outcomes']})),

    ('Read logs in which there is no mail: an empty one, one of cron.',
     ('bouncelog empty.log', {'out': NOTHING, 'unseen': ['Outcomes']}),
     ('bouncelog cron.log', {'out': """\
No delivery attempts.
9 lines: 0 deliveries, 0 context, 9 others, 0 not understood
  no line is a mail server's: is this the right log? (bouncelog doctor FILE)"""})),

    ('Read a log that one may not read, and learn who may.',
     ('chmod 640 secret.log; setpriv --reuid 65534 --regid 65534 --clear-groups bouncelog secret.log',
      {'code': 3, 'out': NOTHING, 'err': 'bouncelog: secret.log: cannot open: Permission denied; bouncelog doctor says who may read it'}),
     ('setpriv --reuid 65534 --regid 65534 --clear-groups bouncelog doctor secret.log',
      {'code': 3, 'out': """\
...
WRONG secret.log: cannot open: Permission denied
      Its group may: adduser nobody root, then log in again."""})),

    ('Read a .gz that was cut off: what is there counts, and the exit code says that something is missing.',
     ('bouncelog cut.log.gz', {'code': 3, 'out': """\
5 delivery attempts, 2026-11-13T10:00:01Z to 2026-11-21T03:11:09Z
5 messages: 20.00 % delivered, 40.00 % bounced or expired
...
  joe@example.com                                           recipient_unknown
...""", 'err': 'bouncelog: cut.log.gz: truncated gzip data after 3087 decoded bytes'})),

    ('Read a log that a Windows tool saved as UTF-16.',
     ('bouncelog utf16.log', {'code': 3, 'out': """\
No delivery attempts.
...""", 'err': "bouncelog: utf16.log: none of its 65 lines is a mail log's: it is UTF-16; write it as UTF-8: iconv -f UTF-16 -t UTF-8"}),
     ('bouncelog doctor utf16.log', {'code': 3, 'out': """\
...
WRONG utf16.log: no line of Postfix, Exim or sendmail among 64
      It is UTF-16; write it as UTF-8: iconv -f UTF-16 -t UTF-8.""", 'unseen': ['A header of your own']}),
     ('iconv -f UTF-16 -t UTF-8 utf16.log | bouncelog -', {'out': """\
17 delivery attempts, 2026-11-13T10:00:01Z to 2026-11-23T11:30:00Z
..."""})),

    ('Which version is this, and what can it do?',
     ('bouncelog --version', {'out': 'bouncelog VERSION\n...'}),
     ('bouncelog version', {'code': 2, 'err': 'bouncelog: there is no command "version"; did you mean "--version"?'}),
     ('bouncelog help', {'out': """\
bouncelog reads the logs of mail servers and says what bounced, why, and whom to
stop mailing.

  bouncelog FILE...                  what bounced in these logs: scan --text
...
  bouncelog why ADDRESS [LOG...]     one address: listed or not, and why
...
Example:  bouncelog scan --suppress bad-addresses.txt /var/log/mail.log*"""}),
     ('bouncelog help why', {'out': """\
usage: bouncelog why [OPTIONS] ADDRESS LOG...
..."""})),

    ('Is all in place: can this log be read, are the patterns right, do two logs have the same lines?',
     ('bouncelog doctor mail.log', {'out': """\
...
ok    mail.log: plain, postfix, header iso8601, stamps with a zone, 17 deliveries among 64 lines""", 'unseen': ['WRONG']}),
     ('bouncelog doctor mail.log saturday.log', {'code': 3, 'out': """\
...
WRONG mail.log and saturday.log have 34 lines in common
      Read only one of them, or attempts count twice."""}),
     ('bouncelog patterns check | sed "s/[0-9]* patterns, [0-9]* examples/so many/"', {'out': 'so many, 0 faults'})),

    ('Read the journal of a machine that has none: that is told, and no list is written.',
     ('bouncelog scan --journal-directory maildir -o summary.json -s list.txt',
      {'code': 3, 'err': 'bouncelog: journal: no file of a journal is in maildir'}),
     ('cat list.txt', {'quiet': True})),

    ('Have colours where they are asked for, and none in a pipe.',
     ('bouncelog mail.log --color=always', {'out': """\
...
\x1b[1mOutcomes\x1b[0m
         5  delivered                    \x1b[32m###########\x1b[0m
         6  deferred                     \x1b[33m#############\x1b[0m
         6  bounced                      \x1b[31m#############\x1b[0m
..."""}),
     ('bouncelog mail.log', {'out': """\
...
Outcomes
         5  delivered                    ###########
...""", 'unseen': ['\x1b']}),
     ('bouncelog mail.log --color=blue', {'code': 2, 'err': "bouncelog: --color 'blue': expected one of auto, always, never"})),
]
