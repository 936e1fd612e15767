import Tasks

/// Runs the profile's program with the prompt on its standard input.
package struct CommandAdapter: AgentAdapter {
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
    // Standard input and never argv: prompts there would be visible to every user. It is closed
    // after the prompt, since several agents wait for the end of an open one.
    return AgentLaunch(
      program: .path(executable), arguments: plan.arguments, environment: brief.environment,
      input: .text(Array(prompt.utf8)))
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> LineInterpreter {
    LineInterpreter()
  }
}
