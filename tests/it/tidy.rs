//! The house keeps its own rules: who may name whom, how long a file is, that nothing lies about unused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may name. `domain` knows nobody; `intake` and `dispatch` meet in the store.
const MAY_NAME: [(&str, &[&str]); 21] = [
    ("domain", &[]),
    ("token", &[]),
    ("wire", &[]),
    ("clock", &["domain"]),
    ("config", &["domain"]),
    ("parse", &["domain"]),
    ("lessons", &["domain", "parse"]),
    ("render", &["domain"]),
    ("store", &["domain"]),
    ("mailbox", &["config", "wire"]),
    ("carrier", &["config", "store", "token", "wire"]),
    ("clerk", &["domain", "parse", "render", "store"]),
    ("intake", &["clerk", "clock", "config", "domain", "mailbox", "parse", "store"]),
    ("dispatch", &["carrier", "clerk", "clock", "domain", "store"]),
    ("setup", &["carrier", "clerk", "config", "domain", "mailbox", "render", "token", "wire"]),
    ("figures", &["config", "domain", "store"]),
    ("console", &["clock", "config", "domain", "figures", "store"]),
    (
        "daemon",
        &[
            "carrier", "clerk", "clock", "config", "console", "dispatch", "domain", "figures",
            "intake", "mailbox", "setup", "store", "wire",
        ],
    ),
    (
        "cli",
        &[
            "carrier", "clock", "config", "daemon", "domain", "figures", "intake", "lessons",
            "mailbox", "parse", "setup", "store",
        ],
    ),
    ("main", &[]),
    ("lib", &[]),
];

/// Where a crate, or a thing that must stay in one place, may be named.
const HOMES: [(&str, &[&str]); 10] = [
    ("sqlx::", &["store"]),
    ("lettre::", &["carrier", "render"]),
    ("mail_parser::", &["parse"]),
    ("async_imap::", &["mailbox"]),
    ("minijinja::", &["render"]),
    ("axum::", &["console"]),
    ("clap::", &["cli"]),
    ("hyper::", &["console"]),
    ("tokio::spawn(", &["daemon"]),
    ("AssertSqlSafe", &["store"]),
];

/// About 400 is the rule; this is where it ends.
const FILE_LINES_MAX: usize = 450;

/// Names that say nothing.
const EMPTY_WORDS: [&str; 5] = ["manager", "helper", "util", "handler2", "misc"];

