import JSON
import Posix

/// Reads the bytes of an artifact in pieces, and checks at the end that they are the right ones.
struct ArtifactReader: ~Copyable {
  private static let piece = 256 << 10

  private let cid: String
  private let file: Descriptor
  private var hash = SHA256()
  private var isAtEnd = false
  private(set) var received = 0

  /// Asks where the bytes are; they are never copied through a result.
  init(task: JSONObject, cid: String, operations: Operations) throws(Complaint) {
    let path = try Self.path(task, cid, operations)
    let file = try Self.open(path)
    self.file = file
    self.cid = cid
  }

  private static func path(
    _ task: JSONObject, _ cid: String, _ operations: Operations
  ) throws(Complaint) -> String {
    var arguments = task
    arguments["cid"] = .string(cid)
    arguments["as"] = "path"
    let answer = try operations.call("tasks_artifacts_download", arguments)
    if let path = answer["content"]?.arrayValue?.first?.stringValue { return path }
    throw Complaint(
      "The operation named no file.", next: "Report this, with the output of `errand doctor`.",
      code: .taskFailed)
  }

  private static func open(_ path: String) throws(Complaint) -> Descriptor {
    do throws(SystemError) {
      return try Descriptor.open(path, [.read, .noFollow])
    } catch {
      throw unreadable(error)
    }
  }

  /// Gives the next bytes; nil at the end.
  mutating func next() throws(Complaint) -> [UInt8]? {
    guard !isAtEnd else { return nil }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try file.read(upTo: Self.piece)
    } catch {
      throw Self.unreadable(error)
    }
    if bytes.isEmpty {
      isAtEnd = true
      try check()
      return nil
    }
    hash.update(bytes)
    received += bytes.count
    return bytes
  }

  private func check() throws(Complaint) {
    let found = ContentID(codec: .raw, digest: hash.finish()).description
    guard found == cid else {
      throw Complaint(
        "The stored bytes are not those of \(cid).", why: ["Their content id is \(found)."],
        next: "Run `errand doctor`; do not use what was printed.", code: .taskFailed)
    }
  }

  private static func unreadable(_ error: SystemError) -> Complaint {
    Complaint(
      "The artifact cannot be read.", why: [error.description], next: "Run `errand doctor`.",
      code: .tryLater)
  }
}
