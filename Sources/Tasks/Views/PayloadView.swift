import JSON

/// Shows a JSON payload where it is small, and only its size where it is not.
struct PayloadView {
  let value: JSONValue?
  let sizeBytes: Int?
  /// Tells that there is a value but it is too large to stand here.
  let isCut: Bool

  init(_ payload: JSONValue?, limit: Int) {
    let cleaned = payload.map { CleanText.clean($0, limit: max(0, limit)) }
    sizeBytes = payload.map { $0.bytes.count }
    isCut = (sizeBytes ?? 0) > limit
    value = isCut ? nil : cleaned
  }
}
