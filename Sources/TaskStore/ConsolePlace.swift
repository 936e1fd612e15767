import JSON
import Posix

/// Says where the store's console is found, which stays as long as it can.
package struct ConsolePlace: Sendable, Hashable {
  package var port: Int
  /// Is set when somebody else had taken the port it was found at before.
  package var movedFrom: Int?

  package init(port: Int, movedFrom: Int? = nil) {
    self.port = port
    self.movedFrom = movedFrom
  }

  package var origin: String { "http://127.0.0.1:\(port)" }

  /// Is the address of one task.
  package func url(of task: String) -> String { "\(origin)/tasks/\(task)" }
}

extension ConsolePlace: JSONCodable {
  package static let json = Codec.object(
    Self.init,
    required("port", \.port, .int(1...65_535), "On the loopback."),
    optional("movedFrom", \.movedFrom, .int(1...65_535), "The port before, which was taken."))
}

extension TaskStore {
  /// Gives where the console was last found; nil if nobody has served it yet.
  package func consolePlace() throws(StoreError) -> ConsolePlace? {
    do throws(SystemError) {
      let bytes = try files.read(layout.consoleJSON, limit: 4096)
      // What cannot be read is chosen anew.
      return try? ConsolePlace.json.decode(JSONValue.parse(bytes))
    } catch {
      if error.isNotFound { return nil }
      throw .disk(error)
    }
  }

  package func keep(_ place: ConsolePlace) throws(StoreError) {
    try onDisk { () throws(SystemError) in
      try files.createDirectories(layout.run)
      try files.replace(layout.consoleJSON, with: ConsolePlace.json.encode(place))
    }
  }
}
