#include "generate.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { OPEN = 512, LINE = 2048, START = 1795226400 /* 2026-11-21T02:00:00Z */ };

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* One message on its way: which of its lines comes next. */
struct message {
    int step; /* 0: the place is free */
    uint32_t address, sender, number;
    int tries;
    int64_t not_before, arrived;
    char id[24];
};

struct generator {
    FILE *out;
    const struct generate_options *options;
    struct generate_counts counts;
    uint64_t state;
    int64_t now;
    uint32_t numbers;
    struct message open[OPEN];
};

/* splitmix64 (Sebastiano Vigna, public domain) */
static uint64_t next(struct generator *g)
{
    uint64_t z = (g->state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint32_t below(struct generator *g, uint32_t n)
{
    return (uint32_t)((next(g) >> 32) * n >> 32);
}

__attribute__((format(printf, 2, 3))) static void line(struct generator *g, const char *format, ...)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[LINE];
    struct tm tm;
    time_t now = (time_t)g->now;
    gmtime_r(&now, &tm);
    size_t n;
    if (g->options->mta == GENERATE_EXIM)
        n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S ", &tm);
    else
        n = (size_t)snprintf(text, sizeof text, "%.3s %2d %02d:%02d:%02d mx1 ",
                             months + (size_t)tm.tm_mon * 3, tm.tm_mday, tm.tm_hour, tm.tm_min,
                             tm.tm_sec);
    va_list args;
    va_start(args, format);
    n += (size_t)vsnprintf(text + n, sizeof text - n - 1, format, args);
    va_end(args);
    text[n++] = '\n';
    fwrite(text, 1, n, g->out);
    g->counts.bytes += (int64_t)n;
    g->counts.lines++;
    if (below(g, 400) == 0)
        g->now++;
}

/* A few domains have most of the mail. */
static void write_domain(char *to, size_t size, uint32_t address)
{
    static const char *const large[] = {"mail.example",     "post.example",    "inbox.example",
                                        "webmail.example",  "letters.example", "box.example",
                                        "freemail.example", "office.example"};
    uint32_t kind = address * 2654435761u >> 24;
    if (kind < 180)
        snprintf(to, size, "%s", large[kind % 8]);
    else
        snprintf(to, size, "d%u.example.%s", address % 60000, kind & 1 ? "com" : "net");
}

static void write_address(char *to, size_t size, uint32_t address)
{
    static const char *const names[] = {"anna",  "info",   "jones.wei", "marie922", "b.schmidt",
                                        "sales", "joao99", "k.olsen",   "office",   "piotr_n"};
    char domain[64];
    write_domain(domain, sizeof domain, address);
    snprintf(to, size, "%s%u@%s", names[address % 10], address / 7, domain);
}

static void write_sender(char *to, size_t size, uint32_t sender)
{
    if (sender % 2)
        snprintf(to, size, "bounce-%u-%u@mail%u.example.org", sender, sender / 3, sender % 20);
    else
        snprintf(to, size, "news%u@brand%u.example.org", sender % 40, sender % 300);
}

struct answer {
    int code; /* first digit 2, 4 or 5 */
    const char *enhanced, *text;
    const char *command;
};

static const struct answer deferrals[] = {
    {451, "4.7.1", "Greylisting in action, please come back in 00:05:00", "RCPT TO"},
    {450, "4.2.1", "The user you are trying to contact is receiving mail too quickly", "RCPT TO"},
    {452, "4.2.2", "The email account that you tried to reach is over quota", "RCPT TO"},
    {421, "4.7.0", "[TSS04] Messages from 192.0.2.10 temporarily deferred due to user complaints",
     "MAIL FROM"},
    {451, "4.3.0", "Temporary lookup failure", "RCPT TO"},
};
static const struct answer bounces[] = {
    {550, "5.1.1", "<%s>: Recipient address rejected: User unknown in virtual mailbox table",
     "RCPT TO"},
    {550, "5.1.1", "The email account that you tried to reach does not exist", "RCPT TO"},
    {550, "5.5.0", "Requested action not taken: mailbox unavailable", "RCPT TO"},
    {552, "5.2.2", "Mailbox is full", "RCPT TO"},
    {554, "5.7.1", "Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org",
     "RCPT TO"},
    {550, "5.7.26", "This mail has been blocked because the sender is unauthenticated",
     "end of DATA"},
    {550, "5.7.1", "Message rejected as spam by Content Filtering", "end of DATA"},
};
static const struct answer accepted = {250, "2.0.0", "Ok: queued as %s", "end of DATA"};

static const struct answer *choose_answer(struct generator *g)
{
    int failing = g->options->failing < 0 ? 69 : g->options->failing;
    if ((int)below(g, 1000) >= failing)
        return &accepted;
    if (g->options->failing >= 1000 || below(g, 69) < 18)
        return &bounces[below(g, sizeof bounces / sizeof *bounces)];
    return &deferrals[below(g, sizeof deferrals / sizeof *deferrals)];
}

static void count(struct generator *g, const struct answer *answer)
{
    g->counts.delivered += answer->code < 300;
    g->counts.deferred += answer->code / 100 == 4;
    g->counts.bounced += answer->code / 100 == 5;
}

/* `550 5.1.1 text` with what belongs to this one mail. */
static void write_reply(struct generator *g, char *to, size_t size, const struct answer *answer,
                        const char *recipient)
{
    char id[24], text[512];
    snprintf(id, sizeof id, "%010llX", (unsigned long long)(next(g) >> 24));
    const char *insert = answer->code < 300 ? id : recipient;
    const char *at = strstr(answer->text, "%s");
    if (at)
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - answer->text), answer->text, insert,
                 at + 2);
    else
        snprintf(text, sizeof text, "%s", answer->text);
    snprintf(to, size, "%d %s %s", answer->code, answer->enhanced, text);
}

