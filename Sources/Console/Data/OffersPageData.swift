package import Kernel
package import Predictions

/// What to offer to one customer.
package struct OffersPageData: Sendable {
    package var offers: CustomerOffers
    package var asOf: CalendarDay
    package var report: OfferReport

    package init(offers: CustomerOffers, asOf: CalendarDay, report: OfferReport) {
        self.offers = offers
        self.asOf = asOf
        self.report = report
    }
}

/// What came of asking for it.
package enum OffersOutcome: Sendable {
    case offers(OffersPageData)
    /// No order names its products.
    case noLines
    /// There is no such customer.
    case unknown
}
