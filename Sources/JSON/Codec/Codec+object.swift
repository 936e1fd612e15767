/// Says what becomes of a key that no field declares.
@usableFromInline
package enum UnknownKeys: Sendable {
  /// Passed over, for records that a newer version may have written.
  case ignored
  /// A fault that names the nearest right key, for what people and models type.
  case refused
}

extension Codec {
  /// Declares an object: how to make it, and its members in the order they are written.
  ///
  /// Code is made for each object anew only where it needs the members' types.
  @inlinable package static func object<each Member: Sendable>(
    _ make: @escaping @Sendable (repeat each Member) -> Value,
    unknownKeys: UnknownKeys = .ignored,
    _ field: repeat Field<Value, each Member>
  ) -> Codec {
    let fields = (repeat each field)
    var entries: [FieldTable.Entry] = []
    for field in repeat each field { entries.append((field.head, field.examine)) }
    let table = FieldTable(entries, unknownKeys)
    let read: @Sendable (JSONObject, String?, inout Faults) -> Value? = { object, tag, faults in
      var reader = MemberReader(object)
      do throws(Refusal) {
        let value = make(repeat try reader.take((each fields).head, (each fields).read))
        if table.admits(object, tag: tag, taken: reader.taken) { return value }
      } catch {
        // The table names it.
      }
      table.examine(object, tag: tag, &faults)
      return nil
    }
    let write: @Sendable (Value, inout JSONWriter) -> Void = { value, writer in
      for field in repeat each fields { field.write(value, &writer) }
    }
    return Codec(
      schema: LazySchema { table.makeSchema() },
      members: MemberShape(names: table.names, read: read, write: write),
      read: { value, faults in
        guard case .object(let object) = value else {
          return faults.expected("an object", value)
        }
        return read(object, nil, &faults)
      },
      write: { value, writer in
        writer.beginObject()
        write(value, &writer)
        writer.endObject()
      })
  }

  /// Declares an object of one member, for a value that needs a name.
  @inlinable package static func sole(
    _ name: String, _ codec: Codec, _ doc: String = ""
  ) -> Codec {
    object({ $0 }, required(name, { $0 }, codec, doc))
  }
}