/* How the attempt ended: true when there will be another one. */
static bool ends(struct generator *g, struct message *m, const struct answer *answer)
{
    count(g, answer);
    if (answer->code / 100 != 4 || ++m->tries == 5)
        return false;
    m->not_before = g->now + 300 * m->tries;
    return true;
}

static void postfix_attempt(struct generator *g, struct message *m)
{
    char recipient[128], domain[64], reply[768];
    const struct answer *answer = choose_answer(g);
    write_address(recipient, sizeof recipient, m->address);
    write_domain(domain, sizeof domain, m->address);
    write_reply(g, reply, sizeof reply, answer, recipient);
    const char *dsn = answer->enhanced;
    const char *status = answer->code < 300 ? "sent" : answer->code < 500 ? "deferred" : "bounced";
    uint32_t ip = below(g, 250), pid = 3000 + below(g, 300), delay = 1 + below(g, 99);
    if (below(g, 3) == 0)
        line(g,
             "postfix/smtp[%u]: Untrusted TLS connection established to mx.%s[198.51.100.%u]:25: "
             "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519",
             pid, domain, ip);
    if (answer->code < 300)
        line(g,
             "postfix/smtp[%u]: %s: to=<%s>, relay=mx.%s[198.51.100.%u]:25, delay=0.%u, "
             "delays=0.05/0.01/0.1/0.2, dsn=%s, status=%s (%s)",
             pid, m->id, recipient, domain, ip, delay, dsn, status, reply);
    else
        line(g,
             "postfix/smtp[%u]: %s: to=<%s>, relay=mx.%s[198.51.100.%u]:25, delay=%u, "
             "delays=0.05/0.01/0.1/0.2, dsn=%s, status=%s (host mx.%s[198.51.100.%u] said: %s (in "
             "reply to %s command))",
             pid, m->id, recipient, domain, ip, delay, dsn, status, domain, ip, reply,
             answer->command);
    m->step = ends(g, m, answer) ? 4 : 6;
}

