package import RetentionModels

/// What is chosen beforehand; docs/recommendations.md says how.
package struct OfferSettings: Sendable, Equatable {
    /// Products that fewer people bought are offered to nobody.
    package var buyersMin = 5
    /// Of the products, so many at most, the best supported.
    package var productsMax = 50_000
    /// A purchase so old counts half.
    package var halfLifeDays = 180.0
    /// With more products of enough buyers, `EASE` would take too much memory and time.
    package var easeProductsMax = 4_000
    /// `EASE`'s λ.
    package var ridge = 200.0
    package var factors: ImplicitALS.Settings = {
        var settings = ImplicitALS.Settings()
        settings.unobservedWeight = 0.3
        return settings
    }()
    /// How many alike products are kept for each.
    package var neighboursMax = 50
    /// Two products that fewer people, or orders, have in common have nothing in common.
    package var pairsMin = 3
    /// A product that nobody bought for so long counts as sold out.
    package var unsoldDaysMax = 90
    /// Held back for the check: so many days at most, and no more than a quarter of all.
    package var heldBackDaysMax = 84
    package var heldBackDaysMin = 28
    /// With fewer who bought something new in the held-back days, nothing can be said.
    package var judgesMin = 50
    /// More than this tell nothing more; they are drawn by lot.
    package var judgesMax = 2_000
    /// A product is needed again whose buyers did so to this share at least.
    package var repeatShareMin = 0.5
    /// Products that are never offered, by id: postage, for example.
    package var excludedProducts: Set<String> = []

    package init() {}
}
