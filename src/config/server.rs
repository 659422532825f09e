//! What IMAP and SMTP servers have in common: where they are, how they are spoken to, who we are there.

use std::net::IpAddr;
use std::path::PathBuf;

use super::secret::{self, Secret};
use super::section::Section;

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// Plain text until `STARTTLS`, nothing of worth before it.
    StartTls,
    /// Never protected; loopback only.
    None,
}

/// Who we are to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// LOGIN or SASL PLAIN.
    Password {
        /// The account.
        username: String,
        /// Its password; empty only while [`super::Config::require_servers`] fails for it.
        password: Secret,
    },
    /// SASL XOAUTH2.
    XOAuth2 {
        /// The account.
        username: String,
        /// A shell command that prints an access token on its first line.
        token_command: String,
    },
}

impl Login {
    /// The account.
    pub fn username(&self) -> &str {
        match self {
            Self::Password { username, .. } | Self::XOAuth2 { username, .. } => username,
        }
    }
}

/// A server and how to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Name or address, without brackets; empty only while [`super::Config::require_servers`] fails for it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection; never [`Tls::None`] towards another machine.
    pub tls: Tls,
    /// `None` where no log-in is wanted (a relay on this machine).
    pub login: Option<Login>,
    /// PEM certificates to trust in the stead of the machine's own.
    pub ca_file: Option<PathBuf>,
}

/// The protocol's registered ports.
#[derive(Clone, Copy)]
pub(super) struct Ports {
    pub(super) implicit: u16,
    pub(super) starttls: u16,
    pub(super) none: u16,
}

/// Reads host, port, tls, `ca_file` and the log-in. `needs_login`: a missing username is a fault.
pub(super) fn read(section: &mut Section<'_>, ports: Ports, needs_login: bool) -> Server {
    let host = host(section);
    let tls = tls(section, &host);
    let usual = match tls {
        Tls::Implicit => ports.implicit,
        Tls::StartTls => ports.starttls,
        Tls::None => ports.none,
    };
    let port = section.number("port", 1, u64::from(u16::MAX));
    Server {
        host,
        port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(usual),
        tls,
        login: login(section, needs_login),
        ca_file: ca_file(section),
    }
}

fn host(section: &mut Section<'_>) -> String {
    if section.text("host").is_none() {
        section.absent("host", "the server's name", "none", "set it");
        return String::new();
    }
    section
        .parsed("host", "a host name or address", "give the port in `port`", |text| {
            let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let bare = bare.unwrap_or(text);
            let name = |c: char| c.is_alphanumeric() || ".-_".contains(c);
            (bare.parse::<IpAddr>().is_ok() || bare.chars().all(name)).then(|| bare.to_owned())
        })
        .unwrap_or_default()
}

fn tls(section: &mut Section<'_>, host: &str) -> Tls {
    let words = [("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)];
    let tls = section.choice("tls", &words).unwrap_or(Tls::Implicit);
    if tls == Tls::None && !host.is_empty() && !is_loopback(host) {
        section.fault(
            "tls",
            &format!("\"implicit\" or \"starttls\" for `{host}`, which is not this machine"),
            "`none`",
            "passwords and mail must not cross a network in plain text",
        );
    }
    tls
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn login(section: &mut Section<'_>, needed: bool) -> Option<Login> {
    #[derive(Clone)]
    enum Auth {
        Password,
        XOAuth2,
    }
    let words = [("password", Auth::Password), ("xoauth2", Auth::XOAuth2)];
    let auth = section.choice("auth", &words).unwrap_or(Auth::Password);
    let username = section.text("username");
    if username.is_none() && needed {
        section.absent("username", "the account's name", "none", "set it");
    }
    let username = username?;
    Some(match auth {
        Auth::Password => {
            let password = secret::read(section).unwrap_or_else(|| Secret::from(""));
            Login::Password { username, password }
        }
        Auth::XOAuth2 => {
            let command = section.text("token_command");
            if command.is_none() {
                let expected = "a command that prints an access token";
                section.absent("token_command", expected, "none", "set it, or auth = \"password\"");
            }
            Login::XOAuth2 { username, token_command: command.unwrap_or_default() }
        }
    })
}

fn ca_file(section: &mut Section<'_>) -> Option<PathBuf> {
    let path = section.text("ca_file").map(|path| section.beside(&path))?;
    if !path.is_file() {
        let expected = format!("a file of PEM certificates at {}", path.display());
        section.absent("ca_file", &expected, "none", "correct the path or remove the key");
    }
    Some(path)
}
