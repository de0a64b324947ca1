/* A mail, or a mailbox of them: whatever the bytes are, each gives a notice whose views lie in it,
 * and what `explain --mail` prints of it is sound. The last byte says whether it is read as an
 * mbox. */
#include <stdio.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/notify/mailbox.h"
#include "bouncelog/notify/notice.h"
#include "fuzz.h"

static struct patterns patterns;
static struct notice_reader *reader;
static struct arena arena;

static void check_recipient(const struct notice *notice, const struct notice_recipient *recipient)
{
    fuzz_check(recipient->action <= NOTICE_COMPLAINT, "a recipient has an action");
    fuzz_check(recipient->final.len > 2 && sv_find_byte(recipient->final, '@') != SV_NPOS,
               "a recipient is an address");
    fuzz_check(recipient->final.len <= 512, "an address is not too long");
    for (size_t i = 0; i < recipient->final.len; i++)
        fuzz_check((unsigned char)recipient->final.ptr[i] >= ' ', "an address has no controls");
    fuzz_check(sv_find_byte(recipient->diagnostic, '\n') == SV_NPOS, "a reply is one line");
    fuzz_check(recipient->status.len <= 9, "a status is short");
    fuzz_check(notice->kind <= recipient->action || notice->kind == NOTICE_COMPLAINT,
               "a notice is as bad as its worst recipient");
}

static void read_one(sv bytes)
{
    struct notice notice;
    /* Of its own size, so that no byte beyond it can be read unnoticed. */
    char *mail = mem_alloc(bytes.len + 1);
    sv_put(mail, bytes);
    arena_clear(&arena);
    notice_read(reader, sv_make(mail, bytes.len), &arena, &notice);
    fuzz_check(notice.kind < NOTICE_KIND_COUNT, "there is such a kind");
    fuzz_check(notice.recipient_count <= NOTICE_RECIPIENTS_MAX, "there are not too many");
    fuzz_check(notice.recipient_count == 0 || notice.kind <= NOTICE_COMPLAINT,
               "what is no notice has no recipients");
    for (size_t i = 0; i < notice.recipient_count; i++)
        check_recipient(&notice, &notice.recipients[i]);
    mem_free(mail);
}

static void read_mailbox(sv bytes)
{
    struct mail mail;
    struct err err;
    struct mailbox *mailbox = mailbox_open(fuzz_file(bytes), &err);
    fuzz_check(mailbox != NULL, "a file can be opened");
    size_t total = 0;
    while (mailbox_next(mailbox, &mail, &err) == 1) {
        total += mail.bytes.len;
        read_one(mail.bytes);
    }
    fuzz_check(total <= bytes.len, "no byte comes twice");
    mailbox_close(mailbox);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    if (!reader) {
        struct err err;
        struct patterns_options options = {.notices = true};
        fuzz_check(patterns_load(&patterns, &options, &err) == 0, "the patterns are right");
        reader = notice_reader_new(&patterns);
        if (!reader)
            return 0; /* a build that cannot read mail */
    }
    uint8_t choice = fuzz_choice(&input);
    if (choice & 1)
        read_mailbox(input);
    else
        read_one(input);
    return 0;
}
