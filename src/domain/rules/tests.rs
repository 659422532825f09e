use std::collections::BTreeSet;

use super::*;
use crate::domain::requester::Standing;

fn embedded() -> RuleSet {
    RuleSet::parse("", "rules.toml").unwrap()
}

#[test]
fn the_embedded_rules_name_every_kind_of_work_and_no_address() {
    let rules = embedded();
    assert_eq!(rules.subcategories().len(), 58);
    assert_eq!(rules.referrals().len(), 15);
    assert!(rules.offices().iter().all(|office| office.address.is_none()));
    assert!(rules.all_contractors().is_empty() && rules.alarm_senders().is_empty());
    for (begin, category) in ["F", "S", "I", "V"].into_iter().zip(Category::ALL) {
        let of_it = |entry: &&Subcategory| entry.code.starts_with(begin);
        assert!(rules.subcategories().iter().filter(of_it).all(|entry| entry.category == category));
    }
}

#[test]
fn the_version_names_the_text() {
    let own = "[alarm]\nsenders = []\n";
    assert_eq!(embedded().version().len(), 12);
    assert_eq!(embedded().version(), RuleSet::parse(EMBEDDED, "rules.toml").unwrap().version());
    assert_ne!(embedded().version(), RuleSet::parse(own, "rules.toml").unwrap().version());
}

#[test]
fn a_site_names_only_what_differs() {
    let rules = RuleSet::parse(
        r#"
        [[office]]
        id = "strade"
        address = "strade@comune.example"
        [[office]]
        id = "fontane"
        it = "Servizio Fontane"
        subcategories = ["I13"]
        default = true
        [[contractor]]
        id = "luce"
        name = "Luce Srl"
        addresses = ["interventi@luce.example"]
        subcategories = ["I01", "I02"]
        activation = "urgent_only"
        [alarm]
        senders = ["Allarmi@Ascensori.example"]
        "#,
        "site.toml",
    )
    .unwrap();
    let roads = office(&rules, Some(Category::Infrastructure), Some("S01"));
    assert_eq!(roads.address.as_deref(), Some("strade@comune.example"));
    assert_eq!(roads.name_it, "Servizio Strade e segnaletica");
    assert_eq!(office(&rules, Some(Category::Plant), Some("I13")).id, "fontane");
    assert_eq!(office(&rules, Some(Category::Plant), Some("I01")).id, "impianti");
    assert_eq!(office(&rules, None, None).id, "fontane");
    assert_eq!(rules.contractors("I02").len(), 1);
    assert_eq!(rules.contractors("I02")[0].activation, Activation::UrgentOnly);
    assert!(rules.contractors("I03").is_empty());
    assert_eq!(rules.alarm_senders(), ["allarmi@ascensori.example"]);
    assert_eq!(rules.subcategories().len(), 58);
}

fn office<'a>(
    rules: &'a RuleSet,
    category: Option<Category>,
    subcategory: Option<&str>,
) -> &'a Office {
    let requester = &Standing::default();
    rules.office(Matter { category, subcategory, district: None, requester })
}

/// The requester before the district, the district before the work, the work before its category, then the priority.
#[test]
fn the_office_that_is_closest_to_a_matter_has_it() {
    let rules = RuleSet::parse(
        r#"
        [[internal]]
        id = "scuole"
        it = "Istituto scolastico"
        senders = ["scuola.example"]
        [[office]]
        id = "nord"
        it = "Municipio Nord"
        districts = ["Nord", "Oltre Po"]
        [[office]]
        id = "lampioni"
        it = "Lampioni"
        subcategories = ["I01"]
        [[office]]
        id = "aule"
        it = "Ufficio Scuole"
        requesters = ["scuole"]
        [[office]]
        id = "colleghi"
        it = "Servizi interni"
        requesters = ["internal"]
        categories = ["plant"]
        [[office]]
        id = "secondi"
        it = "Secondi"
        categories = ["building"]
        priority = 2
        [[office]]
        id = "primi"
        it = "Primi"
        categories = ["building"]
        priority = 1
        "#,
        "site.toml",
    )
    .unwrap();
    let resident = Standing::default();
    let colleague = Standing { internal: true, ..Standing::default() };
    let school = Standing { group: Some("scuole".to_owned()), ..colleague.clone() };
    for (category, code, district, requester, office) in [
        (Some(Category::Infrastructure), Some("S01"), None, &resident, "strade"),
        (Some(Category::Infrastructure), Some("S01"), Some("NORD"), &resident, "nord"),
        (Some(Category::Infrastructure), Some("S01"), Some("oltre  po"), &resident, "nord"),
        (Some(Category::Infrastructure), Some("S01"), Some("Sud"), &resident, "strade"),
        (None, None, Some("Nord"), &resident, "nord"),
        (Some(Category::Plant), Some("I01"), None, &resident, "lampioni"),
        (Some(Category::Plant), Some("I01"), None, &colleague, "colleghi"),
        (Some(Category::Plant), Some("I01"), Some("Nord"), &school, "aule"),
        (Some(Category::GreenSpace), None, None, &colleague, "verde"),
        (Some(Category::Building), Some("F01"), None, &resident, "primi"),
        (None, None, None, &resident, "centrale"),
    ] {
        let matter = Matter { category, subcategory: code, district, requester };
        assert_eq!(rules.office(matter).id, office, "{matter:?}");
    }
}

