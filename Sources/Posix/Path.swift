/// Takes paths apart as text and puts them together.
package enum Path {
  /// Joins two parts by one slash; an absolute second part stands alone.
  package static func join(_ directory: String, _ name: String) -> String {
    if name.utf8.first == slash || directory.isEmpty { return name }
    return directory.utf8.last == slash ? directory + name : directory + "/" + name
  }

  /// Gives the directory a path lies in: "/a" for "/a/b", "." for "b", "/" for "/".
  package static func parent(_ path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let last = trimmed.utf8.lastIndex(of: slash) else { return "." }
    let parent = withoutTrailingSlashes(trimmed[..<last])
    return parent.isEmpty ? "/" : String(parent)
  }

  /// Gives the last part of a path.
  package static func name(_ path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let last = trimmed.utf8.lastIndex(of: slash) else { return String(trimmed) }
    return trimmed == "/" ? "/" : String(trimmed[trimmed.utf8.index(after: last)...])
  }

  /// Tells whether a path is another or lies under it; both absolute and resolved.
  package static func isInside(_ path: String, _ root: String) -> Bool {
    if path == root || root == "/" { return true }
    return path.utf8.starts(with: (root + "/").utf8)
  }

  private static let slash = UInt8(ascii: "/")

  private static func withoutTrailingSlashes(_ path: some StringProtocol) -> Substring {
    var rest = Substring(path)
    while rest.utf8.count > 1, rest.utf8.last == slash { rest.removeLast() }
    return rest
  }
}
