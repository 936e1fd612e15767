import Posix
import Tasks

/// Is what an agent's program says of itself when it is asked: which version it is, and whether
/// somebody is logged in. To ask spends nothing and starts no work.
package struct AgentInquiry: Sendable, Hashable {
  package var version: String?
  /// Nil where it cannot be asked, or does not say.
  package var isLoggedIn: Bool?

  /// Asks the programs of known agents only: another's might do anything when it is started.
  ///
  /// The environment is the one its agent would get.
  package static func ask(
    _ entry: ProfileCatalog.Entry, environment: [String: String]
  ) -> AgentInquiry? {
    guard isOf(entry), case .available(let executable?) = entry.availability else { return nil }
    let adapter = entry.profile.adapter
    func run(_ arguments: [String]) -> SmallCommand.Outcome? {
      SmallCommand.run(executable, arguments, environment: environment)
    }
    guard let version = run(["--version"]), version.status.isSuccess else {
      return AgentInquiry()
    }
    let login = login(adapter, executable).flatMap(run)?.status.code
    return AgentInquiry(
      version: Self.number(in: version.text), isLoggedIn: login.map { $0 == 0 })
  }

  /// Tells whether a profile's program is one that may be asked.
  package static func isOf(_ entry: ProfileCatalog.Entry) -> Bool {
    guard entry.isAvailable else { return false }
    switch entry.profile.adapter {
    case .claude, .codex: return true
    case .acp, .text: return entry.profile.source == .found
    case .command, .shell, .worker: return false
    }
  }

  /// Tells whether its files or its environment show that somebody is logged in, so that its program
  /// need not be asked; what they do not show may be so all the same.
  package static func showsLogin(
    _ entry: ProfileCatalog.Entry, environment: [String: String]
  ) -> Bool {
    guard case .available(let executable?) = entry.availability,
      login(entry.profile.adapter, executable) != nil, let home = environment["HOME"]
    else { return false }
    let place: (folder: String, file: String)
    switch entry.profile.adapter {
    case .claude:
      if environment["ANTHROPIC_API_KEY"].map({ !$0.isEmpty }) ?? false { return true }
      place = (environment["CLAUDE_CONFIG_DIR"] ?? home + "/.claude", ".credentials.json")
    case .codex: place = (environment["CODEX_HOME"] ?? home + "/.codex", "auth.json")
    case .acp, .text, .command, .shell, .worker: return false
    }
    return Look.at(Path.join(place.folder, place.file)) != nil
  }

  /// Tells whether a profile's program can be asked whether somebody is logged in.
  static func knowsLogin(_ entry: ProfileCatalog.Entry) -> Bool {
    guard case .available(let executable?) = entry.availability else { return false }
    return login(entry.profile.adapter, executable) != nil
  }

  /// The command that says whether somebody is logged in, by its exit code.
  private static func login(_ adapter: AdapterKind, _ executable: String) -> [String]? {
    switch adapter {
    case .claude: Path.name(executable) == "claude" ? ["auth", "status"] : nil
    case .codex: ["login", "status"]
    case .acp, .text, .command, .shell, .worker: nil
    }
  }

  /// Finds the version among the words of the first line that is one.
  private static func number(in text: String) -> String? {
    let words = text.split(whereSeparator: \.isWhitespace).prefix(100)
    let version = words.first { word in
      word.first?.isNumber == true && word.contains(".")
        || word.hasPrefix("v") && word.dropFirst().first?.isNumber == true
    }
    return version.map { CleanText.line(String($0), limit: 40) }
  }
}
