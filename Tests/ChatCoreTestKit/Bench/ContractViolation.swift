/// What a rule of the contract suite throws when a store breaks it.
public struct ContractViolation: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String, _ file: StaticString = #fileID, _ line: UInt = #line) {
        self.description = "\(description) (\(file):\(line))"
    }
}

/// - Throws: ``ContractViolation`` when `condition` does not hold.
public func expect(
    _ condition: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws {
    if !condition { throw ContractViolation(what(), file, line) }
}

/// - Throws: ``ContractViolation`` when the two differ.
public func expectEqual<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: @autoclosure () -> String = "", file: StaticString = #fileID,
    line: UInt = #line
) throws {
    if actual != expected { throw ContractViolation("\(what()): \(actual) is not \(expected)", file, line) }
}

/// The value of an optional that must have one.
///
/// - Throws: ``ContractViolation`` when it has none.
public func unwrap<Value>(
    _ value: Value?, _ what: @autoclosure () -> String = "a value", file: StaticString = #fileID, line: UInt = #line
) throws -> Value {
    guard let value else { throw ContractViolation("\(what()) is missing", file, line) }
    return value
}
