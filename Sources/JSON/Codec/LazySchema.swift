import Synchronization

/// Makes a schema when it is asked for, once: most processes only read and write.
@usableFromInline final class LazySchema: Sendable {
  private let made = Mutex<JSONValue?>(nil)
  private let make: @Sendable () -> JSONValue

  @usableFromInline init(_ make: @escaping @Sendable () -> JSONValue) { self.make = make }

  var value: JSONValue {
    made.withLock { made in
      if let made { return made }
      // What it is made of asks its own parts, never itself.
      let value = make()
      made = value
      return value
    }
  }
}
