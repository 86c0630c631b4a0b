@testable import Messaging

/// Records as a zone file has them, a line each: `example.com TXT v=spf1 -all`. Of a name that isn't in it there is none.
struct SampleZone {
    var records: [DNSQuestion: [DNSRecord]] = [:]
    var failing: Set<DNSQuestion> = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            let value = parts.count > 2 ? parts[2] : ""
            let (kind, record): (DNSQuestion.Kind, DNSRecord) =
                switch parts[1] {
                case "A": (.a, .address(value))
                case "AAAA": (.aaaa, .address(value))
                case "MX": (.mx, .mailHost(preference: 10, host: value))
                case "PTR": (.ptr, .name(value))
                case "CNAME": (.cname, .name(value))
                default: (.txt, .text(value))
                }
            records[DNSQuestion(parts[0], kind), default: []].append(record)
        }
    }

    func answer(_ question: DNSQuestion) -> DNSAnswer {
        if failing.contains(question) { return .failed(reason: "SERVFAIL") }
        return records[question].map { .found($0) } ?? .none
    }

    /// What a check says of it, and how many questions that took.
    func report(_ check: DomainCheck) -> (report: DomainReport, questionCount: Int) {
        var known: [DNSQuestion: DNSAnswer] = [:]
        while true {
            switch check.next(knowing: known) {
            case .report(let report): return (report, known.count)
            case .ask(let questions): for one in questions { known[one] = answer(one) }
            }
        }
    }
}
