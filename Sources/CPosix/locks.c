// Locks on open files; waiting for one no longer than so long, which no system call offers, and not
// being stopped while one is held that everybody waits for.

#define _GNU_SOURCE
#include "cposix.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const uint64_t second = 1000000000u;
static const uint64_t glance = 10000000u;

static int lock(int fd, int operation) {
  int outcome;
  do { outcome = flock(fd, operation); } while (outcome < 0 && errno == EINTR);
  return outcome < 0 ? -errno : 0;
}

int cposix_try_lock(int fd) { return lock(fd, LOCK_EX | LOCK_NB); }

int cposix_give_up_lock(int fd) { return lock(fd, LOCK_UN); }

// Is a thread that waits for a lock, and until when.
struct waiter {
  pthread_t thread;
  uint64_t deadline;
  struct waiter *next;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *waiters;
static bool has_watch;

static void nap(uint64_t nanoseconds) {
  struct timespec time = {(time_t)(nanoseconds / second), (long)(nanoseconds % second)};
  nanosleep(&time, NULL);
}

// Counts the threads that hold a lock, or are about to.
static atomic_int held;
static atomic_bool must_stop;
static atomic_bool is_stopping;

static void interrupt(int number) { (void)number; }

static void stop_when_free(int number);

static void handle_stops(void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(SIGTSTP, &action, NULL);
}

// Stops as if nobody had handled it: the system spares those whom no shell could wake.
static void stop_now(void) {
  sigset_t one, before;
  sigemptyset(&one);
  sigaddset(&one, SIGTSTP);
  handle_stops(SIG_DFL);
  // Of this thread, so that it has come when the handler is put back.
  pthread_kill(pthread_self(), SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &one, &before);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  handle_stops(stop_when_free);
}

// Stops if it must and nothing is held. Nobody comes to hold anything between the look and the stop.
static void stop_if_free(void) {
  while (atomic_load(&held) == 0 && atomic_load(&must_stop)) {
    atomic_store(&is_stopping, true);
    if (atomic_load(&held) == 0 && atomic_exchange(&must_stop, false)) stop_now();
    atomic_store(&is_stopping, false);
  }
}

// Whoever stops this program from a terminal must not stop all others with it.
static void stop_when_free(int number) {
  (void)number;
  int saved = errno;
  atomic_store(&must_stop, true);
  stop_if_free();
  errno = saved;
}

static void come_to_hold(void) {
  atomic_fetch_add(&held, 1);
  while (atomic_load(&is_stopping)) {
    atomic_fetch_sub(&held, 1);
    sched_yield();
    atomic_fetch_add(&held, 1);
  }
}

static void let_go(void) {
  atomic_fetch_sub(&held, 1);
  stop_if_free();
}

// Nothing else here uses SIGURG, and it does no harm where it is not expected. Neither restarts the
// call it interrupts: whoever waits must look.
static void prepare(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = interrupt;
  sigaction(SIGURG, &action, NULL);
  struct sigaction present;
  if (sigaction(SIGTSTP, NULL, &present) < 0 || present.sa_handler != SIG_DFL) return;
  handle_stops(stop_when_free);
}

// Interrupts those whose time is over, or who are to be stopped, until they have noticed: one may not
// have begun to wait when it is told. Ends when nobody waits any more.
static void watch(void *context) {
  (void)context;
  while (true) {
    pthread_mutex_lock(&guard);
    if (waiters == NULL) {
      has_watch = false;
      pthread_mutex_unlock(&guard);
      return;
    }
    uint64_t now = cposix_monotonic_ns(), pause = second;
    for (struct waiter *one = waiters; one != NULL; one = one->next) {
      uint64_t left = one->deadline > now ? one->deadline - now : glance;
      if (one->deadline <= now || atomic_load(&must_stop)) pthread_kill(one->thread, SIGURG);
      if (left < pause) pause = left;
    }
    pthread_mutex_unlock(&guard);
    nap(pause);
  }
}

// Tells whether somebody will interrupt the waiter; the guard is held.
static bool is_watched(void) {
  uintptr_t thread;
  if (has_watch) return true;
  if (cposix_thread_start(watch, NULL, 256 << 10, "lock watch", &thread) < 0) return false;
  cposix_thread_detach(thread);
  has_watch = true;
  return true;
}

// Lets a stop through while nothing is held yet.
static void make_way(void) {
  if (!atomic_load(&must_stop)) return;
  let_go();
  come_to_hold();
}

static int wait_watched(int fd, uint64_t deadline) {
  struct waiter own = {pthread_self(), deadline, NULL};
  pthread_mutex_lock(&guard);
  if (!is_watched()) {
    pthread_mutex_unlock(&guard);
    return -EAGAIN;
  }
  own.next = waiters;
  waiters = &own;
  pthread_mutex_unlock(&guard);
  int code;
  do {
    code = flock(fd, LOCK_EX) < 0 ? errno : 0;
    if (code == EINTR) make_way();
  } while (code == EINTR && cposix_monotonic_ns() < deadline);
  pthread_mutex_lock(&guard);
  struct waiter **link = &waiters;
  while (*link != &own) link = &(*link)->next;
  *link = own.next;
  pthread_mutex_unlock(&guard);
  return code == EINTR ? -ETIMEDOUT : -code;
}

static int wait_for(int fd, int64_t nanoseconds) {
  int result = cposix_try_lock(fd);
  if (result != -EWOULDBLOCK) return result;
  if (nanoseconds <= 0) return -ETIMEDOUT;
  uint64_t deadline = cposix_monotonic_ns() + (uint64_t)nanoseconds;
  sigset_t one, before;
  sigemptyset(&one);
  sigaddset(&one, SIGURG);
  pthread_sigmask(SIG_UNBLOCK, &one, &before);
  result = wait_watched(fd, deadline);
  // Without a thread to spare it is tried again and again.
  while (result == -EAGAIN) {
    nap(glance);
    make_way();
    result = cposix_try_lock(fd);
    if (result == -EWOULDBLOCK && cposix_monotonic_ns() >= deadline) result = -ETIMEDOUT;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result;
}

int cposix_lock_within(int fd, int64_t nanoseconds) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  come_to_hold();
  int result = wait_for(fd, nanoseconds);
  if (result < 0) let_go();
  return result;
}

int cposix_unlock(int fd) {
  int result = cposix_give_up_lock(fd);
  let_go();
  return result;
}
