import Agents
import Posix
import Runner
import TaskStore
import Tasks

/// Looks at the configuration, and at who could run tasks.
struct SettingsExamination {
  let environment: [String: String]

  func findings() -> [Finding] {
    let path = Configuration.path(environment: environment)
    do throws(ConfigurationError) {
      let (configuration, warnings) = try Configuration.load(environment: environment)
      return [file(path)] + types()
        + warnings.map { warning in
          .note(
            "configuration", warning, means: "That part has no effect.",
            next: "See `errand config` for the keys there are; a dot stands for an object inside.")
        } + profiles(configuration)
    } catch {
      return [
        .problem(
          "configuration", "\(error)", means: "No task can be created until it is mended.",
          next: "Correct \(path), or move it away to use the defaults.")
      ]
    }
  }

  private func file(_ path: String) -> Finding {
    do throws(SystemError) {
      guard try FileStatus.of(path) == nil else { return .ok("configuration", path) }
    } catch {
      return .note("configuration", "\(path) cannot be looked at (\(error.reason))")
    }
    return .ok("configuration", "all defaults; \(path) does not exist")
  }

  /// Looks at the user's own task types.
  private func types() -> [Finding] {
    let folder = TaskTypeFolder(environment: environment)
    let registry = folder.current()
    let own = registry.names.filter(TaskTypeRegistry.isOwn)
    let found = own.isEmpty ? [] : [Finding.ok("task types", own.joined(separator: ", "))]
    return found
      + registry.problems.map { problem in
        .problem(
          "task types", "\(problem.file): \(problem.reason)",
          means: "That type cannot be used; the others can.",
          next: "Correct the file, or move it out of \(folder.path).")
      }
  }

  /// Says what a program says of itself; no login is no fault, since a key may do.
  private func found(_ subject: String, _ place: String, _ inquiry: AgentInquiry?) -> Finding {
    guard let inquiry else { return .ok(subject, place) }
    let words = "\(place), " + (inquiry.version.map { "version \($0)" } ?? "it tells no version")
    switch inquiry.isLoggedIn {
    case true?: return .ok(subject, words + ", logged in")
    case false?:
      return .note(
        subject, words + ", not logged in",
        means: "Its tasks fail with agent_auth, unless its provider takes a key of its own.",
        next: "Log in with the program itself, or pass it a key with passEnv.")
    case nil: return .ok(subject, words)
    }
  }

  private func profiles(_ configuration: Configuration) -> [Finding] {
    let plain = ProfileCatalog(configuration: configuration, environment: environment)
    var asked: [String: AgentInquiry] = [:]
    for entry in plain.entries {
      asked[entry.profile.name] = AgentInquiry.ask(
        entry, environment: entry.environment(from: environment, passing: configuration.env.pass))
    }
    let answers = asked
    let catalog = ProfileCatalog(configuration: configuration, environment: environment) {
      answers[$0.profile.name]?.isLoggedIn
    }
    let defaultName = catalog.defaultName
    // Most people have a few of those that are known; the rest need no line each.
    let absent = catalog.entries.filter { $0.profile.source == .found && !$0.isAvailable }
      .dropFirst(2).map(\.profile.name)
    let rest = Finding.note("other agents", "not on PATH: \(absent.joined(separator: ", "))")
    let shown = catalog.entries.filter { !absent.contains($0.profile.name) }
    let entries =
      shown.map { entry -> Finding in
        let subject = "profile \(entry.profile.name)"
        let role = entry.profile.name == defaultName ? ", the default" : ""
        switch entry.availability {
        case .available(let executable):
          return found(subject, (executable ?? "built in") + role, answers[entry.profile.name])
        case .unavailable(let reason): return .note(subject, "not available: \(reason)")
        }
      } + (absent.isEmpty ? [] : [rest])
    if let refused = catalog.refusedDefault {
      return entries + [
        .problem(
          "defaultProfile", "\(refused) runs commands, so defaultProfile is not followed",
          means: "A task that names no profile is refused.",
          next: "Set defaultProfile to an agent, or take it out.")
      ]
    }
    guard defaultName == nil else { return entries }
    return entries + [
      .note(
        "agents", "no agent is installed and logged in",
        means: "A task needs a profile that is available, such as `--profile shell`.",
        next: "Install an agent and log in, or add a profile to the configuration.")
    ]
  }
}
