#define _GNU_SOURCE
#include "cposix.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#endif

#ifdef __APPLE__
#include <crt_externs.h>
char *const *cposix_environment(void) { return *_NSGetEnviron(); }
#else
char *const *cposix_environment(void) { return environ; }
#endif

// The highest number a child may be given; descriptors below it that are not given are closed one
// by one.
enum { highest_target = 255 };

static int describe_signals(posix_spawnattr_t *attributes, int new_session) {
  sigset_t all, none;
  sigfillset(&all);
  // Their handling can't be changed, and some systems refuse to be asked.
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  sigemptyset(&none);
  short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  if (new_session) flags |= POSIX_SPAWN_SETSID;
#ifdef __APPLE__
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  int code = posix_spawnattr_setsigdefault(attributes, &all);
  if (code == 0) code = posix_spawnattr_setsigmask(attributes, &none);
  if (code == 0) code = posix_spawnattr_setflags(attributes, flags);
  return code;
}

static int describe_descriptors(
    posix_spawn_file_actions_t *actions, const struct cposix_spawn *spawn, const int *lifted) {
  char given[highest_target + 1] = {0};
  int top = 2, code = 0;
  for (int i = 0; i < spawn->count && code == 0; i++) {
    code = posix_spawn_file_actions_adddup2(actions, lifted[i], spawn->targets[i]);
    given[spawn->targets[i]] = 1;
    if (spawn->targets[i] > top) top = spawn->targets[i];
  }
  for (int fd = 0; fd <= 2 && code == 0; fd++) {
    if (given[fd]) continue;
    given[fd] = 1;
    code = posix_spawn_file_actions_addopen(
        actions, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
  }
#ifndef __APPLE__
  for (int fd = 3; fd < top && code == 0; fd++) {
    if (!given[fd]) code = posix_spawn_file_actions_addclose(actions, fd);
  }
  if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(actions, top + 1);
#endif
  if (code == 0 && spawn->directory != NULL) {
    code = posix_spawn_file_actions_addchdir_np(actions, spawn->directory);
  }
  return code;
}

int cposix_spawn(const struct cposix_spawn *spawn) {
  int lifted[highest_target + 1];
  int raised = 0, code = 0, top = 2;
  pid_t pid = -1;
  if (spawn->count > highest_target + 1) return -EINVAL;
  for (int i = 0; i < spawn->count; i++) {
    int target = spawn->targets[i];
    if (target < 0 || target > highest_target) return -EINVAL;
    if (target > top) top = target;
  }
  // Every source is first moved above every target, so that no step can overwrite a later source;
  // and no higher, since where few files may be open there are no such numbers.
  for (; raised < spawn->count; raised++) {
    lifted[raised] = fcntl(spawn->sources[raised], F_DUPFD_CLOEXEC, top + 1);
    if (lifted[raised] < 0) { code = errno; break; }
  }
  if (code == 0) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    code = posix_spawn_file_actions_init(&actions);
    if (code == 0) {
      code = posix_spawnattr_init(&attributes);
      if (code == 0) {
        code = describe_signals(&attributes, spawn->new_session);
        if (code == 0) code = describe_descriptors(&actions, spawn, lifted);
        if (code == 0) {
          code = posix_spawn(
              &pid, spawn->program, &actions, &attributes, spawn->arguments, spawn->environment);
        }
        posix_spawnattr_destroy(&attributes);
      }
      posix_spawn_file_actions_destroy(&actions);
    }
  }
  while (raised > 0) close(lifted[--raised]);
  return code == 0 ? pid : -code;
}

#ifdef __linux__
// Runs in the copy of this process, so only what is safe there is called.
static void become(const struct cposix_spawn *spawn) {
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &usual, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  int null = open("/dev/null", O_RDWR);
  if (null < 0 || (spawn->directory != NULL && chdir(spawn->directory) != 0)) _exit(127);
  for (int fd = 0; fd <= 2; fd++) dup2(null, fd);
#ifdef SYS_close_range
  syscall(SYS_close_range, 3, ~0u, 0);
#endif
  execve(spawn->program, spawn->arguments, spawn->environment);
  _exit(127);
}

int cposix_spawn_beside(const struct cposix_spawn *spawn) {
  long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
  if (pid == 0) become(spawn);
  return pid < 0 ? -errno : (int)pid;
}
#else
int cposix_spawn_beside(const struct cposix_spawn *spawn) {
  (void)spawn;
  return -ENOTSUP;
}
#endif

static int wait_for(int pid, int options, int *code, int *signal_number) {
  siginfo_t end;
  int outcome;
  do {
    end.si_pid = 0;
    outcome = waitid(P_PID, (id_t)pid, &end, options);
  } while (outcome < 0 && errno == EINTR);
  if (outcome < 0) return -errno;
  if (end.si_pid == 0) return 0;
  *code = end.si_code == CLD_EXITED ? end.si_status : -1;
  *signal_number = end.si_code == CLD_EXITED ? 0 : end.si_status;
  return 1;
}

int cposix_wait(int pid, int reap, int *code, int *signal_number) {
  return wait_for(pid, WEXITED | WNOHANG | (reap ? 0 : WNOWAIT), code, signal_number);
}

int cposix_wait_ended(int pid) {
  int code, signal_number;
  return wait_for(pid, WEXITED | WNOWAIT, &code, &signal_number);
}

int cposix_reap_any(int spared) {
  siginfo_t end;
  int outcome;
  do {
    end.si_pid = 0;
    outcome = waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT);
  } while (outcome < 0 && errno == EINTR);
  if (outcome < 0) return errno == ECHILD ? 0 : -errno;
  if (end.si_pid == 0 || end.si_pid == spared) return 0;
  int pid = end.si_pid, code, signal_number;
  outcome = cposix_wait(pid, 1, &code, &signal_number);
  return outcome < 0 ? outcome : pid;
}
