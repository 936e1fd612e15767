import Posix
import Testing

/// Runs a reader on changed inputs: the same ones in every run, or, by `ERRAND_FUZZ_SECONDS`, for
/// so long from a random seed or `ERRAND_FUZZ_SEED`.
///
/// The input being read lies in a file meanwhile; where the reader traps or hangs it stays there.
package enum Fuzz {
  /// Holds what a single input may take, far above what any takes, against hangs.
  private static let patience = Duration.seconds(20)
  /// Holds by how much a reader may make the process grow, at its peak and however many inputs it
  /// has read: eight times what any did when this was measured.
  private static let growthLimit = 8 << 20

  /// Tells that no other test runs in this process at the same time, so that what grows is known.
  package static let isAlone = Environment.value(alone) != nil
  package static let alone = "ERRAND_FUZZ_ALONE"

  package static func run(
    _ name: String, seeds: [[UInt8]], rounds: Int,
    _ read: (_ input: [UInt8], _ mutation: inout Mutation) throws -> Void
  ) throws {
    let seconds = Environment.value("ERRAND_FUZZ_SECONDS").flatMap { Int($0) }
    let given = Environment.value("ERRAND_FUZZ_SEED").flatMap { UInt64($0) }
    let seed = given ?? (seconds == nil ? 1 : .random(in: 0 ... .max))
    let end = seconds.map { MonotonicTime.after(.seconds($0)) }
    try withTemporaryDirectory { folder in
      let path = Path.join(folder, name.replacing(" ", with: "-"))
      let last = try RealFileSystem().createFile(path)
      print("fuzz: \(name): seed \(seed); the input being read lies in \(path)")
      var mutation = Mutation(of: seeds, seed: seed)
      var round = 0
      let before = try isAlone ? ProcessFigures.beginPeak() : 0
      while end.map({ .now < $0 }) ?? (round < rounds) {
        let input = mutation.next()
        try last.truncate(to: 0)
        try last.append(input)
        let start = MonotonicTime.now
        do {
          try read(input, &mutation)
        } catch {
          report(name, seed, round, input, "\(error)")
          return
        }
        if MonotonicTime.now - start > patience { report(name, seed, round, input, "too slow") }
        round += 1
      }
      if isAlone {
        let growth = try ProcessFigures.peakMemory(of: ProcessTable.currentPID) - before
        print("fuzz: \(name): grew by \(growth >> 10) KiB")
        #expect(growth < growthLimit, "\(name)")
      }
      if end != nil { print("fuzz: \(name): seed \(seed): \(round) inputs") }
    }
  }

  private static func report(
    _ name: String, _ seed: UInt64, _ round: Int, _ input: [UInt8], _ what: String
  ) {
    Issue.record("\(name), seed \(seed), round \(round): \(what)\n\(input.prefix(4000))")
  }

  /// Fails a round with words.
  package struct Finding: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
  }
}
