import JSON
import Posix
import TaskStore

/// Is what a process was given to enter the console by.
struct FaultDoor {
  private var codes: [Int: String] = [:]
  private var sessions: [Int: ConsoleDoor.Session] = [:]

  /// What time it is, however long the sequences take: codes are soon over.
  private static let now: Int64 = 1_800_000_000_000

  private static func codes(_ store: TaskStore) -> String {
    Path.join(store.layout.keys, "console-codes")
  }

  /// Where, beside the store, is written what was given to others before.
  private static func note(_ slot: Int) -> String { "/code-\(slot)" }
  private static let oldSession = "/session"

  /// Gives codes to enter by later, and lets somebody in.
  static func prepare(_ store: TaskStore, _ slots: Range<Int>) throws(StoreError) {
    let door = ConsoleDoor(store)
    let session = try door.enter(by: door.makeCode(now: now), now: now)
    guard let session else { throw .stopped("a new code opens nothing") }
    var notes = [(path: oldSession, text: "\(session.cookie) \(session.token)")]
    for slot in slots { notes.append((path: note(slot), text: try door.makeCode(now: now))) }
    do throws(SystemError) {
      for note in notes { try store.files.replace(note.path, with: Array(note.text.utf8)) }
    } catch {
      throw .disk(error)
    }
  }

  private static func read(_ path: String, _ store: TaskStore) throws(StoreError) -> String {
    do throws(SystemError) {
      return String(decoding: try store.files.read(path), as: UTF8.self)
    } catch {
      throw .disk(error)
    }
  }

  mutating func makeCode(_ slot: Int, _ store: TaskStore) throws(StoreError) {
    codes[slot] = try ConsoleDoor(store).makeCode(now: Self.now)
  }

  mutating func enter(_ slot: Int, _ store: TaskStore) throws(StoreError) {
    let code = try Self.read(Self.note(slot), store)
    let session = try ConsoleDoor(store).enter(by: code, now: Self.now)
    guard let session else { throw .stopped("the code opens nothing") }
    sessions[slot] = session
  }

  mutating func signOut(_ store: TaskStore) throws(StoreError) {
    // Whatever comes of it, nothing is promised to those who are in.
    self = FaultDoor()
    try ConsoleDoor(store).signOut()
  }

  // MARK: What is left of that

  func made(_ slot: Int, _ store: TaskStore) throws(StoreError) -> FaultOperation.Trace {
    guard let code = codes[slot] else { return .absent }
    return try Self.opens(code, store)
  }

  /// Tells whether a code lies there, whole.
  private static func opens(
    _ code: String, _ store: TaskStore
  ) throws(StoreError) -> FaultOperation.Trace {
    let path = Path.join(codes(store), Hex.encode(SHA256.hash(Array(code.utf8))))
    do throws(SystemError) {
      guard try store.files.exists(path) else { return .absent }
      let text = String(decoding: try store.files.read(path), as: UTF8.self)
      return Int64(text) == nil ? .wrong("a code with \(text)") : .whole
    } catch {
      throw .disk(error)
    }
  }

  /// Tells whether a code was used up; whoever came in by it must be in.
  func entered(_ slot: Int, _ store: TaskStore) throws(StoreError) -> FaultOperation.Trace {
    let left = try Self.opens(Self.read(Self.note(slot), store), store)
    if left == .absent, let session = sessions[slot] {
      let isIn = try ConsoleDoor(store).admits(
        cookie: session.cookie, token: session.token, now: Self.now)
      return isIn ? .whole : .wrong("a session that is not known")
    }
    return left.opposite
  }

  /// Tells whether nobody is in who was before, and no code opens that was made before.
  func signedOut(_ slots: Int, _ store: TaskStore) throws(StoreError) -> FaultOperation.Trace {
    for slot in 0..<slots {
      let left = try Self.opens(Self.read(Self.note(slot), store), store)
      if left != .absent { return left.opposite }
    }
    let parts = try Self.read(Self.oldSession, store).split(separator: " ").map(String.init)
    let isIn = try ConsoleDoor(store).admits(cookie: parts[0], token: parts[1], now: Self.now)
    return isIn ? .absent : .whole
  }
}
