extension Command {
  /// Lists every verb, in the order help shows them.
  static let all: [Command] = [
    .run, .create, .continueTask, .list, .get, .wait, .logs, .answer, .send, .cancel, .resume,
    .settle, .artifactsList, .artifactsGet, .artifactsPut, .accept, .reject, .retry, .update,
    .comment, .verifySignature, .export, .importTask, .delete, .restore, .stats, .scheduleAdd,
    .scheduleList, .scheduleUpdate, .schedulePause, .scheduleResume, .scheduleRemove,
    .scheduleInstall, .scheduleUninstall, .workerClaim, .workerHeartbeat, .workerSay,
    .workerComplete, .workerFail, .workerAbort, .workerSession, .workerKeepSession,
    .worktreesList, .worktreesPrune, .schemas, .console, .serve, .tools, .config, .doctor, .prune,
    .runner, .demo, .version, .completions, .help, .taskNames, .profileNames,
    .supervise,
  ]

  /// Gives what `words` can mean. What clients and the runner start many of, and wait for, does
  /// without the table of all the rest.
  static func candidates(for words: [String]) -> [Command] {
    switch words.first {
    case "serve": [.serve]
    case "supervise": [.supervise]
    default: all
    }
  }
}
