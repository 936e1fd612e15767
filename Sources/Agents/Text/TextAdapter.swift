import Tasks

/// Runs a program that takes a prompt and answers in prose, such as aider or crush.
///
/// The prompt is its standard input; a program that wants a file is given `/dev/stdin`.
package struct TextAdapter: AgentAdapter {
  private let plan: LaunchPlan

  package init(plan: LaunchPlan) { self.plan = plan }

  package var traits: AgentTraits { AgentTraits(speaksFirst: false, exitCodeIsResult: true) }

  package func launch(
    _ brief: Brief, in place: AgentPlace
  ) throws(LaunchRefusal) -> AgentLaunch {
    guard let executable = plan.executable else { throw .noProgram(profile: plan.profile) }
    guard case .words(_, let prompt) = brief.work else {
      throw .notForThisAdapter("commands; they need the shell profile")
    }
    guard brief.conversation == .new else {
      throw .notForThisAdapter("a conversation that goes on")
    }
    return AgentLaunch(
      program: .path(executable), arguments: plan.arguments, environment: brief.environment,
      input: .text(Array(prompt.utf8)))
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> TextInterpreter {
    TextInterpreter()
  }
}
