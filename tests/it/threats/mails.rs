//! What a mail brings with it stays what it is.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use sportello::domain::letter::LetterKind;
use sportello::domain::token::Signer;
use sportello::parse::parse;

use crate::cli::site::sportello;
use crate::support::mails::mail;
use crate::support::stores::Engine;
use crate::support::world::World;

/// Names as attackers give them, plain and encoded.
fn hostile_names() -> Vec<String> {
    let roots =
        ["../", "..\\", "/", "C:\\", "\\\\host\\share\\", "./../", "....//", "%2e%2e%2f", "~/"];
    let leaves = [
        "etc/passwd",
        "foto.jpg",
        "con",
        "NUL.txt",
        ".ssh/authorized_keys",
        "a:b",
        "x\u{202e}gpj.exe",
        "a\u{0}b.jpg",
        "a\tb",
        "a\u{7f}b",
        " ",
        "",
        "-rf",
        "a;rm -rf b",
        "<svg onload=alert(1)>.svg",
        "b\u{2028}c",
        "\u{1f4a9}.png",
    ];
    let long = "x".repeat(5000);
    let mut names: Vec<String> = roots
        .iter()
        .flat_map(|root| leaves.iter().map(move |leaf| format!("{root}{leaf}")))
        .collect();
    names.extend(leaves.map(ToOwned::to_owned));
    names.push(long);
    names
}

#[test]
fn no_name_of_an_attachment_leads_anywhere() {
    let names = hostile_names();
    assert!(names.len() > 150);
    for name in names {
        let raw = mail().attachment(&name.replace('"', "'"), "image/jpeg", b"\xff\xd8\xff").bytes();
        for attachment in parse(&raw).attachments {
            let shown = &attachment.name;
            let wrong = |c: char| {
                c.is_control()
                    || matches!(c, '/' | '\\' | ':' | '\u{202a}'..='\u{202e}' | '\u{2028}')
            };
            assert!(!shown.contains(wrong), "{name:?} is shown as {shown:?}");
            assert!(!shown.is_empty() && shown.chars().count() <= 200, "{shown:?}");
            assert!(shown != "." && shown != "..", "{shown:?}");
        }
    }
}

/// A page with everything that a browser would fetch: nobody calls the server that it names.
#[test]
fn nothing_that_a_mail_names_is_fetched() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut world = World::new(Engine::Sqlite);
    let page = format!(
        "<html><head><link rel=stylesheet href='{url}/a.css'><script src='{url}/a.js'></script></head>\
         <body background='{url}/b.png'><img src='{url}/p.gif' width=1 height=1>\
         <p>In via Roma 12 c'è una buca nell'asfalto. {url}/foto</p><iframe src='{url}/f'></iframe></body></html>"
    );
    let mail = mail().html(&page).header("List-Help", &format!("<{url}/help>"));
    world.receive(&mail.header("Disposition-Notification-To", "x@resident.example"));
    world.settle();
    assert_eq!(world.ledger().len(), 1);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// Ten megabytes of zeros in ten kilobytes: the record counts the ten kilobytes.
#[test]
fn an_archive_is_kept_and_not_unpacked() {
    let bomb = zip_bomb();
    let raw = mail().attachment("foto.zip", "application/zip", &bomb).bytes();
    let read = parse(&raw);
    assert_eq!(read.attachments.len(), 1);
    assert_eq!(read.attachments[0].bytes, bomb.len() as u64);
}

/// A stored header of a zip that promises four gigabytes, and a run of bytes.
fn zip_bomb() -> Vec<u8> {
    let mut zip =
        b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\x27\0\0\xff\xff\xff\xff\x05\0\0\0a.txt"
            .to_vec();
    zip.resize(10_000, 0);
    zip
}

#[test]
fn an_operator_s_pattern_cannot_hang() {
    let dir = tempfile::tempdir().unwrap();
    let rules =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules.toml")).unwrap();
    let (before, first) = rules.split_once("[[subcategory]]\n").expect("a subcategory");
    let (fields, after) = first.split_once("\n\n").expect("its end");
    let changed = format!(
        "{before}[[subcategory]]\n{fields}\npatterns = [\"(a*)*(a|aa)*(a+)+$\"]\n\n{after}"
    );
    let file = dir.path().join("rules.toml");
    std::fs::write(&file, changed).unwrap();
    let config = dir.path().join("sportello.toml");
    std::fs::write(&config, format!("[rules]\nfile = \"{}\"\n", file.display())).unwrap();
    let text = "a".repeat(60_000) + "!";
    let path = dir.path().join("a.eml");
    std::fs::write(&path, mail().text(&text).bytes()).unwrap();
    let said = sportello(&[
        "inspect",
        "--format",
        "json",
        "--config",
        config.to_str().unwrap(),
        path.to_str().unwrap(),
    ]);
    assert!(said.ok().contains("\"kind\""), "{said:?}");
}

/// Near misses of a true Message-ID, and a hundred thousand made up ones.
#[test]
fn a_guessed_id_is_never_ours() {
    let signer = Signer::new("a", [7; 32]);
    let id = signer.message_id(LetterKind::WorkOrder, "cause", "a@b.example", "town.example");
    assert_eq!(signer.verify(&id), Some(LetterKind::WorkOrder));
    let stranger = Signer::new("a", [8; 32]);
    let mut chance = fastrand::Rng::with_seed(1);
    for (at, _) in id.char_indices() {
        for replacement in ['a', '7', '.', '-'] {
            let mut near: Vec<char> = id.chars().collect();
            if near[at].eq_ignore_ascii_case(&replacement) {
                continue;
            }
            near[at] = replacement;
            let near: String = near.into_iter().collect();
            let (local, domain) = near.rsplit_once('@').unwrap_or((&near, ""));
            // Our domain is not signed: a letter is ours by what stands before the @.
            if domain == "town.example" && local != id.rsplit_once('@').unwrap().0 {
                assert_eq!(signer.verify(&near), None, "{near}");
            }
        }
    }
    for n in 0..100_000_u32 {
        let cause = format!("cause {n} {}", chance.u64(..));
        let guess =
            stranger.message_id(LetterKind::WorkOrder, &cause, "a@b.example", "town.example");
        assert_eq!(signer.verify(&guess), None, "{guess}");
    }
}

/// Two authors, or two From fields: a person's mail, and nobody's order.
#[test]
fn two_authors_are_nobody_s_order() {
    let pass = "Authentication-Results: mx.town.example; dmarc=pass header.from=town.example\r\n";
    let body = "To: reports@town.example\r\nSubject: x\r\n\r\n#chiudi\r\n";
    let heads = [
        "From: capo@town.example\r\nFrom: other@evil.example\r\n",
        "From: other@evil.example\r\nFrom: capo@town.example\r\n",
        "From: capo@town.example, other@evil.example\r\n",
        "From: \"capo@town.example\" <other@evil.example>\r\n",
    ];
    for head in heads {
        let read = parse(format!("{pass}{head}{body}").as_bytes());
        let trusted = sportello::domain::trust::dmarc_passes(&read, "mx.town.example");
        let author = read.from.iter().map(|from| from.address.clone()).next().unwrap_or_default();
        assert!(!trusted || author != "capo@town.example", "{head}: {author}");
    }
}
