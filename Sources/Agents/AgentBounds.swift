/// Bounds what one agent may make us hold or keep.
package enum AgentBounds {
  /// A longer line is not parsed; its beginning is kept as text.
  package static let parsedLine = 16 << 20
  /// One message never keeps more text than this.
  package static let storedText = 1 << 20
  /// Plain lines are gathered into one block up to this size.
  package static let block = 16 << 10
  /// A tool's arguments or result beyond this are kept as cut text.
  package static let storedValue = 64 << 10
  /// Longest summary made of what a program wrote last, in characters.
  package static let summary = 2_000
  /// Longest summary an agent hands in itself, with the mark of a cut; the types ask for no more.
  package static let claim = 20_000
}
