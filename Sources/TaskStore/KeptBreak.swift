import JSON

/// Names a break that was looked at and mended as far as that is possible; what is left of it is
/// kept, and it is no news any more.
package struct KeptBreak: Sendable, Hashable {
  /// The file, from the store's folder on.
  package var file: String
  /// Counts from 1; nil where the whole file is meant.
  package var line: Int?

  /// Stands for lines of which only the fold remembers that nobody could read them.
  static let unread = KeptBreak(file: "journal/")

  /// Tells that it goes when its segment does.
  var isOfJournal: Bool { file.hasPrefix("journal/") }
}

extension KeptBreak: JSONCodable {
  package static let json = Codec.object(
    Self.init(file:line:),
    required("file", \.file, .string(length: 1...1000)),
    optional("line", \.line, .int(1 ... .max)))
}

extension StoreLayout {
  /// Names a break's place without the folder, which may be moved.
  func kept(_ found: StoreAudit.Break) -> KeptBreak {
    KeptBreak(file: String(found.path.dropFirst(root.count + 1)), line: found.line)
  }
}
