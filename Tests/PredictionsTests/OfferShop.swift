import Kernel
import RetentionModels

@testable import Predictions

/// A shop made by lot, of which it is known who likes what.
struct OfferShop {
    static let today = 20_000
    /// Products of a taste.
    static let perTaste = 8

    /// People of three tastes, who mostly buy what is of theirs.
    ///
    /// - Parameters:
    ///   - fidelity: The share of products that are of one's own taste; a third is no taste at all.
    ///   - days: How far back orders reach.
    static func lines(
        seed: UInt64, customers: Int = 300, fidelity: Double = 0.9, days: Int = 360
    ) -> OfferLines {
        var random = SeededRandom(seed: seed)
        let tastes = ["coffee", "tea", "garden"]
        let catalogue = (0..<3 * perTaste).map { number in
            OfferProduct(
                id: "p\(number)", name: "Product \(number)", category: tastes[number / perTaste])
        }
        var lines = OfferLines(customerCount: customers, catalogue: catalogue)
        var order = 0
        for customer in 0..<customers {
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let day = today - Int.random(in: 0..<days, using: &random)
                order += 1
                var basket: Set<Int> = []
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let own = random.unit() < fidelity
                    let taste = own ? customer % 3 : Int.random(in: 0..<3, using: &random)
                    basket.insert(
                        taste * perTaste + Int.random(in: 0..<perTaste, using: &random))
                }
                for product in basket.sorted() {
                    lines.add(customer: customer, product: product, order: order, day: day)
                }
            }
        }
        return lines
    }

    /// Small enough for tests.
    static var settings: OfferSettings {
        var settings = OfferSettings()
        settings.ridge = 20
        settings.factors.factors = 8
        settings.factors.iterations = 5
        return settings
    }

    /// The customer's purchases, as they are asked for.
    static func purchases(of customer: Int, in lines: OfferLines) -> [OfferPurchase] {
        lines.products.indices.filter { lines.customers[$0] == customer }.map {
            OfferPurchase(product: lines.catalogue[lines.products[$0]].id, day: lines.days[$0])
        }
    }
}

extension OfferLines {
    mutating func add(customer: Int, product: Int, order: Int, day: Int) {
        customers.append(customer)
        products.append(product)
        orders.append(order)
        days.append(day)
    }
}
