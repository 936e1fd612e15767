import HTTP

/// Keeps everybody out but pages of ours in a browser that has signed in.
///
/// Cookies are shared by all ports of a host, and any page can send requests here; so nothing is
/// taken on one sign alone.
struct Guard: Sendable {
  /// Says why a request is not let in.
  enum Reason: String, Sendable, CaseIterable {
    case foreignHost, foreignOrigin, foreignSite, wrongMethod, notJSON, notSignedIn
  }

  static let tokenField = "X-Errand-Token"

  let port: Int
  /// Tells whether a cookie and a token are of one session that is not over.
  let admits: @Sendable (_ cookie: String, _ token: String) -> Bool

  /// Is named after the port, as consoles of several stores share the host's cookies.
  var cookieName: String { "errand_\(port)" }

  private var hosts: [String] { ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"] }

  /// Gives the reason not to let a request in; nil lets it in.
  func reason(against head: RequestHead, to route: Route) -> Reason? {
    guard let host = head.fields["Host"], hosts.contains(host) else { return .foreignHost }
    guard head.method.isReading == route.isReading else { return .wrongMethod }
    switch head.fields.single("Origin") {
    case .absent where route.isReading: break
    case .one("http://\(host)"): break
    case .absent, .one, .several: return .foreignOrigin
    }
    guard isOfOurSite(head.fields, route) else { return .foreignSite }
    if !route.isReading, !Self.isJSON(head.fields["Content-Type"]) { return .notJSON }
    if route.needsSession, !isSignedIn(head.fields) { return .notSignedIn }
    return nil
  }

  /// Judges what the browser says about who sends the request; one that says nothing is old.
  private func isOfOurSite(_ fields: HeaderFields, _ route: Route) -> Bool {
    let site: String
    switch fields.single("Sec-Fetch-Site") {
    case .absent: return true
    case .several: return false
    case .one(let said): site = said
    }
    if site == "same-origin" { return true }
    switch route {
    case .page:
      // A link in a chat may stand on any site, but only to be followed, never to be built in.
      return site == "none"
        || (fields["Sec-Fetch-Mode"] == "navigate" && fields["Sec-Fetch-Dest"] == "document")
    case .asset: return site == "none"
    case .signIn, .signOut, .session, .spending, .folders, .bin, .call, .events, .artifact:
      return false
    }
  }

  private static func isJSON(_ type: String?) -> Bool {
    let known = ["application/json", "application/json;charset=utf-8"]
    return known.contains((type ?? "").lowercased().filter { $0 != " " })
  }

  private func isSignedIn(_ fields: HeaderFields) -> Bool {
    guard let token = fields[Self.tokenField] else { return false }
    // Pages of other ports may have set cookies of this name beside ours.
    return fields.cookies(cookieName).prefix(4).contains { admits($0, token) }
  }
}
