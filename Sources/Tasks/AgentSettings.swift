import JSON

/// Says how much an agent may do without asking.
package enum PermissionMode: String, Sendable, Hashable, CaseIterable, JSONCodable {
  /// It looks and changes nothing.
  case readOnly = "read_only"
  /// It asks before everything that changes something.
  case ask
  /// It edits files in its directory, and asks for the rest.
  case edits
  /// It does everything without asking.
  case all
  package static let json = Codec<PermissionMode>.enumeration
}

extension PermissionMode: Comparable {
  /// Is in the order of what they allow.
  package static func < (left: PermissionMode, right: PermissionMode) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .readOnly: 0
    case .ask: 1
    case .edits: 2
    case .all: 3
    }
  }
}

/// Sets what an agent works with, as far as it has such a thing.
package struct AgentSettings: Sendable, Hashable {
  package var model: String?
  package var effort: String?
  package var permissionMode: PermissionMode
  /// Directories beside its own in which it may work.
  package var directories: [String]

  package init(
    model: String? = nil, effort: String? = nil, permissionMode: PermissionMode = .edits,
    directories: [String] = []
  ) {
    self.model = model
    self.effort = effort
    self.permissionMode = permissionMode
    self.directories = directories
  }
}

extension AgentSettings: JSONCodable {
  package static let json = Codec.object(
    Self.init(model:effort:permissionMode:directories:),
    optional("model", \.model, .string(length: 1...200), "The model it is to use."),
    optional("effort", \.effort, .string(length: 1...32), "How hard it is to think."),
    defaulted(
      "permissionMode", \.permissionMode, PermissionMode.json, .edits,
      "What it may do without asking."),
    defaulted("directories", \.directories, .array(of: .string), [], "Further directories."))
}
