import Kernel

/// What a ledger's operations add up to by account and lot, while they are read in the order in which they were kept.
struct LedgerTally {
    /// An account as its row has it, and as its operations come to it.
    private struct Account {
        var id: Int64
        var entryCount: Int64
        var revision: Int64
        var lastOperation: Int64
        /// Where its lots begin in `lots`.
        var firstLot: Int
        var count: Int64 = 0
        var operations: Int64 = 0
        var last: Int64 = 0
        var total: Int64 = 0
        /// What the newest entry says.
        var balance: Int64 = 0
        /// What came to lot 0.
        var debt: Int64 = 0
        /// Entries about lots that it hasn't, which is rare.
        var strangers: Set<Int64> = []
    }

    private var accounts: [Account] = []
    /// Of each lot, by how much what its entries come to is more than what is left of it, account by account.
    private var lots: [Int64] = []
    private(set) var endingsSum: UInt64 = 0
    private(set) var marksSum: UInt64 = 0
    /// Entries of accounts that aren't there.
    private var lost = 0

    /// All words of a row as one number, so that rows can be compared by their sum, in whatever order.
    static func mixed(_ words: Int64...) -> UInt64 {
        words.reduce(0) {
            LedgerOperationIndex.mixed(key: $0, number: UInt64(bitPattern: $1) &+ 1)
        }
    }

    /// Begins the next account; ids ascend.
    mutating func open(_ id: Int64, entries: Int64, operations: Int64, last: Int64) {
        accounts.append(
            Account(
                id: id, entryCount: entries, revision: operations, lastOperation: last,
                firstLot: lots.count))
    }

    /// Adds the next lot of the account that was opened last.
    mutating func add(_ lot: LedgerLot) { lots.append(0 &- lot.remaining) }

    /// Makes room for so many accounts.
    mutating func reserve(accounts count: Int) { accounts.reserveCapacity(count) }

    mutating func expect(endings: [Int64], of account: Int64) {
        for at in endings { endingsSum &+= Self.mixed(at, account) }
    }

    /// Adds an operation's entries.
    mutating func take(
        _ entries: Span<UInt8>, first: Int64, of account: Int64, number: Int64, previous: Int64,
        _ check: inout LedgerStore.Check
    ) {
        guard let place = place(of: account) else {
            do throws(ByteReader.Damaged) {
                try LedgerEntries.each(entries, first: first) { _, _ in lost += 1 }
            } catch {
                lost += 1
            }
            return
        }
        accounts[place].operations += 1
        if previous != accounts[place].last {
            check.note(
                "operation \(number) says that it comes after \(previous), and not after "
                    + "\(accounts[place].last)", account: account)
        }
        if entries.isEmpty { return }
        accounts[place].last = number
        let before = accounts[place].count
        do throws(ByteReader.Damaged) {
            try LedgerEntries.each(entries, first: first) { entry, _ in
                add(entry, at: place, &check)
            }
        } catch {
            check.note(
                "the entries of operation \(number) are damaged at byte \(error.offset)",
                account: account)
        }
        let end = first + (accounts[place].count - before) - 1
        if end / LedgerWriting.markEvery > (first - 1) / LedgerWriting.markEvery {
            marksSum &+= Self.mixed(account, end, number)
        }
    }

    private mutating func add(
        _ entry: LedgerEntries.Item, at place: Int, _ check: inout LedgerStore.Check
    ) {
        let id = accounts[place].id
        accounts[place].count += 1
        accounts[place].total &+= entry.amount
        let sum = accounts[place].balance &+ entry.amount
        if entry.sequence != accounts[place].count {
            check.note(
                "entry \(entry.sequence) stands in place \(accounts[place].count)", account: id)
        }
        if entry.balance != sum {
            check.note(
                "entry \(entry.sequence) says \(entry.balance) points and they add up to \(sum)",
                account: id)
        }
        accounts[place].balance = entry.balance
        let end = place + 1 < accounts.count ? accounts[place + 1].firstLot : lots.count
        let lotCount = Int64(end - accounts[place].firstLot)
        if entry.lot == 0 {
            accounts[place].debt &+= entry.amount
        } else if entry.lot > 0, entry.lot <= lotCount {
            lots[accounts[place].firstLot + Int(entry.lot) - 1] &+= entry.amount
        } else {
            accounts[place].strangers.insert(entry.lot)
        }
    }

    /// Compares what was read with what the accounts' rows say.
    ///
    /// - Parameter lotsOf: Reads an account's lots again, where something is wrong with them.
    func finish(
        _ check: inout LedgerStore.Check, lotsOf: (_ account: Int64) throws -> LedgerLots
    ) rethrows {
        for (place, account) in accounts.enumerated() {
            if account.count != account.entryCount {
                check.note(
                    "has \(account.count) entries, not \(account.entryCount)", account: account.id)
            }
            if account.operations != account.revision {
                check.note(
                    "has \(account.operations) operations, not \(account.revision)",
                    account: account.id)
            }
            if account.last != account.lastOperation {
                check.note(
                    "its newest movement is of operation \(account.last), not of "
                        + "\(account.lastOperation)", account: account.id)
            }
            let end = place + 1 < accounts.count ? accounts[place + 1].firstLot : lots.count
            for lot in account.firstLot..<end where lots[lot] != 0 {
                let known = try lotsOf(account.id)[lot - account.firstLot]
                check.note(
                    "lot \(known.id) has \(known.remaining) points left and its entries add up to "
                        + "\(known.remaining &+ lots[lot])", account: account.id)
            }
            if account.debt > 0 {
                check.note("its debt is \(account.debt) points above zero", account: account.id)
            }
            for lot in account.strangers.sorted() {
                check.note("entries are about lot \(lot), which isn't there", account: account.id)
            }
            check.entries += Int(account.count)
            check.balance &+= account.total
        }
        if lost > 0 {
            check.note("\(lost) entries belong to no account", account: 0)
        }
    }

    private func place(of id: Int64) -> Int? {
        // They are numbered without a gap, save from outside.
        if id > 0, id <= accounts.count, accounts[Int(id) - 1].id == id { return Int(id) - 1 }
        var (low, high) = (0, accounts.count)
        while low < high {
            let middle = (low + high) / 2
            if accounts[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < accounts.count && accounts[low].id == id ? low : nil
    }
}
