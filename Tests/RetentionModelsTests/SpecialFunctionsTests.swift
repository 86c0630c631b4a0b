import Foundation
import Testing

@testable import RetentionModels

@Suite struct SpecialFunctionsTests {
    @Test func `ln Γ and ψ agree with 50-digit arithmetic`() throws {
        let rows = try Fixtures.golden().special.lngamma_digamma
        #expect(rows.count == 12)
        for row in rows {
            let (lg, dg) = (try #require(Double(row.lg)), try #require(Double(row.dg)))
            #expect(abs(logGamma(row.x) - lg) < 4e-16 * max(1, abs(lg)))
            #expect(relativeError(digamma(row.x), dg) < 1e-13)
        }
    }

    @Test func `a rise of ln Γ by a whole number is a sum of logarithms`() {
        for x in [1e-4, 0.3, 5, 31.9, 32, 100, 1e4, 1e8] {
            for steps in [0, 1, 3, 40] {
                let sum = (0..<steps).reduce(0.0) { $0 + log(x + Double($1)) }
                let rise = logGammaRise(x, by: Double(steps))
                #expect(abs(rise - sum) < 1e-13 * max(1, abs(sum)), "\(x) \(steps)")
            }
        }
    }

    @Test func `a compensated sum keeps what a plain sum loses`() {
        var (compensated, plain) = (CompensatedSum(), 0.0)
        for term in [1e16, 1, 1, -1e16] {
            compensated.add(term)
            plain += term
        }
        #expect(compensated.value == 2)
        #expect(plain != 2)
    }
}
