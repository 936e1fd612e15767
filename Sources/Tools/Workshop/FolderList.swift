import Agents
import JSON
import MCP
import Posix
import Runner

/// Lists the folders of a folder in which tasks may work, for who chooses one.
package struct FolderList: Sendable, Hashable {
  package struct Folder: Sendable, Hashable {
    var name: String
    var path: String
    /// Tells that a git repository begins here.
    var isRepository: Bool
  }

  /// Is nil above all of them: then the allowed roots are listed.
  var path: String?
  /// Is where one goes up to, where that is allowed.
  var parent: String?
  var folders: [Folder]
  /// Tells that there are more than are listed.
  var isCut: Bool

  fileprivate static let most = 500
}

extension FolderList: JSONCodable {
  package static let json = Codec.object(
    Self.init(path:parent:folders:isCut:),
    optional("path", \.path, .string), optional("parent", \.parent, .string),
    required("folders", \.folders, .array(of: Folder.json)),
    defaulted("truncated", \.isCut, .bool, false))
}

extension FolderList.Folder: JSONCodable {
  package static let json = Codec.object(
    Self.init(name:path:isRepository:),
    required("name", \.name, .string), required("path", \.path, .string),
    defaulted("repository", \.isRepository, .bool, false))
}

extension Workshop {
  /// Lists what is in a folder, or the allowed roots; hidden folders are left out.
  package func folders(in path: String?) throws(ToolFailure) -> FolderList {
    let preflight = try preflight(usableConfiguration())
    let policy = preflight.directories
    guard let path else {
      let roots = policy.roots.map { Self.folder($0, named: $0) }
      return FolderList(path: nil, parent: nil, folders: roots, isCut: false)
    }
    let place: String
    do throws(PreflightError) { place = try preflight.directory(path) } catch {
      throw ToolFailure(error)
    }
    let names: [String]
    do throws(SystemError) { names = try RealFileSystem().list(place) } catch {
      throw ToolFailure(PreflightError.directoryUnreadable(place, reason: error.reason))
    }
    let shown = names.filter { !$0.hasPrefix(".") }.sorted()
    let folders = shown.lazy.map { Path.join(place, $0) }.filter { policy.isFolder($0) }
      .prefix(FolderList.most + 1).map { Self.folder($0, named: Path.name($0)) }
    let above = Path.parent(place)
    let isInside = policy.roots.contains { DirectoryPolicy.contains($0, above) }
    return FolderList(
      path: place, parent: isInside ? above : nil, folders: Array(folders.prefix(FolderList.most)),
      isCut: folders.count > FolderList.most)
  }

  private static func folder(_ path: String, named name: String) -> FolderList.Folder {
    FolderList.Folder(
      name: name, path: path, isRepository: Look.at(Path.join(path, ".git")) != nil)
  }
}

extension DirectoryPolicy {
  /// Tells whether there is a folder that is not closed, without following a link.
  fileprivate func isFolder(_ path: String) -> Bool {
    Look.at(path, followingLinks: false)?.kind == .directory && refusal(of: path) == nil
  }
}
