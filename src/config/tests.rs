//! What the configuration promises to those who write it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use super::keys::SECTIONS;
use super::layers::DEFAULTS;
use super::{After, Config, ConfigError, Engine, Envelope, Login, Source, Start, Tls, values};

const FILE: &str = "/etc/sportello/sportello.toml";

const FULL: &str = r#"
[organisation]
name = "Comune di Prova"
patron_saint = "11-24"
domains = ["Comune.Example"]
staff = ["CED@comune.example"]
[[mailbox]]
name = "segnalazioni"
host = "imap.comune.example"
username = "segnalazioni@comune.example"
password = "a"
start = 2026-01-01
poll_interval = "5m"
after = "move"
[smtp]
host = "127.0.0.1"
port = 2525
tls = "none"
from = "Centrale operativa <Manutenzione@Comune.example>"
acknowledgement_envelope = "verp"
"#;

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new(FILE), &env(&[]))
}

fn refused(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

/// `config/default.toml` is true: it parses, and says nothing but what holds without it.
#[test]
fn the_default_file_is_the_defaults() {
    let mut written = parse(DEFAULTS).unwrap();
    let mut bare = parse("").unwrap();
    let defaults = Config::defaults();
    assert_eq!((written.absent.len(), bare.absent.len(), defaults.absent.len()), (3, 3, 2));
    for config in [&mut written, &mut bare] {
        config.absent.clone_from(&defaults.absent);
        assert_eq!(*config, defaults);
    }
}

/// Every key that can be set stands in `config/default.toml`, and its commented examples are valid.
#[test]
fn the_default_file_names_every_key() {
    let text: String = DEFAULTS
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let document: toml::Table = toml::from_str(&text).unwrap();
    for section in SECTIONS {
        let table = match document.get(section.name) {
            Some(toml::Value::Array(rows)) => rows[0].as_table().unwrap(),
            Some(toml::Value::Table(table)) => table,
            other => panic!("[{}] is {other:?}", section.name),
        };
        let written: BTreeSet<&str> = table.keys().map(String::as_str).collect();
        let known: BTreeSet<&str> = section.keys.iter().map(|(name, _)| *name).collect();
        assert_eq!(written, known, "[{}]", section.name);
    }
    let directory = tempfile::tempdir().unwrap();
    for file in ["rules.toml", "viario.csv", "luoghi.csv"] {
        fs::write(directory.path().join(file), "").unwrap();
    }
    fs::create_dir(directory.path().join("templates")).unwrap();
    let config = Config::parse(&text, &directory.path().join("sportello.toml"), &env(&[])).unwrap();
    let mailbox = &config.mailboxes[0];
    assert_eq!(mailbox.start, Start::Now);
    assert_eq!(mailbox.poll_interval, Duration::from_mins(1));
    assert_eq!(mailbox.after, After::Leave);
    assert_eq!(mailbox.imap().map(|imap| (imap.folder.as_str(), imap.idle)), Some(("INBOX", true)));
    let own = config.own_addresses();
    assert_eq!(own, ["manutenzione@comune.example", "segnalazioni@comune.example"]);
}

/// Each key arrives typed, with what follows from it.
#[test]
fn a_full_file_is_read() {
    let config = parse(FULL).unwrap();
    assert_eq!(config.organisation.patron_saint.unwrap().to_string(), "11-24");
    assert_eq!(config.organisation.domains, ["comune.example"]);
    assert_eq!(config.organisation.staff, ["ced@comune.example"]);
    assert_eq!(config.store.engine(), Engine::Sqlite);
    let mailbox = &config.mailboxes[0];
    assert!(matches!(mailbox.start, Start::Since(day) if day.to_string() == "2026-01-01"));
    assert_eq!(mailbox.after, After::Move("Sportello".to_owned()));
    let own = ["manutenzione@comune.example", "segnalazioni@comune.example"];
    assert_eq!(mailbox.addresses, own);
    let server = &mailbox.imap().unwrap().server;
    assert_eq!((server.port, server.tls), (993, Tls::Implicit));
    let smtp = config.smtp.as_ref().unwrap();
    assert_eq!((smtp.server.port, smtp.server.tls, &smtp.server.login), (2525, Tls::None, &None));
    assert_eq!(smtp.from.name, "Centrale operativa");
    assert_eq!(smtp.from.address, "Manutenzione@comune.example");
    assert_eq!(smtp.acknowledgement_envelope, Envelope::Verp);
    config.require_servers().unwrap();
}

/// A refusal names file, line, key, what was expected, what was found and what to do.
#[test]
fn refusals_teach() {
    for (text, parts) in [
        ("[smtp]\nhots = \"x\"", vec!["sportello.toml:2: `smtp.hots`", "did you mean `host`?"]),
        ("[stmp]\nhost = \"x\"", vec![":1: `stmp`", "did you mean `smtp`?"]),
        ("[smtp]\nlisten = \"x\"", vec!["`smtp.listen`", "move it below [console]"]),
        ("host = \"x\"", vec!["`host`", "move it below [[mailbox]]"]),
        (
            "[mailbox]\nhost = \"x\"",
            vec![":1: `mailbox`", "expected the section [[mailbox]]", "found a table"],
        ),
        ("smtp = 3", vec!["expected the section [smtp]", "found an integer"]),
        (
            "[smtp]\n\nport = \"99\"",
            vec![":3: `smtp.port`", "a whole number from 1 to 65535", "`99`"],
        ),
        ("[smtp]\nport = 65536", vec!["`65536`"]),
        ("[smtp]\nport = -1", vec!["`-1`"]),
        ("[smtp]\nport = 2.5", vec!["`2.5`"]),
        ("[limits]\nmail_bytes_max = 99999999999999999999", vec!["sportello.toml"]),
        ("[smtp]\nhost = 3", vec!["expected a text, found `3`"]),
        ("[smtp]\nhost = \"a:25\"", vec!["`smtp.host`", "give the port in `port`"]),
        ("[smtp]\ntls = \"ssl\"", vec!["\"implicit\" or \"starttls\" or \"none\"", "`ssl`"]),
        ("[smtp]\nfrom = \"Centrale\"", vec!["`smtp.from`", "Centrale operativa <"]),
        ("[smtp]\nfrom = \"A\\r\\nBcc: x@y.z <a@b.c>\"", vec!["`smtp.from`"]),
        ("[organisation]\ntimezone = \"Rome\"", vec!["IANA", "Europe/Rome"]),
        ("[organisation]\npatron_saint = \"02-30\"", vec!["`02-30`", "11-24"]),
        (
            "[organisation]\ndomains = \"x.y\"",
            vec!["a list of mail domains, found `x.y`; put it in [ ]"],
        ),
        ("[organisation]\nstaff = [\"nobody\"]", vec!["a list of mail addresses, found `nobody`"]),
        (
            "[store]\nurl = \"mysql://u:geheim@h/d\"",
            vec!["sqlite:///PATH or postgres://", "`mysql`"],
        ),
        ("[store]\nurl = \"sqlite://:memory:\"", vec!["the path of a file"]),
        ("[console]\nlisten = \"8025\"", vec!["127.0.0.1:8025"]),
        (
            "[rules]\nfile = \"nowhere.toml\"",
            vec!["/etc/sportello/nowhere.toml", "correct the path"],
        ),
        ("[places]\nregister = \"/nowhere\"", vec!["a street register at /nowhere"]),
        ("[places]\nsites = \"/nowhere\"", vec!["a list of sites at /nowhere"]),
        ("[places]\nutm_zone = 31", vec!["a whole number from 32 to 33"]),
        ("[templates]\ndirectory = \"/nowhere\"", vec!["a directory of templates at /nowhere"]),
        (
            "[[mailbox]]\npoll_interval = \"0s\"",
            vec!["mailbox[0].poll_interval", "`0s`", "\"30s\""],
        ),
        ("[[mailbox]]\npoll_interval = 60", vec!["`60`", "\"30s\""]),
        ("[[mailbox]]\nidle = \"yes\"", vec!["true or false", "without quotes"]),
        ("[[mailbox]]\nstart = \"ever\"", vec!["\"now\", \"all\" or a date"]),
        (
            "[[mailbox]]\nname = \"a\"\n[[mailbox]]\nname = \"a\"",
            vec![":4: `mailbox[1].name`", "mailbox[0] has too"],
        ),
        (
            "[[mailbox]]\nusername = \"u\"\npassword = \"p\"\npassword_file = \"f\"",
            vec!["remove one"],
        ),
        ("[smtp\nhost", vec!["sportello.toml:1:6", "expected TOML"]),
    ] {
        let message = refused(text);
        for part in parts {
            assert!(message.contains(part), "{text:?} gave {message:?}, without {part:?}");
        }
        assert!(!message.contains("geheim"), "{message}");
    }
}

/// Everything wrong is said at once, not one fault a try.
#[test]
fn all_faults_are_reported_together() {
    let message = refused("[smtp]\nhots = \"x\"\nport = 0\n[console]\nlisten = \"\"\ntls = \"x\"");
    assert_eq!(message.lines().count(), 3, "{message}");
}

/// Plain text never crosses a network.
#[test]
fn plain_connections_stay_on_this_machine() {
    for host in ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST"] {
        parse(&format!("[smtp]\nhost = \"{host}\"\ntls = \"none\"")).expect(host);
    }
    for host in ["mail.comune.example", "192.0.2.1", "localhost.example", "128.0.0.1", "::2"] {
        let message = refused(&format!("[smtp]\nhost = \"{host}\"\ntls = \"none\""));
        assert!(message.contains("plain text") && message.contains(host), "{message}");
    }
}

