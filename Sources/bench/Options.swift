import Posix

/// Reads the command line: `bench [--quick] [--large] [--json] [--only json|wire|store|tasks|console] [--errand PATH]`.
struct Options {
  enum Part: String, CaseIterable {
    case json, wire, store, tasks, console
  }

  var isQuick = false
  var isLarge = false
  var asJSON = false
  var only: Part?
  /// The program to measure, for instance a fully static one; else the one beside this.
  var errand: String?

  /// Says what on the command line is not understood.
  struct Misuse: Error, CustomStringConvertible {
    var description: String
  }

  init(_ arguments: [String]) throws(Misuse) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--quick": isQuick = true
      case "--large": isLarge = true
      case "--json": asJSON = true
      case "--errand":
        guard let path = rest.popFirst() else { throw Misuse(description: "--errand wants a path") }
        errand = path
      case "--only":
        guard let part = rest.popFirst().flatMap(Part.init(rawValue:)) else {
          throw Misuse(description: "--only wants json, wire, store, tasks or console")
        }
        only = part
      default:
        throw Misuse(
          description:
            "\(argument) is not known; there are --quick, --large, --json, --only, --errand")
      }
    }
  }

  /// Gives the command line that measures one part alike.
  func arguments(only part: Part) -> [String] {
    (isQuick ? ["--quick"] : []) + (asJSON ? ["--json"] : []) + ["--only", part.rawValue]
      + (errand.map { ["--errand", $0] } ?? [])
  }
}
