import Posix

/// Writes files as string literals into one Swift file: `embed OUTPUT FILE...`.
do throws(SystemError) {
  let words = Array(Environment.arguments.dropFirst())
  let files = RealFileSystem()
  var text = "/// Holds the files of the pages by name; written by the build.\nenum PageFiles {\n"
  text += "  static let all: [String: StaticString] = [\n"
  for path in words.dropFirst() {
    let content = String(decoding: try files.read(path, limit: 1 << 20), as: UTF8.self)
    text += "    \"\(Path.name(path))\": ####\"\"\"\n\(content)\n\"\"\"####,\n"
  }
  text += "  ]\n}\n"
  try files.replace(words[0], with: Array(text.utf8))
} catch {
  StandardError.write("embed: \(error)\n")
  exitNow(1)
}
