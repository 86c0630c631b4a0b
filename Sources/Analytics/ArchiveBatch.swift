package import Events
package import Kernel

/// What the engine hands to the archive after it has folded a stretch of the log: written, with the
/// position, in one transaction.
package struct ArchiveBatch: Sendable {
    /// The last log position that this batch covers.
    package var throughPosition: Int64
    package var blocks: [ArchivedBlock] = []
    package var orders: [ArchivedOrder] = []
    /// The keys of those orders that an earlier batch may have brought; nil where that may be any of them.
    package var repeatedKeys: Set<Int64>?
    package var lines: [ArchivedOrderLine] = []
    package var contacts: [ArchivedContact] = []
    package var links: [CustomerLink] = []

    package init(throughPosition: Int64) {
        self.throughPosition = throughPosition
    }

    /// Batches that follow one another as one, with the same effect; nil of none.
    package init?(joining batches: [ArchiveBatch]) {
        guard let last = batches.last else { return nil }
        self.init(throughPosition: last.throughPosition)
        repeatedKeys = []
        for batch in batches {
            blocks.append(contentsOf: batch.blocks)
            orders.append(contentsOf: batch.orders)
            lines.append(contentsOf: batch.lines)
            contacts.append(contentsOf: batch.contacts)
            links.append(contentsOf: batch.links)
            repeatedKeys =
                if let all = repeatedKeys, let keys = batch.repeatedKeys {
                    all.union(keys)
                } else { nil }
        }
    }
}

/// A block of the log with whose each event is.
package struct ArchivedBlock: Sendable {
    package var block: EventBlock
    package var firstPosition: Int64
    package var receivedAt: Timestamp
    /// Events at the block's start that the archive has already.
    package var passedOver: Int
    /// The customer each event was attributed to when it was folded, from the first that isn't passed over;
    /// 0 without one.
    package var customers: [Int64] = []

    package init(
        _ block: EventBlock, firstPosition: Int64, receivedAt: Timestamp, passedOver: Int = 0
    ) {
        self.block = block
        self.firstPosition = firstPosition
        self.receivedAt = receivedAt
        self.passedOver = passedOver
    }
}

/// One event as the archive has it.
package struct ArchivedEvent: Sendable, Equatable {
    package var position: Int64
    /// The customer the event was attributed to when it was folded; 0 without one.
    package var customer: Int64
    package var kind: EventKind
    package var flags: EventFlags
    package var name: String
    package var occurredAt: Timestamp
    package var receivedAt: Timestamp
    /// JSON text; empty for none.
    package var properties: String
    package var context: String

    package init(
        position: Int64, customer: Int64, kind: EventKind, flags: EventFlags, name: String,
        occurredAt: Timestamp, receivedAt: Timestamp, properties: String, context: String
    ) {
        self.position = position
        self.customer = customer
        self.kind = kind
        self.flags = flags
        self.name = name
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
        self.properties = properties
        self.context = context
    }
}

/// One order or refund as the fold understood it.
///
/// `key` names the order (a hash of its id). A later row with the same key and kind replaces the earlier
/// one (an order that is sent again or updated); `.cancelled` takes the completed order back.
package struct ArchivedOrder: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
        case completed = 1
        case refunded = 2
        case cancelled = 3
    }

    package var position: Int64
    package var key: Int64
    package var kind: Kind
    /// 0 without a customer.
    package var customer: Int64
    package var orderID: String
    package var occurredAt: Timestamp
    /// The day in the workspace's time zone.
    package var localDay: Int32
    /// The month in the workspace's time zone, `CalendarMonth.index`.
    package var localMonth: Int32
    package var currency: Currency
    /// Minor units; refunds as positive amounts.
    package var totalMinor: Int64

    package init(
        position: Int64, key: Int64, kind: Kind, customer: Int64, orderID: String,
        occurredAt: Timestamp, localDay: Int32, localMonth: Int32, currency: Currency,
        totalMinor: Int64
    ) {
        self.position = position
        self.key = key
        self.kind = kind
        self.customer = customer
        self.orderID = orderID
        self.occurredAt = occurredAt
        self.localDay = localDay
        self.localMonth = localMonth
        self.currency = currency
        self.totalMinor = totalMinor
    }
}

/// One product of an order or refund.
package struct ArchivedOrderLine: Sendable, Equatable {
    package var position: Int64
    /// 0, 1, … within the order.
    package var index: Int32
    package var productID: String
    package var name: String
    package var category: String
    /// Thousandths of a unit: 1500 is one and a half.
    package var quantityMilli: Int64
    package var unitPriceMinor: Int64

    package init(
        position: Int64, index: Int32, productID: String, name: String, category: String,
        quantityMilli: Int64, unitPriceMinor: Int64
    ) {
        self.position = position
        self.index = index
        self.productID = productID
        self.name = name
        self.category = category
        self.quantityMilli = quantityMilli
        self.unitPriceMinor = unitPriceMinor
    }
}

/// What a customer is called and reached by, after the event at `position`.
package struct ArchivedContact: Sendable, Equatable {
    package var position: Int64
    package var customer: Int64
    package var label: String
    package var email: String
    package var phone: String
    package var userID: String
    package var firstSeenAt: Timestamp
    package var lastSeenAt: Timestamp

    package init(
        position: Int64, customer: Int64, label: String, email: String, phone: String,
        userID: String, firstSeenAt: Timestamp, lastSeenAt: Timestamp
    ) {
        self.position = position
        self.customer = customer
        self.label = label
        self.email = email
        self.phone = phone
        self.userID = userID
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
    }
}

/// Says that what was attributed to `member` counts for `customer` from now on; to itself after an undone merge.
package struct CustomerLink: Sendable, Equatable {
    package var member: Int64
    package var customer: Int64

    package init(member: Int64, customer: Int64) {
        self.member = member
        self.customer = customer
    }
}
