import ArgumentParser

/// What others see of a user, as options of the commands that set it.
struct UserProfile: ParsableArguments {
    @Option(help: "The name shown")
    var displayName: String?

    @Option(name: .customLong("avatar-url"), help: "Address of a picture")
    var avatarURL: String?
}
