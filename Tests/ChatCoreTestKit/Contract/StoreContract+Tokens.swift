import ChatCore

extension StoreContract {
    static let tokens: [ContractRule] = []
}
