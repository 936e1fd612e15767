import Posix

/// Makes what an environment names into absolute paths: our processes do not all stand in the same
/// directory, and must mean the same store.
enum NamedPlace {
  /// Gives a variable's place, from the working directory if it is relative, below the home after
  /// `~/`, which nobody expands outside a shell; nil where it is not set.
  static func path(_ variable: String, in environment: [String: String]) -> String? {
    guard let text = environment[variable], !text.isEmpty else { return nil }
    if text.hasPrefix("/") { return text }
    if text == "~" { return home(environment) }
    if text.hasPrefix("~/") { return Path.join(home(environment), String(text.dropFirst(2))) }
    do throws(SystemError) {
      return Path.join(try Environment.currentDirectory(), text)
    } catch {
      // Whoever opens it is told that it is not there, which is true of anything relative now.
      return text
    }
  }

  /// Gives a folder of the XDG rules, which say to ignore a relative one.
  static func folder(
    _ variable: String, or place: String, in environment: [String: String]
  ) -> String {
    if let folder = environment[variable], folder.hasPrefix("/") { return folder }
    return Path.join(home(environment), place)
  }

  private static func home(_ environment: [String: String]) -> String {
    if let home = environment["HOME"], home.hasPrefix("/") { return home }
    return Environment.homeDirectory ?? "/"
  }
}
