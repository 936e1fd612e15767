import PackagePlugin

/// Makes string literals of the pages' files, which are read and written as what they are.
@main struct EmbedPages: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let kinds = ["html", "css", "js", "svg"]
    let files = (target.sourceModule?.sourceFiles.map(\.url) ?? []).filter {
      kinds.contains($0.pathExtension)
    }
    let output = context.pluginWorkDirectoryURL.appending(path: "PageFiles.swift")
    return [
      .buildCommand(
        displayName: "Embedding pages", executable: try context.tool(named: "embed").url,
        arguments: [output.path] + files.map(\.path).sorted(), inputFiles: files,
        outputFiles: [output])
    ]
  }
}
