/* gzip (RFC 1952), also several members in a row: by ISA-L where it was built in, which inflates
 * more than twice as fast, else by zlib. Zero bytes behind the last member are padding (tar and
 * tapes leave them); anything else there is a fault, found after all members were decoded. */
#include <string.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

/* What a step of the inflater, of either library, came to. */
enum step { STEP_ON, STEP_MEMBER_END, STEP_CORRUPT, STEP_REFUSED };

#ifdef BOUNCELOG_HAVE_ISAL
#include <isa-l.h>

struct gzip {
    struct inflate_state inflate;
    bool between; /* a member has ended */
};

#define TEXT_OF(macro) QUOTE(macro)
#define QUOTE(text) #text

static const char *version_gzip(void)
{
    return "ISA-L " TEXT_OF(ISAL_MAJOR_VERSION) "." TEXT_OF(ISAL_MINOR_VERSION) "." TEXT_OF(
        ISAL_PATCH_VERSION);
}

static void restart(struct gzip *gzip)
{
    isal_inflate_reset(&gzip->inflate);
    gzip->inflate.crc_flag = ISAL_GZIP;
    gzip->between = false;
}

static void *open_gzip(void)
{
    struct gzip *gzip = mem_zero(1, sizeof *gzip);
    isal_inflate_init(&gzip->inflate);
    restart(gzip);
    return gzip;
}

static enum step step(struct gzip *gzip, struct feed *feed, const char **why)
{
    struct inflate_state *inflate = &gzip->inflate;
    inflate->next_in = feed->bytes + feed->pos;
    inflate->avail_in = (uint32_t)feed_unread(feed);
    int rc = isal_inflate(inflate);
    feed->pos = feed->len - inflate->avail_in;
    switch (rc) {
    case ISAL_DECOMP_OK:
    case ISAL_END_INPUT:
        return inflate->block_state == ISAL_BLOCK_FINISH ? STEP_MEMBER_END : STEP_ON;
    case ISAL_UNSUPPORTED_METHOD:
        *why = "unsupported method";
        return STEP_REFUSED;
    case ISAL_INCORRECT_CHECKSUM:
        *why = "checksum error";
        return STEP_CORRUPT;
    default:
        *why = "invalid data";
        return STEP_CORRUPT;
    }
}

static void set_output(struct gzip *gzip, char *out, size_t size)
{
    gzip->inflate.next_out = (uint8_t *)out;
    gzip->inflate.avail_out = (uint32_t)size;
}

static void close_gzip(void *state)
{
    mem_free(state);
}

#else
#include <zlib.h>

struct gzip {
    z_stream inflate;
    bool between;
};

static const char *version_gzip(void)
{
    return "zlib " ZLIB_VERSION;
}

static void restart(struct gzip *gzip)
{
    inflateReset(&gzip->inflate);
    gzip->between = false;
}

static void *open_gzip(void)
{
    struct gzip *gzip = mem_zero(1, sizeof *gzip);
    if (inflateInit2(&gzip->inflate, 15 + 16) != Z_OK)
        mem_exhausted();
    return gzip;
}

static enum step step(struct gzip *gzip, struct feed *feed, const char **why)
{
    z_stream *inflater = &gzip->inflate;
    inflater->next_in = feed->bytes + feed->pos;
    inflater->avail_in = (unsigned)feed_unread(feed);
    int rc = inflate(inflater, Z_NO_FLUSH);
    feed->pos = feed->len - inflater->avail_in;
    switch (rc) {
    case Z_OK:
    case Z_BUF_ERROR:
        return STEP_ON;
    case Z_STREAM_END:
        return STEP_MEMBER_END;
    case Z_MEM_ERROR:
        mem_exhausted();
    default:
        *why = inflater->msg ? inflater->msg : "invalid data";
        return STEP_CORRUPT;
    }
}

static void set_output(struct gzip *gzip, char *out, size_t size)
{
    gzip->inflate.next_out = (unsigned char *)out;
    gzip->inflate.avail_out = (unsigned)size;
}

static void close_gzip(void *state)
{
    struct gzip *gzip = state;
    inflateEnd(&gzip->inflate);
    mem_free(gzip);
}
#endif

/* Between members: DECODED_BYTES when another one begins. */
static enum decoded next_member(struct feed *feed, const char **why)
{
    while (feed_fill(feed) && feed->bytes[feed->pos] == 0)
        feed->pos++;
    feed_want(feed, 2);
    size_t unread = feed_unread(feed);
    if (!unread)
        return DECODED_END;
    const unsigned char *at = feed->bytes + feed->pos;
    if (at[0] == 0x1F && unread == 1)
        return DECODED_TRUNCATED;
    if (at[0] == 0x1F && at[1] == 0x8B)
        return DECODED_BYTES;
    *why = "bytes behind its end";
    return DECODED_CORRUPT;
}

static enum decoded inflate_some(struct gzip *gzip, struct feed *feed, const char **why)
{
    while (gzip->inflate.avail_out) {
        if (gzip->between) {
            enum decoded next = next_member(feed, why);
            if (next != DECODED_BYTES)
                return next;
            restart(gzip);
        }
        bool fed = feed_fill(feed);
        size_t pos = feed->pos, room = gzip->inflate.avail_out;
        enum step came_to = step(gzip, feed, why);
        if (came_to == STEP_CORRUPT || came_to == STEP_REFUSED)
            return came_to == STEP_CORRUPT ? DECODED_CORRUPT : DECODED_REFUSED;
        gzip->between = came_to == STEP_MEMBER_END;
        if (!gzip->between && gzip->inflate.avail_out == room && feed->pos == pos) {
            *why = "the decoder is stuck";
            return fed ? DECODED_CORRUPT : DECODED_TRUNCATED;
        }
    }
    return DECODED_BYTES;
}

static enum decoded read_gzip(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                              const char **why)
{
    struct gzip *gzip = state;
    set_output(gzip, out, size);
    enum decoded result = inflate_some(gzip, feed, why);
    *got = size - gzip->inflate.avail_out;
    return result;
}

const struct codec codec_gzip = {"gzip", "gzip", version_gzip, open_gzip, read_gzip, close_gzip};
