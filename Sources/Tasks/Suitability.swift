import JSON

/// Says what is known of whoever carries out work, from their word alone to a sealed machine.
package enum TrustLevel: String, Sendable, Hashable, CaseIterable, JSONCodable, Comparable {
  case selfDeclared, agentSigned, releaseVerifiedTool, sandboxAttested
  package static let json = Codec<TrustLevel>.enumeration

  package static func < (left: TrustLevel, right: TrustLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .selfDeclared: 0
    case .agentSigned: 1
    case .releaseVerifiedTool: 2
    case .sandboxAttested: 3
    }
  }
}

/// Says which outside workers may take a task, beside those of its own profile.
package struct Suitability: Sendable, Hashable {
  /// Further profiles whose workers may take it.
  package var profiles: [String] = []
  /// Tools a worker must say it has.
  package var tools: [String] = []
  package var trust = TrustLevel.selfDeclared

  package init() {}

  package init(profiles: [String], tools: [String], trust: TrustLevel) {
    self.profiles = profiles
    self.tools = tools
    self.trust = trust
  }
}

extension Suitability: JSONCodable {
  package static let json = Codec.object(
    Self.init(profiles:tools:trust:),
    defaulted("profiles", \.profiles, .array(of: .string), [], "Further profiles."),
    defaulted("tools", \.tools, .array(of: .string), [], "Tools a worker must have."),
    defaulted("trust", \.trust, TrustLevel.json, .selfDeclared, "Least trust."))
}
