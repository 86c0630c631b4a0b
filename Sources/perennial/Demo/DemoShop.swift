import Access
import Analytics
import Customers
import Events
import Foundation
import Imports
import JSONParsing
import Kernel
import Messaging
import Predictions
import Records
import Runtime
import Settings

/// Makes the demo's workspace: the gift shop's year, generated contacts, scores, and one member.
struct DemoShop {
    static let email = "demo@example.test"
    /// Where the demo's mail goes, on this machine.
    static let mailPort = 2525
    /// In the repository and beside an installed program.
    private static let fileName = "Demo/online_retail_2009_2010.csv.gz"
    /// A loyalty program on the shop's whole history, promotions, rewards and referrals.
    private static let shopNames = ["Demo/club.yaml", "Demo/offers.yaml"]
    private static let columns = [
        ("orderId", "invoice"), ("sku", "stock_code"), ("name", "description"),
        ("quantity", "quantity"), ("unitPrice", "unit_price"), ("customer", "customer_id"),
        ("orderedAt", "invoice_date"),
    ]

    let workspace: Workspace

    /// The folder is somebody's own workspace.
    struct NotADemo: Error, CustomStringConvertible {
        let description =
            "this folder holds a workspace of your own; name another with --data for the demo"
    }

    struct MissingFile: Error, CustomStringConvertible {
        var description: String {
            "the demo's file \(DemoShop.fileName) isn't above the program or in the current folder; "
                + "run the demo from the checkout"
        }
    }

    /// Gives the workspace the shop's time zone and currency, unless it has settings already.
    static func writeSettings(folder: String) throws {
        let path = folder + "/" + SettingsFile.name
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let text = """
            {
              "workspace": { "timezone": "Europe/London", "currency": "GBP" },
              "offers": { "excludedProducts": ["POST", "DOT", "M", "C2", "D", "S"] },
              "company": {
                "name": "The Gift Shop", "address": "1 Example Street, London",
                "url": "https://shop.example.test"
              },
              "mail": {
                "from": "The Gift Shop <news@shop.example.test>",
                "smtp": { "host": "127.0.0.1", "port": \(mailPort), "security": "none" },
                "dkim": { "selectors": ["demo"] },
                "bounceDomain": "bounces.shop.example.test",
                "productURL": "https://shop.example.test/products/{id}"
              }
            }

            """
        try PrivateFile.write(
            Array(try DKIMKey.newRSA().pem.utf8), to: MailSetup.keyPath("demo", folder: folder))
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    /// Does what isn't done yet.
    ///
    /// - Returns: The member's password where it was made just now; nil on later starts.
    func load() async throws -> String? {
        guard let path = InstalledFiles.repositoryFile(Self.fileName) else { throw MissingFile() }
        let output = CommandOutput.standard
        let state = try workspace.records.setting("demo")
        guard state != nil || workspace.log.lastPosition == 0 else { throw NotADemo() }
        if state != "made" {
            try workspace.records.setSetting("demo", to: "begun")
            try await output.line("Loading a gift shop's year: 525,461 invoice lines …")
            try await importOrders(path)
            try await output.line("Making up names and addresses at example.test …")
            try await addContacts()
            try await output.line("Fitting the models …")
            try await workspace.settle()
            try workspace.archive.checkpoint()
            let run = try await Blocking.run { [workspace] in
                // As if it had run all along: there is something to look back at.
                for days in Self.earlierRunsDays {
                    let newest = try workspace.archive.lastOrderAt() ?? workspace.clock.now
                    let day = workspace.zone.day(of: newest.adding(days: -days))
                    _ = try workspace.score(asOf: day, unit: .day)
                }
                return try workspace.score(asOf: nil, unit: .day)
            }
            try await workspace.announceBandChanges()
            try await output.line("Scored \(Figures.grouped(run.report.customers)) customers.")
            try await applyPlaybooks()
            try workspace.records.setSetting("demo", to: "made")
        }
        guard try workspace.records.member(email: Self.email) == nil else { return nil }
        return try await NewMember.add(email: Self.email, name: "Demo", role: .owner, to: workspace)
    }

    /// Puts the playbooks, the loyalty program and promotions in force.
    private func applyPlaybooks() async throws {
        guard let path = InstalledFiles.repositoryFile("Playbooks") else {
            try await CommandOutput.standard.line(
                "Playbooks/ isn't here: the demo is without segments, journeys and the Gift Club.")
            return
        }
        var drafts = try await Blocking.run { try DefinitionFiles.read(path) }
        for name in Self.shopNames {
            guard let file = InstalledFiles.repositoryFile(name) else { continue }
            drafts += try await Blocking.run { try DefinitionFiles.read(file) }
        }
        let changes = try await workspace.apply(drafts, by: "demo")
        try await workspace.settle()
        try await CommandOutput.standard.line(
            "Applied \(changes.count) definitions of Playbooks/, the Gift Club and what it offers.")
        try await workspace.followLoyalty()
    }

    private func importOrders(_ path: String) async throws {
        var options = ImportOptions(kind: .orders, importedAt: workspace.clock.now)
        options.mapping = Self.columns.map { .init(field: $0.0, column: $0.1) }
        options.currency = workspace.currency
        options.zone = workspace.zone
        options.isHistory = true
        let run = ImportRun(
            path: path, options: options,
            rejectsPath: workspace.folder + "/demo.rejects.csv", clock: workspace.clock)
        var sink = LogSink.own(workspace)
        var progress = ProgressBar(clock: workspace.clock)
        _ = try await run.run(into: &sink, progress: &progress)
        try await workspace.settle()
    }

    /// How long before the newest order the models ran, too.
    private static let earlierRunsDays = [84, 56, 28]

    /// Gives every customer of the file a generated name and address, as identify events.
    private func addContacts() async throws {
        let people = try workspace.records.userIDs()
        // Dated as the shop's newest order, so that nobody seems to have been seen long after it.
        let at = try workspace.archive.lastOrderAt() ?? workspace.clock.now
        var builder = EventBlockBuilder()
        for userID in people {
            builder.append(DemoContact(userID: userID).identify(at: at))
            if builder.byteCount > 1 << 20 {
                _ = try await workspace.append(builder.takeBytes().bytes)
            }
        }
        if !builder.isEmpty { _ = try await workspace.append(builder.takeBytes().bytes) }
    }
}

/// A made-up contact for a customer of the demo: the same for the same id, and nobody's.
struct DemoContact {
    let userID: String

