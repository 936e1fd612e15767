import JSON
import Posix

/// Runs a step on the file system and speaks of its failure as the store does.
func onDisk<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(StoreError) -> Result {
  do throws(SystemError) { return try body() } catch { throw .disk(error) }
}

extension JSONValue {
  /// Reads a line of ours: what came over the wire may stand some levels deeper in it.
  static func ours(_ line: ArraySlice<UInt8>) throws(JSONSyntaxError) -> JSONValue {
    try parse(line, depth: 256)
  }

  static func ours(_ line: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    try parse(line, depth: 256)
  }
}
