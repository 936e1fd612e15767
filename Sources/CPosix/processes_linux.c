#define _GNU_SOURCE
#include "cposix.h"

#ifdef __linux__
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

int cposix_exit_descriptor(int pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : fd;
}

int cposix_signal_exit_descriptor(int fd, int pid, int signal) {
  (void)pid;
  return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0 ? -errno : 0;
}

int cposix_become_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int open_of(int pid, const char *leaf) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, leaf);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return fd;
  return errno == ENOENT ? -ESRCH : -errno;
}

// Ticks count from the start of the machine, so those of two starts may be equal: upper bits tell
// them apart. Of one start they rise as the ticks do, which fit 36 bits for twenty years. Gives these
// bits, or an error: whoever could not read them once would take all others for strangers.
static int64_t bits_of_boot(void) {
  static _Atomic int64_t known = -1;
  if (known >= 0) return known;
  int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT) return -errno;
    known = 0;
    return known;
  }
  char text[64];
  ssize_t count = read(fd, text, sizeof text);
  int failure = errno;
  close(fd);
  if (count <= 0) return count < 0 ? -failure : -EIO;
  uint64_t hash = 0xcbf29ce484222325u;
  for (ssize_t i = 0; i < count; i++) hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
  // Never zero, which stands for a system that does not tell.
  known = (int64_t)(hash >> 48 | 1) << 36;
  return known;
}

int cposix_process(int pid, struct cposix_process *process) {
  int64_t boot = bits_of_boot();
  if (boot < 0) return (int)boot;
  int fd = open_of(pid, "stat");
  if (fd < 0) return fd;
  char text[2048];
  struct stat owner;
  ssize_t count = read(fd, text, sizeof text - 1);
  int failure = errno;
  int described = fstat(fd, &owner);
  close(fd);
  if (count <= 0) return count < 0 ? -failure : -ESRCH;
  text[count] = 0;
  // The name stands in parentheses and may hold anything, parentheses too: the last one closes it.
  char *first = strchr(text, '('), *last = strrchr(text, ')');
  if (first == NULL || last == NULL || last < first) return -EIO;
  memset(process, 0, sizeof *process);
  size_t length = (size_t)(last - first - 1);
  if (length >= sizeof process->name) length = sizeof process->name - 1;
  memcpy(process->name, first + 1, length);
  char state;
  unsigned long long start;
  int fields = sscanf(
      last + 1,
      " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
      &state, &process->parent, &process->group, &process->session, &start);
  if (fields != 5) return -EIO;
  process->pid = pid;
  process->zombie = state == 'Z' || state == 'X';
  process->owner = described == 0 ? owner.st_uid : 0;
  process->start = (uint64_t)boot + start;
  return 0;
}

int cposix_process_list(int32_t *pids, int capacity) {
  DIR *directory = opendir("/proc");
  if (directory == NULL) return -errno;
  int count = 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    if (count < capacity) pids[count] = atoi(entry->d_name);
    count++;
  }
  closedir(directory);
  return count;
}

int cposix_process_carries(int pid, const char *wanted) {
  int fd = open_of(pid, "environ");
  if (fd < 0) return fd;
  size_t length = strlen(wanted), matched = 0;
  int matching = 1, found = 0;
  char block[16384];
  ssize_t count;
  while (!found && (count = read(fd, block, sizeof block)) > 0) {
    for (ssize_t i = 0; i < count && !found; i++) {
      if (block[i] == 0) {
        found = matching && matched == length;
        matching = 1;
        matched = 0;
      } else if (matching) {
        if (matched < length && block[i] == wanted[matched]) matched++;
        else matching = 0;
      }
    }
  }
  int failure = count < 0 ? errno : 0;
  close(fd);
  return found ? 1 : -failure;
}

int cposix_process_value(int pid, const char *name, char *value, size_t capacity) {
  int fd = open_of(pid, "environ");
  if (fd < 0) return fd;
  size_t length = strlen(name), matched = 0, kept = 0;
  enum { name_part, value_part, other_entry, done } part = name_part;
  char block[16384];
  ssize_t count;
  while (part != done && (count = read(fd, block, sizeof block)) > 0) {
    for (ssize_t i = 0; i < count && part != done; i++) {
      if (block[i] == 0) {
        part = part == value_part ? done : name_part;
        matched = 0;
      } else if (part == value_part) {
        if (kept + 1 < capacity) value[kept++] = block[i];
      } else if (part == name_part) {
        if (matched < length && block[i] == name[matched]) matched++;
        else part = matched == length && block[i] == '=' ? value_part : other_entry;
      }
    }
  }
  int failure = part != done && count < 0 ? errno : 0;
  close(fd);
  value[kept] = 0;
  return part == done ? 1 : -failure;
}

// The brand is the soft limit of the time a process may compute without a pause under a real-time
// policy. Like every limit it outlives fork, exec, setsid and an emptied environment; and being
// thousands of years, it limits nothing.
int cposix_brand(uint64_t number, uint64_t *before) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_RTTIME, &limit) < 0) return -errno;
  *before = limit.rlim_cur;
  limit.rlim_cur = number;
  return setrlimit(RLIMIT_RTTIME, &limit) < 0 ? -errno : 0;
}

int cposix_process_brand(int pid, uint64_t *number) {
  struct rlimit limit;
  if (prlimit(pid, RLIMIT_RTTIME, NULL, &limit) < 0) return -errno;
  *number = limit.rlim_cur;
  return 0;
}

int cposix_process_bears(int pid, uint64_t number) {
  uint64_t found;
  int outcome = cposix_process_brand(pid, &found);
  return outcome < 0 ? outcome : found == number;
}

// Code and constants are never written to, and come back from the page cache when needed again.
static int give_back(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size, (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void cposix_shrink(void) {
  malloc_trim(0);
  dl_iterate_phdr(give_back, NULL);
}

int64_t cposix_resident_memory(void) {
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  char text[128];
  ssize_t count = read(fd, text, sizeof text - 1);
  close(fd);
  if (count <= 0) return -EIO;
  text[count] = 0;
  long long total, resident;
  if (sscanf(text, "%lld %lld", &total, &resident) != 2) return -EIO;
  return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

int cposix_executable_path(char *path, size_t capacity) {
  ssize_t count = readlink("/proc/self/exe", path, capacity - 1);
  if (count < 0) return -errno;
  path[count] = 0;
  return 0;
}
#endif
