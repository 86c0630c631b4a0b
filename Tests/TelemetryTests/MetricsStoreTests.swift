import CoreMetrics
import Telemetry
import Testing

@Suite struct MetricsStoreTests {
    @Test func `counters, gauges, recorders and timers are shown as Prometheus reads them`() {
        let store = MetricsStore(help: ["events_total": "Events\nin \\ all."])
        store.makeCounter(label: "events", dimensions: [("source", "api")]).increment(by: 3)
        store.makeFloatingPointCounter(label: "spent", dimensions: []).increment(by: 0.5)
        store.makeMeter(label: "queue.bytes", dimensions: []).set(1.5)
        store.makeRecorder(label: "batch", dimensions: [], aggregate: true).record(Int64(4))
        store.makeRecorder(label: "level", dimensions: [], aggregate: false).record(-2.0)
        store.sample("waiting", dimensions: [("room", "a")]) { 7 }

        #expect(
            store.text() == """
                # HELP batch batch
                # TYPE batch summary
                batch_sum 4
                batch_count 1
                # HELP events_total Events\\nin \\\\ all.
                # TYPE events_total counter
                events_total{source="api"} 3
                # HELP level level
                # TYPE level gauge
                level -2
                # HELP queue_bytes queue.bytes
                # TYPE queue_bytes gauge
                queue_bytes 1.5
                # HELP spent_total spent
                # TYPE spent_total counter
                spent_total 0.5
                # HELP waiting waiting
                # TYPE waiting gauge
                waiting{room="a"} 7

                """)
    }

    @Test func `a timer is a histogram in seconds whose buckets add up`() {
        let store = MetricsStore()
        let timer = store.makeTimer(label: "commit", dimensions: [("kind", "x")])
        for duration in [500_000, 500_001, 10_000_000_000, 10_000_000_001, -5] as [Int64] {
            timer.recordNanoseconds(duration)
        }

        let lines = store.text().split(separator: "\n").map(String.init)

        #expect(
            lines.prefix(2) == ["# HELP commit_seconds commit", "# TYPE commit_seconds histogram"])
        #expect(lines[2] == #"commit_seconds_bucket{kind="x",le="0.0005"} 2"#)
        #expect(lines[3] == #"commit_seconds_bucket{kind="x",le="0.001"} 3"#)
        #expect(lines.contains(#"commit_seconds_bucket{kind="x",le="10"} 4"#))
        #expect(lines.contains(#"commit_seconds_bucket{kind="x",le="+Inf"} 5"#))
        #expect(lines.contains(#"commit_seconds_sum{kind="x"} 20.001000002"#))
        #expect(lines.last == #"commit_seconds_count{kind="x"} 5"#)
    }

    @Test func `labels are sorted by name and escaped`() {
        let store = MetricsStore()
        store.makeCounter(
            label: "a", dimensions: [("z", "1"), ("b-c", "\"x\\y\n\""), ("9", ""), ("__n", "é")]
        ).increment(by: 1)

        #expect(store.text().contains(#"a_total{_9="",b_c="\"x\\y\n\"",x__n="é",z="1"} 1"#))
    }

    @Test(arguments: [
        ("http.server-requests", "http_server_requests_total"), ("done_total", "done_total"),
        ("9lives", "_9lives_total"), ("", "__total"), ("a:b", "a:b_total"), ("é", "__total"),
    ])
    func `names are made ones that Prometheus takes`(label: String, name: String) {
        let store = MetricsStore()
        store.makeCounter(label: label, dimensions: []).increment(by: 1)

        #expect(store.text().split(separator: "\n").last == "\(name) 1")
    }

    @Test func `a series made twice is one`() {
        let store = MetricsStore()
        for _ in 0..<2 {
            store.makeCounter(label: "a", dimensions: [("x", "1"), ("y", "2")]).increment(by: 1)
            store.makeCounter(label: "a", dimensions: [("y", "2"), ("x", "1")]).increment(by: 1)
        }

        #expect(store.text().contains(#"a_total{x="1",y="2"} 4"#))
    }

    @Test func `series over the limit are counted together, and said to be`() {
        let store = MetricsStore(limits: MetricsLimits(seriesPerMetric: 2))
        for user in ["a", "b", "c", "d", "c", "a"] {
            store.makeCounter(label: "seen", dimensions: [("user", user)]).increment(by: 1)
        }

        let lines = store.text().split(separator: "\n").filter { !$0.hasPrefix("#") }

        #expect(
            lines == [
                #"seen_total{user="a"} 2"#, #"seen_total{user="b"} 1"#,
                #"seen_total{user="other"} 3"#,
                #"perennial_metrics_overflow_total{metric="seen_total"} 3"#,
            ])
    }

    @Test func `metrics over the limit aren't kept, and said to be`() {
        let store = MetricsStore(limits: MetricsLimits(metrics: 1))
        store.makeCounter(label: "a", dimensions: []).increment(by: 1)
        store.makeCounter(label: "b", dimensions: []).increment(by: 1)
        store.makeCounter(label: "c", dimensions: []).increment(by: 1)

        let lines = store.text().split(separator: "\n").filter { !$0.hasPrefix("#") }

        #expect(
            lines == ["a_total 1", #"perennial_metrics_overflow_total{metric="other"} 2"#])
    }

    @Test func `a name that has another type already stays as it is`() {
        let store = MetricsStore()
        store.makeMeter(label: "a_total", dimensions: []).set(1.0)
        store.makeCounter(label: "a", dimensions: []).increment(by: 5)

        #expect(store.text().split(separator: "\n").last == "a_total 1")
    }

    @Test func `counters never fall, and odd numbers are written as Prometheus reads them`() {
        let store = MetricsStore()
        store.makeCounter(label: "a", dimensions: []).increment(by: -1)
        store.makeMeter(label: "g", dimensions: [("n", "1")]).set(Double.nan)
        store.makeMeter(label: "g", dimensions: [("n", "2")]).set(-Double.infinity)
        store.makeMeter(label: "g", dimensions: [("n", "3")]).set(1e300)

        let text = store.text()

        #expect(text.contains("a_total 0\n"))
        #expect(text.contains("g{n=\"1\"} NaN\ng{n=\"2\"} -Inf\ng{n=\"3\"} 1e+300\n"))
    }

    @Test func `what many threads count at once adds up`() async {
        let store = MetricsStore()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<1000 {
                        store.makeCounter(label: "a", dimensions: [("x", "1")]).increment(by: 1)
                        store.makeMeter(label: "g", dimensions: []).increment(by: 0.5)
                        store.makeTimer(label: "t", dimensions: []).recordNanoseconds(1_000_000)
                    }
                }
            }
        }

        let text = store.text()

        #expect(text.contains(#"a_total{x="1"} 4000"#))
        #expect(text.contains("g 2000\n"))
        #expect(text.contains("t_seconds_count 4000\n"))
        #expect(text.contains("t_seconds_sum 4\n"))
    }
}
