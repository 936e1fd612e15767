import TaskStore
import Tasks

/// Words what is said of two tasks that change the same files, and knows its words again.
struct NeighbourWarning {
  static let author = "errand"
  private static let most = 10

  /// Says it of the task that is named.
  static func text(of name: String, _ files: [String]) -> String {
    let more = files.count > most ? " and \(files.count - most) more" : ""
    return "\(beginning(name))\(files.prefix(most).joined(separator: ", "))\(more)."
  }

  /// Leaves what a task's comments do not yet say of another; where they name but the first of many,
  /// that they have much in common is said.
  static func untold(
    _ files: [String], of name: String, in comments: [TaskComment]
  ) -> [String] {
    let told = comments.filter { $0.author == author && $0.text.hasPrefix(beginning(name)) }
      .map { ", \($0.text.dropFirst(beginning(name).count).dropLast())," }
    guard !told.contains(where: { $0.hasSuffix(" more,") }) else { return [] }
    return files.filter { file in !told.contains { $0.contains(", \(file),") } }
  }

  static func isOne(_ comment: TaskComment) -> Bool {
    comment.author == author && comment.text.contains(verb)
  }

  private static let verb = " has changed the same: "
  private static func beginning(_ name: String) -> String { "Task \(name)\(verb)" }
}

extension AttemptLedger {
  /// Tells both tasks, as a comment, what they have not been told before; gives the words for our
  /// own. The task whose id comes first decides, so that two who find the same tell it once.
  func warn(of found: Neighbours.Finding) throws(StoreError) -> String? {
    let own = try record().spec.name
    var files: [String]?
    for id in [task, found.task].sorted() {
      let other = id == task ? found.name : own
      try store.change(.id(id), by: actor, evenInDoubt: id == task && isOwner) { fresh in
        guard fresh.status.isActive else {
          files = files ?? []
          return nil
        }
        let new = files ?? NeighbourWarning.untold(found.files, of: other, in: fresh.comments)
        files = new
        guard !new.isEmpty else { return nil }
        let text = NeighbourWarning.text(of: other, new)
        return .commented(Remark(author: NeighbourWarning.author, text: text))
      }
    }
    return files.flatMap { $0.isEmpty ? nil : NeighbourWarning.text(of: found.name, $0) }
  }
}
