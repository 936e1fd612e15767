/// Checks values against a JSON Schema (draft 2020-12), compiled once.
///
/// A keyword, format or pattern it cannot check is refused when the schema is loaded. References
/// stay inside the document: pointers, anchors, and the root's own `$id`. A value is followed as
/// deep as 96 schemas within schemas; what goes deeper is refused.
package struct Schema: Sendable {
  package let document: JSONValue
  private let nodes: [SchemaNode]
  /// Tells that some schema asks what others left unevaluated, which costs bookkeeping.
  private let marksEvaluated: Bool

  package init(_ document: JSONValue) throws(SchemaError) {
    self.document = document
    nodes = try SchemaCompiler.compile(document)
    marksEvaluated = nodes.contains { $0.checks.contains(where: \.looksAtUnevaluated) }
  }

  /// Gives what is wrong with the value, in a bounded number of faults; empty when it is valid.
  package func validate(_ value: JSONValue) -> [Fault] {
    var validation = SchemaValidation(nodes, marksEvaluated: marksEvaluated)
    var faults = Faults()
    _ = validation.check(0, value, &faults)
    if validation.isExhausted { faults.add("too deep or too costly to check with this schema") }
    return faults.all
  }
}
