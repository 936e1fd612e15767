/// Finds the right word a wrong one was meant to be.
@usableFromInline
package enum Nearest {
  /// Gives the candidate with the fewest edits, if those are few for the word's length.
  package static func match(for word: String, among candidates: [String]) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let wrong = Array(word.lowercased().utf8)
    // Of a short word so much may be wrong that any other would do.
    let allowed = max(1, wrong.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate.utf8.count <= 64 {
      let distance = distance(wrong, Array(candidate.lowercased().utf8))
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Ends a sentence about a wrong word: `; nearest is "food"`, or nothing.
  @usableFromInline package static func hint(for word: String, among candidates: [String]) -> String
  {
    match(for: word, among: candidates).map { "; nearest is \"\($0)\"" } ?? ""
  }

  /// Counts insertions, deletions, replacements and neighbours that changed places; a word cut
  /// short counts as one.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.count >= 3, right.count > left.count, right.starts(with: left) { return 1 }
    var before: [Int] = []
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var next = [i + 1]
      for (j, b) in right.enumerated() {
        var least = min(row[j] + (a == b ? 0 : 1), row[j + 1] + 1, next[j] + 1)
        if i > 0, j > 0, a == right[j - 1], b == left[i - 1] {
          least = min(least, before[j - 1] + 1)
        }
        next.append(least)
      }
      (before, row) = (row, next)
    }
    return row[right.count]
  }
}
