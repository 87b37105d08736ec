import ByteText
import ChatCore
import Testing

@testable import ChatGateway

@Suite("Who is let in")
struct AdmissionGateTests {
    private func bench(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) throws -> GatewayBench {
        let bench = try GatewayBench(configure)
        bench.admit(chats: ["c"])
        return bench
    }

    /// The answer to a CONNECT.
    private func answer(_ bench: GatewayBench, to packet: String) -> String? {
        let client = TestClient(bench)
        client.send(packet)
        bench.turn()
        return client.take().first
    }

    @Test("Without a token, or with one that is none, one is told that", arguments: [
        "0", "0{}", "0{\"token\":\"\"}", "0{\"token\":7}", "0{\"token\":\"/\"}",
    ])
    func noToken(packet: String) throws {
        let told = try #require(answer(try bench(), to: packet))
        #expect(told.hasPrefix("4{") && told.contains("\"unauthorized\""))
    }

    @Test("What the store knows of a user is the answer", arguments: [
        (Admission.unknownUser, "unknown_user"), (.deleted, "user_deleted"), (.blocked, "user_blocked"),
        (.tokenRevoked, "token_revoked"),
    ])
    func refused(admission: Admission, code: String) throws {
        let bench = try bench()
        bench.store.edit { $0.admission = { _, _ in admission } }
        let told = try #require(answer(bench, to: "0{\"token\":\"u\"}"))
        #expect(told.hasPrefix("4{") && told.contains("\"\(code)\""))
        #expect(bench.gateway.directory.all.isEmpty && bench.store.submitted.isEmpty)
    }

    @Test("What passes by itself closes the connection, so that a stock client comes back")
    func unavailable() throws {
        let bench = try bench()
        bench.store.edit { $0.admission = { _, _ in throw ChatError(.unavailable, "stopping") } }
        let client = TestClient(bench)
        client.connect("u")
        bench.turn()
        #expect(client.take().isEmpty && !client.isOpen)
    }

    @Test("Of those who come together one whose look-up fails keeps nobody else out")
    func together() throws {
        let bench = try bench()
        bench.store.edit { script in
            script.admission = { user, _ in
                if user == UserID("bad") { throw ChatError(.forbidden, "poisoned") }
                return .admitted(ScriptedStore.session(of: user, chats: ["c"], revision: 1))
            }
        }
        bench.store.holdReads()
        let clients = ["first", "one", "bad", "two"].map { user in
            let client = TestClient(bench)
            client.connect(user)
            return client
        }
        bench.store.answerReads()
        bench.turn()
        #expect(clients.map { $0.take().first?.first } == ["0", "0", "4", "0"])
        #expect(Set(bench.gateway.directory.all.map(\.user.id.rawValue)) == ["first", "one", "two"])
    }

    @Test("--auto-create-users makes the user, and lets in who came with another connection of the same at once")
    func autoCreate() throws {
        let bench = try bench { $0.autoCreateUsers = true }
        bench.store.edit { $0.admission = { _, _ in .unknownUser } }
        let (first, second) = (TestClient(bench), TestClient(bench))
        first.connect("u")
        second.connect("u")
        bench.turn()
        #expect(bench.store.submitted.count == 2)
        bench.admit(chats: [])
        bench.store.refuseSubmitted(ChatError(.conflict, "There is one.", field: "id"))
        bench.turn()
        #expect([first, second].map { $0.take().first?.first } == ["0", "0"])
    }

    @Test("A user that cannot be made now comes back later; one that is gone again is not tried for ever")
    func cannotCreate() throws {
        let bench = try bench { $0.autoCreateUsers = true }
        bench.store.edit { $0.admission = { _, _ in .unknownUser } }
        let client = TestClient(bench)
        client.connect("u")
        bench.turn()
        bench.store.refuseSubmitted(ChatError(.storageFull, "The disk is full."))
        bench.turn()
        #expect(client.take().isEmpty && !client.isOpen)
        let again = TestClient(bench)
        again.connect("u")
        bench.turn()
        bench.store.commitSubmitted(revision: 2)
        bench.turn()
        #expect(again.take().first?.contains("\"unknown_user\"") == true, "it was made, and is gone again")
        #expect(bench.store.submitted.isEmpty)
    }

    @Test("What a token says of its user is stored where it is new, and keeps nobody out where it cannot be")
    func follows() throws {
        let bench = try bench { $0.autoCreateUsers = true }
        bench.tokens.say(TokenProfile(name: "Ann"))
        let client = TestClient(bench)
        client.connect("u")
        bench.turn()
        #expect(client.take().isEmpty)
        guard case .signIn(let signIn)? = bench.store.submitted.first else {
            Issue.record("the user is made to follow")
            return
        }
        #expect(signIn.id == UserID("u") && signIn.displayName == "Ann")
        bench.store.refuseSubmitted(ChatError(.storageFull, "The disk is full."))
        bench.turn()
        #expect(client.take().first?.hasPrefix("0") == true && bench.store.submitted.isEmpty)
    }

    @Test("A pid of somebody else, or none that was given out, begins a session of its own", arguments: [
        "v-pid1", "u", "",
    ])
    func foreignPid(pid: String) throws {
        let bench = try bench()
        let client = TestClient(bench)
        client.connect("u", pid: pid, offset: Offset(epoch: 7, revision: Revision(1)))
        let answer = try #require(client.take().first)
        #expect(answer.contains("u-pid1") && bench.store.cursors.isEmpty)
    }
}
