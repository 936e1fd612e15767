import JSON

/// Names a break that was looked at and mended as far as that is possible; what is left of it is
/// kept, and it is no news any more.
package struct KeptBreak: Sendable, Hashable {
  /// The file, from the store's folder on.
  package var file: String
  /// Counts from 1; nil where the whole file is meant.
  package var line: Int?

  /// Says that the journal has lost something, whatever it was.
  static let loss = KeptBreak(file: folder + "lost")

  private static let folder = "journal/"

  /// Gives up what a line may have said that nobody could read; zero stands for any without a number.
  static func givingUp(_ number: Int) -> KeptBreak {
    KeptBreak(file: folder, line: number == 0 ? nil : number)
  }

  /// The number of the line that is given up by this.
  var givenUp: Int? { file == Self.folder ? line ?? 0 : nil }

  /// Tells that it goes when its segment does.
  var isOfJournal: Bool { file.hasPrefix(Self.folder) }
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
