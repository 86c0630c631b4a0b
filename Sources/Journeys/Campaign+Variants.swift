package import Documents

extension Campaign {
    package static let variantCounts = 2...5

    /// One of the ways in which a campaign says it.
    package struct Variant: Hashable, Sendable {
        package static let nameBytesMax = 32

        /// Its own among the campaign's, small and large letters being the same.
        package let name: String
        package let template: String
        /// What it gives to the template; what it doesn't say is the campaign's.
        package let data: DocumentNode

        package init(name: String, template: String, data: DocumentNode = .mapping([])) {
            self.name = name
            self.template = template
            self.data = data
        }

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var members = try reader.members()
            let named = try members.required("name")
            name = try named.text()
            guard (1...Self.nameBytesMax).contains(name.utf8.count),
                name.utf8.allSatisfy(Self.mayStand)
            else {
                throw named.problem(
                    "must be 1 to \(Self.nameBytesMax) of A–Z, a–z, 0–9, - and _, such as A")
            }
            template = try members.required("template").definitionName()
            data = try Campaign.data(members.optional("data"))
            try members.end()
        }

        private static func mayStand(_ byte: UInt8) -> Bool {
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x5F
        }
    }

    /// What counts for a variant; each person once.
    package enum Goal: String, Sendable, CaseIterable {
        case clicks, opens, orders
    }

    /// How the best variant is found: some of the audience get one each, the rest wait and get the best.
    package struct Test: Hashable, Sendable {
        package static let shares = 100...9000
        package static let spanMin = TimeSpan(milliseconds: 15 * 60_000)
        package static let spanMax = TimeSpan(milliseconds: 14 * 86_400_000)

        /// The share that tries the variants out, in hundredths of a percent.
        package let shareBasisPoints: Int
        /// How long the rest wait at most, from when the last of those is written to.
        package let span: TimeSpan
        package let goal: Goal

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var members = try reader.members()
            let share = try members.required("share")
            shareBasisPoints = try share.share()
            guard Self.shares.contains(shareBasisPoints) else {
                throw share.problem("must be from 1% to 90%")
            }
            let span = try members.required("for")
            self.span = try span.timeSpan()
            guard (Self.spanMin...Self.spanMax).contains(self.span) else {
                throw span.problem("must be from 15 minutes to 14 days")
            }
            goal = try members.optional("by")?.choice(Goal.self) ?? .clicks
            try members.end()
        }
    }

    static func variants(_ reader: DocumentReader?) throws(DocumentProblem) -> [Variant] {
        guard let reader else { return [] }
        var variants: [Variant] = []
        for element in try reader.elements() {
            let variant = try Variant(reading: element)
            if variants.contains(where: { $0.name.lowercased() == variant.name.lowercased() }) {
                throw element.problem("is called \(variant.name), as one before it is")
            }
            variants.append(variant)
        }
        guard variantCounts.contains(variants.count) else {
            throw reader.problem(
                "must be \(variantCounts.lowerBound) to \(variantCounts.upperBound) variants, "
                    + "not \(variants.count)")
        }
        return variants
    }

    static func data(_ reader: DocumentReader?) throws(DocumentProblem) -> DocumentNode {
        guard let reader else { return .mapping([]) }
        guard case .mapping = reader.node.value else {
            throw reader.problem("must be a mapping such as {headline: Spring is here}")
        }
        return reader.node
    }

    // MARK: Who gets which

    /// All that it says: its variants, or the one template that it has, without a name.
    package var messages: [Variant] {
        variants.isEmpty ? [Variant(name: "", template: template)] : variants
    }

    /// A variant by its name, small and large letters being the same; nil for none.
    package func variant(named name: String) -> Variant? {
        variants.first { $0.name.lowercased() == name.lowercased() }
    }

    /// Which variant somebody gets.
    ///
    /// - Parameter place: Theirs among all, 0..<1, in the run's experiment of variants.
    /// - Precondition: It has variants.
    package func variant(at place: Double) -> Variant {
        variants[min(variants.count - 1, Int(place * Double(variants.count)))]
    }

    /// Whether somebody tries a variant out; everybody does where nobody waits.
    ///
    /// - Parameter place: Theirs among all, 0..<1, in the run's experiment of who does.
    package func triesOut(place: Double) -> Bool {
        test.map { place * 10_000 < Double($0.shareBasisPoints) } ?? true
    }

    /// What it gives to a variant's template.
    package func data(for variant: Variant) -> DocumentNode {
        guard case .mapping(let shared) = data.value, case .mapping(let own) = variant.data.value
        else { return data }
        let names = Set(own.map(\.name))
        return DocumentNode(.mapping(shared.filter { !names.contains($0.name) } + own))
    }
}
