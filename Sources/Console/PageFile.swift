import HTTP

/// Is one file of the pages, made a part of the program by the build.
struct PageFile: Sendable {
  let name: String
  let text: StaticString

  static func named(_ name: String) -> PageFile? {
    PageFiles.all[name].map { PageFile(name: name, text: $0) }
  }

  var response: HTTPResponse { response(.ok) }

  func response(_ status: HTTPStatus) -> HTTPResponse {
    HTTPResponse(
      status, fields: HeaderFields.page.of(type: type), body: .bytes(Array("\(text)".utf8)))
  }

  private var type: String {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}
