/* Preloaded into a program, this makes its disk slow: SLOW_FLUSH and SLOW_READ are the microseconds
 * that each flush, and each read of a 1.44 MB image, takes longer. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IMAGE_LEN = 1474560 };

static void wait_for(const char *variable)
{
    const char *microseconds = getenv(variable);
    if (microseconds != NULL)
        usleep(strtoul(microseconds, NULL, 10));
}

static int is_image(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && status.st_size == IMAGE_LEN;
}

int fsync(int fd)
{
    wait_for("SLOW_FLUSH");
    return syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    wait_for("SLOW_FLUSH");
    return syscall(SYS_fdatasync, fd);
}

ssize_t pread64(int fd, void *buffer, size_t length, off64_t offset)
{
    if (is_image(fd))
        wait_for("SLOW_READ");
    return syscall(SYS_pread64, fd, buffer, length, offset);
}

ssize_t pread(int fd, void *buffer, size_t length, off_t offset)
{
    return pread64(fd, buffer, length, offset);
}
