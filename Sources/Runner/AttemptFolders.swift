import Posix
import TaskStore
import Tasks

/// Makes the folders an attempt needs and proves that they can be written.
struct AttemptFolders: Sendable {
  let attempt: String
  /// The agent's TMPDIR.
  let temporary: String
  /// What the agent leaves here is kept as artifacts.
  let artifacts: String
  /// Where the agent works that has no directory of its own.
  let scratch: String
  /// Where snapshots of the work tree are kept until they are compared.
  let snapshots: String
  let transcript: String
  let errors: String
  /// What the profile's setup command said.
  let setupLog: String
  /// What lets the agent's own tools act for the attempt.
  let pass: String
  let session: Session

  /// Names where an attempt's conversation is noted, and where its files are kept.
  struct Session: Sendable {
    let note: String
    let files: String
  }

  /// What the supervisor itself complained of; removed when it had no reason to.
  let complaints: String

  init(layout: StoreLayout, record: TaskRecord, attemptN: Int) {
    let folder = layout.attemptFolder(of: record, attemptN)
    attempt = folder
    temporary = folder + "/tmp"
    artifacts = folder + "/artifacts"
    scratch = folder + "/work"
    snapshots = folder + "/snapshots"
    transcript = folder + "/transcript.jsonl"
    errors = folder + "/stderr.log"
    setupLog = folder + "/setup.log"
    pass = layout.pass(of: record.id, attemptN)
    session = Session(note: folder + "/agent.json", files: folder + "/session")
    complaints = folder + "/supervisor.log"
  }

  /// Makes them; the temporary folder is written to, since some agents fail silently without.
  func prepare(files: any FileSystem) throws(SystemError) {
    try files.createDirectories(attempt)
    for folder in [temporary, artifacts, scratch] { try files.createDirectory(folder) }
    try prove(files: files)
  }

  /// Fails where nothing more can be written.
  func prove(files: any FileSystem) throws(SystemError) {
    let probe = temporary + "/.probe"
    do throws(SystemError) {
      try files.createFile(probe).append([0])
      try files.remove(probe)
    } catch {
      // An empty file of this name would be in the way of the next try; the error is the one to tell.
      try? files.removeIfPresent(probe)
      throw error
    }
  }

  /// Takes away what nobody needs after the end.
  func tidy(files: any FileSystem) throws(SystemError) {
    for folder in [temporary, snapshots] where try files.exists(folder) {
      try files.removeTree(folder)
    }
    try files.removeIfPresent(pass)
    if try files.status(complaints)?.size == 0 { try files.remove(complaints) }
  }
}
