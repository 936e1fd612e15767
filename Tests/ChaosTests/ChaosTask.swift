import JSON
import Posix

/// Is a task whose script leaves its mark: one line when it starts, one when it ends.
struct ChaosTask {
  enum Kind: CaseIterable {
    case quick, slow, talkative, failing, brood, held, artifact

    /// What the script does between its marks.
    func work(stop: String) -> String {
      switch self {
      case .quick, .failing: ":"
      case .slow: "sleep 0.4"
      case .talkative: "i=0; while [ $i -lt 300 ]; do echo \"line $i\"; i=$((i+1)); done"
      case .brood:
        "sleep 600 & (trap '' TERM; sleep 600) & "
          + "if command -v setsid >/dev/null; then setsid sleep 600 & fi; sleep 0.2"
      case .held: "n=0; while [ ! -e '\(stop)' ] && [ $n -lt 20 ]; do sleep 0.1; n=$((n+1)); done"
      case .artifact: #"echo fine > "$ERRAND_ARTIFACTS/report.txt"; sleep 0.1"#
      }
    }

    var code: Int { self == .failing ? 3 : 0 }
  }

  let name: String
  let kind: Kind
  /// Works in a directory it shares with others, one at a time.
  var sharesDirectory = false
  /// Was told to us as stored.
  var id: String?
  /// Somebody asked for its end.
  var isCancelled = false

  /// Gives the script; `marks` is the folder of the marks.
  func script(marks: String, stop: String) -> String {
    let file = "'\(marks)/\(name)'"
    return """
      echo "start $ERRAND_ATTEMPT $$ $PPID" >> \(file)
      \(kind.work(stop: stop))
      echo "end $ERRAND_ATTEMPT" >> \(file)
      exit \(kind.code)
      """
  }
}

/// Is what a script has written of itself.
struct Marks {
  struct Start: Hashable {
    let attempt: String
    let agent: Int32
    let supervisor: Int32
  }

  private(set) var starts: [Start] = []
  private(set) var ends = 0

  /// Reads the marks of a task; none where it has not begun.
  init(of name: String, in folder: String) throws {
    let path = Path.join(folder, name)
    guard try RealFileSystem().exists(path) else { return }
    let text = String(decoding: try RealFileSystem().read(path), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first == "end" { ends += 1 }
      guard words.first == "start", words.count == 4, let agent = Int32(words[2]),
        let supervisor = Int32(words[3])
      else { continue }
      starts.append(Start(attempt: String(words[1]), agent: agent, supervisor: supervisor))
    }
  }
}
