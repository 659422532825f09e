//! SMTP servers that are away, strange, silent or cut off in the worst moment.

use std::time::Duration;

use sportello::carrier::smtp::Deadlines;

use super::ground::Ground;
use crate::real::site::{Engine, Site, report};
use crate::support::certificate::Certificate;
use crate::support::hostile_smtp::HostileSmtp;
use crate::support::proxy::{Mode, Proxy, Way};
use crate::support::servers::{Account, directory};
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    f12_no_connection_and_no_trust
    f17_an_answer_to_the_dot_that_comes_late_or_never
    f18_a_cut_between_the_dot_and_the_250
}

/// A stalled step of a script is given up after this.
const SHORT: Duration = Duration::from_millis(400);

/// Promise: a server that cannot be reached, resets, or shows a strange certificate costs no letter an
/// attempt and hears nothing in the clear; when it is right again every letter leaves once.
fn f12_no_connection_and_no_trust(engine: Engine) {
    let mut site = Site::new(engine);
    site.deliver(&report(1));
    let (right, proxy) = (site.settings.smtp_port, Proxy::to(site.sink.port()));
    site.settings.smtp_port = proxy.port();
    for mode in [Mode::Refuse, Mode::Reset] {
        proxy.set(mode.clone());
        let round = site.round();
        assert!(round.letters.unusable.is_some(), "{mode:?}");
    }
    let other = directory(&Account::of_servers());
    let stranger = Certificate::make(other.path());
    let tls = HostileSmtp::script("C: STARTTLS\nS: 220 go\nTLS");
    site.settings.smtp_port = tls.port();
    site.settings.smtp_tls = "starttls";
    site.settings.smtp_authority = Some(stranger.authority.clone());
    assert!(site.round().letters.unusable.is_some(), "a certificate that nobody we trust signed");
    let clear = tls.transcript().concat();
    assert!(clear.iter().all(|line| !line.starts_with("MAIL")), "{clear:?}");
    let letter = &site.letters()[0];
    assert_eq!((letter.state.as_str(), letter.attempts), ("due", 0));
    (site.settings.smtp_port, site.settings.smtp_tls) = (right, "none");
    site.settings.smtp_authority = None;
    site.once();
    Ground::of(&site).assert_invariants(&site);
}

/// Promise: a 250 that comes late but in time is a success; one that comes too late leaves a letter of
/// which nobody can know, and its connection is not used again.
fn f17_an_answer_to_the_dot_that_comes_late_or_never(engine: Engine) {
    let scripts = [
        ("late-reply-to-dot", "sent"),
        ("silence-at-dot", "ambiguous"),
        ("second-mail-on-a-late-connection", "ambiguous"),
    ];
    for (script, state) in scripts {
        let mut site = Site::new(engine);
        let smtp = HostileSmtp::fixture(script);
        site.settings.smtp_port = smtp.port();
        if state == "ambiguous" {
            site.settings.smtp = Some(Deadlines { body: SHORT, ..Deadlines::default() });
        }
        site.deliver(&report(1));
        site.round();
        assert_eq!(site.letters()[0].state, state, "{script}");
        site.retry_all();
        site.once();
        let copies = smtp.mails().len();
        assert_eq!(copies, if state == "sent" { 1 } else { 2 }, "{script}");
        Ground::of(&site).taken_by(&smtp).with_copies().assert_invariants(&site);
    }
}

/// Promise: the one gap that no client can close (RFC 1047) is said to be one: the letter is ambiguous,
/// and the second copy is the first, byte for byte.
fn f18_a_cut_between_the_dot_and_the_250(engine: Engine) {
    let mut site = Site::new(engine);
    let proxy = Proxy::to(site.sink.port());
    site.settings.smtp_port = proxy.port();
    proxy.set(Mode::CutBehind(Way::Up, b"\r\n.\r\n".to_vec(), 1));
    site.deliver(&report(1));
    let round = site.round();
    assert_eq!((round.letters.sent, round.letters.ambiguous), (0, 1));
    let copies = || site.copies(&site.letters()[0]).len();
    wait_until("the dot arrives", PATIENCE, || copies() == 1);
    proxy.set(Mode::Pass);
    site.once();
    assert_eq!(site.letters()[0].state, "ambiguous", "not sent again at once");
    site.retry_all();
    site.once();
    assert_eq!(copies(), 2);
    Ground::of(&site).with_copies().assert_invariants(&site);
}
