import TaskStore
import Tasks

/// Sets how patient a supervisor is, and how much it takes; tests are less so.
package struct SupervisorTiming: Sendable {
  /// From the spawn to the agent's first sign, where it must speak first.
  package var start: Duration = .seconds(90)
  /// The longest an agent that speaks a protocol says nothing while none of its tools runs.
  package var silence: Duration?
  /// From TERM to KILL.
  package var grace: Duration = .seconds(5)
  /// From asking an agent to stop in its own words to INT, and from INT to TERM.
  package var interrupt: Duration = .seconds(3)
  package var signal: Duration = .seconds(2)
  /// From an agent's last word to its leaving by itself.
  package var afterword: Duration = .seconds(10)
  /// The same, while something it started goes on.
  package var background: Duration = .seconds(600)
  /// For sweeping up what survived KILL.
  package var sweep: Duration = .seconds(5)
  /// For what a good end leaves behind, from TERM to KILL.
  package var leftoverGrace: Duration = .milliseconds(300)
  /// How long a stream must rest after the leader's end, and how long it may go on at most.
  package var drainRest: Duration = .milliseconds(50)
  package var drainLimit: Duration = .seconds(1)
  /// Between two syncs of the messages.
  package var sync: Duration = .milliseconds(250)
  /// Lines arriving within this time are gathered into one block.
  package var gathering: Duration = .milliseconds(15)
  /// At least between two looks at what others change in the same repository.
  package var neighbours: Duration = .seconds(12)
  /// Between two looks at descendants, where orphans do not come to us.
  package var recording: Duration = .milliseconds(500)

  /// The longest run of one of the checks.
  package var check: Duration = .seconds(600)
  /// Variables that checks see beside the fixed few.
  package var passed: [String] = []

  package var limits = Limits()
  package var prices = PriceTable()
  /// How long the agent's questions wait.
  package var questions = Configuration.Questions()

  /// With whose key the output is signed.
  package var signing = Configuration.Signing()

  package init() {}

  /// Takes over what the configuration says of a profile.
  init(_ configuration: Configuration, profile: String) {
    questions = configuration.questions(of: profile)
    start = .seconds(configuration.timeouts.start)
    grace = .seconds(configuration.timeouts.grace)
    if configuration.timeouts.silence > 0 { silence = .seconds(configuration.timeouts.silence) }
    check = .seconds(configuration.timeouts.check)
    passed = configuration.env.pass
    limits = configuration.limits
    prices = PriceTable(configuration.prices)
    signing = configuration.signing
  }

  /// Gives the limit that was passed, in seconds.
  func seconds(of passed: AttemptClocks.Passed, in spec: TaskSpec) -> Int {
    switch passed {
    case .start: Int(start.components.seconds)
    case .running: spec.runningTimeoutSec
    case .silence: Int(silence?.components.seconds ?? 0)
    }
  }
}
