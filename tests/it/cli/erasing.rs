//! A person who asks for it is taken out of the store: no byte of theirs is left, and everything still proves itself.

use std::fs;

use super::proving::tamper;
use super::site::{Said, Site};
use crate::support::mails::{RawMail, mail};
use crate::support::{PATIENCE, wait_until};

const ANNA: &str = "anna.zorzetti@resident.example";

/// What nobody else would write.
const HERS: [&str; 5] = ["zorzetti", "Zorzetti", "bisbetica", "Pozzanghera", "347 1234567"];

fn hers(text: &str) -> RawMail {
    mail().from(&format!("Annamaria Zorzetti <{ANNA}>")).subject("Pozzanghera").text(text)
}

/// Two tickets of hers, one of them of a large mail, a word of thanks, and somebody else's ticket.
fn lived_in(site: &Site) -> Vec<u8> {
    let first = hers(
        "Il lampione di via Roma 12 è spento, la bisbetica è caduta. Tel. 347 1234567\n\nAnnamaria Zorzetti",
    );
    let first = first.message_id("<uno@zorzetti.example>").bytes();
    site.deliver("first", &first);
    let long = "La buca di via Verdi 3 è profonda, dice la bisbetica. ".repeat(40_000);
    site.deliver("large", &hers(&long).message_id("<due@zorzetti.example>").bytes());
    let other = mail().from("bruno@resident.example").message_id("<tre@resident.example>");
    site.deliver("other", &other.text("In via Emilia 5 c'è un albero caduto.").bytes());
    site.sportello(&["run", "--once"]).ok();
    let thanks =
        hers("Grazie, la bisbetica sta meglio.").header("In-Reply-To", "<uno@zorzetti.example>");
    site.deliver("thanks", &thanks.message_id("<quattro@zorzetti.example>").bytes());
    site.sportello(&["run", "--once"]).ok();
    first
}

/// Which of her words lie in the files of the store, as they are on the disk.
fn on_the_disk(site: &Site) -> Vec<&'static str> {
    let found = |needle: &&str| -> bool {
        let Some(database) = site.database() else {
            let files = fs::read_dir(site.path(".")).unwrap().flatten().map(|file| file.path());
            let mut of_store = files.filter(|path| path.to_string_lossy().contains("store.db"));
            return of_store.any(|path| {
                let bytes = fs::read(path).unwrap();
                bytes.windows(needle.len()).any(|piece| piece == needle.as_bytes())
            });
        };
        database.psql("CHECKPOINT");
        let count = database.psql(&format!(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 't', 'i') AND oid >= 16384
               AND position('{needle}'::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0"
        ));
        count != "0"
    };
    HERS.into_iter().filter(found).collect()
}

fn erase(site: &Site, args: &[&str]) -> Said {
    site.sportello(&[&["erase", "--requester", "Anna.Zorzetti@resident.example"], args].concat())
}

#[test]
fn no_byte_of_an_erased_person_is_left() {
    for site in Site::both() {
        let first = lived_in(&site);
        let tickets = || site.sportello(&["tickets", "list", "--format", "json"]).rows();
        assert_eq!(tickets().len(), 3);
        assert!(on_the_disk(&site).len() >= 4, "{:?}", on_the_disk(&site));
        let said = erase(&site, &["--dry-run"]);
        assert!(said.ok().contains("would be erased: 3 mail(s)"), "{said:#?}");
        assert!(on_the_disk(&site).len() >= 4, "a dry run changes nothing");
        let said = erase(&site, &[]);
        assert!(said.ok().contains("erased: 3 mail(s)"), "{said:#?}");
        assert!(said.out.contains("of 2 ticket(s)") && !said.out.contains("-000003"), "{said:#?}");
        assert_eq!(on_the_disk(&site), [""; 0]);
        site.sportello(&["verify"]).ok();
        assert!(erase(&site, &[]).ok().contains("nothing is kept"));
        // What is left is read as ever, and nobody else's is touched.
        for ticket in tickets() {
            let number = ticket["number"].as_str().unwrap();
            let shown = site.sportello(&["tickets", "show", number]);
            site.sportello(&["explain", number]).ok();
            let is_hers = !number.ends_with("-000003");
            assert_eq!(shown.ok().contains("(erased)"), is_hers, "{shown:#?}");
            assert_eq!(shown.out.contains("Emilia"), !is_hers, "{shown:#?}");
        }
        let _daemon = site.daemon();
        // The same mail again is no new one; another mail of hers is.
        site.deliver("again", &first);
        site.deliver("new", &hers("Il lampione di via Po 7 è spento.").message_id("<5@x>").bytes());
        wait_until("the new one is a ticket", PATIENCE, || tickets().len() == 4);
    }
}

/// Words that were put in the place of erased ones, and words that were erased by another hand, are seen.
#[test]
fn nobody_else_erases() {
    for site in Site::both() {
        lived_in(&site);
        erase(&site, &[]).ok();
        tamper(&site, "UPDATE entry SET text = 'niente' WHERE id = (SELECT min(id) FROM entry)");
        let said = site.sportello(&["verify", "--offline"]);
        assert!(said.failed(1).contains("1 thing") && said.out.contains("-000001"), "{said:#?}");
        tamper(
            &site,
            "UPDATE entry SET text = '(erased)', author = '', salt = NULL WHERE ticket_id =
             (SELECT id FROM ticket WHERE number LIKE '%-000003')",
        );
        let said = site.sportello(&["verify", "--offline"]);
        assert!(said.failed(1).contains("2 thing") && said.out.contains("-000003"), "{said:#?}");
    }
}

/// A letter about them that somebody still waits for is not sent empty.
#[test]
fn a_letter_that_has_not_left_is_waited_for() {
    for mut site in Site::both() {
        site.sink.stop();
        site.deliver("first", &hers("Il lampione di via Roma 12 è spento.").bytes());
        site.sportello(&["run", "--once"]).failed(1);
        let said = erase(&site, &[]);
        assert!(said.failed(1).contains("nothing was erased"), "{said:#?}");
        assert!(erase(&site, &["--dry-run"]).ok().contains("would be erased: 1 mail(s)"));
        site.sink.start_again();
        site.sportello(&["run", "--once"]).ok();
        erase(&site, &[]).ok();
        assert_eq!(on_the_disk(&site), [""; 0]);
        site.sportello(&["verify", "--offline"]).ok();
        assert!(
            site.sportello(&["erase", "--requester", "anna"]).failed(2).contains("bare address")
        );
    }
}
