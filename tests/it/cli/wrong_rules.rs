//! Rules and templates of one's own that are wrong: file, line, remedy; 2; nothing half-done.

use std::fs;
use std::path::Path;

use super::site::Site;

/// Commands that decide or word something; each refuses before it makes a store.
fn refused(site: &Site, parts: &[&str]) {
    let eml = site.write("a.eml", "From: a@b.example\n\nIl lampione.\n");
    let eml = eml.to_str().unwrap();
    let commands: [&[&str]; 5] = [
        &["check"],
        &["run", "--once"],
        &["import", eml],
        &["tickets", "close", "2026-000001"],
        &["quarantine", "retry", "1"],
    ];
    for args in commands {
        let said = site.sportello(args);
        let text = said.failed(2);
        for part in parts.iter().chain(&["expected", "found"]) {
            assert!(text.contains(part), "{args:?}: expected {part:?} in\n{text}");
        }
        assert!(site.has_no_store(), "{args:?} made a store before it refused");
    }
}

fn with_rules(rules: &str) -> Site {
    let site = Site::sqlite();
    site.write("rules.toml", rules);
    site.edit("[smtp]", "[rules]\nfile = \"rules.toml\"\n[smtp]");
    site
}

/// A bad pattern, an unknown category, subcategory or key, a duplicate, broken TOML: file, line, remedy.
#[test]
fn a_slip_in_the_rules_is_named_with_file_and_line() {
    let cases: [(&str, &[&str]); 6] = [
        (
            "[[subcategory]]\ncode = \"I01\"\ncategory = \"plants\"\nit = \"Luci\"\nen = \"Lights\"\n",
            &["rules.toml:3", "green_space", "`plants`"],
        ),
        (
            "# routes\n[[office]]\nid = \"impianti\"\nsubcategories = [\"Z99\"]\n",
            &["rules.toml:4", "Z99"],
        ),
        ("[[office]]\nid = \"verde\"\n[[office]]\nid = \"verde\"\n", &["rules.toml:4", "verde"]),
        ("[[ofice]]\nid = \"x\"\n", &["rules.toml:1", "ofice"]),
        ("[[office]]\nid = \"impianti\"\nadress = \"a@b.example\"\n", &["rules.toml:3", "address"]),
        ("[[office]\n", &["rules.toml:1"]),
    ];
    for (rules, parts) in cases {
        refused(&with_rules(rules), parts);
    }
}

/// An office and a contractor of a few words.
const OFFICE: &str = "[[office]]\nid = \"a\"\nit = \"A\"\naddress = \"a@b.example\"\n";
const FIRM: &str = "[[contractor]]\nid = \"luce\"\nname = \"Luce\"\nactivation = \"automatic\"\n";

/// Who is in charge of what nobody could tell, or could never be reached: refused with file, line and remedy.
#[test]
fn bad_rules_of_offices_and_contractors_are_refused() {
    let other = OFFICE.replace("\"a\"", "\"b\"");
    let firm = |rest: &str| {
        format!("{FIRM}addresses = [\"a@b.example\"]\nsubcategories = [\"I01\"]\n{rest}")
    };
    let second = |rest: &str| firm(rest).replace("\"luce\"", "\"faro\"");
    let cases: [(String, &[&str]); 12] = [
        (
            format!("{OFFICE}categories = [\"plant\"]\n{other}categories = [\"plant\"]\n"),
            &["rules.toml:7", "`b` in charge of plant like `a`", "different districts"],
        ),
        (
            format!("{}{}", firm("priority = 1\n"), second("priority = 1\n")),
            &["rules.toml:14", "`faro` with the same as `luce`", "priority"],
        ),
        (
            format!("{FIRM}subcategories = [\"I99\"]\naddresses = [\"a@b.example\"]\n"),
            &["rules.toml:5", "`I99`"],
        ),
        (
            format!("{FIRM}subcategories = [\"I01\"]\n"),
            &["rules.toml:2", "an address for work orders"],
        ),
        (
            firm("limits = { intervention_euro = 300 }\n"),
            &["rules.toml:2", "an estimate", "[estimates] I01 = 250"],
        ),
        (
            firm("valid_from = \"2027-01-01\"\nvalid_to = \"2026-12-31\"\n"),
            &["rules.toml:8", "a last day after the first"],
        ),
        (
            format!("{OFFICE}hours = \"lun-ven 8-13\"\n"),
            &["rules.toml:5", "`lun-ven 8-13`", "Key:opening_hours"],
        ),
        (
            format!("{OFFICE}deputies = [{{ office = \"verdi\" }}]\n"),
            &["rules.toml:5", "`verdi`", "no office"],
        ),
        (
            format!("{OFFICE}requesters = [\"scuole\"]\n"),
            &["rules.toml:5", "`scuole`", "[[internal]]"],
        ),
        (format!("{OFFICE}address = \"a\"\n"), &["rules.toml:5"]),
        ("[[on_call]]\nid = \"x\"\n".to_owned(), &["rules.toml:2", "an address to call"]),
        ("[estimates]\nI99 = 300\n".to_owned(), &["rules.toml:2", "`I99`"]),
    ];
    for (rules, parts) in cases {
        refused(&with_rules(&rules), parts);
    }
}

/// A district that no street lies in is one nobody will ever report from.
#[test]
fn an_unknown_district_is_named_with_file_and_line() {
    let rules = format!("{OFFICE}categories = [\"plant\"]\ndistricts = [\"centro\", \"Nrod\"]\n");
    let site = with_rules(&rules);
    site.write("viario.csv", "Odonimo;Frazione\nVia Roma;Centro\nVia Po;Nord\n");
    site.edit("[smtp]", "[places]\nregister = \"viario.csv\"\n[smtp]");
    refused(&site, &["rules.toml:6", "`Nrod`", "Centro, Nord", "street register"]);
}