/// The environment wins over the file, key by key, also inside a mailbox, and types its text.
#[test]
fn the_environment_overrides() {
    let set = env(&[
        ("SPORTELLO__SMTP__PORT", "25"),
        ("SPORTELLO__MAILBOX__0__PASSWORD", "0123"),
        ("SPORTELLO__MAILBOX__0__IDLE", "false"),
        ("SPORTELLO__MAILBOX__1__USERNAME", "second"),
        ("SPORTELLO__ORGANISATION__DOMAINS", "a.example, b.example"),
        ("SPORTELLO_TEST", "none of ours"),
    ]);
    let config = Config::parse(FULL, Path::new(FILE), &set).unwrap();
    assert_eq!(config.smtp.unwrap().server.port, 25);
    assert_eq!(config.organisation.domains, ["a.example", "b.example"]);
    let imap = config.mailboxes[0].imap().unwrap();
    assert_eq!((imap.idle, imap.server.host.as_str()), (false, "imap.comune.example"));
    let Some(Login::Password { password, .. }) = &imap.server.login else { panic!("{imap:?}") };
    assert_eq!(password.expose(), "0123");
    assert_eq!(config.mailboxes[1].name, "second");
}

/// A variable that sets nothing is an error like an unknown key; a wrong value names the variable.
#[test]
fn wrong_variables_are_refused() {
    for (name, value, part) in [
        ("SPORTELLO__SMTP__HOTS", "x", "did you mean `host`?"),
        ("SPORTELLO__SMTP__0__HOST", "x", "leave the number out"),
        ("SPORTELLO__MAILBOX__HOST", "x", "SPORTELLO__MAILBOX__0__"),
        ("SPORTELLO__MAILBOX__1__HOST", "x", "without a gap"),
        ("SPORTELLO__MAILBOX__999999999999__HOST", "x", "number it"),
        ("SPORTELLO__HOST", "x", "joined by two underscores"),
        (
            "SPORTELLO__SMTP__PORT",
            "smtp",
            "environment variable SPORTELLO__SMTP__PORT: `smtp.port`",
        ),
    ] {
        let result = Config::parse("", Path::new(FILE), &env(&[(name, value)]));
        let message = result.expect_err(name).to_string();
        assert!(message.contains(part), "{name} gave {message}");
    }
}

