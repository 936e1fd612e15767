#ifndef ERRAND_CPOSIX_H
#define ERRAND_CPOSIX_H

// The few system calls Swift cannot name.
//
// Unless it says otherwise, a function returns a value of zero or more, or a negated errno: errno
// itself would have to survive whatever Swift does between the call and the look at it.

#include <stddef.h>
#include <stdint.h>

// Descriptors. Every descriptor made here is close-on-exec.

/// Opens a file; `flags` are the platform's O_ flags.
int cposix_open(const char *path, int flags, unsigned mode);
/// Makes a pipe: ends[0] reads, ends[1] writes.
int cposix_pipe(int ends[2]);
/// Duplicates onto the lowest free number from `lowest` on.
int cposix_duplicate(int fd, int lowest);
/// Makes `target` another name of `fd`; `target` stays open across exec.
int cposix_redirect(int fd, int target);
/// Brings data to the platter: fdatasync, on macOS F_FULLFSYNC.
int cposix_sync(int fd);
/// Takes the advisory lock of an open description, if it is free: -EWOULDBLOCK if it is not.
int cposix_try_lock(int fd);
/// Gives that lock up.
int cposix_give_up_lock(int fd);
/// Waits for the lock no longer than this; then -ETIMEDOUT. Interrupts itself with SIGURG. Until the
/// lock is given up with `cposix_unlock`, SIGTSTP stops nobody: it is made up for then.
int cposix_lock_within(int fd, int64_t nanoseconds);
int cposix_unlock(int fd);
/// Writes what there is room for, without waiting; -ENOTSUP where the system cannot promise that.
int64_t cposix_write_now(int fd, const void *bytes, size_t count);
/// Tells whether the descriptor is a pipe or FIFO: 1 or 0.
int cposix_is_pipe(int fd);
/// Makes reads and writes on a descriptor of our own return at once.
int cposix_set_nonblocking(int fd);
/// Copies the words for an error number into `text`.
void cposix_error_text(int code, char *text, size_t capacity);
/// Width of the terminal in columns; 0 if there is none.
int cposix_terminal_width(int fd);

enum cposix_kind {
  cposix_other, cposix_file, cposix_directory, cposix_link, cposix_fifo, cposix_socket
};

struct cposix_status {
  int32_t kind;
  uint32_t mode;
  uint32_t owner;
  int64_t size;
  int64_t modified_ns;
  uint64_t inode;
  uint64_t device;
  uint64_t links;
};

/// Describes a path; `follow` says whether a final symbolic link is followed.
int cposix_status_of_path(const char *path, int follow, struct cposix_status *status);
int cposix_status_of_descriptor(int fd, struct cposix_status *status);

/// Reads entry names of a directory, each ended by a zero byte; returns a malloc'd block in
/// `names`.
int64_t cposix_list(const char *path, char **names);

/// Removes a directory with all that is in it, following no links. What can be removed is, whatever
/// else cannot.
int cposix_remove_tree(const char *path);

// Mapped files.

struct cposix_mapping;

/// Maps `count` bytes of a file for reading, or, with -1 as `fd`, of fresh memory. Where the file is
/// cut later, zeros are read and the mapping is torn; nobody is killed.
int cposix_map(int fd, size_t count, struct cposix_mapping **mapping);
void *cposix_mapping_base(struct cposix_mapping *mapping);
/// Tells whether a byte was read that the file no longer had: 1 or 0.
int cposix_mapping_is_torn(struct cposix_mapping *mapping);
void cposix_unmap(struct cposix_mapping *mapping);
/// Makes the check of a page, the same on every little-endian machine.
uint32_t cposix_page_check(const void *bytes, size_t count);

// Processes.

struct cposix_spawn {
  const char *program;
  char *const *arguments;
  char *const *environment;
  const char *directory;   // NULL: stay
  const int *sources;      // the parent's descriptors …
  const int *targets;      // … and the numbers they get in the child
  int count;
  int new_session;
};

/// Starts a program with exactly the given descriptors, default signals and an empty mask; returns
/// the pid.
int cposix_spawn(const struct cposix_spawn *spawn);
/// Starts a program as a child of this process's own parent, in a session of its own and with nothing
/// open: who collects orphans here never meets it. -ENOTSUP where that does not exist.
int cposix_spawn_beside(const struct cposix_spawn *spawn);
/// Opens a descriptor that turns readable when the process ends.
int cposix_exit_descriptor(int pid);
/// Looks (reap 0) or collects (reap 1) the end of a child without waiting: 1 ended, 0 not yet.
int cposix_wait(int pid, int reap, int *code, int *signal);
/// Waits until a child has ended, without collecting it.
int cposix_wait_ended(int pid);
/// Signals through an exit descriptor where the platform can, else by pid.
int cposix_signal_exit_descriptor(int fd, int pid, int signal);
/// Makes orphans of this process's descendants its own children; -ENOTSUP where that does not
/// exist.
int cposix_become_subreaper(void);

