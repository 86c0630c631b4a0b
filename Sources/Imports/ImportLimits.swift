/// What an import accepts at most; each limit has a rejection or a failure of its own.
package enum ImportLimits {
    /// One row's text, its line break not counted.
    package static let rowBytesMax = 1 << 20
    /// The fields of one row.
    package static let fieldsMax = 2048
    /// An order id, a user id, an anonymous id, an e-mail address, an event's name.
    package static let identifierBytesMax = 255
    /// Text that is held back until dates and amounts in it show how the file writes them.
    package static let sampleBytesMax = 8 << 20
    /// The orders of a file of lines, which are held in memory until the file's end: about 8 million lines.
    package static let groupedBytesMax = 1 << 30
    /// The text of a table that is held as a whole (`TextColumns`).
    package static let tableBytesMax = 1 << 30
    /// How many rejections wait at most before `FileImporter.advance` returns, and their rows' bytes.
    package static let rejectionsWaitingMax = 1024
    package static let rejectedBytesWaitingMax = 4 << 20
    /// How much is kept of a rejected text that isn't a row.
    package static let rejectedTextBytesMax = 4096
}
