/// How the numbers of one column are written.
///
/// A column is one of numbers where every text in it can be read in one way: with a decimal point
/// (and commas between thousands), or with a decimal comma; a currency's sign or a percent sign may
/// stand at either end.
enum NumberText {
    /// What stands for no value in a column of numbers.
    private static let missing: Set<String> = [
        "", "na", "n/a", "nan", "null", "none", "-", "?", "#n/a", "unknown",
    ]

    /// The numbers of a column's distinct texts, NaN for no value; nil where it isn't one of numbers.
    static func read(_ texts: [String]) -> [Double]? {
        let cores = texts.map { missing.contains($0.lowercased()) ? nil : stripped($0) }
        guard cores.contains(where: { $0 != nil }) else { return nil }
        return numbers(cores, plain) ?? numbers(cores, withThousands)
            ?? numbers(cores, withDecimalComma)
    }

    private static func numbers(
        _ cores: [[UInt8]?], _ reading: ([UInt8]) -> Double?
    ) -> [Double]? {
        var numbers: [Double] = []
        numbers.reserveCapacity(cores.count)
        for core in cores {
            guard let core else {
                numbers.append(.nan)
                continue
            }
            guard let number = reading(core), number.isFinite else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func stripped(_ text: String) -> [UInt8] {
        var text = text[...]
        for sign in ["$", "£", "€"] where text.hasPrefix(sign) { text = text.dropFirst() }
        for sign in ["%", "€", "£", "$"] where text.hasSuffix(sign) { text = text.dropLast() }
        while text.last == " " { text = text.dropLast() }
        return Array(text.utf8)
    }

    private static func plain(_ text: [UInt8]) -> Double? {
        guard let first = text.first, isDigit(first) || "+-.".utf8.contains(first),
            text.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) })
        else { return nil }
        return Double(String(decoding: text, as: UTF8.self))
    }

    /// `1,234.5`: groups of three after the first comma.
    private static func withThousands(_ text: [UInt8]) -> Double? {
        let whole = text.prefix { $0 != UInt8(ascii: ".") }
        let groups = whole.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard groups.dropFirst().allSatisfy({ $0.count == 3 && $0.allSatisfy(isDigit) }) else {
            return nil
        }
        return plain(Array(groups.joined()) + text.dropFirst(whole.count))
    }

    /// `1234,5`.
    private static func withDecimalComma(_ text: [UInt8]) -> Double? {
        guard !text.contains(UInt8(ascii: ".")), text.count(where: { $0 == UInt8(ascii: ",") }) <= 1
        else { return nil }
        return plain(text.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 })
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension LabelledColumn {
    /// By row; NaN where it is blank.
    ///
    /// - Throws: `.noNumber` for the first text that keeps the column from being one of numbers.
    package func numbers() throws(TableFault) -> [Double] {
        if let numbers = NumberText.read(texts) { return places.map { numbers[Int($0)] } }
        let first = places.indices.first { NumberText.read([self[$0]]) == nil && !self[$0].isEmpty }
        throw .noNumber(column: name, text: first.map { self[$0] } ?? "", row: (first ?? 0) + 1)
    }
}
