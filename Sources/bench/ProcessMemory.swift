import Posix

/// Reads what the kernel says a process uses, in MiB; Linux only, absent elsewhere.
enum ProcessMemory {
  /// The most it ever held.
  static func peak(of pid: Int32) throws -> Double {
    try mebibytes("VmHWM:", in: "/proc/\(pid)/status")
  }

  /// Its share now: shared pages divided among those who map them.
  static func proportional(of pid: Int32) throws -> Double {
    try mebibytes("Pss:", in: "/proc/\(pid)/smaps_rollup")
  }

  private static func mebibytes(_ field: String, in path: String) throws -> Double {
    let text = String(decoding: try Descriptor.open(path).readToEnd(limit: 1 << 20), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix(field) {
      let digits = line.filter(\.isNumber)
      return (Double(digits) ?? .nan) / 1024
    }
    return .nan
  }
}
