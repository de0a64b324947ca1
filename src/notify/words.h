/* words: what a mailer wrote for people, by the forms of patterns/notices.yaml. */
#ifndef BOUNCELOG_NOTIFY_WORDS_H
#define BOUNCELOG_NOTIFY_WORDS_H

#include "bouncelog/notify/notice.h"
#include "parts.h"

struct words {
    const struct patterns *patterns;
    struct matcher *matcher;
    struct arena *arena;
    sv head;     /* headers of the notice */
    sv text;     /* the notice's own words, up to... */
    sv quoted;   /* ...the mail that came back, where it stands in the text */
    sv returned; /* its headers, wherever they stand */
    bool daemon; /* the sender is one that writes notices */
};

/* Finds text and quoted in what a part says. */
void notice_words_split(struct words *words, sv text);

/* Is the sender one of `daemons`? */
bool notice_words_daemon(const struct words *words, sv from);

/* The first form that takes the mail: its kind, name and recipients are added to the notice. False:
 * none does. */
bool notice_words_read(struct words *words, struct notice *notice);

#endif
