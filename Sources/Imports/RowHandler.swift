import Events
import Kernel

/// Makes events of rows in the way that the import's kind and columns ask for.
struct RowHandler: Sendable {
    private enum Way {
        case orders, orderLines, events, customers
    }

    private var context: RowContext
    private let way: Way
    private var orders: OrderRows?
    private var lines: OrderLines?
    private var events: EventRows?
    private var customers: CustomerRows?

    /// - Throws: `.missingField`, `.missingCurrency` for what the file hasn't got.
    init(context: RowContext) throws(ImportFailure) {
        var mapping = context.mapping
        way = try Self.way(context.options, &mapping)
        self.context = context.with(mapping)
        prepare()
    }

    var mapping: ColumnMapping { context.mapping }

    /// The column whose dates must be understood; nil without one.
    var timeColumn: Int? {
        let fields: [ImportField] = [.orderedAt, .timestamp, .createdAt, .updatedAt]
        return fields.map(mapping.column).first { $0 >= 0 }
    }

    /// The columns whose amounts must be understood, money first.
    var amountColumns: [Int] {
        guard way == .orders || way == .orderLines else { return [] }
        let fields: [ImportField] = [.total, .unitPrice, .discount, .quantity]
        return fields.map(mapping.column).filter { $0 >= 0 }
    }

    /// Takes in what the file's first rows showed.
    mutating func set(dateOrder: DateOrder?, mark: DecimalMark?) {
        context = context.with(dateOrder: dateOrder, mark: mark)
        prepare()
    }

    /// Takes in columns that appeared later.
    mutating func extend(to columns: [String]) {
        var mapping = context.mapping
        mapping.extend(to: columns, kind: context.options.kind)
        context = context.with(mapping)
        orders?.setContext(context)
        lines?.setContext(context)
        events?.setContext(context)
        customers?.setContext(context)
    }

    private mutating func prepare() {
        switch way {
        case .orders: orders = OrderRows(context: context)
        case .orderLines: lines = OrderLines(context: context)
        case .events: events = EventRows(context: context)
        case .customers: customers = CustomerRows(context: context)
        }
    }

    private static func way(
        _ options: ImportOptions, _ mapping: inout ColumnMapping
    ) throws(ImportFailure) -> Way {
        switch options.kind {
        case .events:
            try mapping.require(anyOf: .timestamp)
            if options.eventName == nil {
                try mapping.require(anyOf: .event, .type)
            }
            try mapping.require(anyOf: .customer, .anonymousId, .email, .phone)
            return .events
        case .customers:
            try mapping.require(anyOf: .customer, .email, .phone, .anonymousId)
            return .customers
        case .orders:
            try mapping.require(anyOf: .orderedAt)
            try mapping.require(anyOf: .customer, .email, .phone, .anonymousId)
            try mapping.require(anyOf: .total, .unitPrice, .products)
            if options.currency == nil, !mapping.has(.currency) {
                throw .missingCurrency(columns: mapping.names)
            }
            return isOneRowALine(&mapping) ? .orderLines : .orders
        }
    }

    /// One row a line where there are order ids and unit prices, unless `--map` names a total and nothing
    /// of a line. A total found by its header alone is then taken for the line's and not used.
    private static func isOneRowALine(_ mapping: inout ColumnMapping) -> Bool {
        guard mapping.has(.orderId), mapping.has(.unitPrice), !mapping.isExplicit(.products) else {
            return false
        }
        let lineFields: [ImportField] = [.sku, .name, .quantity, .unitPrice]
        if mapping.isExplicit(.total), !lineFields.contains(where: mapping.isExplicit) {
            return false
        }
        if !mapping.isExplicit(.total) { mapping.drop(.total) }
        mapping.drop(.products)
        return true
    }

    mutating func add(
        _ row: borrowing ImportRow, emitter: inout EventEmitter,
        into builder: inout EventBlockBuilder
    ) throws(RowProblem) {
        try checkFieldCount(row)
        switch way {
        case .orders: try orders?.add(row, emitter: &emitter, into: &builder)
        case .orderLines: try lines?.add(row)
        case .events: try events?.add(row, emitter: &emitter, into: &builder)
        case .customers: try customers?.add(row, emitter: &emitter, into: &builder)
        }
    }

    /// Fields too many must be empty (a delimiter at the end), fields too few may lack only what isn't used.
    private func checkFieldCount(_ row: borrowing ImportRow) throws(RowProblem) {
        if context.isJSON || row.fieldCount == mapping.names.count { return }
        if row.fieldCount <= mapping.lastColumn {
            throw RowProblem(
                .fieldCount,
                "the row has \(row.fieldCount) fields; column '\(mapping.names[mapping.lastColumn])' "
                    + "is number \(mapping.lastColumn + 1)")
        }
        var index = mapping.names.count
        while index < row.fieldCount {
            guard row.trimmed(index).isEmpty else {
                throw RowProblem(
                    .fieldCount,
                    "the row has \(row.fieldCount) fields, the header \(mapping.names.count)")
            }
            index += 1
        }
    }

    /// Whether what is held until the file's end takes more memory than it may.
    var isTooLarge: Bool { (lines?.heldBytes ?? 0) > ImportLimits.groupedBytesMax }

    /// Adds the events that were held until the file's end; false when all are out.
    mutating func emitHeld(
        _ emitter: inout EventEmitter, into builder: inout EventBlockBuilder, untilBytes: Int,
        rejections: inout RejectionList
    ) -> Bool {
        lines?.emit(&emitter, into: &builder, untilBytes: untilBytes, rejections: &rejections)
            ?? false
    }
}