static void postfix_step(struct generator *g, struct message *m)
{
    char sender[128];
    uint32_t app = m->number % 240;
    write_sender(sender, sizeof sender, m->sender);
    switch (m->step) {
    case 1:
        snprintf(m->id, sizeof m->id, "%05X%06X", (unsigned)(next(g) >> 44),
                 (unsigned)(m->number & 0xFFFFFF));
        line(g, "postfix/smtpd[%u]: connect from app%u.example.org[192.0.2.%u]", 1000 + app, app,
             app);
        line(g, "postfix/smtpd[%u]: %s: client=app%u.example.org[192.0.2.%u]", 1000 + app, m->id,
             app, app);
        break;
    case 2:
        line(g, "postfix/cleanup[%u]: %s: message-id=<%016llx.%u@example.org>", 2000 + app, m->id,
             (unsigned long long)next(g), m->number);
        line(g, "opendkim[444]: %s: DKIM-Signature field added (s=mail, d=example.org)", m->id);
        break;
    case 3:
        line(g,
             "postfix/smtpd[%u]: disconnect from app%u.example.org[192.0.2.%u] ehlo=2 starttls=1 "
             "mail=1 rcpt=1 data=1 quit=1 commands=7",
             1000 + app, app, app);
        break;
    case 4:
        line(g, "postfix/qmgr[902]: %s: from=<%s>, size=%u, nrcpt=1 (queue active)", m->id, sender,
             2000 + below(g, 90000));
        break;
    case 5:
        postfix_attempt(g, m);
        return;
    default:
        line(g, "postfix/qmgr[902]: %s: removed", m->id);
        m->step = 0;
        return;
    }
    m->step++;
}

static void exim_id(struct generator *g, struct message *m)
{
    uint32_t seconds = (uint32_t)g->now, number = m->number;
    for (int i = 5; i >= 0; i--, seconds /= 62)
        m->id[i] = base62[seconds % 62];
    snprintf(m->id + 6, sizeof m->id - 6, "-00000");
    for (int i = 17; i >= 7; i--, number /= 62)
        m->id[i] = base62[number % 62];
    snprintf(m->id + 18, sizeof m->id - 18, "-%04u", below(g, 9999));
}

static void exim_step(struct generator *g, struct message *m)
{
    char recipient[128], domain[64], sender[128], reply[768];
    const struct answer *answer;
    write_address(recipient, sizeof recipient, m->address);
    write_domain(domain, sizeof domain, m->address);
    write_sender(sender, sizeof sender, m->sender);
    switch (m->step) {
    case 1:
        exim_id(g, m);
        line(g,
             "%s <= %s H=app.example.org [192.0.2.7] P=esmtps X=TLS1.3:ECDHE:256 S=%u "
             "id=%u@example.org",
             m->id, sender, 2000 + below(g, 90000), m->number);
        m->step = 2;
        return;
    case 2:
        answer = choose_answer(g);
        write_reply(g, reply, sizeof reply, answer, recipient);
        if (answer->code < 300)
            line(g,
                 "%s => %s R=dnslookup T=remote_smtp H=mx.%s [198.51.100.%u] X=TLS1.3:ECDHE:256 "
                 "CV=yes K C=\"%s\"",
                 m->id, recipient, domain, below(g, 250), reply);
        else
            line(g,
                 "%s %s %s R=dnslookup T=remote_smtp%s H=mx.%s [198.51.100.%u]: SMTP error from "
                 "remote mail server after %s:%s: %s",
                 m->id, answer->code < 500 ? "==" : "**", recipient,
                 answer->code < 500 ? " defer (-44)" : "", domain, below(g, 250),
                 strcmp(answer->command, "end of DATA") == 0 ? "end of data" : answer->command,
                 strcmp(answer->command, "end of DATA") == 0 ? "" : "<>", reply);
        m->step = ends(g, m, answer) ? 2 : 3;
        return;
    default:
        line(g, "%s Completed", m->id);
        m->step = 0;
    }
}

