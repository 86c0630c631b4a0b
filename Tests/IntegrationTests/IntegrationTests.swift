import Testing

/// Drives the built `perennial` from outside: its commands, its API, its console, its death.
///
/// One test at a time, since each has servers of its own. Some need what `script/setup --test` installs;
/// they skip where it is missing.
@Suite(.serialized) struct IntegrationTests {}
