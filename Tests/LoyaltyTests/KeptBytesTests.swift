import Kernel
import Testing

@testable import Loyalty

/// Accounts that were kept by earlier versions of this code.
@Suite struct KeptBytesTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 0x60 ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Codec 4: order A of 10.00; B of 10.00, which was cancelled after all its points were spent; C of 5.00; a challenge
    /// done by two of them; 80 spent as `s`, 40 reserved as `r`.
    private static let codec4 =
        "0480d0d389f2660180d0d389f26607000100000400014180a0d5edee660180a0d5edee66000a00000000"
        + "000142809088c0ef6601809088c0ef66000a0000000001056f6674656e809088c0ef6601809088c0ef66"
        + "00642828000000014380d0d389f2660180d0d389f2660005050000000301410180a0d5edee660180a0d5"
        + "edee66000401610001013102703100d00fd00f00000001057370656e64141400d00f01010001056f6674"
        + "656e0000014201809088c0ef6601809088c0ef66000201610001013102703100d00fd00f000000001414"
        + "0001020000000001430180d0d389f2660180d0d389f266000001610001013102703100d00fe807000000"
        + "01057370656e640a0a00e80701040001056f6674656e00000101730374656103010a020a033c00000001"
        + "0172036d756701032880b0dab49767000001056f6674656e0000010000000162"

    @Test func `what codec 4 kept is read, and is kept anew as it was`() throws {
        let rules =
            #"[{"name": "spend", "points": 1, "per": 1}, "#
            + #"{"name": "often", "points": 100, "every": {"times": 2, "within": "ever"}}]"#
        var ledger = Ledger(try program(earn: rules), zone: .utc)
        ledger.account = try LoyaltyAccount(decoding: bytes(Self.codec4).span)
        #expect(ledger.account.balance == 45)
        #expect(ledger.account.held == 40)
        #expect(ledger.account.orders.map(\.id) == ["A", "B", "C"])
        #expect(ledger.account.orders.map(\.forgone) == [0, 10, 0])
        let anew = ledger.account.encoded()
        #expect(anew.first == LoyaltyAccount.codec)
        #expect(try LoyaltyAccount(decoding: anew.span) == ledger.account)
        // Nobody knows since when B's points are missed: other points are left alone, its own go.
        var account = ledger.account
        for operation in [
            LoyaltyOperation.release(operation: "r"), .unspend(operation: "s", points: nil),
        ] {
            account =
                account.applying(
                    operation, id: "\(operation)", at: day(6), now: day(6),
                    program: ledger.program, zone: .utc
                ).account
            #expect(account.problems().isEmpty)
        }
        #expect(account.balance == 45 + 80 - 10)
    }
}
