// Writes text files as string literals into one Swift file: embed OUTPUT FILE...
//
// In C alone: it is built before everything else, for the machine that builds, and in Swift it would
// have a room compiled twice.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *path) {
  perror(path);
  exit(1);
}

// Copies a file as it is; what would end the literal is refused.
static void copy(const char *path, FILE *output) {
  FILE *input = fopen(path, "r");
  if (!input) fail(path);
  const char *end = "\"\"\"####";
  size_t matched = 0;
  for (int byte; (byte = getc(input)) != EOF;) {
    putc(byte, output);
    matched = byte == end[matched] ? matched + 1 : matched >= 3 && byte == '"' ? 3 : byte == '"';
    if (!end[matched]) {
      fprintf(stderr, "%s: holds %s, which ends the literal it is written to\n", path, end);
      exit(1);
    }
  }
  if (ferror(input)) fail(path);
  fclose(input);
}

int main(int count, char **arguments) {
  if (count < 2) {
    fputs("usage: embed OUTPUT FILE...\n", stderr);
    return 2;
  }
  FILE *output = fopen(arguments[1], "w");
  if (!output) fail(arguments[1]);
  fputs("/// Holds the files of the pages by name; written by the build.\nenum PageFiles {\n", output);
  fputs("  static let all: [String: StaticString] = [\n", output);
  for (int at = 2; at < count; at++) {
    const char *slash = strrchr(arguments[at], '/');
    const char *name = slash ? slash + 1 : arguments[at];
    fprintf(output, "    \"%s\": ####\"\"\"\n", name);
    copy(arguments[at], output);
    fputs("\n\"\"\"####,\n", output);
  }
  fputs("  ]\n}\n", output);
  if (ferror(output) || fclose(output) != 0) fail(arguments[1]);
  return 0;
}
