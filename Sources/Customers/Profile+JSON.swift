package import JSONParsing
import Kernel

extension Profile {
    /// Writes the profile as a JSON object, for programs and for `customer show`.
    ///
    /// Times are RFC 3339, amounts minor units by currency; removed attributes are left out.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("attributes")
        json.beginObject()
        for attribute in attributes.all where !attribute.isRemoved {
            json.key(attribute.name)
            json.beginObject()
            json.key("value")
            json.raw(attribute.value.span)
            json.member("at", attribute.at.rfc3339)
            json.member("position", attribute.position)
            json.endObject()
        }
        json.endObject()
        json.time("firstSeenAt", firstSeenAt)
        json.time("lastSeenAt", lastSeenAt)
        json.member("eventCount", eventCount)
        json.member("pageCount", pageCount)
        json.member("screenCount", screenCount)
        json.tallies("events", events)
        json.tallies("channels", channels)
        json.key("hours")
        json.beginArray()
        for hour in 0..<24 { json.number(hours[hour]) }
        json.endArray()
        json.key("preferredHour")
        if let preferredHour { json.number(preferredHour) } else { json.null() }
        json.key("preferredChannel")
        if let preferredChannel { json.string(preferredChannel) } else { json.null() }
        json.key("orders")
        json.beginObject()
        json.member("count", orders.orders)
        json.amounts(
            "revenueMinor", orders.totals.map { ($0.currency.description, $0.revenueMinor) })
        json.member("refunds", orders.refunds)
        json.amounts(
            "refundedMinor", orders.totals.map { ($0.currency.description, $0.refundedMinor) })
        json.time("firstOrderAt", orders.firstOrderAt)
        json.time("lastOrderAt", orders.lastOrderAt)
        json.endObject()
        json.endObject()
    }

    /// What to call the customer by, from the attributes: `name`, else first and last name, else
    /// `email`; nil where none of them is there. Names may be spelled `firstName` or `first_name`.
    package var label: String? {
        if let name = attributes["name"]?.text { return name }
        let first = (attributes["firstName"] ?? attributes["first_name"])?.text
        let last = (attributes["lastName"] ?? attributes["last_name"])?.text
        let parts = [first, last].compactMap(\.self)
        return parts.isEmpty ? attributes["email"]?.text : parts.joined(separator: " ")
    }
}

extension JSONWriter {
    fileprivate mutating func time(_ name: String, _ time: Timestamp?) {
        key(name)
        if let time { string(time.rfc3339) } else { null() }
    }

    fileprivate mutating func tallies(_ name: String, _ tallies: NameTallies) {
        key(name)
        beginObject()
        for tally in tallies.tallies {
            key(tally.name)
            beginObject()
            member("count", tally.count)
            time("first", tally.first)
            time("last", tally.last)
            endObject()
        }
        endObject()
        member(name + "Other", tallies.others)
    }

    fileprivate mutating func amounts(_ name: String, _ amounts: [(String, Int64)]) {
        key(name)
        beginObject()
        for (currency, minor) in amounts { member(currency, minor) }
        endObject()
    }
}
