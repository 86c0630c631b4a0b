import Console
import Kernel
import Promotions
import Records
import Runtime

/// What the console's pages of promotions show, read from the workspace.
struct ConsolePromotions: Sendable {
    private static let usesShown = 30
    private static let figuresSeconds: Int64 = 10

    let workspace: Workspace
    private let kept: KeptAnswers<String, [String: PromotionFigures]>

    init(workspace: Workspace) {
        self.workspace = workspace
        kept = KeptAnswers(clock: workspace.clock, seconds: Self.figuresSeconds)
    }

    var data: PromotionData {
        var data = PromotionData()
        data.promotions = { try await Blocking.run { try list() } }
        data.promotion = { name in try await Blocking.run { try page(name) } }
        data.look = { code in try await Blocking.run { try look(code) } }
        data.guesses = { guesses() }
        data.makeBatch = { name, count in
            try await Blocking.run { try makeBatch(name, count) }
        }
        data.batchText = { name, number, start in
            try await Blocking.run { try text(name, number, start) }
        }
        return data
    }

    private func figures() throws -> [String: PromotionFigures] {
        try kept.value("") { try workspace.promotions.store.figures() }
    }

    private func list() throws -> [PromotionRow] {
        let figures = try figures()
        return workspace.promotions.inForce.promotions.values
            .sorted { ($0.order, $0.name) < ($1.order, $1.name) }
            .map { Self.row($0, figures[$0.name] ?? PromotionFigures()) }
    }

    private static func row(_ promotion: Promotion, _ figures: PromotionFigures) -> PromotionRow {
        PromotionRow(
            name: promotion.name, title: promotion.title, gives: PromotionWords.effect(promotion),
            codes: PromotionWords.codes(promotion), reserved: figures.reserved,
            redeemed: figures.redeemed, refunded: figures.refunded,
            discounts: figures.discounts.filter { $0.value != 0 }
                .map { Money(minor: $0.value, currency: $0.key) }
                .sorted { $0.currency < $1.currency })
    }

    private func page(_ name: String) throws -> PromotionPageData? {
        guard let promotion = workspace.promotions.inForce.promotions[name],
            let row = try workspace.records.definitionsInForce().first(where: {
                $0.kind == "promotion" && $0.name == name
            })
        else { return nil }
        let store = workspace.promotions.store
        var hasUniqueCodes = false
        if case .unique = promotion.codes { hasUniqueCodes = true }
        let batches = try store.batches(of: name)
        return PromotionPageData(
            row: Self.row(promotion, try figures()[name] ?? PromotionFigures()),
            version: Int(row.version), appliedAt: row.appliedAt,
            rules: PromotionWords.rules(promotion), yaml: row.source,
            newest: try store.uses(of: name, limit: Self.usesShown).map { use in
                PromotionPageData.Use(
                    checkout: use.checkout, customer: ID<Customer>(use.customer),
                    state: use.state.word, code: use.use.code,
                    discount: Currency(use.currency).map {
                        Money(minor: use.use.discountMinor, currency: $0)
                    }, at: use.changedAt)
            }, hasUniqueCodes: hasUniqueCodes || !batches.isEmpty,
            batches: batches.map {
                PromotionPageData.Batch(
                    number: $0.number, size: $0.size, isOpen: $0.isOpen, at: $0.madeAt)
            })
    }

    private func look(_ code: String) throws -> CodeAnswer {
        if let (found, checkout) = try workspace.promotions.look(up: code) {
            return CodeAnswer(
                code: code, standing: PromotionLookCommand.standing(found, checkout),
                promotion: found.promotion)
        }
        let normal = CodeText.normal(code)
        let owner = workspace.promotions.inForce.promotions.values.first { promotion in
            guard case .public(let codes) = promotion.codes, let normal else { return false }
            return codes.contains(normal)
        }
        guard let owner else { return CodeAnswer(code: code, standing: nil) }
        return CodeAnswer(code: code, standing: "a public code", promotion: owner.name)
    }

    private func guesses() -> [GuessRow] {
        workspace.promotions.reports.map { report in
            let caller =
                switch report.caller {
                case .client(let name): name
                case .key: "an API key, without saying for whom"
                }
            return GuessRow(
                caller: caller, wrongCount: report.wrongCount, since: report.since)
        }
    }

    private func makeBatch(_ name: String, _ count: Int) throws -> Bool {
        do {
            _ = try workspace.promotions.makeBatch(of: name, count: count)
            return true
        } catch PromotionDesk.Failure.unknownPromotion, PromotionDesk.Failure.noUniqueCodes {
            return false
        }
    }

    private func text(_ name: String, _ number: Int64, _ start: Int) throws -> [UInt8]? {
        let batch = try workspace.promotions.store.batches(of: name).first { $0.number == number }
        guard let batch else { return nil }
        guard start < batch.size else { return [] }
        return workspace.promotions.text(of: batch, from: start, count: PromotionData.textCodes)
    }
}
