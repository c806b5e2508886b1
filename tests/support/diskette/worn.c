/* Preloaded into a program, this makes the diskette in its drive worn, as WORN says in words:
 *
 *   slow=MICROSECONDS   each read of a drive takes that much longer
 *   lost=SECTOR         the sector does not read
 *   lost=SECTOR:READS   it reads that often, and then no more
 *   weak=SECTOR:READS   it fails that often, and then reads
 *   dead=READS          after that many reads of drives, none succeeds
 *   only=BYTES          diskettes of other sizes are not worn
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECTOR 512
#define SECTORS 5760

static unsigned reads[SECTORS];
static unsigned long reads_of_drives;

static int is_drive(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISBLK(status.st_mode);
}

static int is_meant(int fd, const char *worn)
{
    const char *only = strstr(worn, "only=");
    unsigned long long length = 0;
    return only == NULL
        || (ioctl(fd, BLKGETSIZE64, &length) == 0 && length == strtoull(only + 5, NULL, 10));
}

/* Whether the word makes this read of the sector fail; `count` is how often it was read before. */
static int fails(const char *word, unsigned long sector, unsigned long count)
{
    char *end;
    if (strncmp(word, "dead=", 5) == 0)
        return reads_of_drives > strtoul(word + 5, NULL, 10);
    int is_lost = strncmp(word, "lost=", 5) == 0;
    if (!is_lost && strncmp(word, "weak=", 5) != 0)
        return 0;
    if (strtoul(word + 5, &end, 10) != sector)
        return 0;
    unsigned long limit = *end == ':' ? strtoul(end + 1, NULL, 10) : 0;
    return is_lost ? count >= limit : count < limit;
}

static int has_bad_sector(const char *worn, size_t length, off_t offset)
{
    int bad = 0;
    for (unsigned long at = offset / SECTOR; at < (offset + length) / SECTOR && at < SECTORS; at++) {
        for (const char *word = worn; word != NULL; word = strchr(word, ' ')) {
            word += *word == ' ';
            bad |= fails(word, at, reads[at]);
        }
        reads[at]++;
    }
    return bad;
}

ssize_t pread64(int fd, void *buffer, size_t length, off_t offset)
{
    const char *worn = getenv("WORN");
    if (worn != NULL && is_drive(fd) && is_meant(fd, worn)) {
        const char *slow = strstr(worn, "slow=");
        if (slow != NULL)
            usleep(strtoul(slow + 5, NULL, 10));
        reads_of_drives++;
        if (has_bad_sector(worn, length, offset)) {
            errno = EIO;
            return -1;
        }
    }
    return syscall(SYS_pread64, fd, buffer, length, offset);
}
