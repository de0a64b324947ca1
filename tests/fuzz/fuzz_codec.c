/* A file that may be packed, or pretend to be: the bytes that come out, and the error, must not
 * depend on the chunk size. */
#include "fuzz.h"
#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    size_t chunk_bytes = 1 + (size_t)fuzz_choice(&input) * 16;
    const char *path = fuzz_file(input);
    struct got whole = read_one(path, 0), parts = read_one(path, chunk_bytes);
    fuzz_check(sv_eq(buf_sv(&whole.bytes), buf_sv(&parts.bytes)), "bytes");
    fuzz_check(strcmp(whole.error, parts.error) == 0, "error");
    fuzz_check(strcmp(whole.format, parts.format) == 0, "format");
    fuzz_check(whole.cut_lines == parts.cut_lines && whole.decoded == parts.decoded, "counts");
    buf_release(&whole.bytes);
    buf_release(&parts.bytes);
    return 0;
}
