extension Command {
  /// Lists every verb, in the order help shows them.
  static let all: [Command] = [
    .run, .create, .continueTask, .list, .get, .wait, .logs, .answer, .send, .cancel, .resume,
    .settle, .artifactsList, .artifactsGet, .artifactsPut, .accept, .reject, .retry, .update,
    .comment, .worktreesList, .worktreesPrune, .schemas, .console, .serve, .tools, .config, .doctor,
    .prune, .runner, .demo, .version, .completions, .help, .supervise,
  ]
}
