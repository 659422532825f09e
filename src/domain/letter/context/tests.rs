//! Promises of the contexts.

use std::collections::BTreeSet;

use super::*;
use crate::domain::language::Language;
use crate::domain::rules::Category;
use crate::domain::urgency::Urgency;

#[test]
fn every_field_is_always_there_so_that_a_misspelt_name_is_an_error() {
    let fields = variables(&AcknowledgementContext::default());
    assert_eq!(fields.len(), 20);
    assert_eq!(fields.get("category"), Some(&serde_json::Value::Null));
    assert!(variables(&StaffNoticeContext::default()).contains_key("withheld"));
    assert!(!variables(&WorkOrderContext::default()).keys().any(|name| name.contains("requester")));
}

#[test]
fn a_probability_is_shown_in_whole_percent() {
    let cases = [(0.0, 0), (0.004, 0), (0.5, 50), (0.934, 93), (1.0, 100), (-1.0, 0), (7.0, 100)];
    for (probability, shown) in cases {
        assert_eq!(percent(probability), shown, "{probability}");
    }
    assert_eq!(percent(f64::NAN), 0);
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let (text, cut) = shortened(&"è".repeat(TEXT_CHARS_MAX + 1));
    assert!(cut);
    assert_eq!(text.chars().count(), TEXT_CHARS_MAX);
    assert_eq!(shortened("buca"), ("buca".to_owned(), false));
}

#[test]
fn a_place_is_repeated_only_when_it_is_an_address() {
    let kept = [
        "via Roma 12/A",
        "p.zza Martiri del 7 Luglio",
        "P.le Europa, 3",
        "via S.Pietro 4",
        "via G.Verdi n. 5",
        "via dell'Abate n° 12 (angolo via Emilia)",
        "scuola dell’infanzia Girasole",
    ];
    for place in kept {
        assert_eq!(place_for_requester(place).as_deref(), Some(place));
    }
    let refused = [
        "via www.vincite.example 12",
        "via https://vincite.example",
        "via vincite.example 12",
        "via t.co/abc",
        "via t.co",
        "via anna@posta.example",
        "via Roma <b>12</b>",
        "",
        "   ",
        "12",
        "via Roma\u{202e}12",
    ];
    for place in refused {
        assert_eq!(place_for_requester(place), None, "{place:?}");
    }
    assert_eq!(place_for_requester(&"via ".repeat(40)), None);
    assert_eq!(place_for_requester(" via \n Roma  1 ").as_deref(), Some("via Roma 1"));
}

#[test]
fn every_category_and_urgency_has_words_of_its_own_in_every_language() {
    let categories = Category::ALL.map(Wording::category);
    let urgencies = Urgency::ALL.map(Wording::urgency);
    for language in Language::ALL {
        for words in [&categories, &urgencies] {
            let said: BTreeSet<&str> = words.iter().map(|each| each.text(language)).collect();
            assert_eq!(said.len(), words.len(), "{language:?}: {said:?}");
            assert!(said.iter().all(|text| !text.is_empty()), "{language:?}");
        }
    }
    for category in categories {
        let said: BTreeSet<&str> =
            Language::ALL.iter().map(|language| category.text(*language)).collect();
        assert_eq!(said.len(), Language::ALL.len(), "each language in its own words: {said:?}");
    }
}

#[test]
fn what_has_no_words_in_a_language_is_said_in_english() {
    let french = BTreeMap::from([(Language::Fr, "trou".to_owned())]);
    let wording = Wording::new("buca", "hole").with(&french);
    assert_eq!(wording.text(Language::It), "buca");
    assert_eq!(wording.text(Language::Fr), "trou");
    assert_eq!(wording.text(Language::Zh), "hole");
    assert_eq!(serde_json::to_value(wording).unwrap()["fr"], "trou");
    assert!(serde_json::to_value(Wording::default()).unwrap().get("ar").is_some());
}

#[test]
fn a_map_link_marks_the_point_within_a_metre() {
    assert_eq!(
        map_link(44.697_804_2, -10.6),
        "https://www.openstreetmap.org/?mlat=44.69780&mlon=-10.60000#map=18/44.69780/-10.60000"
    );
}
