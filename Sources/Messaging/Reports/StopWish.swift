/// Whether somebody answered with nothing but that they want no more.
///
/// A word within a sentence is no wish ("when does the sale stop?"): only all that was written above the quoted message
/// counts, or the subject where nothing was.
enum StopWish {
    /// In the languages that messages are written in.
    private static let words: Set<String> = [
        // English
        "unsubscribe", "unsubscribe me", "please unsubscribe", "please unsubscribe me", "stop",
        "stop all", "remove", "remove me", "please remove me", "opt out", "opt-out", "optout",
        "quit",
        // German
        "abmelden", "abbestellen", "austragen", "bitte abmelden", "bitte austragen",
        "newsletter abbestellen", "newsletter abmelden", "stopp",
        // French
        "désinscription", "désinscrire", "me désinscrire", "désabonner", "me désabonner",
        "désabonnement", "arrêt", "arrêter",
        // Spanish, Portuguese
        "baja", "darme de baja", "dar de baja", "cancelar suscripción", "cancelar",
        "desuscribir", "cancelar inscrição", "cancelar subscrição", "remover", "sair", "parar",
        // Italian
        "disiscrivi", "disiscrivimi", "disiscrizione", "cancellami", "rimuovimi",
        // Dutch
        "afmelden", "uitschrijven", "schrijf me uit",
        // Nordic languages
        "avregistrera", "avprenumerera", "avsluta", "afmeld", "frameld", "avmeld", "meld meg av",
        "peruuta", "peruuta tilaus", "poista minut",
        // Polish, Czech
        "wypisz", "wypisz mnie", "rezygnuję", "odhlásit", "odhlásit se",
        // Japanese
        "配信停止", "解除", "停止", "退会",
    ]

    static func isTold(subject: String, text: String?) -> Bool {
        let written = text.map(written) ?? []
        if written.isEmpty { return text != nil && words.contains(plain(subject)) }
        return written.count == 1 && words.contains(plain(written[0]))
    }

    private static let signatures = [
        "--", "__", "sent from my", "von meinem", "envoyé de", "get outlook",
    ]
    private static let headers = [
        "from:", "von:", "de :", "de:", "da:", "van:", "od:", "från:", "fra:", "lähettäjä:",
        "-----",
    ]
    private static let attributions = [
        "on ", "am ", "le ", "el ", "il ", "op ", "em ", "dne ", "den ", "w dniu ", "ti ", "dnia ",
    ]

    /// Lines that aren't empty, without quotes and what stands under or over them.
    private static func written(_ text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline).lazy.map({ trimmed($0) }) {
            let small = line.lowercased()
            if line.hasPrefix(">") {
                // `On Monday, the shop wrote:` stands over it, on a line or two.
                if lines.last?.last == ":" || lines.last?.hasSuffix("：") == true {
                    lines.removeLast()
                    if let last = lines.last?.lowercased(),
                        attributions.contains(where: last.hasPrefix)
                    {
                        lines.removeLast()
                    }
                }
                break
            }
            if headers.contains(where: small.hasPrefix)
                || signatures.contains(where: small.hasPrefix)
            {
                break
            }
            if !line.isEmpty { lines.append(line) }
        }
        // Some programs quote without a mark.
        if let place = lines.firstIndex(where: {
            $0.hasSuffix(":") && $0.contains("@")
                || attributions.contains(where: $0.lowercased().hasPrefix) && $0.hasSuffix(":")
        }) {
            lines.removeSubrange(place...)
        }
        return lines
    }

    private static func plain(_ text: String) -> String {
        var text = trimmed(text.lowercased())
        while let last = text.last, ".!\"'。！".contains(last) { text.removeLast() }
        while let first = text.first, "\"'".contains(first) { text.removeFirst() }
        return text
    }
}
