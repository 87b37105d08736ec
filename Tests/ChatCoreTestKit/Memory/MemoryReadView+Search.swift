import ChatCore

extension MemoryReadView {
    func search(_ request: SearchRequest, for user: UserID?) throws -> SearchPage {
        if let chat = request.chatID, let user { _ = try history(of: chat, for: user, .latest, limit: 1) }
        let place = try request.place()
        var matcher = SearchMatcher(try SearchQuery(request.query))
        var found: [(key: Int64, item: SearchHit)] = []
        for id in request.chatID.map({ [$0] }) ?? user.map({ chatIDs(of: $0) }) ?? allChats {
            for message in try messages(of: id, for: user) {
                guard let n = message.id.revision?.value, n < place, isWanted(message, request),
                    matcher.matches(message.content)
                else { continue }
                let snippet = SearchExcerpt.cut(message.content, matcher.hits(in: message.content))
                found.append((n, SearchHit(message: message, snippet: snippet)))
            }
        }
        found.sort { $0.key > $1.key }
        let shown = found.prefix(request.page.count)
        let last = found.count > shown.count ? shown.last?.key : nil
        return SearchPage(items: shown.map(\.item), next: last.map(request.cursor))
    }

    private var allChats: [ChatID] { state.chats.values.filter { !$0.isDeleted }.map(\.chat.id) }

    private func isWanted(_ message: Message, _ request: SearchRequest) -> Bool {
        if let sender = request.senderID, message.sender?.id != sender { return false }
        if let before = request.before, message.createdAt >= before { return false }
        if let after = request.after, message.createdAt < after { return false }
        return message.deletedAt == nil
    }

    /// The whole history of a chat as the user sees it.
    private func messages(of chat: ChatID, for user: UserID?) throws -> [Message] {
        var messages: [Message] = []
        while true {
            let range = HistoryRange.after(messages.last?.seq ?? 0)
            let page =
                try user.map { try history(of: chat, for: $0, range, limit: 1000) }
                ?? history(of: chat, range, limit: 1000)
            guard !page.messages.isEmpty else { return messages }
            messages += page.messages
        }
    }
}