/// Directories of a checkout that are not ours to judge.
const NOT_OURS: [&str; 2] = ["target", ".git"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder`, relative to the root, in order.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Rust files below `folder` with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let rust = files(folder)
        .into_iter()
        .filter(|path| Path::new(path).extension().is_some_and(|end| end == "rs"));
    rust.map(|path| (path.clone(), read(&path))).collect()
}

/// `src/store/open.rs` → `store`.
fn room(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split(['/', '.']).next().unwrap_or(inner)
}

/// The lines that are code, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn none(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
}

/// `store::Engine` → `store`; `{setup, store::Engine};` → `setup`, `store`.
fn named(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
    };
    match rest.strip_prefix('{') {
        Some(list) => list.trim_end_matches(['}', ';']).split(", ").map(word).collect(),
        None => vec![word(rest)],
    }
}

/// Dependencies between rooms go one way: `crate::` names only what the map allows.
#[test]
fn rooms_name_only_those_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_NAME.into_iter().collect();
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for (path, text) in sources("src") {
        let own = room(&path).to_owned();
        let Some(may) = allowed.get(own.as_str()) else {
            wrong.push(format!("{path}: the room {own} is not in the map of this test"));
            continue;
        };
        for (line, text) in code(&text) {
            for other in text.split("crate::").skip(1).flat_map(named) {
                seen.insert((own.clone(), other.clone()));
                if other != own && !may.contains(&other.as_str()) {
                    wrong.push(format!("{path}:{line}: {own} names {other}"));
                }
            }
        }
    }
    none(&wrong, "the map allows");
    for (own, others) in MAY_NAME {
        for other in others {
            let used = seen.contains(&(own.to_owned(), (*other).to_owned()));
            assert!(used, "{own} does not name {other} any more: take it from the map");
        }
    }
}

/// A crate that could leak everywhere has one home.
#[test]
fn each_crate_is_named_in_its_room_alone() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        for (line, text) in code(&text) {
            for (word, homes) in HOMES {
                let named = text.split(word).count() > 1 && !before_is_letter(text, word);
                if named && !homes.contains(&room(&path)) {
                    wrong.push(format!("{path}:{line}: {word} belongs to {homes:?}"));
                }
            }
        }
    }
    none(&wrong, "each in its room");
}

/// `my_sqlx::` is not `sqlx::`.
fn before_is_letter(text: &str, word: &str) -> bool {
    let before = text.split(word).next().unwrap_or_default();
    before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Files stay short enough to be read at a sitting; clippy counts the lines of functions.
#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}"));
        }
    }
    none(&wrong, "a file is about 400 lines");
    let clippy = read(".clippy.toml");
    assert!(clippy.contains("too-many-lines-threshold = 70"), "functions are counted by clippy");
    assert!(read("Cargo.toml").contains("too_many_lines = \"warn\""));
}

/// File names are nouns of the trade.
#[test]
fn no_file_has_an_empty_name() {
    let named = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        EMPTY_WORDS.iter().any(|word| name.contains(word))
    };
    let all: Vec<String> =
        ["src", "tests", "config", "fixtures"].iter().flat_map(|f| files(f)).collect();
    let wrong: Vec<String> = all.iter().filter(named).cloned().collect();
    none(&wrong, "a name says what a thing is");
}

/// No path of the machine that it was written on: only tests and their rig name temporary directories.
#[test]
fn no_path_of_a_machine_is_written_down() {
    let places = ["/work", "/root", "/tmp/", "/home/"];
    let ours = |path: &String| {
        let text = ["rs", "toml", "md", "txt", "sql", "service", "yml", "json", "conf", "sh"];
        let kind = path.rsplit('.').next().unwrap_or_default();
        text.contains(&kind) && !path.starts_with("tests/") && path != "Cargo.lock"
    };
    let mut wrong = Vec::new();
    let all =
        ["src", "config", "systemd", ".ci", ".config"].iter().flat_map(|folder| files(folder));
    let top =
        ["README.md", "Cargo.toml", "publiccode.yml", "fixtures/README.md"].map(str::to_owned);
    for path in all.filter(ours).chain(top) {
        for (at, line) in read(&path).lines().enumerate() {
            for place in places {
                // Part of a longer path or name, as it/work_order or //example/tmp/, is none.
                let within = |c: char| c.is_alphanumeric() || "/}._-".contains(c);
                let before = line.split(place).collect::<Vec<_>>();
                let bare = before.len() > 1
                    && before.iter().take(before.len() - 1).any(|text| !text.ends_with(within));
                if bare {
                    wrong.push(format!("{path}:{}: {place} in {line}", at + 1));
                }
            }
        }
    }
    none(&wrong, "no absolute path of a machine");
}

/// An activation within limits is no «somma urgenza» (D.Lgs. 36/2023 art. 140): no rule, letter or answer calls it so.
#[test]
fn nothing_that_people_read_speaks_of_somma_urgenza() {
    let told = files("config").into_iter().map(|path| (path.clone(), read(&path)));
    let said = sources("src").into_iter().filter(|(path, _)| !path.contains("/tests"));
    let wrong: Vec<String> = told
        .chain(said)
        .filter(|(_, text)| {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.join(" ").to_lowercase().contains("somma urgenza")
        })
        .map(|(path, _)| path)
        .collect();
    none(&wrong, "an activation within limits is never called so");
}

/// Every fixture is used: mails come in pairs and are all read; scripts and samples are named somewhere.
#[test]
fn every_fixture_is_used() {
    let texts: String =
        sources("tests").into_iter().chain(sources("src")).map(|(_, text)| text).collect();
    let mut wrong = Vec::new();
    for path in files("fixtures") {
        let file = Path::new(&path);
        let name = file.file_name().unwrap().to_str().unwrap();
        let stem = name.strip_suffix(".expect.json").or(name.strip_suffix(".eml"));
        let used = match (path.split('/').nth(1), stem) {
            // fixtures_mail reads every .eml of this folder with the record beside it.
            (Some("mail"), Some(stem)) => ["eml", "expect.json"]
                .iter()
                .all(|end| root().join(file.with_file_name(format!("{stem}.{end}"))).is_file()),
            // rig::scripted plays every script against a polite client.
            (Some("imap" | "smtp"), _) => file.extension().is_some_and(|end| end == "txt"),
            // store::upgrades reads every kept store.
            (Some("stores"), _) => file.extension().is_some_and(|end| end == "sql"),
            _ => texts.contains(name) || name == "README.md",
        };
        if !used {
            wrong.push(path);
        }
    }
    none(&wrong, "a fixture that no test reads is no proof");
}

/// The rows of the README's tables and its prose name only what exists.
#[test]
fn the_readme_names_only_what_exists() {
    let text = read("README.md");
    let mut wrong = Vec::new();
    for piece in text.split('`').skip(1).step_by(2) {
        let first = piece.split([' ', '/']).next().unwrap_or_default();
        let ours = ["src", "config", "fixtures", "tests", "systemd", ".ci"].contains(&first);
        if ours && piece.contains('/') && !root().join(piece).exists() {
            wrong.push(piece.to_owned());
        }
    }
    none(&wrong, "paths of the README exist");
    for (path, _) in sources("src").iter().filter(|(path, _)| path.matches('/').count() == 1) {
        let known = text.contains(&format!("`{path}`")) || path == "src/lib.rs";
        assert!(known, "the README's map leaves {path} out");
    }
}

