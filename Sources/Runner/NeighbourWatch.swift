import Agents
import Posix
import TaskStore
import Tasks

/// Warns while an attempt still runs when another changes the same files, both of them.
///
/// After what may have changed something it is looked once, now and then; beside the loop, which
/// must keep up with its agent, and not at all where nobody else works in the repository.
struct NeighbourWatch {
  private let ledger: AttemptLedger
  private let workTree: WorkTreeRecord?
  private let pause: Duration
  /// What the agent has done, and whether something of it is still to be looked at.
  private var deeds = 0
  private var isDue = false
  private var nextLook = MonotonicTime.now
  private var look: NeighbourLook?
  /// How many of the task's comments are known.
  private var heard: Int

  /// A look that takes long is taken the more rarely.
  private static let rest = 10
  /// Between two questions whether there is anybody.
  private static let calm = Duration.seconds(1)
  /// Bounds how long an end waits for a look; git's own limits are shorter.
  private static let limit = Duration.seconds(15)

  init(
    _ ledger: AttemptLedger, _ workTree: WorkTreeRecord?, _ record: TaskRecord,
    _ timing: SupervisorTiming
  ) {
    self.ledger = ledger
    self.workTree = workTree
    pause = timing.neighbours
    heard = record.comments.count
  }

  /// Tells by the names that agents give them which tools change no file.
  static func onlyLooks(_ tool: String) -> Bool {
    looking.contains(tool) || tool.hasPrefix("mcp__\(AgentTools.server)__")
      || tool.hasPrefix("\(AgentTools.server).")
  }

  private static let looking: Set<String> = [
    "Read", "Grep", "Glob", "LS", "WebFetch", "WebSearch", "TodoWrite", "AskUserQuestion",
    "ToolSearch", "read", "search", "fetch", "think", "web_search",
  ]

  /// Lends the number that turns readable when a look is over.
  var descriptor: Int32? { look?.descriptor }

  var deadline: MonotonicTime? { isDue && look == nil ? nextLook : nil }

  /// Is told how much the agent has done so far; one without a protocol shows that only by speaking.
  mutating func stirred(_ deeds: Int, bySpeaking: Bool) {
    guard workTree != nil, bySpeaking || deeds != self.deeds else { return }
    self.deeds = deeds
    isDue = true
  }

  /// Begins a look when one is due, if there is anybody.
  mutating func advance(now: MonotonicTime) {
    guard let due = deadline, due <= now, let workTree else { return }
    isDue = false
    nextLook = now + Self.calm
    do {
      let neighbours = try Neighbours(of: ledger.task, beside: workTree.place, in: ledger.store)
      if !neighbours.isEmpty { look = try NeighbourLook.begin(neighbours, workTree) }
    } catch {
      // At the end it is looked again, and said if that fails.
      nextLook = now + pause
    }
  }

  /// Tells both sides what a look has found.
  mutating func take() {
    guard let look else { return }
    self.look = nil
    nextLook = .now + max(pause, (.now - look.began) * Self.rest)
    for found in look.findings {
      do throws(StoreError) { _ = try ledger.warn(of: found) } catch {
        // The other may be gone, or have as many comments as a task may have.
      }
    }
  }

  /// Puts into the messages what was said to this task, by ourselves or by another.
  mutating func follow(_ record: TaskRecord, _ voice: inout AgentVoice) {
    for comment in record.comments.dropFirst(heard) where NeighbourWarning.isOne(comment) {
      voice.note(comment.text)
    }
    heard = record.comments.count
  }

  /// Sees a look out, so that no git of it is left and the work tree is nobody else's.
  mutating func finish() {
    guard let look else { return }
    do throws(SystemError) {
      _ = try Poller.wait([(look.descriptor, .readable)], until: .after(Self.limit))
    } catch {
      // Its git goes with the tree, which must be ended whatever has failed.
    }
    self.look = nil
  }
}
