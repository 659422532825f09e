//! From the configuration to working parts. What is wrong here is wrong before anything starts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;

use crate::carrier::{Carrier, Smtp, smtp};
use crate::clerk::Clerk;
use crate::config::{self, Config, Login, Mailbox, Server, Tls};
use crate::domain::classify::{Model, ModelError};
use crate::domain::desk::{Desk, Envelope};
use crate::domain::hours::{Hours, HoursError};
use crate::domain::kind::Identity;
use crate::domain::limits::Limits;
use crate::domain::mail::Address;
use crate::domain::place::{Gazetteer, GazetteerError, PlacesFile};
use crate::domain::rules::{EMBEDDED, RuleSet, RulesError};
use crate::domain::token::Signer;
use crate::domain::trust::Policy;
use crate::mailbox::session::{Account, Deadlines};
use crate::mailbox::{Imap, MailboxError, Maildir, Source};
use crate::render::{Sender, TemplateError, Templates};
use crate::token;
use crate::wire::{self, WireError};

/// Why the parts cannot be made. Each says file, what was expected, what was found and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The rules.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The rules' file.
    #[error("rules.file: expected a readable file {}, found: {source}; correct the path", path.display())]
    RulesFile {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The model's file.
    #[error("rules.model: expected a readable file {}, found: {source}; correct the path", path.display())]
    ModelFile {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The model.
    #[error("rules.model: {}: {source}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ModelError,
    },
    /// The street register or the list of sites.
    #[error(transparent)]
    Places(#[from] GazetteerError),
    /// One of their files.
    #[error("places: expected a readable file {}, found: {source}; correct the path", path.display())]
    PlacesFile {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The templates.
    #[error(transparent)]
    Templates(#[from] TemplateError),
    /// The opening hours.
    #[error(transparent)]
    Hours(#[from] HoursError),
    /// The trusted certificates.
    #[error(transparent)]
    Trust(#[from] WireError),
    /// There is no SMTP server to send by.
    #[error("smtp: expected a section with `host` and `from`, found none; add it")]
    NoSmtp,
}

/// Who signs while no `smtp.from` is configured: `inspect` and the demonstration.
const NOBODY: &str = "sportello@localhost";

/// The settings as decisions need them.
pub fn desk(config: &Config, signer: Signer) -> Result<Desk, SetupError> {
    let organisation = &config.organisation;
    let rules = rules(config)?.with_places(places(&config.places)?);
    rules.check_districts()?;
    let saint = organisation.patron_saint.map(|day| format!("{:02}-{:02}", day.month, day.day));
    let hours = Hours::new(&organisation.hours, organisation.timezone.name(), saint.as_deref())?;
    let rules = rules.in_time_of(&hours);
    let identity = Identity {
        addresses: config.own_addresses(),
        domains: organisation.domains.clone(),
        staff: organisation.staff.iter().map(|address| address.to_lowercase()).collect(),
        alarm_senders: rules.alarm_senders().to_vec(),
    };
    Ok(Desk {
        organisation: organisation.name.clone(),
        from: from(config),
        staff: organisation.staff.clone(),
        rules,
        hours,
        identity,
        limits: Limits {
            per_sender_per_day: config.limits.acknowledgements_per_sender_per_day,
            per_domain_per_hour: config.limits.acknowledgements_per_domain_per_hour,
            per_hour: config.limits.acknowledgements_per_hour,
        },
        envelope: match config.smtp.as_ref().map(|smtp| smtp.acknowledgement_envelope) {
            Some(config::Envelope::Null) => Envelope::Null,
            Some(config::Envelope::Verp) => Envelope::Verp,
            Some(config::Envelope::From) | None => Envelope::From,
        },
        signer,
        trust: Policy {
            authserv_id: config.commands.authserv_id.clone(),
            required: config.commands.dmarc,
        },
    })
}

fn from(config: &Config) -> Address {
    config.smtp.as_ref().map_or_else(
        || Address { name: config.organisation.name.clone(), address: NOBODY.to_owned() },
        |smtp| smtp.from.clone(),
    )
}

/// The rules, with the site's own model when there is one.
pub fn rules(config: &Config) -> Result<RuleSet, SetupError> {
    // Before the first training there is no file yet: the shipped model serves.
    match config.rules.model.as_ref().filter(|path| path.exists()) {
        Some(path) => Ok(own_rules(config)?.with_model(model(path)?)),
        None => std::thread::scope(|scope| {
            // Unpacking the model takes as long as compiling the rules; without a thread the first mail does it.
            drop(std::thread::Builder::new().spawn_scoped(scope, Model::shipped));
            own_rules(config)
        }),
    }
}

fn own_rules(config: &Config) -> Result<RuleSet, SetupError> {
    Ok(match &config.rules.file {
        None => RuleSet::parse(EMBEDDED, "rules.toml")?,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|source| SetupError::RulesFile { path: path.clone(), source })?;
            RuleSet::parse(&text, &path.display().to_string())?
        }
    })
}

fn model(path: &Path) -> Result<Model, SetupError> {
    let file = || path.to_path_buf();
    let bytes =
        std::fs::read(path).map_err(|source| SetupError::ModelFile { path: file(), source })?;
    Model::read(&bytes).map_err(|source| SetupError::Model { path: file(), source })
}

/// The street register and the list of sites, as far as there are any.
pub fn places(places: &config::Places) -> Result<Gazetteer, SetupError> {
    let read = |path: &Option<PathBuf>| -> Result<Option<(String, String)>, SetupError> {
        path.as_ref().map(|path| Ok((path.display().to_string(), text(path)?))).transpose()
    };
    let register = read(&places.register)?;
    let sites = read(&places.sites)?;
    Ok(Gazetteer::read(
        register.as_ref().map(|(name, text)| PlacesFile { name, text }),
        sites.as_ref().map(|(name, text)| PlacesFile { name, text }),
        places.utm_zone,
    )?)
}

/// A file as text. Spreadsheets still write Windows' old Western letters: what is not UTF-8 is read as those.
fn text(path: &Path) -> Result<String, SetupError> {
    let bytes = std::fs::read(path)
        .map_err(|source| SetupError::PlacesFile { path: path.to_owned(), source })?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect()))
}

/// Everything that can be wrong without a server or a store, made and found right.
#[derive(Debug)]
pub struct Prepared {
    desk: Desk,
    templates: Templates,
    /// How letters leave.
    pub carrier: Carrier,
}

/// Makes what needs no store; the signing key comes from there.
pub fn prepare(config: &Config) -> Result<Prepared, SetupError> {
    Ok(Prepared {
        desk: desk(config, Signer::new("", [0; 32]))?,
        templates: Templates::load(config.templates.directory.as_deref())?,
        carrier: carrier(config)?,
    })
}

impl Prepared {
    /// Who decides and writes, and how letters leave.
    #[must_use]
    pub fn with(mut self, signer: Signer) -> (Arc<Clerk>, Carrier) {
        self.desk.signer = signer;
        (clerk_of(self.desk, self.templates), self.carrier)
    }
}

/// Whether rules, templates and hours can be used: asked before the store is made or touched.
pub fn check_rules(config: &Config) -> Result<(), SetupError> {
    clerk(config, Signer::new("check", [0; 32])).map(drop)
}

/// Who decides and writes.
pub fn clerk(config: &Config, signer: Signer) -> Result<Arc<Clerk>, SetupError> {
    let templates = Templates::load(config.templates.directory.as_deref())?;
    Ok(clerk_of(desk(config, signer)?, templates))
}

fn clerk_of(desk: Desk, templates: Templates) -> Arc<Clerk> {
    let sender =
        Sender { from: desk.from.clone(), reply_to: None, loop_marker: desk.signer.loop_marker() };
    Arc::new(Clerk { desk, templates, sender })
}

/// Whom to trust at a server.
fn trust(server: &Server) -> Result<Arc<ClientConfig>, WireError> {
    match server.tls {
        Tls::Implicit | Tls::StartTls => wire::trust(server.ca_file.as_deref()),
        Tls::None => Ok(wire::trust_nobody()),
    }
}

/// How letters leave.
fn carrier(config: &Config) -> Result<Carrier, SetupError> {
    let server = &config.smtp.as_ref().ok_or(SetupError::NoSmtp)?.server;
    let trust = trust(server)?;
    Ok(Carrier::Smtp(Box::new(Smtp {
        server: server.clone(),
        trust,
        deadlines: smtp::Deadlines::default(),
    })))
}

/// Opens the folder of a mailbox; for reading only when nothing is to be marked there. `deadlines` are
/// the IMAP server's.
pub async fn open_source(mailbox: &Mailbox, deadlines: Deadlines) -> Result<Source, MailboxError> {
    match &mailbox.source {
        config::Source::Maildir(path) => Ok(Source::Maildir(Maildir::open(path)?)),
        config::Source::Imap(imap) => {
            let read_only = mailbox.after == config::After::Leave;
            let mut opened = open_imap(imap, deadlines, read_only).await?;
            if let config::After::Move(folder) = &mailbox.after {
                opened.ensure_folder(folder).await?;
            }
            Ok(Source::Imap(Box::new(opened)))
        }
    }
}

/// The same for reading only, whatever the configuration wants done to mails: the server keeps no trace of it.
pub async fn open_to_read(mailbox: &Mailbox, deadlines: Deadlines) -> Result<Source, MailboxError> {
    match &mailbox.source {
        config::Source::Maildir(path) => Ok(Source::Maildir(Maildir::open(path)?)),
        config::Source::Imap(imap) => {
            Ok(Source::Imap(Box::new(open_imap(imap, deadlines, true).await?)))
        }
    }
}

/// The folder in which a mail lies once it was taken in, for changing it.
pub async fn open_where_kept(
    mailbox: &Mailbox,
    deadlines: Deadlines,
) -> Result<Source, MailboxError> {
    match (&mailbox.source, &mailbox.after) {
        (config::Source::Maildir(path), _) => Ok(Source::Maildir(Maildir::open(path)?)),
        (config::Source::Imap(imap), config::After::Move(folder)) => {
            let moved = config::Imap { folder: folder.clone(), ..(**imap).clone() };
            Ok(Source::Imap(Box::new(open_imap(&moved, deadlines, false).await?)))
        }
        (config::Source::Imap(imap), _) => {
            Ok(Source::Imap(Box::new(open_imap(imap, deadlines, false).await?)))
        }
    }
}

async fn open_imap(
    imap: &config::Imap,
    deadlines: Deadlines,
    read_only: bool,
) -> Result<Imap, MailboxError> {
    Imap::open(&account(imap, deadlines).await?, &imap.folder, read_only).await
}

async fn account(imap: &config::Imap, deadlines: Deadlines) -> Result<Account, MailboxError> {
    let server = imap.server.clone();
    let trust = trust(&server).map_err(crate::mailbox::ImapError::from)?;
    let (username, secret, bearer) = match &server.login {
        Some(Login::Password { username, password }) => {
            (username.clone(), password.expose().to_owned(), false)
        }
        Some(Login::XOAuth2 { username, token_command }) => {
            let token = token::fetch(token_command).await.map_err(MailboxError::Token)?;
            (username.clone(), token, true)
        }
        None => (String::new(), String::new(), false),
    };
    Ok(Account { server, trust, username, secret, bearer, deadlines })
}
