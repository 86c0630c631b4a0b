/// The form in which postal addresses are compared: street line, postcode and country.
package enum AddressForm {
    package static let bytesMax = 512

    /// Words that are written in several ways, by how they are compared; an empty one says nothing.
    private static let words: [String: String] = [
        "street": "st", "str": "st", "strasse": "st", "road": "rd", "avenue": "ave", "av": "ave",
        "avenida": "ave", "avda": "ave", "boulevard": "blvd", "bd": "blvd", "boul": "blvd",
        "drive": "dr", "lane": "ln", "court": "ct", "square": "sq", "place": "pl", "platz": "pl",
        "plaza": "pl", "terrace": "ter", "terr": "ter", "crescent": "cres", "gardens": "gdns",
        "close": "cl", "highway": "hwy", "parkway": "pkwy", "saint": "st", "sankt": "st",
        "mount": "mt", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne",
        "northwest": "nw", "southeast": "se", "southwest": "sw",
        "apartment": "apt", "appartement": "apt", "flat": "apt", "unit": "apt", "suite": "apt",
        "ste": "apt", "floor": "fl", "building": "bldg", "house": "hse", "number": "", "no": "",
        "nr": "", "num": "", "calle": "c", "rue": "r", "weg": "wg",
    ]
    /// Endings of German and Dutch street names that are written in several ways.
    private static let endings = [
        ("strasse", "str"), ("straat", "str"), ("platz", "pl"), ("weg", "wg"),
    ]
    private static let directions: Set = ["n", "s", "e", "w"]
    private static let countries = ["UK": "GB", "USA": "US"]

    /// Letters that are one with others, where no mark stands apart.
    private static let letters: [Character: String] = {
        var letters: [Character: String] = ["ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d"]
        letters["ł"] = "l"
        letters["ı"] = "i"
        let marked = [
            ("a", "àáâãäåāăą"), ("c", "çćĉċč"), ("d", "ď"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"),
            ("h", "ĥ"), ("i", "ìíîïĩīĭį"), ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľ"), ("n", "ñńņň"),
            ("o", "òóôõöōŏő"), ("r", "ŕŗř"), ("s", "śŝşšș"), ("t", "ţťț"), ("u", "ùúûüũūŭůűų"),
            ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"),
        ]
        for (base, all) in marked { for letter in all { letters[letter] = base } }
        return letters
    }()

    /// `12 high st|SW1A1AA|GB`; nil where the line or the postcode says nothing.
    ///
    /// Words stay in their order: flat 3 at number 12 isn't flat 12 at number 3.
    package static func normal(line: String, postcode: String, country: String) -> String? {
        guard line.utf8.count + postcode.utf8.count + country.utf8.count <= bytesMax else {
            return nil
        }
        let line = normal(line: line)
        let land = country.uppercased().filter { $0.isLetter }
        let country = countries[land] ?? land
        var code = postcode.uppercased().filter { $0.isLetter || $0.isNumber }
        // ZIP+4: the four are often left out.
        if country == "US", code.utf8.count == 9 { code = String(code.prefix(5)) }
        guard !line.isEmpty, !code.isEmpty else { return nil }
        return line + "|" + code + "|" + country
    }

    private static func normal(line: String) -> String {
        var words: [String] = []
        for word in split(line) {
            let form = normal(word: word)
            if form.isEmpty { continue }
            // `12 a` is `12a`; but `12 n` may be number 12 in the north.
            if form.utf8.count == 1, form.first?.isLetter == true, !directions.contains(word),
                word == form, let last = words.last, last.allSatisfy(\.isNumber)
            {
                words[words.count - 1] = last + form
            } else {
                words.append(form)
            }
        }
        return words.joined(separator: " ")
    }

    private static func normal(word: String) -> String {
        if let known = words[word] { return known }
        for (ending, short) in endings where word.hasSuffix(ending) {
            return String(word.dropLast(ending.count)) + short
        }
        return word
    }

    /// Words in plain small letters; apostrophes join, all other signs part.
    private static func split(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        for character in line.lowercased() {
            if let plain = letters[character] {
                word += plain
            } else if character.isLetter || character.isNumber {
                word.append(character)
            } else if character == "#" {
                if !word.isEmpty { words.append(word) }
                word = ""
                words.append("apt")
            } else if character != "'", character != "\u{2019}", character != "`" {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
