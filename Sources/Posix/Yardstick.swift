import CPosix

/// Is what benchmarks compare with: the same work done by a minimal server in C.
package enum Yardstick {
  /// Answers each line by `before`, its raw "id" value and `after`, until the input ends.
  package static func answerLines(
    from input: Int32, to output: Int32, before: String, after: String
  ) throws(SystemError) {
    try checked("answer", "", unsafe cposix_answer_lines(input, output, before, after))
  }
}
