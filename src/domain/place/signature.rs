//! The site that only a signature names.

use super::token::Line;
use super::{Gazetteer, Ground, Place, sites_of, street};

/// Lines of a signature that are read.
const LINES_MAX: usize = 30;

/// The school, library … that the writer's signature names, with the address below it. A signature without a
/// site tells where somebody sits, not where something is broken.
pub(super) fn place(signature: &str, gazetteer: &Gazetteer) -> Option<Place> {
    let ground = Ground { gazetteer, districts: gazetteer.districts_in(&[signature]) };
    let lines: Vec<Line<'_>> = signature.lines().take(LINES_MAX).map(Line::new).collect();
    let mut found: Option<Place> = None;
    for line in &lines {
        let streets = street::streets(line, &ground);
        if found.is_none() {
            found = sites_of(line, &streets, gazetteer).into_iter().map(|(_, place)| place).next();
        }
        let address = streets.iter().find(|street| street.number.is_some());
        if let (Some(site), Some(street)) = (&mut found, address) {
            site.street = Some(line.written(street.name.clone()).to_owned());
            site.number.clone_from(&street.number);
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_school_in_the_signature_is_the_place_when_nothing_else_is() {
        let signature = "Ivana Bertolini\nScuola dell'infanzia Girasole\nVia Cecati 12, 42123 Reggio Emilia\ntel. 0522 123456";
        let none = Gazetteer::default();
        let found = place(signature, &none).unwrap();
        assert!(found.text.contains("Girasole"), "{found:?}");
        assert_eq!(
            (found.street.as_deref(), found.number.as_deref()),
            (Some("Via Cecati"), Some("12"))
        );
        assert_eq!(place("Mario Rossi\nVia Verdi 3\ntel. 0522 123456", &none), None);
        assert_eq!(place("", &none), None);
    }
}
