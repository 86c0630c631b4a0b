import Journeys
import Kernel
import Testing

@Suite struct RunIDTests {
    @Test func `an id is read as it is written`() {
        let id = RunID(customer: ID(rawValue: 4711), number: 1_772_359_200_000)
        #expect(id.description == "00000000004k7-1772359200000")
        #expect(RunID(id.description) == id)
        for text in [
            "", "-", "00000000004k7", "00000000004k7-", "00000000004k7-x", "u-1-2", "cus_4k7-1",
        ] {
            #expect(RunID(text) == nil, "\(text)")
        }
    }
}
