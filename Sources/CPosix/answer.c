#define _GNU_SOURCE
#include "cposix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Grows a buffer to hold `needed` bytes; 0 or -ENOMEM.
static int grown(char **buffer, size_t *capacity, size_t needed) {
  if (needed <= *capacity) return 0;
  size_t larger = *capacity;
  while (larger < needed) larger *= 2;
  char *moved = realloc(*buffer, larger);
  if (moved == NULL) return -ENOMEM;
  *buffer = moved;
  *capacity = larger;
  return 0;
}

// Finds the raw value after `"id":`, a number or a string without escapes; its length, 0 if there
// is none.
static size_t raw_id(const char *line, size_t length, const char **value) {
  const char *at = memmem(line, length, "\"id\":", 5), *end = line + length;
  if (at == NULL) return 0;
  at += 5;
  while (at < end && *at == ' ') at++;
  const char *stop = at;
  if (stop < end && *stop == '"') {
    do { stop++; } while (stop < end && *stop != '"');
    if (stop < end) stop++;
  } else {
    while (stop < end && *stop != ',' && *stop != '}' && *stop != ' ') stop++;
  }
  *value = at;
  return (size_t)(stop - at);
}

static int write_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(fd, bytes, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

int cposix_answer_lines(int in, int out, const char *before, const char *after) {
  size_t before_length = strlen(before), after_length = strlen(after);
  size_t capacity = 65536, room = 65536, filled = 0, scanned = 0;
  char *input = malloc(capacity), *output = malloc(room);
  int code = input == NULL || output == NULL ? -ENOMEM : 0;
  while (code == 0) {
    if (filled == capacity && (code = grown(&input, &capacity, capacity * 2)) != 0) break;
    ssize_t count = read(in, input + filled, capacity - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) code = -errno;
    if (count <= 0) break;
    filled += (size_t)count;
    size_t start = 0, used = 0;
    char *newline;
    while ((newline = memchr(input + scanned, '\n', filled - scanned)) != NULL) {
      const char *id;
      size_t end = (size_t)(newline - input), length = raw_id(input + start, end - start, &id);
      start = scanned = end + 1;
      if (length == 0) continue;
      code = grown(&output, &room, used + before_length + length + after_length + 1);
      if (code != 0) break;
      memcpy(output + used, before, before_length);
      memcpy(output + used + before_length, id, length);
      memcpy(output + used + before_length + length, after, after_length);
      used += before_length + length + after_length;
      output[used++] = '\n';
    }
    if (code == 0) code = write_all(out, output, used);
    memmove(input, input + start, filled - start);
    filled -= start;
    scanned = filled;
  }
  free(input);
  free(output);
  return code;
}
