/// Says what time it is. The shell hands in the machine's clock, tests and the simulator a virtual one.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Timestamp

    package init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    package var now: Timestamp { read() }

    /// A clock that always shows the same time.
    package static func fixed(_ time: Timestamp) -> WallClock { WallClock { time } }
}
