// An agent that behaves as badly as its first argument says.
//
// The second argument names a file. Every process it starts holds a shared lock on that file, so
// that the file can be locked exclusively once none of them is left, whatever the process table
// says. A byte is written to it as soon as everything is set up.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int held = -1;

static void ready(void) {
  if (write(held, "x", 1) != 1) _exit(9);
}

static void stay(void) {
  for (;;) pause();
}

static void ignore_everything(void) {
  for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
  // Its own children are to be waited for.
  signal(SIGCHLD, SIG_DFL);
}

/// Goes on in a child of nobody's, whose parent has ended.
static int became_orphan(void) {
  pid_t child = fork();
  if (child > 0) {
    waitpid(child, NULL, 0);
    return 0;
  }
  if (fork() > 0) _exit(0);
  return 1;
}

/// Keeps neither session nor group, environment, name, directory, signals or streams.
static void hide(void) {
  setsid();
  ignore_everything();
  if (chdir("/") != 0) _exit(9);
  for (int number = 0; number < 3; number++) dup2(open("/dev/null", O_RDWR), number);
  char *arguments[] = {"innocent", "stay", "-", NULL}, *environment[] = {NULL};
  ready();
  execve("/proc/self/exe", arguments, environment);
  // Where a program cannot start itself again, it goes on under its name.
  stay();
}

static void flood(int stream, const char *piece, size_t length) {
  static char block[65536];
  for (size_t i = 0; i < sizeof block; i++) block[i] = piece[i % length];
  for (;;) {
    if (write(stream, block, sizeof block) < 0) stay();
  }
}

static void one_line(void) {
  char block[65536];
  memset(block, 'x', sizeof block);
  for (int i = 0; i < 800; i++) {
    for (size_t done = 0; done < sizeof block;) {
      ssize_t count = write(1, block + done, sizeof block - done);
      if (count < 0) stay();
      done += (size_t)count;
    }
  }
}

static void serve(void) {
  int door = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in place = {.sin_family = AF_INET};
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(door, (struct sockaddr *)&place, sizeof place) != 0 || listen(door, 8) != 0) _exit(9);
  ready();
  for (;;) close(accept(door, NULL, NULL));
}

/// Keeps two hundred children, each in a session of its own and deaf, and replaces whoever goes.
static void crowd(void) {
  ignore_everything();
  for (int count = 0;; count++) {
    if (count == 200) ready();
    if (count >= 200) wait(NULL);
    pid_t child = fork();
    if (child == 0) {
      setsid();
      stay();
    }
    if (child < 0) wait(NULL);
  }
}

/// Is never one process for long: each forks and ends at once. It ends by itself some time.
static void chain(const char *steps, int leaves, int pause_us) {
  ignore_everything();
  for (int i = 0; i < 5000; i++) {
    if (fork() > 0) _exit(0);
    if (leaves) setsid();
    int file = open(steps, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, ".", 1) != 1) _exit(9);
    close(file);
    if (i == 0 && held >= 0) ready();
    if (pause_us > 0) usleep((useconds_t)pause_us);
  }
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  const char *mode = arguments[1];
  if (strcmp(mode, "stay") == 0) {
    ignore_everything();
    stay();
  }
  // For scripts: the command that follows, in a session of its own.
  if (strcmp(mode, "session") == 0) {
    setsid();
    execvp(arguments[2], arguments + 2);
    return 127;
  }
  if (strcmp(mode, "chain") == 0 && count == 5) {
    chain(arguments[2], atoi(arguments[3]), atoi(arguments[4]));
    return 0;
  }
  held = open(arguments[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (held < 0 || flock(held, LOCK_SH) != 0) return 9;

  if (strcmp(mode, "deaf") == 0) {
    ignore_everything();
    if (fork() > 0) ready();
  } else if (strcmp(mode, "orphan") == 0) {
    if (became_orphan()) {
      ignore_everything();
      ready();
    }
  } else if (strcmp(mode, "hidden") == 0) {
    if (became_orphan()) hide();
  } else if (strcmp(mode, "fill") == 0) {
    ready();
    flood(fork() > 0 ? 1 : 2, "all work and no play\n", 21);
  } else if (strcmp(mode, "invalid") == 0) {
    ready();
    flood(1, "\xff\xfe\xc0\x1b]0;x\x07\xed\xa0\x80\n", 13);
  } else if (strcmp(mode, "line") == 0) {
    ready();
    one_line();
  } else if (strcmp(mode, "closed") == 0) {
    for (int number = 0; number < 3; number++) close(number);
    ready();
  } else if (strcmp(mode, "server") == 0) {
    if (became_orphan()) serve();
  } else if (strcmp(mode, "crowd") == 0) {
    crowd();
  } else if (strcmp(mode, "flight") == 0) {
    char steps[4096];
    snprintf(steps, sizeof steps, "%s.steps", arguments[2]);
    chain(steps, 1, 500);
  } else {
    return 2;
  }
  stay();
}