static void sendmail_id(struct generator *g, struct message *m)
{
    struct tm tm;
    time_t now = (time_t)g->now;
    gmtime_r(&now, &tm);
    snprintf(m->id, sizeof m->id, "%c%c%c%c%c%c%02u%06u", base62[tm.tm_year % 60],
             base62[tm.tm_mon], base62[tm.tm_mday], base62[tm.tm_hour], base62[tm.tm_min],
             base62[tm.tm_sec], m->number / 1000000 % 100, m->number % 1000000);
}

static void sendmail_step(struct generator *g, struct message *m)
{
    char recipient[128], domain[64], sender[128], reply[768];
    const struct answer *answer;
    write_address(recipient, sizeof recipient, m->address);
    write_domain(domain, sizeof domain, m->address);
    write_sender(sender, sizeof sender, m->sender);
    uint32_t pid = 2000 + m->number % 5000;
    switch (m->step) {
    case 1:
        sendmail_id(g, m);
        line(g,
             "sm-mta[%u]: %s: from=<%s>, size=%u, class=0, nrcpts=1, msgid=<%u@example.org>, "
             "proto=ESMTP, daemon=MTA-v4, relay=app.example.org [192.0.2.7]",
             pid, m->id, sender, 2000 + below(g, 90000), m->number);
        m->step = 2;
        return;
    case 2:
        line(g,
             "sm-mta[%u]: STARTTLS=client, relay=mx.%s., version=TLSv1.3, verify=FAIL, "
             "cipher=TLS_AES_256_GCM_SHA384, bits=256/256",
             pid, domain);
        m->step = 3;
        return;
    default:
        answer = choose_answer(g);
        write_reply(g, reply, sizeof reply, answer, recipient);
        char common[256];
        snprintf(common, sizeof common,
                 "delay=00:00:0%u, xdelay=00:00:01, mailer=esmtp, pri=%u, relay=mx.%s. "
                 "[198.51.100.%u], dsn=%s",
                 below(g, 9), 30000 + below(g, 90000), domain, below(g, 250), answer->enhanced);
        if (answer->code < 300)
            line(g, "sm-mta[%u]: %s: to=<%s>, %s, stat=Sent (%s)", pid, m->id, recipient, common,
                 reply + 4);
        else if (answer->code < 500)
            line(g, "sm-mta[%u]: %s: to=<%s>, %s, reply=%s, stat=Deferred: %s", pid, m->id,
                 recipient, common, reply, reply);
        else
            line(g, "sm-mta[%u]: %s: to=<%s>, %s, reply=%s, stat=%s", pid, m->id, recipient, common,
                 reply, answer->code == 550 ? "User unknown" : "Service unavailable");
        m->step = ends(g, m, answer) ? 2 : 0;
    }
}

static void step(struct generator *g)
{
    static void (*const steps[])(struct generator *, struct message *) = {postfix_step, exim_step,
                                                                          sendmail_step};
    uint32_t open = g->options->open ? g->options->open : OPEN;
    struct message *m = &g->open[below(g, open)];
    if (!m->step) {
        *m = (struct message){.step = 1,
                              .address = below(g, g->options->addresses),
                              .sender = below(g, 1000000),
                              .number = ++g->numbers,
                              .arrived = g->now};
        g->counts.messages++;
    }
    if (m->not_before <= g->now)
        steps[g->options->mta](g, m);
    else if (below(g, 16) == 0)
        g->now++; /* the others wait, too */
}

struct generate_counts generate_log(FILE *out, const struct generate_options *options)
{
    static struct generator generator;
    generator =
        (struct generator){.out = out, .options = options, .state = options->seed, .now = START};
    while (generator.counts.bytes < options->bytes)
        step(&generator);
    return generator.counts;
}
