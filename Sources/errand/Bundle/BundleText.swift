import JSON
import Tasks

/// Writes a task down for people, in Markdown; what agents wrote stands fenced.
struct BundleText {
  let task: TaskRecord
  let contentFolder: String
  /// Gives the messages of an attempt.
  let messages: (Int) -> [Message]

  private static let longest = 20_000

  var text: String {
    var parts = [head, "## Asked for", asked]
    if let summary = task.resultSummary { parts += ["## Result", fenced(summary)] }
    for attempt in task.attempts { parts += told(attempt) }
    let remarks =
      task.reviews.map { review in
        "\(review.at), \(review.state.rawValue) by \(line(review.reviewer)): "
          + line(review.comments ?? "no comment")
      }
      + task.comments.map { "\($0.at), \(line($0.author)): \(line($0.text))" }
    if !remarks.isEmpty { parts += ["## Remarks", list(remarks)] }
    if !task.artifacts.isEmpty {
      let artifacts = task.artifacts.map { artifact in
        "[\(link(artifact.title))](\(contentFolder)/\(artifact.cid)): \(line(artifact.kind)), "
          + "\(line(artifact.contentType)), \(Figures.bytes(artifact.sizeBytes))"
      }
      parts += ["## Artifacts", list(artifacts)]
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var head: String {
    let rows: [(String, String?)] = [
      ("name", task.spec.name), ("id", task.id.description),
      ("status", task.status.rawValue + (task.statusReason.map { " (\($0))" } ?? "")),
      ("type", task.spec.taskType), ("profile", line(task.spec.launch.profile)),
      ("directory", task.spec.directory.map(line)),
      ("created", "\(task.queuedAt) by \(line(task.createdBy.name))"),
      ("ended", task.completedAt?.description),
      ("accepted attempt", task.acceptedAttemptN.map { "\($0)" }),
      ("cost", task.usage.costUsd.map { Figures.money($0) }),
      ("turns", task.usage.turns.map { "\($0)" }),
      ("tags", task.spec.tags.isEmpty ? nil : line(task.spec.tags.joined(separator: ", "))),
    ]
    let told = rows.compactMap { row in row.1.map { "\(row.0): \($0)" } }
    return "# \(line(task.spec.title))\n\n" + list(told)
  }

  private var asked: String {
    fenced(task.spec.input["brief"]?.stringValue ?? task.spec.input.text)
  }

  private func told(_ attempt: Attempt) -> [String] {
    var parts = ["## Attempt \(attempt.attemptN)", line(AttemptView.line(attempt))]
    if let error = attempt.error { parts.append(fenced(error.explanation)) }
    if let output = attempt.output {
      let cid = attempt.outputCid.map { " (\($0))" } ?? ""
      parts += ["What it handed in\(cid):", fenced(output.text)]
    }
    if let signature = attempt.signature { parts += ["Signed:", fenced(signature)] }
    let checks = attempt.checks.map { check in
      "check \(check.status.rawValue): \(line(check.argv.joined(separator: " ")))"
    }
    if !checks.isEmpty { parts.append(list(checks)) }
    if let report = CriteriaReport(attempt) {
      parts += ["What we found of its success criteria:", list(report.findings.map(line))]
    }
    let said = messages(attempt.attemptN).compactMap(Self.words)
    if !said.isEmpty { parts += ["What it said and did:", fenced(said.joined(separator: "\n"))] }
    return parts
  }

  private static func words(of message: Message) -> String? {
    switch message.body {
    case .text(let text): text
    case .userMessage(let text, _): "> \(text)"
    case .toolCallStart(_, let tool, let title, _): "[\(tool)] \(title ?? "")"
    case .error(let code, let text, _): "error \(code): \(text)"
    case .info(let text, _): "(\(text))"
    case .inputRequest(let request): "asks: \(request.question)"
    case .inputResponse(_, let answer, let who): "\(who.name) answers: \(answer.text)"
    case .textDelta, .toolCallEnd, .turnEnd: nil
    }
  }

  // MARK: Marks

  private func list(_ items: [String]) -> String {
    items.map { "- \($0)" }.joined(separator: "\n")
  }

  /// Gives one line in which nothing is taken for a mark of ours.
  private func line(_ text: String) -> String {
    CleanText.line(text, limit: 600).replacing("<", with: "&lt;")
  }

  private func link(_ text: String) -> String {
    line(text).replacing("[", with: "(").replacing("]", with: ")")
  }

  /// Fences text by more marks than it has in a row itself.
  private func fenced(_ text: String) -> String {
    let clean = CleanText.clean(text, limit: Self.longest)
    var (run, longest) = (0, 2)
    for character in clean {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence)\n\(clean)\n\(fence)"
  }
}
