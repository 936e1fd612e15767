import JSON

/// Names what of the system can start a runner again: each is written as a text of its own.
enum WakeTimer: String, Sendable, CaseIterable {
  case systemd, launchd, cron

  /// Is what the texts say of one store.
  struct Subject: Sendable {
    var executable: String
    var store: String
    /// What the runner must find as it does here: where store and configuration are, and programs.
    var environment: [String: String]
    /// Tells the entries of several stores apart.
    var tag: String
  }

  /// A file to be written, and its text.
  struct File: Sendable, Hashable {
    var name: String
    var text: String
  }

  /// Stands in everything that is ours, and in nothing else.
  static let mark = "Written by `errand schedule install`."

  private static let minutes = 5

  /// Gives the files of a timer; cron has none of its own.
  func files(_ subject: Subject) -> [File] {
    switch self {
    case .systemd: Self.units(subject)
    case .launchd: [File(name: "\(subject.tag).plist", text: Self.propertyList(subject))]
    case .cron: []
    }
  }

  private static func units(_ subject: Subject) -> [File] {
    let variables = subject.environment.sorted { $0.key < $1.key }
      .map { "Environment=\(quoted("\($0.key)=\($0.value)"))\n" }.joined()
    let service = """
      # \(mark)
      [Unit]
      Description=Errand's runner for \(subject.store.replacing("%", with: "%%"))

      [Service]
      ExecStart=\(quoted(subject.executable).replacing("$", with: "$$")) runner
      \(variables)# What runs goes on by itself when the runner ends.
      KillMode=process

      """
    let timer = """
      # \(mark)
      [Unit]
      Description=Wakes Errand's runner for its schedules

      [Timer]
      OnStartupSec=1min
      OnUnitInactiveSec=\(minutes)min

      [Install]
      WantedBy=timers.target

      """
    return [
      File(name: "\(subject.tag).service", text: service),
      File(name: "\(subject.tag).timer", text: timer),
    ]
  }

  /// Quotes a word as systemd reads it: its specifiers are taken literally.
  private static func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("%", with: "%%").replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }

  private static func propertyList(_ subject: Subject) -> String {
    let variables = subject.environment.sorted { $0.key < $1.key }
      .map { "    <key>\(xml($0.key))</key><string>\(xml($0.value))</string>\n" }.joined()
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- \(mark) -->
      <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      <dict>
        <key>Label</key><string>\(subject.tag)</string>
        <key>ProgramArguments</key>
        <array><string>\(xml(subject.executable))</string><string>runner</string></array>
        <key>EnvironmentVariables</key>
        <dict>
      \(variables)  </dict>
        <key>RunAtLoad</key><true/>
        <key>StartInterval</key><integer>\(minutes * 60)</integer>
        <key>AbandonProcessGroup</key><true/>
      </dict>
      </plist>

      """
  }

  private static func xml(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  /// Gives the line of a crontab; it ends with what tells it from others.
  static func line(_ subject: Subject) -> String {
    let words =
      subject.environment.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(ShellWord.spelled($0.value))" }
      + [ShellWord.spelled(subject.executable), "runner"]
    let command = words.joined(separator: " ").replacing("%", with: "\\%")
    return "*/\(minutes) * * * * \(command) >/dev/null 2>&1 \(end(subject))"
  }

  /// Puts our line into a crontab: in the place of the one before, else behind all others.
  static func merged(_ subject: Subject, into crontab: String) -> String {
    var lines = crontab.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    let place = lines.firstIndex { $0.hasSuffix(end(subject)) }
    lines.removeAll { $0.hasSuffix(end(subject)) }
    lines.insert(line(subject), at: min(place ?? lines.count, lines.count))
    return lines.joined(separator: "\n") + "\n"
  }

  /// Takes our line out of a crontab.
  static func without(_ subject: Subject, _ crontab: String) -> String {
    let lines = crontab.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.filter { !$0.hasSuffix(end(subject)) }.joined(separator: "\n")
  }

  private static func end(_ subject: Subject) -> String { "# \(subject.tag): \(mark)" }
}
