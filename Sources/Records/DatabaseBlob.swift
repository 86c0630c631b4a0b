import FoundationEssentials
import GRDB

extension [UInt8] {
    /// The bytes as an argument of a statement that GRDB runs.
    var databaseBlob: Data { Data(self) }
}
