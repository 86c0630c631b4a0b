import Access
import Hummingbird
import Kernel

/// What surrounds a page: title, menu, who is signed in, the files that it loads.
struct Frame {
    struct Entry {
        let label: String
        let path: String
        /// The name of the entry's picture in the sprite.
        let icon: String
        let isCurrent: Bool
    }

    let title: String
    let language: String
    let workspace: String
    let zone: String
    let isDemo: Bool
    let version: String
    let member: Signed?
    let menu: [Entry]
    let seesFigures: Bool
    /// Whether figures lead to the customers behind them.
    let seesCustomers: Bool
    let changesCustomers: Bool
    let exportsCustomers: Bool
    let changesJourneys: Bool
    let formToken: String
    /// `light` or `dark`; empty to follow the device.
    let theme: String
    let isFolded: Bool
    let otherTheme: String
    let styles: [String]
    let scripts: [String]
    let charts: [String]
    let icons: String
    let favicon: String
    let path: String

    struct Signed {
        let name: String
        let email: String
        let initials: String
    }

    init(_ visit: Visit, title: String, room: Room?) {
        let words = visit.words
        let paths = visit.desk.assets.paths
        let cookies = visit.desk.cookies
        self.title = title
        language = "en"
        workspace = visit.desk.settings.workspaceName
        zone = visit.desk.settings.zone.name
        isDemo = visit.desk.settings.isDemo
        version = visit.desk.settings.version
        member = visit.session.map {
            Signed(name: $0.name, email: $0.email, initials: Self.initials($0.name, $0.email))
        }
        menu = Room.open(to: visit).filter(\.isInMenu).map { entry in
            Entry(
                label: words("room.\(entry.rawValue)"), path: entry.path,
                icon: "\(paths["icons.svg"] ?? "")#\(entry.rawValue)", isCurrent: entry == room)
        }
        seesFigures = visit.may(.readFigures)
        seesCustomers = visit.may(.readCustomers)
        changesCustomers = visit.may(.changeCustomers)
        exportsCustomers = visit.may(.exportCustomers)
        changesJourneys = visit.may(.changeJourneys)
        formToken = visit.desk.formGuard.token(cookie: visit.cookie)
        let chosen = ConsoleCookies.read(cookies.theme, in: visit.request)
        theme = chosen == "dark" || chosen == "light" ? chosen ?? "" : ""
        otherTheme = theme == "dark" ? "light" : "dark"
        isFolded = ConsoleCookies.read(cookies.rail, in: visit.request) == "folded"
        styles = ["tokens.css", "app.css"].compactMap { paths[$0] }
        scripts = ["htmx.min.js", "app.js"].compactMap { paths[$0] }
        // The chart module is of no use without the library that it drives.
        charts =
            paths["echarts.min.js"] == nil
            ? [] : ["echarts.min.js", "charts.js"].compactMap { paths[$0] }
        icons = paths["icons.svg"] ?? ""
        favicon = paths["favicon.svg"] ?? ""
        path = visit.request.uri.path
    }

    private static func initials(_ name: String, _ email: String) -> String {
        let words = (name.isEmpty ? email : name).split(separator: " ")
        return words.prefix(2).compactMap(\.first).map { String($0).uppercased() }.joined()
    }
}
