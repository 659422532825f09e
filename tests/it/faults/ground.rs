//! The invariants of every fault, held against the ground: what the mail server holds and what the SMTP
//! server took, not what our own tables say of either.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use mail_parser::MessageParser;
use sportello::store::Engine as Store;
use sportello::store::ledger::LedgerRow;
use sportello::store::tickets;

use crate::real::site::{Site, message_id};
use crate::support::hostile_imap::HostileImap;
use crate::support::hostile_smtp::HostileSmtp;
use crate::support::servers::Received;

/// The truth outside the program when a fault is over. Every mail is one person's own report.
#[derive(Debug)]
pub struct Ground {
    /// Mails that lie in the mailbox now: each must be accounted for.
    held: Vec<Vec<u8>>,
    /// Mails that lay there and were taken away by a person: each may be.
    gone: Vec<Vec<u8>>,
    /// UIDs and flags as the server has them.
    flags: Vec<(u32, Vec<String>)>,
    /// What the SMTP server took.
    taken: Vec<Received>,
    /// Copies of one letter that the fault allows: 2 only where the server's answer to the dot was lost.
    copies_max: usize,
}

impl Ground {
    /// The installation's own servers, after a fault that makes no copies.
    pub fn of(site: &Site) -> Self {
        let users = &site.settings.users;
        Self {
            held: users.iter().flat_map(|user| site.dovecot.held(user)).collect(),
            gone: Vec::new(),
            flags: users.iter().flat_map(|user| site.dovecot.flags(user)).collect(),
            taken: site.sink.mails(),
            copies_max: 1,
        }
    }

    /// With a scripted IMAP server in Dovecot's place.
    pub fn in_scripted(site: &Site, imap: &HostileImap) -> Self {
        Self { held: imap.held(), flags: imap.flags(), ..Self::of(site) }
    }

    /// With a scripted SMTP server in the sink's place.
    pub fn taken_by(self, smtp: &HostileSmtp) -> Self {
        Self { taken: smtp.mails(), ..self }
    }

    /// What the sink has taken by now, with the mailbox as it was.
    pub fn taken_now(self, site: &Site) -> Self {
        Self { taken: site.sink.mails(), ..self }
    }

    /// These mails a person took away while the fault lasted.
    pub fn without(self, gone: Vec<Vec<u8>>) -> Self {
        Self { gone, ..self }
    }

    /// The answer to a dot was lost: a letter may have arrived twice.
    pub fn with_copies(self) -> Self {
        Self { copies_max: 2, ..self }
    }

    /// Everything that must hold, by the numbers of `tests/FAULTS.md`.
    pub fn assert_invariants(&self, site: &Site) {
        self.assert_each_mail_has_one_place(site);
        self.assert_each_writer_has_one_answer(site);
        self.assert_sent_is_sent(site);
        self.assert_mailbox_is_untouched(site);
        assert_nothing_is_left(site);
        assert_store_is_whole(site);
        assert_nobody_panicked(site);
    }

    /// I1, I2: each mail has one row with a last state, with its very bytes, and one ticket; nothing
    /// else has.
    fn assert_each_mail_has_one_place(&self, site: &Site) {
        let mut rows: BTreeMap<Vec<u8>, Vec<LedgerRow>> = BTreeMap::new();
        for row in site.ledger().into_iter().filter(|row| row.mail_id.is_some()) {
            rows.entry(site.raw_of(&row)).or_default().push(row);
        }
        let known: BTreeSet<&Vec<u8>> = self.held.iter().chain(&self.gone).collect();
        for raw in &self.held {
            let rows = rows.get(raw).map_or(&[][..], Vec::as_slice);
            let places = rows.iter().filter(|row| row.state == "ticket").count();
            assert_eq!(places, 1, "I1, I2: {}: {rows:?}", String::from_utf8_lossy(raw));
        }
        assert!(rows.keys().all(|raw| known.contains(raw)), "a mail that nobody wrote");
        let mut tickets: Vec<_> = site.tickets().into_iter().map(|one| one.message_id).collect();
        tickets.sort();
        let count = tickets.len();
        tickets.dedup();
        assert_eq!(tickets.len(), count, "I2: two tickets of one mail");
        assert!((self.held.len()..=known.len()).contains(&count), "I1: {count} tickets");
    }

