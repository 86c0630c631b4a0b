package import Records

extension Workspace {
    /// Carries an operation out, whoever its customer turned out to be one with: what they had under another name is
    /// theirs first, and what was asked under that name before is answered as then.
    ///
    /// - Throws: `LoyaltyDesk.Failure`, and where a file can't be read.
    package func performLoyalty(_ ask: LedgerWriter.Ask) async throws -> LedgerWriter.Answer {
        _ = try await followMerges()
        do throws(LoyaltyDesk.Failure) {
            return try await loyalty.perform(ask)
        } catch {
            guard case .writing(.reused) = error, let before = try answeredBeforeMerge(ask) else {
                throw error
            }
            return before
        }
    }

    /// The answer to the same operation where it was another account's, of somebody who is this customer now.
    private func answeredBeforeMerge(_ ask: LedgerWriter.Ask) throws -> LedgerWriter.Answer? {
        guard let before = try loyalty.store.operation(program: ask.program, id: ask.id),
            before.content == ask.content,
            let account = try loyalty.store.accounts(after: before.account - 1, limit: 1).first,
            account.id == before.account, account.customer != ask.customer,
            try records.root(of: account.customer) == ask.customer
        else { return nil }
        return LedgerWriter.Answer(bytes: before.answer, isRepeat: true)
    }
}