/// Commands that call no server work without passwords; those that call one are told what is missing.
#[test]
fn what_only_servers_need_is_asked_for_later() {
    for (text, part) in [
        ("", "at least one [[mailbox]]"),
        ("[[mailbox]]\nname = \"a\"", "`mailbox[0].host`"),
        ("[[mailbox]]\nname = \"a\"\nhost = \"h\"", "`mailbox[0].username`"),
        ("[[mailbox]]\nusername = \"a\"", "`mailbox[0].password_file`"),
        (
            "[[mailbox]]\nusername = \"a\"\npassword_file = \"/no/where\"",
            "at /no/where, found none",
        ),
        ("[[mailbox]]\nusername = \"a\"\nauth = \"xoauth2\"", "`mailbox[0].token_command`"),
        ("[[mailbox]]\nkind = \"maildir\"", "`mailbox[0].path`"),
        ("[[mailbox]]\nkind = \"maildir\"\npath = \"/no/where\"", "/no/where"),
        ("[smtp]\nfrom = \"a@b.c\"", "`smtp.host`"),
        ("[smtp]\nhost = \"a\"", "`smtp.from`"),
        ("[smtp]\nca_file = \"/no/where\"", "`smtp.ca_file`"),
    ] {
        let config = parse(text).expect(text);
        let message = config.require_servers().expect_err(text).to_string();
        assert!(message.contains(part), "{text:?} gave {message}");
    }
}

