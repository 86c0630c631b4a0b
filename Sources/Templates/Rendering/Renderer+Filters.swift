import Kernel

extension Renderer {
    mutating func apply(
        _ call: FilterCall, to value: TemplateValue
    ) throws(RenderFailure) -> TemplateValue {
        try spend(1)
        switch call.filter {
        case .fallback: return value.isBlank ? argument(call, 0) : value
        case .required, .escape, .raw, .lineBreaks: return value
        case .plus, .minus, .times, .dividedBy, .modulo, .round, .ceil, .floor, .abs, .atLeast,
            .atMost:
            return reckon(call, value)
        case .money, .number, .percent, .date, .plural: return show(call, value)
        case .first, .last, .size, .slice, .limit, .reverse, .sort, .map, .compact, .uniq,
            .whereEqual, .join:
            return try applyToList(call, value)
        case .upper, .lower, .capitalize, .truncate, .truncatewords, .strip, .append, .prepend,
            .replace, .remove, .split, .urlEncode, .stripHTML:
            if value.isNothing, call.filter != .append, call.filter != .prepend { return .nothing }
            return try applyToText(call, value)
        }
    }

    mutating func argument(_ call: FilterCall, _ index: Int) -> TemplateValue {
        index < call.arguments.count ? self.value(of: call.arguments[index]) : .nothing
    }

    private mutating func named(_ call: FilterCall, _ name: String) -> TemplateValue? {
        guard let operand = call.named(name) else { return nil }
        return self.value(of: operand)
    }

    mutating func bad(_ call: FilterCall) -> TemplateValue {
        warn(.badInput(filter: call.filter.rawValue), at: call.offset)
        return .nothing
    }

    // MARK: Numbers

    private mutating func reckon(_ call: FilterCall, _ value: TemplateValue) -> TemplateValue {
        if value.isNothing { return .nothing }
        guard let number = value.asNumber else { return bad(call) }
        let result: TemplateNumber?
        switch call.filter {
        case .ceil: result = number.ceiling
        case .floor: result = number.floor
        case .abs: result = number.absolute
        case .round:
            let decimals = argument(call, 0).asNumber ?? TemplateNumber(0)
            result = number.rounded(to: Int(min(max(decimals.integer, 0), 12)))
        default:
            guard let other = argument(call, 0).asNumber else { return bad(call) }
            switch call.filter {
            case .plus: result = number.adding(other)
            case .minus: result = other.negated.flatMap { number.adding($0) }
            case .times: result = number.times(other)
            case .dividedBy: result = number.divided(by: other)
            case .modulo: result = number.modulo(other)
            case .atLeast: result = max(number, other)
            default: result = min(number, other)
            }
        }
        guard let result else { return bad(call) }
        // An amount of money stays one.
        if case .money(let money) = value {
            let digits = money.currency.minorDigits
            let scaled = result.rounded(to: digits)
            let factor = TemplateNumber.power(digits - scaled.scale)
            let (minor, overflow) = scaled.mantissa.multipliedReportingOverflow(by: factor)
            guard !overflow else { return bad(call) }
            return .money(Money(minor: minor, currency: money.currency))
        }
        return .number(result)
    }

    // MARK: Showing

    private mutating func show(_ call: FilterCall, _ value: TemplateValue) -> TemplateValue {
        if value.isNothing { return .nothing }
        switch call.filter {
        case .money: return money(call, value)
        case .date: return date(call, value)
        case .plural: return plural(call, value)
        default:
            guard let number = value.asNumber else { return bad(call) }
            let decimals = decimals(argument(call, 0))
            return .text(
                call.filter == .percent
                    ? inputs.language.percent(number, decimals: decimals)
                    : inputs.language.format(number, decimals: decimals))
        }
    }

    private func decimals(_ value: TemplateValue) -> Int? {
        value.asNumber.map { Int(min(max($0.integer, 0), 12)) }
    }

    private mutating func money(_ call: FilterCall, _ value: TemplateValue) -> TemplateValue {
        let decimals = named(call, "decimals").flatMap { self.decimals($0) }
        if case .money(let money) = value {
            return .text(inputs.language.format(money, decimals: decimals))
        }
        guard let number = value.asNumber else { return bad(call) }
        var currency = inputs.currency
        if case .text(let code) = argument(call, 0) { currency = Currency(code) }
        guard let currency else { return bad(call) }
        // Minor units (cents) unless it says otherwise.
        var amount = number
        if case .text("major")? = named(call, "unit") {
            guard
                let minor = number.times(TemplateNumber(TemplateNumber.power(currency.minorDigits)))
            else { return bad(call) }
            amount = minor
        }
        let minor = amount.rounded(to: 0).mantissa
        return .text(
            inputs.language.format(Money(minor: minor, currency: currency), decimals: decimals))
    }

    private mutating func date(_ call: FilterCall, _ value: TemplateValue) -> TemplateValue {
        var style = "long"
        if case .text(let named) = argument(call, 0) { style = named }
        let local: CalendarDateTime
        switch value {
        case .time(let time): local = self.local(time)
        case .text("now"), .text("today"):
            guard let now = inputs.now else { return bad(call) }
            local = self.local(now)
        case .text(let text):
            // A day alone is that day everywhere.
            if let day = CalendarDay(text) {
                local = CalendarDateTime(day: day, millisecondOfDay: 0)
            } else if let time = Timestamp(text) {
                local = self.local(time)
            } else {
                return bad(call)
            }
        case .number(let number) where number.isInteger:
            let time = Timestamp(milliseconds: number.mantissa)
            guard time >= .earliest, time <= .latest else { return bad(call) }
            local = self.local(time)
        default: return bad(call)
        }
        guard let text = inputs.language.format(local, style: style) else { return bad(call) }
        return .text(text)
    }

    private func local(_ time: Timestamp) -> CalendarDateTime {
        let time = min(max(time, .earliest.adding(days: 2)), .latest.adding(days: -2))
        let offset = min(max(inputs.offsetSeconds(time), -86_400), 86_400)
        return CalendarDateTime(time, offsetSeconds: offset)
    }

    /// Forms by name, or in the order one, few, many, other; of two the second is other, of three the third is too.
    private mutating func plural(_ call: FilterCall, _ value: TemplateValue) -> TemplateValue {
        guard let number = value.asNumber else { return bad(call) }
        let form = inputs.language.plural(number)
        if !call.named.isEmpty {
            return named(call, form.rawValue) ?? named(call, "other") ?? bad(call)
        }
        let last = call.arguments.count - 1
        guard last >= 0 else { return bad(call) }
        switch form {
        case .one: return argument(call, 0)
        case .few: return argument(call, min(1, last))
        case .many: return argument(call, min(2, last))
        case .other: return argument(call, last)
        }
    }
}
