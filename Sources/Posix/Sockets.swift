import CPosix

/// Listens, connects and accepts, on this machine only.
package enum Socket {
  package enum Family: Int32, Sendable {
    case v4 = 4
    case v6 = 6
  }

  /// Listens at a path, which must be free; the umask decides who may connect.
  package static func listen(
    unixPath path: String, backlog: Int32 = 64
  ) throws(SystemError) -> Descriptor {
    Descriptor(owning: try checked("bind", path, unsafe cposix_listen_unix(path, backlog)))
  }

  package static func connect(unixPath path: String) throws(SystemError) -> Descriptor {
    Descriptor(owning: try checked("connect", path, unsafe cposix_connect_unix(path)))
  }

  /// Listens on the loopback; port 0 takes a free one, which `localPort` tells.
  package static func listen(
    loopbackPort port: UInt16, _ family: Family = .v4, backlog: Int32 = 64
  ) throws(SystemError) -> Descriptor {
    let raw = cposix_listen_loopback(family.rawValue, Int32(port), backlog)
    return Descriptor(owning: try checked("bind", "port \(port)", raw))
  }

  package static func connect(
    loopbackPort port: UInt16, _ family: Family = .v4
  ) throws(SystemError) -> Descriptor {
    let raw = cposix_connect_loopback(family.rawValue, Int32(port))
    return Descriptor(owning: try checked("connect", "port \(port)", raw))
  }

  package static func localPort(
    _ socket: borrowing Descriptor
  ) throws(SystemError) -> UInt16 {
    let number = socket.rawValue
    return UInt16(try checked("getsockname", "\(number)", cposix_local_port(number)))
  }

  /// Waits for the next connection.
  package static func accept(
    _ listener: borrowing Descriptor
  ) throws(SystemError) -> Descriptor {
    let number = listener.rawValue
    return Descriptor(owning: try checked("accept", "\(number)", cposix_accept(number)))
  }
}
