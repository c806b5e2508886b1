/* Preloaded into a program, this makes its disk slow: SLOW_FLUSH is the microseconds that each flush
 * takes longer. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_for(const char *variable)
{
    const char *microseconds = getenv(variable);
    if (microseconds != NULL)
        usleep(strtoul(microseconds, NULL, 10));
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
