/* Checksums of pages. SQLite leaves eight bytes free at the end of each page of a sealed file; a
 * layer between it and the file fills them when a page is written and compares them when one is
 * read. So a bit that flipped anywhere is found before anybody believes what stands around it: in a
 * value, a key, an index, a list of free pages. The number of the page goes in, so that a page in
 * the place of another one is found, too. Counters in the header of the file stay out of it: they
 * say nothing of the content, and `sqlite3 FILE .backup COPY` changes them in the copy. The design
 * is that of https://www.sqlite.org/cksumvfs.html, with XXH3 as the sum. */
#include "sealed.h"

#include <assert.h>
#include <string.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

/* The lock page of SQLite begins here and is never written. */
#define LOCK_BYTE INT64_C(0x40000000)

enum { PAGE_LEAST = 512, RESERVED_AT = 20, HEADER_BYTES = 100 };

struct page_file {
    sqlite3_file base; /* first: SQLite takes us for one */
    sqlite3_file *real;
    bool sealed;
    int64_t bad_page;
};

static sqlite3_vfs *below; /* what does the work */

static struct page_file *page_file(sqlite3_file *file)
{
    return (struct page_file *)(void *)file;
}

static sqlite3_file *real(sqlite3_file *file)
{
    return page_file(file)->real;
}

static uint64_t part(uint64_t sum, const char *page, size_t begin, size_t end)
{
    return hash_mix(sum, hash_bytes(sv_make(page + begin, end - begin)));
}

/* Left out of the first page: change counter (24), schema cookie (40), version-valid-for and
 * version of the library (92). */
static uint64_t sum_of(const char *page, size_t len, int64_t number)
{
    if (number != 1)
        return part((uint64_t)number, page, 0, len);
    uint64_t sum = part(1, page, 0, 24);
    sum = part(sum, page, 28, 40);
    sum = part(sum, page, 44, 92);
    return part(sum, page, HEADER_BYTES, len);
}

static bool is_page(const struct page_file *file, int amount, sqlite3_int64 offset)
{
    return file->sealed && amount >= PAGE_LEAST && offset % amount == 0;
}

static bool fits(struct page_file *file, const char *page, int amount, sqlite3_int64 offset)
{
    uint64_t kept;
    size_t len = (size_t)amount - SEAL_BYTES;
    memcpy(&kept, page + len, sizeof kept);
    if (kept == sum_of(page, len, offset / amount + 1))
        return true;
    if (!file->bad_page)
        file->bad_page = offset / amount + 1;
    return false;
}

static int close_file(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int read_file(sqlite3_file *file, void *bytes, int amount, sqlite3_int64 offset)
{
    int rc = real(file)->pMethods->xRead(real(file), bytes, amount, offset);
    if (rc == SQLITE_OK && is_page(page_file(file), amount, offset) &&
        !fits(page_file(file), bytes, amount, offset))
        return SQLITE_CORRUPT;
    return rc;
}

/* The page is SQLite's own copy, whose free bytes are ours. They are filled there, too, so that a
 * page that goes into the journal later is one that fits. */
static int write_file(sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 offset)
{
    if (is_page(page_file(file), amount, offset)) {
        char *page = (char *)bytes;
        size_t len = (size_t)amount - SEAL_BYTES;
        uint64_t sum = sum_of(page, len, offset / amount + 1);
        memcpy(page + len, &sum, sizeof sum);
    }
    return real(file)->pMethods->xWrite(real(file), bytes, amount, offset);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    return real(file)->pMethods->xTruncate(real(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    return real(file)->pMethods->xSync(real(file), flags);
}

static int size_of_file(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int lock_file(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

static int unlock_file(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int check_lock(sqlite3_file *file, int *reserved)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}

static int control_file(sqlite3_file *file, int operation, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

/* Without promises of writes of less than a page, or of more than one: pages go through here one by
 * one, and whole. */
static int characteristics(sqlite3_file *file)
{
    static const int kept = SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL |
                            SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN |
                            SQLITE_IOCAP_IMMUTABLE;
    return real(file)->pMethods->xDeviceCharacteristics(real(file)) & kept;
}

/* Version 1: no shared memory, no mapping, both of which would go past us. */
static const sqlite3_io_methods methods = {
    1,         close_file,  read_file,  write_file,   truncate_file, sync_file,       size_of_file,
    lock_file, unlock_file, check_lock, control_file, sector_size,   characteristics, NULL,
    NULL,      NULL,        NULL,       NULL,         NULL};

/* A file is sealed from its first page on or not at all: an empty one will be. */
static int find_seal(struct page_file *file)
{
    unsigned char header[HEADER_BYTES] = {0};
    sqlite3_int64 size = 0;
    assert(file->real->pMethods); /* it was opened */
    int rc = file->real->pMethods->xFileSize(file->real, &size);
    if (rc == SQLITE_OK && size >= HEADER_BYTES)
        rc = file->real->pMethods->xRead(file->real, header, HEADER_BYTES, 0);
    file->sealed = size == 0 || (size >= HEADER_BYTES && header[RESERVED_AT] == SEAL_BYTES);
    return rc;
}

/* Of databases; journals and whatever else SQLite opens stay as they are. */
static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *out_flags)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return below->xOpen(below, name, file, flags, out_flags);
    struct page_file *pages = page_file(file);
    *pages = (struct page_file){.real = (sqlite3_file *)(void *)(pages + 1)};
    int rc = below->xOpen(below, name, pages->real, flags, out_flags);
    if (pages->real->pMethods)
        pages->base.pMethods = &methods; /* now it will be closed, too */
    return rc == SQLITE_OK ? find_seal(pages) : rc;
}

const char *sealed_vfs(void)
{
    static sqlite3_vfs vfs;
    if (vfs.zName)
        return vfs.zName;
    below = sqlite3_vfs_find(NULL);
    if (!below)
        return NULL;
    vfs = *below; /* names, times, random numbers */
    vfs.pNext = NULL;
    vfs.zName = "bouncelog";
    vfs.szOsFile = (int)sizeof(struct page_file) + below->szOsFile;
    vfs.xOpen = open_file;
    if (sqlite3_vfs_register(&vfs, 0) == SQLITE_OK)
        return vfs.zName;
    vfs.zName = NULL;
    return NULL;
}

static struct page_file *file_of(sqlite3 *db)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
        file->pMethods != &methods)
        return NULL;
    return page_file(file);
}

int64_t sealed_bad_page(sqlite3 *db)
{
    const struct page_file *file = db ? file_of(db) : NULL;
    return file ? file->bad_page : 0;
}

int sealed_read_all(sqlite3 *db, int64_t page_size, int64_t page_count)
{
    struct page_file *file = file_of(db);
    int rc = file ? SQLITE_OK : SQLITE_ERROR;
    char *page = mem_alloc((size_t)page_size);
    for (int64_t i = 0; rc == SQLITE_OK && i < page_count; i++)
        if (i * page_size != LOCK_BYTE)
            rc = read_file(&file->base, page, (int)page_size, i * page_size);
    mem_free(page);
    return rc;
}
