// Writes text files as string literals into one Swift file: embed OUTPUT FILE...
//
// In C alone: it is built before everything else, for the machine that builds, and in Swift it would
// have a room compiled twice.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Says what is wrong and leaves no half of an output, which a build might take for whole.
static _Noreturn void fail(const char *output, const char *path, const char *why) {
  fprintf(stderr, "embed: %s: %s\n", path, why);
  remove(output);
  exit(1);
}

// Reads a whole file; the text is the caller's.
static char *text_of(const char *path, const char *output) {
  enum { LIMIT = 1 << 20 };
  FILE *input = fopen(path, "rb");
  char *text = malloc(LIMIT + 1);
  if (!input || !text) fail(output, path, strerror(errno));
  size_t size = fread(text, 1, LIMIT, input);
  if (ferror(input)) fail(output, path, strerror(errno));
  if (getc(input) != EOF) fail(output, path, "is larger than a megabyte");
  fclose(input);
  text[size] = 0;
  if (strlen(text) != size) fail(output, path, "holds a zero byte");
  return text;
}

int main(int count, char **arguments) {
  if (count < 2) {
    fputs("usage: embed OUTPUT FILE...\n", stderr);
    return 2;
  }
  const char *output = arguments[1];
  FILE *swift = fopen(output, "wb");
  if (!swift) {
    fprintf(stderr, "embed: %s: %s\n", output, strerror(errno));
    return 1;
  }
  fputs("/// Holds the files of the pages by name; written by the build.\nenum PageFiles {\n", swift);
  fputs("  static let all: [String: StaticString] = [\n", swift);
  for (int at = 2; at < count; at++) {
    const char *path = arguments[at];
    char *text = text_of(path, output);
    // Between these quotes all else stands for itself.
    if (strstr(text, "\"\"\"####") || strstr(text, "\\####") || strchr(text, '\r')) {
      fail(output, path, "holds \"\"\"#### or \\#### or a carriage return, which a literal cannot");
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    fprintf(swift, "    \"%s\": ####\"\"\"\n%s\n\"\"\"####,\n", name, text);
    free(text);
  }
  fputs("  ]\n}\n", swift);
  if (ferror(swift) || fclose(swift) != 0) fail(output, output, strerror(errno));
  return 0;
}
