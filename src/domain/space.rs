//! Room on the disk of the store: below one mark it is said, below the other nothing new is taken in.
//!
//! A mail that waits on its server is safe; one that is half written on a full disk makes work.

/// The marks below which a disk is low and below which it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Low, in percent of the disk.
    pub warn_percent: u64,
    /// Full, in percent of the disk.
    pub stop_percent: u64,
    /// Full, in bytes, however small the disk is.
    pub stop_bytes: u64,
}

impl Default for Marks {
    fn default() -> Self {
        Self { warn_percent: 10, stop_percent: 5, stop_bytes: 500 * MIB }
    }
}

const MIB: u64 = 1024 * 1024;

/// More than this is never full, and twice as much never low, however few percent of a large disk it is: it
/// holds the mail of a year.
const ENOUGH_BYTES: u64 = 5 * 1024 * MIB;

/// What a disk holds, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Space {
    /// Free for this program.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Enough.
    Ample,
    /// Time to make room.
    Low,
    /// Nothing new is taken in.
    Full,
}

/// How much room `space` is.
#[must_use]
pub fn room(space: Space, marks: &Marks) -> Room {
    let percent = |share: u64| space.total / 100 * share;
    let full = percent(marks.stop_percent).min(ENOUGH_BYTES).max(marks.stop_bytes);
    let low = percent(marks.warn_percent).min(ENOUGH_BYTES.saturating_mul(2)).max(full);
    if space.free < full {
        Room::Full
    } else if space.free < low {
        Room::Low
    } else {
        Room::Ample
    }
}

/// Bytes as people say them.
#[must_use]
pub fn said(bytes: u64) -> String {
    format!("{} MiB", bytes / MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A share of a small disk, an amount of a tiny one, and a large disk is never full by percent alone.
    #[test]
    fn a_disk_is_low_before_it_is_full() {
        let gib = 1024 * MIB;
        for (free, total, expected) in [
            (50 * gib, 100 * gib, Room::Ample),
            (9 * gib, 100 * gib, Room::Low),
            (5 * gib - 1, 100 * gib, Room::Full),
            (499 * MIB, gib, Room::Full),
            (501 * MIB, gib, Room::Ample),
            (20 * gib, 2_000 * gib, Room::Ample),
            (8 * gib, 2_000 * gib, Room::Low),
            (4 * gib, 2_000 * gib, Room::Full),
            (0, 0, Room::Full),
        ] {
            let space = Space { free, total };
            assert_eq!(room(space, &Marks::default()), expected, "{free} of {total}");
        }
        let small = Marks { warn_percent: 10, stop_percent: 0, stop_bytes: 0 };
        assert_eq!(room(Space { free: 1, total: 1_000 }, &small), Room::Low);
        assert_eq!(room(Space { free: 101, total: 1_000 }, &small), Room::Ample);
    }
}
