import Agents
import JSON
import Posix
import Tasks

/// Makes the output an attempt hands in, by the shape of its task type.
struct AttemptOutput {
  let summary: String
  /// Tells that the summary is the agent's own word.
  private let isClaimed: Bool
  /// Is what the agent claimed, where only its beginning stands in the output.
  let wholeClaim: String?
  let value: JSONValue
  /// What is wrong with it by the schema of its type; pointers begin at "/output".
  let faults: [Fault]
  /// What we find of the task's success criteria, if it has any.
  let checked: Verification?

  /// Takes the agent's own result where it gave one, else the last lines it wrote.
  init(
    _ spec: TaskSpec, _ type: TaskType, result given: AgentResult?, tail: TailText,
    exit: ExitStatus?, duration: Duration, artifacts: [Artifact], branch: String? = nil,
    beside facts: OutputFacts = OutputFacts()
  ) {
    let result = ProseOutput.completing(given, tail, spec, type)
    let claimed = result?.summary ?? result?.output?["summary"]?.stringValue
    let clean = claimed.map { CleanText.clean($0, limit: .max) }
    isClaimed = clean?.isEmpty == false
    let words = clean.map(Self.claim) ?? tail.lines(atMost: AgentBounds.summary)
    // An output must say something, even of a program that was silent.
    summary =
      words.isEmpty ? "It wrote nothing; \(exit?.description ?? "its end was not seen")." : words
    let place = JSONPointer(tokens: ["output"])
    var members = result?.output?.objectValue ?? JSONObject()
    let lacksSummary = type.takesSummary && members["summary"] == nil
    wholeClaim = clean.flatMap {
      lacksSummary && $0.unicodeScalars.count > AgentBounds.claim ? $0 : nil
    }
    if let result, let output = result.output, output.objectValue == nil {
      // Kept as it was claimed: filled up with ours it would look like what was asked for.
      value = output
      let size = AgentBounds.storedValue >> 10
      faults =
        result.isOutputCut
        ? [Fault(pointer: place, message: "it is larger than \(size) KiB")]
        : type.faults(inOutput: output, of: spec, beside: facts, at: place)
      checked = nil
      return
    }
    // What the agent handed in stays as it gave it; its words only fill what is not there.
    if lacksSummary { members["summary"] = .string(summary) }
    if type.name == Brief.commandType {
      if let code = exit?.code { members["exitCode"] = .integer(Int(code)) }
      members["durationMs"] = .integer(Int(duration.milliseconds))
    }
    // The agent may name another; that it worked on one of its own we know.
    if type.takesBranch, members["branch"] == nil {
      members["branch"] = branch.map(JSONValue.string)
    }
    if type.takesArtifacts, members["artifacts"] == nil, !artifacts.isEmpty {
      members["artifacts"] = .array(artifacts.prefix(20).map(Self.reference))
    }
    value = .object(members)
    faults = type.faults(inOutput: value, of: spec, beside: facts, at: place)
    checked = SuccessCriteria(of: spec.input)?.checked(
      value,
      SuccessCriteria.Evidence(
        inputCid: spec.inputCid, outputSchemaCid: type.outputSchemaCid,
        hasValidOutput: faults.isEmpty, isSubmitted: result?.output != nil))
  }

  /// Keeps what an agent claims as long as a summary may be, and says what was cut.
  private static func claim(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > AgentBounds.claim else { return text }
    let mark = " … [cut: the messages hold all \(scalars.count) characters]"
    return String(scalars.prefix(AgentBounds.claim - mark.unicodeScalars.count)) + mark
  }

  /// Names the output by its content; nil for what has no canonical form.
  var cid: ContentID? {
    do throws(CanonicalFormError) { return ContentID(json: try value.canonical) } catch {
      return nil
    }
  }

  /// Gives what stands in a list: the beginning of what the agent says was done, else the end of
  /// what it wrote, since the last lines say most.
  var headline: String {
    let limit = TaskRecord.Limit.summary
    if isClaimed { return CleanText.cut(summary, to: limit) }
    return summary.count > limit ? "…" + summary.suffix(limit - 1) : summary
  }

  private static func reference(_ artifact: Artifact) -> JSONValue {
    ["title": .string(artifact.title), "cid": .string(artifact.cid.description)]
  }
}
