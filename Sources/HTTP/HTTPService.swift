/// Says what is answered here.
package protocol HTTPService: Sendable {
  /// Judges a request by its head alone, before its body is read; nil lets it in.
  func refusal(of head: RequestHead) -> HTTPResponse?
  /// Answers a request that was let in; it may wait, on the connection's own thread.
  func answer(_ request: HTTPRequest) -> HTTPResponse
}
