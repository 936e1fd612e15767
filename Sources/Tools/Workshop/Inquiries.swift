import Agents
import MCP
import Posix
import Runner
import Synchronization
import TaskStore

/// Remembers for a while what agents' programs said of themselves.
final class Inquiries: Sendable {
  private struct Known: Sendable {
    var answer: AgentInquiry?
    var askedAt: MonotonicTime
  }

  private let known = Mutex<[String: Known]>([:])
  /// Who logs in sees it soon.
  private static let lifetime = Duration.seconds(60)

  /// Asks all whose answer is not known, at once; gives the answers by profile.
  func ask(
    _ entries: [ProfileCatalog.Entry],
    _ environment: @escaping @Sendable (ProfileCatalog.Entry) -> [String: String]
  ) throws(SystemError) -> [String: AgentInquiry] {
    try askAtOnce(due(entries)[...], environment)
    return known.withLock { known in
      var answers: [String: AgentInquiry] = [:]
      for entry in entries where entry.isAvailable {
        answers[entry.profile.name] = known[Self.key(entry)]?.answer
      }
      return answers
    }
  }

  /// Gives those who are to be asked, or asked again.
  func due(_ entries: [ProfileCatalog.Entry]) -> [ProfileCatalog.Entry] {
    known.withLock { known in
      entries.filter { entry in
        guard AgentInquiry.isOf(entry) else { return false }
        guard let last = known[Self.key(entry)] else { return true }
        return MonotonicTime.now - last.askedAt > Self.lifetime
      }
    }
  }

  /// A profile that is changed is another.
  private static func key(_ entry: ProfileCatalog.Entry) -> String {
    "\(entry.profile.name) \(entry.availability)"
  }

  /// Asks the first on a thread of its own while the others are asked.
  private func askAtOnce(
    _ entries: ArraySlice<ProfileCatalog.Entry>,
    _ environment: @escaping @Sendable (ProfileCatalog.Entry) -> [String: String]
  ) throws(SystemError) {
    guard let entry = entries.first else { return }
    let thread = try Thread.start(name: "inquiry") { [self] in
      let answer = AgentInquiry.ask(entry, environment: environment(entry))
      known.withLock { $0[Self.key(entry)] = Known(answer: answer, askedAt: .now) }
    }
    try askAtOnce(entries.dropFirst(), environment)
    thread.join()
  }
}

extension Workshop {
  /// Lists the profiles, as the configuration is now.
  func catalog() throws(ToolFailure) -> ProfileCatalog {
    ProfileCatalog(configuration: try configuration(), environment: setting.environment)
  }

  /// Gives what the programs of these profiles say of themselves, by profile.
  func inquiries(
    of entries: [ProfileCatalog.Entry]
  ) throws(ToolFailure) -> [String: AgentInquiry] {
    let names = try configuration().env.pass
    let own = setting.environment
    do throws(SystemError) {
      return try inquiries.ask(entries) { $0.environment(from: own, passing: names) }
    } catch {
      throw ToolFailure(
        code: FailureCode.internal.rawValue,
        summary: "The agents' programs cannot be asked: \(error).", nextStep: "Call again later.")
    }
  }
}
