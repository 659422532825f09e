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
