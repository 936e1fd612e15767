import JSON
import Tasks

/// Drives any agent that speaks the Agent Client Protocol, version 1, over its pipes.
///
/// It is offered neither our files nor a terminal: it uses its own, as it would on its own.
package struct ACPAdapter: AgentAdapter {
  private let plan: LaunchPlan

  package init(plan: LaunchPlan) { self.plan = plan }

  package var traits: AgentTraits {
    AgentTraits(speaksFirst: true, exitCodeIsResult: false, takesMessages: true)
  }

  package func launch(
    _ brief: Brief, in place: AgentPlace
  ) throws(LaunchRefusal) -> AgentLaunch {
    guard let executable = plan.executable else { throw .noProgram(profile: plan.profile) }
    guard case .words = brief.work else {
      throw .notForThisAdapter("commands; they need the shell profile")
    }
    return AgentLaunch(
      program: .path(executable), arguments: plan.arguments, environment: brief.environment,
      input: .dialogue)
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> ACPInterpreter {
    ACPInterpreter(brief, plan.settings, in: place)
  }
}
