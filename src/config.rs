//! The configuration: one TOML file, overridden by the environment, checked as a whole before anything starts.
//!
//! Layers, lowest first: the embedded `config/default.toml`, the file, variables such as
//! `SPORTELLO__SMTP__HOST` or `SPORTELLO__MAILBOX__0__HOST`. Every wrong or unknown key is reported at
//! once, each with its line, what was expected, what was found and what to do.
//!
//! Wrong values fail [`Config::load`]. What only the servers need and is not there yet (a host, a
//! password file) fails [`Config::require_servers`], so that `inspect`, `tickets` or `outbox` work for
//! a user who may not read the passwords.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

mod canary;
mod commands;
mod console;
mod error;
mod keys;
mod layers;
mod limits;
mod mailbox;
mod organisation;
mod rules;
mod secret;
mod section;
mod server;
mod smtp;
mod store;
mod values;

pub use canary::{Canary, Webhook};
pub use commands::Commands;
pub use console::Console;
pub use error::{ConfigError, Fault};
pub use limits::Limits;
pub use mailbox::{After, Imap, Mailbox, Source, Start};
pub use organisation::{Organisation, YearlyDay};
pub use rules::{Places, Rules, Templates};
pub use secret::Secret;
pub use server::{Login, Server, Tls};
pub use smtp::{Envelope, Smtp};
pub use store::{Engine, Store};

use section::Reading;

/// Where the configuration lies unless `--config` says otherwise.
pub const FILE: &str = "/etc/sportello/sportello.toml";

/// Everything that can be set, typed and checked. Made only by [`Config::load`], [`Config::parse`] and
/// [`Config::defaults`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who we are.
    pub organisation: Organisation,
    /// Where mails, tickets and letters are kept.
    pub store: Store,
    /// Where mail comes from, in the order of the file, names unique.
    pub mailboxes: Vec<Mailbox>,
    /// Where letters leave; `None` while `smtp.host` or `smtp.from` is missing.
    pub smtp: Option<Smtp>,
    /// The staff pages.
    pub console: Console,
    /// The rule file, if not the embedded one.
    pub rules: Rules,
    /// The street register and the list of sites, if there are any.
    pub places: Places,
    /// The letter templates, if not the embedded ones.
    pub templates: Templates,
    /// What orders by mail must prove.
    pub commands: Commands,
    /// How much we send and fetch at most.
    pub limits: Limits,
    /// The mail to ourselves, where it is wanted.
    pub canary: Option<Canary>,
    /// What is allowed but unwise (a password that everybody can read), one sentence each.
    pub warnings: Vec<String>,
    /// What the servers need and was not found; see [`Config::require_servers`].
    absent: Vec<Fault>,
}

impl Config {
    /// Reads `path` and the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`], with every fault of the file and the environment at once.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let file = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let text = std::fs::read_to_string(&file).map_err(|error| match error.kind() {
            ErrorKind::NotFound => ConfigError::Missing { file: file.clone() },
            _ => ConfigError::Unreadable { file: file.clone(), error },
        })?;
        Self::parse(&text, &file, &environment(std::env::vars_os()))
    }

    /// As [`Config::load`], with the text and the environment given. `file` names the text in messages;
    /// relative paths in it are sought beside it.
    ///
    /// # Errors
    /// [`ConfigError`], with every fault at once.
    pub fn parse(
        text: &str,
        file: &Path,
        env: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut reading = Reading::new(text, file, env)?;
        let config = Self::read(&mut reading);
        reading.finish(config)
    }

    /// What holds when nothing is set: no mailbox and no SMTP server, everything else usable.
    pub fn defaults() -> Self {
        Self {
            organisation: Organisation::default(),
            store: Store::default(),
            mailboxes: Vec::new(),
            smtp: None,
            console: Console::default(),
            rules: Rules::default(),
            places: Places::default(),
            templates: Templates::default(),
            commands: Commands::default(),
            limits: Limits::default(),
            canary: None,
            warnings: Vec::new(),
            absent: vec![mailbox::none_configured(), smtp::none_configured()],
        }
    }

    /// Whether `run` and `check` have what they need: a mailbox, an SMTP server, their passwords,
    /// certificates and directories. Commands that call no server need not ask.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with everything that is missing.
    pub fn require_servers(&self) -> Result<(), ConfigError> {
        if self.absent.is_empty() { Ok(()) } else { Err(ConfigError::Invalid(self.absent.clone())) }
    }

    /// Every address that is ours: the mailboxes' and the sender's; bare, lower case, sorted, each once.
    pub fn own_addresses(&self) -> Vec<String> {
        let mut all: Vec<String> =
            self.mailboxes.iter().flat_map(|mailbox| mailbox.addresses.iter().cloned()).collect();
        all.extend(self.smtp.iter().map(|smtp| smtp.from.address.to_lowercase()));
        all.sort();
        all.dedup();
        all
    }

    fn read(reading: &mut Reading) -> Self {
        let smtp = smtp::read(reading);
        let mailboxes = mailbox::read(reading, smtp.from.as_ref());
        Self {
            canary: canary::read(reading, &mailboxes),
            organisation: organisation::read(reading),
            store: store::read(reading),
            mailboxes,
            smtp: smtp.complete(),
            console: console::read(reading),
            rules: rules::read_rules(reading),
            places: rules::read_places(reading),
            templates: rules::read_templates(reading),
            commands: commands::read(reading),
            limits: limits::read(reading),
            warnings: Vec::new(),
            absent: Vec::new(),
        }
    }
}

/// Whether systemd takes our standard error into its journal (systemd.exec(5)).
#[must_use]
pub fn runs_under_systemd() -> bool {
    std::env::var_os("JOURNAL_STREAM").is_some()
}

/// The environment as text. A variable that is not UTF-8 is none of ours.
fn environment(variables: impl Iterator<Item = (OsString, OsString)>) -> BTreeMap<String, String> {
    variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// `path` as written in a file of `directory`.
fn beside(directory: &Path, path: &str) -> PathBuf {
    directory.join(path)
}

#[cfg(test)]
mod tests;