/// Who stands in is written to on their days, instead of the office or besides; without days where it fails.
#[test]
fn deputies_stand_in_on_their_days() {
    let rules = RuleSet::parse(
        r#"
        [[office]]
        id = "strade"
        address = "strade@comune.example"
        deputies = [
          { office = "verde", valid_from = "2026-12-24", valid_to = "2027-01-06" },
          { address = "capo@comune.example", valid_from = "2027-01-01", valid_to = "2027-01-01", besides = true },
          { address = "riserva@comune.example" },
        ]
        [[office]]
        id = "verde"
        address = "verde@comune.example"
        "#,
        "site.toml",
    )
    .unwrap();
    let roads = rules.offices().iter().find(|office| office.id == "strade").unwrap();
    for (day, to) in [
        ("2026-12-23", "strade"),
        ("2026-12-24", "verde"),
        ("2027-01-01", "verde capo"),
        ("2027-01-06", "verde"),
        ("2027-01-07", "strade"),
    ] {
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
        let found: Vec<String> = roads
            .addressees(day)
            .iter()
            .map(|address| address.replace("@comune.example", ""))
            .collect();
        assert_eq!(found.join(" "), to, "{day}");
    }
    for (day, failed, instead) in [
        ("2026-12-24", "Strade", Some("verde")),
        ("2026-03-02", "strade", Some("riserva")),
        ("2027-01-01", "verde", Some("capo")),
        ("2026-12-24", "verde", Some("riserva")),
        ("2026-12-24", "capo", Some("riserva")),
        ("2026-12-24", "riserva", None),
        ("2026-12-24", "altri", None),
    ] {
        let at = |name: &str| format!("{name}@comune.example");
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
        assert_eq!(roads.instead_of(&at(failed), day).cloned(), instead.map(at), "{day} {failed}");
    }
}

#[test]
fn a_site_may_add_and_replace_kinds_of_work() {
    let rules = RuleSet::parse(
        "[[subcategory]]\ncode = \"I99\"\ncategory = \"plant\"\nit = \"Orologi\"\nen = \"Clocks\"\nterms = [\"cucù\"]\n",
        "site.toml",
    )
    .unwrap();
    assert_eq!(rules.subcategories().len(), 59);
    assert_eq!(rules.subcategory("I99").unwrap().it, "Orologi");
}

#[test]
fn every_entry_has_a_name_in_every_language() {
    let rules = embedded();
    let spoken = || Language::ALL.into_iter().skip(2);
    for language in spoken() {
        let of = |words: &BTreeMap<Language, String>| words.get(&language).cloned();
        let work = rules.subcategories().iter().map(|entry| of(&entry.words));
        let named: BTreeSet<String> = work.map(|name| name.expect("a name")).collect();
        assert_eq!(named.len(), 58, "{language:?}: each its own");
        assert!(rules.offices().iter().all(|office| of(&office.words).is_some()));
        let somebody = rules.referrals().iter().filter(|entry| !entry.it.is_empty());
        assert_eq!(somebody.filter(|entry| of(&entry.words).is_none()).count(), 0);
    }
}

