//! `[store]`: where everything is kept.

use std::fmt;

use super::section::{Reading, Section};
use crate::domain::space::Marks;

/// The state directory that the systemd unit gives.
const URL: &str = "sqlite:///var/lib/sportello/sportello.db";

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one daemon.
    Sqlite,
    /// A server, shared by several daemons.
    Postgres,
}

/// Where everything is kept. Its `Debug` and `Display` hide a password in the URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Store {
    url: String,
    engine: Engine,
    space: Marks,
}

/// Bytes of a MiB, in which `stop_below_mib` is written.
const MIB: u64 = 1024 * 1024;

impl Store {
    /// When the disk of a `SQLite` store is low, and when it is full.
    pub fn space(&self) -> Marks {
        self.space
    }

    /// The whole URL, password included: for the driver, never for a log. A relative `SQLite` path has
    /// been sought beside the configuration file.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What keeps the data.
    pub fn engine(&self) -> Engine {
        self.engine
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { url: URL.to_owned(), engine: Engine::Sqlite, space: Marks::default() }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.url))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({self})")
    }
}

pub(super) fn read(reading: &mut Reading) -> Store {
    let mut section = reading.section("store");
    Store { space: read_space(&mut section), ..read_url(&mut section) }
}

fn read_space(section: &mut Section<'_>) -> Marks {
    let usual = Marks::default();
    let mib = section.number("stop_below_mib", 0, u64::from(u32::MAX));
    Marks {
        warn_percent: section.number("warn_below_percent", 0, 100).unwrap_or(usual.warn_percent),
        stop_percent: section.number("stop_below_percent", 0, 100).unwrap_or(usual.stop_percent),
        stop_bytes: mib.map_or(usual.stop_bytes, |mib| mib.saturating_mul(MIB)),
    }
}

fn read_url(section: &mut Section<'_>) -> Store {
    let Some(url) = section.text("url") else { return Store::default() };
    if let Some(path) = url.strip_prefix("sqlite://") {
        return Store { url: sqlite(section, path), ..Store::default() };
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        if url != without_password(&url) && section.is_in_file("url") {
            section.warn(
                "url",
                "a password stands in the configuration file; keep it in ~/.pgpass or in the \
                 environment variable SPORTELLO__STORE__URL",
            );
        }
        return Store { url, engine: Engine::Postgres, ..Store::default() };
    }
    let scheme = url.split_once("://").map_or("no scheme", |(scheme, _)| scheme).to_owned();
    section.fault(
        "url",
        "sqlite:///PATH or postgres://HOST/DATABASE",
        &format!("`{scheme}`"),
        "begin it with one of the two",
    );
    Store::default()
}

/// A path that depended on the working directory would give the daemon and the commands two stores.
fn sqlite(section: &mut Section<'_>, path: &str) -> String {
    let file = path.split('?').next().unwrap_or_default();
    if file.is_empty() || file == ":memory:" {
        section.fault(
            "url",
            "the path of a file after sqlite://",
            &format!("`{file}`"),
            "write it like \"sqlite:///var/lib/sportello/sportello.db\"",
        );
    }
    format!("sqlite://{}", section.beside(path).display())
}

fn without_password(url: &str) -> String {
    let masked = || {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let (login, _) = authority.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:…{}", rest.strip_prefix(login)?))
    };
    let shown = masked().unwrap_or_else(|| url.to_owned());
    // libpq's other notation, `?password=…`.
    match shown.split_once("password=") {
        Some((before, after)) => {
            let rest = after.split_once('&').map_or(String::new(), |(_, rest)| format!("&{rest}"));
            format!("{before}password=…{rest}")
        }
        None => shown,
    }
}