/// Nobody would ever hear of an office without an address where there is no staff either; `run` keeps its tickets.
#[test]
fn an_unreachable_office_is_refused_by_check() {
    let rules = "# nostri\n[[office]]\nid = \"verde\"\nexpected_days = 20\n";
    let site = with_rules(rules);
    assert!(site.sportello(&["check"]).ok().contains("their notices go to organisation.staff"));
    site.edit("staff = [\"ced@town.example\"]", "staff = []");
    let said = site.sportello(&["check"]);
    let text = said.failed(2);
    for part in ["rules.toml:3", "expected an address", "`verde`", "address ="] {
        assert!(text.contains(part), "expected {part:?} in\n{text}");
    }
    site.sportello(&["run", "--once"]).ok();
}

/// What works and is unwise is said, and is no error.
#[test]
fn check_advises() {
    let rules = format!(
        "{OFFICE}{}districts = [\"Nord\"]\n",
        FIRM.replace("automatic\"", "automatic\"\naddresses = [\"a@b.example\"]\nsubcategories = [\"I01\"]\nvalid_to = \"2020-12-31\"")
    );
    let site = with_rules(&rules);
    let said = site.sportello(&["check"]);
    for part in [
        "note  commands.authserv_id is not set",
        "note  office `a` answers for nothing",
        "note  the rules name districts",
        "note  contractor `luce`: its contract has ended",
        "note  no [[on_call]] contact",
    ] {
        assert!(said.ok().contains(part), "expected {part:?} in\n{said:#?}");
    }
}

/// A firm whose usual work is dearer than it may ever be sent for, and one that could give orders as staff.
#[test]
fn check_advises_about_firms() {
    let firm = FIRM.replace(
        "automatic\"",
        "automatic\"\naddresses = [\"Ced@town.example\"]\nsubcategories = [\"I01\", \"I02\"]",
    );
    let estimates = "[estimates]\nI01 = 301\nI02 = 300\n";
    let site =
        with_rules(&format!("{estimates}{firm}[contractor.limits]\nintervention_euro = 300\n"));
    let said = site.sportello(&["check"]);
    for part in [
        "note  contractor `luce`: the estimate of I01 (301,00 euro) is above its limit for one intervention (300,00 euro)",
        "note  contractor `luce`: its address Ced@town.example is also one of staff",
    ] {
        assert!(said.ok().contains(part), "expected {part:?} in\n{said:#?}");
    }
    assert!(!said.ok().contains("I02"), "{said:#?}");
}

/// A register or a list of sites with a slip: file, line, remedy, whatever the command.
#[test]
fn a_slip_in_the_places_is_named_with_file_and_line() {
    let cases: [(&str, &str, &[&str]); 3] = [
        ("register", "DUG;DUF;Civico\nVia;Roma;12/A\n", &["viario.csv:2", "`12/A`", "exponent"]),
        ("register", "street number\n", &["viario.csv:1", "odonimo", "first line"]),
        ("sites", "Nome;Lat;Lon\nScuola De Amicis;44,9;\n", &["viario.csv:2", "add the other"]),
    ];
    for (key, text, parts) in cases {
        let site = Site::sqlite();
        site.write("viario.csv", text);
        site.edit("[smtp]", &format!("[places]\n{key} = \"viario.csv\"\n[smtp]"));
        refused(&site, parts);
    }
}

/// A pattern that is no regular expression is shown with its line.
#[test]
fn a_bad_pattern_is_named_with_file_and_line() {
    let rules = "[[subcategory]]\ncode = \"I01\"\ncategory = \"plant\"\nit = \"Luci\"\nen = \"Lights\"\n\
                 patterns = [\"lampion(\"]\n";
    refused(&with_rules(rules), &["rules.toml:6", "lampion("]);
}

/// A rules file or template directory that is not there is named with its path.
#[test]
fn what_is_named_and_missing_is_told() {
    let site = with_rules("");
    fs::remove_file(site.path("rules.toml")).unwrap();
    for args in [&["check"][..], &["run", "--once"], &["inspect", "x"]] {
        let said = site.sportello(args);
        assert!(said.failed(2).contains("rules.toml"), "{said:#?}");
    }
    assert!(site.has_no_store());
}

fn with_template(name: &str, text: &str) -> Site {
    let site = Site::sqlite();
    site.write(&format!("letters/{name}"), text);
    site.edit("[smtp]", "[templates]\ndirectory = \"letters\"\n[smtp]");
    site
}

/// Broken syntax, a misspelt name, a letter or language that does not exist: file, line, remedy.
#[test]
fn a_slip_in_a_template_is_named_with_file_and_line() {
    let embedded =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("config/templates/it/acknowledgement.txt");
    let right = fs::read_to_string(embedded).unwrap();
    let last = right.lines().count() + 1;
    let line = format!("it/acknowledgement.txt:{last}");
    let cases: [(&str, String, &[&str]); 5] = [
        ("it/acknowledgement.txt", format!("{right}{{{{ numbr }}}}\n"), &[&line, "`number`?"]),
        (
            "it/acknowledgement.txt",
            format!("{right}{{% if place %}}\n"),
            &["it/acknowledgement.txt:", "line"],
        ),
        ("it/acknowledgement.txt", "Ciao\n".to_owned(), &["it/acknowledgement.txt:1", "Subject:"]),
        ("it/acknowledgment.txt", right.clone(), &["it/acknowledgment.txt", "`acknowledgement`?"]),
        ("italian/acknowledgement.txt", right.clone(), &["italian", "`it`"]),
    ];
    for (name, text, parts) in cases {
        refused(&with_template(name, &text), parts);
    }
}
