// Removes trees as programs leave them: with names that are no text, folders nobody may write into,
// and of any depth.
#define _GNU_SOURCE
#include "cposix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Each level that is entered holds a descriptor.
enum { deepest = 64 };

struct removal {
  int top;
  dev_t device;
  unsigned long names;
  int has_lifted;
  int failure;
};

/// Opens a folder for looking and changing, giving its owner leave first; never through a link, nor
/// another file system's that is mounted there.
static int open_folder(int above, const char *name, const struct removal *all) {
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat(above, name, flags);
  struct stat found;
  // Only of a folder is the mode changed: a link would pass it on to what it names.
  if (fd < 0 && errno == EACCES && fstatat(above, name, &found, AT_SYMLINK_NOFOLLOW) == 0
      && S_ISDIR(found.st_mode) && fchmodat(above, name, 0700, 0) == 0) {
    fd = openat(above, name, flags);
  }
  if (fd < 0) return -1;
  if (fstat(fd, &found) < 0 || (all != NULL && found.st_dev != all->device)) {
    close(fd);
    errno = EBUSY;
    return -1;
  }
  // Where this is refused, what stands in it will be.
  if ((found.st_mode & 0700) != 0700) (void)fchmod(fd, 0700);
  return fd;
}

/// Moves a folder up to the top under a name that is free there.
static int lift(int folder, const char *name, struct removal *all) {
  int inner = open_folder(folder, name, all);
  if (inner < 0) return -1;
  close(inner);
  char fresh[32];
  do {
    snprintf(fresh, sizeof fresh, "lifted-%lu", all->names++);
    if (renameat(folder, name, all->top, fresh) == 0) {
      all->has_lifted = 1;
      return 0;
    }
  } while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
  return -1;
}

/// Empties a folder, whose descriptor is closed then; one that is too deep is moved up instead.
static void empty(int folder, int depth, struct removal *all) {
  DIR *entries = fdopendir(folder);
  if (entries == NULL) {
    all->failure = errno;
    close(folder);
    return;
  }
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) continue;
    int code = errno;
    // A folder is refused as one by EISDIR or EPERM; an empty one needs no leave of its own.
    if (code == EISDIR || code == EPERM) {
      if (unlinkat(folder, name, AT_REMOVEDIR) == 0) continue;
      if (errno != ENOTDIR) {
        if (depth == deepest) {
          if (lift(folder, name, all) < 0) all->failure = errno;
          continue;
        }
        int inner = open_folder(folder, name, all);
        if (inner >= 0) {
          empty(inner, depth + 1, all);
          if (unlinkat(folder, name, AT_REMOVEDIR) == 0) continue;
        }
        code = errno;
      }
    }
    all->failure = code;
  }
  closedir(entries);
}

int cposix_remove_tree(const char *path) {
  struct removal all = {.top = open_folder(AT_FDCWD, path, NULL)};
  if (all.top < 0) return -errno;
  struct stat found;
  if (fstat(all.top, &found) < 0) {
    int code = errno;
    close(all.top);
    return -code;
  }
  all.device = found.st_dev;
  do {
    all.has_lifted = all.failure = 0;
    int again = openat(all.top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) all.failure = errno; else empty(again, 1, &all);
  } while (all.has_lifted);
  close(all.top);
  if (all.failure != 0) return -all.failure;
  return rmdir(path) < 0 ? -errno : 0;
}
