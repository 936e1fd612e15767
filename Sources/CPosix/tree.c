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

/// Opens a folder for looking and changing, giving its owner leave first; never through a link.
static int open_folder(int above, const char *name) {
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat(above, name, flags);
  struct stat found;
  // Only of a folder is the mode changed: a link would pass it on to what it names.
  if (fd < 0 && errno == EACCES && fstatat(above, name, &found, AT_SYMLINK_NOFOLLOW) == 0
      && S_ISDIR(found.st_mode) && fchmodat(above, name, 0700, 0) == 0) {
    fd = openat(above, name, flags);
  }
  if (fd >= 0) (void)fchmod(fd, 0700);
  return fd;
}

static int is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

/// Moves a folder up to `top` under a name that is free there. Its owner's leave is needed for that,
/// since the folder's own ".." changes.
static int lift(int folder, const char *name, int top, unsigned long *count) {
  int inner = open_folder(folder, name);
  if (inner < 0) return -1;
  close(inner);
  char fresh[32];
  do {
    snprintf(fresh, sizeof fresh, "lifted-%lu", (*count)++);
    if (renameat(folder, name, top, fresh) == 0) return 0;
  } while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
  return -1;
}

/// Removes the files of a folder and moves the folders in it up; 1 if something went.
static int empty(int folder, int top, unsigned long *count, int *failure) {
  DIR *entries = fdopendir(folder);
  if (entries == NULL) { *failure = errno; close(folder); return 0; }
  int went = 0;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (is_dots(entry->d_name)) continue;
    // A folder is refused as one here, by EISDIR or EPERM.
    if (unlinkat(folder, entry->d_name, 0) == 0) { went = 1; continue; }
    int code = errno;
    int is_folder = code == EISDIR || code == EPERM;
    if (is_folder && lift(folder, entry->d_name, top, count) == 0) { went = 1; continue; }
    if (code != ENOENT) *failure = code == EISDIR ? errno : code;
  }
  closedir(entries);
  return went;
}

/// Goes once through what stands in `top`; 1 if something went.
static int pass(int top, unsigned long *count, int *failure) {
  int own = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = own < 0 ? NULL : fdopendir(own);
  if (entries == NULL) {
    *failure = errno;
    if (own >= 0) close(own);
    return 0;
  }
  int went = 0;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (is_dots(entry->d_name)) continue;
    if (unlinkat(top, entry->d_name, 0) == 0) { went = 1; continue; }
    int code = errno;
    int folder = code == EISDIR || code == EPERM ? open_folder(top, entry->d_name) : -1;
    if (folder < 0) {
      if (code != ENOENT) *failure = code;
      continue;
    }
    went |= empty(folder, top, count, failure);
    if (unlinkat(top, entry->d_name, AT_REMOVEDIR) == 0) went = 1; else *failure = errno;
  }
  closedir(entries);
  return went;
}

int cposix_remove_tree(const char *path) {
  int top = open_folder(AT_FDCWD, path);
  if (top < 0) return -errno;
  unsigned long count = 0;
  int failure, went;
  // Folders are moved up rather than entered, so that no depth is too great.
  do {
    failure = 0;
    went = pass(top, &count, &failure);
  } while (went);
  close(top);
  if (failure != 0) return -failure;
  return rmdir(path) < 0 ? -errno : 0;
}
