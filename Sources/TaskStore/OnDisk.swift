import Posix

/// Runs a step on the file system and speaks of its failure as the store does.
func onDisk<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(StoreError) -> Result {
  do throws(SystemError) { return try body() } catch { throw .disk(error) }
}
