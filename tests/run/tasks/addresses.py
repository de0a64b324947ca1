"""Tasks 24 to 30: whom to stop mailing, why, and how to take that back."""

NIGHT = ('bouncelog scan --history bounces.db -o summary.json -s list.txt mail.log', {'quiet': True})

TASKS = [
    ('A list for a spreadsheet: its name ends in .csv, so it is one.',
     ('bouncelog scan mail.log -o summary.json -s bad.csv && cat bad.csv', {'out': """\
address,category,reason,code,enhanced,count,days,first_seen,last_seen,reply
"carla@example.com","recipient_unknown","No such mailbox at that domain. (only-unknown)",550,"5.1.1",1,1,"2026-11-23T11:00:01Z",\
"2026-11-23T11:00:01Z","<carla@example.com>: Recipient address rejected: User unknown"
"joe@example.com","recipient_unknown","No such mailbox at that domain. (only-unknown)",550,"5.1.1",1,1,"2026-11-16T09:00:01Z",\
"2026-11-16T09:00:01Z","<joe@example.com>: Recipient address rejected: User unknown\""""}),
     ('bouncelog scan mail.log -o summary.json -s bad.txt && cat bad.txt', {'out': 'carla@example.com\njoe@example.com'})),

    ('A list for Postfix; and a format that does not exist.',
     ('bouncelog scan mail.log -o summary.json -s rcpt:postfix && cat rcpt', {'out': """\
carla@example.com\t550 5.1.1 Suppressed by bouncelog as recipient unknown on 2026-11-23
joe@example.com\t550 5.1.1 Suppressed by bouncelog as recipient unknown on 2026-11-16"""}),
     ('bouncelog scan mail.log -o summary.json -s rcpt:postfx', {'code': 2, 'err': "bouncelog: --suppress 'rcpt:postfx': unknown format 'postfx'; did you mean 'postfix'? (plain, "
      'json, csv, postfix, postfix-transport, exim, sendmail, listmonk, listmonk-webhook, ses-csv, ses-json, mailgun-csv, mailgun-json, sparkpost, '
      'sendgrid, mautic, email-csv, hash, postmark, klaviyo, kumomta)'})),

    ('See ten addresses of thirteen, how many more there are, and how to have them all.',
     ('bouncelog dead.log', {'out': """\
200 delivery attempts, 2026-11-22T08:00:01Z to 2026-11-22T08:00:01Z
200 messages: 93.50 % delivered, 6.50 % bounced or expired
...
  user009@example.com                                       recipient_unknown
            550 <user009@example.com>: Recipient address rejected: User unknown
  and 3 more: -s FILE""", 'unseen': ['user010@example.com']}),
     ('bouncelog dead.log -s all.txt > table.txt; wc -l < all.txt; tail -1 all.txt', {'out': '13\nuser012@example.com'})),

    ('Why was this address listed, and how is that changed?',
     ('bouncelog why joe@example.com mail.log', {'out': """\
joe@example.com
  listed     yes, since 2026-11-16T09:00:01Z
  why        No such mailbox at that domain. (only-unknown)
  attempts   1
    2026-11-16T09:00:01Z  bounced  recipient_unknown (suppress)
      550 5.1.1 <joe@example.com>: Recipient address rejected: User unknown
      mx1 4A3B01003, mail.log line 8
  to change  bouncelog history allow --history DB joe@example.com
               never list it, whatever fails; without a history, a line in the file of scan --allow
             bouncelog history forget --history DB joe@example.com
               erase what a history holds against it; logs alone say the same again"""}),
     ('bouncelog scan mail.log -o summary.json --allow allow.txt -s list.txt && cat list.txt', {'out': 'carla@example.com'})),

    ('Why is that one not listed: full for too short a time, blocked for your sake, or never seen?',
     ('bouncelog why full@example.net mail.log', {'out': """\
full@example.net
  listed     no
  why        Its failures do not suffice yet.
  missing    mailbox_full needs 3 messages over 14 days; there are 3 over 9; one after 27 November 2026 10:01 UTC would list it
  attempts   3
..."""}),
     ('bouncelog why user1@outlook.example mail.log', {'out': """\
user1@outlook.example
  listed     no
  why        No failure of it counts against it.
  never      1 failure by ip_blocklisted says nothing of the address, but of you, the sender
  attempts   1
...""", 'unseen': ['of us', 'history forget']}),
     ('bouncelog why nobody@example.com mail.log', {'out': """\
nobody@example.com
  listed     no
  why        It was never seen in these logs (64 lines, 17 attempts).
  attempts   0
..."""})),

    ('Put an address back, see that it is off the list, and take that back again.',
     NIGHT,
     ('cat list.txt', {'out': 'carla@example.com\njoe@example.com'}),
     ('bouncelog history allow --history bounces.db joe@example.com', {'out': 'joe@example.com is allowed: it will not be listed'}),
     ('bouncelog suppress --history bounces.db', {'out': 'carla@example.com'}),
     ('bouncelog history show --history bounces.db joe@example.com', {'out': """\
joe@example.com
  allowed: it is on no list
  without that it is on the lists since 2026-11-23T12:00:00Z
  recipient_unknown: 1 message on 1 day, 2026-11-16T09:00:01Z to 2026-11-16T09:00:01Z
..."""}),
     ('bouncelog history undo --history bounces.db', {'code': 2, 'err': 'bouncelog: history undo: which run? `bouncelog history show` lists them'}),
     ('bouncelog history undo --history bounces.db 2', {'quiet': True}),
     ('bouncelog suppress --history bounces.db', {'out': 'carla@example.com\njoe@example.com'})),

    ('Forget a person on request, after a look at what the history holds.',
     NIGHT,
     ('bouncelog history show --history bounces.db', {'out': """\
days       6, 2026-11-13 to 2026-11-23
hosts      1
logs       1
addresses  3 with evidence, 2 on the lists
domains    0 with evidence
allowed    0
runs that can be taken back
  run 1  2026-11-23T12:00:00Z  scan"""}),
     ('bouncelog history forget --history bounces.db joe@example.com',
      {'out': 'joe@example.com is forgotten: it stands nowhere in the history any more'}),
     ('bouncelog history show --history bounces.db joe@example.com', {'out': 'joe@example.com\n  nothing is held against it'}),
     ('bouncelog suppress --history bounces.db', {'out': 'carla@example.com'}),
     ('grep -c joe@example.com bounces.db', {'code': 1, 'out': '0'})),
]
