/* Confines the process with Landlock, where the kernel has it: what strangers wrote into a log is
 * parsed by a process that can read the folders of the logs, write in those of its outputs, and
 * reach nothing else. How much of that the kernel can, it says itself by a version. */
#define _GNU_SOURCE /* O_PATH */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/input/journal.h"
#include "outputs.h"
#include "textfile.h"

/* Not <linux/landlock.h>: that of the machine which builds may be older than the kernel that runs.
 * The numbers are the kernel's, the same on every machine that it still runs on, and stay. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
struct ruleset {
    uint64_t files, network, scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));

enum { RULE_PATH = 1, ASK_VERSION = 1 };
enum { ABI_NETWORK = 4, ABI_SCOPED = 6 };
enum {
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_FOLDER = 1 << 3,
    REMOVE_FILE = 1 << 5,
    MAKE_FILE = 1 << 8,
    TRUNCATE = 1 << 14,
    KEEPS = WRITE_FILE | READ_FILE | READ_FOLDER | REMOVE_FILE | MAKE_FILE | TRUNCATE,
};

/* Everything that the kernel can take away, by version. */
static uint64_t rights_of(int abi)
{
    static const unsigned counts[] = {0, 13, 14, 15, 15, 16};
    size_t last = sizeof counts / sizeof *counts - 1;
    return (UINT64_C(1) << counts[(size_t)abi < last ? (size_t)abi : last]) - 1;
}

struct fence {
    int rules;
    uint64_t rights;
    bool broken; /* something that a run needs could not be let through */
};

/* Has somebody set a filter of system calls? It may know nothing of Landlock, and end the program
 * at the first call: units of systemd do so. Whoever set it has a fence of his own. */
static bool is_filtered(void)
{
    struct buf status = {0};
    struct err err;
    bool known = textfile_read(&status, "", "/proc/self/status", &err) == 0;
    size_t at = sv_find(buf_sv(&status), SV("\nSeccomp:"));
    sv mode =
        at == SV_NPOS ? SV("0") : sv_trim(sv_cut(sv_skip(buf_sv(&status), at + 9), '\n', &(sv){0}));
    bool filtered = !known || !sv_eq(mode, SV("0"));
    buf_release(&status);
    return filtered;
}

/* 0: the kernel has none, it is off, or it must not be asked. */
static int find_version(void)
{
    long abi =
        BOUNCELOG_CONFINES && !is_filtered() ? syscall(CREATE_RULESET, NULL, 0, ASK_VERSION) : 0;
    return abi > 0 ? (int)abi : 0;
}

static bool is_folder(int fd)
{
    struct stat file;
    return fstat(fd, &file) == 0 && S_ISDIR(file.st_mode);
}

/* What is not there needs no rule: to open it fails either way. */
static void allow(struct fence *fence, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        fence->broken = fence->broken || (errno != ENOENT && errno != ENOTDIR && errno != EACCES);
        return;
    }
    if (!is_folder(fd)) /* the kernel refuses rights of folders for anything else */
        rights &= ~(uint64_t)(READ_FOLDER | REMOVE_FILE | MAKE_FILE);
    struct path_rule rule = {rights & fence->rights, fd};
    if (syscall(ADD_RULE, fence->rules, RULE_PATH, &rule, 0) != 0)
        fence->broken = true;
    close(fd);
}

static void allow_folder_of(struct fence *fence, const char *path, uint64_t rights)
{
    struct buf copy = {0};
    buf_add(&copy, sv_from(path));
    (void)buf_cstr(&copy);
    allow(fence, dirname(copy.ptr), rights);
    buf_release(&copy);
}

/* The folder, not the file: logrotate may put another one under the name at any moment. */
static void allow_log(struct fence *fence, const char *path)
{
    char *real = realpath(path, NULL);
    if (!real)
        mem_check(errno);
    allow_folder_of(fence, path, READ_FILE);
    if (real)
        allow_folder_of(fence, real, READ_FILE);
    free(real);
}

/* What is written through is open already. */
static void allow_output(struct fence *fence, const char *path)
{
    struct stat file;
    if (!path || outfile_is_stdout(path) ||
        (stat(path, &file) == 0 && (S_ISCHR(file.st_mode) || S_ISFIFO(file.st_mode))))
        return;
    allow_folder_of(fence, path, KEEPS);
}

/* libsystemd lists its folders, and newer ones load what unpacks a journal when they meet it. */
static void allow_journal(struct fence *fence, const struct options *options)
{
    static const char *const also[] = {"/etc/machine-id", "/etc/ld.so.cache", "/lib",
                                       "/lib64",          "/usr/lib",         "/usr/lib64"};
    const struct journal_options journal = {.folder = options->journal_folder};
    const char *folder;
    for (size_t i = 0; (folder = input_journal_folder(&journal, i)); i++)
        allow(fence, folder, READ_FILE | READ_FOLDER);
    for (size_t i = 0; i < sizeof also / sizeof *also; i++)
        allow(fence, also[i], READ_FILE);
}

static void allow_mailbox(struct fence *fence, sv name)
{
    char path[PATH_MAX];
    if (name.len >= sizeof path)
        return;
    *sv_put(path, name) = 0;
    allow(fence, path, READ_FILE | READ_FOLDER);
}

static void allow_all(struct fence *fence, const struct options *options)
{
    const char *zones = getenv("TZDIR");
    struct output outputs[OUTPUTS_MAX];
    size_t count = outputs_of(options, outputs);
    for (size_t i = 0; i < options->operand_count; i++)
        if (strcmp(options->operands[i], "-") != 0)
            allow_log(fence, options->operands[i]);
    for (size_t i = 0; i < count; i++)
        allow_output(fence, outputs[i].path);
    for (size_t i = 0; i < options->mails.count; i++)
        allow_mailbox(fence, options->mails.list[i]);
    if (options->journal)
        allow_journal(fence, options);
    allow_output(fence, options->history);
    allow(fence, "/dev/urandom", READ_FILE); /* SQLite names its journals by it */
    allow(fence, "/etc/localtime", READ_FILE);
    allow(fence, zones ? zones : "/usr/share/zoneinfo", READ_FILE);
}

void confine(const struct options *options)
{
    int abi = options->confine == WHEN_NEVER ? 0 : find_version();
    if (!abi)
        return;
    struct ruleset ruleset = {.files = rights_of(abi), .network = 3, .scoped = 3};
    size_t size = abi >= ABI_SCOPED    ? sizeof ruleset
                  : abi >= ABI_NETWORK ? sizeof ruleset - sizeof ruleset.scoped
                                       : sizeof ruleset.files;
    long rules = syscall(CREATE_RULESET, &ruleset, size, 0);
    if (rules < 0)
        return;
    struct fence fence = {.rules = (int)rules, .rights = ruleset.files};
    allow_all(&fence, options);
    if (!fence.broken && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        (void)syscall(RESTRICT_SELF, fence.rules, 0);
    close(fence.rules);
}

void confine_describe(struct buf *out)
{
    int abi = find_version();
    if (abi)
        buf_printf(out, "Landlock %d", abi);
    else
        buf_add(out, SV("without Landlock: runs are not confined"));
}
