import HTTP
import JSON
import Tasks

/// Names everything that can be asked for, by its path.
enum Route: Sendable, Hashable {
  /// Is the one page, which shows by its address what is asked for; it holds no data.
  case page
  case asset(String)
  /// Trades a code for a session.
  case signIn
  /// Ends every session there is.
  case signOut
  /// Tells a signed-in page what there is.
  case session
  /// Tells what today has cost.
  case spending
  /// Lists folders, for who chooses where a task is to work.
  case folders
  /// Lists what was deleted.
  case bin
  /// Calls a tool by its name.
  case call(String)
  case events
  case artifact(task: String, cid: String)

  init?(_ path: [String]) {
    switch path.count {
    case 0: self = .page
    case 1 where ["new", "table", "bin"].contains(path[0]): self = .page
    case 2 where path[0] == "tasks": self = .page
    case 2 where path[0] == "assets": self = .asset(path[1])
    case 2 where path[0] == "api":
      self =
        switch path[1] {
        case "sign_in": .signIn
        case "sign_out": .signOut
        case "session": .session
        case "spending": .spending
        case "folders": .folders
        case "bin": .bin
        case "events": .events
        default: .call(path[1])
        }
    case 4 where path[0] == "api" && path[1] == "artifacts":
      self = .artifact(task: path[2], cid: path[3])
    default: return nil
    }
  }

  /// Tells whether it only looks: then it is got, else posted.
  var isReading: Bool {
    switch self {
    case .page, .asset, .events, .artifact: true
    case .signIn, .signOut, .session, .spending, .folders, .bin, .call: false
    }
  }

  /// Tells whether it shows or does anything that concerns the store.
  var needsSession: Bool {
    switch self {
    case .page, .asset, .signIn: false
    case .signOut, .session, .spending, .folders, .bin, .call, .events, .artifact: true
    }
  }
}
