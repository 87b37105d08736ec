import ChatCore

extension StoreContract {
    static let members: [ContractRule] = []
}
