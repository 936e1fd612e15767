import JSON
import Posix
import TaskStore
import TestSupport
import Testing

@testable import Runner

/// Checks that a signature counts for the one content it was made for, and for whole signatures only.
@Suite(.enabled(if: Environment.which("ssh-keygen", path: Environment.value("PATH")) != nil))
struct SignerTests {
  @Test func aSignatureIsGoodForWhatItWasMadeForOnly() throws {
    try withTemporaryDirectory { folder in
      let environment = ["PATH": Environment.value("PATH") ?? "", "TMPDIR": folder]
      let program = try #require(Environment.which("ssh-keygen", path: environment["PATH"]))
      let key = folder + "/key"
      _ = try Program.run(["-q", "-t", "ed25519", "-N", "", "-f", key], executable: program)
      var setting = Configuration.Signing()
      setting.key = key
      let signer = try #require(OutputSigner(setting, environment))
      let (one, other) = (ContentID(raw: [1]), ContentID(raw: [2]))
      let signature = try signer.sign(one)
      guard case .good = try signer.judge(signature, over: one) else {
        Issue.record("\(try signer.judge(signature, over: one))")
        return
      }
      let cut = String(signature.prefix(signature.count / 2))
      for (text, content) in [(signature, other), (cut, one), ("", one), ("no signature", one)] {
        guard case .bad = try signer.judge(text, over: content) else {
          Issue.record("\(text.prefix(40)) was taken for one of \(content)")
          continue
        }
      }
      // Without its public part nobody vouches for the key.
      try RealFileSystem().remove(key + ".pub")
      #expect(throws: SigningError.self) { try signer.judge(signature, over: one) }
      let list = OutputSigner(judging: Configuration.Signing(), signers: nil, environment)
      guard case .unknownSigner = try list.judge(signature, over: one) else {
        Issue.record("somebody was known")
        return
      }
      // Nothing is left in the folder for such things.
      #expect(try RealFileSystem().list(folder) == ["key"])
      setting.key = folder + "/none"
      #expect(throws: SigningError.self) { try OutputSigner(setting, environment)?.sign(one) }
      #expect(OutputSigner(Configuration.Signing(), environment) == nil)
    }
  }
}
