import JSON
import Synchronization

/// Makes a value once, on first need.
final class Lazy<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  var value: Value {
    made.withLock { made in
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }
}

/// Holds what never changes while the program runs: lists encoded once, tools and prompts by name.
final class Catalogue: Sendable {
  private let toolList: Lazy<[UInt8]>
  private let toolListWithApps: Lazy<[UInt8]>
  private let promptListBytes: Lazy<[UInt8]>
  private let templateListBytes: Lazy<[UInt8]>
  private let toolsByName: Lazy<[String: AnyTool]>
  private let promptsByName: Lazy<[String: Prompt]>

  /// Names the toolset that is listed only for clients which can show it.
  static let appToolset = "app"

  init(_ offer: Offer) {
    let tools = Lazy(offer.tools)
    let prompts = Lazy(offer.prompts ?? { [] })
    toolsByName = Lazy {
      Dictionary(tools.value.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    toolList = Lazy {
      Self.members(
        "tools", tools.value.filter { $0.toolset != Self.appToolset }.map { .object($0.entry) })
    }
    toolListWithApps = Lazy { Self.members("tools", tools.value.map { .object($0.entry) }) }
    promptsByName = Lazy {
      Dictionary(prompts.value.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    promptListBytes = Lazy { Self.members("prompts", prompts.value.map(\.entry)) }
    templateListBytes = Lazy {
      Self.members("resourceTemplates", (offer.resources?.templates ?? []).map(\.value))
    }
  }

  private static func members(_ key: String, _ entries: [JSONValue]) -> [UInt8] {
    ResultBody.members([key: .array(entries)])
  }

  func toolList(showingApps: Bool) -> [UInt8] {
    showingApps ? toolListWithApps.value : toolList.value
  }

  var promptList: [UInt8] { promptListBytes.value }
  var templateList: [UInt8] { templateListBytes.value }
  func tool(_ name: String) -> AnyTool? { toolsByName.value[name] }
  func prompt(_ name: String) -> Prompt? { promptsByName.value[name] }
}
