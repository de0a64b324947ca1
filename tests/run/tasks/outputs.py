"""Tasks 31 to 37: what others are given: reports, alarms, explanations, metrics, pages, what changed."""

EQUAL = "jq -S '[.messages, .attempts, .rates, .categories, .providers, .streams, .days]'"
METRICS = """\
...
bouncelog_last_run_complete 1
...
bouncelog_last_run_replies{mta="postfix",outcome="bounced",disposition="bounced",category="recipient_unknown"} 3
...
bouncelog_last_run_message_bounce_ratio 0.3571
...
bouncelog_suppressed_addresses{reason="recipient_unknown"} 2
..."""

TASKS = [
    ('A report over a period has the numbers of a scan of it.',
     ('bouncelog scan --history bounces.db -o night.json mail.log', {'quiet': True}),
     ("bouncelog report --history bounces.db --since 'last week' --until today --text", {'out': """\
12 delivery attempts, 2026-11-16T09:00:01Z to 2026-11-22T23:30:01Z
11 messages: 36.36 % delivered, 36.36 % bounced or expired
  (36.36 % refused for good), 3 still waiting
..."""}),
     ("bouncelog report --history bounces.db --since 'last week' --until today -o report.json && "
      "bouncelog scan --since 'last week' --until today -o scan.json mail.log && "
      f'{EQUAL} report.json > a && {EQUAL} scan.json > b && cmp a b && jq -c .messages report.json',
      {'out': '{"total":11,"delivered":4,"bounced":4,"expired":0,"waiting":3,"discarded":0,"handed_over":0}'})),

    ('An alarm for a newsletter, for a provider, and only when there was enough mail.',
     ("bouncelog scan -o summary.json --fail-on 'stream:orders@shop.example/bounce_rate>50%' mail.log",
      {'code': 1, 'err': 'bouncelog: --fail-on stream:orders@shop.example/bounce_rate>50% holds: 57.14 %'}),
     ("bouncelog scan -o summary.json --fail-on 'stream:news@shop.example/bounce_rate>50%' mail.log", {'quiet': True}),
     ("bouncelog scan -o summary.json --fail-on 'provider:microsoft/hard_bounce_rate>50%@5' mail.log",
      {'code': 1, 'err': 'bouncelog: --fail-on provider:microsoft/hard_bounce_rate>50%@5 holds: 60.00 %'}),
     ("bouncelog scan -o summary.json --fail-on 'provider:microsoft/hard_bounce_rate>50%@6' mail.log", {'quiet': True}),
     ("bouncelog scan -o summary.json --fail-on 'category:ip_blocklisted>0' mail.log",
      {'code': 1, 'err': 'bouncelog: --fail-on category:ip_blocklisted>0 holds: 3 at microsoft (spamhaus) from mx1'}),
     ("bouncelog scan -o summary.json --fail-on 'provider:micrsoft/hard_bounce_rate>50%' mail.log",
      {'code': 2, 'err': "bouncelog: --fail-on 'provider:micrsoft/hard_bounce_rate>50%': unknown provider 'micrsoft'; did you mean 'microsoft'?"})),

    ('What does this reply mean, what is to be done, and which rule said so?',
     ("bouncelog explain '550 5.7.1 Service unavailable, Client host [192.0.2.25] blocked using Spamhaus'", {'out': """\
category  ip_blocklisted
meaning   A DNS list or local list names your IP.
remedy    Look the address up at https://check.spamhaus.org/, stop the cause, request removal there.
action    fix_sender
...
list      spamhaus""", 'unseen': ['suppress', 'rules']}),
     ("bouncelog explain --rules '550 5.1.1 <joe@example.com>: User unknown'", {'out': """\
category  recipient_unknown
meaning   No such mailbox at that domain.
remedy    Remove the address; look for typing errors where it was collected.
action    suppress
...
shape     <addr>: user unknown
rules
  whole     only-unknown: takes it
..."""}),
     ('grep carla mail.log | bouncelog explain -', {'out': """\
category  recipient_unknown
...
recipient carla@example.com
...
outcome   bounced
..."""})),

    ('What does a code mean, what a category, and when does one list an address?',
     ('bouncelog codes 5.1.1', {'out': """\
5.1.1
  meaning   Bad destination mailbox address
  category  recipient_unknown
            No such mailbox at that domain.
..."""}),
     ('bouncelog categories mailbox_full', {'out': """\
mailbox_full
  meaning   Over quota (4xx or 5xx).
  remedy    The owner must free space; full for weeks = abandoned ("over quota and inactive" is recipient_disabled).
...
  listed    after 3 messages, the first and the last at least 14 days apart
..."""}),
     ('bouncelog categories mailbox_ful', {'code': 2, 'err': 'bouncelog: there is no category "mailbox_ful"; did you mean "mailbox_full"?'}),
     ('bouncelog codes mailbox_full', {'code': 2, 'err': "bouncelog: 'mailbox_full' is no code but a category: bouncelog categories mailbox_full"}),
     ('bouncelog categories 550', {'code': 2, 'err': 'bouncelog: there is no category "550"; codes are explained by `bouncelog codes 550`'})),

    ('Metrics for Prometheus, that everybody may read and that name nobody.',
     ('bouncelog scan mail.log -o summary.json --prometheus bouncelog.prom && cat bouncelog.prom',
      {'out': METRICS, 'unseen': ['joe@', 'carla@']}),
     ('stat -c %a bouncelog.prom summary.json', {'out': '644\n600'})),

    ('A page and a list for a colleague who may not see addresses.',
     ("bouncelog scan mail.log -o summary.json --html page.html && grep -o '[.a-z]*@example[.a-z]*' page.html | sort -u",
      {'out': '...@example.com\n...@example.net', 'unseen': ['joe@', 'carla@']}),
     ("bouncelog scan mail.log -o summary.json --html page.html --addresses && grep -o '[.a-z]*@example[.a-z]*' page.html | sort -u",
      {'out': 'carla@example.com\nfull@example.net\njoe@example.com'}),
     ('bouncelog scan mail.log --hash sha256 --hash-key-file key -o summary.json -s hashes.txt && cat hashes.txt', {'out': """\
355dc9f639420aca46b9b74ce31713db29e74b3cf30c631cdbbe4c1f193b2d33
86bf6b5aa7ceaa4abd092aeb787d4071a8d8f993a37ad4cea155ca8dde46194e"""}),
     ('grep -c -e joe@ -e carla@ summary.json', {'code': 1, 'out': '0'}),
     ('bouncelog mail.log --hash sha256', {'code': 2, 'err': 'bouncelog: --hash and --hash-key-file go together'})),

    ('What changed since the night before?',
     ('cp saturday.log today.log && bouncelog scan --history bounces.db -o old.json today.log',
      {'err': 'bouncelog: the newest attempt that the history knows of is of 2026-11-21T09:40:05Z, 50 hours ago: is mail still logged where these logs '
              'are?'}),
     ('cp mail.log today.log && bouncelog scan --history bounces.db -o new.json today.log', {'quiet': True}),
     ('bouncelog changes old.json new.json', {'out': """\
New block: google refuses mx1, rate_limited, 2 times, since 2026-11-22T23:30:01Z
New block: google refuses mx1, reputation, 1 time, since 2026-11-22T14:00:01Z
Newly dead: 1 address: 1 @example.com""", 'unseen': ['carla@', 'Put back', 'microsoft']}),
     ('bouncelog changes --addresses old.json new.json | grep dead', {'out': 'Newly dead: 1 address: carla@example.com'}),
     ('bouncelog changes new.json new.json', {'quiet': True}),
     ('bouncelog changes mail.log', {'code': 3, 'err': 'bouncelog: mail.log: is no summary of bouncelog, or not all of one'})),
]
