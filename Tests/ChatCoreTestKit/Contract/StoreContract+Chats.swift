import ChatCore

extension StoreContract {
    static let chats: [ContractRule] = []
}