    /// Words for names that are plainly not people's.
    private static let first = [
        "Amber", "Basil", "Clover", "Dahlia", "Elder", "Fern", "Ginger", "Hazel", "Indigo",
        "Juniper", "Laurel", "Maple", "Nettle", "Olive", "Poppy", "Quince", "Rowan", "Sage",
        "Tansy", "Violet", "Willow", "Yarrow",
    ]
    private static let second = [
        "Shop", "Store", "Gifts", "Corner", "House", "Garden", "Market", "Studio", "Workshop",
        "Pantry", "Parlour", "Cottage",
    ]

    func identify(at time: Timestamp) -> EventDraft {
        var seed: UInt64 = 1469
        for byte in userID.utf8 { seed = seed &* 31 &+ UInt64(byte) }
        var random = SeededRandom(seed: seed)
        let first = Self.first[Int(random.next() % UInt64(Self.first.count))]
        let second = Self.second[Int(random.next() % UInt64(Self.second.count))]
        var json = JSONWriter()
        json.beginObject()
        json.member("name", "\(first) \(second) \(userID)")
        json.member(
            "email", "\(first.lowercased()).\(second.lowercased()).\(userID)@example.test")
        json.member("generated", true)
        json.endObject()
        var draft = EventDraft(
            kind: .identify, occurredAt: time, messageID: "demo-contact-\(userID)")
        draft.flags = [.imported, .history]
        draft.userID = userID
        draft.properties = json.bytes
        return draft
    }
}
