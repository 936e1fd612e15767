import Agents
import Posix

/// Owns the pipes between us and one agent, and cuts what comes into lines.
final class AgentStreams {
  /// Can be closed by being let go.
  private final class End {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  private enum Limit {
    /// What every system can write at once to a pipe that says it is writable.
    static let inputPiece = 512
    /// More than any prompt; only who reads nothing is left so much behind.
    static let pendingInput = 64 << 20
  }

  private var output: End?
  private var errors: End?
  private var input: End?
  private var pendingInput: ArraySlice<UInt8>
  /// Whether more may follow what is pending.
  private var staysOpen: Bool
  private var splitter = LineSplitter(maxLength: AgentBounds.parsedLine)
  private var transcript: BoundedFile
  private var errorLog: BoundedFile
  /// Is why transcript and error output are kept no further; they are read and heard all the same.
  private(set) var failure: SystemError?
  private(set) var errorTail = TailText()
  /// Cuts error output into lines where somebody is to hear them.
  private var errorSplitter: LineSplitter?
  /// Whether lines that carry a piece of what follows whole are left out of the transcript.
  private let leavesOutPieces: Bool
  private var outputRedactor: Redactor
  private var errorRedactor: Redactor

  /// Takes over our ends; an input of nil means that the agent reads from /dev/null.
  ///
  /// The input of a dialogue stays open until it is closed; any other ends with its bytes.
  init(
    output: consuming Descriptor, errors: consuming Descriptor, input: consuming Descriptor?,
    inputBytes: [UInt8], isDialogue: Bool, transcript: BoundedFile, errorLog: BoundedFile,
    redactor: Redactor, hearsErrors: Bool, leavesOutPieces: Bool
  ) {
    if hearsErrors { errorSplitter = LineSplitter(maxLength: AgentBounds.parsedLine) }
    self.leavesOutPieces = leavesOutPieces
    self.output = End(output)
    self.errors = End(errors)
    if let input { self.input = End(input) }
    pendingInput = inputBytes[...]
    staysOpen = isDialogue
    self.transcript = transcript
    self.errorLog = errorLog
    outputRedactor = redactor
    errorRedactor = redactor
    if inputBytes.isEmpty, !isDialogue { self.input = nil }
  }

  var outputDescriptor: Int32? { output?.descriptor.rawValue }
  var errorDescriptor: Int32? { errors?.descriptor.rawValue }
  /// To be watched only while there is something to write.
  var inputDescriptor: Int32? { pendingInput.isEmpty ? nil : input?.descriptor.rawValue }
  var areClosed: Bool { output == nil && errors == nil }

  /// Reads once; gives the whole lines that are there now, at the end also the last piece.
  func readOutput() throws(SystemError) -> [AgentLine] {
    guard let end = output else { return [] }
    let bytes = try end.descriptor.read(upTo: 65536)
    if bytes.isEmpty { return finishOutput() }
    return cut(outputRedactor.pass(bytes))
  }

  /// Cuts what has been cleared of secrets, which may go over several lines, into lines.
  private func cut(_ bytes: [UInt8]) -> [AgentLine] {
    if !leavesOutPieces { keep(bytes, in: &transcript) }
    splitter.append(bytes)
    var lines: [Line] = []
    while let line = splitter.next() { lines.append(line) }
    return kept(lines)
  }

  /// Puts the lines of a protocol into the transcript, but for pieces.
  private func kept(_ lines: [Line]) -> [AgentLine] {
    guard leavesOutPieces else { return lines.map(Self.agentLine) }
    var bytes: [UInt8] = []
    for line in lines {
      switch line {
      case .line(let line):
        if !StreamPiece.isOne(line) { bytes += line + [UInt8(ascii: "\n")] }
      case .unterminated(let line): bytes += line
      case .tooLong(let prefix, let length):
        bytes += prefix + Array(" [cut: \(prefix.count) of \(length) bytes kept]\n".utf8)
      }
    }
    keep(bytes, in: &transcript)
    return lines.map(Self.agentLine)
  }

  private func keep(_ bytes: [UInt8], in file: inout BoundedFile) {
    guard failure == nil else { return }
    do throws(SystemError) { try file.append(bytes) } catch { failure = error }
  }

  /// Reads no more; gives what stood there without a newline.
  func finishOutput() -> [AgentLine] {
    output = nil
    let lines = cut(outputRedactor.finish())
    return lines + kept(splitter.finish().map { [$0] } ?? [])
  }

  /// Reads once of the error output; gives its whole lines where they are to be heard.
  @discardableResult
  func readErrors() throws(SystemError) -> [AgentLine] {
    guard let end = errors else { return [] }
    let bytes = try end.descriptor.read(upTo: 65536)
    if bytes.isEmpty { return finishErrors() }
    return keepErrors(errorRedactor.pass(bytes))
  }

  /// Reads no more of the error output.
  @discardableResult
  func finishErrors() -> [AgentLine] {
    errors = nil
    let lines = keepErrors(errorRedactor.finish())
    return lines + (errorSplitter?.finish().map { [Self.agentLine($0)] } ?? [])
  }

  private func keepErrors(_ bytes: [UInt8]) -> [AgentLine] {
    guard !bytes.isEmpty else { return [] }
    errorTail.append(bytes)
    keep(bytes, in: &errorLog)
    errorSplitter?.append(bytes)
    var lines: [AgentLine] = []
    while let line = errorSplitter?.next() { lines.append(Self.agentLine(line)) }
    return lines
  }

  /// Writes a piece that cannot block, since the pipe says it is writable; closes after the
  /// last.
  func feedInput() throws(SystemError) {
    guard let end = input else { return }
    do throws(SystemError) {
      let count = try end.descriptor.writeOnce(pendingInput.prefix(Limit.inputPiece))
      pendingInput = pendingInput.dropFirst(count)
      if pendingInput.isEmpty, !staysOpen { input = nil }
    } catch {
      input = nil
      pendingInput = []
      // A program need not read what it is given.
      if !error.isClosedPipe { throw error }
    }
  }

  /// Gives the agent more to read, as long as its input is open: it is closed to one that asks and
  /// asks, and reads no answer.
  func send(_ bytes: [UInt8]) {
    guard input != nil else { return }
    pendingInput += bytes
    guard pendingInput.count > Limit.pendingInput else { return }
    input = nil
    pendingInput = []
  }

  /// Ends the agent's input once what is pending is written.
  func closeInput() {
    staysOpen = false
    if pendingInput.isEmpty { input = nil }
  }

  private static func agentLine(_ line: Line) -> AgentLine {
    switch line {
    case .line(var bytes), .unterminated(var bytes):
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      return AgentLine(bytes)
    case .tooLong(let prefix, let length): return AgentLine(prefix, length: length)
    }
  }
}
