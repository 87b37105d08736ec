import ArgumentParser
import ByteText
import Dispatch
import JSON
import Synchronization

/// Names of users for a shell that completes one: asked of the appliance where that answers at once, else none.
///
/// The options of the line are not looked at: it may not be whole. So it is the appliance that the environment names.
enum UserCompletion {
    private static let limit = 50
    /// As long as somebody who pressed a key may wait.
    private static let patience: DispatchTimeInterval = .seconds(2)

    private final class Names: Sendable {
        let found = Mutex<[String]>([])
    }

    /// The parser asks for them in the middle of `parse`, which must not suspend: what runs after it on another thread
    /// would have other signals blocked.
    static func names(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let names = Names()
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            let found = await ask(for: prefix)
            names.found.withLock { $0 = found }
            isDone.signal()
        }
        guard isDone.wait(timeout: .now() + patience) == .success else { return [] }
        return names.found.withLock { $0 }
    }

    private static func ask(for prefix: String) async -> [String] {
        do {
            let path = "/admin/users?q=\(AdminCall.encoded(prefix))&limit=\(limit)"
            let answer = try await AdminConnection.parse([]).client().perform(AdminCall(.get, path))
            guard answer.status == 200 else { return [] }
            let list = try JSONValue(parsing: answer.body)
            return (list["items"]?.array ?? []).compactMap { $0["username"]?.line }.filter { $0.hasPrefix(prefix) }
        } catch {
            // Somebody is typing: whatever is wrong, there is nothing to complete.
            return []
        }
    }
}
