/* readat: bytes from the middle of a file. */
#ifndef BOUNCELOG_BASE_READAT_H
#define BOUNCELOG_BASE_READAT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads `len` bytes of a file from the byte `at` on, whatever cuts a read short or interrupts it;
 * the place that `fd` reads at stays. Fewer bytes than asked for: the file ends there. -1: it
 * cannot be read, and errno says why. Any thread. */
ssize_t read_at(int fd, void *to, size_t len, int64_t at);

#endif
