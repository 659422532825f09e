//! `check`: a line for each thing that can be wrong, and what the servers refuse is named.

use super::site::Site;
use crate::support::hostile_imap::HostileImap;
use crate::support::servers::Port;

/// The mailbox of a site becomes an account of an IMAP server on this machine.
fn use_imap(site: &Site, port: u16) {
    site.write("imap_password", "wrong\n");
    site.edit(
        "kind = \"maildir\"\npath = \"mail\"",
        &format!(
            "host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nusername = \"reports\"\n\
             password_file = \"imap_password\""
        ),
    );
}

/// When all is well: one line each for configuration, rules, store, mailbox and SMTP; 0.
#[test]
fn all_is_well_in_a_line_each() {
    for site in Site::both() {
        let said = site.sportello(&["check"]);
        for part in ["configuration ", "rules, version ", "store ", "mailbox reports", "smtp: "] {
            let found = said.ok().lines().any(|line| line.starts_with(&format!("ok    {part}")));
            assert!(found, "expected a line for {part} in {said:#?}");
        }
        assert!(site.sink.mails().is_empty(), "nothing is sent");
    }
}

/// The street register is read by `check`, and `inspect` finds in it what a mail says in its own way.
#[test]
fn a_street_register_is_used() {
    let site = Site::sqlite();
    site.write("viario.csv", include_str!("../../../fixtures/places/alessandria.csv"));
    site.write("luoghi.csv", include_str!("../../../fixtures/places/luoghi.csv"));
    let places = "[places]\nregister = \"viario.csv\"\nsites = \"luoghi.csv\"\n[smtp]";
    site.edit("[smtp]", places);
    let said = site.sportello(&["check"]);
    assert!(
        said.ok().contains("ok    places: 25 streets with 243 house numbers, 5 sites"),
        "{said:#?}"
    );
    let text = "From: a@b.example\nSubject: buca\n\nUna buca in p.zza Garibladi 12.\n";
    let eml = site.write("a.eml", text);
    let record = site.sportello(&["inspect", "--format", "json", eml.to_str().unwrap()]).json();
    let place = &record["place"];
    assert_eq!(place["street"], "p.zza Garibladi");
    assert_eq!(place["official"], "Piazza Giuseppe Garibaldi");
    assert_eq!((&place["number"], &place["register"]), (&"12".into(), &true.into()));
    assert_eq!(place["district"], "Centro");
    assert!(place["latitude"].as_f64().is_some_and(|north| (44.9..45.0).contains(&north)));
}

/// A refused password is named with its mailbox, never shown, and ends with 1; the rest is still checked.
#[test]
fn a_refused_password_is_named() {
    let imap = HostileImap::fixture("login-refused");
    let site = Site::sqlite();
    use_imap(&site, imap.port());
    let said = site.sportello(&["check"]);
    said.failed(1);
    let line = said.out.lines().find(|line| line.starts_with("WRONG mailbox reports")).unwrap();
    assert!(line.contains("AUTHENTICATIONFAILED") || line.contains("refused"), "{line}");
    assert!(said.out.contains("ok    smtp: "), "{said:#?}");
    let run = site.sportello(&["run", "--once"]);
    assert!(run.failed(1).contains("reports"), "{run:#?}");
    for text in [&said.out, &said.err, &run.out, &run.err] {
        assert!(!text.contains("wrong\n") && !text.contains("`wrong`"), "a password in {text}");
    }
}

/// Servers that cannot be reached are named with host and port and end with 1.
#[test]
fn unreachable_servers_are_named() {
    let mut site = Site::sqlite();
    let port = Port::free();
    use_imap(&site, port.number);
    site.sink.stop();
    let said = site.sportello(&["check"]);
    assert!(said.failed(1).contains("2 thing(s)"), "{said:#?}");
    for (part, port) in [("mailbox reports", port.number), ("smtp", site.sink.port())] {
        let line = said.out.lines().find(|line| line.starts_with(&format!("WRONG {part}")));
        let line = line.unwrap_or_else(|| panic!("no line for {part} in {said:#?}"));
        assert!(line.contains(&format!("127.0.0.1:{port}")), "which server? {line}");
    }
}

/// A PostgreSQL server that is not there is named, and why, without the password of its address.
#[test]
fn an_unreachable_store_is_named() {
    let site = Site::sqlite();
    let port = Port::free();
    let url = format!("postgres://sportello:secret@127.0.0.1:{}/town", port.number);
    site.edit("sqlite://store.db", &url);
    let said = site.sportello(&["check"]);
    said.failed(1);
    let line = said.out.lines().find(|line| line.starts_with("WRONG store")).unwrap();
    assert!(line.contains(&port.number.to_string()) && line.contains("refused"), "{line}");
    assert!(!said.out.contains("secret") && !said.err.contains("secret"), "{said:#?}");
}

/// What sort of requester somebody is, and why, stands in `inspect` and with the ticket.
#[test]
fn the_type_of_a_requester_is_told_with_its_reason() {
    let site = Site::sqlite();
    let school = "[[internal]]\nid = \"scuole\"\nit = \"Scuola\"\nsenders = [\"scuola.example\"]\n";
    site.write("rules.toml", school);
    site.edit("[smtp]", "[rules]\nfile = \"rules.toml\"\n[smtp]");
    let text =
        "From: preside@scuola.example\nSubject: buca\n\nUna buca nell'asfalto in via Po 3.\n";
    let eml = site.write("a.eml", text);
    let eml = eml.to_str().unwrap();
    let record = site.sportello(&["inspect", "--format", "json", eml]).json();
    assert_eq!(record["requester_type"], "internal");
    assert!(record["requester_because"].as_str().unwrap().contains("`scuola.example`"));
    site.sportello(&["import", eml]).ok();
    let number =
        site.sportello(&["tickets", "list", "--format", "json"]).rows()[0]["number"].clone();
    let story = site.sportello(&["tickets", "show", number.as_str().unwrap()]);
    let told = "requester type: internal (scuole), because `scuola.example` stands in the group";
    assert!(story.ok().contains(told), "{story:#?}");
}
