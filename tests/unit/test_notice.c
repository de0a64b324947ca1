/* notice: what the JSON of `explain --mail` does not show of a mail, and addresses as reports write
 * them. What is read of whole mails is in tests/cases/bounces.py. */
#include "bouncelog/notify/notice.h"

#include "bouncelog/notify/mailbox.h"
#include "notify/address.h"
#include "notify/html.h"
#include "testing.h"

static struct patterns patterns;
static struct notice_reader *reader;
static struct arena arena;

static int load(void **state)
{
    struct patterns_options options = {.notices = true};
    struct err err;
    (void)state;
    if (patterns_load(&patterns, &options, &err) < 0)
        return -1;
    reader = notice_reader_new(&patterns);
    return 0;
}

static int release(void **state)
{
    (void)state;
    notice_reader_free(reader);
    patterns_release(&patterns);
    arena_release(&arena);
    return 0;
}

static void test_addresses(void **state)
{
    static const struct {
        sv field;
        bool xtext;
        sv address;
    } rows[] = {
        {SV("rfc822; joe@example.com"), false, SV("joe@example.com")},
        {SV("RFC822;<joe@example.com>"), false, SV("joe@example.com")},
        {SV("joe@example.com (Joe)"), false, SV("joe@example.com")},
        {SV("rfc822; joe+2Bnews@example.com"), true, SV("joe+news@example.com")},
        {SV("rfc822; joe+2Bnews@example.com"), false, SV("joe+2Bnews@example.com")},
        {SV("rfc822; joe+AB@example.com"), true, SV("joe+AB@example.com")},
        {SV("rfc822; joe+3D+AB@example.com"), true, SV("joe+3D+AB@example.com")},
        {SV("rfc822; joe+2bx@example.com"), true, SV("joe+2bx@example.com")},
        {SV("utf-8; j\\x{F6}rg@example.com"), false, SV("j\xC3\xB6rg@example.com")},
        {SV("utf-8; \\x{1F600}@example.com"), false, SV("\xF0\x9F\x98\x80@example.com")},
        {SV("utf-8; \\x{D800}@example.com"), false, SV("")},
        {SV("utf-8; \\x{A}@example.com"), false, SV("")},
        {SV("utf-8; j\xC3\xB6rg@b\xC3\xBC.example"), false, SV("j\xC3\xB6rg@b\xC3\xBC.example")},
        {SV("rfc822; \"joe doe\"@example.com"), false, SV("\"joe doe\"@example.com")},
        {SV("rfc822; joe@[192.0.2.7]"), false, SV("joe@[192.0.2.7]")},
        {SV("rfc822; joe doe@example.com"), false, SV("")},
        {SV("rfc822; root"), false, SV("")},
        {SV("rfc822; @example.com"), false, SV("")},
        {SV("rfc822; joe@"), false, SV("")},
        {SV("rfc822; a@b@example.com"), false, SV("")},
        {SV("X400; c=US;a= ;p=Example"), false, SV("")},
        {SV("rfc822; Joe <joe@example.com> (gone)"), false, SV("joe@example.com")},
        {SV("rfc822; <joe@example.com>@evil.example"), false, SV("")},
        {SV("rfc822; <joe@example.com>.evil.example"), false, SV("")},
        {SV("rfc822; <joe@example.com> x@evil.example"), false, SV("")},
        {SV("rfc822; x<joe@example.com>x"), false, SV("")},
        {SV("rfc822; <joe@example.com>,x@evil.example"), false, SV("")},
        {SV(""), false, SV("")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_sv(address_of_field(rows[i].field, rows[i].xtext, &arena), rows[i].address,
                  rows[i].field);
}

static void test_status(void **state)
{
    static const struct {
        sv text, status;
    } rows[] = {
        {SV("550 5.1.1 User unknown"), SV("5.1.1")},
        {SV("550-5.1.1 x"), SV("5.1.1")},
        {SV("5.1.1 (bad mailbox)"), SV("5.1.1")},
        {SV("#5.1.1 x"), SV("5.1.1")},
        {SV("550 10.5.1.20 x"), SV("")},
        {SV("5.1.1.1"), SV("")},
        {SV("5.1"), SV("")},
        {SV("5..1"), SV("")},
        {SV("5.1000.1"), SV("")},
        {SV("3.1.1"), SV("")},
        {SV("User 5.1.1"), SV("")},
        {SV(""), SV("")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_sv(status_of_reply(rows[i].text), rows[i].status, rows[i].text);
}

static void test_html(void **state)
{
    static const struct {
        sv page, text;
    } rows[] = {
        {SV("<p>a<br>b</p>"), SV("a\nb\n")},
        {SV("<style>p{x:y}</style><title>t</title>a"), SV("a")},
        {SV("a &lt;joe&#64;example.com&gt; &#x27;x&#39;&nbsp;"), SV("a <joe@example.com> 'x' ")},
        {SV("a\n  b <b>c</b>"), SV("a b c")},
        {SV("<pre>a\n  b</pre>"), SV("a\n  b\n")},
        {SV("a < b &unknown; &#0; &#"), SV("a < b &unknown; &#0; &#")},
        {SV("<script>never"), SV("")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_sv(html_text(rows[i].page, &arena), rows[i].text, rows[i].page);
}

#define REPORT                                                                                     \
    "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; "             \
    "boundary=b\n\n--b\nContent-Type: text/plain\n\nIt failed.\n--b\n"                             \
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n"                \
    "Original-Envelope-Id: QQ314159+2B1\nArrival-Date: Sun, 22 Nov 2026 04:11:09 +0100\n\n"        \
    "Final-Recipient: rfc822; joe@example.com\nOriginal-Recipient: rfc822; sales@example.com\n"    \
    "Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.com\n"                             \
    "Diagnostic-Code: smtp; 550 5.1.1 User\n unknown\n\n--b\nContent-Type: "                       \
    "text/rfc822-headers\n\n"                                                                      \
    "Return-Path: <news@shop.example>\nMessage-ID: <1@shop.example>\nFrom: "                       \
    "news@shop.example\nTo: joe@example.com\nSubject: News\n"                                      \
    "CFBL-Address: fbl@shop.example; report=arf\nCFBL-Feedback-ID: 111:222\n--b--\n"

static void test_fields(void **state)
{
    static const char mail[] =
        "Return-Path: <>\nDelivered-To: bounce+joe=example.com@shop.example\n"
        "From: MAILER-DAEMON@mx.example.net\nTo: x@shop.example\n"
        "Message-ID: <2@mx.example.net>\nSubject: Undelivered\n" REPORT;
    struct notice notice;
    (void)state;
    if (!reader)
        skip();
    notice_read(reader, sv_from(mail), &arena, &notice);
    assert_int_equal(notice.kind, NOTICE_FAILED);
    assert_int_equal(notice.limits, 0);
    assert_false(notice.forwarded);
    assert_int_equal(notice.sender_count, 3);
    expect_sv(notice.senders[0], SV("bounce+joe=example.com@shop.example"), SV("Delivered-To"));
    expect_sv(notice.senders[1], SV("x@shop.example"), SV("To"));
    expect_sv(notice.senders[2], SV("news@shop.example"), SV("returned Return-Path"));
    expect_sv(notice.return_path, SV("<>"), SV("Return-Path"));
    expect_sv(notice.reporting_mta, SV("mx.example.net"), SV("Reporting-MTA"));
    expect_sv(notice.reporting_mta_type, SV("dns"), SV("its type"));
    expect_sv(notice.envelope_id, SV("QQ314159+1"), SV("Original-Envelope-Id"));
    assert_int_equal(notice.arrival, 1795317069);
    assert_true(notice.returned.there);
    expect_sv(notice.returned.message_id, SV("<1@shop.example>"), SV("returned Message-ID"));
    expect_sv(notice.returned.cfbl_address, SV("fbl@shop.example; report=arf"), SV("CFBL"));
    expect_sv(notice.returned.cfbl_feedback_id, SV("111:222"), SV("CFBL-Feedback-ID"));
    assert_int_equal(notice.recipient_count, 1);
    const struct notice_recipient *joe = notice.recipients;
    expect_sv(joe->final, SV("joe@example.com"), SV("final"));
    expect_sv(joe->original, SV("sales@example.com"), SV("original"));
    expect_sv(joe->diagnostic, SV("550 5.1.1 User unknown"), SV("diagnostic"));
    expect_sv(joe->diagnostic_type, SV("smtp"), SV("its type"));
    expect_sv(joe->remote_mta, SV("mx.example.com"), SV("Remote-MTA"));
}

/* Of a notice that a program sent on, the envelope is that of the mail around it. */
static void test_passed_on(void **state)
{
    static const char mail[] =
        "Delivered-To: owner@lists.example.org\nFrom: list@lists.example.org\nAuto-Submitted: "
        "auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n"
        "Content-Type: text/plain\n\nA bounce.\n--o\nContent-Type: message/rfc822\n\n"
        "From: MAILER-DAEMON@mx.example.net\n" REPORT "--o--\n";
    struct notice notice;
    (void)state;
    if (!reader)
        skip();
    notice_read(reader, sv_from(mail), &arena, &notice);
    assert_int_equal(notice.kind, NOTICE_FAILED);
    assert_true(notice.forwarded);
    assert_int_equal(notice.sender_count, 2);
    expect_sv(notice.senders[1], SV("owner@lists.example.org"), SV("Delivered-To"));
    expect_sv(notice.from, SV("MAILER-DAEMON@mx.example.net"), SV("From"));
}

static void test_limits(void **state)
{
    struct notice notice;
    (void)state;
    if (!reader)
        skip();
    notice_read(reader, SV_EMPTY, &arena, &notice);
    assert_int_equal(notice.kind, NOTICE_NONE);
    assert_int_equal(notice.recipient_count, 0);
    struct buf mail = {0};
    buf_printf(&mail, "Subject: ");
    for (int i = 0; i < 3000; i++)
        buf_add(&mail, SV("0123456789\n "));
    buf_add(&mail, SV("x\n\nHello\n"));
    notice_read(reader, buf_sv(&mail), &arena, &notice);
    assert_int_equal(notice.limits, 1u << NOTICE_CUT_FIELD);
    buf_release(&mail);
}

static void test_feedback(void **state)
{
    (void)state;
    assert_true(feedback_counts(FEEDBACK_ABUSE));
    assert_true(feedback_counts(FEEDBACK_FRAUD));
    assert_true(feedback_counts(FEEDBACK_VIRUS));
    assert_true(feedback_counts(FEEDBACK_OTHER));
    assert_false(feedback_counts(FEEDBACK_NONE));
    assert_false(feedback_counts(FEEDBACK_NOT_SPAM));
    assert_false(feedback_counts(FEEDBACK_OPT_OUT));
    assert_false(feedback_counts(FEEDBACK_AUTH_FAILURE));
}

static void test_mailbox_errors(void **state)
{
    struct err err;
    (void)state;
    assert_null(mailbox_open("tests/unit/no-such-file", &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_null(mailbox_open("tests/unit", &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "is no Maildir"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_status),
        cmocka_unit_test(test_html),      cmocka_unit_test(test_fields),
        cmocka_unit_test(test_passed_on), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_feedback),  cmocka_unit_test(test_mailbox_errors),
    };
    return cmocka_run_group_tests(tests, load, release);
}
