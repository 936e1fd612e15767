import JSON

/// Says whether a runner serves the console, and at which port.
package struct ConsoleSetting: Sendable, Hashable {
  package var enabled = true
  /// Absent means one that is chosen once and kept.
  package var port: Int?

  package init(enabled: Bool = true, port: Int? = nil) {
    self.enabled = enabled
    self.port = port
  }
}

extension ConsoleSetting: JSONCodable {
  /// Takes `false` and `true` for an object that says no more than that.
  package static let json: Codec<ConsoleSetting> = {
    let whole = Codec.object(
      Self.init(enabled:port:),
      defaulted("enabled", \.enabled, .bool, true, "Whether there is one."),
      optional("port", \.port, .int(1...65_535), "Port on the loopback; none: kept by the store."))
    return Codec(
      schema: whole.schema,
      read: { value, faults in
        if case .bool(let isOn) = value { return ConsoleSetting(enabled: isOn) }
        return whole.read(value, &faults)
      },
      write: { whole.write($0, to: &$1) })
  }()
}
