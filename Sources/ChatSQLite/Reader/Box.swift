import Synchronization

/// Carries one value from one thread to another.
final class Box<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    init() {}

    func put(_ value: Value) { self.value.withLock { $0 = value } }

    func take() -> Value? {
        value.withLock { value in
            defer { value = nil }
            return value
        }
    }
}
