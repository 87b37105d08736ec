import ChatCore

extension StoreContract {
    static let users: [ContractRule] = []
}
