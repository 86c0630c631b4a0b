/// The tables of `KeyRuns`.
enum KeyRunTables {
    static let definition = """
        CREATE TABLE key_runs (
            id BIGINT PRIMARY KEY NOT NULL,
            key_count BIGINT NOT NULL,
            first_page BIGINT NOT NULL,
            fences BYTEA NOT NULL
        );
        CREATE TABLE key_pages (
            page BIGINT PRIMARY KEY NOT NULL,
            bytes BYTEA NOT NULL
        );

        """
}
