import CPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Follows a chain of processes that fork and end at once, by their numbers: the next is behind one
/// a few above, before any table could be read. Where processes bear no brand it finds nobody.
struct ForkChase {
  let brand: UInt64

  /// How far above the last one seen the next is looked for, as others start meanwhile.
  private static let reach: Int32 = 128
  /// How long nobody may be met before the trace counts as lost.
  private static let patience = Duration.milliseconds(2)

  /// Kills on sight from these numbers on until the trace is lost; tells whether it met anybody.
  @discardableResult
  func follow(from pids: some Sequence<Int32>, until deadline: MonotonicTime) -> Bool {
    guard var last = pids.max() else { return false }
    var hasMet = false
    var end = min(deadline, .after(Self.patience))
    while .now < end {
      for pid in last...last.addingReportingOverflow(Self.reach).partialValue where kill(pid) {
        hasMet = true
        last = pid
        end = min(deadline, .after(Self.patience))
      }
    }
    return hasMet
  }

  /// Kills who has the number if it bears the brand; the descriptor names it for good.
  private func kill(_ pid: Int32) -> Bool {
    guard pid > 0, pid != getpid(), cposix_process_bears(pid, brand) == 1 else { return false }
    let raw = cposix_exit_descriptor(pid)
    guard raw >= 0 else { return false }
    let process = Descriptor(owning: raw)
    // The number may have passed to somebody else before it was opened.
    guard cposix_process_bears(pid, brand) == 1 else { return false }
    return cposix_signal_exit_descriptor(process.rawValue, pid, SIGKILL) == 0
  }
}