#[test]
fn a_site_words_what_it_names_and_what_it_renames_loses_its_words() {
    let rules = RuleSet::parse(
        r#"
        [[office]]
        id = "fontane"
        it = "Servizio Fontane"
        [[office]]
        id = "strade"
        it = "Ufficio Viabilità"
        [[office]]
        id = "verde"
        address = "verde@comune.example"
        [words.fr.office]
        fontane = "Service des fontaines"
        [words.de.subcategory]
        S01 = "Straßenlöcher"
        "#,
        "site.toml",
    )
    .unwrap();
    let words =
        |id: &str| rules.offices().iter().find(|office| office.id == id).unwrap().words.clone();
    assert_eq!(words("fontane"), [(Language::Fr, "Service des fontaines".to_owned())].into());
    assert!(words("strade").is_empty());
    assert_eq!(words("verde").len(), 8);
    let holes = &rules.subcategory("S01").unwrap().words;
    assert_eq!(holes.get(&Language::De).unwrap(), "Straßenlöcher");
    assert_eq!(holes.get(&Language::Es).unwrap(), "Baches y calzada");
}

#[test]
fn every_fault_says_where_and_what() {
    let subcategory = "[[subcategory]]\ncode = \"X01\"\nit = \"x\"\nen = \"x\"\n";
    for (text, line, told) in [
        ("[[office]]\nid = \"x\"\nit = \"x\"\ncategories = [\"plants\"]\n".to_owned(), 4, "`plants`"),
        ("[[office]]\nid = \"x\"\nit = \"x\"\nsubcategories = [\n  \"I01\",\n  \"I77\",\n]\n".to_owned(), 6, "`I77`"),
        ("[[office]]\nid = \"x\"\n".to_owned(), 2, "a name in Italian"),
        ("[[office]]\nid = \"verde\"\naddress = \"verde\"\n".to_owned(), 3, "mail address"),
        ("[[office]]\nid = \"verde\"\ndefault = true\n[[office]]\nid = \"strade\"\ndefault = true\n".to_owned(), 5, "default"),
        (format!("{subcategory}category = \"plant\"\n{subcategory}category = \"plant\"\n"), 7, "a second time"),
        (format!("{subcategory}category = \"plants\"\n"), 5, "green_space"),
        (format!("{subcategory}category = \"plant\"\npatterns = ['buca(']\n"), 6, "unclosed group"),
        (format!("{subcategory}category = \"plant\"\nterms = [\"buca\",\n\"**\"]\n"), 7, "a word in it"),
        (format!("{subcategory}category = \"plant\"\nterms = [{{ term = \"a\", weight = -1.0 }}]\n"), 6, "-1"),
        (contractor("addresses = []"), 2, "address"),
        (contractor("addresses = [\"a@b.example\"]\nsubcategories = []"), 2, "engaged"),
        (contractor("addresses = [\"a@b.example\"]\nsubcategories = [\"Z1\"]"), 6, "`Z1`"),
        (contractor("addresses = [\"a@b.example\"]\nsubcategories = [\"I01\"]\nactivation = \"now\""), 7, "on_approval"),
        ("[alarm]\nsender = []\n".to_owned(), 2, "sender"),
        ("[alarm\n".to_owned(), 1, "rules file"),
        ("[[on_call]]\nid = \"x\"\n".to_owned(), 2, "an address to call"),
        (on_call("offices = [\"nessuno\"]"), 4, "`nessuno`"),
        (on_call("repeat_minutes = 0"), 4, "`repeat_minutes` from 1"),
        (on_call("calls_max = 1000"), 4, "`calls_max` from 1"),
        (on_call("rota = [\"b@b.example\"]"), 2, "rota_from"),
        (on_call("valid_from = \"2026-12-31\"\nvalid_to = \"2026-12-01\""), 5, "a last day after the first"),
        (two_offices("categories = [\"plant\"]", "categories = [\"plant\"]"), 6, "`b` in charge of plant like `a`"),
        (two_offices("subcategories = [\"I01\", \"I02\"]", "subcategories = [\"I02\"]"), 6, "I02"),
        (two_offices("districts = [\"Nord\"]", "districts = [\"NORD\"]"), 6, "everything there"),
        (office_with("requesters = [\"scuole\"]"), 4, "`scuole`"),
        (office_with("hours = \"lun-ven 8-13\""), 4, "opening hours"),
        (office_with("deputies = [{ office = \"gialli\" }]"), 4, "`gialli`, which is no office"),
        (office_with("deputies = [{ office = \"verde\" }]"), 4, "which has no address"),
        (office_with("deputies = [{ valid_from = \"2026-12-01\" }]"), 2, "neither"),
        (office_with("deputies = [{ address = \"vice\" }]"), 4, "mail address"),
        (office_with("deputies = [{ address = \"a@b.example\", valid_to = \"31/12/2026\" }]"), 4, "a day as"),
        ("[[internal]]\nid = \"resident\"\nit = \"x\"\nsenders = [\"a.example\"]\n".to_owned(), 2, "another id"),
        ("[[internal]]\nid = \"x\"\nit = \"x\"\n".to_owned(), 2, "group `x` with none"),
        ("[[internal]]\nid = \"x\"\nit = \"x\"\nsenders = [\"scuola\"]\n".to_owned(), 4, "`scuola`"),
        ("[[internal]]\nid = \"x\"\nit = \"x\"\nsenders = [\"a.it\"]\n[[internal]]\nid = \"y\"\nit = \"y\"\nsenders = [\"@A.it\"]\n".to_owned(), 8, "in `x` and `y`"),
        (two_firms("priority = 1", "priority = 1"), 14, "`b` with the same as `a`"),
        (two_firms("", ""), 8, "`b` with the same as `a`"),
        (contractor("addresses = [\"a@b.example\"]\nsubcategories = [\"I01\"]\nhours = \"sempre\""), 7, "opening hours"),
        ("[contact_on_site]\nF06 = \" \"\n".to_owned(), 2, "why whoever goes"),
        ("[contact_on_site]\nZ06 = \"chiavi\"\n".to_owned(), 2, "`Z06`"),
        ("[words.xx.office]\nverde = \"x\"\n".to_owned(), 1, "xx"),
        ("[words.fr.office]\ngiallo = \"x\"\n".to_owned(), 2, "`giallo`"),
        ("[words.fr.subcategory]\nV01 = \" \"\n".to_owned(), 2, "nothing for `V01`"),
    ] {
        let fault = RuleSet::parse(&text, "site.toml").unwrap_err();
        let shown = fault.to_string();
        assert_eq!(fault.line, line, "{shown}");
        assert!(shown.starts_with("site.toml:") && shown.contains(told), "{shown}");
        assert!(!fault.remedy.is_empty());
    }
}

