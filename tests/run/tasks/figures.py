"""Tasks 12 to 23: how much bounced, of whose mail, where, and when."""

TASKS = [
    ('How large is the bounce rate of messages, and why is that of attempts another?',
     ("bouncelog scan mail.log | jq -c '.messages, .attempts, .rates'", {'out': """\
{"total":14,"delivered":5,"bounced":5,"expired":0,"waiting":4,"discarded":0,"handed_over":0}
{"total":17,"delivered":5,"deferred":6,"bounced":6,"expired":0,"handed_over":0,"discarded":0,"refused":0,"bounced_later":0,"complained":0}
{"attempts":{"bounce_rate":0.3529},"messages":{"delivery_rate":0.3571,"bounce_rate":0.3571,"hard_bounce_rate":0.3571}}"""})),

    ('Greylisting dilutes nothing: one of four messages bounced, whatever was deferred before.',
     ('bouncelog grey.log', {'out': """\
13 delivery attempts, 2026-11-23T08:00:01Z to 2026-11-23T08:20:00Z
4 messages: 75.00 % delivered, 25.00 % bounced or expired
  (25.00 % refused for good), 0 still waiting
...
         9  greylisted                   ####################################
            Retry from the same IP after the time asked; the queue does it.
...""", 'unseen': ['Who refuses or slows']}),
     ("bouncelog scan grey.log | jq -c '[.rates[].bounce_rate]'", {'out': '[0.0769,0.25]'})),

    ('Which sender domain and which sender bounce most?',
     ('bouncelog campaigns.log', {'out': """\
...
Messages by sender domain
         4  mail.shop.example                     25.00 % bounced or expired
         4  news.shop.example                     50.00 % bounced or expired
         2  forward.shop.example                   0.00 % bounced or expired
         2  shop.example                           0.00 % bounced or expired

..."""}),
     ("bouncelog scan mail.log campaigns.log | jq -c '.streams[] | select(.kind == \"sender_domain\") | [.name, .total, .bounced, .bounce_rate]'",
      {'out': """\
["shop.example",16,5,0.3125]
["mail.shop.example",4,1,0.25]
["news.shop.example",4,2,0.5]
["forward.shop.example",2,0,0]"""}),
     ("bouncelog scan mail.log | jq -c '.streams[] | select(.kind == \"sender\") | [.name, .total, .bounced, .bounce_rate]'", {'out': """\
["news@shop.example",7,1,0.1429]
["orders@shop.example",7,4,0.5714]"""})),

    ('How did a mailing do whose senders differ for each recipient (VERP) or message; who wrote what is forwarded (SRS) or signed (BATV)?',
     ("bouncelog scan campaigns.log | jq -c '.streams[] | select(.kind != \"sender_domain\") | [.kind, .name, .total, .hard_bounce_rate]'", {'out': """\
["sender","bounce-camp-1124@news.shop.example",4,0.5]
["sender","bounces+1124@mail.shop.example",4,0.25]
["sender","carl@example.org",2,0]
["sender","orders@shop.example",2,0]
["campaign","bounce-camp-1124@news.shop.example",4,0.5]
["campaign","bounces+1124@mail.shop.example",4,0.25]""", 'unseen': ['joe', '48213377', 'SRS', 'srs', 'prvs']})),

    ('Bounce messages that your server wrote itself stand apart, and list nobody.',
     ("bouncelog scan mail.log | jq -c '.messages.total, .notifications'", {'out': """\
14
{"total":1,"delivered":0,"bounced":1,"expired":0,"waiting":0,"discarded":0,"handed_over":0}"""}),
     ('bouncelog scan mail.log -s list.txt -o summary.json && cat list.txt', {'out': 'carla@example.com\njoe@example.com',
                                                                            'unseen': ['orders@example.org']})),

    ('A server that is down for an hour is no thousand attempts: lines of mail that was not tried stand apart.',
     ('bouncelog skipped.log', {'out': """\
1 delivery attempt, 2026-11-23T08:00:01Z to 2026-11-23T08:00:01Z
1 message: 100.00 % delivered, 0.00 % bounced or expired
  (0.00 % refused for good), 0 still waiting
10 lines: 1 delivery, 9 context, 0 others, 0 not understood
  5 lines are about mail that was not tried (skipped), so no attempt
...""", 'unseen': ['down.example']}),
     ("bouncelog scan skipped.log | jq -c '.skipped'", {'out': '5'})),

    ('Which provider blocks which of your hosts, since when, and has it ended?',
     ('bouncelog mail.log', {'out': """\
...
Who refuses or slows your hosts
         3  ip_blocklisted at microsoft (spamhaus) from mx1
            since 2026-11-21T03:11:09Z, last 2026-11-21T05:00:09Z; ended
         2  rate_limited at google from mx1
            since 2026-11-22T23:30:01Z, last 2026-11-23T11:30:00Z; goes on
            asks to wait 10 min
         1  reputation at google from mx1
            since 2026-11-22T14:00:01Z, last 2026-11-22T14:00:01Z; ended

..."""}),
     ('bouncelog saturday.log --until "2026-11-21 09:00"', {'out': """\
...
Who refuses or slows your hosts
         3  ip_blocklisted at microsoft (spamhaus) from mx1
            since 2026-11-21T03:11:09Z, last 2026-11-21T05:00:09Z; goes on

...""", 'unseen': ['; ended']})),

    ('How long does Gmail ask to wait, and what does it take meanwhile?',
     ("bouncelog scan mail.log | jq -c '.episodes[] | select(.provider == \"google\" and .ended == false) | [.kind, .retry_after_s, .count]'",
      {'out': '["rate_limited",600,2]'}),
     ("bouncelog scan mail.log | jq -c '.providers[] | select(.name == \"google\") | .messages | [.delivered, .waiting]'", {'out': '[1,1]'})),

    ('Look at yesterday only; and see why a time without attempts shows none.',
     ('bouncelog mail.log --since yesterday --until today', {'out': """\
5 delivery attempts, 2026-11-22T10:00:01Z to 2026-11-22T23:30:01Z
4 messages: 50.00 % delivered, 0.00 % bounced or expired
  (0.00 % refused for good), 2 still waiting
64 lines: 17 deliveries, 47 context, 0 others, 0 not understood
...""", 'unseen': ['microsoft (', 'carla@example.com']}),
     ('bouncelog mail.log --since now', {'out': """\
No delivery attempts.
64 lines: 17 deliveries, 47 context, 0 others, 0 not understood
  none of the deliveries is of the time or the sender asked for"""})),

    ('Look at the last two hours, and at an hour by the clock.',
     ('bouncelog mail.log --since 2h', {'out': """\
4 delivery attempts, 2026-11-23T11:00:01Z to 2026-11-23T11:30:00Z
3 messages: 33.33 % delivered, 33.33 % bounced or expired
  (33.33 % refused for good), 1 still waiting
...""", 'unseen': ['joe@example.com']}),
     ("bouncelog mail.log --since '2026-11-22 14:00' --until '2026-11-22 15:00'", {'out': """\
2 delivery attempts, 2026-11-22T14:00:01Z to 2026-11-22T14:30:01Z
1 message: 100.00 % delivered, 0.00 % bounced or expired
..."""}),
     ("bouncelog mail.log --since 'two hours ago'", {'code': 2, 'err': "bouncelog: --since 'two hours ago': expected 2026-11-22, '2026-11-22 03:00', "
      "2026-11-22T03:00:00Z, yesterday, today, now, 'last week', 24h, 2h30m or 7d"})),

    ('Look at last week.',
     ("bouncelog mail.log --since 'last week' --until today", {'out': """\
12 delivery attempts, 2026-11-16T09:00:01Z to 2026-11-22T23:30:01Z
11 messages: 36.36 % delivered, 36.36 % bounced or expired
  (36.36 % refused for good), 3 still waiting
...
  joe@example.com                                           recipient_unknown
            550 <joe@example.com>: Recipient address rejected: User unknown""", 'unseen': ['carla@example.com']})),

    ('What did Gmail defer yesterday, as the cookbook asks?',
     ('bouncelog scan --since yesterday --until today -o day.json --events day.ndjson mail.log', {'quiet': True}),
     ("jq -c 'select(.provider == \"google\" and .outcome == \"deferred\") | [.time, .recipient, .category, .text]' day.ndjson", {'out': """\
["2026-11-22T14:00:01Z","gina@google.example","reputation","Our system has detected an unusual rate of unsolicited mail originating from your IP \
address. To protect our users from spam, mail sent from your IP address has been temporarily rate limited."]
["2026-11-22T23:30:01Z","gerd@google.example","rate_limited","The user you are trying to contact is receiving mail too quickly. Please try again \
in 10 minutes."]"""}),
     ("jq -c '.episodes[] | select(.provider == \"google\") | [.kind, .first_seen, .ended]' day.json",
      {'out': '["rate_limited","2026-11-22T23:30:01Z",false]\n["reputation","2026-11-22T14:00:01Z",true]'}),
     ("jq -c '.providers[] | select(.name == \"google\") | .messages' day.json",
      {'out': '{"total":2,"delivered":1,"bounced":0,"expired":0,"waiting":1,"discarded":0,"handed_over":0}'}),
     ("jq -c '.retries.providers[] | select(.name == \"google\")' day.json",
      {'out': '{"name":"google","count":1,"half_within_s":1800,"most_within_s":1800}'})),
]
