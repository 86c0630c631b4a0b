import Kernel

/// What is remembered of customers for deciding, kept from batch to batch: as the tables have it between two.
final class CustomerStates {
    private var held: [CustomerState?] = []
    private var places = NumberPlaces()

    /// Nil for whoever wasn't asked for yet.
    subscript(customer: Int64) -> CustomerState? { places[customer].flatMap { held[$0] } }

    func add(_ state: CustomerState) {
        places.set(state.customer, held.count)
        held.append(state)
    }

    /// Forgets a customer who counts for somebody else now, or is no more.
    func remove(_ customer: Int64) {
        if let place = places[customer] { held[place] = nil }
    }
}
