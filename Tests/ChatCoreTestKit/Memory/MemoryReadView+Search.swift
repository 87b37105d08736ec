import ChatCore

extension MemoryReadView {
    func search(_ query: String, for user: UserID, in chat: ChatID?, page: PageRequest) throws -> Page<SearchHit> {
        if let chat { _ = try history(of: chat, for: user, .latest, limit: 1) }
        let place = try page.after == nil ? Int64.max : page.place()
        let words = SearchWords.words(query).map(SearchWords.folded)
        guard !words.isEmpty else {
            throw ChatError(.invalid, "query has no word that could be looked for.", field: "query")
        }
        var found: [(key: Int64, item: SearchHit)] = []
        for id in chat.map({ [$0] }) ?? chatIDs(of: user) {
            // The whole history as the user sees it.
            var seq: Int64 = 0
            var page = try history(of: id, for: user, .after(seq), limit: 1000)
            while let last = page.messages.last {
                for message in page.messages {
                    guard let n = message.id.revision?.value, n < place, let marked = marked(message.content, words)
                    else { continue }
                    found.append((n, SearchHit(message: message, snippet: SearchExcerpt.cut(marked))))
                }
                seq = last.seq
                page = try history(of: id, for: user, .after(seq), limit: 1000)
            }
        }
        found.sort { $0.key > $1.key }
        return Page(Array(found.prefix(page.count + 1)), count: page.count)
    }

    /// The text with what was found between marks; `nil` if not all words are in it, the last one as a beginning.
    private func marked(_ text: String, _ query: [String]) -> String? {
        guard let beginning = query.last else { return nil }
        let words = Set(query.dropLast())
        var missing = words
        var hasBeginning = false
        var marked = ""
        var word = ""
        func isMark(_ scalar: Unicode.Scalar) -> Bool { SearchWords.isDiacritic(scalar) && !word.isEmpty }
        func close() {
            let folded = SearchWords.folded(word)
            let isHit = !word.isEmpty && (words.contains(folded) || folded.hasPrefix(beginning))
            if isHit {
                missing.remove(folded)
                hasBeginning = hasBeginning || folded.hasPrefix(beginning)
            }
            marked += isHit ? SearchMarks.start + word + SearchMarks.end : word
            word = ""
        }
        for scalar in text.unicodeScalars {
            if SearchWords.isPart(scalar) || isMark(scalar) {
                word.unicodeScalars.append(scalar)
            } else {
                close()
                marked.unicodeScalars.append(scalar)
            }
        }
        close()
        return missing.isEmpty && hasBeginning ? marked : nil
    }
}
