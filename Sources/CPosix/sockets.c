#define _GNU_SOURCE
#include "cposix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int failed(int fd) {
  int code = errno;
  close(fd);
  return -code;
}

static int prepared(int fd) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return fd;
}

static int made(int family) {
#ifdef SOCK_CLOEXEC
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
  int fd = socket(family, SOCK_STREAM, 0);
#endif
  return fd < 0 ? -errno : prepared(fd);
}

static int unix_address(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
  strcpy(address->sun_path, path);
  return 0;
}

int cposix_listen_unix(const char *path, int backlog) {
  struct sockaddr_un address;
  int code = unix_address(path, &address);
  if (code < 0) return code;
  int fd = made(AF_UNIX);
  if (fd < 0) return fd;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return failed(fd);
  return listen(fd, backlog) < 0 ? failed(fd) : fd;
}

static int connected(int fd, const struct sockaddr *address, socklen_t length) {
  int outcome;
  do { outcome = connect(fd, address, length); } while (outcome < 0 && errno == EINTR);
  return outcome < 0 ? failed(fd) : fd;
}

int cposix_connect_unix(const char *path) {
  struct sockaddr_un address;
  int code = unix_address(path, &address);
  if (code < 0) return code;
  int fd = made(AF_UNIX);
  return fd < 0 ? fd : connected(fd, (struct sockaddr *)&address, sizeof address);
}

static socklen_t loopback(int family, int port, struct sockaddr_storage *storage) {
  memset(storage, 0, sizeof *storage);
  if (family == 6) {
    struct sockaddr_in6 *address = (struct sockaddr_in6 *)storage;
    address->sin6_family = AF_INET6;
    address->sin6_addr = in6addr_loopback;
    address->sin6_port = htons((uint16_t)port);
    return sizeof *address;
  }
  struct sockaddr_in *address = (struct sockaddr_in *)storage;
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address->sin_port = htons((uint16_t)port);
  return sizeof *address;
}

int cposix_listen_loopback(int family, int port, int backlog) {
  struct sockaddr_storage address;
  socklen_t length = loopback(family, port, &address);
  int fd = made(address.ss_family);
  if (fd < 0) return fd;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == 6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, length) < 0) return failed(fd);
  return listen(fd, backlog) < 0 ? failed(fd) : fd;
}

int cposix_connect_loopback(int family, int port) {
  struct sockaddr_storage address;
  socklen_t length = loopback(family, port, &address);
  int fd = made(address.ss_family);
  if (fd < 0) return fd;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connected(fd, (struct sockaddr *)&address, length);
}

int cposix_local_port(int fd) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
  if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int cposix_accept(int listener) {
  int fd;
  do {
#ifdef __linux__
    fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
#else
    fd = accept(listener, NULL, NULL);
#endif
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return -errno;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return prepared(fd);
}

int cposix_shutdown_writing(int fd) { return shutdown(fd, SHUT_WR) < 0 ? -errno : 0; }
