import JSON
import JSONRPC

/// Collects the answers to one read, so that they leave in one write and after one commit.
struct Batch {
  /// Marks an answer that says something is done; it must not leave if that cannot be made durable.
  private struct Promise {
    var range: Range<Int>
    var replacement: @Sendable (ToolFailure) -> [UInt8]
  }

  private(set) var bytes: [UInt8] = []
  private var promises: [Promise] = []

  var isEmpty: Bool { bytes.isEmpty }

  /// Starts over, keeping the room it has unless that is much.
  mutating func clear() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
    promises = []
  }

  private static let keptCapacity = 256 << 10

  var hasPromises: Bool { !promises.isEmpty }

  mutating func append(_ frame: [UInt8]) { bytes += frame }

  /// Appends what `write` writes, unless that is longer than a line may be.
  mutating func append(
    limit: Int, _ write: (inout [UInt8]) -> Void, instead: () -> [UInt8]
  ) -> Range<Int> {
    let start = bytes.count
    write(&bytes)
    if bytes.count - start > limit {
      bytes.removeSubrange(start...)
      bytes += instead()
    }
    return start..<bytes.count
  }

  mutating func promise(
    _ range: Range<Int>, replacement: @escaping @Sendable (ToolFailure) -> [UInt8]
  ) {
    promises.append(Promise(range: range, replacement: replacement))
  }

  /// Takes back every promise: those answers become the failure, the others stay.
  mutating func breakPromises(_ failure: ToolFailure) {
    var kept: [UInt8] = []
    var position = 0
    for promise in promises {
      kept += bytes[position..<promise.range.lowerBound]
      kept += promise.replacement(failure)
      position = promise.range.upperBound
    }
    bytes = kept + bytes[position...]
    promises = []
  }
}
