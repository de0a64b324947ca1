/* A whole run over a log: neither the chunk size nor the threads may change what comes out. */
#include "fuzz.h"
#include "running.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    uint8_t choice = fuzz_choice(&input), sizes = fuzz_choice(&input);
    const char *path = fuzz_file(input);
    struct run_options plain = {.patterns = fuzz_patterns(),
                                .jobs = 1,
                                .inbound = choice & 1,
                                .messages_max = choice & 2 ? 2u + (choice >> 4) : 0};
    struct run_options other = plain;
    struct buf whole = {0}, parts = {0};
    other.chunk_bytes = 1 + (size_t)sizes * 8;
    other.jobs = 1 + (choice >> 2) % 4;
    run_logs(&path, 1, &plain, &whole);
    run_logs(&path, 1, &other, &parts);
    fuzz_check(sv_eq(buf_sv(&whole), buf_sv(&parts)), "the output is that of one thread and chunk");
    buf_release(&whole);
    buf_release(&parts);
    return 0;
}
