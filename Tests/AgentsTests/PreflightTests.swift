import Agents
import Posix
import Tasks
import TestSupport
import Testing

private func catalog(
  _ configured: [AgentProfile] = [], default name: String? = nil, present: Set<String> = []
) -> ProfileCatalog {
  ProfileCatalog(configured: configured, defaultName: name, path: "/bin") { program, _ in
    present.contains(program) ? (program.hasPrefix("/") ? program : "/bin/\(program)") : nil
  }
}

private func preflight(_ catalog: ProfileCatalog, _ environment: [String: String] = [:])
  -> Preflight
{
  Preflight(
    catalog: catalog,
    directories: DirectoryPolicy(
      roots: nil, home: "/nonexistent", startDirectory: "/", storeRoot: "/s",
      configurationFolder: "/c"),
    environment: environment, passedNames: ["EXTRA"])
}

private func refusal(_ body: () throws(PreflightError) -> Void) -> PreflightError? {
  do throws(PreflightError) { try body() } catch { return error }
  return nil
}

private func makeLink(to target: String, at path: String) throws {
  let outcome = try Program.run(["-s", target, path], executable: "/bin/ln")
  #expect(outcome.status.isSuccess)
}

@Suite struct PreflightTests {
  @Test func withoutAnAgentNothingIsChosenAndShellNeverIs() {
    let preflight = preflight(catalog())
    let error = refusal { () throws(PreflightError) in _ = try preflight.resolve(profile: nil) }
    #expect(error?.code == "agent_missing")
    #expect(error?.description.contains("claude: claude is not on PATH") == true)
    let named = refusal { () throws(PreflightError) in _ = try preflight.resolve(profile: "shell") }
    #expect(named == nil)
  }

  @Test func shellIsNeverTheDefaultWhateverTheConfigurationSays() {
    let mine = AgentProfile(name: "mine", adapter: .shell)
    for name in ["shell", "mine"] {
      let preflight = preflight(catalog([mine], default: name, present: ["codex"]))
      let error = refusal { () throws(PreflightError) in _ = try preflight.resolve(profile: nil) }
      #expect(error?.code == "profile_required")
      #expect(error?.description.contains("defaultProfile") == true)
      #expect(preflight.catalog.defaultName == nil)
    }
  }

  @Test func aProgramThatCannotBeLookedAtIsNotCalledMissing() throws {
    try withTemporaryDirectory { base in
      try makeLink(to: "\(base)/loop", at: "\(base)/loop")
      let programs = [
        ("\(base)/loop", "symbolic links"), ("\(base)/none", "does not exist"),
        (base, "is not an executable file"),
      ]
      for (program, words) in programs {
        let mine = AgentProfile(name: "mine", adapter: .command, executable: program)
        let catalog = ProfileCatalog(configured: [mine], defaultName: nil, path: "/bin")
        #expect(catalog["mine"]?.reason?.contains(words) == true, "\(program)")
      }
    }
  }

  @Test func theFirstInstalledAgentIsTheDefault() throws {
    let found = preflight(catalog(present: ["codex"]))
    let resolved = try found.resolve(profile: nil)
    #expect(resolved.plan.profile == "codex")
    #expect(resolved.plan.executable == "/bin/codex")
    #expect(resolved.plan.adapter == .codex)
    let both = preflight(catalog(present: ["codex", "claude"]))
    #expect(try both.resolve(profile: nil).plan.profile == "claude")
  }

  @Test func theDefaultIsTheFirstThatIsLoggedIn() throws {
    func chosen(_ logins: [String: Bool]) -> ProfileCatalog {
      ProfileCatalog(configured: [], defaultName: nil, path: "/bin") { program, _ in
        "/bin/\(program)"
      } isLoggedIn: {
        logins[$0.profile.name]
      }
    }
    #expect(chosen(["claude": false, "codex": true]).defaultName == "codex")
    #expect(chosen(["claude": true, "codex": true]).defaultName == "claude")
    // One that does not say may well be.
    #expect(chosen(["claude": false]).defaultName == "codex")
    let nobody = preflight(chosen(["claude": false, "codex": false]))
    let error = refusal { () throws(PreflightError) in _ = try nobody.resolve(profile: nil) }
    #expect(error?.code == "agent_missing")
    #expect(error?.description.contains("claude: nobody is logged in") == true)
    #expect(try nobody.resolve(profile: "claude").plan.profile == "claude")
  }

  @Test func aNameThatOtherProgramsHaveAsWellMustBeNamed() throws {
    let found = preflight(catalog(present: ["goose"]))
    let error = refusal { () throws(PreflightError) in _ = try found.resolve(profile: nil) }
    #expect(error?.description.contains("goose: it is only run by its name") == true)
    #expect(try found.resolve(profile: "goose").plan.arguments == ["acp"])
  }

  @Test func everyKnownAgentHasAPlanThatItsAdapterCarriesOut() throws {
    let everywhere = ProfileCatalog(configured: [], defaultName: nil, path: "/bin") { program, _ in
      "/bin/\(program)"
    }
    for known in AgentProfile.known {
      let plan = try preflight(everywhere).resolve(profile: known.name).plan
      let brief = Brief(work: .words(brief: "SECRET", prompt: "SECRET"))
      let launch = try plan.adapterInUse.launch(
        brief, in: AgentPlace(directory: "/work", attemptFolder: "/attempt"))
      #expect(!launch.arguments.contains { $0.contains("SECRET") }, "\(known.name)")
      #expect(known.executable.map { "/bin/\($0)" } == plan.executable)
    }
  }

