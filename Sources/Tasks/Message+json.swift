import JSON

extension Message: JSONCodable {
  /// The form of a line: `{"seq":3,"timestamp":"…","kind":"text","payload":{"text":"…"}}`.
  package static let json = Codec<Message>(
    schema: [
      "type": "object",
      "properties": [
        "seq": seq.schema, "timestamp": time.schema,
        "kind": MessageKind.json.schema, "payload": ["type": "object"],
      ],
      "required": ["seq", "timestamp", "kind", "payload"],
    ],
    read: { value, faults in
      guard case .object(let line) = value else {
        faults.add("expected an object")
        return nil
      }
      let number = line.read("seq", seq, &faults)
      let timestamp = line.read("timestamp", time, &faults)
      let kind = line.read("kind", MessageKind.json, &faults)
      guard let number, let timestamp, let kind,
        let body = line.read("payload", MessageBody.payload(of: kind), &faults)
      else { return nil }
      return Message(seq: number, timestamp: timestamp, body: body)
    },
    write: { message, writer in
      writer.beginObject()
      writer.key("seq")
      writer.integer(message.seq)
      writer.key("timestamp")
      time.write(message.timestamp, to: &writer)
      writer.key("kind")
      writer.string(message.body.kind.rawValue)
      writer.key("payload")
      message.body.writePayload(to: &writer)
      writer.endObject()
    })

  private static let seq = Codec<Int>.int(0 ... .max)
  private static let time = Codec<Timestamp>.timestamp
}

extension JSONObject {
  /// Reads a member that must be there.
  fileprivate func read<Value>(
    _ key: String, _ codec: Codec<Value>, _ faults: inout Faults
  ) -> Value? {
    faults.at(key) { faults in
      guard let value = self[key] else {
        faults.add("required")
        return nil
      }
      return codec.read(value, &faults)
    }
  }
}
