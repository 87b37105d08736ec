import ChatCore
import Foundation
import NIOCore
import SocketServer
import Testing

@testable import parley

@Suite("Errors as sentences")
struct ErrorTextTests {
    private struct Strange: Error {
        var secret = "a dump"
    }

    private static func missingFile() -> any Error {
        do {
            _ = try String(contentsOfFile: "/no/such/file", encoding: .utf8)
            return Strange()
        } catch {
            return error
        }
    }

    @Test(
        "They say what the operating system says, and never how a type is called inside",
        arguments: [
            (IOError(errnoCode: ENOSPC, reason: "write"), "No space left on device"),
            (Self.missingFile(), "No such file or directory"),
            (ChatError(.notFound, "There is no such chat."), "There is no such chat."),
            (StoreOpenError.inUse(place: "/d"), "/d is in use by another parley; stop that one first"),
            (SocketServerError.addressInUse("a:1"), "a:1 is in use"),
            (ChannelError.connectTimeout(.seconds(1)), "it does not answer in time"),
            (CancellationError(), "it was cancelled"),
            (Strange(), "something unexpected (Strange)"),
            (NSError(domain: "Elsewhere", code: 7), "something unexpected (NSError)"),
        ] as [(any Error, String)])
    func clauses(error: any Error, text: String) {
        #expect(ErrorText.clause(error) == text)
    }
}
