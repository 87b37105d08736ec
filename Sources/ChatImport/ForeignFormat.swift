/// The programs whose exports are read.
public enum ForeignFormat: String, Sendable, CaseIterable {
    /// A workspace export: a folder, or its zip.
    case slack
    /// A bulk export: JSON lines, or a folder or a zip with them and the files.
    case mattermost
    /// JSON of DiscordChatExporter: a file, or a folder or a zip of them.
    case discord
}
