#include "cposix.h"

#ifdef __APPLE__
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <mach-o/dyld.h>
#include <mach/mach.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <sys/sysctl.h>
#include <unistd.h>

int cposix_exit_descriptor(int pid) {
  int queue = kqueue();
  if (queue < 0) return -errno;
  fcntl(queue, F_SETFD, FD_CLOEXEC);
  struct kevent change;
  EV_SET(&change, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
  if (kevent(queue, &change, 1, NULL, 0, NULL) == 0) return queue;
  int failure = errno;
  // A zombie can no longer be watched, but has ended: the descriptor must be readable at once.
  if (failure == ESRCH && kill(pid, 0) == 0) {
    EV_SET(&change, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, NULL);
    if (kevent(queue, &change, 1, NULL, 0, NULL) == 0) return queue;
    failure = errno;
  }
  close(queue);
  return -failure;
}

int cposix_signal_exit_descriptor(int fd, int pid, int signal) {
  (void)fd;
  return kill(pid, signal) < 0 ? -errno : 0;
}

int cposix_become_subreaper(void) { return -ENOTSUP; }

int cposix_brand(uint64_t number, uint64_t *before) {
  (void)number;
  (void)before;
  return -ENOTSUP;
}

int cposix_process_brand(int pid, uint64_t *number) {
  (void)pid;
  (void)number;
  return -ENOTSUP;
}

int cposix_process_bears(int pid, uint64_t number) {
  (void)pid;
  (void)number;
  return 0;
}

int cposix_process(int pid, struct cposix_process *process) {
  int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  struct kinfo_proc found;
  size_t size = sizeof found;
  if (sysctl(name, 4, &found, &size, NULL, 0) < 0) return -errno;
  if (size == 0) return -ESRCH;
  memset(process, 0, sizeof *process);
  process->pid = pid;
  process->parent = found.kp_eproc.e_ppid;
  process->group = found.kp_eproc.e_pgid;
  process->session = getsid(pid);
  process->zombie = found.kp_proc.p_stat == SZOMB;
  process->owner = found.kp_eproc.e_ucred.cr_uid;
  process->start = (uint64_t)found.kp_proc.p_starttime.tv_sec * 1000000
      + (uint64_t)found.kp_proc.p_starttime.tv_usec;
  strlcpy(process->name, found.kp_proc.p_comm, sizeof process->name);
  return 0;
}

int cposix_process_list(int32_t *pids, int capacity) {
  int bytes = proc_listallpids(pids, capacity * (int)sizeof(int32_t));
  if (bytes < 0) return -errno;
  // A full buffer may hide more: ask for a larger one.
  return bytes >= capacity ? capacity + 256 : bytes;
}

// Copies the environment block of a process into memory of its own: `*at` is its first entry.
static int environment_of(int pid, char **block, char **at, char **end) {
  int name[3] = {CTL_KERN, KERN_PROCARGS2, pid};
  size_t size = 0;
  if (sysctl(name, 3, NULL, &size, NULL, 0) < 0) return -errno;
  *block = malloc(size);
  if (*block == NULL) return -ENOMEM;
  if (sysctl(name, 3, *block, &size, NULL, 0) < 0) {
    int failure = errno;
    free(*block);
    return -failure;
  }
  // Layout: count of arguments, path, padding zeros, arguments, environment; an argument could
  // equal the entry.
  int count = 0;
  *end = *block + size;
  *at = *block + sizeof count;
  if (size >= sizeof count) memcpy(&count, *block, sizeof count);
  while (*at < *end && **at != 0) (*at)++;
  while (*at < *end && **at == 0) (*at)++;
  for (int i = 0; i < count && *at < *end; i++) *at += strnlen(*at, (size_t)(*end - *at)) + 1;
  return 0;
}

int cposix_process_carries(int pid, const char *wanted) {
  char *block, *at, *end;
  int found = environment_of(pid, &block, &at, &end);
  if (found < 0) return found;
  while (!found && at < end && *at != 0) {
    size_t length = strnlen(at, (size_t)(end - at));
    found = length == strlen(wanted) && memcmp(at, wanted, length) == 0;
    at += length + 1;
  }
  free(block);
  return found;
}

int cposix_process_value(int pid, const char *name, char *value, size_t capacity) {
  char *block, *at, *end;
  int found = environment_of(pid, &block, &at, &end);
  if (found < 0) return found;
  size_t known = strlen(name), kept = 0;
  while (!found && at < end && *at != 0) {
    size_t length = strnlen(at, (size_t)(end - at));
    found = length > known && memcmp(at, name, known) == 0 && at[known] == '=';
    if (found) {
      kept = length - known - 1 < capacity - 1 ? length - known - 1 : capacity - 1;
      memcpy(value, at + known + 1, kept);
    }
    at += length + 1;
  }
  free(block);
  value[kept] = 0;
  return found;
}

// The system takes back clean pages by itself.
void cposix_shrink(void) {}

int64_t cposix_resident_memory(void) {
  mach_task_basic_info_data_t facts;
  mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
  kern_return_t outcome =
      task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&facts, &count);
  return outcome == KERN_SUCCESS ? (int64_t)facts.resident_size : -EIO;
}

int cposix_executable_path(char *path, size_t capacity) {
  uint32_t size = (uint32_t)capacity;
  return _NSGetExecutablePath(path, &size) == 0 ? 0 : -ENAMETOOLONG;
}
#endif
