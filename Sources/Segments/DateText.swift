package import Kernel

/// Dates and instants in values that customers and events carry.
///
/// `2026-01-31`, and with a time behind `T` or a space: `09:00`, `09:00:30`, `09:00:30.5`, then nothing (UTC),
/// `Z` or an offset. The archive's queries read the same forms by `pattern`.
package enum DateText {
    /// The forms as a regular expression (RE2) for whole texts.
    package static let pattern =
        #"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"#
        + #"(Z|[+-][0-9]{2}:[0-9]{2})?)?"#

    /// Nil where the text isn't such a date.
    package static func timestamp(_ text: Span<UInt8>) -> Timestamp? {
        guard hasForm(text) else { return nil }
        return Timestamp(parsing: text)
    }

    /// Month and day of the month as they are written; nil where the text isn't a date.
    static func monthAndDay(_ text: Span<UInt8>) -> (month: Int, day: Int)? {
        guard timestamp(text) != nil else { return nil }
        func digit(_ index: Int) -> Int { Int(text[index] &- 0x30) }
        return (digit(5) * 10 + digit(6), digit(8) * 10 + digit(9))
    }

    private static func hasForm(_ text: Span<UInt8>) -> Bool {
        var index = 0
        func take(_ form: StaticString) -> Bool {
            guard index + form.utf8CodeUnitCount <= text.count else { return false }
            for place in 0..<form.utf8CodeUnitCount {
                let wanted = form.utf8Start[place]
                let byte = text[index + place]
                guard wanted == UInt8(ascii: "0") ? byte &- 0x30 < 10 : byte == wanted else {
                    return false
                }
            }
            index += form.utf8CodeUnitCount
            return true
        }
        guard take("0000-00-00") else { return false }
        if index == text.count { return true }
        guard take("T00:00") || take(" 00:00") else { return false }
        if take(":00") {
            // Leap seconds have no instant of their own.
            if text[index - 2] >= UInt8(ascii: "6") { return false }
            if take(".0") {
                var digits = 1
                while take("0") { digits += 1 }
                if digits > 9 { return false }
            }
        }
        _ = take("Z") || take("+00:00") || take("-00:00")
        return index == text.count
    }
}
