import HTTP

@testable import Console

enum HeaderFieldsOfPages {
  static var policy: String? { HeaderFields.page["Content-Security-Policy"] }
}
