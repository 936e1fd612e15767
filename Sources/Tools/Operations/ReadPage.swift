import JSON
import TaskStore
import Tasks

/// Is one page of the log and the attempt it belongs to.
struct ReadPage {
  var attempt: Attempt
  var page: MessagePage

  var items: [Message] { page.items }

  /// Shows as many messages as fit; those that do not are the next page. Of one that is too long
  /// for any page a piece is shown, and where it goes on.
  func output(_ task: TaskRecord, _ input: TasksMessagesList.Input) -> TasksMessagesList.Output {
    var filler = PageFiller(Message.json, bytes: input.maxBytes)
    // The last ones are what a tail is for: it is filled from its end.
    let isTail = input.tail != nil
    let order = isTail ? Array(page.items.reversed()) : page.items
    let (taken, rest) = Self.fill(&filler, order, from: input.offset)
    // One that cannot be shown at all is passed over, or nobody would ever get behind it.
    let told = order.isEmpty ? 0 : max(1, taken)
    let isCut = told < page.items.count
    let items = isTail ? Array(filler.items.reversed()) : filler.items
    let reached = page.nextAfterSeq ?? input.afterSeq ?? -1
    let next = isCut && !isTail ? order[told - 1].seq : reached
    // What a tail leaves out lies before it.
    let hasMore = !isTail && (isCut || page.hasMore)
    let leavesEarlier = input.tail.map { isCut || page.hasMore && page.items.count < $0 } ?? false
    return TasksMessagesList.Output(
      items: items, attemptN: attempt.attemptN, attemptStatus: attempt.status,
      taskStatus: task.status, nextAfterSeq: next, hasMore: hasMore,
      truncated: isCut || filler.hasCuts || rest != nil, rest: rest,
      hint: TasksMessagesList.hint(
        rest: rest, isOne: input.seq != nil, hasMore: hasMore, leavesEarlier: leavesEarlier,
        hasEnded: attempt.status.isTerminal))
  }

  /// Takes messages while they fit whole, of the first in any case a piece.
  private static func fill(
    _ filler: inout PageFiller<Message>, _ messages: [Message], from offset: Int
  ) -> (taken: Int, rest: MessageRest?) {
    for (index, message) in messages.enumerated() {
      let message = message.cleaned
      if offset == 0, filler.addWhole(message) { continue }
      guard index == 0 else { return (index, nil) }
      if let piece = MessagePiece(message, from: offset, bytes: filler.left - 1),
        filler.addWhole(piece.message)
      {
        return (1, piece.rest)
      }
      return (filler.add(message) ? 1 : 0, nil)
    }
    return (messages.count, nil)
  }
}

extension Message {
  /// Gives the message as it may be shown, in its full length.
  fileprivate var cleaned: Message {
    Message(seq: seq, timestamp: timestamp, body: body.cleaned(limit: .max))
  }
}
