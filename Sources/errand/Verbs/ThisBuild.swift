import Posix
import Runner

/// Names this version; the one place where it stands.
enum ThisBuild {
  static let version = "0.1.0"
  /// Tells builds of one version apart, for peers on one store.
  static let number = "1"

  static let current = Build(version: version, build: number)

  /// Finds the program itself, to start more of it.
  static func executable() throws(Complaint) -> String {
    do throws(SystemError) {
      return try Environment.executablePath()
    } catch {
      throw Complaint(
        "The program cannot find its own file.", why: [error.description],
        next: "Start it by its full path.", code: .tryLater)
    }
  }
}
