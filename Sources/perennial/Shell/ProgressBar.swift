import Kernel

/// A line on a terminal's standard error that says how far an import is; silent where there is no terminal.
struct ProgressBar {
    private let clock: WallClock
    private let isShown: Bool
    private var startedAt = Timestamp(milliseconds: 0)
    private var shownAt = Timestamp(milliseconds: 0)
    private var byteCount: Int?

    private static let width = 24
    private static let everyMs: Int64 = 100

    init(clock: WallClock) {
        self.clock = clock
        isShown = StandardStream.isTerminal(2)
    }

    mutating func begin(byteCount: Int?) {
        self.byteCount = byteCount
        startedAt = clock.now
    }

    mutating func show(bytes: Int, rows: Int) {
        let now = clock.now
        guard isShown, now.milliseconds - shownAt.milliseconds >= Self.everyMs else { return }
        shownAt = now
        let seconds = Double(max(1, now.milliseconds - startedAt.milliseconds)) / 1000
        let rate = Int(Double(rows) / seconds)
        var text = "\r\u{1B}[2K"
        if let byteCount, byteCount > 0 {
            let share = min(1, Double(bytes) / Double(byteCount))
            let filled = Int(share * Double(Self.width))
            text += "[" + String(repeating: "=", count: filled)
            text += String(repeating: " ", count: Self.width - filled) + "] "
            text += "\(Int(share * 100))%  \(Figures.grouped(rows)) rows  "
            text += "\(Figures.grouped(rate)) rows/s"
            if share > 0.02, share < 1 {
                text += "  \(Self.time(seconds / share - seconds)) left"
            }
        } else {
            text += "\(Figures.grouped(rows)) rows  \(Figures.grouped(rate)) rows/s"
        }
        StandardStream.write(Array(text.utf8), to: 2)
    }

    mutating func say(_ text: String) {
        guard isShown else { return }
        StandardStream.write(Array(("\r\u{1B}[2K" + text).utf8), to: 2)
    }

    mutating func end() {
        guard isShown else { return }
        StandardStream.write(Array("\r\u{1B}[2K".utf8), to: 2)
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600
            ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
