import ChatCore
import ChatCoreTestKit
import Dispatch
import Synchronization
import Testing

@testable import ChatSQLite

@Suite("The mailbox")
struct MailboxTests {
    private func job(_ key: String, _ reply: ReplyTo = .nobody) -> Mailbox.Job {
        Mailbox.Job(command: .setSetting(key: key, value: ""), reply: reply)
    }

    private func keys(_ taken: Mailbox.Taken?) -> [String]? {
        taken?.jobs.map { job in
            if case .setSetting(let key, _) = job.command { key } else { "?" }
        }
    }

    private final class Socket: Asker {}

    @Test("What waits is taken in order, no more than the limit at once")
    func order() {
        let mailbox = Mailbox(capacity: 10)
        for key in ["a", "b", "c"] { #expect(mailbox.put(job(key)) == nil) }
        #expect(keys(mailbox.take(limit: 2, timeout: .now())) == ["a", "b"])
        #expect(keys(mailbox.take(limit: 2, timeout: .now())) == ["c"])
        #expect(keys(mailbox.take(limit: 2, timeout: .now())) == [])
    }

    @Test("What comes while a part is given out stands behind the rest, and counts with it")
    func parts() {
        let mailbox = Mailbox(capacity: 4)
        for key in ["a", "b", "c"] { #expect(mailbox.put(job(key)) == nil) }
        #expect(keys(mailbox.take(limit: 1, timeout: .now())) == ["a"])
        #expect(mailbox.put(job("d")) == nil && mailbox.put(job("e")) == nil)
        #expect(mailbox.count == 4 && mailbox.put(job("f", .callback { _ in })) == .full)
        #expect(keys(mailbox.take(limit: 3, timeout: .now())) == ["b", "c"])
        #expect(keys(mailbox.take(limit: 3, timeout: .now())) == ["d", "e"])
        #expect(mailbox.count == 0)
    }

    @Test("A full mailbox refuses: a callback at once, an asker by way of the writer")
    func full() {
        let mailbox = Mailbox(capacity: 2)
        #expect(mailbox.put(job("a")) == nil)
        #expect(mailbox.put(job("b")) == nil)
        #expect(mailbox.put(job("c", .callback { _ in })) == .full)
        #expect(mailbox.put(job("d", .asker(Socket(), tag: 7))) == nil)
        let taken = mailbox.take(limit: 5, timeout: .now())
        #expect(keys(taken) == ["a", "b"])
        #expect(taken?.refused.count == 1)
    }

    @Test("A closed mailbox refuses, gives out what it has, and then nothing")
    func closed() {
        let mailbox = Mailbox(capacity: 2)
        #expect(mailbox.put(job("a")) == nil)
        mailbox.close()
        #expect(mailbox.put(job("b")) == .closed)
        #expect(keys(mailbox.take(limit: 5, timeout: .distantFuture)) == ["a"])
        #expect(mailbox.take(limit: 5, timeout: .distantFuture) == nil)
    }

    @Test("No job is lost between many who put and one who takes")
    func threads() async {
        let mailbox = Mailbox(capacity: 1_000_000)
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<5000 { _ = mailbox.put(self.job("\(number)")) }
                    return 0
                }
            }
            group.addTask {
                await withCheckedContinuation { done in
                    DispatchQueue.global().async {
                        var count = 0
                        while count < 20_000, let taken = mailbox.take(limit: 100, timeout: .distantFuture) {
                            count += taken.jobs.count
                        }
                        done.resume(returning: count)
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(count == 20_000)
    }

    @Test("Past its capacity a store answers unavailable, to each, and goes on")
    func overflow() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(mailboxCapacity: 5))
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        let store = fixture.bench.store
        let answers = Mutex<[Result<Outcome, ChatError>]>([])
        let total = 2000
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            for _ in 0..<total {
                store.submit(
                    .send(NewMessage(chatID: chat, sender: ann, content: "x")),
                    reply: .callback { result in
                        let count = answers.withLock { answers in
                            answers.append(result)
                            return answers.count
                        }
                        if count == total { done.resume() }
                    })
            }
        }
        let refused = answers.withLock { $0 }.compactMap { result -> ChatError? in
            if case .failure(let error) = result { error } else { nil }
        }
        #expect(!refused.isEmpty)
        #expect(refused.allSatisfy { $0.code == .unavailable && $0.retryable && $0.retryAfter != nil })
        let stored = try await fixture.bench.read { try $0.chat(chat)?.lastSeq }
        #expect(stored == Int64(total - refused.count))
        try fixture.bench.close()
    }
}
