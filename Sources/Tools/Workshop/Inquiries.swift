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

  /// Tells whether somebody is logged in, asking its program only where nothing else shows it.
  func isLoggedIn(_ entry: ProfileCatalog.Entry, _ environment: [String: String]) -> Bool? {
    if due([entry]).isEmpty { return known.withLock { $0[Self.key(entry)]?.answer?.isLoggedIn } }
    if AgentInquiry.showsLogin(entry, environment: environment) { return true }
    let answer = AgentInquiry.ask(entry, environment: environment)
    known.withLock { $0[Self.key(entry)] = Known(answer: answer, askedAt: .now) }
    return answer?.isLoggedIn
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
    let configuration = try configuration()
    return ProfileCatalog(
      configuration: configuration, environment: setting.environment,
      isLoggedIn: logins(configuration, setting.environment))
  }

  /// Gives what tells whether somebody is logged in to an agent.
  func logins(
    _ configuration: Configuration, _ own: [String: String]
  ) -> @Sendable (ProfileCatalog.Entry) -> Bool? {
    let (inquiries, names) = (inquiries, configuration.env.pass)
    return { inquiries.isLoggedIn($0, $0.environment(from: own, passing: names)) }
  }

  /// Tells whether the choice of a profile may take asking programs, which take their time.
  func mayAskWhoIsLoggedIn(naming profile: String?) -> Bool {
    guard profile == nil else { return false }
    do throws(ToolFailure) {
      let configuration = try configuration()
      guard configuration.defaultProfile == nil else { return false }
      let first = try catalog().entries.first { !inquiries.due([$0]).isEmpty }
      return first.map { entry in
        let own = entry.environment(from: setting.environment, passing: configuration.env.pass)
        return !AgentInquiry.showsLogin(entry, environment: own)
      } ?? false
    } catch {
      // It is told when the call is made.
      return false
    }
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
