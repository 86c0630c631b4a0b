package import Kernel

/// The promotions that are in force, found by their codes.
package struct PromotionsInForce: Sendable, Equatable {
    /// By name.
    package let promotions: [String: Promotion]
    package let zone: ZoneRules
    /// Those that need no code, in their order.
    package let automatic: [Promotion]
    private let byPublicCode: [String: String]
    /// What is wrong between them: two that have one code, of which the first by name has it.
    package let problems: [String]

    package init(_ promotions: [Promotion], zone: ZoneRules) {
        self.promotions = Dictionary(
            promotions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.zone = zone
        var automatic: [Promotion] = []
        var byPublicCode: [String: String] = [:]
        var problems: [String] = []
        for promotion in promotions.sorted(by: { $0.name < $1.name }) {
            switch promotion.codes {
            case .none: automatic.append(promotion)
            case .public(let codes):
                for code in codes {
                    if let other = byPublicCode[code] {
                        problems.append("\(code) is a code of \(other) and of \(promotion.name)")
                    } else {
                        byPublicCode[code] = promotion.name
                    }
                }
            case .unique: break
            }
        }
        self.automatic = automatic.sorted { ($0.order, $0.name) < ($1.order, $1.name) }
        self.byPublicCode = byPublicCode
        self.problems = problems
    }

    /// What a typed code may be.
    enum Meaning {
        case nothing
        case `public`(Promotion, code: String)
        /// A unique code, if it is kept.
        case unique(CodeKey, code: String)
    }

    func meaning(of typed: String) -> Meaning {
        guard let code = CodeText.normal(typed) else { return .nothing }
        if let name = byPublicCode[code], let promotion = promotions[name] {
            return .public(promotion, code: code)
        }
        guard let key = CodeKey(letters: code.suffix(PromotionCodes.lettersCount)) else {
            return .nothing
        }
        return .unique(key, code: code)
    }
}