/// Secrets come from the credentials directory first, lose their line end, and are never shown.
#[test]
fn secrets_are_found_and_kept() {
    let [credentials, beside] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let file = beside.path().join("sportello.toml");
    let text = "[smtp]\nhost = \"h\"\nfrom = \"a@b.c\"\nusername = \"u\"\npassword_file = \"word\"";
    let read = |env: &BTreeMap<String, String>| {
        let config = Config::parse(text, &file, env).unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        match config.smtp.unwrap().server.login {
            Some(Login::Password { password, .. }) => {
                (password.expose().to_owned(), config.warnings)
            }
            other => panic!("{other:?}"),
        }
    };
    fs::write(beside.path().join("word"), "hidden beside\r\n").unwrap();
    let mode =
        |mode| fs::set_permissions(beside.path().join("word"), fs::Permissions::from_mode(mode));
    mode(0o600).unwrap();
    let set = env(&[("CREDENTIALS_DIRECTORY", credentials.path().to_str().unwrap())]);
    assert_eq!(read(&set), ("hidden beside".to_owned(), vec![]));
    mode(0o644).unwrap();
    assert!(read(&set).1[0].contains("chmod 0600"));
    fs::write(credentials.path().join("word"), "hidden credential\n").unwrap();
    fs::set_permissions(credentials.path().join("word"), fs::Permissions::from_mode(0o400))
        .unwrap();
    assert_eq!(read(&set), ("hidden credential".to_owned(), vec![]));
    let direct = env(&[("SPORTELLO__SMTP__PASSWORD", "hidden variable")]);
    assert_eq!(read(&direct), ("hidden variable".to_owned(), vec![]));
}

/// An unwise place for a secret is said once, without the secret.
#[test]
fn passwords_in_the_file_are_warned_of() {
    let config = parse("[smtp]\nusername = \"u\"\npassword = \"geheim\"").unwrap();
    assert!(
        config.warnings[0].contains("sportello.toml:3: `smtp.password`"),
        "{:?}",
        config.warnings
    );
    let config = parse("[store]\nurl = \"postgres://u:geheim@h/d\"").unwrap();
    assert_eq!(config.store.url(), "postgres://u:geheim@h/d");
    assert_eq!(config.store.to_string(), "postgres://u:…@h/d");
    let shown = format!("{config:?} {:?}", refused("[smtp]\nusername = \"u\"\npassword = 4711"));
    assert!(!shown.contains("geheim") && !shown.contains("4711"), "{shown}");
}

/// A relative path means the same whatever the working directory is.
#[test]
fn paths_are_beside_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sportello.toml");
    for folder in ["mail/new", "mail/cur"] {
        fs::create_dir_all(directory.path().join(folder)).unwrap();
    }
    let text = "[store]\nurl = \"sqlite://a.db\"\n[[mailbox]]\nkind = \"maildir\"\npath = \"mail\"";
    fs::write(&file, text).unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.store.url(), format!("sqlite://{}/a.db", directory.path().display()));
    assert_eq!(config.mailboxes[0].source, Source::Maildir(directory.path().join("mail")));
    assert_eq!(config.mailboxes[0].name, "mail");
}

/// No file, or one that is no text: an error that says what to do.
#[test]
fn unreadable_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.toml");
    let message = Config::load(&file).expect_err("missing").to_string();
    assert!(message.contains("a.toml") && message.contains("config/default.toml"), "{message}");
    fs::write(&file, b"\xff").unwrap();
    assert!(matches!(Config::load(&file), Err(ConfigError::Unreadable { .. })));
}

/// Spans of time and addresses: what is read and what is not.
#[test]
fn notations() {
    for (text, millis) in [("250ms", 250), ("60s", 60_000), ("5 m", 300_000), ("1h", 3_600_000)] {
        assert_eq!(values::span(text), Some(Duration::from_millis(millis)), "{text}");
    }
    for text in
        ["", "s", "60", "-1s", "1.5s", "1y", "99999999999999999999s", "18446744073709551615d"]
    {
        assert_eq!(values::span(text), None, "{text}");
    }
    let named = |text| values::named_address(text).map(|a| (a.name, a.address));
    let pair = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
    assert_eq!(named("a@B.c"), pair("", "a@b.c"));
    assert_eq!(named("\"Comune, \\\"C\\\"\" <a@b.c>"), pair("Comune, \"C\"", "a@b.c"));
    for text in ["a", "@b.c", "a@", "a b@c.d", "A <a@b.c", "a@b..c", "a@b@c.d", "<>"] {
        assert_eq!(named(text), None, "{text}");
    }
}
