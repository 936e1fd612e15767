import JSON
import JSONRPC

/// Answers for prompts, and completes arguments of prompts and templates.
extension Desk {
  func getPrompt(_ request: Request) throws(RPCError) -> ResultBody {
    let name = try Self.string("name", request.params)
    guard let prompt = server.catalogue.prompt(name) else {
      throw .invalidParams("unknown prompt \(name.prefix(100))")
    }
    let arguments = try Self.words("arguments", request.params)
    for argument in prompt.arguments where argument.isRequired && arguments[argument.name] == nil {
      throw .invalidParams("the prompt needs the argument \(argument.name)")
    }
    let version = request.client.version
    let messages = prompt.render(arguments).filter { $0.content.minimumVersion <= version }
    return ResultBody([
      "description": .string(prompt.description), "messages": .array(messages.map(\.value)),
    ])
  }

  func complete(_ params: JSONObject) throws(RPCError) -> ResultBody {
    let ref = try Self.optionalObject("ref", params)
    let argument = try Self.optionalObject("argument", params)
    let name = try Self.string("name", argument)
    let prefix = try Self.string("value", argument)
    let context = try Self.words("arguments", try Self.optionalObject("context", params))
    let completion: Completion
    switch ref["type"]?.stringValue {
    case "ref/prompt":
      let prompt = try Self.string("name", ref)
      completion = try completed(prompt, name, prefix, context)
    case "ref/resource":
      let template = try Self.string("uri", ref)
      completion = try completed(template: template, name, prefix, context)
    default: throw .invalidParams("ref.type must be ref/prompt or ref/resource")
    }
    return ResultBody(["completion": completion.value])
  }

  private func completed(
    _ prompt: String, _ argument: String, _ prefix: String, _ context: [String: String]
  ) throws(RPCError) -> Completion {
    guard let known = server.catalogue.prompt(prompt) else {
      throw .invalidParams("unknown prompt \(prompt.prefix(100))")
    }
    guard let argument = known.arguments.first(where: { $0.name == argument }) else {
      throw .invalidParams("the prompt has no such argument")
    }
    return argument.complete(prefix, context)
  }

  private func completed(
    template: String, _ argument: String, _ prefix: String, _ context: [String: String]
  ) throws(RPCError) -> Completion {
    guard let resources = server.offer.resources else {
      throw .invalidParams("unknown template \(template.prefix(100))")
    }
    do {
      return try resources.complete(
        template: template, argument: argument, prefix: prefix, context: context)
    } catch {
      switch error {
      case .unavailable(let reason): throw .internalError(reason)
      case .notFound, .unknownCursor, .unknownTemplate:
        throw .invalidParams("unknown template \(template.prefix(100))")
      }
    }
  }
}
