import Posix

/// Owns the socket to which new clients come.
final class Listener: Sendable {
  private let socket: Descriptor

  private init(_ socket: consuming Descriptor) { self.socket = socket }

  /// How often a port is looked for that is free for both addresses.
  private static let tries = 20

  /// Listens on the loopback, by both addresses where the machine has both.
  static func both(port: UInt16) throws(SystemError) -> (port: UInt16, listeners: [Listener]) {
    var triesLeft = port == 0 ? tries : 1
    while true {
      let first = try listen(port, .v4)
      let chosen = try Socket.localPort(first.socket)
      do throws(SystemError) {
        return (chosen, [first, try listen(chosen, .v6)])
      } catch {
        // A machine without IPv6 has one loopback address.
        guard error.isAddressInUse else { return (chosen, [first]) }
        triesLeft -= 1
        if triesLeft == 0 { throw error }
      }
    }
  }

  private static func listen(
    _ port: UInt16, _ family: Socket.Family
  ) throws(SystemError) -> Listener {
    let socket = try Socket.listen(loopbackPort: port, family)
    // A client that goes again before it is accepted must not hold up the others.
    try socket.stopBlocking()
    return Listener(socket)
  }

  /// Waits until somebody comes or the server stops; gives those to ask.
  static func ready(
    _ listeners: [Listener], or stop: StopSign
  ) throws(SystemError) -> [Listener] {
    let watched = listeners.map { ($0.socket.rawValue, Poller.Event.readable) }
    let ready = try Poller.wait(watched + [(stop.descriptor, .readable)])
    return listeners.filter { ready[$0.socket.rawValue] != nil }
  }

  /// Takes the client that waits; nil if there is none after all.
  func accept(_ stop: StopSign, _ limits: HTTPLimits) throws(SystemError) -> ClientLink? {
    do throws(SystemError) {
      let client = try Socket.accept(socket)
      try client.stopBlocking()
      return ClientLink(client, stop, limits)
    } catch {
      if error.isWouldBlock || error.isClosedPipe { return nil }
      throw error
    }
  }
}
