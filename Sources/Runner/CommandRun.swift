import Agents
import Posix
import TaskStore
import Tasks

/// Runs a command of ours in a workspace, to its end or its limit, with a bounded log.
struct CommandRun {
  let command: [String]
  let limit: Duration
  let directory: String
  let environment: [String: String]
  let marker: String
  /// Tells that no agent is there: what it leaves when it is ended is found by the marker, too.
  let isAlone: Bool
  /// Holds what it prints; both streams go into one file, each with its bound.
  let log: String
  let redactor: Redactor

  /// Says why it was ended before its time.
  enum Wish: Sendable { case none, unwanted, asked }

  /// Says how it ended: without a status it was ended by us, for a wish or its limit.
  struct Outcome {
    var status: ExitStatus?
    var wish: Wish
    var lastLine: String
  }

  /// Runs it; `look` is asked first, and whenever the journal or a signal stirs. While the system has
  /// no room for it, it waits as long as it may run.
  func run(
    signals: SignalPipe, journal: borrowing FileWatch, bytes: Int, files: any FileSystem,
    telling: (String) -> Void, look: () throws(Unfit) -> Wish
  ) throws(Unfit) -> Outcome {
    let (begun, early) = try PatientStart(signals: signals).begin(
      until: .after(limit), look: look, telling: telling,
      start: { () throws(Unfit) in try start(bytes: bytes, files: files) })
    guard let process = begun else { return Outcome(status: nil, wish: early, lastLine: "") }
    var (wish, tail) = (Wish.none, "")
    let status: ExitStatus?
    do throws(Unfit) {
      status = try fit { () throws(SystemError) in
        try see(process, signals, journal, &wish, &tail, look: look)
        return try end(process, &tail)
      }
    } catch {
      abandon(process)
      throw error
    }
    return Outcome(
      status: status, wish: wish,
      lastLine: tail.isEmpty ? process.streams.errorTail.lastLine ?? "" : tail)
  }

  private func start(bytes: Int, files: any FileSystem) throws(Unfit) -> AgentProcess {
    let (output, errors) = try fit { () throws(SystemError) in
      (
        try BoundedFile(log, limit: bytes, files: files),
        try BoundedFile(log, limit: bytes, files: files)
      )
    }
    let launch = AgentLaunch(
      program: .named(command.first ?? ""), arguments: Array(command.dropFirst()))
    return try AgentProcess.start(
      launch, in: directory, environment: environment, marker: marker, transcript: output,
      errorLog: errors, redactor: redactor)
  }

  /// Hears it until it ends, its time is over, or somebody wishes for its end.
  private func see(
    _ process: AgentProcess, _ signals: SignalPipe, _ journal: borrowing FileWatch,
    _ wish: inout Wish, _ tail: inout String, look: () throws(Unfit) -> Wish
  ) throws(SystemError) {
    let deadline = MonotonicTime.after(limit)
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
  }

  private func hear(
    _ streams: AgentStreams, _ ready: Poller.Ready, _ tail: inout String
  ) throws(SystemError) {
    if let output = streams.outputDescriptor, ready[output] != nil {
      for line in try streams.readOutput() where !line.bytes.isEmpty {
        tail = String(decoding: line.bytes.prefix(300), as: UTF8.self)
      }
    }
    if let errors = streams.errorDescriptor, ready[errors] != nil { try streams.readErrors() }
    if let failure = streams.failure { throw failure }
  }

  /// Takes what still lies in the pipes; ends what did not end by itself. What a good command left
  /// running goes with the attempt.
  private func end(
    _ process: AgentProcess, _ tail: inout String
  ) throws(SystemError) -> ExitStatus? {
    let ended = try process.child.peekExit()
    if ended == nil {
      _ = try tree(of: process).end(grace: .seconds(2), deadline: .after(.seconds(10)))
    }
    for _ in 0..<64 {
      let pipes = [process.streams.outputDescriptor, process.streams.errorDescriptor]
      let open = pipes.compactMap(\.self).map { ($0, Poller.Event.readable) }
      let ready = try Poller.wait(open, timeoutMilliseconds: 0)
      if open.isEmpty || ready.isEmpty { break }
      try hear(process.streams, ready, &tail)
    }
    _ = process.streams.finishOutput()
    process.streams.finishErrors()
    if let failure = process.streams.failure { throw failure }
    if try process.child.waitForExit(until: .after(.seconds(1))) != nil {
      try process.child.reap()
    }
    return ended
  }

  /// Ends at once what cannot be seen through: nobody would hear of its end.
  private func abandon(_ process: AgentProcess) {
    do throws(SystemError) {
      let tree = tree(of: process)
      _ = try tree.end(signal: .kill, grace: .zero, deadline: .after(.seconds(10)))
      if try process.child.waitForExit(until: .after(.seconds(1))) != nil {
        try process.child.reap()
      }
    } catch {
      // The attempt's own end sweeps once more, and is not written without.
      StandardError.write("errand: what a command left is not known: \(error)\n")
    }
  }

  private func tree(of process: AgentProcess) -> ProcessTree {
    ProcessTree(leader: process.child.identity, marker: isAlone ? marker : nil)
  }
}

extension Signal {
  /// Tells a wish that this process may end its attempt from other news.
  var endsUs: Bool { self == .terminate || self == .interrupt }
}
