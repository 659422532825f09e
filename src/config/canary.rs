//! `[canary]`: a mail to ourselves, and whom to tell when it does not come back.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::mailbox::Mailbox;
use super::section::{Reading, Section};

/// More often would be noise in the mailbox.
const EVERY_MIN: Duration = Duration::from_secs(1);

/// Less often would find out too late.
const EVERY_MAX: Duration = Duration::from_hours(24);

/// Relays that greylist let a mail in after a few minutes.
const LATE_AFTER: Duration = Duration::from_mins(5);

/// The test mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// How often it is sent.
    pub every: Duration,
    /// It is late when it has not come back by then.
    pub late_after: Duration,
    /// The mailbox that it goes to, by name.
    pub mailbox: String,
    /// Told when it is late and when it is back.
    pub webhook: Option<Webhook>,
    /// The same, to a socket of syslog.
    pub syslog: Option<PathBuf>,
}

/// Where a POST goes. Its path may hold a token: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// TLS; without it only this machine may be told.
    pub secure: bool,
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path, with its query.
    pub path: String,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({}:{}/…)", self.host, self.port)
    }
}

/// `https://host[:port]/path`; `http://` for this machine alone. None for anything else.
fn webhook(text: &str) -> Option<Webhook> {
    let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return None,
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
        _ => (authority, if secure { 443 } else { 80 }),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if host.is_empty() || host.contains('@') || text.contains(odd) || !(secure || local) {
        return None;
    }
    Some(Webhook { secure, host: host.to_owned(), port, path: format!("/{path}") })
}

pub(super) fn read(reading: &mut Reading, mailboxes: &[Mailbox]) -> Option<Canary> {
    let mut section = reading.section("canary");
    let every = section.span("every", EVERY_MIN, EVERY_MAX);
    let late_after = section.span("late_after", EVERY_MIN, EVERY_MAX).unwrap_or(LATE_AFTER);
    let mailbox = mailbox(&mut section, mailboxes);
    let webhook = section.parsed(
        "alarm_webhook",
        "https://HOST/PATH, or http:// for this machine",
        "correct it",
        webhook,
    );
    let syslog = section.text("syslog").map(PathBuf::from);
    Some(Canary { every: every?, late_after, mailbox: mailbox?, webhook, syslog })
}

fn mailbox(section: &mut Section<'_>, mailboxes: &[Mailbox]) -> Option<String> {
    let Some(name) = section.text("mailbox") else {
        return mailboxes.first().map(|mailbox| mailbox.name.clone());
    };
    let known = mailboxes.iter().any(|mailbox| mailbox.name == name);
    if !known {
        let remedy = "name one that has a section [[mailbox]]";
        section.fault("mailbox", "the name of a mailbox", &format!("`{name}`"), remedy);
    }
    known.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::webhook;

    /// Only TLS, unless it is this machine; the token in a path is never shown.
    #[test]
    fn a_webhook_is_a_url_that_is_safe_to_post_to() {
        for (text, expected) in [
            ("https://alarm.example/hook?token=s", Some(("alarm.example", 443, "/hook?token=s"))),
            ("https://alarm.example:8443", Some(("alarm.example", 8443, "/"))),
            ("http://127.0.0.1:9/x", Some(("127.0.0.1", 9, "/x"))),
            ("http://[::1]:9/x", Some(("::1", 9, "/x"))),
            ("http://alarm.example/", None),
            ("https://user@alarm.example/", None),
            ("https:///x", None),
            ("https://a.example/x\r\nHost: b", None),
            ("ftp://a.example/", None),
        ] {
            let found = webhook(text);
            if let Some(found) = &found {
                assert!(!format!("{found:?}").contains("token"), "{found:?}");
            }
            let found = found.as_ref().map(|hook| (&*hook.host, hook.port, &*hook.path));
            assert_eq!(found, expected, "{text}");
        }
    }
}
