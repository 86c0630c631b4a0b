/// What was folded and the archive hasn't taken yet.
enum ArchiveBacklogTable {
    static let definition = """
        CREATE TABLE archive_backlog (
            through_position BIGINT PRIMARY KEY NOT NULL,
            after_position BIGINT NOT NULL,
            bytes BYTEA NOT NULL
        );

        """
}