    /// I3, I5: each writer has one acknowledgement, every copy of it the same; nobody else has one.
    fn assert_each_writer_has_one_answer(&self, site: &Site) {
        let mut answers: BTreeMap<String, BTreeMap<String, Vec<&Received>>> = BTreeMap::new();
        let answered = self.taken.iter().filter(|taken| is_answer(taken));
        for taken in answered {
            let [to] = &taken.recipients[..] else { panic!("one recipient a letter: {taken:?}") };
            answers
                .entry(to.clone())
                .or_default()
                .entry(message_id(taken))
                .or_default()
                .push(taken);
        }
        for raw in &self.held {
            let writer = writer(raw);
            let letters = answers.remove(&writer).unwrap_or_default();
            assert_eq!(letters.len(), 1, "I3: one logical answer to {writer}");
            for copies in letters.values() {
                assert!(copies.len() <= self.copies_max, "I3: {} copies", copies.len());
                assert!(copies.windows(2).all(|two| two[0] == two[1]), "I3: copies differ");
            }
        }
        let gone: BTreeSet<String> = self.gone.iter().map(|raw| writer(raw)).collect();
        let writers: BTreeSet<String> = self.held.iter().map(|raw| writer(raw)).collect();
        let strange: Vec<_> = answers.keys().filter(|to| !gone.contains(*to)).collect();
        assert!(strange.is_empty(), "I5: answers to {strange:?}");
        let unasked = site.letters().into_iter().find(|letter| {
            let to = &letter.recipient;
            letter.kind == "acknowledgement" && !writers.contains(to) && !gone.contains(to)
        });
        assert!(unasked.is_none(), "I5: nobody asked for {unasked:?}");
    }

    /// I4: what is said to be sent was taken, and what was taken is written down.
    fn assert_sent_is_sent(&self, site: &Site) {
        let taken: BTreeSet<String> = self.taken.iter().map(message_id).collect();
        let letters = site.letters();
        for letter in letters.iter().filter(|letter| letter.state == "sent") {
            assert!(taken.contains(&letter.message_id), "I4: nobody has it: {letter:?}");
        }
        for id in taken {
            let known = letters.iter().any(|letter| letter.message_id == id);
            assert!(known, "I4: taken and not written down: {id}");
        }
    }

    /// I7: with `leave` nobody sees that we were there.
    fn assert_mailbox_is_untouched(&self, site: &Site) {
        if site.settings.after != "leave" {
            return;
        }
        assert!(self.flags.len() >= self.held.len(), "I7: {:?}", self.flags);
        let touched = |flag: &String| [r"\Seen", r"\Deleted", "$Sportello"].contains(&&**flag);
        let by_people = usize::from(!self.gone.is_empty());
        let marked = self.flags.iter().filter(|(_, flags)| flags.iter().any(touched)).count();
        assert!(marked <= by_people, "I7: {:?}", self.flags);
    }
}

fn is_answer(letter: &Received) -> bool {
    letter.header("Auto-Submitted").is_some_and(|value| value == "auto-replied")
}

/// Who wrote a mail.
fn writer(raw: &[u8]) -> String {
    let mail = MessageParser::default().parse(raw).expect("a mail of the test");
    let from = mail.from().and_then(|from| from.first()).and_then(|from| from.address());
    from.expect("a writer").to_owned()
}

/// I9: no mail and no letter waits.
fn assert_nothing_is_left(site: &Site) {
    let open = site.ledger().into_iter().filter(|row| row.settled_at.is_none()).count();
    assert_eq!(open, 0, "I9: mails without a last state");
    let letters = site.letters();
    let waits = letters.iter().find(|letter| ["due", "sending"].contains(&&*letter.state));
    assert!(waits.is_none(), "I9: {waits:?}");
}

/// I6, I11: no history was broken, and the engine finds its own file whole.
fn assert_store_is_whole(site: &Site) {
    let broken = site.wait_for(tickets::broken_chains(&site.store.engine)).expect("histories");
    assert!(broken.is_empty(), "I6: {broken:?}");
    let Store::Sqlite { reader, .. } = &site.store.engine else { return };
    for sql in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        let said: Vec<String> =
            site.wait_for(sqlx::query_scalar(sql).fetch_all(reader)).expect("a check");
        assert!(said.is_empty() || said == ["ok"], "I11: {sql}: {said:?}");
    }
}

/// I12: whatever a process of the program logged, no panic is in it.
fn assert_nobody_panicked(site: &Site) {
    for entry in fs::read_dir(site.path()).expect("the installation").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|end| end == "log") {
            let log = fs::read_to_string(&path).expect("a log");
            assert!(!log.contains("panicked"), "I12: {log}");
        }
    }
}
