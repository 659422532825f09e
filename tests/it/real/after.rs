//! What becomes of a mail on the server once it is safely stored.

use sportello::store::Engine as StoreEngine;

use crate::real::site::{Engine, Site, report};
use crate::support::hostile_imap::HostileImap;

on_both_engines! {
    leave_changes_nothing
    flag_sets_the_keyword_and_nothing_else
    flag_without_keywords_uses_the_flag_that_there_is
    flag_on_a_mailbox_that_permits_nothing_is_no_trouble
    move_makes_the_folder_and_moves
    nothing_is_moved_before_it_is_stored
}

/// Flags of `reports` but `\Recent`, which the server alone sets.
fn flags(site: &Site) -> Vec<(u32, Vec<String>)> {
    let mut rows = site.dovecot.flags("reports");
    for (_, flags) in &mut rows {
        flags.retain(|flag| flag != r"\Recent");
    }
    rows
}

/// Promise: with `leave` the mailbox is as if nobody had been there; above all no `\Seen`, by which
/// operators see what they have not read.
fn leave_changes_nothing(engine: Engine) {
    let site = Site::new(engine);
    for n in 1..=3 {
        site.deliver(&report(n));
    }
    site.dovecot.set_seen("reports", 2);
    let before = flags(&site);
    site.once();
    site.once();
    site.audit(3);
    assert_eq!(flags(&site), before);
    assert_eq!(site.dovecot.count("reports"), 3);
}

/// Promise: `flag` adds `$Sportello` to what is stored, once and without `\Seen`; not to history.
fn flag_sets_the_keyword_and_nothing_else(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.after = "flag";
    site.settings.start = "now";
    site.deliver(&report(1));
    site.once();
    for n in 2..=3 {
        site.deliver(&report(n));
    }
    site.once();
    site.audit(2);
    let marked = vec!["$Sportello".to_owned()];
    assert_eq!(flags(&site), [(1, vec![]), (2, marked.clone()), (3, marked.clone())]);
    // A person may take the mark away; it is not put back.
    site.dovecot.session("reports").command("UID STORE 2 -FLAGS ($Sportello)");
    site.once();
    assert_eq!(flags(&site), [(1, vec![]), (2, vec![]), (3, marked)]);
    site.audit(2);
}

/// Promise: a server without keywords (many have none) gets `\Flagged` in their place.
fn flag_without_keywords_uses_the_flag_that_there_is(engine: Engine) {
    let mut site = Site::new(engine);
    let imap = HostileImap::script(
        "MAILBOX 2\n\
         C: * SELECT\n\
         S: * 2 EXISTS\n\
         S: * OK [UIDVALIDITY 7] valid\n\
         S: * OK [PERMANENTFLAGS (\\Seen \\Flagged \\Deleted)] no keywords\n\
         S: {tag} OK [READ-WRITE] selected\n",
    );
    site.settings.after = "flag";
    site.settings.imap_port = imap.port();
    site.once();
    assert_eq!(site.tickets().len(), 2);
    let flagged: Vec<_> = imap.flags().into_iter().map(|(_, flags)| flags).collect();
    assert_eq!(flagged, [[r"\Flagged"], [r"\Flagged"]]);
}

/// Promise: marking is best effort: where the account may not, tickets and letters are as ever.
fn flag_on_a_mailbox_that_permits_nothing_is_no_trouble(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.after = "flag";
    site.dovecot.disable_keywords("reports");
    site.deliver(&report(1));
    site.once();
    site.once();
    site.audit(1);
    assert_eq!(flags(&site), [(1, vec![])]);
}

/// Promise: `move` makes the folder, moves what is stored, and loses nothing on the way.
fn move_makes_the_folder_and_moves(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.after = "move";
    for n in 1..=3 {
        site.deliver(&report(n));
    }
    site.once();
    site.audit(3);
    let lie = |site: &Site| {
        (site.dovecot.count("reports"), site.dovecot.count_in("reports", "Sportello"))
    };
    assert_eq!(lie(&site), (0, 3));
    let serving = site.serve();
    site.deliver(&report(4));
    site.wait_for_sent(4);
    serving.stop();
    site.once();
    assert_eq!(lie(&site), (0, 4));
    site.audit(4);
}

/// Promise: the server's copy is touched only after the commit: while the store refuses, every mail
/// stays where it was; afterwards each is stored, answered once, and moved.
fn nothing_is_moved_before_it_is_stored(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.after = "move";
    for n in 1..=3 {
        site.deliver(&report(n));
    }
    refuse_tickets(&site, true);
    let round = site.round();
    assert!(round.mailboxes[0].1.is_err(), "the store refuses");
    assert_eq!(site.dovecot.count("reports"), 3, "nothing was moved");
    assert_eq!(site.dovecot.count_in("reports", "Sportello"), 0);
    assert!(site.sink.mails().is_empty(), "nobody was answered");
    refuse_tickets(&site, false);
    site.once();
    site.audit(3);
    assert_eq!(site.dovecot.count("reports"), 0);
    assert_eq!(site.dovecot.count_in("reports", "Sportello"), 3);
}

/// A store that takes everything but tickets.
fn refuse_tickets(site: &Site, refuse: bool) {
    match &site.store.engine {
        StoreEngine::Postgres(_) => {
            let sql = if refuse {
                "ALTER TABLE ticket ADD CONSTRAINT none CHECK (false) NOT VALID"
            } else {
                "ALTER TABLE ticket DROP CONSTRAINT none"
            };
            site.database.as_ref().expect("a database").psql(sql);
        }
        StoreEngine::Sqlite { writer, .. } => {
            let sql = if refuse {
                "CREATE TRIGGER none BEFORE INSERT ON ticket BEGIN SELECT RAISE(ABORT, 'none'); END"
            } else {
                "DROP TRIGGER none"
            };
            site.wait_for(sqlx::query(sql).execute(writer)).expect("the trigger");
        }
    }
}
