import Analytics
import Console
import Events
import JSONParsing
import Kernel

/// Archived events as the console's timeline shows them.
enum TimelineText {
    /// Properties that are shown of an event that isn't an order.
    private static let factsMax = 6
    private static let valueCharactersMax = 80

    static func entry(_ entry: Analytics.TimelineEntry) -> Console.TimelineEntry {
        let event = entry.event
        var amount: Money?
        var kind: Console.TimelineEntry.Kind
        switch event.kind {
        case .identify: kind = .profile
        case .page, .screen: kind = .visit
        case .alias: kind = .merge
        case .track, .group: kind = .event
        }
        if event.flags.contains(.system), isMerge(event.name) { kind = .merge }
        let isMembership = event.flags.contains(.system) && Self.isMembership(event.name)
        if isMembership { kind = .segment }
        if let order = entry.order {
            amount = Money(minor: order.totalMinor, currency: order.currency)
            kind = entry.isCancelled ? .cancellation : order.kind == .refunded ? .refund : .order
        }
        return Console.TimelineEntry(
            kind: kind, title: CustomerReport.title(event), occurredAt: event.occurredAt,
            amount: amount,
            facts: isMembership
                ? facts(event.properties, isOrder: false).filter { $0.name == "segment" }
                : facts(event.properties, isOrder: entry.order != nil),
            why: isMembership ? reason(event.properties) : "")
    }

    /// Whether an event of Perennial's own tells of a segment that a customer came into or left.
    private static func isMembership(_ name: String) -> Bool {
        name == "Segment Entered" || name == "Segment Exited"
    }

    private static func reason(_ properties: String) -> String {
        // Perennial's own JSON; where there is no reason, none is shown.
        let slice = try? JSONLookup.member(named: "reason", in: properties.utf8.span)
        return slice.map { $0.text(in: properties.utf8.span) } ?? ""
    }

    /// Whether an event of Perennial's own tells of two customers who became one, or two again.
    private static func isMerge(_ name: String) -> Bool {
        name == "Customers Merged" || name == "Merge Undone"
    }

    private static func facts(
        _ properties: String, isOrder: Bool
    ) -> [Console.TimelineEntry.Fact] {
        guard !properties.isEmpty else { return [] }
        let bytes = Array(properties.utf8)
        var facts: [Console.TimelineEntry.Fact] = []
        do throws(JSONError) {
            var reader = JSONReader(bytes.span)
            try reader.beginObject()
            while let key = try reader.nextKey(), facts.count < factsMax {
                let value = try reader.readValue()
                let name = key.text(in: bytes.span)
                if isOrder, ["total", "revenue", "currency", "subtotal"].contains(name) {
                    continue
                }
                guard let text = text(value, name: name, in: bytes.span) else { continue }
                facts.append(.init(name: name, value: text))
            }
        } catch {
            return facts
        }
        return facts
    }

    private static func text(
        _ value: JSONSlice, name: String, in bytes: Span<UInt8>
    ) -> String? {
        switch value.kind {
        case .null, .object: return nil
        case .array: return count(value, in: bytes).map { "\($0)" }
        case .string, .number, .boolean:
            let text = value.text(in: bytes)
            return text.isEmpty ? nil : String(text.prefix(valueCharactersMax))
        }
    }

    /// How many elements an array has.
    private static func count(_ array: JSONSlice, in bytes: Span<UInt8>) -> Int? {
        var reader = JSONReader(bytes, from: array.range.lowerBound)
        var count = 0
        do throws(JSONError) {
            try reader.beginArray()
            while try reader.nextElement() {
                _ = try reader.readValue()
                count += 1
            }
        } catch {
            return nil
        }
        return count
    }
}
