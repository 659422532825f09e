//! Who has a ticket after it changed, and who is called on which days.

use super::*;
use crate::domain::requester::INTERNAL;

fn with_rules(more: &str) -> Desk {
    Desk { rules: RuleSet::parse(&format!("{RULES}{more}"), "rules.toml").unwrap(), ..desk() }
}

fn corrected(desk: &Desk, ticket: &Ticket, correction: &Correction) -> Ticket {
    let snapshot = Snapshot { ticket: Some(ticket.clone()), ..snapshot() };
    ticket_of(&decide(desk, &snapshot, &Event::StaffCorrected(correction), NOW))
}

/// What staff assigned stays assigned until the matter itself is another one to the rules.
#[test]
fn a_ticket_stays_with_whom_staff_gave_it_to() {
    let desk = desk();
    let mut ticket = ticket_of(&arrived(&desk, &snapshot(), &arrival(&desk, report())));
    assert_eq!(ticket.office, "strade");
    "verde".clone_into(&mut ticket.office);
    let urgent = Correction { urgency: Some(Urgency::High), ..Correction::default() };
    assert_eq!(corrected(&desk, &ticket, &urgent).office, "verde");
    let other = Correction { category: Some(Category::Plant), ..Correction::default() };
    assert_eq!(corrected(&desk, &ticket, &other).office, "impianti");
}

/// A report remembers what sort of requester it came from, by whom it was written and not by whom it was passed on.
#[test]
fn a_ticket_remembers_its_requester() {
    let desk =
        with_rules("[[internal]]\nid = \"scuole\"\nit = \"Scuola\"\nsenders = [\"x.example\"]\n");
    let decision = arrived(&desk, &snapshot(), &arrival(&desk, report()));
    let standing = ticket_of(&decision).facts.standing;
    assert_eq!((standing.name(), standing.group.as_deref()), (INTERNAL, Some("scuole")));
    assert_eq!(decision.letters[0].template, "acknowledgement_internal");
    let resident = ticket_of(&arrived(&super::desk(), &snapshot(), &arrival(&desk, report())));
    assert!(!resident.facts.standing.internal);
}

/// A contact that is not there on the day is passed over, and the next one for the office is called.
#[test]
fn a_contact_is_called_on_its_days_only() {
    let contact = |id: &str, more: &str| {
        format!("[[on_call]]\nid = \"{id}\"\naddresses = [\"{id}@comune.example\"]\n{more}\n")
    };
    let past = "valid_to = \"2026-11-11\"\noffices = [\"strade\"]";
    let now = "valid_from = \"2026-11-12\"\nvalid_to = \"2026-11-12\"";
    for (first, called) in [(past, "sempre"), (now, "prima")] {
        let desk = with_rules(&format!("{}{}", contact("prima", first), contact("sempre", "")));
        let danger = "In via Roma 3 manca il coperchio del tombino, è un buco di due metri";
        let danger = Mail { text: danger.to_owned(), ..report() };
        let decision = arrived(&desk, &snapshot(), &arrival(&desk, danger));
        assert_eq!(letters(&decision)[0], format!("on_call {called}@comune.example"));
    }
}
