//! What must hold when a story is over.

use std::collections::{BTreeMap, BTreeSet};

use sportello::store::ledger::LedgerRow;
use sportello::store::outbox::LetterRow;
use sportello::store::{mail, tickets};

use super::{REPORTS, SCHOOLS, Sent, World};

impl World {
    /// Every mail has its place, every letter left or waits for a reason, every number is there.
    pub(super) fn assert_nothing_is_undone(&self) {
        let ledger = self.ledger();
        let outbox = self.outbox();
        let waiting: Vec<&LetterRow> =
            outbox.iter().filter(|letter| ["due", "sending"].contains(&&*letter.state)).collect();
        assert!(waiting.is_empty(), "letters left in the outbox: {waiting:?}");
        for mailbox in [REPORTS, SCHOOLS] {
            let delivered = self.delivered.iter().filter(|(to, _)| to == mailbox).count();
            let rows = ledger.iter().filter(|row| row.mailbox == mailbox).count();
            assert_eq!(rows, delivered, "rows of the ledger for {mailbox}");
        }
        let open: Vec<&LedgerRow> =
            ledger.iter().filter(|row| ["seen", "stored"].contains(&&*row.state)).collect();
        assert!(open.is_empty(), "mails without a last state: {open:?}");
        self.assert_one_place_for_each_mail(&ledger);
        self.assert_letters_are_unique(&outbox);
        self.assert_numbers_are_gapless();
        let broken = self.runtime.block_on(tickets::broken_chains(&self.parts.engine)).unwrap();
        assert!(broken.is_empty(), "histories that do not hold: {broken:?}");
    }

    /// A mail opened or continued one ticket, once, and its bytes are those that came.
    fn assert_one_place_for_each_mail(&self, ledger: &[LedgerRow]) {
        let opens = |row: &&LedgerRow| ["ticket", "quarantined"].contains(&&*row.state);
        // A mail that reports two problems opens two.
        let seconds = ledger.iter().filter(|row| row.reason.contains("a second problem became"));
        let opened = ledger.iter().filter(opens).count() + seconds.count();
        assert_eq!(opened, self.tickets().len(), "{ledger:?}");
        let mut taken = BTreeSet::new();
        for row in ledger.iter().filter(|row| row.state != "filed") {
            assert!(row.mail_id.is_none_or(|id| taken.insert(id)), "twice: {row:?}");
        }
        let ids: BTreeSet<i64> = ledger.iter().filter_map(|row| row.mail_id).collect();
        for id in ids {
            let row = self.runtime.block_on(mail::by_id(&self.parts.engine, id)).unwrap().unwrap();
            let raw = mail::raw(&self.parts.engine, row.raw_id.expect("its bytes"));
            let raw = self.runtime.block_on(raw).unwrap();
            let came = self.delivered.iter().any(|(_, came)| *came == raw);
            assert!(came || self.imported.contains(&raw), "mail {id} is not as it came");
        }
    }

    /// No two letters share a Message-ID, and a letter that left twice left twice the same.
    fn assert_letters_are_unique(&self, outbox: &[LetterRow]) {
        let mut ids = BTreeSet::new();
        for letter in outbox {
            assert!(ids.insert(&letter.message_id), "Message-ID used twice: {letter:?}");
        }
        let mut sent: BTreeMap<String, Sent> = BTreeMap::new();
        for letter in self.sent() {
            assert!(ids.contains(&letter.message_id), "sent and not written down: {letter:?}");
            if let Some(before) = sent.insert(letter.message_id.clone(), letter.clone()) {
                assert_eq!((&before.recipient, &before.bytes), (&letter.recipient, &letter.bytes));
            }
        }
    }

    fn assert_numbers_are_gapless(&self) {
        let mut years: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for ticket in self.tickets() {
            let (year, serial) = ticket.number.split_once('-').unwrap();
            years.entry(year.to_owned()).or_default().push(serial.parse().unwrap());
        }
        for (year, mut serials) in years {
            serials.sort_unstable();
            assert!(serials.iter().copied().eq(1..=serials.len()), "{year}: {serials:?}");
        }
    }
}

mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use crate::support::mails::mail;
    use crate::support::stores::Engine;
    use crate::support::world::World;

    /// A story that ends with a letter on its way, or with a mail that nobody took in, has failed,
    /// unless it says so.
    #[test]
    fn a_world_with_something_undone_fails_its_story() {
        let end = |undone: bool, settled: bool| {
            let mut world = World::new(Engine::Sqlite);
            world.server_down(true);
            world.receive(&mail());
            if settled {
                world.settle();
            }
            if undone {
                world.leaves_undone();
            }
            catch_unwind(AssertUnwindSafe(|| drop(world))).is_ok()
        };
        assert!(!end(false, true) && !end(false, false));
        assert!(end(true, true) && end(true, false));
    }
}
