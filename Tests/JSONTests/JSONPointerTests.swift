import JSON
import Testing

/// Checks the samples of RFC 6901, section 5, and what surrounds them.
@Suite struct JSONPointerTests {
  private let document: JSONValue = [
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6,
    " ": 7, "m~n": 8,
  ]

  @Test(
    arguments: [
      ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
      ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
    ] as [(String, JSONValue)])
  func findsTheSamples(_ text: String, _ value: JSONValue) throws {
    let pointer = try #require(JSONPointer(parsing: text))
    #expect(pointer.evaluate(in: document) == value)
    #expect(pointer.description == text)
  }

  @Test(arguments: ["/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/nope", "/foo/0/x", "//"])
  func findsNothingElsewhere(_ text: String) throws {
    #expect(try #require(JSONPointer(parsing: text)).evaluate(in: document) == nil)
  }

  @Test(arguments: ["foo", "#/foo", "/~", "/~2", "/a~"])
  func refusesWhatIsNoPointer(_ text: String) {
    #expect(JSONPointer(parsing: text) == nil)
  }

  @Test func theRootIsEmpty() {
    #expect(JSONPointer.root.description == "")
    #expect(JSONPointer(parsing: "") == .root)
    #expect(JSONPointer.root.evaluate(in: document) == document)
    #expect(JSONPointer.root.appending(key: "~/").appending(index: 3).description == "/~0~1/3")
  }
}
