import Posix

/// Reads what the system tells of a process, where it tells it in files.
package enum ProcessFigures {
  /// Tells whether it does.
  package static var exist: Bool {
    do {
      return try RealFileSystem().exists("/proc/self/stat")
    } catch {
      return false
    }
  }

  /// Gives the processor time a process has used, its threads together, in ticks of the system.
  package static func processorTicks(of pid: Int32) throws -> Int {
    let fields = try fields(of: pid)
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
      throw Program.Failure.unexpected("no times of \(pid)")
    }
    return user + system
  }

  /// Gives when a process started, in ticks since the machine did.
  package static func startTicks(of pid: Int32) throws -> UInt64 {
    let fields = try fields(of: pid)
    guard fields.count > 19, let ticks = UInt64(fields[19]) else {
      throw Program.Failure.unexpected("no start of \(pid)")
    }
    return ticks
  }

  /// Tells whether a process was stopped, as by Ctrl-Z.
  package static func isStopped(_ pid: Int32) throws -> Bool { try fields(of: pid).first == "T" }

  /// Gives what the system tells of a process, from its state on.
  private static func fields(of pid: Int32) throws -> [Substring] {
    // The name in front may hold anything, so what counts is behind its last bracket.
    try read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
  }

  /// Gives the most memory a process has had at once, in bytes.
  package static func peakMemory(of pid: Int32) throws -> Int { try memory("VmHWM:", of: pid) }

  /// Has the most memory of this process counted from now on; gives what it has now.
  package static func beginPeak() throws -> Int {
    try Descriptor.open("/proc/self/clear_refs", [.write]).write(Array("5".utf8))
    return try memory(of: ProcessTable.currentPID)
  }

  /// Gives the memory a process has now, in bytes.
  package static func memory(of pid: Int32) throws -> Int { try memory("VmRSS:", of: pid) }

  private static func memory(_ field: String, of pid: Int32) throws -> Int {
    let line = try read("/proc/\(pid)/status").split(separator: "\n")
      .first { $0.hasPrefix(field) }
    guard let kibibytes = line?.split(separator: " ").compactMap({ Int($0) }).first else {
      throw Program.Failure.unexpected("no memory of \(pid)")
    }
    return kibibytes << 10
  }

  private static func read(_ path: String) throws -> String {
    String(decoding: try Descriptor.open(path).readToEnd(limit: 1 << 16), as: UTF8.self)
  }
}
