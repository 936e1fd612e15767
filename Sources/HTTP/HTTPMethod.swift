/// Names what a client wants done with a resource; nothing else is understood.
package enum HTTPMethod: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"

  /// Tells whether it may only look.
  package var isReading: Bool { self != .post }
}
