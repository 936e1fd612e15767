import Tasks

// What an outside worker says at the terminal.
extension Options {
  static let worker = OptionKey<String?>.text("worker", "w", "NAME", "Needed: who you are.")
    .filling("worker")
  static let workerProfile = OptionKey<String?>.text(
    "profile", "p", "NAME", "Whose tasks you take; by default those named like you, then any."
  ).filling("profile")
  static let outputKinds = OptionKey<[String]>.list(
    "kind", "k", .text("KIND"), "Only tasks that hand in an artifact, or a judgment."
  ).filling("kinds")
  static let workerTypes = OptionKey<[String]>.list(
    "type", "t", .text("TYPE"), "Only tasks of this type."
  ).filling("task_types")
  static let hasTools = OptionKey<[String]>.list(
    "tool", nil, .text("NAME"), "A tool you have, for tasks that require it."
  ).filling("tools")
  static let trust = OptionKey<String?>.choice(
    "trust", nil, TrustLevel.allCases.map(\.rawValue), "How you are vouched for."
  ).filling("trust_level")
  static let nameAndLease = OptionKey<Bool>.flag("quiet", "q", "Print name and lease only.")
  static let leaseSec = OptionKey<Int?>.integer(
    "lease-sec", nil, "SECONDS", WorkerLease.bounds, "Your longest silence; 300 unless given."
  ).filling("lease_sec")
  static let lease = OptionKey<String?>.text(
    "lease", "l", "ID", "Needed: the lease, as `errand worker claim` printed it."
  ).filling("lease_id")
  static let messages = OptionKey<String?>.text(
    "messages", nil, "JSON|@FILE", "A list of {kind, payload}.")
  static let handedIn = OptionKey<String?>.text(
    "output", "o", "JSON|@FILE", "The output, of the shape its type asks for.")
  static let resultSummary = OptionKey<String?>.text(
    "summary", "m", "TEXT", "The result in a few words."
  ).filling("summary")
  static let failure = OptionKey<String?>.choice(
    "reason", nil, FailureReason.allCases.map(\.rawValue), "Why, as one word."
  ).filling("reason")
  static let sessionID = OptionKey<String?>.text(
    "id", nil, "ID", "Your agent's name of the conversation."
  ).filling("session_id")
  static let allowedProfiles = OptionKey<[String]>.list(
    "allow-profile", nil, .text("NAME"), "A profile whose workers may take it, too."
  ).filling("allowed_profiles")
  static let requiredTools = OptionKey<[String]>.list(
    "require-tool", nil, .text("NAME"), "A tool that a worker must have."
  ).filling("required_tools")
  static let requiredTrust = OptionKey<String?>.choice(
    "require-trust", nil, TrustLevel.allCases.map(\.rawValue), "How a worker must be vouched for."
  ).filling("required_executor_trust_level")
  static let maxAttempts = OptionKey<Int?>.integer(
    "max-attempts", nil, "N", 1...100, "How often workers may try it; once unless given."
  ).filling("max_attempts")

  /// Collects what a task for outside workers may say.
  static let forWorkers: [OptionSpec] = [
    allowedProfiles.spec, requiredTools.spec, requiredTrust.spec, maxAttempts.spec,
  ]
}
