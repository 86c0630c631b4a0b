package import Kernel
package import Promotions
package import Records

extension PromotionDesk {
    /// Codes that one operation issues.
    package static let issuedMax = 1000

    /// A promotion's unique codes' prefix.
    private func prefix(of promotion: String) throws(Failure) -> String {
        guard let found = inForce.promotions[promotion] else { throw .unknownPromotion }
        guard case .unique(let prefix) = found.codes else { throw .noUniqueCodes }
        return prefix
    }

    private func codes(_ promotion: String, batch: Int64, prefix: String) -> PromotionCodes {
        PromotionCodes(
            promotion: promotion, batch: UInt64(bitPattern: batch), prefix: prefix, hash: hash)
    }

    /// Makes codes that whoever has one can use. Blocks; checkouts go on meanwhile.
    ///
    /// - Parameter count: 1...`PromotionCodes.numbersMax`.
    package func makeBatch(of promotion: String, count: Int) throws -> CodeBatch {
        let prefix = try prefix(of: promotion)
        let now = clock.now
        let number = try store.startBatch(promotion: promotion, prefix: prefix, at: now)
        let keys = codes(promotion, batch: number, prefix: prefix).keys(0..<count)
        do {
            try store.fill(batch: number, keys)
        } catch {
            try store.clearUnfinished()
            throw error
        }
        try store.finish(batch: number, size: count)
        return CodeBatch(
            number: number, promotion: promotion, prefix: prefix, size: count, isOpen: false,
            madeAt: now)
    }

    /// A batch's codes as text, each on a line.
    ///
    /// - Parameters:
    ///   - start: The first one's number, within the batch.
    ///   - count: As many as there are from there on, at most.
    package func text(of batch: CodeBatch, from start: Int, count: Int) -> [UInt8] {
        let codes = codes(batch.promotion, batch: batch.number, prefix: batch.prefix)
        var writer = ByteWriter(reserving: count * codes.codeBytesCount)
        codes.write(start..<min(start + count, batch.size), to: &writer)
        return writer.take()
    }

    /// Issues codes of a customer's own, or of nobody's; the same operation again answers the same codes. Blocks.
    ///
    /// - Parameters:
    ///   - count: 1...`issuedMax`.
    ///   - customer: Whose alone they are; empty for whoever has one.
    ///   - expiresAt: From when they aren't good any more; nil for as long as the promotion is.
    package func issue(
        _ promotion: String, count: Int, to customer: String, expiresAt: Timestamp? = nil,
        operation: String, digest: [UInt8]
    ) throws -> (codes: [String], isRepeat: Bool) {
        let prefix = try prefix(of: promotion)
        let now = clock.now
        return try store.commit { commit in
            if let before = try commit.operation(operation) {
                guard before.digest == digest else { throw Failure.reused }
                let text = String(decoding: before.answer, as: UTF8.self)
                return (text.split(separator: "\n").map(String.init), true)
            }
            var made: [String] = []
            while made.count < count {
                let (batch, number) = try commit.nextIssued(
                    of: promotion, prefix: prefix, at: now)
                let codes = codes(promotion, batch: batch, prefix: prefix)
                guard
                    let key = codes.keys(number..<(number + 1)).first,
                    try commit.issue(key, batch: batch, to: customer, expiresAt: expiresAt)
                else { continue }
                let code = codes.code(number)
                made.append(code)
                try PromotionNews.tellIssued(
                    code, of: promotion, to: customer, expiresAt: expiresAt, operation: operation,
                    in: commit, at: now)
            }
            try commit.addOperation(
                operation, digest: digest, answer: Array(made.joined(separator: "\n").utf8),
                at: now)
            return (made, false)
        }
    }

    /// Takes in a code that was made elsewhere, as by a journey, for one customer; told again, nothing changes. Blocks.
    ///
    /// - Returns: False where it isn't of the promotion's form, or another's.
    package func takeIn(
        _ code: String, of promotion: String, to customer: String, expiresAt: Timestamp? = nil
    ) throws -> Bool {
        let prefix = try prefix(of: promotion)
        guard let normal = CodeText.normal(code), normal.hasPrefix(prefix),
            let key = CodeKey(letters: normal.dropFirst(prefix.count))
        else { return false }
        let now = clock.now
        return try store.commit { commit in
            if let known = try commit.code(key) {
                return known.promotion == promotion && known.customer == customer
            }
            let (batch, _) = try commit.nextIssued(of: promotion, prefix: prefix, at: now)
            return try commit.issue(key, batch: batch, to: customer, expiresAt: expiresAt)
        }
    }

    /// A unique code as it is kept; nil where it is none. Blocks.
    package func look(up typed: String) throws -> (code: IssuedCode, checkout: Checkout?)? {
        guard let key = Self.key(of: typed) else { return nil }
        return try store.code(key)
    }

    /// Takes a code that nobody has used out of use.
    ///
    /// - Returns: Whether it was there and free.
    package func withdraw(_ typed: String) throws -> Bool {
        guard let key = Self.key(of: typed) else { return false }
        return try store.commit { try $0.withdraw(key) }
    }

    private static func key(of typed: String) -> CodeKey? {
        CodeText.normal(typed).flatMap {
            CodeKey(letters: $0.suffix(PromotionCodes.lettersCount))
        }
    }
}
