import JSON
import Posix
import TaskStore

extension Command {
  static let scheduleInstall = Command(
    path: ["schedule", "install"],
    summary: "Have the system start a runner for the schedules, also after a restart.",
    options: [Options.wakeBy.spec, Options.whatWouldBeWritten.spec, Options.json.spec],
    notes: """
      Writes a timer of systemd for the user, a launchd agent, or a line of the crontab, which
      starts a runner every five minutes unless one is there. A file that is somebody else's is
      never touched. Called again it writes its own anew.
      """,
    examples: [
      Example("errand schedule install --dry-run", "Print what would be written where."),
      Example("errand schedule install", "Write it, and switch it on."),
      Example("errand schedule install --with cron", "A line of the crontab."),
    ],
    run: Waking.install)

  static let scheduleUninstall = Command(
    path: ["schedule", "uninstall"],
    summary: "Take out of the system what `schedule install` has put there.",
    options: [Options.wakeBy.spec, Options.whatWouldBeRemoved.spec, Options.json.spec],
    notes: """
      Switches off and removes the timer of this store, of every kind unless one is named. Schedules
      stay, and a runner that is there goes on.
      """,
    examples: [
      Example("errand schedule uninstall --dry-run", "Say what would be removed."),
      Example("errand schedule uninstall", "Remove it."),
    ],
    run: Waking.uninstall)
}

/// Puts into the system what wakes a runner.
struct Waking {
  private let subject: WakeTimer.Subject
  private let environment: [String: String]

  static func install(_ call: Invocation) throws(Complaint) -> ExitCode {
    let waking = try outside()
    let named = call[Options.wakeBy].flatMap(WakeTimer.init(rawValue:))
    let timer = if let named { named } else { try waking.found() }
    let isRehearsal = call[Options.whatWouldBeWritten]
    let written = try waking.files(timer)
    if !isRehearsal { try waking.write(timer, written) }
    if call[Options.json] {
      let files = written.map { file -> JSONValue in
        ["path": .string(file.name), "text": .string(file.text)]
      }
      let answer: JSONValue = [
        "with": .string(timer.rawValue), "dryRun": .bool(isRehearsal), "files": .array(files),
      ]
      try call.terminal.print(answer.text)
      return .ok
    }
    if isRehearsal {
      try call.terminal.print(
        written.map { "\($0.name):\n\($0.text)" }.joined(separator: "\n"))
      call.terminal.note("Nothing was written.")
    } else {
      for file in written { try call.terminal.print("Written: \(file.name)") }
      if timer == .systemd {
        call.terminal.note("It works while you are logged in; `loginctl enable-linger`: always.")
      }
    }
    return .ok
  }

  private static func outside() throws(Complaint) -> Waking {
    try Complaint.unlessOutsideOfAttempts(
      "nothing of the system is changed", next: "Leave it to the user.")
    return Waking(try ThisBuild.executable(), Environment.current)
  }

  static func uninstall(_ call: Invocation) throws(Complaint) -> ExitCode {
    let waking = try outside()
    let named = call[Options.wakeBy].flatMap(WakeTimer.init(rawValue:))
    let isRehearsal = call[Options.whatWouldBeRemoved]
    var gone: [String] = []
    for timer in named.map({ [$0] }) ?? WakeTimer.allCases {
      do throws(Complaint) {
        gone += try waking.remove(timer, isRehearsal)
      } catch {
        // Who may have no crontab has nothing of ours in it.
        guard named == nil, timer == .cron else { throw error }
        call.terminal.note("The crontab was left alone: \(error.what)")
      }
    }
    if call[Options.json] {
      let answer: JSONValue = [
        "dryRun": .bool(isRehearsal), "removed": .array(gone.map { .string($0) }),
      ]
      try call.terminal.print(answer.text)
      return .ok
    }
    for path in gone {
      try call.terminal.print(isRehearsal ? "Would be removed: \(path)" : "Removed: \(path)")
    }
    if gone.isEmpty { call.terminal.note("There was nothing of ours.") }
    return .ok
  }

