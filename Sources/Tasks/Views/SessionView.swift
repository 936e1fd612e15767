import JSON

/// Shows an attempt's conversation: what it is called, and whether it can be gone on with.
package struct SessionView: Sendable, Hashable {
  package var agentSessionId: String
  package var kind: AttemptSession.Kind
  package var stored: Bool
  package var resumable: Bool
}

extension SessionView {
  package init(_ session: AttemptSession) {
    self.init(
      agentSessionId: session.agentSessionId.cleanedWord, kind: session.kind,
      stored: session.stored, resumable: session.isResumable)
  }
}

extension SessionView: JSONCodable {
  package static let json = Codec.object(
    Self.init(agentSessionId:kind:stored:resumable:),
    required("agentSessionId", \.agentSessionId, .string, "The agent's id of it."),
    required("kind", \.kind, AttemptSession.Kind.json, "How it began."),
    required("stored", \.stored, .bool, "Kept in the store."),
    required("resumable", \.resumable, .bool, "Can be gone on with."))
}
