/* Counts what a process writes to the files of one folder and to a database server, writes each touch to a log, and can
 * end the process at one of them. Loaded before libc; knows system calls only.
 *
 * Ends it before the touch, in the middle of it (half of what was to be written is), or after it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { NOT_NOW, BEFORE, MIDDLE, AFTER };

static char folder[PATH_MAX], only_what[32], only_where[PATH_MAX], said[PATH_MAX];
static size_t length;
static int log_file = -1, wanted;
static long last;
static atomic_long count;

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

static int counted(const char *what, const char *where) {
    char line[PATH_MAX + 64];
    int size = snprintf(line, sizeof line, "%s\t%s\n", what, where);
    if (size > (int)sizeof line) size = sizeof line;
    syscall(SYS_write, log_file, line, (size_t)size);
    if (only_what[0] && (strcmp(what, only_what) != 0 || fnmatch(only_where, where, FNM_PATHNAME) != 0)) return NOT_NOW;
    return atomic_fetch_add(&count, 1) + 1 == last ? wanted : NOT_NOW;
}

static int touch(const char *what, const char *path) {
    if (log_file < 0 || strncmp(path, folder, length) != 0 || path[length] != '/') return NOT_NOW;
    return counted(what, path + length + 1);
}

static int touch_file(const char *what, int file) {
    char link[64], path[PATH_MAX];
    if (log_file < 0) return NOT_NOW;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return NOT_NOW;
    path[size] = 0;
    return touch(what, path);
}

static int touch_at(const char *what, int at, const char *name) {
    char link[64], path[2 * PATH_MAX];
    if (log_file < 0 || name[0] == '/' || at == AT_FDCWD) return touch(what, name);
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t size = readlink(link, path, PATH_MAX);
    if (size < 0) return NOT_NOW;
    snprintf(path + size, PATH_MAX, "/%s", name);
    return touch(what, path);
}

/* From now on; ``at`` 0 ends the process nowhere. With ``what``, only touches of that kind at ``where``, a pattern, count
 * towards ``at``. */
void touches_begin(const char *path, const char *log, long at, int how, const char *what, const char *where) {
    length = strlen(strcpy(folder, path));
    last = at;
    wanted = how;
    strcpy(only_what, what);
    strcpy(only_where, where);
    log_file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* What is sent to the server next; nothing where that writes nothing. */
void touches_say(const char *statement) {
    snprintf(said, sizeof said, "%s", statement);
}

/* A touch that is no system call. */
void touches_count(const char *what, const char *where) {
    if (log_file >= 0 && counted(what, where) != NOT_NOW) die();
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define AROUND(touched, call) \
    int how = touched; \
    if (how == BEFORE || how == MIDDLE) die(); \
    __typeof__(call) result = call; \
    if (how == AFTER) die(); \
    return result
#define WRITE(touched, half, whole) \
    int how = touched; \
    if (how == BEFORE) die(); \
    if (how == MIDDLE) { \
        if (half < 0) die(); \
        die(); \
    } \
    ssize_t result = whole; \
    if (how == AFTER) die(); \
    return result

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list); \
        AROUND(flags & (O_CREAT | O_TRUNC) ? touch("create", path) : NOT_NOW, real(path, flags, mode)); \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name) \
    int name(int at, const char *path, int flags, ...) { \
        REAL(name); \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list); \
        AROUND(flags & (O_CREAT | O_TRUNC) ? touch_at("create", at, path) : NOT_NOW, real(at, path, flags, mode)); \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    WRITE(touch_file("write", file), real(file, data, size / 2), real(file, data, size));
}
ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    REAL(pwrite);
    WRITE(touch_file("write", file), real(file, data, size / 2, at), real(file, data, size, at));
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    WRITE(touch_file("write", file), real(file, data, size / 2, at), real(file, data, size, at));
}
ssize_t send(int socket, const void *data, size_t size, int flags) {
    REAL(send);
    WRITE(log_file < 0 || !said[0] ? NOT_NOW : counted("send", said), real(socket, data, size / 2, flags),
          real(socket, data, size, flags));
}
int ftruncate(int file, off_t size) { REAL(ftruncate); AROUND(touch_file("truncate", file), real(file, size)); }
int ftruncate64(int file, off64_t size) { REAL(ftruncate64); AROUND(touch_file("truncate", file), real(file, size)); }
int fsync(int file) { REAL(fsync); AROUND(touch_file("fsync", file), real(file)); }
int fdatasync(int file) { REAL(fdatasync); AROUND(touch_file("fsync", file), real(file)); }
int fchmod(int file, mode_t mode) { REAL(fchmod); AROUND(touch_file("chmod", file), real(file, mode)); }
int chmod(const char *path, mode_t mode) { REAL(chmod); AROUND(touch("chmod", path), real(path, mode)); }
int fchmodat(int at, const char *path, mode_t mode, int flags) {
    REAL(fchmodat);
    AROUND(touch_at("chmod", at, path), real(at, path, mode, flags));
}
int mkdir(const char *path, mode_t mode) { REAL(mkdir); AROUND(touch("mkdir", path), real(path, mode)); }
int mkdirat(int at, const char *path, mode_t mode) {
    REAL(mkdirat);
    AROUND(touch_at("mkdir", at, path), real(at, path, mode));
}
int rmdir(const char *path) { REAL(rmdir); AROUND(touch("rmdir", path), real(path)); }
int unlink(const char *path) { REAL(unlink); AROUND(touch("unlink", path), real(path)); }
int unlinkat(int at, const char *path, int flags) {
    REAL(unlinkat);
    AROUND(touch_at(flags & AT_REMOVEDIR ? "rmdir" : "unlink", at, path), real(at, path, flags));
}
int rename(const char *from, const char *to) { REAL(rename); AROUND(touch("rename", to), real(from, to)); }
int renameat(int from_at, const char *from, int to_at, const char *to) {
    REAL(renameat);
    AROUND(touch_at("rename", to_at, to), real(from_at, from, to_at, to));
}
int link(const char *from, const char *to) { REAL(link); AROUND(touch("link", to), real(from, to)); }
