#define _GNU_SOURCE
#include "cposix.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#include <sys/timerfd.h>

int cposix_watch_open(void) {
  int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int cposix_watch_clock(int milliseconds) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0) return -errno;
  struct timespec period = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  struct itimerspec times = {period, period};
  if (timerfd_settime(fd, 0, &times, NULL) == 0) return fd;
  int failure = errno;
  close(fd);
  return -failure;
}

int cposix_watch_add(int fd, const char *path) {
  uint32_t mask = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF;
  int token = inotify_add_watch(fd, path, mask);
  return token < 0 ? -errno : token;
}

int cposix_watch_remove(int fd, int token) {
  return inotify_rm_watch(fd, token) < 0 ? -errno : 0;
}

int cposix_watch_drain(int fd) {
  char block[4096];
  int seen = 0;
  for (;;) {
    ssize_t count = read(fd, block, sizeof block);
    if (count > 0) { seen = 1; continue; }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) return -errno;
    return seen;
  }
}
#else
#include <sys/event.h>

int cposix_watch_open(void) {
  int queue = kqueue();
  if (queue < 0) return -errno;
  fcntl(queue, F_SETFD, FD_CLOEXEC);
  return queue;
}

int cposix_watch_clock(int milliseconds) {
  int queue = cposix_watch_open();
  if (queue < 0) return queue;
  struct kevent clock;
  EV_SET(&clock, 1, EVFILT_TIMER, EV_ADD | EV_CLEAR, 0, milliseconds, NULL);
  if (kevent(queue, &clock, 1, NULL, 0, NULL) == 0) return queue;
  int failure = errno;
  close(queue);
  return -failure;
}

int cposix_watch_add(int fd, const char *path) {
  int token = open(path, O_EVTONLY | O_CLOEXEC);
  if (token < 0) return -errno;
  struct kevent change;
  EV_SET(&change, token, EVFILT_VNODE, EV_ADD | EV_CLEAR,
         NOTE_WRITE | NOTE_EXTEND | NOTE_DELETE | NOTE_RENAME, 0, NULL);
  if (kevent(fd, &change, 1, NULL, 0, NULL) < 0) {
    int failure = errno;
    close(token);
    return -failure;
  }
  return token;
}

int cposix_watch_remove(int fd, int token) {
  // Closing a watched descriptor ends its watch.
  (void)fd;
  return close(token) < 0 ? -errno : 0;
}

int cposix_watch_drain(int fd) {
  struct kevent events[16];
  struct timespec none = {0, 0};
  int seen = 0;
  for (;;) {
    int count = kevent(fd, NULL, 0, events, 16, &none);
    if (count > 0) { seen = 1; continue; }
    if (count < 0 && errno == EINTR) continue;
    return count < 0 ? -errno : seen;
  }
}
#endif
