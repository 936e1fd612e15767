import HTTP
import Posix
import Runner
import TaskStore
import Tools

/// Serves the pages on which a person sees and steers the tasks of one store.
package final class Console: RunnerCompanion {
  private let server: HTTPServer
  private let audience: Audience

  package var port: Int { Int(server.port) }
  package var isWatched: Bool { !audience.isEmpty }
  package func stop() { server.stop() }

  /// Starts at the store's own port, or at another where that is taken, which is then its own.
  package static func start(
    _ workshop: Workshop, on store: TaskStore, user: String, port wanted: Int?
  ) throws(ConsoleError) -> Console {
    let kept = try fromStore { () throws(StoreError) in try store.consolePlace() }
    let usual = wanted ?? kept?.port
    for port in [usual].compactMap({ $0 }) + (0..<tries).map({ _ in Int.random(in: ports) }) {
      let toolbox = Toolbox(workshop, choice: Self.choice)
      let service = ConsoleService(port: port, toolbox: toolbox, caller: .console(user: user))
      let server: HTTPServer
      do throws(SystemError) {
        server = try HTTPServer.start(port: UInt16(port), service)
      } catch {
        guard error.isAddressInUse || error.isPermissionDenied else { throw .system(error) }
        continue
      }
      let place = ConsolePlace(port: port, movedFrom: port == usual ? nil : usual)
      if place != kept { try fromStore { () throws(StoreError) in try store.keep(place) } }
      return Console(server, service.audience)
    }
    throw .noPort
  }

  private init(_ server: HTTPServer, _ audience: Audience) {
    self.server = server
    self.audience = audience
  }

  /// A person may also delete, which no client does unasked.
  private static let choice = ToolChoice(toolsets: Toolset.usual + [.manage])

  /// Lies below the ports that systems lend to whoever asks for any.
  private static let ports = 20_000...31_999
  private static let tries = 20
}

/// Says why there is no console.
package enum ConsoleError: Error, Sendable, CustomStringConvertible {
  case system(SystemError)
  case store(StoreError)
  case noPort

  package var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .store(let error): "\(error)"
    case .noPort: "no port could be had on the loopback"
    }
  }
}

private func fromStore<Value>(
  _ body: () throws(StoreError) -> Value
) throws(ConsoleError) -> Value {
  do throws(StoreError) { return try body() } catch { throw .store(error) }
}
