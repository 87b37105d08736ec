import Glibc

/// `parley-fuzz TARGET [option of libFuzzer]… [corpus]…`: one decoder under libFuzzer. See `README.md`.
@main
enum FuzzDriver {
    /// What libFuzzer's callback, a C function without a context, runs.
    nonisolated(unsafe) private static var target = FuzzTarget.all[0]

    static func main() {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let named = FuzzTarget.named(arguments.remove(at: 1)) else {
            let names = FuzzTarget.all.map { ($0.isSlow ? "slow " : "fast ") + "\($0.longest) \($0.name)" }
            print(names.joined(separator: "\n"))
            exit(arguments.count > 1 ? 64 : 0)
        }
        target = named
        var count = Int32(arguments.count)
        var texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = .allocate(capacity: arguments.count + 1)
        for (index, argument) in arguments.enumerated() { texts?[index] = strdup(argument) }
        texts?[arguments.count] = nil
        exit(
            libFuzzer(&count, &texts) { start, count in
                do {
                    try FuzzDriver.target.run(UnsafeRawBufferPointer(start: start, count: count))
                    return 0
                } catch {
                    fatalError("\(FuzzDriver.target.name): \(error)")
                }
            })
    }
}

/// Of `compiler-rt/include/fuzzer/FuzzerInterface.h`: its own loop, and ours to choose `main`.
@_silgen_name("LLVMFuzzerRunDriver")
private func libFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ run: @convention(c) (UnsafeRawPointer?, Int) -> CInt
) -> CInt
