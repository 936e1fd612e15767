import HTTP
import Posix

/// Tells back what was asked, so that tests see what a server understood.
final class Echo: HTTPService {
  /// Says where a request that asked for `/held` is.
  enum Gate { case untouched, waiting, open }

  let gate = Monitor(Gate.untouched)
  /// Holds what is written to those who listen to `/events`.
  let content: [UInt8] = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

  func refusal(of head: RequestHead) -> HTTPResponse? {
    head.target.path.first == "refused" ? HTTPResponse(.forbidden) : nil
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    let target = request.head.target
    switch target.path.first {
    case "content":
      let content = content
      return HTTPResponse(
        fields: ["ETag": "\"one\""],
        body: .content(size: content.count) { Array(content[$0]) })
    case "large":
      return HTTPResponse(
        body: .content(size: 1 << 30) { [UInt8](repeating: 7, count: $0.count) })
    case "broken":
      return HTTPResponse(
        body: .content(size: 1000) { _ in throw SystemError.inputOutput("read", "broken") })
    case "held":
      gate.update { if $0 == .untouched { $0 = .waiting } }
      gate.wait(until: .after(.seconds(20)), while: { $0 != .open })
      return HTTPResponse(body: .bytes(Array("released".utf8)))
    case "split":
      return HTTPResponse(fields: ["X-Said": target.query["text"] ?? "a\r\nSet-Cookie: b"])
    case "events":
      let start = request.head.fields["Last-Event-ID"].flatMap { Int($0) } ?? 0
      return HTTPResponse(
        fields: ["Content-Type": "text/event-stream"],
        body: .events { sink throws(EventSink.Ended) in
          for number in start + 1...start + 3 {
            try sink.send("count", id: "\(number)", Array("line\n\(number)".utf8))
          }
          while try !sink.wait(for: []) {}
        })
    default:
      let fields = request.head.fields.all.map { "\($0.name)=\($0.value)" }
      let query = target.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let said = [
        request.head.method.rawValue, target.path.joined(separator: "/"),
        query.joined(separator: "&"), fields.joined(separator: ";"),
        String(decoding: request.body, as: UTF8.self),
      ]
      return HTTPResponse(body: .bytes(Array(said.joined(separator: "|").utf8)))
    }
  }
}