  @Test func aConfiguredDefaultIsKeptEvenWhenItIsMissing() {
    let mine = AgentProfile(name: "mine", adapter: .command, executable: "/opt/mine")
    let preflight = preflight(catalog([mine], default: "mine", present: ["codex"]))
    let error = refusal { () throws(PreflightError) in _ = try preflight.resolve(profile: nil) }
    #expect(error == .agentMissing(profile: "mine", reason: "/opt/mine does not exist"))
  }

  @Test func aConfiguredProfileTakesTheNameOfAKnownAgent() throws {
    let mine = AgentProfile(
      name: "claude", adapter: .command, executable: "/opt/claude", arguments: ["--mine"])
    let preflight = preflight(catalog([mine], present: ["/opt/claude", "claude"]))
    #expect(try preflight.resolve(profile: "claude").plan.arguments == ["--mine"])
    #expect(preflight.catalog.entries.filter { $0.profile.name == "claude" }.count == 1)
  }

  @Test func anUnknownProfileNamesTheKnownOnes() {
    let preflight = preflight(catalog(present: ["codex", "goose"]))
    let error = refusal { () throws(PreflightError) in _ = try preflight.resolve(profile: "x") }
    #expect(error?.code == "profile_unknown")
    #expect(error?.description.contains("codex, goose, shell") == true)
  }

  @Test func theEnvironmentIsAnAllowListAndPassedValuesAreSecrets() throws {
    let creator = [
      "PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "AWS_SECRET": "no", "ANTHROPIC_API_KEY": "k",
      "EXTRA": "e", "SSH_AUTH_SOCK": "s", "ERRAND_ATTEMPT": "x/1",
    ]
    let resolved = try preflight(catalog(present: ["claude"]), creator).resolve(profile: nil)
    #expect(resolved.environment == ["PATH": "/bin", "HOME": "/h", "LC_ALL": "C"])
    #expect(resolved.secrets == ["ANTHROPIC_API_KEY": "k", "EXTRA": "e"])
    #expect(resolved.plan.secretNames == ["ANTHROPIC_API_KEY", "EXTRA"])
  }
}

@Suite struct DirectoryPolicyTests {
  /// A home with a store, credentials and a project, and an outside.
  private func withPlaces(_ body: (String, DirectoryPolicy) throws -> Void) throws {
    try withTemporaryDirectory { base in
      let files = RealFileSystem()
      for path in [
        "home/project", "home/.ssh/keys", "home/.config/gh", "home/.config/errand", "home/.local",
        "home/store/tasks", "outside",
      ] { try files.createDirectories("\(base)/\(path)") }
      try writeFile("\(base)/home/file", "x")
      try makeLink(to: "\(base)/outside", at: "\(base)/home/link")
      try makeLink(to: "\(base)/home/.ssh", at: "\(base)/home/project/innocent")
      let policy = DirectoryPolicy(
        roots: nil, home: "\(base)/home", startDirectory: base, storeRoot: "\(base)/home/store",
        configurationFolder: "\(base)/home/.config/errand")
      try body(base, policy)
    }
  }

  @Test(arguments: [
    ("home/project", nil), ("home", nil), ("home/link", "directory_forbidden"),
    ("outside", "directory_forbidden"), ("home/.ssh", "directory_forbidden"),
    ("home/.ssh/keys", "directory_forbidden"), ("home/.config/gh", "directory_forbidden"),
    ("home/.config/errand", "directory_forbidden"), ("home/store/tasks", "directory_forbidden"),
    ("home/project/innocent", "directory_forbidden"), ("home/.local", nil),
    ("home/missing", "directory_missing"), ("home/file", "directory_not_a_directory"),
    ("home/project/../../outside", "directory_forbidden"),
    ("home/project\0/x", "directory_missing"),
  ])
  func everyPlaceIsJudgedResolved(path: String, code: String?) throws {
    try withPlaces { base, policy in
      let error = refusal { () throws(PreflightError) in _ = try policy.check("\(base)/\(path)") }
      #expect(error?.code == code, "\(path)")
    }
  }

  @Test func aPlaceThatCannotBeLookedAtIsNotCalledMissing() throws {
    try withPlaces { base, policy in
      try makeLink(to: "\(base)/home/loop", at: "\(base)/home/loop")
      let long = String(repeating: "x", count: 300)
      for name in ["loop", "loop/below", long] {
        let error = refusal { () throws(PreflightError) in
          _ = try policy.check("\(base)/home/\(name)")
        }
        #expect(error?.code == "directory_unreadable", "\(name)")
      }
    }
  }

  @Test func aRelativePathIsRefused() throws {
    try withPlaces { _, policy in
      let error = refusal { () throws(PreflightError) in _ = try policy.check("project") }
      #expect(error?.code == "directory_not_absolute")
    }
  }

  @Test func aStartDirectoryAboveTheHomeIsNoRoot() throws {
    try withPlaces { base, policy in
      #expect(policy.roots == ["\(base)/home"])
      let inside = DirectoryPolicy(
        roots: nil, home: "\(base)/home", startDirectory: "\(base)/outside", storeRoot: "/s",
        configurationFolder: "/c")
      #expect(inside.roots == ["\(base)/home", "\(base)/outside"])
    }
  }

  @Test func configuredRootsReplaceTheDefaults() throws {
    try withPlaces { base, _ in
      let policy = DirectoryPolicy(
        roots: ["~/project", "\(base)/outside"], home: "\(base)/home", startDirectory: base,
        storeRoot: "\(base)/home/store", configurationFolder: "/c")
      #expect(throws: Never.self) { try policy.check("\(base)/outside") }
      #expect(throws: Never.self) { try policy.check("\(base)/home/project") }
      #expect(throws: PreflightError.self) { try policy.check("\(base)/home") }
    }
  }
}
