import Posix
import Testing

struct FootprintTests {
  @Test func aQuietLoopIsWokenOnceAndThenNeverAgain() {
    var footprint = Footprint()
    #expect(footprint.bounded(nil) != nil)
    // A deadline of the loop's own came first: nobody has rested yet.
    footprint.woke(byNothing: true)
    #expect(footprint.bounded(.now).map { $0 <= .now } == true)
    let bound = footprint.bounded(nil)
    while let bound, bound > .now {}
    footprint.woke(byNothing: true)
    #expect(footprint.bounded(nil) == nil)
    footprint.woke(byNothing: false)
    #expect(footprint.bounded(nil) != nil)
  }
}
