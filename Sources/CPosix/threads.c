#define _GNU_SOURCE
#include "cposix.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct start {
  void (*body)(void *);
  void *context;
  char name[16];
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
#ifdef __APPLE__
  pthread_setname_np(start.name);
#else
  pthread_setname_np(pthread_self(), start.name);
#endif
  start.body(start.context);
  return NULL;
}

int cposix_thread_start(
    void (*body)(void *), void *context, size_t stack, const char *name, uintptr_t *handle) {
  struct start *start = calloc(1, sizeof *start);
  if (start == NULL) return -ENOMEM;
  start->body = body;
  start->context = context;
  strncpy(start->name, name, sizeof start->name - 1);
  pthread_attr_t attributes;
  pthread_t thread;
  int code = pthread_attr_init(&attributes);
  if (code == 0) {
    code = pthread_attr_setstacksize(&attributes, stack);
    if (code == 0) code = pthread_create(&thread, &attributes, run, start);
    pthread_attr_destroy(&attributes);
  }
  if (code != 0) { free(start); return -code; }
  *handle = (uintptr_t)thread;
  return 0;
}

int cposix_thread_join(uintptr_t handle) { return -pthread_join((pthread_t)handle, NULL); }
uintptr_t cposix_thread_current(void) { return (uintptr_t)pthread_self(); }
int cposix_thread_detach(uintptr_t handle) { return -pthread_detach((pthread_t)handle); }

struct monitor {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
};

uintptr_t cposix_monitor_make(void) {
  struct monitor *monitor = malloc(sizeof *monitor);
  if (monitor == NULL) abort();
  pthread_mutex_init(&monitor->mutex, NULL);
#ifdef __APPLE__
  pthread_cond_init(&monitor->condition, NULL);
#else
  // Deadlines are monotonic: a changed wall clock must not move them.
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&monitor->condition, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
  return (uintptr_t)monitor;
}

void cposix_monitor_free(uintptr_t address) {
  struct monitor *monitor = (struct monitor *)address;
  pthread_cond_destroy(&monitor->condition);
  pthread_mutex_destroy(&monitor->mutex);
  free(monitor);
}

void cposix_monitor_lock(uintptr_t address) {
  pthread_mutex_lock(&((struct monitor *)address)->mutex);
}

void cposix_monitor_unlock(uintptr_t address) {
  pthread_mutex_unlock(&((struct monitor *)address)->mutex);
}

void cposix_monitor_notify(uintptr_t address) {
  pthread_cond_broadcast(&((struct monitor *)address)->condition);
}

int cposix_monitor_wait(uintptr_t address, int64_t nanoseconds) {
  struct monitor *monitor = (struct monitor *)address;
  if (nanoseconds < 0) return pthread_cond_wait(&monitor->condition, &monitor->mutex) == 0;
  struct timespec time;
#ifdef __APPLE__
  time.tv_sec = nanoseconds / 1000000000;
  time.tv_nsec = nanoseconds % 1000000000;
  int code = pthread_cond_timedwait_relative_np(&monitor->condition, &monitor->mutex, &time);
#else
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += nanoseconds / 1000000000;
  time.tv_nsec += nanoseconds % 1000000000;
  if (time.tv_nsec >= 1000000000) { time.tv_sec++; time.tv_nsec -= 1000000000; }
  int code = pthread_cond_timedwait(&monitor->condition, &monitor->mutex, &time);
#endif
  return code == ETIMEDOUT ? 0 : 1;
}

uint64_t cposix_monotonic_ns(void) {
#ifdef __APPLE__
  // Stands still while the machine sleeps, as CLOCK_MONOTONIC does on Linux.
  return clock_gettime_nsec_np(CLOCK_UPTIME_RAW);
#else
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
#endif
}

int64_t cposix_wall_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static volatile int routes[65];

static void forward(int signal) {
  int saved = errno;
  unsigned char number = (unsigned char)signal;
  int fd = routes[signal];
  // A full pipe already says that something arrived.
  if (fd > 0) { ssize_t ignored = write(fd, &number, 1); (void)ignored; }
  errno = saved;
}

int cposix_route_signal(int signal, int fd) {
  if (signal < 1 || signal > 64) return -EINVAL;
  routes[signal] = fd;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = fd < 0 ? SIG_DFL : forward;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  return sigaction(signal, &action, NULL) < 0 ? -errno : 0;
}

int cposix_unroute_signal(int signal, int fd) {
  if (signal < 1 || signal > 64) return -EINVAL;
  return routes[signal] == fd ? cposix_route_signal(signal, -1) : 0;
}

int cposix_ignore_signal(int number) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_IGN;
  return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}
