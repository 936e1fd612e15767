import HTTP

extension HeaderFields {
  /// Keeps a page to itself: nothing from elsewhere, nothing written into it, in nobody's frame.
  static let page = HeaderFields([
    "Content-Security-Policy": """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; frame-src blob:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'
    """,
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
  ]).beside(always)

  /// Lets content do nothing at all, wherever it is opened.
  static let content = HeaderFields([
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "attachment",
  ]).beside(always)

  static let data = HeaderFields([
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"
  ]).beside(always)

  private static let always: HeaderFields = [
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
  ]

  private func beside(_ other: HeaderFields) -> HeaderFields {
    var both = self
    for field in other.all { both.add(field.name, field.value) }
    return both
  }

  /// Adds the type of what is sent.
  func of(type: String) -> HeaderFields {
    var typed = self
    typed.add("Content-Type", type)
    return typed
  }
}
