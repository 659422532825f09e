//! What no log of any test may hold.

/// Marks of persons in the mails that tests send: domains of their addresses, words that only their texts have.
const PERSONS: [&str; 4] = ["@resident.example", "@condominio.example", "Anna Rossi", "Buongiorno"];

/// The log of a program that ran in a test names nobody and quotes nobody.
pub fn assert_nobody_is_named(log: &str) {
    for mark in PERSONS {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(mark)).take(3).collect();
        assert!(lines.is_empty(), "a log with {mark:?}: {lines:#?}");
    }
}
