import HTTP
import JSON
import MCP
import Posix
import Runner
import TaskStore
import Tasks
import Tools

/// Answers the console's pages: by the tools themselves, whose rules are thus the only ones.
struct ConsoleService: HTTPService {
  let port: Int
  let toolbox: Toolbox
  let caller: Caller
  let audience = Audience()
  private let memory = SpendingMemory()

  init(port: Int, toolbox: Toolbox, caller: Caller) {
    self.port = port
    self.toolbox = toolbox
    self.caller = caller
  }

  private var door: Guard {
    Guard(port: port) { cookie, token in
      do {
        return try ConsoleDoor(toolbox.workshop.store()).admits(cookie: cookie, token: token)
      } catch {
        // Who cannot be known is not let in.
        return false
      }
    }
  }

  func refusal(of head: RequestHead) -> HTTPResponse? {
    guard let route = Route(head.target.path) else {
      // A person who mistyped an address sees a page that says so, and leads on.
      let page = head.method == .get ? PageFile.named("index.html") : nil
      return page?.response(.notFound) ?? .unknown
    }
    return door.reason(against: head, to: route).map { .refusal($0) }
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    guard let route = Route(request.head.target.path) else { return .unknown }
    do throws(ToolFailure) {
      switch route {
      case .page: return PageFile.named("index.html")?.response ?? .unknown
      case .asset(let name): return PageFile.named(name)?.response ?? .unknown
      case .signIn: return try signIn(try arguments(request))
      case .signOut: return try signOut()
      case .session: return try session()
      case .spending: return try spending()
      case .folders: return try folders(try arguments(request))
      case .bin: return try bin()
      case .call(let tool): return try call(tool, try arguments(request))
      case .events: return try events(request.head)
      case .artifact(let task, let cid): return try artifact(task, cid)
      }
    } catch {
      return .failure(error)
    }
  }

  private func arguments(_ request: HTTPRequest) throws(ToolFailure) -> JSONObject {
    do throws(JSONSyntaxError) {
      if case .object(let object) = try JSONValue.parse(request.body) { return object }
    } catch {
      // It is told like anything else that is no object.
    }
    throw ToolFailure(code: "not_json", summary: "The body is no JSON object.")
  }

  // MARK: Sessions

  private func signIn(_ arguments: JSONObject) throws(ToolFailure) -> HTTPResponse {
    let store = try toolbox.workshop.store()
    let code = arguments["code"]?.stringValue ?? ""
    let session: ConsoleDoor.Session?
    do throws(StoreError) { session = try ConsoleDoor(store).enter(by: code) } catch {
      throw ToolFailure(error)
    }
    guard let session else {
      return .failure(
        ToolFailure(
          code: "code_used", summary: "This link was used before, or is too old.",
          nextStep: Guard.Reason.notSignedIn.nextStep), .unauthorized)
    }
    var response = HTTPResponse.json(JSONValue.object(["token": .string(session.token)]).bytes)
    response.fields.add(
      "Set-Cookie",
      "\(door.cookieName)=\(session.cookie); Path=/; HttpOnly; SameSite=Strict; "
        + "Max-Age=\(ConsoleDoor.sessionLife / 1000)")
    return response
  }

  private func signOut() throws(ToolFailure) -> HTTPResponse {
    let store = try toolbox.workshop.store()
    do throws(StoreError) { try ConsoleDoor(store).signOut() } catch { throw ToolFailure(error) }
    return .json(Array("{}".utf8))
  }

  /// Tells which tools there are, as a page offers nothing that is not there, and the last change
  /// before all that the page will look at.
  private func session() throws(ToolFailure) -> HTTPResponse {
    let number: Int
    let store = try toolbox.workshop.store()
    do throws(StoreError) { number = try store.number() } catch { throw ToolFailure(error) }
    let said: JSONValue = [
      "tools": .array(toolbox.operations.map { .string($0.name) }), "number": .integer(number),
      "version": .string(toolbox.workshop.setting.build.version),
    ]
    return .json(said.bytes)
  }

  // MARK: What is looked at and done

  private func spending() throws(ToolFailure) -> HTTPResponse {
    let cost: Double
    let store = try toolbox.workshop.store()
    do throws(StoreError) { cost = try memory.costUsd(in: store) } catch {
      throw ToolFailure(error)
    }
    let ceiling = toolbox.workshop.usableConfiguration().dailyUsd
    let said: JSONValue = ["costUsd": .double(cost), "ceilingUsd": .double(ceiling)]
    return .json(said.bytes)
  }

  private func folders(_ arguments: JSONObject) throws(ToolFailure) -> HTTPResponse {
    .json(FolderList.json.encode(try toolbox.workshop.folders(in: arguments["path"]?.stringValue)))
  }

  private func bin() throws(ToolFailure) -> HTTPResponse {
    let all = try toolbox.workshop.bin(team: nil)
    let shown = JSONValue.array(Array(all.prefix(Self.mostOfBin)))
    return .json(JSONValue.object(["items": shown, "total": .integer(all.count)]).bytes)
  }

  /// Bounds what is shown of the bin; the command line lists all of it.
  private static let mostOfBin = 200

  private func call(_ tool: String, _ arguments: JSONObject) throws(ToolFailure) -> HTTPResponse {
    guard toolbox[tool] != nil else { return .unknown }
    switch try toolbox.perform(tool, arguments, caller) {
    case .structured(let bytes): return .json(bytes)
    case .content(let blocks):
      return .json(JSONValue.object(["content": .array(blocks.map(\.value))]).bytes)
    case .failure(let failure): throw failure
    }
  }

  private func events(_ head: RequestHead) throws(ToolFailure) -> HTTPResponse {
    let feed = try EventFeed(toolbox, caller, head)
    guard let seat = audience.enter() else {
      throw ToolFailure(
        code: "busy", summary: "Too many pages are open.", nextStep: "Close one and try again.")
    }
    return HTTPResponse(
      fields: HeaderFields.data.of(type: "text/event-stream"),
      body: .events { sink throws(EventSink.Ended) in
        defer { seat.leave() }
        try feed.run(sink)
      })
  }

  private func artifact(_ task: String, _ cid: String) throws(ToolFailure) -> HTTPResponse {
    let found = try toolbox.workshop.artifact(cid, of: TaskReference(task))
    let store = try toolbox.workshop.store()
    var fields = HeaderFields.content.of(type: found.contentType)
    fields.add("ETag", "\"\(found.cid)\"")
    return HTTPResponse(
      fields: fields,
      body: .content(size: found.size) { part in
        try store.blobs.read(found.cid, offset: part.lowerBound, count: part.count)
      })
  }
}
