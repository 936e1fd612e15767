import JSON
import Testing

@Suite struct JSONObjectTests {
  @Test(arguments: [3, 16, 17, 200])
  func keepsOrderThroughChanges(_ count: Int) {
    var object = JSONObject()
    for number in 0..<count { object["k\(number)"] = .integer(number) }
    object["k1"] = "changed"
    object["k0"] = nil
    object["missing"] = nil
    object["k0"] = "back"
    let keys = (1..<count).map { "k\($0)" } + ["k0"]
    #expect(object.keys == keys)
    #expect(object["k1"] == "changed")
    #expect(object["k\(count - 1)"] == .integer(count - 1))
    #expect(object["k0"] == "back")
    #expect(object.count == count)
  }

  @Test func orderCounts() {
    let one: JSONObject = ["a": 1, "b": 2]
    let other: JSONObject = ["b": 2, "a": 1]
    #expect(one != other)
    #expect(one.hashValue == (["a": 1, "b": 2] as JSONObject).hashValue)
  }

  @Test func aRepeatedKeyKeepsItsPlaceAndItsLastValue() {
    let object: JSONObject = ["a": 1, "b": 2, "a": 3]
    #expect(object.map(\.key) == ["a", "b"])
    #expect(object["a"] == 3)
  }

  @Test(
    arguments: [
      (JSONValue.integer(3), 3), (.double(3), 3), (.double(3.5), nil), (.string("3"), nil),
      (.bigInteger("9223372036854775808"), nil), (.double(1e300), nil),
    ] as [(JSONValue, Int?)])
  func wholeNumbersAreFoundInBothKinds(_ value: JSONValue, _ number: Int?) {
    #expect(value.intValue == number)
  }
}
