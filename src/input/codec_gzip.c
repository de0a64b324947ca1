/* gzip (RFC 1952), also several members in a row: by ISA-L where it was built in, which inflates
 * more than twice as fast, else by zlib. Zero bytes behind the last member are padding. */
#include <string.h>

#include "bouncelog/base/mem.h"
#include "codec.h"

static bool is_member(const struct feed *feed)
{
    return feed->len - feed->pos >= 2 && feed->bytes[feed->pos] == 0x1F &&
           feed->bytes[feed->pos + 1] == 0x8B;
}

/* Between members. */
static enum decoded next_member(struct feed *feed, bool *more, const char **why)
{
    *more = false;
    feed_want(feed, 2);
    while (feed_fill(feed) && feed->bytes[feed->pos] == 0)
        feed->pos++;
    feed_want(feed, 2);
    if (feed->pos == feed->len)
        return DECODED_END;
    *more = is_member(feed);
    if (*more)
        return DECODED_BYTES;
    *why = "bytes behind its end";
    return DECODED_CORRUPT;
}

#ifdef BOUNCELOG_HAVE_ISAL
#include <isa-l.h>

struct gzip {
    struct inflate_state inflate;
    bool between; /* a member has ended */
};

static void *open_gzip(void)
{
    struct gzip *gzip = mem_zero(1, sizeof *gzip);
    isal_inflate_init(&gzip->inflate);
    gzip->inflate.crc_flag = ISAL_GZIP;
    return gzip;
}

static void restart(struct gzip *gzip)
{
    isal_inflate_reset(&gzip->inflate);
    gzip->inflate.crc_flag = ISAL_GZIP;
    gzip->between = false;
}

/* One step: true when it may go on. */
static bool step(struct gzip *gzip, struct feed *feed, const char **why)
{
    struct inflate_state *inflate = &gzip->inflate;
    inflate->next_in = feed->bytes + feed->pos;
    inflate->avail_in = (uint32_t)(feed->len - feed->pos);
    int rc = isal_inflate(inflate);
    feed->pos = feed->len - inflate->avail_in;
    if (rc != ISAL_DECOMP_OK && rc != ISAL_END_INPUT) {
        *why = rc == ISAL_INCORRECT_CHECKSUM ? "checksum error" : "invalid data";
        return false;
    }
    gzip->between = inflate->block_state == ISAL_BLOCK_FINISH;
    return true;
}

static void set_output(struct gzip *gzip, char *out, size_t size)
{
    gzip->inflate.next_out = (uint8_t *)out;
    gzip->inflate.avail_out = (uint32_t)size;
}

static size_t output_left(const struct gzip *gzip)
{
    return gzip->inflate.avail_out;
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

static void *open_gzip(void)
{
    struct gzip *gzip = mem_zero(1, sizeof *gzip);
    if (inflateInit2(&gzip->inflate, 15 + 16) == Z_OK)
        return gzip;
    mem_free(gzip);
    return NULL;
}

static void restart(struct gzip *gzip)
{
    inflateReset(&gzip->inflate);
    gzip->between = false;
}

static bool step(struct gzip *gzip, struct feed *feed, const char **why)
{
    z_stream *inflater = &gzip->inflate;
    inflater->next_in = feed->bytes + feed->pos;
    inflater->avail_in = (unsigned)(feed->len - feed->pos);
    int rc = inflate(inflater, Z_NO_FLUSH);
    feed->pos = feed->len - inflater->avail_in;
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
        *why = inflater->msg ? inflater->msg : "invalid data";
        return false;
    }
    gzip->between = rc == Z_STREAM_END;
    return true;
}

static void set_output(struct gzip *gzip, char *out, size_t size)
{
    gzip->inflate.next_out = (unsigned char *)out;
    gzip->inflate.avail_out = (unsigned)size;
}

static size_t output_left(const struct gzip *gzip)
{
    return gzip->inflate.avail_out;
}

static void close_gzip(void *state)
{
    struct gzip *gzip = state;
    inflateEnd(&gzip->inflate);
    mem_free(gzip);
}
#endif

static enum decoded read_gzip(void *state, struct feed *feed, char *out, size_t size, size_t *got,
                              const char **why)
{
    struct gzip *gzip = state;
    enum decoded result = DECODED_BYTES;
    *got = 0;
    set_output(gzip, out, size);
    while (output_left(gzip)) {
        if (gzip->between) {
            bool more;
            result = next_member(feed, &more, why);
            if (!more)
                break;
            restart(gzip);
        }
        size_t before = output_left(gzip), unread = feed->len - feed->pos;
        bool fed = feed_fill(feed);
        if (!step(gzip, feed, why)) {
            result = DECODED_CORRUPT;
            break;
        }
        if (!fed && !gzip->between && output_left(gzip) == before && unread == 0) {
            result = DECODED_TRUNCATED;
            break;
        }
    }
    *got = size - output_left(gzip);
    return *got ? DECODED_BYTES : result;
}

const struct codec codec_gzip = {"gzip", {0x1F, 0x8B}, 2, open_gzip, read_gzip, close_gzip};
