/// Follows terminal escape sequences (ECMA-48) through a text and lets only the rest pass.
struct EscapeFilter {
  /// Says what the scalars read last have begun.
  private enum State {
    case text
    case carriageReturn
    case escape
    /// Control sequence: parameters and intermediates, then one final byte.
    case control
    /// Operating-system, device or other command string, up to its terminator.
    case command
    case commandEscape
  }

  private var state = State.text

  /// Returns what to keep for this scalar, which is another one for line ends.
  mutating func pass(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch state {
    case .text: return begin(scalar)
    case .carriageReturn:
      state = .text
      return scalar == "\n" ? nil : begin(scalar)
    case .escape: return introduce(scalar)
    case .control: return control(scalar)
    case .command: return command(scalar)
    case .commandEscape:
      state = .text
      // ESC \ is the terminator; anything else begins a sequence of its own.
      return scalar == "\\" ? nil : introduce(scalar)
    }
  }

  private mutating func begin(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x0A, 0x09: return scalar
    case 0x0D:
      state = .carriageReturn
      return "\n"
    case 0x1B: state = .escape
    case 0x9B: state = .control
    case 0x90, 0x98, 0x9D, 0x9E, 0x9F: state = .command
    case 0x85, 0x2028, 0x2029: return "\n"
    default: return Self.isHidden(scalar) ? nil : scalar
    }
    return nil
  }

  private mutating func introduce(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x5B: state = .control
    case 0x50, 0x58, 0x5D, 0x5E, 0x5F: state = .command
    case 0x20...0x2F: state = .escape
    case 0x30...0x7E: state = .text
    case 0x1B: state = .escape
    default:
      state = .text
      return begin(scalar)
    }
    return nil
  }

  private mutating func control(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x20...0x3F: return nil
    case 0x40...0x7E:
      state = .text
      return nil
    default:
      // Broken off: what follows is text again, so that nothing can hide behind it.
      state = .text
      return begin(scalar)
    }
  }

  private mutating func command(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x07, 0x9C: state = .text
    case 0x1B: state = .commandEscape
    case 0x0A, 0x0D:
      // A string without its terminator swallows a line at most.
      state = .text
      return begin(scalar)
    default: return nil
    }
    return nil
  }

  /// Tells what no reader sees but a terminal, a bidi algorithm or a model acts on.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: true  // C0, DEL, C1
    case 0x00AD, 0x200B, 0x2060...0x2064, 0xFEFF: true  // invisible
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x206F: true  // directions
    case 0xFFF9...0xFFFB: true  // interlinear annotation
    case 0xE0000...0xE007F: true  // tags
    default: false
    }
  }
}
