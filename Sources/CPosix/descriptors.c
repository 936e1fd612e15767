#define _GNU_SOURCE
#include "cposix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int result(int value) { return value < 0 ? -errno : value; }

int cposix_open(const char *path, int flags, unsigned mode) {
  int fd;
  do { fd = open(path, flags | O_CLOEXEC, (mode_t)mode); } while (fd < 0 && errno == EINTR);
  return result(fd);
}

int cposix_pipe(int ends[2]) {
#ifdef __linux__
  return result(pipe2(ends, O_CLOEXEC));
#else
  if (pipe(ends) < 0) return -errno;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

int cposix_duplicate(int fd, int lowest) { return result(fcntl(fd, F_DUPFD_CLOEXEC, lowest)); }

int cposix_redirect(int fd, int target) {
  int outcome;
  do { outcome = dup2(fd, target); } while (outcome < 0 && errno == EINTR);
  return result(outcome);
}

int cposix_sync(int fd) {
  int outcome;
#ifdef __APPLE__
  do { outcome = fcntl(fd, F_FULLFSYNC); } while (outcome < 0 && errno == EINTR);
  // Some network and memory file systems have no F_FULLFSYNC; fsync is then all there is.
  if (outcome < 0 && (errno == ENOTSUP || errno == ENOTTY || errno == EINVAL)) outcome = fsync(fd);
#else
  do { outcome = fdatasync(fd); } while (outcome < 0 && errno == EINTR);
#endif
  return result(outcome);
}

int64_t cposix_write_now(int fd, const void *bytes, size_t count) {
#ifdef RWF_NOWAIT
  struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
  ssize_t written;
  do { written = pwritev2(fd, &piece, 1, -1, RWF_NOWAIT); } while (written < 0 && errno == EINTR);
  if (written >= 0) return written;
  return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL ? -ENOTSUP : -errno;
#else
  (void)fd, (void)bytes, (void)count;
  return -ENOTSUP;
#endif
}

int cposix_is_pipe(int fd) {
  struct stat found;
  if (fstat(fd, &found) < 0) return -errno;
  return S_ISFIFO(found.st_mode) ? 1 : 0;
}

int cposix_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  return result(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

void cposix_error_text(int code, char *text, size_t capacity) {
  if (capacity == 0) return;
#ifdef __linux__
  // The GNU variant may answer with a text of its own instead of filling the buffer.
  const char *words = strerror_r(code, text, capacity);
  if (words != text) { strncpy(text, words, capacity - 1); text[capacity - 1] = 0; }
#else
  if (strerror_r(code, text, capacity) != 0) text[0] = 0;
#endif
}

int cposix_terminal_width(int fd) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) < 0) return 0;
  return size.ws_col;
}

static void describe(const struct stat *found, struct cposix_status *status) {
  mode_t mode = found->st_mode;
  status->kind = S_ISREG(mode) ? cposix_file : S_ISDIR(mode) ? cposix_directory
      : S_ISLNK(mode) ? cposix_link : S_ISFIFO(mode) ? cposix_fifo
      : S_ISSOCK(mode) ? cposix_socket : cposix_other;
  status->mode = mode & 07777;
  status->owner = found->st_uid;
  status->size = found->st_size;
#ifdef __APPLE__
  struct timespec modified = found->st_mtimespec;
#else
  struct timespec modified = found->st_mtim;
#endif
  status->modified_ns = (int64_t)modified.tv_sec * 1000000000 + modified.tv_nsec;
  status->inode = found->st_ino;
  status->device = (uint64_t)found->st_dev;
  status->links = (uint64_t)found->st_nlink;
}

int cposix_status_of_path(const char *path, int follow, struct cposix_status *status) {
  struct stat found;
  if ((follow ? stat(path, &found) : lstat(path, &found)) < 0) return -errno;
  describe(&found, status);
  return 0;
}

int cposix_status_of_descriptor(int fd, struct cposix_status *status) {
  struct stat found;
  if (fstat(fd, &found) < 0) return -errno;
  describe(&found, status);
  return 0;
}

int64_t cposix_list(const char *path, char **names) {
  DIR *directory = opendir(path);
  if (directory == NULL) return -errno;
  char *block = NULL;
  size_t used = 0, capacity = 0;
  int failure = 0;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    if (entry == NULL) { failure = errno; break; }
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    size_t length = strlen(entry->d_name) + 1;
    if (used + length > capacity) {
      size_t larger = capacity == 0 ? 4096 : capacity * 2;
      char *moved = realloc(block, larger);
      if (moved == NULL) { failure = ENOMEM; break; }
      block = moved;
      capacity = larger;
    }
    memcpy(block + used, entry->d_name, length);
    used += length;
  }
  closedir(directory);
  if (failure != 0) { free(block); return -failure; }
  *names = block;
  return (int64_t)used;
}
