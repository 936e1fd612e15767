import Agents
import Posix
import Runner
import Tasks
import TestSupport
import Testing

/// Checks that whoever changes what another still changes is told so.
@Suite struct NeighbourTests {
  @Test(arguments: [
    ("echo more > both; git add both; git -c user.name=A -c user.email=a@b commit -qm more", true),
    ("echo other > alone", false),
  ])
  func aFileThatAnotherRunningTaskHasChangedIsNamed(_ script: String, _ isNamed: Bool) throws {
    try withRepository { stage, tree in
      let runner = try stage.startRunner()
      let begun = stage.base + "/begun"
      let first = try stage.create(
        "echo new > both; touch '\(begun)'; while [ ! -e '\(stage.base)/go' ]; do sleep 0.02; done",
        directory: tree
      ) { $0.workspace = .dedicatedWorktree }
      #expect(try eventually(within: .seconds(60)) { Look.at(begun) != nil })
      let second = try stage.wait(
        for: stage.create(script, directory: tree) { $0.workspace = .dedicatedWorktree })
      #expect(second.status == .completed, "\(second.statusMessage ?? "")")
      let notes = try stage.notes(second)
      let warning = "Task \(first.spec.name), which still runs, has changed the same: both."
      #expect(notes.contains(warning) == isNamed, "\(notes)")
      // Whoever looks at the other one is told, too, while it goes on.
      let told = "Task \(second.spec.name) has changed the same: both."
      #expect(try stage.now(first).comments.map(\.text) == (isNamed ? [told] : []))
      try writeFile(stage.base + "/go", "")
      _ = try stage.wait(for: first)
      _ = consume runner
    }
  }
}
