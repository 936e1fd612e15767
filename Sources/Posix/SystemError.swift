import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Tells which system call failed, on what, and why.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Names the call, as in the manual: "open".
  package let call: String
  /// Holds the errno.
  package let code: Int32
  /// Names what the call was about: a path, a program, a process; may be empty.
  package let subject: String

  package init(_ call: String, _ code: Int32, _ subject: String = "") {
    self.call = call
    self.code = code
    self.subject = subject
  }

  package var description: String {
    subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
  }

  /// Gives the system's words for the code alone: "No such file or directory".
  package var reason: String {
    // The system's "Illegal seek" says nothing to anybody.
    if code == ESPIPE { return "It is a pipe, and no file" }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      guard let base = text.baseAddress else { return "error \(code)" }
      unsafe cposix_error_text(code, base, 256)
      return unsafe String(cString: base)
    }
  }

  package var isNotFound: Bool { code == ENOENT }
  package var isNotDirectory: Bool { code == ENOTDIR }
  package var isExisting: Bool { code == EEXIST }
  package var isNotEmpty: Bool { code == ENOTEMPTY }
  package var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
  package var isReadOnly: Bool { code == EROFS }
  package var isPermissionDenied: Bool { code == EACCES || code == EPERM }
  package var isWouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
  package var isClosedPipe: Bool { code == EPIPE || code == ECONNRESET }
  package var isNoProcess: Bool { code == ESRCH || code == ECHILD }
  package var isTimedOut: Bool { code == ETIMEDOUT }
  package var isSymbolicLink: Bool { code == ELOOP }
  package var isAddressInUse: Bool { code == EADDRINUSE }
  package var isTooLarge: Bool { code == EFBIG }
  package var isInputOutput: Bool { code == EIO }
  package var isCancelled: Bool { code == ECANCELED }
  package var isUnsupported: Bool { code == ENOTSUP || code == ENOSYS || code == EOPNOTSUPP }
  package var isPipe: Bool { code == ESPIPE }
  package var isDirectory: Bool { code == EISDIR }
  package var isTooManyOpen: Bool { code == EMFILE || code == ENFILE }
  /// Tells that the system is out of something that others may give back: processes, memory,
  /// descriptors, room.
  package var isExhaustion: Bool {
    code == EAGAIN || code == ENOMEM || isTooManyOpen || isNoSpace
  }

  package static func notFound(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, ENOENT, subject)
  }
  package static func noSpace(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, ENOSPC, subject)
  }
  package static func inputOutput(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, EIO, subject)
  }
  package static func readOnly(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, EROFS, subject)
  }
  package static func permissionDenied(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, EACCES, subject)
  }
  package static func timedOut(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, ETIMEDOUT, subject)
  }
  package static func tooLarge(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, EFBIG, subject)
  }
  package static func cancelled(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, ECANCELED, subject)
  }
  package static func pipe(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, ESPIPE, subject)
  }
  package static func invalid(_ call: String, _ subject: String) -> SystemError {
    SystemError(call, EINVAL, subject)
  }
}

/// Passes on a result of CPosix, whose failures are negated error numbers.
@discardableResult
func checked<Result: SignedInteger>(
  _ call: String, _ subject: @autoclosure () -> String, _ result: Result
) throws(SystemError) -> Result {
  if result < 0 { throw SystemError(call, Int32(-result), subject()) }
  return result
}

/// Repeats a system call while signals interrupt it; its failures are -1 with errno.
@discardableResult
func retrying<Result: SignedInteger>(
  _ call: String, _ subject: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw SystemError(call, code, subject()) }
  }
}
