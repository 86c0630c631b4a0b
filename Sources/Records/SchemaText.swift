extension String {
    /// The one DDL text that every engine shares, in SQLite's words: `BIGINT` and the like become STRICT types.
    ///
    /// - Parameter keyedOnly: Tables that are nothing but their key's tree (`WITHOUT ROWID`).
    func asStrictSQLite(keyedOnly: Set<String> = []) -> String {
        var result = ""
        var table = ""
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            var line = String(line)
            if let name = line.tableName { table = name }
            if line.contains("BIGINT PRIMARY KEY") {
                line = line.replacing("BIGINT PRIMARY KEY", with: "INTEGER PRIMARY KEY")
            }
            line = line.replacing("BIGINT", with: "INTEGER")
                .replacing("DOUBLE PRECISION", with: "REAL")
                .replacing("BYTEA", with: "BLOB")
            if line.hasPrefix(")") {
                line = keyedOnly.contains(table) ? ") STRICT, WITHOUT ROWID;" : ") STRICT;"
            }
            result += line + "\n"
        }
        return result
    }

    private var tableName: String? {
        guard hasPrefix("CREATE TABLE ") else { return nil }
        return dropFirst("CREATE TABLE ".count).split(separator: " ").first.map(String.init)
    }
}