fn office_with(line: &str) -> String {
    format!("[[office]]\nid = \"a\"\nit = \"A\"\n{line}\n")
}

fn two_offices(one: &str, other: &str) -> String {
    format!("{}[[office]]\nid = \"b\"\nit = \"B\"\n{other}\n", office_with(one))
}

fn two_firms(one: &str, other: &str) -> String {
    let firm = |id: &str, more: &str| {
        format!(
            "[[contractor]]\nid = \"{id}\"\nname = \"X\"\naddresses = [\"a@b.example\"]\nsubcategories = \
             [\"I01\"]\nactivation = \"automatic\"\n{more}"
        )
    };
    let one = if one.is_empty() { String::new() } else { format!("{one}\n") };
    format!("{}{}\n", firm("a", &one), firm("b", other))
}

/// What is in charge of the same in different places, times or ranks is no overlap.
#[test]
fn what_differs_does_not_overlap() {
    let plant = "categories = [\"plant\"]\n";
    for text in [
        two_offices(
            &format!("{plant}districts = [\"Nord\"]"),
            &format!("{plant}districts = [\"Sud\"]"),
        ),
        two_offices(&format!("{plant}districts = [\"Nord\"]"), plant),
        two_offices(
            &format!("{plant}requesters = [\"internal\"]"),
            &format!("{plant}districts = [\"Sud\"]"),
        ),
        two_offices(
            &format!("{plant}requesters = [\"internal\"]"),
            &format!("{plant}requesters = [\"resident\"]"),
        ),
        two_offices(&format!("{plant}priority = 1"), &format!("{plant}priority = 2")),
        two_offices(plant, "subcategories = [\"I01\"]"),
        two_firms("priority = 1", "priority = 2"),
        two_firms("districts = [\"Nord\"]", "districts = [\"Sud\"]"),
        two_firms("valid_to = \"2026-12-31\"", "valid_from = \"2027-01-01\""),
    ] {
        RuleSet::parse(&text, "site.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}

fn on_call(rest: &str) -> String {
    format!("[[on_call]]\nid = \"x\"\naddresses = [\"a@b.example\"]\n{rest}\n")
}

fn contractor(rest: &str) -> String {
    let activation = if rest.contains("activation") { "" } else { "activation = \"automatic\"\n" };
    format!("[[contractor]]\nid = \"x\"\n{activation}name = \"X\"\n\n{rest}\n").replace(
        "name = \"X\"\n\n",
        if activation.is_empty() { "name = \"X\"\n\n" } else { "name = \"X\"\n" },
    )
}

#[test]
fn names_read_back() {
    for category in Category::ALL {
        assert_eq!(Category::parse(category.name()), Some(category));
    }
    assert_eq!(Category::parse("other"), None);
}
