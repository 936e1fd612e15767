extension TaskEvent {
  /// Names the event as the journal writes it, and as a refusal quotes it.
  package var name: String {
    switch self {
    case .created: "created"
    case .held: "held"
    case .released: "released"
    case .claimed: "claimed"
    case .started: "started"
    case .inputRequested: "input_requested"
    case .inputAnswered: "input_answered"
    case .inputWithdrawn: "input_withdrawn"
    case .messageSent: "message_sent"
    case .messageWithdrawn: "message_withdrawn"
    case .messageDelivered: "message_delivered"
    case .budgetWarned: "budget_warned"
    case .usageCounted: "usage_counted"
    case .reported: "reported"
    case .outputSubmitted: "output_submitted"
    case .cancelRequested: "cancel_requested"
    case .cancelled: "cancelled"
    case .failed: "failed"
    case .expired: "expired"
    case .renewed: "renewed"
    case .abandoned: "abandoned"
    case .artifactBound: "artifact_bound"
    case .settled: "settled"
    case .reviewed: "reviewed"
    case .retried: "retried"
    case .updated: "updated"
    case .commented: "commented"
    case .deleted: "deleted"
    case .restored: "restored"
    }
  }
}
