/// Who may send for a domain, as its SPF record says (RFC 7208 §4.5 to §6).
struct SPFRecord: Equatable {
    enum Qualifier: Character {
        case pass = "+"
        case fail = "-"
        case softFail = "~"
        case neutral = "?"
    }

    enum Mechanism: Equatable {
        case all
        case include(String)
        /// The domain is nil for the record's own.
        case a(String?, bits4: Int, bits6: Int)
        case mx(String?, bits4: Int, bits6: Int)
        case ptr
        case range(AddressBits, bits: Int)
        case exists(String)
    }

    struct Term: Equatable {
        let qualifier: Qualifier
        let mechanism: Mechanism
    }

    /// Why a record isn't one, in words.
    struct Problem: Error, Equatable {
        let reason: String
    }

    static let textBytesMax = 4096

    private(set) var terms: [Term] = []
    private(set) var redirect: String?

    /// Whether a TXT record is one of SPF.
    static func isSPF(_ text: String) -> Bool {
        let lower = text.lowercased()
        return lower == "v=spf1" || lower.hasPrefix("v=spf1 ")
    }

    /// The last word about who isn't named.
    var all: Qualifier? {
        terms.last { $0.mechanism == .all }?.qualifier
    }

    init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.textBytesMax else {
            throw Problem(reason: "it is longer than \(Self.textBytesMax) bytes")
        }
        guard text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw Problem(reason: "it has characters that aren't ASCII")
        }
        for part in text.split(separator: " ").dropFirst() {
            if let equals = part.firstIndex(of: "="), Self.isName(part[..<equals]) {
                let name = part[..<equals].lowercased()
                let value = String(part[part.index(after: equals)...])
                if name == "redirect" {
                    guard redirect == nil else { throw Problem(reason: "redirect= comes twice") }
                    redirect = try Self.domain(value, part)
                }
                continue
            }
            terms.append(try Self.term(part))
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, (first | 0x20) &- 0x61 < 26 else { return false }
        return text.utf8.allSatisfy {
            ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
    }

    private static func term(_ part: Substring) throws(Problem) -> Term {
        var rest = part
        var qualifier = Qualifier.pass
        if let first = rest.first, let given = Qualifier(rawValue: first) {
            qualifier = given
            rest = rest.dropFirst()
        }
        let end = rest.firstIndex { $0 == ":" || $0 == "/" } ?? rest.endIndex
        let name = rest[..<end].lowercased()
        let hasValue = end < rest.endIndex && rest[end] == ":"
        let value = hasValue ? rest[rest.index(after: end)...] : rest[end...]
        return Term(
            qualifier: qualifier,
            mechanism: try mechanism(name, hasValue: hasValue, value: value, part))
    }

    private static func mechanism(
        _ name: String, hasValue: Bool, value: Substring, _ part: Substring
    ) throws(Problem) -> Mechanism {
        switch name {
        case "all":
            guard value.isEmpty, !hasValue else { throw wrong(part) }
            return .all
        case "include", "exists":
            guard hasValue else { throw wrong(part) }
            let domain = try domain(String(value), part)
            return name == "include" ? .include(domain) : .exists(domain)
        case "a", "mx":
            let (own, bits4, bits6) = try hostAndBits(value, hasValue: hasValue, part)
            return name == "a"
                ? .a(own, bits4: bits4, bits6: bits6) : .mx(own, bits4: bits4, bits6: bits6)
        case "ptr": return .ptr
        case "ip4", "ip6":
            guard hasValue else { throw wrong(part) }
            let pieces = value.split(separator: "/", omittingEmptySubsequences: false)
            let size = name == "ip4" ? 32 : 128
            guard pieces.count <= 2, let text = pieces.first,
                // An IPv4 address in IPv6's form is IPv4 underneath, and no range of ip6.
                let address = AddressBits(String(text)), address.isVersion6 == (name == "ip6")
            else { throw wrong(part) }
            var bits = size
            if pieces.count == 2 { bits = try Self.bits(pieces[1], size, part) }
            return .range(address, bits: bits)
        default: throw Problem(reason: "“\(part)” isn't a word that SPF knows")
        }
    }

    /// `host/24//64`, each part of which may be missing.
    private static func hostAndBits(
        _ value: Substring, hasValue: Bool, _ part: Substring
    ) throws(Problem) -> (String?, Int, Int) {
        let slash = value.firstIndex(of: "/") ?? value.endIndex
        let host = value[..<slash]
        guard hasValue || host.isEmpty else { throw wrong(part) }
        let own = hasValue ? try domain(String(host), part) : nil
        var rest = value[slash...]
        var bits4 = 32
        var bits6 = 128
        if let double = rest.firstRange(of: "//") {
            bits6 = try bits(rest[double.upperBound...], 128, part)
            rest = rest[..<double.lowerBound]
        }
        if !rest.isEmpty { bits4 = try bits(rest.dropFirst(), 32, part) }
        return (own, bits4, bits6)
    }

    private static func bits(
        _ text: Substring, _ size: Int, _ part: Substring
    ) throws(Problem) -> Int {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
            let bits = Int(text), bits <= size
        else { throw wrong(part) }
        return bits
    }

    /// A name of the DNS, or one with macros (`%{i}`), which is kept as it is.
    private static func domain(_ text: String, _ part: Substring) throws(Problem) -> String {
        guard !text.isEmpty, text.utf8.count <= 255 else { throw wrong(part) }
        return text.lowercased()
    }

    private static func wrong(_ part: Substring) -> Problem {
        Problem(reason: "“\(part)” isn't written as SPF asks")
    }
}
