/// Names the versions of the protocol that are spoken, oldest first.
package enum ProtocolVersion: String, Sendable, CaseIterable, Comparable {
  case november2024 = "2024-11-05"
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"
  case july2026 = "2026-07-28"

  package static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool {
    left.rawValue < right.rawValue
  }

  package var era: Era { self == .july2026 ? .modern : .legacy }

  /// Lists what a request's envelope may name; legacy versions are reached by handshake only.
  package static let modern: [ProtocolVersion] = [.july2026]

  /// Answers a handshake: the version asked for, or the newest of its era.
  package static func negotiated(_ requested: String) -> ProtocolVersion {
    guard let version = ProtocolVersion(rawValue: requested), version.era == .legacy else {
      return .november2025
    }
    return version
  }
}

/// Tells apart the two ways of opening: a handshake once, or an envelope on each request.
package enum Era: Sendable { case legacy, modern }
