use std::collections::BTreeSet;

use super::*;

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
    let roads = rules.office(Some(Category::Infrastructure), Some("S01"));
    assert_eq!(roads.address.as_deref(), Some("strade@comune.example"));
    assert_eq!(roads.name_it, "Servizio Strade e segnaletica");
    assert_eq!(rules.office(Some(Category::Plant), Some("I13")).id, "fontane");
    assert_eq!(rules.office(Some(Category::Plant), Some("I01")).id, "impianti");
    assert_eq!(rules.office(None, None).id, "fontane");
    assert_eq!(rules.contractors("I02").len(), 1);
    assert_eq!(rules.contractors("I02")[0].activation, Activation::UrgentOnly);
    assert!(rules.contractors("I03").is_empty());
    assert_eq!(rules.alarm_senders(), ["allarmi@ascensori.example"]);
    assert_eq!(rules.subcategories().len(), 58);
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
