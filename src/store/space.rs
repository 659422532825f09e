//! The disk that a SQLite store lies on.

use std::path::{Path, PathBuf};

use crate::domain::space::{Marks, Room, Space, room};

/// A disk and what counts as full there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// The directory of the store.
    pub directory: PathBuf,
    /// When it is low, and when it is full.
    pub marks: Marks,
}

impl Disk {
    /// The disk of the store at `url`; none for a server's, which its admins watch.
    #[must_use]
    pub fn of(url: &str, marks: Marks) -> Option<Self> {
        let path = super::sqlite_path(url)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = parent.unwrap_or(Path::new(".")).to_owned();
        Some(Self { directory, marks })
    }

    /// What it holds now; nothing where the kernel does not say.
    #[must_use]
    pub fn space(&self) -> Option<Space> {
        let disk = rustix::fs::statvfs(&self.directory).ok()?;
        Some(Space {
            free: disk.f_bavail.saturating_mul(disk.f_frsize),
            total: disk.f_blocks.saturating_mul(disk.f_frsize),
        })
    }

    /// What is free, when that is too little to take anything in.
    #[must_use]
    pub fn full(&self) -> Option<Space> {
        self.space().filter(|space| room(*space, &self.marks) == Room::Full)
    }
}
