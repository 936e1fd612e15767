import JSON

extension Timestamp {
  /// Reads a moment: RFC 3339, or a date and a time by the clocks of a zone, `2026-12-01T09:00`.
  ///
  /// Of a time that the clocks show twice it is the first; of one they skip, the moment they do.
  package init?(_ text: String, in zone: ZoneRules) {
    if let whole = Timestamp(rfc3339: text) {
      self = whole
      return
    }
    let seconds = text.split(separator: ":").count == 3 ? "" : ":00"
    guard let local = Timestamp(rfc3339: text.replacing(" ", with: "T") + seconds + "Z") else {
      return nil
    }
    let second = local.milliseconds.floorDivided(by: 1000)
    self.init(milliseconds: zone.firstMoment(showing: second) * 1000)
  }

  /// Writes what the clocks of a zone show: "2026-12-01T09:00:00+01:00".
  package func text(in zone: ZoneRules) -> String {
    let offset = zone.offset(at: milliseconds.floorDivided(by: 1000))
    let local = adding(milliseconds: offset * 1000).description.prefix(19)
    let minutes = abs(offset) / 60
    return "\(local)\(offset < 0 ? "-" : "+")\(Self.two(minutes / 60)):\(Self.two(minutes % 60))"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
