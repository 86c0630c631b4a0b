import Foundation
import Testing

extension IntegrationTests {
    /// More than the server can take: a full queue, a full disk.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.python != nil, "no python3"))
    struct PressureTests {
        @Test
        func `A full queue is told with 429 and nothing acknowledged is lost`() throws {
            let shop = try Shop()
            let server = try shop.serve("--set", "ingest.queueMiB=1", "--set", "ingest.commitMiB=1")
            let key = try shop.writeKey()
            _ = try server.post("/v1/track", #"{"userId":"u","event":"E"}"#, key: key)

            // Commits wait for a lock, and so fill the queue with two of the batches.
            let flood = try flood(
                server, key, in: shop, prefix: "r", threads: 8, batches: 1,
                lock: shop.data + "/log.sqlite")

            let answers = flood.answers.members.mapValues { $0.int ?? 0 }
            #expect(answers["200", default: 0] > 0, "\(answers)")
            #expect(answers["429", default: 0] > 0, "\(answers)")
            #expect(answers.values.reduce(0, +) == 8)
            #expect(Set(answers.keys) == ["200", "429"])
            #expect(flood.retryAfter.bool == true)
            try server.settle()
            #expect(
                try shop.json("report", "overview").orders.int == flood.acknowledged.array.count)
            let answer = try server.post(
                "/v1/track", #"{"userId":"u","event":"E"}"#, key: key)
            #expect(answer.status == 200)
        }

        @Test(.enabled(if: Installation.isRoot, "a file system of its own needs root"))
        func `A full disk is told with 503, and the server goes on when there is room`() throws {
            // Room for what is acknowledged three times: in the log, its journal and the archive.
            let disk = try SmallDisk(mebibytes: 192)
            let shop = try Shop(data: disk.folder.path + "/data")
            let server = try shop.serve()
            let key = try shop.writeKey()
            let before = try flood(server, key, in: shop, prefix: "before", threads: 2)
            #expect(before.answers.members.keys.sorted() == ["200"])
            try server.settle()
            let ballast = disk.folder.appending(path: "ballast")
            try disk.fill(ballast, leaving: 2 << 20)

            // More than a server has set aside for its log (16 MiB, and a journal of twice that) and what is left
            // together.
            let during = try flood(
                server, key, in: shop, prefix: "during", threads: 4, batches: 32)

            #expect((during.answers["503"].int ?? 0) > 0, "\(during.answers.members)")
            #expect(Set(during.answers.members.keys).isSubset(of: ["200", "503"]))
            #expect(during.retryAfter.bool == true)
            #expect(try server.request("GET", "/healthz").status == 200)
            let report = try shop.run(["report", "overview", "--format", "json"])
            // Figures, or the reason why there are none now.
            #expect(
                report.code == 0 || report.errors.contains("No space left on device"),
                "\(report.errors)")

            try FileManager.default.removeItem(at: ballast)
            let after = try flood(server, key, in: shop, prefix: "after", threads: 2)
            #expect(after.answers.members.keys.sorted() == ["200"], "\(after.answers.members)")
            try server.settle()
            let acknowledged = [before, during, after].flatMap {
                $0.acknowledged.array.compactMap(\.string)
            }
            let customer = try shop.json(
                "customer", "show", "flooded", "--events", String(acknowledged.count + 1000))
            let kept = customer.timeline.array.compactMap(\.orderId.string)
            #expect(kept.count == Set(kept).count)
            #expect(Set(acknowledged).subtracting(kept).isEmpty)
            #expect(try shop.json("report", "overview").orders.int == kept.count)
            #expect(try server.stop().code == 0)
        }

        private func flood(
            _ server: RunningServer, _ key: String, in shop: Shop, prefix: String, threads: Int,
            batches: Int = 3, lock: String? = nil
        ) throws -> JSON {
            let python = try #require(Installation.python)
            let outcome = try Program(
                python,
                [
                    Installation.peer("flood.py"), server.address, key, prefix, String(threads),
                    String(batches),
                ] + (lock.map { [$0] } ?? []), in: shop.folder
            ).wait()
            try #require(outcome.code == 0, "\(outcome.errors)")
            return try JSON(outcome.output)
        }
    }
}

/// A file system of a few megabytes in memory; unmounted when its owner goes.
private final class SmallDisk {
    let folder: URL
    private let workshop = try? TemporaryFolder()

    init(mebibytes: Int) throws {
        let workshop = try #require(workshop)
        folder = workshop.file("disk")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let outcome = try Program(
            URL(filePath: "/bin/mount"),
            ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.path], in: workshop
        ).wait()
        try #require(outcome.code == 0, "cannot mount: \(outcome.errors)")
    }

    deinit {
        guard let workshop else { return }
        _ = try? Program(
            URL(filePath: "/bin/umount"), ["--lazy", folder.path], in: workshop
        ).wait()
    }

    /// Writes a file that leaves so many bytes free.
    func fill(_ file: URL, leaving bytes: Int) throws {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let piece = Data(count: 1 << 18)
        while try free() > bytes + piece.count { try handle.write(contentsOf: piece) }
    }

    private func free() throws -> Int {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder.path)
        return try #require((attributes[.systemFreeSize] as? NSNumber)?.intValue)
    }
}
