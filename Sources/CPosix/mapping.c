#include "cposix.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// A file that somebody cuts while it is mapped makes the next touch of its end a SIGBUS, which
// would end the program. The handler puts zeros there instead and notes it; who reads must look at
// the note before believing what was read.

struct cposix_mapping {
  _Atomic uintptr_t base;
  _Atomic size_t count;
  _Atomic int in_use;
  _Atomic int torn;
  struct cposix_mapping *next;
};

// Records are reused and never freed: the handler may walk them at any time.
static _Atomic(struct cposix_mapping *) mappings;
static struct sigaction before;
static uintptr_t page_mask;

static void on_bus_error(int number, siginfo_t *signal, void *context) {
  (void)context;
  int kept = errno;
  uintptr_t address = (uintptr_t)signal->si_addr;
  for (struct cposix_mapping *one = atomic_load(&mappings); one; one = one->next) {
    uintptr_t base = atomic_load(&one->base);
    size_t count = atomic_load(&one->count);
    if (signal->si_code <= 0 || base == 0 || address < base || address - base >= count) continue;
    atomic_store(&one->torn, 1);
    uintptr_t start = address & page_mask;
    // What follows the cut is gone as well: one fault is enough.
    void *zeros = mmap(
        (void *)start, base + count - start, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    errno = kept;
    if (zeros != MAP_FAILED) return;
  }
  // Not ours: what would have happened without us happens when the fault repeats.
  sigaction(number, &before, NULL);
  if (signal->si_code <= 0) raise(number);
  errno = kept;
}

static void install(void) {
  page_mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
  struct sigaction action = {0};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &before);
}

static struct cposix_mapping *take_record(void) {
  for (struct cposix_mapping *one = atomic_load(&mappings); one; one = one->next) {
    int unused = 0;
    if (atomic_compare_exchange_strong(&one->in_use, &unused, 1)) return one;
  }
  struct cposix_mapping *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  atomic_store(&made->in_use, 1);
  made->next = atomic_load(&mappings);
  while (!atomic_compare_exchange_weak(&mappings, &made->next, made)) {}
  return made;
}

int cposix_map(int fd, size_t count, struct cposix_mapping **mapping) {
  static _Atomic int state;
  int fresh = 0;
  if (atomic_compare_exchange_strong(&state, &fresh, 1)) {
    install();
    atomic_store(&state, 2);
  }
  while (atomic_load(&state) != 2) {}
  int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  int rights = fd < 0 ? PROT_READ | PROT_WRITE : PROT_READ;
  void *base = mmap(NULL, count, rights, flags, fd, 0);
  if (base == MAP_FAILED) return -errno;
  struct cposix_mapping *record = take_record();
  if (!record) {
    munmap(base, count);
    return -ENOMEM;
  }
  atomic_store(&record->torn, 0);
  atomic_store(&record->count, count);
  atomic_store(&record->base, (uintptr_t)base);
  *mapping = record;
  return 0;
}

void *cposix_mapping_base(struct cposix_mapping *mapping) {
  return (void *)atomic_load(&mapping->base);
}

int cposix_mapping_is_torn(struct cposix_mapping *mapping) { return atomic_load(&mapping->torn); }

void cposix_unmap(struct cposix_mapping *mapping) {
  // Forgotten first: the address may belong to something else as soon as it is free.
  void *base = (void *)atomic_exchange(&mapping->base, 0);
  munmap(base, atomic_load(&mapping->count));
  atomic_store(&mapping->in_use, 0);
}

// Takes in eight bytes at a time. Each step maps every state to another one, so that pages that
// differ in one word have other states at the end, and but for one in four milliards other checks.
uint32_t cposix_page_check(const void *bytes, size_t count) {
  uint64_t state = 0x9e3779b97f4a7c15u ^ count;
  const unsigned char *next = bytes;
  while (count > 0) {
    uint64_t word = 0;
    size_t taken = count < sizeof word ? count : sizeof word;
    memcpy(&word, next, taken);
    state = (state ^ word) * 0xff51afd7ed558ccdu;
    state ^= state >> 32;
    next += taken;
    count -= taken;
  }
  // Once more, as the last word has hardly been mixed yet.
  return (uint32_t)(state * 0xff51afd7ed558ccdu >> 32);
}
