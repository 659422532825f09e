//! Large mails: in pieces, and those above the limit from their beginning.

use crate::real::site::{Engine, Site, report};
use crate::support::mails::RawMail;
use crate::support::proxy::{Mode, Proxy, Way};

on_both_engines! {
    a_large_mail_is_kept_byte_for_byte
    a_large_mail_is_cut_in_the_middle_and_kept_whole
    an_oversize_mail_opens_a_ticket_from_its_beginning
    a_limit_of_zero_is_no_limit
}

/// A report with a photograph of about this many bytes, in base64.
fn with_photo(n: usize, bytes: usize) -> RawMail {
    let photo: Vec<u8> = (0_u32..)
        .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .take(bytes / 4 * 3)
        .collect();
    report(n).attachment("buca.jpg", "image/jpeg", &photo)
}

/// Promise: a mail of several mebibytes, fetched in pieces, is kept exactly as it was delivered, and
/// the small ones around it too; also one whose size is exactly a piece's.
fn a_large_mail_is_kept_byte_for_byte(engine: Engine) {
    let site = Site::new(engine);
    let exact = |bytes: usize| {
        let mut raw = report(4).bytes();
        raw.resize(bytes - 2, b'x');
        raw.extend_from_slice(b"\r\n");
        raw
    };
    let delivered = [
        report(1).bytes(),
        with_photo(2, 3 * 1024 * 1024).bytes(),
        report(3).bytes(),
        exact(2 * 1024 * 1024),
    ];
    for raw in &delivered {
        site.dovecot.deliver("reports", raw);
    }
    site.once();
    site.audit(4);
    for row in site.ledger() {
        let index = usize::try_from(row.uid).unwrap() - 1;
        assert!(site.raw_of(&row) == delivered[index], "mail {} differs", row.uid);
    }
}

/// Promise: a connection that breaks between or within pieces costs nothing but time.
fn a_large_mail_is_cut_in_the_middle_and_kept_whole(engine: Engine) {
    let mut site = Site::new(engine);
    let proxy = Proxy::to(site.dovecot.port());
    site.settings.imap_port = proxy.port();
    let raw = with_photo(1, 3 * 1024 * 1024).bytes();
    site.dovecot.deliver("reports", &raw);
    for kibibytes in [700, 1500] {
        proxy.set(Mode::CutAfter(Way::Down, kibibytes * 1024));
        assert!(site.round().mailboxes[0].1.is_err(), "the line was cut");
        assert!(site.tickets().is_empty(), "half a mail is none");
    }
    proxy.set(Mode::Pass);
    site.once();
    site.audit(1);
    assert!(site.raw_of(&site.ledger()[0]) == raw, "it differs");
}

/// Promise: a mail above `mail_bytes_max` opens its ticket from its beginning, its writer is
/// answered, no more than the limit is fetched, and the whole mail stays on the server.
fn an_oversize_mail_opens_a_ticket_from_its_beginning(engine: Engine) {
    const LIMIT: usize = 64 * 1024;
    let mut site = Site::new(engine);
    site.settings.mail_bytes_max = LIMIT as u64;
    // Below and above the size at which pieces begin.
    let delivered = [
        with_photo(1, 300 * 1024).bytes(),
        with_photo(2, 2 * 1024 * 1024).bytes(),
        report(3).bytes(),
    ];
    for raw in &delivered {
        site.dovecot.deliver("reports", raw);
    }
    site.once();
    site.audit(3);
    for row in site.ledger() {
        let whole = &delivered[usize::try_from(row.uid).unwrap() - 1];
        let kept = site.raw_of(&row);
        assert!(whole.starts_with(&kept), "the beginning of mail {}", row.uid);
        assert_eq!(kept.len(), whole.len().min(LIMIT), "of mail {}", row.uid);
    }
    for ticket in site.tickets() {
        assert!(ticket.facts.text.contains("buca pericolosa"), "the words were read");
        assert!(ticket.category.is_some());
    }
    assert_eq!(site.dovecot.count("reports"), 3, "the rest is still there");
}

/// Promise: as the configuration says of every limit, 0 is none.
fn a_limit_of_zero_is_no_limit(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.mail_bytes_max = 0;
    let delivered = [report(1).bytes(), with_photo(2, 1200 * 1024).bytes()];
    for raw in &delivered {
        site.dovecot.deliver("reports", raw);
    }
    site.once();
    site.audit(2);
    for (row, raw) in site.ledger().iter().zip(&delivered) {
        assert!(site.raw_of(row) == *raw, "mail {} differs", row.uid);
    }
}
