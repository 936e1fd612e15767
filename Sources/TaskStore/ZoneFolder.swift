import Posix
import Tasks

/// Finds time zones by name, in the system's tz database.
package struct ZoneFolder: Sendable {
  private let folders: [String]
  private let environment: [String: String]
  private let localTime: String

  /// Is what nobody sets by hand: a zone's file has a few kilobytes.
  private static let limit = 1 << 20

  package init(
    environment: [String: String], folders: [String]? = nil, localTime: String = "/etc/localtime"
  ) {
    self.environment = environment
    self.localTime = localTime
    self.folders =
      folders ?? [environment["TZDIR"]].compactMap(\.self).filter { $0.hasPrefix("/") } + [
        "/usr/share/zoneinfo", "/var/db/timezone/zoneinfo", "/usr/lib/zoneinfo",
      ]
  }

  /// Reads a zone's rules; nil where no such zone is known.
  package func rules(of name: String) -> ZoneRules? {
    if name == "UTC" { return .utc }
    guard Self.isValid(name) else { return nil }
    for folder in folders {
      do throws(SystemError) {
        let bytes = try RealFileSystem().read(Path.join(folder, name), limit: Self.limit)
        if let rules = ZoneRules(tzif: bytes) { return rules }
      } catch {
        continue
      }
    }
    return nil
  }

  /// Names the zone this machine's clocks show: that of TZ, else the system's, else UTC.
  package func localName() -> String {
    if let named = environment["TZ"] {
      let name = named.hasPrefix(":") ? String(named.dropFirst()) : named
      return rules(of: name) == nil ? "UTC" : name
    }
    do throws(SystemError) {
      let target = try Environment.realPath(localTime)
      guard let place = target.firstRange(of: "zoneinfo/") else { return "UTC" }
      let name = String(target[place.upperBound...])
      return rules(of: name) == nil ? "UTC" : name
    } catch {
      return "UTC"
    }
  }

  /// Tells whether a name can be no way out of the folder.
  private static func isValid(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return name.utf8.count <= 100
      && parts.allSatisfy { part in
        !part.isEmpty && part.first != "."
          && part.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
              || [43, 45, 46, 95].contains(byte)
          }
      }
  }
}
