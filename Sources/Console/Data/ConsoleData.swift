package import Insights
package import Kernel
package import Predictions

/// Everything the console reads and does, as closures: the console itself touches no storage.
///
/// Each closure may throw; the console then shows its error page and logs what was thrown.
package struct ConsoleData: Sendable {
    package var overview: @Sendable () async throws -> OverviewPageData
    package var retention: @Sendable () async throws -> RetentionPageData
    /// One page of the customer list, in the order that the query asks for.
    package var customers: @Sendable (CustomerQuery) async throws -> CustomerPage
    /// Nil where there is no such customer. A customer that was merged into another is answered by
    /// that other one (the console then redirects to it).
    package var customer: @Sendable (ID<Customer>) async throws -> CustomerPageData?
    /// What happened to one customer, newest first, strictly before the cursor (nil: from the
    /// newest).
    package var timeline:
        @Sendable (_ customer: ID<Customer>, _ before: String?, _ limit: Int) async throws ->
            TimelinePage
    /// What to offer to one customer; may take a while where it is to be learnt first.
    package var offers: @Sendable (ID<Customer>) async throws -> OffersOutcome
    /// How offers are made and how that did; nil where no order names its products. May take a while
    /// where it is to be learnt first.
    package var offerReport: @Sendable () async throws -> OfferReport?
    /// One merge, for the question that is asked before it is undone; nil where there is none.
    package var merge: @Sendable (ID<Merge>) async throws -> MergeRow?
    package var undoMerge: @Sendable (ID<Merge>, _ by: ID<Member>) async throws -> UndoOutcome
    /// The newest run of each model, in the order in which they are to be shown.
    package var models: @Sendable () async throws -> ModelsPageData
    package var settings: @Sendable () async throws -> SettingsPageData
    package var signIn: @Sendable (SignInAttempt) async throws -> SignInOutcome
    /// Who holds this session token; nil where it is unknown, ended or too old.
    package var session: @Sendable (_ token: String) async throws -> ConsoleSession?
    package var signOut: @Sendable (_ token: String) async throws -> Void
    package var changePassword: @Sendable (PasswordChange) async throws -> PasswordOutcome
    /// Segments, journeys, tasks and the outbox.
    package var automation: AutomationData
    /// Templates, messages, suppressions, campaigns, and the pages that recipients come to.
    package var mail: MailData
    /// Loyalty programs and their members.
    package var loyalty: LoyaltyData
    /// Promotions and their codes.
    package var promotions: PromotionData

    package init(
        overview: @escaping @Sendable () async throws -> OverviewPageData,
        retention: @escaping @Sendable () async throws -> RetentionPageData,
        customers: @escaping @Sendable (CustomerQuery) async throws -> CustomerPage,
        customer: @escaping @Sendable (ID<Customer>) async throws -> CustomerPageData?,
        timeline: @escaping @Sendable (ID<Customer>, String?, Int) async throws -> TimelinePage,
        offers: @escaping @Sendable (ID<Customer>) async throws -> OffersOutcome,
        offerReport: @escaping @Sendable () async throws -> OfferReport?,
        merge: @escaping @Sendable (ID<Merge>) async throws -> MergeRow?,
        undoMerge: @escaping @Sendable (ID<Merge>, ID<Member>) async throws -> UndoOutcome,
        models: @escaping @Sendable () async throws -> ModelsPageData,
        settings: @escaping @Sendable () async throws -> SettingsPageData,
        signIn: @escaping @Sendable (SignInAttempt) async throws -> SignInOutcome,
        session: @escaping @Sendable (String) async throws -> ConsoleSession?,
        signOut: @escaping @Sendable (String) async throws -> Void,
        changePassword: @escaping @Sendable (PasswordChange) async throws -> PasswordOutcome,
        automation: AutomationData = AutomationData(), mail: MailData = MailData(),
        loyalty: LoyaltyData = LoyaltyData(), promotions: PromotionData = PromotionData()
    ) {
        self.overview = overview
        self.retention = retention
        self.customers = customers
        self.customer = customer
        self.timeline = timeline
        self.offers = offers
        self.offerReport = offerReport
        self.merge = merge
        self.undoMerge = undoMerge
        self.models = models
        self.settings = settings
        self.signIn = signIn
        self.session = session
        self.signOut = signOut
        self.changePassword = changePassword
        self.automation = automation
        self.mail = mail
        self.loyalty = loyalty
        self.promotions = promotions
    }
}
