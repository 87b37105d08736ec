import ArgumentParser

/// `parley chat …`.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Chats, members and messages, through the admin endpoint.",
        subcommands: [
            ChatCreate.self, ChatList.self, ChatShow.self, ChatRename.self, ChatDelete.self, ChatMembers.self,
            ChatAdd.self, ChatRemove.self, ChatMessages.self, ChatSend.self, ChatDeleteMessage.self,
        ])
}
