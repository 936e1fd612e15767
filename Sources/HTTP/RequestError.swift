/// Says why bytes are no request that is answered here; after it the connection ends.
package enum RequestError: Error, Sendable, Hashable, CustomStringConvertible {
  case malformed(String)
  case lineTooLong, fieldsTooLarge, bodyTooLarge
  /// A body must say its length before it comes; chunks are not taken.
  case lengthRequired
  case methodNotAllowed, versionNotSupported, expectationFailed
  case tooSlow

  package var status: HTTPStatus {
    switch self {
    case .malformed: .badRequest
    case .lineTooLong: .targetTooLong
    case .fieldsTooLarge: .fieldsTooLarge
    case .bodyTooLarge: .contentTooLarge
    case .lengthRequired: .lengthRequired
    case .methodNotAllowed: .methodNotAllowed
    case .versionNotSupported: .versionNotSupported
    case .expectationFailed: .expectationFailed
    case .tooSlow: .requestTimeout
    }
  }

  package var description: String {
    switch self {
    case .malformed(let what): "The request is malformed: \(what)."
    case .lineTooLong: "The request line is too long."
    case .fieldsTooLarge: "The header fields are too large."
    case .bodyTooLarge: "The body is too large."
    case .lengthRequired: "A body needs a Content-Length; chunks are not taken."
    case .methodNotAllowed: "Only GET, HEAD and POST are understood."
    case .versionNotSupported: "Only HTTP/1.0 and HTTP/1.1 are understood."
    case .expectationFailed: "Only 100-continue may be expected."
    case .tooSlow: "The request did not come in time."
    }
  }
}
