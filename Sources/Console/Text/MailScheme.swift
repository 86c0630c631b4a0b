/// Shows a mail's HTML as a program in the light or in the dark does, whatever the viewer's device is set to.
enum MailScheme: String, CaseIterable {
    case light
    case dark

    /// The document with each question for the scheme answered: media queries hold or don't, as they would there.
    ///
    /// Frames give no other way: what `prefers-color-scheme` says inside of them is the device's choice.
    func applied(to html: String) -> String {
        var result = html.replacing(
            /\(\s*prefers-color-scheme\s*:\s*(light|dark|no-preference)\s*\)/.ignoresCase()
        ) { match in
            match.output.1.lowercased() == rawValue ? "(min-width: 0)" : "(max-width: 0)"
        }
        // What names no scheme is drawn on white by every program.
        let isAware = html.firstMatch(of: /color-scheme["']?\s*(:|content=)/.ignoresCase()) != nil
        let scheme = self == .dark && isAware ? "dark" : "light"
        let style = "<style>:root{color-scheme:\(scheme)}</style>"
        if let head = result.firstRange(of: "</head>") {
            result.insert(contentsOf: style, at: head.lowerBound)
            return result
        }
        return result + style
    }
}
