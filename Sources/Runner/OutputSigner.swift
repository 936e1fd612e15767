import JSON
import Posix
import TaskStore
import Tasks

/// Says why something was not signed, or a signature not looked at.
package struct SigningError: Error, Sendable, CustomStringConvertible {
  package var description: String
}

/// Signs what attempts hand in, and judges such signatures, by `ssh-keygen -Y`.
package struct OutputSigner: Sendable {
  /// Keeps a signature for one use from counting for another.
  static let namespace = "errand-output"

  private let key: String?
  private let allowedSigners: String?
  private let environment: [String: String]

  /// Is nil where no key is set.
  package init?(_ setting: Configuration.Signing, _ environment: [String: String]) {
    if setting.key == nil { return nil }
    self.init(judging: setting, signers: nil, environment)
  }

  /// Judges by the signers of a file, by those of the configuration, or by the key there.
  package init(
    judging setting: Configuration.Signing, signers: String?, _ environment: [String: String]
  ) {
    func place(_ path: String) -> String {
      path.hasPrefix("~/")
        ? Path.join(environment["HOME"] ?? "/", String(path.dropFirst(2))) : path
    }
    key = setting.key.map(place)
    allowedSigners = (signers ?? setting.allowedSigners).map(place)
    // What ssh-keygen needs, and nothing by which it could ask somebody for a passphrase.
    self.environment = environment.filter { ["PATH", "HOME", "TMPDIR", "LANG"].contains($0.key) }
  }

  /// Gives the signature over the text of a content id.
  func sign(_ output: ContentID) throws(SigningError) -> String {
    let made = try run(["-Y", "sign", "-n", Self.namespace, "-f", key ?? ""], over: output)
    guard made.status.isSuccess, made.output.hasPrefix("-----BEGIN SSH SIGNATURE-----") else {
      throw SigningError(description: Self.words(of: made))
    }
    return made.output
  }

  /// Says what a signature is worth.
  package enum Verdict: Sendable, Hashable {
    /// Somebody on the list has signed it; names who, and the key.
    case good(signer: String, says: String)
    /// It is whole, but nobody on the list vouches for its key.
    case unknownSigner(says: String)
    case bad(String)
  }

  /// Judges a signature over the text of a content id.
  package func judge(
    _ signature: String, over output: ContentID
  ) throws(SigningError) -> Verdict {
    let given = ["signature": signature]
    let whole = try run(
      ["-Y", "check-novalidate", "-n", Self.namespace, "-s", "@signature"], given, over: output)
    guard whole.status.isSuccess else { return .bad(Self.words(of: whole)) }
    let says = CleanText.line(whole.output, limit: 300)
    guard let list = try signers() else { return .unknownSigner(says: says) }
    let named = given.merging(["signers": list]) { $1 }
    let found = try run(
      ["-Y", "find-principals", "-f", "@signers", "-s", "@signature"], named, over: output)
    guard found.status.isSuccess, let signer = found.output.split(separator: "\n").first else {
      return .unknownSigner(says: says)
    }
    let judged = try run(
      [
        "-Y", "verify", "-n", Self.namespace, "-f", "@signers", "-I", String(signer), "-s",
        "@signature",
      ], named, over: output)
    guard judged.status.isSuccess else { return .unknownSigner(says: says) }
    return .good(signer: CleanText.line(String(signer), limit: 200), says: says)
  }

  /// Gives the list of those whose signatures are good; nil where there is none.
  private func signers() throws(SigningError) -> String? {
    let path = allowedSigners ?? key.map { $0.hasSuffix(".pub") ? $0 : $0 + ".pub" }
    guard let path else { return nil }
    do throws(SystemError) {
      let text = String(decoding: try RealFileSystem().read(path, limit: 1 << 20), as: UTF8.self)
      return allowedSigners == nil ? "own-key \(text)" : text
    } catch {
      throw SigningError(description: "the list of signers cannot be read: \(error)")
    }
  }

  /// Runs ssh-keygen; an argument that begins with @ is one of the given files.
  private func run(
    _ arguments: [String], _ given: [String: String] = [:], over output: ContentID
  ) throws(SigningError) -> BatchCommand.Outcome {
    guard let program = Environment.which("ssh-keygen", path: environment["PATH"]) else {
      throw SigningError(description: "there is no ssh-keygen on PATH")
    }
    do throws(SystemError) {
      return try BatchCommand.run(
        program, environment: environment, input: output.description, files: given
      ) { folder in
        arguments.map { $0.hasPrefix("@") ? Path.join(folder, String($0.dropFirst())) : $0 }
      }
    } catch {
      throw SigningError(description: "ssh-keygen could not be run: \(error)")
    }
  }

  private static func words(of outcome: BatchCommand.Outcome) -> String {
    let said = outcome.errors.split(separator: "\n").last.map(String.init) ?? "no word"
    return CleanText.line("ssh-keygen says: \(said)", limit: 300)
  }
}
