/*
 * Makes every fsync and fdatasync of a program take longer, as on a disk that really waits for its platters or cells.
 *
 *   cc -O2 -shared -fPIC -o slow_fsync.so slow_fsync.c -ldl
 *   SLOW_FSYNC_US=4000 LD_PRELOAD=./slow_fsync.so maru serve
 *
 * The real call is made first, so that nothing becomes less durable; then the thread sleeps for SLOW_FSYNC_US
 * microseconds. The sleep takes no processor time. It works for programs that are linked dynamically to the C library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef int (*sync_call)(int);

static void pause_for_the_disk(void) {
    const char *text = getenv("SLOW_FSYNC_US");
    long microseconds = text ? strtol(text, NULL, 10) : 0;
    if (microseconds <= 0) return;
    struct timespec left = {microseconds / 1000000, (microseconds % 1000000) * 1000};
    int before = errno;
    while (nanosleep(&left, &left) == -1 && errno == EINTR) {
    }
    errno = before;
}

static int slowly(sync_call real, int fd) {
    if (!real) {
        errno = ENOSYS;
        return -1;
    }
    int result = real(fd);
    pause_for_the_disk();
    return result;
}

int fsync(int fd) {
    static sync_call real;
    if (!real) real = (sync_call)dlsym(RTLD_NEXT, "fsync");
    return slowly(real, fd);
}

int fdatasync(int fd) {
    static sync_call real;
    if (!real) real = (sync_call)dlsym(RTLD_NEXT, "fdatasync");
    return slowly(real, fd);
}
