import Agents
import JSON
import Tasks

/// Reads an output out of an agent's words, where it had no other way to hand one in.
enum ProseOutput {
  /// Completes a result whose type asks for more than a summary; what says no such thing stays.
  static func completing(
    _ given: AgentResult?, _ tail: TailText, _ spec: TaskSpec, _ type: TaskType
  ) -> AgentResult? {
    guard given?.output == nil, type.name != Brief.commandType,
      type.wantsStructure(for: spec.input)
    else { return given }
    let words = [given?.summary, tail.all].compactMap(\.self)
    guard let object = words.lazy.compactMap(object).first else { return given }
    // What the output itself says to people, in the words of its type.
    let headline = object["summary"] ?? object["verdict"] ?? object["response"]
    return AgentResult(summary: headline?.stringValue, output: .object(object))
  }

  private static let fence = "```"

  /// Finds the object that a text ends with: in a fenced block, or all there is.
  static func object(in text: String) -> JSONObject? {
    let text = text.trimmingSuffix(while: \.isWhitespace)
    let body: Substring
    if text.hasSuffix(fence) {
      let inner = text.dropLast(fence.count)
      guard let open = inner.ranges(of: fence).last else { return nil }
      // The fence's first line may name a language.
      body = inner[open.upperBound...].drop { $0 != "\n" && $0 != "{" }
    } else {
      body = text.drop(while: \.isWhitespace)
    }
    guard body.first == "{" || body.first == "\n" else { return nil }
    do throws(JSONSyntaxError) {
      return try JSONValue.parse(String(body)).objectValue
    } catch {
      // Prose in braces is prose.
      return nil
    }
  }
}

extension TaskType {
  /// Tells whether its output has such members.
  var takesSummary: Bool { takes("summary") }
  var takesArtifacts: Bool { takes("artifacts") }
  var takesBranch: Bool { takes("branch") }

  private func takes(_ member: String) -> Bool {
    outputSchema["properties"]?[member] != nil
  }
}
