import JSON
import JSONRPC
import MCP
import Posix
import TaskStore
import Tasks
import TestSupport
import Testing

@testable import Tools

/// Checks that large content neither holds up the other answers nor the end.
struct LargeContentTests {
  /// Makes a file of a size that takes seconds to copy, and no room of its own.
  private func largeFile(in house: House, _ size: Int = 1 << 30) throws -> String {
    let path = Path.join(house.work, "large")
    try RealFileSystem().createFile(path).truncate(to: size)
    return path
  }

  /// Lists what is below the folder of contents, drafts and finished ones.
  private func contents(of house: House) throws -> (drafts: Int, finished: Int) {
    let files = RealFileSystem()
    let folder = Path.join(house.storeRoot, "blobs/sha256")
    guard try files.exists(folder) else { return (0, 0) }
    let names = try files.list(folder)
    return (names.count { $0.hasSuffix(".tmp") }, names.count { !$0.hasSuffix(".tmp") })
  }

  @Test func aLargeFileLeavesTheReadingThreadFreeAndEndsWithTheClient() throws {
    try withHouse { house in
      let path = try largeFile(in: house)
      try withClient(of: house) { client in
        _ = try client.tool("tasks_list", [:])
        try client.send("tasks_artifacts_stage", ["path": .string(path)])
        _ = try client.tool("tasks_list", [:])
        #expect(try contents(of: house).finished == 0)
      }
      #expect(try eventually { try contents(of: house).drafts == 0 })
      #expect(try contents(of: house).finished == 0)
    }
  }

  @Test(arguments: ["tasks_artifacts_stage", "tasks_artifacts_upload"])
  func aCancelledCallStoresNothing(_ tool: String) throws {
    try withHouse { house in
      let path = try largeFile(in: house, 8 << 20)
      var arguments: JSONObject = ["path": .string(path)]
      if tool.hasSuffix("upload") {
        arguments["task_id"] = .string(try house.task().spec.name)
      }
      let before = try contents(of: house).finished
      var caller = House.person
      caller.cancellation = Cancellation()
      caller.cancellation.cancel()
      #expect(try house.refusal(tool, arguments, as: caller).code == "cancelled")
      #expect(try contents(of: house) == (0, before))
    }
  }

  @Test func aFileAboveTheLimitIsRefusedWithTheLimit() throws {
    try withHouse { house in
      let path = try largeFile(in: house, (1 << 30) + 1)
      let failure = try house.refusal("tasks_artifacts_stage", ["path": .string(path)])
      #expect(failure.code == "too_large")
      #expect(failure.text.contains("1024 MiB"))
    }
  }
}
