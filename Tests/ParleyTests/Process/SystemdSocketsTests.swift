import Testing

@testable import parley

@Suite("Sockets from the service manager")
struct SystemdSocketsTests {
    @Test("They are taken when they are meant for this process")
    func taken() {
        #expect(SystemdSockets.descriptors(["LISTEN_PID": "7", "LISTEN_FDS": "2"], processID: 7) == [3, 4])
    }

    @Test(
        "Those of another process, none, or nonsense are not",
        arguments: [
            ["LISTEN_PID": "8", "LISTEN_FDS": "2"], ["LISTEN_FDS": "2"], ["LISTEN_PID": "7"], [:],
            ["LISTEN_PID": "7", "LISTEN_FDS": "0"], ["LISTEN_PID": "7", "LISTEN_FDS": "x"],
            ["LISTEN_PID": "7", "LISTEN_FDS": "999999999"],
        ])
    func refused(environment: [String: String]) {
        #expect(SystemdSockets.descriptors(environment, processID: 7).isEmpty)
    }
}
