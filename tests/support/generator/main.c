/* usage: generate postfix|exim|sendmail BYTES SEED [ADDRESSES [FAILING-OF-1000]] > LOG
 * The counts go to standard error as one JSON object. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "generate.h"

int main(int argc, char **argv)
{
    static const char *const names[] = {"postfix", "exim", "sendmail"};
    struct generate_options options = {.addresses = 3000000, .failing = -1};
    int mta = 0;
    if (argc < 4)
        return 2;
    while (mta < 3 && strcmp(argv[1], names[mta]) != 0)
        mta++;
    if (mta == 3)
        return 2;
    options.mta = (enum generated)mta;
    options.bytes = strtoll(argv[2], NULL, 10);
    options.seed = strtoull(argv[3], NULL, 10);
    if (argc > 4)
        options.addresses = (uint32_t)strtoul(argv[4], NULL, 10);
    if (argc > 5)
        options.failing = atoi(argv[5]);
    struct generate_counts counts = generate_log(stdout, &options);
    if (fflush(stdout) != 0)
        return 1;
    fprintf(stderr,
            "{\"bytes\":%" PRId64 ",\"lines\":%" PRId64 ",\"messages\":%" PRId64
            ",\"delivered\":%" PRId64 ",\"deferred\":%" PRId64 ",\"bounced\":%" PRId64 "}\n",
            counts.bytes, counts.lines, counts.messages, counts.delivered, counts.deferred,
            counts.bounced);
    return 0;
}
