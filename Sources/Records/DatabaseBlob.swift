import FoundationEssentials
import GRDB

extension [UInt8] {
    /// The bytes as an argument of a statement that GRDB runs.
    var databaseBlob: Data { Data(self) }
}

extension Row {
    /// A column's bytes; columns count from 0.
    func blob(_ column: Int) -> [UInt8] {
        let data: Data = self[column]
        return [UInt8](data)
    }
}
