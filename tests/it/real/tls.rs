//! Connections are protected as the configuration says, or there is none.

use crate::real::site::{Engine, Site, report};
use crate::support::certificate::Certificate;
use crate::support::servers::directory;

/// Promise: implicit TLS, STARTTLS and, on loopback, no TLS at all carry mail alike.
#[test]
fn mail_comes_over_implicit_tls_and_starttls_and_loopback() {
    let mut site = Site::new(Engine::Sqlite);
    let ports = [("implicit", site.dovecot.tls_port()), ("starttls", site.dovecot.port())];
    site.settings.authority = Some(site.dovecot.authority().to_owned());
    for (n, (tls, port)) in ports.into_iter().enumerate() {
        (site.settings.tls, site.settings.imap_port) = (tls, port);
        site.deliver(&report(n));
        site.once();
        site.audit(n + 1);
    }
    let log = site.dovecot.log();
    assert_eq!(log.matches("Login: user=<reports>").count(), 2, "{log}");
    assert_eq!(log.matches(", TLS, ").count(), 2, "both log-ins were protected:\n{log}");
}

/// Promise: a certificate that nobody we trust vouches for ends the connection before the password
/// leaves, with implicit TLS and with STARTTLS; right again, the mail is there.
#[test]
fn a_wrong_certificate_is_refused_before_the_password() {
    let mut site = Site::new(Engine::Sqlite);
    site.deliver(&report(1));
    let other = directory(&crate::support::servers::Account::of_servers());
    let stranger = Certificate::make(other.path());
    let ports = [("implicit", site.dovecot.tls_port()), ("starttls", site.dovecot.port())];
    for authority in [Some(stranger.authority), None] {
        site.settings.authority = authority;
        for (tls, port) in ports {
            (site.settings.tls, site.settings.imap_port) = (tls, port);
            let round = site.round();
            let error = round.mailboxes[0].1.as_ref().expect_err("an unknown certificate");
            let error = error.to_string().to_lowercase();
            assert!(error.contains("certificate"), "{tls}: {error}");
        }
    }
    assert!(!site.dovecot.log().contains("user=<reports>"), "{}", site.dovecot.log());
    assert!(site.folders().is_empty() && site.tickets().is_empty());
    site.settings.authority = Some(site.dovecot.authority().to_owned());
    site.once();
    site.audit(1);
}

/// Promise: STARTTLS that is asked for is never given up for plain text: without the server's offer
/// there is no log-in at all. Here the plain port of a server that speaks TLS from the first byte.
#[test]
fn a_mailbox_without_the_asked_protection_is_not_used() {
    let mut site = Site::new(Engine::Sqlite);
    site.deliver(&report(1));
    site.settings.authority = Some(site.dovecot.authority().to_owned());
    site.settings.tls = "implicit";
    let round = site.round();
    assert!(round.mailboxes[0].1.is_err(), "the plain port does not speak TLS at once");
    assert!(!site.dovecot.log().contains("user=<reports>"), "{}", site.dovecot.log());
}
