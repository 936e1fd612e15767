import JSON
import Posix
import TaskStore
import Tasks

/// Clears up after a settled attempt; nothing here is part of the truth, so failing is only told.
struct AttemptRemains {
  let store: TaskStore
  let folders: AttemptFolders
  let files: any FileSystem

  /// Writes the readable copy, forgets the secrets, removes what only the agent needed.
  func tidy(after record: TaskRecord) {
    // What goes on later needs them again.
    if record.status.isTerminal {
      do throws(StoreError) { try store.removeSecrets(of: record.id) } catch { tell(error) }
    }
    do throws(StoreError) { try store.writeCopy(of: record) } catch { tell(error) }
    do throws(SystemError) { try folders.tidy(files: files) } catch { tell(error) }
  }

  private func tell(_ error: some Error) {
    StandardError.write("errand: tidying up: \(error)\n")
  }
}
