/// Follows an SPF record through all that it includes, as a receiver would at worst.
struct SPFWalk {
    /// DNS lookups that a receiver makes before it gives up (RFC 7208 §4.6.4).
    static let lookupsMax = 10
    /// Of them, those that find nothing.
    static let voidLookupsMax = 2
    /// Hosts of one `mx`.
    static let mailHostsMax = 10
    /// Where this walk stops, so that a report can say how far beyond the limit a record is.
    static let walkedMax = 40

    enum Result: Equatable {
        case pass, fail, softFail, neutral
        /// There is no record, or it can't be read.
        case none
    }

    private(set) var lookups = 0
    private(set) var voidLookups = 0
    /// Domains that are included, however deep.
    private(set) var included: Set<String> = []
    /// What a receiver gives up at, in words.
    private(set) var problems: [String] = []
    private(set) var hasMacros = false
    private(set) var hasPTR = false
    private var open: [String] = []

    /// What the domain's record says about an address; nil where it can't be said (yet).
    mutating func result(
        of domain: String, for address: AddressBits?, _ answers: inout DNSAnswers
    ) -> Result? {
        guard !open.contains(domain) else {
            problems.append("\(domain) includes itself")
            return Result.none
        }
        guard let texts = answers.texts(domain) else { return nil }
        let found = texts.filter(SPFRecord.isSPF)
        guard found.count == 1, let text = found.first else {
            if found.count > 1 {
                problems.append("\(domain) has \(found.count) SPF records; one is allowed")
            } else if !open.isEmpty {
                problems.append("\(domain) is included, but has no SPF record")
            }
            return Result.none
        }
        let record: SPFRecord
        do {
            record = try SPFRecord(text)
        } catch {
            problems.append("the record of \(domain) can't be read: \(error.reason)")
            return Result.none
        }
        open.append(domain)
        defer { open.removeLast() }
        return result(of: record, at: domain, for: address, &answers)
    }

    private mutating func result(
        of record: SPFRecord, at domain: String, for address: AddressBits?,
        _ answers: inout DNSAnswers
    ) -> Result? {
        var matched: Result?
        var isKnown = true
        for term in record.terms {
            let doesMatch = matches(term.mechanism, at: domain, for: address, &answers)
            if doesMatch == nil { isKnown = false }
            // Terms behind a match aren't looked at by receivers, but they are for another address.
            if doesMatch == true, matched == nil { matched = Self.result(term.qualifier) }
            if term.mechanism == .all { break }
        }
        if let redirect = record.redirect, record.all == nil {
            guard count(redirect) else { return isKnown ? matched ?? Result.none : nil }
            let behind = result(of: redirect, for: address, &answers)
            if behind == nil { isKnown = false }
            if matched == nil { matched = behind }
        }
        return isKnown ? matched ?? .neutral : nil
    }

    private static func result(_ qualifier: SPFRecord.Qualifier) -> Result {
        switch qualifier {
        case .pass: .pass
        case .fail: .fail
        case .softFail: .softFail
        case .neutral: .neutral
        }
    }

    /// Counts a lookup; whether the name can be followed.
    private mutating func count(_ name: String) -> Bool {
        lookups += 1
        if name.contains("%") {
            hasMacros = true
            return false
        }
        return lookups <= Self.walkedMax
    }

    private mutating func matches(
        _ mechanism: SPFRecord.Mechanism, at domain: String, for address: AddressBits?,
        _ answers: inout DNSAnswers
    ) -> Bool? {
        switch mechanism {
        case .all: return true
        case .range(let range, let bits): return address?.matches(range, bits: bits) ?? false
        case .include(let name):
            included.insert(name)
            guard count(name) else { return false }
            return result(of: name, for: address, &answers).map { $0 == .pass }
        case .a(let host, let bits4, let bits6):
            let name = host ?? domain
            guard count(name) else { return false }
            guard let found = answers.addresses(name) else { return nil }
            if found.isEmpty { voidLookups += 1 }
            return isAmong(found, address, bits4, bits6)
        case .mx(let host, let bits4, let bits6):
            let name = host ?? domain
            guard count(name) else { return false }
            guard let records = answers.records(name, .mx) else { return nil }
            return isMailHost(of: name, records, address, bits4, bits6, &answers)
        case .exists(let name):
            guard count(name) else { return false }
            guard let found = answers.records(name, .a) else { return nil }
            if found.isEmpty { voidLookups += 1 }
            return !found.isEmpty
        case .ptr:
            lookups += 1
            hasPTR = true
            return false
        }
    }

    private mutating func isMailHost(
        of name: String, _ records: [DNSRecord], _ address: AddressBits?, _ bits4: Int,
        _ bits6: Int, _ answers: inout DNSAnswers
    ) -> Bool? {
        let hosts = records.compactMap { record -> String? in
            if case .mailHost(_, let host) = record, !host.isEmpty { host } else { nil }
        }
        if hosts.isEmpty { voidLookups += 1 }
        guard hosts.count <= Self.mailHostsMax else {
            problems.append("mx of \(name) has \(hosts.count) hosts; ten are allowed")
            return false
        }
        guard let address else { return false }
        var isKnown = true
        var isAny = false
        for host in hosts {
            guard let found = answers.addresses(host) else {
                isKnown = false
                continue
            }
            if isAmong(found, address, bits4, bits6) { isAny = true }
        }
        return isKnown ? isAny : nil
    }

    private func isAmong(
        _ texts: [String], _ address: AddressBits?, _ bits4: Int, _ bits6: Int
    ) -> Bool {
        guard let address else { return false }
        return texts.contains { text in
            guard let other = AddressBits(text) else { return false }
            return address.matches(other, bits: address.isVersion6 ? bits6 : bits4)
        }
    }
}
