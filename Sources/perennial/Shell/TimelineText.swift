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
        if let order = entry.order {
            amount = Money(minor: order.totalMinor, currency: order.currency)
            kind = entry.isCancelled ? .cancellation : order.kind == .refunded ? .refund : .order
        }
        return Console.TimelineEntry(
            kind: kind, title: CustomerReport.title(event), occurredAt: event.occurredAt,
            amount: amount, facts: facts(event.properties, isOrder: entry.order != nil))
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
