import ArgumentParser
import JSONParsing
import Kernel
import Promotions
import Records
import Runtime

/// `perennial promotion list|codes|look`
struct PromotionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promotion",
        abstract: "Shows promotions, makes unique codes, and looks codes up.",
        discussion: """
            A promotion is a definition (kind: promotion) that perennial apply puts in force.
            """,
        subcommands: [
            PromotionListCommand.self, PromotionCodesCommand.self, PromotionLookCommand.self,
        ])
}

struct PromotionListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the promotions in force and how often they are used.")

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let promotions = workspace.promotions.inForce.promotions.values
            .sorted { ($0.order, $0.name) < ($1.order, $1.name) }
        let figures = try await Blocking.run { try workspace.promotions.store.figures() }
        if format == .json {
            var json = JSONWriter()
            json.beginArray()
            for promotion in promotions {
                let one = figures[promotion.name] ?? PromotionFigures()
                json.beginObject()
                json.member("name", promotion.name)
                json.member("title", promotion.title)
                json.member("order", promotion.order)
                json.member("group", promotion.group.rawValue)
                json.member("codes", Self.codes(of: promotion, one))
                json.member("reserved", one.reserved)
                json.member("redeemed", one.redeemed)
                json.member("refunded", one.refunded)
                json.endObject()
            }
            json.endArray()
            return try await output.line(json.text)
        }
        var table = TextTable(
            headings: [
                "promotion", "order", "group", "codes", "reserved", "redeemed", "refunded", "title",
            ], numeric: [1, 4, 5, 6])
        table.rows = promotions.map { promotion in
            let one = figures[promotion.name] ?? PromotionFigures()
            return [
                promotion.name, String(promotion.order), promotion.group.rawValue,
                Self.codes(of: promotion, one), String(one.reserved), String(one.redeemed),
                String(one.refunded), promotion.title,
            ]
        }
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(
            promotions.isEmpty
                ? "no promotion is in force; put one in force with: perennial apply FILE"
                : table.table())
    }

    private static func codes(of promotion: Promotion, _ figures: PromotionFigures) -> String {
        switch promotion.codes {
        case .none: "none needed"
        case .public(let codes):
            codes.count > 3
                ? codes.prefix(3).joined(separator: " ") + " …" : codes.joined(separator: " ")
        case .unique: "\(Figures.grouped(figures.codes)) unique"
        }
    }
}

struct PromotionCodesCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes",
        abstract: "Makes unique codes of a promotion, or writes a batch's codes out again.",
        discussion: """
            Each code has 65 random bits behind the promotion's prefix and works once. They are written to standard \
            output, a code on each line: perennial promotion codes NAME --count 1000 > codes.txt
            """)

    @OptionGroup var workspace: WorkspaceOptions

    @Argument(help: "The promotion's name.")
    var promotion: String

    @Option(help: "How many to make, 1 to 1,000,000,000.")
    var count: Int?

    @Option(help: "A batch that was made before, by its number, whose codes are written out again.")
    var batch: Int64?

    func validate() throws {
        guard (count == nil) != (batch == nil) else {
            throw ValidationError("say --count, to make codes, or --batch, to write them out again")
        }
        if let count, !(1...PromotionCodes.numbersMax).contains(count) {
            throw ValidationError("--count takes 1 to \(PromotionCodes.numbersMax)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let desk = workspace.promotions
        let made: CodeBatch
        do {
            if let count {
                made = try await Blocking.run { try desk.makeBatch(of: promotion, count: count) }
            } else {
                let batches = try desk.store.batches(of: promotion)
                guard let found = batches.first(where: { $0.number == batch }) else {
                    throw ValidationFailure(
                        batches.isEmpty
                            ? "\(promotion) has no batches of codes"
                            : "\(promotion) has no batch \(batch ?? 0); it has "
                                + batches.map { "\($0.number) (\(Figures.grouped($0.size)) codes)" }
                                .joined(separator: ", "))
                }
                made = found
            }
        } catch PromotionDesk.Failure.unknownPromotion {
            throw ValidationFailure("no promotion \(promotion) is in force")
        } catch PromotionDesk.Failure.noUniqueCodes {
            throw ValidationFailure(
                "\(promotion) has no unique codes; define it with codes: {unique: {prefix: …}}")
        }
        var start = 0
        while start < made.size {
            let bytes = desk.text(of: made, from: start, count: 10_000)
            try await output.write(bytes)
            start += 10_000
        }
        try await output.error(
            "\(Figures.grouped(made.size)) codes of batch \(made.number) of \(promotion)")
    }
}

struct PromotionLookCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "look", abstract: "Says what a unique code is, and who used it.")

    @OptionGroup var workspace: WorkspaceOptions

    @Argument(help: "The code, as it is printed or typed.")
    var code: String

    @Flag(help: "Take it out of use, where nobody has used it.")
    var withdraw = false

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let desk = workspace.promotions
        if withdraw, try desk.withdraw(code) {
            return try await output.line("\(code) is withdrawn")
        }
        guard let (found, checkout) = try desk.look(up: code) else {
            throw ValidationFailure("\(code) is no unique code")
        }
        var line = "\(code): a code of \(found.promotion), " + Self.standing(found, checkout)
        if withdraw { line += "; it can't be withdrawn" }
        try await output.line(line)
    }

    /// How a code stands, in plain words.
    static func standing(_ code: IssuedCode, _ checkout: Checkout?) -> String {
        let text =
            switch code.state {
            case .free: "not used yet"
            case .reserved: "reserved by checkout \(checkout?.id ?? "?")"
            case .used: "used by checkout \(checkout?.id ?? "?")"
            case .withdrawn: "withdrawn"
            }
        return text + (code.expiresAt.map { "; good until \($0)" } ?? "")
            + (code.customer.isEmpty ? "" : "; only for customer \(code.customer)")
    }
}
