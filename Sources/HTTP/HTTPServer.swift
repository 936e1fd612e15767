import Posix

/// Serves HTTP/1.1 on the loopback, a thread a connection, until it is stopped.
package final class HTTPServer: Sendable {
  private struct State: Sendable {
    var connections = 0
    /// Are there until the server has stopped accepting.
    var listeners: [Listener] = []
  }

  package let port: UInt16
  private let limits: HTTPLimits
  private let service: any HTTPService
  private let stopSign: StopSign
  private let state = Monitor(State())

  /// Starts to serve on both loopback addresses; port 0 takes a free one.
  ///
  /// Fails with an address in use if either is taken: then somebody else could answer for us.
  package static func start(
    port: UInt16 = 0, limits: HTTPLimits = HTTPLimits(), _ service: any HTTPService
  ) throws(SystemError) -> HTTPServer {
    let (taken, listeners) = try Listener.both(port: port)
    let server = HTTPServer(port: taken, limits, service, try StopSign())
    server.state.withLock { $0.listeners = listeners }
    try Thread.start(name: "http") {
      server.accept()
      // Only now is the port free for others.
      server.state.update { $0.listeners = [] }
    }
    return server
  }

  private init(
    port: UInt16, _ limits: HTTPLimits, _ service: any HTTPService, _ stopSign: StopSign
  ) {
    self.port = port
    self.limits = limits
    self.service = service
    self.stopSign = stopSign
  }

  /// Counts the clients that are connected.
  package var connections: Int { state.withLock { $0.connections } }

  /// Takes no more clients, lets requests in work be answered, ends streams; false if some are left
  /// when the time is over.
  @discardableResult
  package func stop(within patience: Duration = .seconds(2)) -> Bool {
    do throws(SystemError) { try stopSign.set() } catch { return false }
    return state.wait(
      until: .after(patience), while: { $0.connections > 0 || !$0.listeners.isEmpty })
  }

  private func accept() {
    let listeners = state.withLock { $0.listeners }
    while !stopSign.isSet {
      do throws(SystemError) {
        for listener in try Listener.ready(listeners, or: stopSign) {
          if let link = try listener.accept(stopSign, limits) { try take(link) }
        }
      } catch {
        // Without descriptors or threads nobody can be served now; clients wait in the backlog.
        _ = try? Poller.wait([(stopSign.descriptor, .readable)], timeoutMilliseconds: 100)
      }
    }
  }

  private func take(_ link: ClientLink) throws(SystemError) {
    let isAdmitted = state.withLock { state in
      guard state.connections < limits.connections else { return false }
      state.connections += 1
      return true
    }
    guard isAdmitted else { return refuse(link) }
    do throws(SystemError) {
      try Thread.start(name: "http client") { [self] in
        var connection = Connection(link, service, stopSign)
        connection.serve()
        leave()
      }
    } catch {
      leave()
      throw error
    }
  }

  private func leave() { state.update { $0.connections -= 1 } }

  /// Turns a client away; what it cannot take at once it does not get.
  private func refuse(_ link: ClientLink) {
    let full = HTTPResponse.full
    guard case .bytes(let body) = full.body else { return }
    let bytes = full.head(full.status, length: body.count, keepsAlive: false) + body
    // It is closed either way.
    try? link.write(bytes[...], until: .now)
  }
}
