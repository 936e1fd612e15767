import JSON
import Posix
import TestSupport
import Testing

/// Checks that a task goes from one store to another whole, and that nothing false is taken over.
struct BundleTests {
  private func exported(_ desk: CommandDesk) throws -> String {
    let script = "echo 'the ```words```'; echo kept > $ERRAND_ARTIFACTS/note.txt"
    _ = try desk.task(script, name: "carried")
    _ = try desk.errand(["comment", "carried", "well done"])
    let folder = desk.folder + "/carried.errand"
    #expect(try desk.errand(["export", "carried"]).text == folder + "\n")
    return folder
  }

  @Test func aTaskIsTakenOverWithAllItHolds() throws {
    try withCommandDesk { desk in
      let folder = try exported(desk)
      let readable = try readText(folder + "/task.md")
      for word in ["# ", "## Attempt 1", "````\nthe ```words```", "note.txt", "well done"] {
        #expect(readable.contains(word), "\(word): \(readable)")
      }
      let before = try desk.json(["get", "carried", "--json"])
      try withCommandDesk { other in
        let taken = try other.json(["import", folder, "--json"])
        #expect(taken["id"] == before["id"] && taken["replayed"] == false)
        let after = try other.json(["get", "carried", "--json"])
        for member in ["id", "name", "title", "status", "inputCid", "resultSummary", "queuedAt"] {
          #expect(after[member] == before[member], "\(member): \(after.text)")
        }
        #expect(after["comments"] == before["comments"])
        #expect(
          try other.errand(["logs", "carried"]).text == desk.errand(["logs", "carried"]).text)
        let artifacts = try other.json(["artifacts", "list", "carried", "--json"])
        #expect(artifacts.text.contains("note.txt"), "\(artifacts.text)")
        #expect(try other.errand(["artifacts", "get", "carried", "note.txt"]).text == "kept\n")
        // Once is enough, and what was taken over is as sound as what was made here.
        #expect(try other.json(["import", folder, "--json"])["replayed"] == true)
        #expect(try other.errand(["doctor", "--verify"]).status == .exited(code: 0))
        // A name that is taken gets another end.
        #expect(try desk.errand(["import", folder]).text == "carried: was here already\n")
        _ = try other.errand(["delete", "carried"])
        #expect(try other.errand(["import", folder]).text.contains("errand restore carried"))
      }
      #expect(try desk.errand(["export", "carried"]).status == .exited(code: 2))
    }
  }

  @Test func aNameThatIsTakenGetsAnotherEnd() throws {
    try withCommandDesk { desk in
      let folder = try exported(desk)
      try withCommandDesk { other in
        _ = try other.task("true", name: "carried")
        let name = try other.json(["import", folder, "--json"])["name"]?.stringValue
        #expect(name != "carried" && name?.isEmpty == false)
        #expect(try other.errand(["get", name ?? ""]).status == .exited(code: 0))
      }
    }
  }

  struct Falsehood: Sendable {
    var replacing: String
    var with: String
    var says: String
  }

  @Test(arguments: [
    Falsehood(replacing: #""errandBundle":1"#, with: #""errandBundle":9"#, says: "newer"),
    Falsehood(replacing: #""status":"completed""#, with: #""status":"running""#, says: "not ended"),
    Falsehood(replacing: #""name":"carried""#, with: #""name":"../x""#, says: "no valid name"),
    Falsehood(
      replacing: #""summary":"the ```words```"#, with: #""summary":"other words"#,
      says: "the output of attempt 1 is not"),
    // Its last digit is what stood there.
    Falsehood(
      replacing: #""revision":"#, with: #""revision":922337203685477580"#,
      says: "expected an integer"),
    Falsehood(replacing: "echo kept", with: "echo gone", says: "the task's input is not"),
    Falsehood(replacing: #"{"errandBundle""#, with: #"{"x""#, says: "no task that was exported"),
  ])
  func whatIsFalseIsNotTakenOver(_ falsehood: Falsehood) throws {
    try withCommandDesk { desk in
      let folder = try exported(desk)
      let path = folder + "/task.json"
      let text = try readText(path).replacing(falsehood.replacing, with: falsehood.with)
      try writeFile(path, text)
      try withCommandDesk { other in
        let refused = try other.errand(["import", folder])
        #expect(refused.status == .exited(code: 2), "\(refused.text) \(refused.errorText)")
        #expect(refused.errorText.contains(falsehood.says), "\(refused.errorText)")
        #expect(try other.errand(["list", "-q"]).text == "")
      }
    }
  }

  @Test func contentIsHeldAgainstItsName() throws {
    try withCommandDesk { desk in
      let folder = try exported(desk)
      let content = try #require(try RealFileSystem().list(folder + "/content").first)
      try writeFile(folder + "/content/" + content, "another")
      try withCommandDesk { other in
        let refused = try other.errand(["import", folder])
        #expect(refused.status == .exited(code: 2) && refused.errorText.contains(content))
        try RealFileSystem().remove(folder + "/content/" + content)
        let missing = try other.errand(["import", folder])
        #expect(missing.status == .exited(code: 2), "\(missing.errorText)")
        #expect(missing.errorText.contains("is missing"), "\(missing.errorText)")
        #expect(try other.errand(["list", "-q"]).text == "")
        #expect(try other.errand(["import", desk.folder]).status == .exited(code: 2))
      }
    }
  }
}