  private init(_ executable: String, _ environment: [String: String]) {
    let root = StoreLayout.defaultRoot(environment: environment)
    var kept = environment.filter { ["ERRAND_CONFIG", "XDG_CONFIG_HOME", "PATH"].contains($0.key) }
    kept["ERRAND_HOME"] = root
    let usual = StoreLayout.defaultRoot(
      environment: environment.filter { $0.key == "HOME" || $0.key == "XDG_STATE_HOME" })
    let mark = Hex.encode(SHA256.hash(Array(root.utf8))).prefix(8)
    subject = WakeTimer.Subject(
      executable: executable, store: root, environment: kept,
      tag: root == usual ? "errand-wake" : "errand-wake-\(mark)")
    self.environment = environment
  }

  /// Finds what this system has.
  private func found() throws(Complaint) -> WakeTimer {
    let path = environment["PATH"]
    if Environment.which("launchctl", path: path) != nil { return .launchd }
    if Environment.which("systemctl", path: path) != nil, environment["XDG_RUNTIME_DIR"] != nil {
      return .systemd
    }
    if Environment.which("crontab", path: path) != nil { return .cron }
    throw Complaint(
      "There is neither systemd for users, launchd nor cron here.",
      next: "Have something that starts with the machine run `errand runner`.", code: .usage)
  }

  /// Gives what would be written, under its full path.
  private func files(_ timer: WakeTimer) throws(Complaint) -> [WakeTimer.File] {
    let home = environment["HOME"] ?? Environment.homeDirectory ?? "/"
    let folder: String
    switch timer {
    case .cron:
      return [
        WakeTimer.File(name: "crontab", text: WakeTimer.merged(subject, into: try crontab()))
      ]
    case .launchd: folder = Path.join(home, "Library/LaunchAgents")
    case .systemd:
      let settings = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      folder = Path.join(settings ?? Path.join(home, ".config"), "systemd/user")
    }
    return timer.files(subject).map {
      WakeTimer.File(name: Path.join(folder, $0.name), text: $0.text)
    }
  }

  private func write(_ timer: WakeTimer, _ files: [WakeTimer.File]) throws(Complaint) {
    switch timer {
    case .cron: try writeCrontab(files[0].text)
    case .systemd:
      try replace(files)
      try call("systemctl", "--user", "daemon-reload")
      try call("systemctl", "--user", "enable", "--now", "\(subject.tag).timer")
    case .launchd:
      try replace(files)
      let domain = "gui/\(Environment.userID)"
      // It fails where it was not loaded, which is as well.
      _ = try command.run("launchctl", ["bootout", "\(domain)/\(subject.tag)"])
      try call("launchctl", "bootstrap", domain, files[0].name)
    }
  }

  /// Switches one kind off; gives what went, or would go.
  private func remove(_ timer: WakeTimer, _ isRehearsal: Bool) throws(Complaint) -> [String] {
    if timer == .cron {
      guard Environment.which("crontab", path: environment["PATH"]) != nil else { return [] }
      let before = try crontab()
      let after = WakeTimer.without(subject, before)
      guard before != after else { return [] }
      if !isRehearsal { try writeCrontab(after) }
      return ["the line of the crontab"]
    }
    let ours = try ours(timer)
    guard !ours.isEmpty, !isRehearsal else { return ours }
    // What was switched off by hand cannot be switched off again, which is as well.
    switch timer {
    case .systemd:
      _ = try command.run("systemctl", ["--user", "disable", "--now", "\(subject.tag).timer"])
    case .launchd:
      _ = try command.run("launchctl", ["bootout", "gui/\(Environment.userID)/\(subject.tag)"])
    case .cron: break
    }
    do throws(SystemError) {
      for path in ours { try RealFileSystem().removeIfPresent(path) }
    } catch {
      throw Complaint(
        "The timer was switched off, but its file stays.", why: [error.description],
        next: error.cure, code: .tryLater)
    }
    if timer == .systemd { _ = try command.run("systemctl", ["--user", "daemon-reload"]) }
    return ours
  }