/// The same changes of the tables, in the same order, for both engines.
#[test]
fn migrations_come_in_pairs() {
    let of = |engine: &str| -> Vec<String> {
        let folder = format!("src/store/migrations/{engine}");
        let names = files(&folder).into_iter();
        names.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect()
    };
    let (sqlite, postgres) = (of("sqlite"), of("postgres"));
    assert_eq!(sqlite, postgres);
    let open = read("src/store/open.rs");
    let numbers: BTreeSet<&str> = sqlite.iter().filter_map(|name| name.get(..5)).collect();
    assert_eq!(numbers.len(), sqlite.len(), "each change has a number of its own: {sqlite:?}");
    for name in &sqlite {
        let number = name.split('_').next().unwrap_or_default();
        assert!(number.len() == 4 && number.parse::<u32>().is_ok(), "{name}: 0001_name.sql");
        for engine in ["sqlite", "postgres"] {
            let path = format!("migrations/{engine}/{name}");
            assert!(open.contains(&path), "src/store/open.rs does not run {path}");
        }
    }
}

/// Every dependency says why it is there, on the line above it.
#[test]
fn every_dependency_has_its_reason() {
    let text = read("Cargo.toml");
    let (mut wrong, mut section, mut above) = (Vec::new(), "", "");
    for line in text.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies")
            && line.contains(" = ")
            && !above.starts_with('#')
        {
            wrong.push(line.to_owned());
        }
        above = line;
    }
    none(&wrong, "a dependency has a line of comment above it");
}

/// The default configuration is a configuration: `inspect` takes it.
#[test]
fn the_default_configuration_is_accepted() {
    let file: PathBuf = root().join("config/default.toml");
    let said = crate::cli::site::sportello(&[
        "inspect",
        "--config",
        file.to_str().unwrap(),
        root().join("fixtures/demo/01-buca.eml").to_str().unwrap(),
    ]);
    assert!(said.ok().contains("infrastructure"), "{said:#?}");
}
