import Events
import FoundationEssentials
import Kernel
import Testing

@testable import Imports

/// Files that aren't shipped, or are large; a test of one that is missing is skipped.
private enum RealFile: String {
    case cdnow = "cdnow_full_transactions.csv.gz"
    case giftShop = "online_retail_2009_2010.csv.gz"
    case hotels = "hotel_bookings.csv.gz"
    case clicks = "rees46_events_sample.csv"

    var path: String {
        let folder = ProcessInfo.processInfo.environment["PERENNIAL_TEST_DATA"] ?? "../shared/data"
        return folder + "/" + rawValue
    }

    var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}

struct RealFileTests {
    @Test(.enabled(if: RealFile.cdnow.isThere))
    func `CDNOW gives 69,659 orders of 23,570 customers, and again the same`() throws {
        let bytes = try RealFile.cdnow.bytes()
        let mapped = options(
            .orders, ["customer=customer_id", "orderedAt=date", "total=spend"])
        let first = importing(bytes, mapped, pieces: [4096])
        #expect(first.failure == nil)
        #expect(first.rejections.isEmpty)
        #expect(first.names.count { $0 == "Order Completed" } == 69_659)
        #expect(Set(first.messageIDs).count == 69_659)
        #expect(Set(first.drafts.map(\.userID)).count == 23_570)
        #expect(totalMinor(first, named: "Order Completed") == 250_031_563)
        #expect(importing(bytes, mapped, pieces: [100_000]).messageIDs == first.messageIDs)
    }

    /// The figures were counted apart from this code, with Python's `csv` and `decimal`.
    @Test(.enabled(if: RealFile.giftShop.isThere))
    func `the gift shop's lines give its invoices`() throws {
        let result = importing(
            try RealFile.giftShop.bytes(),
            options(
                .orders,
                [
                    "orderId=invoice", "sku=stock_code", "name=description", "quantity=quantity",
                    "unitPrice=unit_price", "customer=customer_id", "orderedAt=invoice_date",
                ], currency: "GBP"), pieces: [1 << 16])
        #expect(result.failure == nil)
        #expect(result.rejections.isEmpty)
        #expect(result.rowsRead == 525_461)
        #expect(result.drafts.count == 28_816)
        #expect(result.names.count { $0 == "Order Completed" } == 22_101)
        #expect(result.names.count { $0 == "Order Refunded" } == 6_715)
        #expect(totalMinor(result, named: "Order Completed") == 1_030_626_558)
        #expect(totalMinor(result, named: "Order Refunded") == 76_678_096)
        #expect(Set(result.drafts.map(\.userID)).count == 4_383 + 1)
        let nobody = result.drafts.filter { $0.userID.isEmpty && $0.name == "Order Completed" }
        #expect(nobody.count == 2_886)
    }

    @Test(.enabled(if: RealFile.hotels.isThere))
    func `hotel bookings are events when somebody says of whom and when`() throws {
        let bytes = try RealFile.hotels.bytes()
        guard
            case .missingField(let fields, let columns)? = importing(
                bytes, options(.events)
            ).failure
        else {
            Issue.record("bookings without a mapping are a failure")
            return
        }
        #expect(fields == ["timestamp"])
        #expect(columns.count == 32)
        var mapped = options(.events, ["customer=country", "timestamp=reservation_status_date"])
        mapped.eventName = "Booked"
        let result = importing(bytes, mapped)
        #expect(result.drafts.count + result.rejections.count == 119_390)
        #expect(result.rejections.allSatisfy { $0.code == .missingCustomer })
        #expect(Set(result.messageIDs).count == result.drafts.count)
    }

    @Test(.enabled(if: RealFile.clicks.isThere))
    func `clicks are events by their header alone`() throws {
        let result = importing(try RealFile.clicks.bytes(), options(.events))
        #expect(result.failure == nil)
        #expect(result.rejections.isEmpty)
        #expect(result.names.count { $0 == "view" } == 4_915)
        #expect(result.names.count { $0 == "cart" } == 50)
        #expect(result.names.count { $0 == "purchase" } == 54)
    }

    /// The sum of the orders' totals, read from their properties' text.
    private func totalMinor(_ result: Imported, named name: String) -> Int64 {
        result.drafts.reduce(0) { sum, draft in
            guard draft.name == name else { return sum }
            let text = String(decoding: draft.properties, as: UTF8.self)
            guard let start = text.firstRange(of: "\"total\":")?.upperBound else { return sum }
            let digits = text[start...].prefix { $0.isNumber || $0 == "." }.filter { $0 != "." }
            return sum + (Int64(digits) ?? 0)
        }
    }
}