  /// Lists the files of a kind that are there and ours.
  private func ours(_ timer: WakeTimer) throws(Complaint) -> [String] {
    let disk = RealFileSystem()
    let paths = try files(timer).map(\.name)
    do throws(SystemError) {
      var ours: [String] = []
      for path in paths where try disk.status(path, followingLinks: false) != nil {
        let text = String(decoding: try disk.read(path, limit: 1 << 20), as: UTF8.self)
        if text.contains(WakeTimer.mark) { ours.append(path) }
      }
      return ours
    } catch {
      throw Complaint(
        "A file of the timer cannot be read.", why: [error.description], next: error.cure,
        code: .tryLater)
    }
  }

  private var command: SystemCommand { SystemCommand(environment: environment) }

  // MARK: Files

  /// Writes all or none: that one is somebody else's is seen before the first is written.
  private func replace(_ files: [WakeTimer.File]) throws(Complaint) {
    let disk = RealFileSystem()
    var foreign: String?
    do throws(SystemError) {
      for file in files where try disk.status(file.name, followingLinks: false) != nil {
        let text = String(decoding: try disk.read(file.name, limit: 1 << 20), as: UTF8.self)
        if !text.contains(WakeTimer.mark) { foreign = file.name }
      }
      for file in files where foreign == nil {
        try disk.makeDirectories(Path.parent(file.name))
        try disk.replace(file.name, with: Array(file.text.utf8))
      }
    } catch {
      throw Complaint(
        "The timer could not be written.", why: [error.description], next: error.cure,
        code: .tryLater)
    }
    guard let foreign else { return }
    throw Complaint(
      "\(foreign) is there and was not written by Errand. Nothing was written.",
      next: "Move it away, or choose another way with --with.", code: .usage)
  }

  private func call(_ words: String...) throws(Complaint) {
    let line = words.joined(separator: " ")
    let outcome = try command.run(words[0], Array(words.dropFirst()))
    if outcome?.status.isSuccess == true { return }
    let said = (outcome?.errors ?? "there is no \(words[0])").split(separator: "\n").prefix(3)
    throw Complaint(
      "The timer was written, but not switched on: `\(line)` failed.", why: said.map(String.init),
      next: "Run `\(line)` yourself, or choose another way with --with.", code: .tryLater)
  }

  // MARK: cron

  /// Reads the whole crontab; one that cannot be read must not be written over.
  private func crontab() throws(Complaint) -> String {
    guard let outcome = try command.run("crontab", ["-l"]) else {
      throw Complaint(
        "There is no crontab on PATH.", next: "Choose another way with --with.", code: .usage)
    }
    if outcome.status.isSuccess { return outcome.output }
    if outcome.errors.contains("no crontab") { return "" }
    throw Complaint(
      "The crontab cannot be read, so nothing was written.",
      why: outcome.errors.split(separator: "\n").prefix(3).map(String.init),
      next: "Make `crontab -l` work, or choose another way with --with.", code: .tryLater)
  }

  private func writeCrontab(_ text: String) throws(Complaint) {
    let draft = Path.join(
      environment["TMPDIR"] ?? "/tmp", "errand-crontab-\(UInt64.random(in: 0 ... .max))")
    do throws(SystemError) {
      try RealFileSystem().replace(draft, with: Array(text.utf8))
    } catch {
      throw Complaint(
        "The crontab could not be drafted.", why: [error.description], next: error.cure,
        code: .tryLater)
    }
    // A leftover in the folder for such things harms nobody.
    defer { try? RealFileSystem().removeIfPresent(draft) }
    try call("crontab", draft)
  }
}
