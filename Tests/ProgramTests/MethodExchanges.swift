import TestSupport

/// Lists the conversations about lists, tools, resources, prompts and the tasks extension.
let methodExchanges: [Exchange] = [
  Exchange(
    "protocol faults of a call are protocol errors",
    sent: [
      Modern.call(1, "no_such_tool"),
      Modern.request(2, "tools/call", #""name":5"#),
      Modern.request(3, "tools/call", #""name":"tasks_list","arguments":[]"#),
      Modern.request(4, "tools/call", #""name":"tasks_list","arguments":null"#),
    ],
    expected: [
      .error(-32602, id: "1"), .error(-32602, id: "2"), .error(-32602, id: "3"), .result(id: "4"),
    ]),
  Exchange(
    "an unknown cursor is refused",
    sent: ["tools/list", "prompts/list", "resources/list", "resources/templates/list"].enumerated()
      .map { Modern.request($0.offset, $0.element, #""cursor":"???""#) },
    expected: (0..<4).map { .error(-32602, id: "\($0)") }),
  Exchange(
    "a missing resource is an error in the era's own code",
    sent: [
      Modern.request(1, "resources/read", #""uri":"errand://tasks/none""#), Legacy.initialize(2),
      Legacy.request(3, "resources/read", #""uri":"errand://tasks/none""#),
    ],
    expected: [.error(-32602, id: "1"), .result(id: "2"), .error(-32002, id: "3")]),
  Exchange(
    "a prompt without its argument is refused",
    sent: [
      Modern.request(1, "prompts/get", #""name":"delegate""#),
      Modern.request(2, "prompts/get", #""name":"none""#),
    ],
    expected: [.error(-32602, id: "1"), .error(-32602, id: "2")]),
  Exchange(
    "a listen needs its filter, and the extension for task ids",
    sent: [
      Modern.request(1, "subscriptions/listen"),
      Modern.request(2, "subscriptions/listen", #""notifications":{"taskIds":["wait_x"]}"#),
    ],
    expected: [.error(-32602, id: "1"), .error(-32021, id: "2")]),
  Exchange(
    "wait handles need the extension, and must exist",
    sent: ["tasks/get", "tasks/cancel", "tasks/update"].enumerated().flatMap { index, method in
      ["{}", Modern.tasks].enumerated().map {
        Modern.request(
          index * 2 + $0.offset, method, #""taskId":"wait_none","inputResponses":{}"#,
          capabilities: $0.element)
      }
    },
    expected: [
      .error(-32021, id: "0"), .error(-32602, id: "1"), .error(-32021, id: "2"),
      .error(-32602, id: "3"), .error(-32021, id: "4"), .error(-32602, id: "5"),
    ]),
  Exchange(
    "tasks/list and tasks/result are not part of the extension",
    sent: [
      Modern.request(1, "tasks/list", capabilities: Modern.tasks),
      Modern.request(2, "tasks/result", capabilities: Modern.tasks),
    ],
    expected: [.error(-32601, id: "1"), .error(-32601, id: "2")]),
  Exchange(
    "answers to questions are an object of objects, and those nobody asked for are ignored",
    sent: ["[]", "5", #"{"k":5}"#, #"{"k":{"action":"accept","content":{"ok":true}}}"#].enumerated()
      .map { Modern.call($0.offset, "tasks_list", more: #","inputResponses":\#($0.element)"#) },
    expected: [
      .error(-32602, id: "0"), .error(-32602, id: "1"), .error(-32602, id: "2"), .result(id: "3"),
    ]),
  Exchange(
    "a state that was never given out is refused",
    sent: [#""""#, #""e30""#, #""-TAMPERED""#, #""é""#, "5"].enumerated()
      .map { Modern.call($0.offset, "tasks_list", more: #","requestState":\#($0.element)"#) },
    expected: (0..<5).map { .error(-32602, id: "\($0)") }),
]
