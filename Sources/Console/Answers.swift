import HTTP
import JSON
import MCP
import Tools

extension HTTPResponse {
  static func json(_ bytes: [UInt8], _ status: HTTPStatus = .ok) -> HTTPResponse {
    HTTPResponse(
      status, fields: HeaderFields.data.of(type: "application/json"), body: .bytes(bytes))
  }

  /// Tells what went wrong in the parts a page shows.
  static func failure(_ failure: ToolFailure, _ status: HTTPStatus? = nil) -> HTTPResponse {
    let faults = failure.faults.map { fault -> JSONValue in
      ["pointer": .string("\(fault.pointer)"), "message": .string(fault.message)]
    }
    var said: JSONObject = [
      "code": .string(failure.code), "summary": .string(failure.summary), "faults": .array(faults),
    ]
    said["nextStep"] = failure.nextStep.map { .string($0) }
    return .json(JSONValue.object(said).bytes, status ?? failure.status)
  }

  static func refusal(_ reason: Guard.Reason) -> HTTPResponse {
    var response = failure(
      ToolFailure(code: reason.code, summary: reason.summary, nextStep: reason.nextStep),
      reason.status)
    if reason == .wrongMethod { response.fields.add("Allow", "GET, HEAD, POST") }
    return response
  }

  static let unknown = failure(
    ToolFailure(code: "not_found", summary: "There is nothing at this address."), .notFound)
}

extension Guard.Reason {
  var status: HTTPStatus {
    switch self {
    case .foreignHost, .foreignOrigin, .foreignSite: .forbidden
    case .wrongMethod: .methodNotAllowed
    case .notJSON: .unsupportedMediaType
    case .notSignedIn: .unauthorized
    }
  }

  var code: String {
    switch self {
    case .foreignHost: "foreign_host"
    case .foreignOrigin: "foreign_origin"
    case .foreignSite: "foreign_site"
    case .wrongMethod: "wrong_method"
    case .notJSON: "not_json"
    case .notSignedIn: "not_signed_in"
    }
  }

  var summary: String {
    switch self {
    case .foreignHost: "The console answers only to its own address on this machine."
    case .foreignOrigin, .foreignSite: "The console answers only to its own pages."
    case .wrongMethod: "What is looked at is got, and what is done is posted."
    case .notJSON: "What is posted must be application/json."
    case .notSignedIn: "This browser is not signed in, or no longer."
    }
  }

  var nextStep: String { "Open a fresh link: `errand console`, or ask for one in the chat." }
}

extension ToolFailure {
  var status: HTTPStatus {
    switch kind {
    case .notFound, .sourceNotFound: .notFound
    case .conflict, .nameTaken, .idempotencyConflict, .runDecided: .conflict
    case .storeNotWritable: .insufficientStorage
    case .limit, .busy, .storeRemoved, .storeStopped: .unavailable
    case .storeDamaged, .taskDamaged, .storeNewer, .storeUnavailable, .internal: .internalError
    case .badCursor, nil: .unprocessableContent
    }
  }
}
