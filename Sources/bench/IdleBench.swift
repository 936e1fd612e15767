import Posix

/// Counts how often a process wakes up while nothing happens.
enum IdleBench {
  /// Is when a process has come to rest after its last word: it gives memory back before.
  private static let rest = 2500

  /// Gives wake-ups a second: switches that its threads asked for, since they slept.
  static func wakeUps(of pid: Int32, over time: Duration) throws -> Double {
    _ = try Poller.wait([], timeoutMilliseconds: rest)
    let before = try switches(of: pid)
    let start = MonotonicTime.now
    _ = try Poller.wait([], timeoutMilliseconds: Int(time.components.seconds) * 1000)
    // A thread that ended meanwhile takes its count along.
    return Double(max(0, try switches(of: pid) - before)) / seconds(since: start)
  }

  private static func switches(of pid: Int32) throws -> Int {
    let threads = "/proc/\(pid)/task"
    var sum = 0
    for thread in try RealFileSystem().list(threads) {
      let path = "\(threads)/\(thread)/status"
      let text = String(
        decoding: try Descriptor.open(path).readToEnd(limit: 1 << 16), as: UTF8.self)
      for line in text.split(separator: "\n") where line.hasPrefix("voluntary_ctxt_switches:") {
        sum += Int(line.filter(\.isNumber)) ?? 0
      }
    }
    return sum
  }
}
