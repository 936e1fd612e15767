import TestSupport

/// Lists the conversations about framing and JSON-RPC itself.
let framingExchanges: [Exchange] = [
  Exchange("bad JSON is a parse error", sent: ["{bad json"], expected: [.error(-32700, id: nil)]),
  Exchange("blank lines are ignored", sent: ["", "\r", "   ", "\t"], expected: []),
  Exchange("a CRLF line is a line", sent: [ping("1") + "\r"], expected: [.result(id: "1")]),
  Exchange(
    "a byte order mark is skipped", sent: ["\u{FEFF}" + ping("1")], expected: [.result(id: "1")]),
  Exchange(
    "ids come back to the letter",
    sent: ["0", #""""#, "-1", #""1""#, "1", "9007199254740993", "123456789012345678901234567890"]
      .map(ping),
    expected: [
      "0", #""""#, "-1", #""1""#, "1", "9007199254740993", "123456789012345678901234567890",
    ].map {
      .result(id: $0)
    }),
  Exchange(
    "an id is a string or an integer",
    sent: ["null", "true", "1.5", "[1]", "{}"].map(ping),
    expected: Array(repeating: .error(-32600, id: nil), count: 5)),
  Exchange(
    "the version of JSON-RPC is checked",
    sent: [#"{"id":1,"method":"ping"}"#, #"{"jsonrpc":"1.0","id":2,"method":"ping"}"#],
    expected: [.error(-32600, id: "1"), .error(-32600, id: "2")]),
  Exchange(
    "the method is a string",
    sent: [#"{"jsonrpc":"2.0","id":1,"method":5}"#], expected: [.error(-32600, id: "1")]),
  Exchange(
    "params are an object, null or absent",
    sent: [
      #"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
      #"{"jsonrpc":"2.0","id":2,"method":"ping","params":null}"#,
    ],
    expected: [.error(-32602, id: "1"), .result(id: "2")]),
  Exchange(
    "notifications and responses are never answered",
    sent: [
      #"{"jsonrpc":"2.0","method":"notifications/unknown"}"#,
      #"{"jsonrpc":"2.0","method":"tools/list"}"#,
      #"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}"#,
      #"{"jsonrpc":"2.0","id":5,"result":{}}"#, #"{"jsonrpc":"2.0","result":{}}"#,
      #"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"}}"#,
      #"{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}"#,
    ], expected: []),
  Exchange(
    "an array is refused whole",
    sent: ["[]", "[" + ping("1") + "]"],
    expected: [.error(-32600, id: nil), .error(-32600, id: nil)]),
  Exchange(
    "a batch is served where its version has batches",
    sent: [
      Legacy.initialize(9, version: "2025-03-26"),
      "[" + ping("1") + "," + Legacy.initialized + "," + ping("2") + "]",
    ],
    expected: [.result(id: "9"), .result(id: "1"), .result(id: "2")]),
  Exchange(
    "a scalar is no message", sent: ["5", #""x""#],
    expected: [.error(-32600, id: nil), .error(-32600, id: nil)]),
  Exchange(
    "deep nesting is refused", sent: [String(repeating: "[", count: 10_000)],
    expected: [.error(-32700, id: nil)]),
  Exchange(
    "a key may not come twice", sent: [#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#],
    expected: [.error(-32700, id: nil)]),
  Exchange(
    "a line over 16 MiB is refused and the next one served",
    sent: [
      #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":""#
        + String(repeating: "x", count: 17 << 20) + #""}}"#, ping("2"),
    ],
    expected: [.error(-32600, id: nil), .result(id: "2")]),
]

/// Lists the conversations about openings in both eras.
let openingExchanges: [Exchange] = [
  Exchange(
    "discover is answered", sent: [Modern.request(1, "server/discover")],
    expected: [.result(id: "1")]),
  Exchange(
    "discover needs its envelope",
    sent: [
      Legacy.request(1, "server/discover"),
      #"{"jsonrpc":"2.0","id":2,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}}"#,
      #"{"jsonrpc":"2.0","id":3,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
    ],
    expected: [.error(-32602, id: "1"), .error(-32602, id: "2"), .error(-32602, id: "3")]),
  Exchange(
    "another version in the envelope is unsupported",
    sent: ["1999-01-01", "2025-11-25"].enumerated().map {
      Modern.request($0.offset, "tools/list").replacing("2026-07-28", with: $0.element)
    },
    expected: [.error(-32022, id: "0"), .error(-32022, id: "1")]),
  Exchange(
    "methods of the other era do not exist",
    sent: [
      "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
      "unknown/method",
    ].enumerated().map { Modern.request($0.offset, $0.element) },
    expected: (0..<6).map { .error(-32601, id: "\($0)") }),
  Exchange(
    "nothing but ping is served before an opening",
    sent: [Legacy.request(1, "tools/list"), ping("2")],
    expected: [.error(-32602, id: "1"), .result(id: "2")]),
  Exchange(
    "a pinned client needs no opening",
    sent: [Modern.call(1, "tasks_schemas")], expected: [.result(id: "1")]),
  Exchange(
    "a log level must be one",
    sent: [Modern.request(1, "tools/list", meta: #","io.modelcontextprotocol/logLevel":"loud""#)],
    expected: [.error(-32602, id: "1")]),
  Exchange(
    "the handshake and what follows may come in one write",
    sent: [Legacy.initialize(1), Legacy.initialized, Legacy.request(2, "tools/list")],
    expected: [.result(id: "1"), .result(id: "2")]),
  Exchange(
    "a probe and a handshake back to back are both answered, and both eras work on",
    sent: [
      Modern.request(1, "server/discover"), Legacy.initialize(2), Modern.request(3, "tools/list"),
      Legacy.request(4, "tools/list"),
    ],
    expected: (1...4).map { .result(id: "\($0)") }),
  Exchange(
    "a handshake and a probe back to back are both answered, and both eras work on",
    sent: [
      Legacy.initialize(1), Modern.request(2, "server/discover"), Legacy.request(3, "tools/list"),
      Modern.request(4, "tools/list"),
    ],
    expected: (1...4).map { .result(id: "\($0)") }),
  Exchange(
    "a handshake and what is finished or unknown cannot be cancelled",
    sent: [
      Legacy.initialize(1), cancelled("1"), Legacy.call(2, "tasks_schemas"), cancelled("2"),
      cancelled("3"), cancelled("null"), cancelled("{}"),
    ],
    expected: [.result(id: "1"), .result(id: "2")]),
  Exchange(
    "the handshake's version is a string",
    sent: [Legacy.request(1, "initialize", #""protocolVersion":5"#)],
    expected: [.error(-32602, id: "1")]),
  Exchange(
    "core tasks of 2025-11-25 do not exist",
    sent: [
      Legacy.initialize(1), Legacy.request(2, "tasks/list"),
      Legacy.request(3, "tasks/get", #""taskId":"x""#),
    ],
    expected: [.result(id: "1"), .error(-32601, id: "2"), .error(-32601, id: "3")]),
]
