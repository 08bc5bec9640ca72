/* Fails the FAIL_AT-th write to a regular file under FAIL_UNDER, once, and counts them: LD_PRELOAD of holds.test.ts.
   FAIL_AS: space (ENOSPC), device (EIO), short (half of the bytes, as a full quota may). fsync and rename count too. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long seen;

static int under(int fd) {
  const char *folder = getenv("FAIL_UNDER");
  struct stat st;
  char link[64], path[4096];
  if (!folder || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}

/* 0: go on; 1: fail, errno is set; 2: write half */
static int fate(void) {
  const char *at = getenv("FAIL_AT"), *as = getenv("FAIL_AS"), *log = getenv("FAIL_LOG");
  long mine = atomic_fetch_add(&seen, 1) + 1;
  if (log) {
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
      ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
      real(fd, ".", 1);
      close(fd);
    }
  }
  if (!at || mine != atol(at)) return 0;
  if (as && strcmp(as, "short") == 0) return 2;
  errno = as && strcmp(as, "device") == 0 ? EIO : ENOSPC;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *b, size_t n) {
  int f = under(fd) ? fate() : 0;
  return f == 1 ? -1 : REAL(write)(fd, b, f == 2 && n > 1 ? n / 2 : n);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
  int f = under(fd) ? fate() : 0;
  return f == 1 ? -1 : REAL(pwrite)(fd, b, f == 2 && n > 1 ? n / 2 : n, at);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
  int f = under(fd) ? fate() : 0;
  return f == 1 ? -1 : REAL(pwrite64)(fd, b, f == 2 && n > 1 ? n / 2 : n, at);
}
ssize_t writev(int fd, const struct iovec *v, int n) {
  int f = under(fd) ? fate() : 0;
  if (f == 1) return -1;
  return f == 2 ? REAL(write)(fd, v[0].iov_base, v[0].iov_len > 1 ? v[0].iov_len / 2 : v[0].iov_len) : REAL(writev)(fd, v, n);
}
int fsync(int fd) { return under(fd) && fate() == 1 ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return under(fd) && fate() == 1 ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t n) { return under(fd) && fate() == 1 ? -1 : REAL(ftruncate)(fd, n); }
int ftruncate64(int fd, off64_t n) { return under(fd) && fate() == 1 ? -1 : REAL(ftruncate64)(fd, n); }
int rename(const char *from, const char *to) {
  const char *folder = getenv("FAIL_UNDER");
  int mine = folder && strncmp(to, folder, strlen(folder)) == 0;
  return mine && fate() == 1 ? -1 : REAL(rename)(from, to);
}
