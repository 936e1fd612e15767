import CPosix

/// Runs a closure on a thread of its own; dropping the value lets the thread go on unwatched.
package struct Thread: ~Copyable, Sendable {
  private let handle: UInt

  deinit { _ = cposix_thread_detach(handle) }

  /// Tells threads that live at the same time apart.
  package static var current: UInt { cposix_thread_current() }

  /// Starts a thread; the name is cut to 15 bytes, which is what the system keeps.
  @discardableResult
  package static func start(
    name: String, stackSize: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) -> Thread {
    let work = Work(body)
    let context = unsafe Unmanaged.passRetained(work).toOpaque()
    var handle: UInt = 0
    let result = unsafe cposix_thread_start(
      { unsafe Unmanaged<Work>.fromOpaque($0!).takeRetainedValue().body() },
      context, stackSize, name, &handle)
    if result < 0 {
      unsafe Unmanaged<Work>.fromOpaque(context).release()
      throw SystemError("pthread_create", -result, name)
    }
    return Thread(handle: handle)
  }

  /// Waits until the closure has returned.
  package consuming func join() {
    _ = cposix_thread_join(handle)
    discard self
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
