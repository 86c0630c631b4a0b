import Documents
import Kernel

extension DocumentReader {
    func shortTexts(atMost count: Int) throws(DocumentProblem) -> [String] {
        var texts: [String] = []
        for element in try elementsOrSelf() { texts.append(try element.shortText()) }
        guard (1...count).contains(texts.count) else {
            throw problem("must have 1 to \(count) elements")
        }
        return texts
    }

    func day() throws(DocumentProblem) -> CalendarDay {
        guard let day = CalendarDay(try text()) else {
            throw problem("must be a day such as 2026-03-01")
        }
        return day
    }
}
