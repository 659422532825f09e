//! Staff give a ticket to an office or to a colleague.

use crate::domain::decide::letters;
use crate::domain::decide::work::Sheet;
use crate::domain::desk::Desk;
use crate::domain::mail::Address;
use crate::domain::ticket::EntryKind;

/// What a report tells of its writer leaves the house by no slip of the pen.
pub(super) fn may_have(desk: &Desk, to: &str) -> Result<(), String> {
    let address = Address { name: String::new(), address: to.to_owned() };
    if to.contains('@') && !desk.is_colleague(&address) {
        return Err(format!(
            "«{to}» non è un indirizzo del Comune: i dati di chi ha segnalato non escono. Scriva un ufficio o un collega; \
             a un'impresa il lavoro si dà con #ordina"
        ));
    }
    Ok(())
}

pub(super) fn assign(sheet: &mut Sheet<'_>, to: &str, by: &str) {
    sheet.note(EntryKind::Correction, by, format!("assigned to {to}"));
    if sheet.desk.rules.offices().iter().any(|office| office.id == to) {
        to.clone_into(&mut sheet.change().office);
    }
    let version = sheet.ticket.version.saturating_add(1);
    let cause = format!("assigned:{}:{version}", sheet.ticket.number);
    let letters = letters::assigned(sheet.desk, &sheet.ticket, to, &cause, sheet.now);
    sheet.letters.extend(letters);
}
