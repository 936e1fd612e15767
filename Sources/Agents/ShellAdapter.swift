import Tasks

/// Runs the brief as a POSIX script, or a command's argv as it is.
package struct ShellAdapter: AgentAdapter {
  package init() {}

  package var traits: AgentTraits { AgentTraits(speaksFirst: false, exitCodeIsResult: true) }

  package func launch(
    _ brief: Brief, in place: AgentPlace
  ) throws(LaunchRefusal) -> AgentLaunch {
    var launch: AgentLaunch
    switch brief.work {
    case .words(let script, _), .script(let script):
      // A file, not `-c`: a script's text may hold secrets, and argv is visible to everyone.
      let file = AgentLaunch.File(
        path: place.attemptFolder + "/script.sh", bytes: Array(script.utf8))
      launch = AgentLaunch(program: .path("/bin/sh"), arguments: [file.path], files: [file])
    case .arguments(let argv):
      guard let program = argv.first else { throw .malformedInput("argv is empty") }
      launch = AgentLaunch(program: .named(program), arguments: Array(argv.dropFirst()))
    }
    launch.environment = brief.environment
    if let input = brief.input { launch.input = .text(Array(input.utf8)) }
    return launch
  }

  package func interpreter(for brief: Brief, in place: AgentPlace) -> LineInterpreter {
    LineInterpreter()
  }
}
