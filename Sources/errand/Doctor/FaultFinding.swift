import Posix
import TaskStore

extension Finding {
  /// Says a fault of the store's files in words, with its cure.
  init(_ fault: StoreFault) {
    let fix = "Run `errand doctor --fix`; it deletes nothing."
    switch fault {
    case .identity(let path, let reason):
      self = .problem(
        "identity", "\(path) is damaged: \(reason)", means: "Nothing in the store is opened.",
        next: fix)
    case .open(let path, let count):
      self = .problem(
        "privacy", "other users may look into \(Self.paths(path, count))",
        means: "What agents wrote may be read by others on this machine.", next: fix)
    case .closed(let path, let count):
      self = .problem(
        "permissions", "you may not read and write \(Self.paths(path, count))",
        means: "What is in there can neither be shown nor changed.",
        next: "Run `errand doctor --fix` as the owner of the file.")
    case .unreadable(let path, let error):
      self = .problem(
        "files", "\(path) cannot be looked at (\(error.reason))",
        means: "It is not known whether it is whole.",
        next: "Check the disk and the permissions of that path.")
    case .foreign(let path):
      self = .note(
        "foreign file", "\(path) is not Errand's", means: "It is passed over.",
        next: "Move it elsewhere, or \(fix.prefix(1).lowercased() + fix.dropFirst())")
    case .inTheWay(let path):
      self = .problem(
        "foreign file", "\(path) is no folder", means: "What belongs there has no place.",
        next: "Move it elsewhere, or \(fix.prefix(1).lowercased() + fix.dropFirst())")
    case .snapshot(let folder):
      self = .note(
        "snapshot", "\(folder) is damaged or does not belong to this journal",
        means: "Opening takes longer; nothing is lost.", next: fix)
    case .snapshotAhead(let path, let number, let journal):
      self = .problem(
        "snapshot",
        journal < number
          ? "\(path) knows \(number) events, the journal only \(journal)"
          : "\(path) knows other events than the journal",
        means: "The journal has lost some; tasks may be missing.",
        next: "Restore journal/ from a backup, or run `errand doctor --fix` to keep the snapshot "
          + "in damaged/.")
    case .journal(let first, let count):
      self = .problem(
        "journal", "\(count) breaks; the first: \(StoreWalk.place(first)): \(first.reason)",
        means: "The tasks these lines were about are served as damaged, all others normally.",
        next: "Keep a copy of \(first.path); then `errand doctor --fix` sets the lines aside, and "
          + "ends the tasks of which it is not known how they stand.")
    case .history(let first, let count):
      self = .note(
        "history", "\(count) old breaks; the first: \(StoreWalk.place(first)): \(first.reason)",
        means: "They were mended as far as that is possible; the lines are kept in damaged/.")
    case .longJournal(let bytes):
      self = .note(
        "journal", "it was not walked line by line: it has \(bytes >> 20) MiB",
        means: "Damage in what was folded into the snapshot does not show.",
        next: "Run `errand doctor --verify`.")
    case .key(let path):
      self = .problem(
        "key", "\(path) is no key",
        means: "Another is made when it is needed; what was signed with it is refused.", next: fix)
    case .secrets(let path):
      self = .problem(
        "secrets", "\(path) cannot be read",
        means: "What was to be run with them fails to start.",
        next: "Cancel that task, or remove that schedule, and make it anew.")
    case .torn(let path, let bytes):
      self = .note(
        "journal", "\(path) ends in \(bytes) bytes without a newline",
        means: "A writer died; nobody was told of that change. The next change sets them aside.")
    case .leftovers(let path, let count):
      self = .note(
        "leftovers", "\(Self.paths(path, count)) of something that died",
        means: "They only take space.", next: "Run `errand prune`.")
    }
  }

  private static func paths(_ first: String, _ count: Int) -> String {
    count == 1 ? first : "\(first) and \(count - 1) more"
  }
}
