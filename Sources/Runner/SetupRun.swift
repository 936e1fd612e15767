import Agents
import Posix
import TaskStore
import Tasks

/// Runs a profile's setup command in a workspace that was just made, to its end or its limit.
struct SetupRun {
  let command: [String]
  let limitSec: Int
  let directory: String
  let environment: [String: String]
  let marker: String
  let folders: AttemptFolders
  let redactor: Redactor

  /// Says why it was ended before its time.
  enum Wish: Sendable { case none, unwanted, asked }

  /// Runs it; `look` is asked whenever the journal or a signal stirs.
  func run(
    signals: SignalPipe, journal: borrowing FileWatch, limits: Limits, files: any FileSystem,
    look: () throws(Unfit) -> Wish
  ) throws(Unfit) {
    guard let program = command.first else { return }
    // Both streams go into one log, each with its bound.
    let (output, errors) = try fit { () throws(SystemError) in
      (
        try BoundedFile(folders.setupLog, limit: limits.errors, files: files),
        try BoundedFile(folders.setupLog, limit: limits.errors, files: files)
      )
    }
    let launch = AgentLaunch(program: .named(program), arguments: Array(command.dropFirst()))
    let process = try AgentProcess.start(
      launch, in: directory, environment: environment, marker: marker, transcript: output,
      errorLog: errors, redactor: redactor)
    let deadline = MonotonicTime.after(.seconds(limitSec))
    var wish = Wish.none
    var tail = ""
    let status = try fit { () throws(SystemError) -> ExitStatus? in
      while try process.child.peekExit() == nil, deadline > .now, wish == .none {
        var watched: [(descriptor: Int32, events: Poller.Event)] = [
          (journal.descriptor, .readable), (signals.descriptor, .readable),
          (process.child.exitDescriptor, .readable),
        ]
        for pipe in [process.streams.outputDescriptor, process.streams.errorDescriptor] {
          if let pipe { watched.append((pipe, .readable)) }
        }
        let ready = try Poller.wait(watched, until: deadline)
        try hear(process.streams, ready, &tail)
        if ready[signals.descriptor] != nil, try signals.take().contains(where: \.endsUs) {
          wish = .asked
        }
        if ready[journal.descriptor] != nil {
          try journal.drain()
          do throws(Unfit) { wish = wish == .none ? try look() : wish } catch { wish = .asked }
        }
      }
      return try end(process, &tail)
    }
    try judge(status, wish, tail)
  }

  private func hear(
    _ streams: AgentStreams, _ ready: [Int32: Poller.Event], _ tail: inout String
  ) throws(SystemError) {
    if let output = streams.outputDescriptor, ready[output] != nil {
      for line in try streams.readOutput() where !line.bytes.isEmpty {
        tail = String(decoding: line.bytes.prefix(300), as: UTF8.self)
      }
    }
    if let errors = streams.errorDescriptor, ready[errors] != nil { try streams.readErrors() }
  }

  /// Takes what still lies in the pipes; ends what did not end by itself. What a good setup left
  /// running goes with the attempt.
  private func end(
    _ process: AgentProcess, _ tail: inout String
  ) throws(SystemError) -> ExitStatus? {
    let ended = try process.child.peekExit()
    if ended == nil {
      let tree = ProcessTree(leader: process.child.identity, marker: marker)
      _ = try tree.end(grace: .seconds(2), deadline: .after(.seconds(10)))
    }
    for _ in 0..<64 {
      let pipes = [process.streams.outputDescriptor, process.streams.errorDescriptor]
      let open = pipes.compactMap(\.self).map { ($0, Poller.Event.readable) }
      let ready = try Poller.wait(open, timeoutMilliseconds: 0)
      if open.isEmpty || ready.isEmpty { break }
      try hear(process.streams, ready, &tail)
    }
    _ = try process.streams.finishOutput()
    try process.streams.finishErrors()
    try process.child.reap()
    return ended
  }

  private func judge(_ status: ExitStatus?, _ wish: Wish, _ tail: String) throws(Unfit) {
    if status?.isSuccess == true { return }
    let name = CleanText.line(command.joined(separator: " "), limit: 100)
    switch (status, wish) {
    case (let status?, _):
      let last = tail.isEmpty ? "" : " It said last: \(CleanText.line(tail, limit: 300))"
      throw Unfit(.workspaceError, "The setup `\(name)` failed: \(status).\(last)")
    case (nil, .none):
      throw Unfit(.workspaceError, "The setup `\(name)` took longer than \(limitSec) s.")
    case (nil, .unwanted), (nil, .asked):
      throw Unfit(.interrupted, "The setup `\(name)` was stopped.")
    }
  }
}

extension Signal {
  /// Tells a wish that this process may end its attempt from other news.
  fileprivate var endsUs: Bool { self == .terminate || self == .interrupt }
}
