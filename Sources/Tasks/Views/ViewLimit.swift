/// Bounds the text of views, in characters, since agents and clients wrote it.
package enum ViewLimit {
  package static let title = 200
  package static let path = 4_096
  package static let tag = 64
  package static let tags = 50
  package static let sentence = 600
  package static let question = 1_000
  package static let option = 200
  package static let options = 20
  package static let survivors = 20
  package static let findings = 50
  package static let comments = 10
  /// Bytes of an input or output that stand in a view as they are.
  package static let payload = 2_000
}
