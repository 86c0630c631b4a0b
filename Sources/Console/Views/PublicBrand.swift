/// The company's own look on a page of its customers, as far as the settings say something that a page can take.
struct PublicBrand {
    /// The address of a picture; nil for none.
    let logo: String?
    /// The origin that the logo is loaded from, for the page's policy; nil for none.
    let logoOrigin: String?
    /// `#` and three or six hexadecimal digits; nil for none.
    let colour: String?

    init(_ company: PublicCompany) {
        let origin = Self.origin(of: company.logo)
        logo = origin == nil ? nil : company.logo
        logoOrigin = origin
        colour = Self.isColour(company.colour) ? company.colour : nil
    }

    /// `https://host:port` of an address; nil for anything that could mean more in a header than a place.
    static func origin(of url: String) -> String? {
        let scheme = "https://"
        guard url.hasPrefix(scheme), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        let host = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let isPlain = host.utf8.allSatisfy { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":")
        }
        return isPlain && host.contains(where: \.isLetter) ? scheme + host : nil
    }

    static func isColour(_ text: String) -> Bool {
        guard text.hasPrefix("#"), text.utf8.count == 4 || text.utf8.count == 7 else {
            return false
        }
        return text.utf8.dropFirst().allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }
    }
}
