/// What is asked of the DNS: a name, and the kind of record.
package struct DNSQuestion: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        case a = 1
        case cname = 5
        case ptr = 12
        case mx = 15
        case txt = 16
        case aaaa = 28
    }

    /// In lower case, without a dot at its end.
    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind) {
        var name = name.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        self.name = name
        self.kind = kind
    }

    package var description: String { "\(name) \(kind)" }
}

/// What a record says.
package enum DNSRecord: Hashable, Sendable {
    /// `A`, `AAAA`: the address as text.
    case address(String)
    /// `CNAME`, `PTR`: in lower case, without a dot at its end.
    case name(String)
    /// `MX`; the host of a null MX is empty (RFC 7505).
    case mailHost(preference: Int, host: String)
    /// `TXT`: its strings put together without anything between them (RFC 7208 §3.3).
    case text(String)
}

/// What the DNS says to a question.
package enum DNSAnswer: Hashable, Sendable {
    /// One record or more. Of other kinds than `cname` they are those of the name that aliases lead to.
    case found([DNSRecord])
    /// There is no such name, or it has no record of the kind.
    case none
    /// Nobody knows: no server answered, or none could say.
    case failed(reason: String)
}

/// The answers that are known so far. What is missing is remembered, and asked for next.
struct DNSAnswers {
    private let known: [DNSQuestion: DNSAnswer]
    private(set) var missing: Set<DNSQuestion> = []
    /// Questions to which there is no answer to be had, with the reason.
    private(set) var failures: [DNSQuestion: String] = [:]

    init(_ known: [DNSQuestion: DNSAnswer]) {
        self.known = known
    }

    /// Nil where the answer isn't known yet, or failed.
    mutating func records(_ name: String, _ kind: DNSQuestion.Kind) -> [DNSRecord]? {
        let question = DNSQuestion(name, kind)
        switch known[question] {
        case .found(let records): return records
        case .some(.none): return []
        case .failed(let reason):
            failures[question] = reason
            return nil
        case nil:
            missing.insert(question)
            return nil
        }
    }

    mutating func texts(_ name: String) -> [String]? {
        records(name, .txt)?.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The addresses of a host of both kinds.
    mutating func addresses(_ name: String) -> [String]? {
        let four = records(name, .a)
        let six = records(name, .aaaa)
        guard let four, let six else { return nil }
        return (four + six).compactMap { if case .address(let text) = $0 { text } else { nil } }
    }

    /// Why a question has no answer; nil where it has one, or isn't asked yet.
    func failure(_ name: String, _ kinds: DNSQuestion.Kind...) -> String? {
        kinds.lazy.compactMap { failures[DNSQuestion(name, $0)] }.first
    }
}
