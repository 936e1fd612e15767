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
}

/// Puts into the system what wakes a runner.
struct Waking {
  private let subject: WakeTimer.Subject
  private let environment: [String: String]

  static func install(_ call: Invocation) throws(Complaint) -> ExitCode {
    try Complaint.unlessOutsideOfAttempts(
      "nothing is put into the system", next: "Leave it to the user.")
    let waking = Waking(try ThisBuild.executable(), Environment.current)
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
