import Kernel
import RetentionModels

/// The customers of CDNOW, from lines customer_id,date,… . Orders of one day are one; the unit is the
/// week.
enum CDNOW {
    static let calibrationEnd = "1997-09-30"

    static func columns(
        of lines: some Sequence<Substring>, until last: String
    ) throws -> PurchaseColumns {
        guard let end = CalendarDay(last)?.daysSinceEpoch else {
            throw BenchmarkFailure("\(last) is not a day, such as \(calibrationEnd)")
        }
        var days: [Substring: Set<Int>] = [:]
        for line in lines {
            let fields = line.split(separator: ",")
            guard fields.count >= 2, let day = CalendarDay(String(fields[1])),
                day.daysSinceEpoch <= end
            else { continue }
            days[fields[0], default: []].insert(day.daysSinceEpoch)
        }
        var columns = PurchaseColumns()
        for (_, ordered) in days.sorted(by: { $0.key < $1.key }) {
            let first = ordered.min() ?? end
            let last = ordered.max() ?? end
            columns.frequency.append(ordered.count - 1)
            columns.recency.append(Double(last - first) / 7)
            columns.age.append(Double(end - first) / 7)
        }
        return columns
    }
}
