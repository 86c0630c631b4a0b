import Access
import Testing

struct RoleTests {
    @Test func `each role has its permissions and no others`() {
        let table: [Role: [Permission]] = [
            .owner: Permission.allCases,
            .admin: [
                .readFigures, .readCustomers, .changeCustomers, .exportCustomers, .changeJourneys,
                .importData, .score, .manageKeys, .manageMembers, .changeSettings,
            ],
            .marketer: [
                .readFigures, .readCustomers, .changeCustomers, .changeJourneys, .importData,
                .score,
            ],
            .analyst: [.readFigures, .score],
            .support: [.readCustomers, .changeCustomers],
            .developer: [.readFigures, .importData, .manageKeys],
        ]
        #expect(Set(table.keys) == Set(Role.allCases))
        for role in Role.allCases {
            for permission in Permission.allCases {
                #expect(role.may(permission) == table[role]?.contains(permission))
            }
        }
    }
}

struct RoleLeavingTests {
    @Test(
        arguments: [
            (Role.owner, [], false), (.owner, [.admin, .support], false), (.owner, [.owner], true),
            (.admin, [], false), (.admin, [.support, .developer], false), (.admin, [.owner], true),
            (.admin, [.admin], true), (.support, [], true), (.marketer, [.analyst], true),
            (.analyst, [.owner], true), (.developer, [], true),
        ] as [(Role, [Role], Bool)])
    func `the last owner and the last who manages members can't leave`(
        role: Role, others: [Role], mayLeave: Bool
    ) {
        #expect(role.mayLeave(others: others) == mayLeave)
    }
}

struct PasswordRulesTests {
    @Test(arguments: [
        "correct staple battery", "tangerine-Lorry-17", "ñandú volador rojo", "my test of twelve",
        "aB3$ aB3$ aB3$", "annie's own garden",
    ])
    func `a long password of one's own is accepted`(password: String) throws {
        try PasswordRules.check(password, email: "ann@example.test")
    }

    @Test(arguments: [
        ("elevenchars", PasswordRules.Refusal.tooShort), ("", .tooShort),
        (String(repeating: "ox e", count: 64) + "d", .tooLong),
        ("aaaaaaaaaaaa", .common), ("123456789012", .common), ("abcdefghijklm", .common),
        ("987654321098", .common), ("Password1234", .common), ("password-password", .common),
        ("qwerty-123456", .common), ("1q2w3e4r5t6y", .common), ("ADMIN2026admin", .common),
        ("CorrectHorseBatteryStaple", .common), ("------------", .common),
        ("annabel@example.test", .personal), ("annabel12345", .personal),
        ("Perennial2026!", .personal),
    ])
    func `a password that breaks a rule is refused for it`(
        password: String, reason: PasswordRules.Refusal
    ) {
        #expect(throws: reason) {
            try PasswordRules.check(password, email: "annabel@example.test")
        }
    }

    @Test func `256 bytes are accepted`() throws {
        let longest = String(repeating: "ox e", count: 64)
        #expect(longest.utf8.count == PasswordRules.bytesMax)
        try PasswordRules.check(longest, email: "ann@example.test")
    }
}