struct cposix_process {
  int32_t pid;
  int32_t parent;
  int32_t group;
  int32_t session;
  int32_t zombie;
  uint32_t owner;
  uint64_t start;
  char name[64];
};

/// Describes a process; -ESRCH if there is none.
int cposix_process(int pid, struct cposix_process *process);
/// Fills `pids` with every process of the machine; returns how many there are, which may exceed
/// `capacity`.
int cposix_process_list(int32_t *pids, int capacity);
/// Tells whether the environment of a process holds the entry `NAME=value`: 1 or 0.
int cposix_process_carries(int pid, const char *entry);
/// Copies the value of a variable in the environment a process was started with, cut to `capacity`
/// with its zero: 1, or 0 if it is not there.
int cposix_process_value(int pid, const char *name, char *value, size_t capacity);
/// Brands what this process starts from now on with a number, and tells the one `before`, by which
/// the brand is taken back. -ENOTSUP where nothing of the kind is inherited.
int cposix_brand(uint64_t number, uint64_t *before);
/// Tells the brand of a process, or the number that stands in its place where it has none.
int cposix_process_brand(int pid, uint64_t *number);
/// Tells whether a process bears the brand: 1 or 0.
int cposix_process_bears(int pid, uint64_t number);
/// Collects one child that has ended, but never `spared`: its pid, or 0 if there is none, or if
/// `spared` has ended and may stand before others.
int cposix_reap_any(int spared);
/// Gives back memory that need not stay: free heap, and code that can be read from its file again.
void cposix_shrink(void);
/// Resident memory of this process in bytes.
int64_t cposix_resident_memory(void);
/// Path of this program.
int cposix_executable_path(char *path, size_t capacity);

/// The environment of this process, ended by NULL.
char *const *cposix_environment(void);

// Signals.

/// Writes the number of each arriving `signal` as one byte to `fd`; -1 restores the default.
int cposix_route_signal(int signal, int fd);
/// Restores the default handling of a signal that is still routed to `fd`.
int cposix_unroute_signal(int signal, int fd);
int cposix_ignore_signal(int signal);

// Threads.

/// Starts a thread; returns its handle in `handle`.
int cposix_thread_start(
    void (*body)(void *), void *context, size_t stack, const char *name, uintptr_t *handle);
int cposix_thread_join(uintptr_t handle);
int cposix_thread_detach(uintptr_t handle);
uintptr_t cposix_thread_current(void);

/// A mutex with a condition, as an address.
uintptr_t cposix_monitor_make(void);
void cposix_monitor_free(uintptr_t monitor);
void cposix_monitor_lock(uintptr_t monitor);
void cposix_monitor_unlock(uintptr_t monitor);
void cposix_monitor_notify(uintptr_t monitor);
/// Waits to be notified; `nanoseconds` below zero waits for ever. Returns 0 when the time is over,
/// else 1.
int cposix_monitor_wait(uintptr_t monitor, int64_t nanoseconds);

// Clocks.

uint64_t cposix_monotonic_ns(void);
int64_t cposix_wall_ms(void);

// Watching.

/// Opens a descriptor that turns readable when a watched path changes.
int cposix_watch_open(void);
/// Opens one that turns readable by the clock instead, again and again.
int cposix_watch_clock(int milliseconds);
/// Watches a directory or file; returns a token for removal.
int cposix_watch_add(int fd, const char *path);
int cposix_watch_remove(int fd, int token);
/// Takes what has happened without waiting: 1 something, 0 nothing.
int cposix_watch_drain(int fd);

// Sockets.

int cposix_listen_unix(const char *path, int backlog);
int cposix_connect_unix(const char *path);
/// Listens on the loopback, family 4 or 6; port 0 takes a free one.
int cposix_listen_loopback(int family, int port, int backlog);
int cposix_connect_loopback(int family, int port);
int cposix_local_port(int fd);
int cposix_accept(int fd);
int cposix_shutdown_writing(int fd);

// Benchmarks.

/// Answers lines as a server in C would: `before`, the raw "id" value, `after`, newline; one write
/// per read batch. Returns 0 at the end of input.
int cposix_answer_lines(int in, int out, const char *before, const char *after);

#endif
