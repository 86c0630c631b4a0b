import Kernel
import Testing

@testable import Referrals

@Suite struct ReferralCodeTests {
    private func code(_ number: Int, program: String = "p", issue: Int = 0) -> ReferralCode {
        ReferralCode(of: customer(number), program: program, issue: issue, hash: hash)
    }

    @Test func `A code has thirteen letters in groups and comes out the same again`() {
        let code = code(7)
        #expect(code == self.code(7))
        #expect(code.letters.utf8.count == 13)
        #expect(code.letters.utf8.allSatisfy(ReferralCode.alphabet.contains))
        let groups = code.description.split(separator: "-")
        #expect(groups.map(\.count) == [4, 4, 5])
        #expect(groups.joined() == code.letters)
    }

    @Test func `Customers, programs, issues and workspaces have codes of their own`() {
        var codes = Set((0..<1000).map { code($0) })
        codes.insert(code(1, program: "q"))
        codes.insert(code(1, issue: 1))
        codes.insert(
            ReferralCode(
                of: customer(1), program: "p",
                hash: SipHash(key: SipHash.Key(low: 9, high: 9))))
        #expect(codes.count == 1003)
    }

    @Test func `All letters are used in all places`() {
        let codes = (0..<2000).map { Array(code($0).letters.utf8) }
        for place in 0..<ReferralCode.lettersCount {
            #expect(Set(codes.map { $0[place] }).count == 32)
        }
    }

    @Test(
        arguments: [
            ("ABCD-EFGH-JKLMN", "ABCDEFGHJKLMN"),
            (" abcd efgh jklmn ", "ABCDEFGHJKLMN"),
            ("abcd\u{2013}efgh\u{2014}jklmn.", "ABCDEFGHJKLMN"),
            ("\u{FF21}BCD-EFGH-JKLMN", "ABCDEFGHJKLMN"),
            ("22223333ilIL1", "22223333LLLLL"),
            ("2222-3333-oO0QQ", "22223333QQQQQ"),
            ("ABCD-EFGH-JKLM", nil), ("ABCD-EFGH-JKLMNP", nil), ("", nil),
            ("ABCD-EFGH-JKLMÄ", nil), ("ABCD-EFGH-JKLM٣", nil),
        ] as [(String, String?)])
    func `What people type is read`(typed: String, letters: String?) {
        #expect(ReferralCode(typed: typed)?.letters == letters)
    }

    @Test func `A code that is shown is read back, up to the limit of what is typed`() {
        for number in 0..<200 {
            let code = code(number)
            #expect(ReferralCode(typed: code.description) == code)
            #expect(ReferralCode(typed: code.description.lowercased()) == code)
        }
        let spaces = String(repeating: " ", count: 51)
        #expect(ReferralCode(typed: code(1).letters + spaces) == code(1))
        #expect(ReferralCode(typed: code(1).letters + spaces + " ") == nil)
    }
}
