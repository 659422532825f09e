//! The ledger against a mail server: every UID there has a row here.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::{Clock, Stopwatch};
use crate::config::Mailbox;
use crate::mailbox::session::Deadlines;
use crate::mailbox::{MailboxError, Source};
use crate::setup;
use crate::store::ledger::Folder;
use crate::store::proof::Finding;
use crate::store::{Engine, StoreError, folders, ledger, workers};

/// A daemon at work takes in within this what came just now.
const TAKEN_IN_MAX: Duration = Duration::from_secs(10);

/// How often it is looked whether it did.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// UIDs named one by one; more of them are counted.
const NAMED_MAX: usize = 20;

/// What the ledger does not know of a mailbox. A server that cannot be used is a finding and no error.
pub(super) async fn compare(
    mailbox: &Mailbox,
    engine: &Engine,
    clock: &Clock,
) -> Result<Vec<Finding>, StoreError> {
    let (folder, listing) = match listed(mailbox).await {
        Ok(listed) => listed,
        Err(error) => {
            return Ok(vec![Finding {
                check: "server",
                place: format!("mailbox {}", mailbox.name),
                found: error.to_string(),
                remedy: "`sportello check` says more; then verify again",
            }]);
        }
    };
    if !folders::is_known(engine, &folder).await? {
        return Ok(vec![Finding {
            check: "server",
            place: format!("mailbox {}", mailbox.name),
            found: "a mailbox that was never read".to_owned(),
            remedy: "start the daemon, or `sportello run --once`; then verify again",
        }]);
    }
    let unknown = unknown(engine, &folder, &listing, clock).await?;
    if unknown.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Finding {
        check: "server",
        place: format!(
            "mailbox {}, folder {}, UIDs {}",
            folder.mailbox,
            folder.folder,
            named(&unknown)
        ),
        found: format!("{} mail(s) on the server that the ledger does not know", unknown.len()),
        remedy: "start the daemon, or `sportello run --once`: it takes them in",
    }])
}

/// The folder as the ledger names it, and the UIDs that lie there.
async fn listed(mailbox: &Mailbox) -> Result<(Folder, Vec<i64>), MailboxError> {
    let mut source = setup::open_to_read(mailbox, Deadlines::default()).await?;
    let folder = Folder {
        mailbox: mailbox.name.clone(),
        folder: source.folder().to_owned(),
        validity: source.validity(),
    };
    let listing = source.list().await?;
    if let Source::Imap(imap) = source {
        imap.logout().await;
    }
    Ok((folder, listing))
}

/// What has no row. While a daemon is at work it may be about to write one.
async fn unknown(
    engine: &Engine,
    folder: &Folder,
    listing: &[i64],
    clock: &Clock,
) -> Result<Vec<i64>, StoreError> {
    let began = Stopwatch::start();
    loop {
        let known = ledger::known(engine, folder).await?;
        let rows: BTreeSet<i64> = known.settled.into_iter().chain(known.open).collect();
        let unknown: Vec<i64> = listing.iter().copied().filter(|uid| !rows.contains(uid)).collect();
        if unknown.is_empty()
            || began.elapsed() >= TAKEN_IN_MAX
            || !workers::is_any_at_work(engine, clock.now()).await?
        {
            return Ok(unknown);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn named(uids: &[i64]) -> String {
    let first: Vec<String> = uids.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = if uids.len() > NAMED_MAX { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}
