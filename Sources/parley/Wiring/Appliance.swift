struct Appliance {
    init(_ configuration: ServeConfiguration, unknownEnvironment: [String]) {}
    func run() async throws {}
}
