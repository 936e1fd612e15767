import Agents
import JSON
import Posix
import TaskStore
import Tasks

/// Tells in few words what an attempt did, for an agent that cannot take up its conversation.
package struct Briefing {
  /// Bounds the whole, in characters, and its parts.
  package enum Limit {
    package static let whole = 12_000
    static let task = 4_000
    static let words = 4_000
    static let answers = 20
    static let files = 60
  }

  private let record: TaskRecord
  private let attempt: Attempt
  private let messages: [MessageBody]
  /// Who is told.
  private let reader: String

  init(
    _ record: TaskRecord, _ attempt: Attempt, _ messages: [MessageBody], for reader: String = ""
  ) {
    self.reader = reader
    self.record = record
    self.attempt = attempt
    self.messages = messages
  }

  /// Reads the attempt's messages, which hold no secret that was known, and writes the briefing.
  package static func text(
    of record: TaskRecord, _ attempt: Attempt, for reader: String, in store: TaskStore
  ) throws(StoreError) -> String {
    var query = MessageQuery()
    query.tail = 1_000
    query.limit = 1_000
    query.maxBytes = 4 << 20
    let folder = store.layout.attemptFolder(of: record, attempt.attemptN)
    let page = try MessageReader(folder: folder).read(query)
    return Briefing(record, attempt, page.items.map(\.body), for: reader).text
  }

  var text: String {
    let who =
      attempt.profile == reader
      ? "An earlier conversation of yours" : "Another agent (\(attempt.profile))"
    let sections = [
      "\(who) worked on this before, as task \(record.spec.name).",
      section("What it was asked", asked), section("What was decided", decided),
      // What is cut where all is too long stands last.
      section("How it ended, and what is open", open), section("What it said last", said),
      section("Files it touched", touched),
    ]
    // What a person wrote into the brief has not been looked at for secrets before.
    let words = Redactor([:]).redacted(sections.compactMap(\.self).joined(separator: "\n\n"))
    return CleanText.clean(words, limit: Limit.whole)
  }

  private func section(_ title: String, _ text: String) -> String? {
    text.isEmpty ? nil : "\(title):\n\(text)"
  }

  private var asked: String {
    let brief = record.spec.input["brief"]?.stringValue ?? record.spec.title
    let follow = messages.compactMap { body in
      if case .userMessage(let text, let from) = body, from != .brief { text } else { nil }
    }
    return String(([brief] + follow).joined(separator: "\n").prefix(Limit.task))
  }

  /// Pairs questions with their answers.
  private var decided: String {
    var questions: [String: String] = [:]
    var lines: [String] = []
    for body in messages {
      switch body {
      case .inputRequest(let asked): questions[asked.requestId] = asked.question
      case .inputResponse(let id, let answer, _):
        let words = answer.stringValue ?? answer.text
        lines.append(
          CleanText.line("- \(questions[id] ?? "A question"): \(words)", limit: 400))
      default: break
      }
    }
    return lines.suffix(Limit.answers).joined(separator: "\n")
  }

  /// Takes the last blocks of text, the latest whole before older ones.
  private var said: String {
    var kept: [String] = []
    var room = Limit.words
    for case .text(let text) in messages.reversed() where room > 0 {
      kept.append(String(text.suffix(room)))
      room -= text.count
    }
    return kept.reversed().joined(separator: "\n")
  }

  private var touched: String {
    var paths: [String] = []
    func add(_ path: String?) {
      guard let path, paths.count < Limit.files, !paths.contains(path) else { return }
      paths.append(path)
    }
    for body in messages {
      switch body {
      case .info(_, let data?):
        for file in data["files"]?.arrayValue ?? [] { add(file["path"]?.stringValue) }
      case .toolCallStart(_, _, _, let arguments?):
        for key in ["file_path", "path", "notebook_path"] { add(arguments[key]?.stringValue) }
      default: break
      }
    }
    return paths.map { "- " + CleanText.line($0, limit: 300) }.joined(separator: "\n")
  }

  private var open: String {
    var lines = [AttemptView.line(attempt)]
    if let place = attempt.workspace {
      let branch = place.branch.map { ", branch \($0)" } ?? ""
      let dirty = place.dirty == true ? ", with changes that are not committed" : ""
      lines.append("It worked in \(place.path)\(branch)\(dirty).")
    }
    if let error = attempt.error { lines.append("Error: \(error.message)") }
    if let verdict { lines.append(verdict) }
    if let summary = attempt.output?["summary"]?.stringValue {
      lines.append(String(summary.prefix(2_000)))
    }
    for task in (attempt.output?["followUpTasks"]?.arrayValue ?? []).prefix(10) {
      lines.append("- open: " + CleanText.line(task["brief"]?.stringValue ?? "", limit: 300))
    }
    return lines.joined(separator: "\n")
  }

  /// Says what a reviewer thought of it.
  private var verdict: String? {
    guard let review = record.reviews.last(where: { $0.attemptN == attempt.attemptN }),
      review.state != .pending
    else { return nil }
    let comments = review.comments.map { ": " + String($0.prefix(2_000)) } ?? "."
    return "\(review.reviewer) has \(review.state.rawValue) it\(comments)"
  }
}
