import Testing

@Suite("Style")
struct StyleTests {
    @Test("No line is longer than 120 columns", arguments: ["Sources", "Tests"])
    func columns(folder: String) throws {
        for file in try SourceTree.swiftFiles(in: folder) {
            for (number, line) in file.lines.enumerated() where line.count > 120 {
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test("No function has more than 70 lines", arguments: ["Sources", "Tests"])
    func functionLength(folder: String) throws {
        for file in try SourceTree.swiftFiles(in: folder) {
            for function in Self.functions(in: file.code) where function.length > 70 {
                Issue.record("\(file.path):\(function.line) has a function of \(function.length) lines")
            }
        }
    }

    /// Functions, initialisers and the like: from the line that opens one to the line that closes its brace.
    static func functions(in code: [String]) -> [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        var open: [(line: Int, depth: Int)] = []
        var depth = 0
        var awaiting: Int?
        for (number, line) in code.enumerated() {
            let words = line.split { !$0.isLetter }
            let declares = words.contains("func") || words.first == "init" || words.dropFirst().first == "init"
            if declares, awaiting == nil, !line.contains(".init") { awaiting = number }
            for character in line {
                if character == "{" {
                    if let start = awaiting {
                        open.append((start, depth))
                        awaiting = nil
                    }
                    depth += 1
                } else if character == "}" {
                    depth -= 1
                    // What still waits for its body when a scope ends is a requirement of a protocol.
                    awaiting = nil
                    if let last = open.last, last.depth == depth {
                        found.append((last.line + 1, number - last.line + 1))
                        open.removeLast()
                    }
                }
            }
        }
        return found
    }

    @Test("Each @unchecked Sendable is followed by its reason")
    func uncheckedReasons() throws {
        for file in try SourceTree.swiftFiles(in: "Sources") {
            let code = file.code
            for (number, line) in code.enumerated() where line.contains("@unchecked Sendable") {
                let near = file.lines[number...min(number + 1, file.lines.count - 1)]
                #expect(near.contains { $0.contains("//") }, "\(file.path):\(number + 1) gives no reason")
            }
        }
    }

    /// A reason counts for what stands in the three lines below it. There are fewer rather than more of them.
    @Test("Each try? has its reason beside it")
    func swallowedErrors() throws {
        var count = 0
        for file in try SourceTree.swiftFiles(in: "Sources") {
            for (number, line) in file.code.enumerated() where line.contains(/\btry\?/) {
                count += 1
                let near = file.lines[max(0, number - 3)...number]
                let hasReason = near.contains { $0.contains("// ") && !$0.contains("/// ") }
                #expect(hasReason, "\(file.path):\(number + 1) gives no reason")
            }
        }
        #expect(count <= 61, "Is the new one right?")
    }

    @Test("Sources neither force nor swallow", arguments: ["try!", "as!", "fatalError(", "catch {}", "catch { }"])
    func forbiddenWords(word: String) throws {
        for file in try SourceTree.swiftFiles(in: "Sources") {
            for (number, line) in file.code.enumerated() {
                #expect(!line.contains(word), "\(file.path):\(number + 1) has \(word)")
            }
        }
    }

    @Test("Sources unwrap nothing by force")
    func forceUnwraps() throws {
        for file in try SourceTree.swiftFiles(in: "Sources") {
            for (number, line) in file.code.enumerated() where Self.unwrapsByForce(line) {
                Issue.record("\(file.path):\(number + 1) unwraps by force")
            }
        }
    }

    /// A `!` right after a name, a bracket or a quote is an unwrap; `!=` and a `!` before a name are not.
    static func unwrapsByForce(_ code: String) -> Bool {
        let characters = Array(code)
        return characters.indices.contains { index in
            guard characters[index] == "!", index > 0 else { return false }
            let before = characters[index - 1]
            guard before.isLetter || before.isNumber || ")]\"_>}".contains(before) else { return false }
            return index + 1 == characters.count || characters[index + 1] != "="
        }
    }

    @Test("A catch block over several lines is not empty")
    func emptyCatches() throws {
        for file in try SourceTree.swiftFiles(in: "Sources") {
            let code = file.code
            for (number, line) in code.enumerated() where line.contains("catch") && line.hasSuffix("{") {
                let next = code[(number + 1)...].first { !$0.allSatisfy(\.isWhitespace) } ?? ""
                #expect(!next.drop(while: \.isWhitespace).hasPrefix("}"), "\(file.path):\(number + 1) is empty")
            }
        }
    }

    @Test(
        "Files end with one newline and hold no tabs or blanks at the end of a line", arguments: ["Sources", "Tests"])
    func whitespace(folder: String) throws {
        for file in try SourceTree.swiftFiles(in: folder) {
            #expect(file.lines.last?.isEmpty == true, "\(file.path) does not end with a newline")
            for (number, line) in file.lines.enumerated() where line.last?.isWhitespace == true || line.contains("\t") {
                Issue.record("\(file.path):\(number + 1) has blanks at its end or a tab")
            }
        }
    }

    /// `print` loses what cannot be written and says nothing; a `FileHandle` that is written to without `try` ends the
    /// process then. The few files that write to descriptors do it by `write(2)`, and look at its result.
    @Test(
        "Standard output and error are written in one place",
        arguments: ["print(", "debugPrint(", "dump(", "standardOutput", "standardError", "fputs(", "NSLog(", "putc("])
    func standardStreams(word: String) throws {
        for file in try SourceTree.swiftFiles(in: "Sources")
        where file.target != "parley-load" && !file.path.hasPrefix("Sources/parley/Output/") {
            for (number, line) in file.code.enumerated() where Self.calls(word, in: line) {
                #expect(line.contains("BackgroundWriter.") || line.contains("BackgroundWriter = ."),
                    "\(file.path):\(number + 1) has \(word)")
            }
        }
    }

    @Test("Nothing is written to a FileHandle: its write traps where it fails")
    func fileHandles() throws {
        for file in try SourceTree.swiftFiles(in: "Sources") {
            for (number, line) in file.code.enumerated() {
                for word in [".write(Data(", "forWritingAtPath", "forUpdating"] {
                    #expect(!line.contains(word), "\(file.path):\(number + 1) has \(word)")
                }
            }
        }
    }

    /// Whether the word stands there itself, not as the end of a longer name.
    private static func calls(_ word: String, in line: String) -> Bool {
        line.ranges(of: word).contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && before != "_"
        }
    }

    @Test("A test waits for what happens elsewhere by until(…), which has an end and says what never happened")
    func boundedWaits() throws {
        for file in try SourceTree.swiftFiles(in: "Tests") where file.path.contains("Tests/") {
            guard !file.path.hasPrefix("Tests/WaitTestKit/"), !file.path.hasPrefix("Tests/ConformanceServer/"),
                !file.path.hasPrefix("Tests/Micro/")
            else { continue }
            for (number, line) in file.code.enumerated() {
                // Work that is to be cancelled sleeps for an hour; the writer's own thread is its test's.
                if line.contains(".seconds(3600)") || file.path.hasSuffix("/ManualWriter.swift") { continue }
                for word in ["Task.yield()", "Task.sleep(", "Thread.sleep", "usleep("] {
                    #expect(!line.contains(word), "\(file.path):\(number + 1) has \(word)")
                }
            }
        }
    }
}
