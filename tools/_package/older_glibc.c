/* Functions that Debian 12's CPython and expat call and that glibc 2.28 does not have. */

#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS 1000000000L
#define CLOSE_RANGE 436

/* glibc 2.34. Where the kernel lacks it (before Linux 5.9), CPython closes the files one by one. */
int close_range(unsigned int first, unsigned int last, int flags)
{
    return (int)syscall(CLOSE_RANGE, first, last, flags);
}

/* glibc 2.36. Used by expat to salt its hash tables. */
void arc4random_buf(void *buffer, size_t size)
{
    unsigned char *next = buffer;
    while (size > 0) {
        ssize_t got = getrandom(next, size < 256 ? size : 256, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            next += got;
            size -= (size_t)got;
        }
    }
}

/* glibc 2.30. Without it the moment is translated to the system's clock, so setting that clock moves it. */
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *moment)
{
    typedef int (*waiting)(sem_t *, clockid_t, const struct timespec *);
    waiting newer = (waiting)dlsym(RTLD_DEFAULT, "sem_clockwait");
    struct timespec now, until;
    if (newer != NULL)
        return newer(semaphore, clock, moment);
    clock_gettime(clock, &now);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += moment->tv_sec - now.tv_sec;
    until.tv_nsec += moment->tv_nsec - now.tv_nsec;
    if (until.tv_nsec < 0) {
        until.tv_nsec += NANOSECONDS;
        until.tv_sec--;
    } else if (until.tv_nsec >= NANOSECONDS) {
        until.tv_nsec -= NANOSECONDS;
        until.tv_sec++;
    }
    return sem_timedwait(semaphore, &until);
}
