import Foundation
import Testing

@Suite("The manifest")
struct ManifestTests {
    /// A target as Package.swift declares it.
    struct Target {
        let name: String
        let folder: String
        /// Targets and products, by the names of their modules: here they are the same.
        let dependencies: Set<String>
    }

    /// Targets of C are not looked at: they include headers.
    @Test("Each target declares the modules that it imports, and no other")
    func dependencies() throws {
        let files = try SourceTree.swiftFiles(in: "Sources") + SourceTree.swiftFiles(in: "Tests")
        let targets = try Self.targets(of: try SourceTree.text("Package.swift"))
        #expect(targets.count > 30)
        for target in targets {
            let own = files.filter { $0.path.hasPrefix(target.folder + "/") }
            guard !own.isEmpty else { continue }
            let imported = Set(own.flatMap { LayerTests.imports(of: $0) })
                .subtracting(LayerTests.standard).subtracting(["Testing"])
            let (undeclared, unused) = (
                imported.subtracting(target.dependencies).sorted(), target.dependencies.subtracting(imported).sorted()
            )
            #expect(undeclared == [], "\(target.name) does not declare what it imports")
            #expect(unused == [], "\(target.name) does not import what it declares")
        }
    }

    @Test("Declarations are read as the manifest writes them")
    func reading() throws {
        let manifest = """
            let core: Target.Dependency = .product(name: "Core", package: "core")
            let site = appliance("Site", "site")
            let many: [Target.Dependency] = ["A", core]
            let package = Package(
                products: [.library(name: "A", targets: ["A"])],
                targets: [
                    .target(name: "A", swiftSettings: strict),
                    .testTarget(
                        name: "ATests", dependencies: many + ["B", .product(name: "C", package: "c"), site],
                        path: "Tests/X", exclude: ["Y"]),
                ]
            )
            """
        let targets = try Self.targets(of: manifest)
        #expect(targets.map(\.name) == ["A", "ATests"])
        #expect(targets.map(\.folder) == ["Sources/A", "Tests/X"])
        #expect(targets.map(\.dependencies) == [[], ["A", "B", "C", "Core", "Site"]])
    }

    /// What is said of targets before the part for fuzzing, which changes them.
    static func targets(of manifest: String) throws -> [Target] {
        let end = manifest.range(of: "PARLEY_FUZZ_RUNTIME")?.lowerBound ?? manifest.endIndex
        let text = manifest[..<end].replacing(/\.product\(\s*name: ("\w+"), package: "[^"]*"\)/) { $0.output.1 }
            .replacing(/appliance\(("\w+"), "[^"]*"\)/) { $0.output.1 }
        var named: [Substring: Set<String>] = [:]
        for match in text.matches(of: /let (\w+)(?:: Target\.Dependency)? = "(\w+)"/) {
            named[match.output.1] = [String(match.output.2)]
        }
        for match in text.matches(of: /let (\w+): \[Target\.Dependency\] = (\[[^\]]*\])/) {
            named[match.output.1] = names(in: match.output.2, named)
        }
        let declarations = text.split(separator: /\.(?:target|executableTarget|testTarget)\(/).dropFirst()
        return try declarations.map { declaration in
            let name = String(try #require(declaration.firstMatch(of: /name: "([\w-]+)"/)).output.1)
            let list = declaration.firstMatch(of: /dependencies: ((?:\w+ \+ )?\[[^\]]*\](?: \+ \w+)?)/)?.output.1
            let place = declaration.firstMatch(of: /path: "([^"]+)"/)?.output.1
            let usual = name.hasSuffix("Tests") ? "Tests/\(name)" : "Sources/\(name)"
            return Target(
                name: name, folder: place.map(String.init) ?? usual,
                dependencies: list.map { names(in: $0, named) } ?? [])
        }
    }

    private static func names(in list: Substring, _ named: [Substring: Set<String>]) -> Set<String> {
        var names = Set(list.matches(of: /"([\w-]+)"/).map { String($0.output.1) })
        let rest = list.replacing(/"[^"]*"/, with: "")
        for match in rest.matches(of: /\w+/) { names.formUnion(named[match.output] ?? []) }
        return names
    }
}
