import Foundation
import Testing

@testable import ChatGateway

@Suite("The writer waits for the loops")
struct FanoutPaceTests {
    @Test("Nothing under way: nobody waits")
    func idle() {
        let pace = FanoutPace(limit: .seconds(60))
        #expect(pace.wait())
    }

    @Test("A batch that every loop is through with holds nobody up")
    func toldBefore() {
        let pace = FanoutPace(limit: .seconds(60))
        pace.tells(2)
        pace.told()
        pace.told()
        #expect(pace.wait())
    }

    @Test("The wait ends when the last loop is through")
    func endsWithTheLast() async {
        let pace = FanoutPace(limit: .seconds(60))
        pace.tells(2)
        pace.told()
        let loop = Thread { pace.told() }
        loop.start()
        #expect(await Task.detached { pace.wait() }.value)
    }

    @Test("A loop that hangs does not hold the writer for good, and its late word spoils no later wait")
    func bounded() {
        let pace = FanoutPace()
        pace.tells(1)
        #expect(!pace.wait())
        pace.told()
        #expect(pace.wait())
        pace.tells(1)
        #expect(!pace.wait())
    }
}
