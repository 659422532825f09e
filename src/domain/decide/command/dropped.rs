//! Staff end a ticket that is not worked at: it is another body's business, or nothing is to be done. Everybody who
//! reported is told, and what was put aside for it ends with it.

use super::{moved, reporters};
use crate::domain::decide::work::{Sheet, retract};
use crate::domain::decide::{Snapshot, closing, letters};
use crate::domain::life::Status;
use crate::domain::rules::Referral;
use crate::domain::ticket::EntryKind;

/// It is not ours; says whose it is, where that is known. Nothing is sent on.
pub(super) fn out_of_competence(
    sheet: &mut Sheet<'_>,
    snapshot: &Snapshot,
    refer: Option<&str>,
    by: &str,
) -> Result<String, String> {
    let somebody = |referral: &&Referral| !referral.it.trim().is_empty();
    let referral = refer.and_then(|id| sheet.desk.rules.referral(id)).filter(somebody).cloned();
    let status = if referral.is_some() { Status::Referred } else { Status::OutOfCompetence };
    if sheet.live().is_some() {
        retract(sheet, by)?;
    }
    moved(sheet, status, by)?;
    let told = reporters(snapshot, &sheet.ticket).into_iter();
    let version = sheet.ticket.version;
    let letters: Vec<_> = told
        .filter_map(|it| letters::referred(sheet.work(), it, (referral.as_ref(), version)))
        .collect();
    sheet.letters.extend(letters);
    end_joined(sheet, snapshot, by);
    let to = referral.map_or_else(String::new, |referral| format!(": {}", referral.it));
    Ok(format!("non di competenza{to}"))
}

/// Nothing is to be done.
pub(super) fn cancel(
    sheet: &mut Sheet<'_>,
    snapshot: &Snapshot,
    why: &str,
    by: &str,
) -> Result<String, String> {
    if sheet.live().is_some() {
        retract(sheet, by)?;
    }
    let before = sheet.ticket.clone();
    moved(sheet, Status::Cancelled, by)?;
    sheet.note(EntryKind::Note, by, format!("cancelled: {why}"));
    if before.status != Status::Cancelled {
        let told = reporters(snapshot, &before).into_iter();
        let letters = told.map(|it| letters::closing(sheet.work(), it, &before, sheet.now));
        sheet.letters.extend(letters.collect::<Vec<_>>());
    }
    end_joined(sheet, snapshot, by);
    Ok("annullata".to_owned())
}

/// Nobody would ever look at those that were put aside for a ticket which is over.
fn end_joined(sheet: &mut Sheet<'_>, snapshot: &Snapshot, by: &str) {
    sheet.changes.extend(closing::joined_closed(snapshot, &sheet.ticket, false, (by, sheet.now)));
}
