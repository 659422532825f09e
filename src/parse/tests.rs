//! The reader's own promises; whole mails with their records are in `fixtures/mail`.

use std::fmt::Write as _;

use super::{attachments, charset, dedup_key, html, opaque, params, parse, reply, transfer, words};
use crate::domain::mail::{Damage, Mail, REFERENCES_MAX, ReturnPath};

const HEAD: &str = "From: Anna <anna@example.org>\r\nTo: c@comune.example\r\nDate: Mon, 12 Feb 2024 10:22:00 +0100\r\nMessage-ID: <1@example.org>\r\nSubject: Buca\r\nMIME-Version: 1.0\r\n";

fn mail(rest: &str) -> Mail {
    parse(format!("{HEAD}{rest}").as_bytes())
}

#[test]
fn transfer_encodings_are_read_as_far_as_they_go() {
    assert_eq!(transfer::base64(b"QnVj\r\nYQ=="), (b"Buca".to_vec(), true));
    assert_eq!(transfer::base64(b"QnVjYQ"), (b"Buca".to_vec(), true), "no padding");
    assert_eq!(transfer::base64(b"QnVj!YQ=="), (b"Buca".to_vec(), false), "a stray sign");
    let quoted = transfer::Transfer::named(b" Quoted-Printable (comment)");
    assert_eq!(
        quoted.decode(b"perch=C3=A9 =\r\nno  \r\n", 99),
        ("perché no\n".as_bytes().to_vec(), true)
    );
    assert!(!quoted.decode(b"2=2 =ZZ", 99).1, "a stray escape");
}

#[test]
fn a_length_is_counted_as_decoding_would_give_it() {
    let coded = b"QnVjYSBpbiB2\r\naWEgUm9tYQ==\r\n";
    let decoded = transfer::base64(coded).0.len();
    assert_eq!(transfer::Transfer::Base64.decoded_bytes(coded), u64::try_from(decoded).unwrap());
}

#[test]
fn bytes_become_readable_text_whatever_their_charset_claims() {
    let cases: [(&[u8], Option<&str>, &str, bool); 13] = [
        (b"~{B75F;5AK~} ok", Some("hz-gb-2312"), "路灯坏了 ok", false),
        (b"\x1B$)C\x0E0!7N5n\x0F ok", Some("iso-2022-kr"), "가로등 ok", false),
        (b"\x93\xb9\x98\x48", Some("windows-31j"), "道路", false),
        (b"citt\x85", Some("IBM437"), "città", false),
        ("è".as_bytes(), Some("utf-8"), "è", false),
        ("è".as_bytes(), Some("iso-8859-1"), "è", true),
        (b"\xe8", Some("iso-8859-1"), "è", false),
        (b"\x93ciao\x94", Some("ISO-8859-1"), "“ciao”", false),
        (b"\xe8", Some("utf-8"), "è", true),
        (b"\xe8", None, "è", true),
        (b"\xe8", Some("x-unknown"), "è", true),
        ("caff\u{e8} e te".as_bytes(), Some("us-ascii"), "caffè e te", true),
        (b"+AOg- +- +AOg", Some("utf-7"), "è + è", false),
    ];
    for (bytes, declared, text, repaired) in cases {
        let decoded = charset::decode(bytes, declared);
        assert_eq!((decoded.text.as_str(), decoded.repaired), (text, repaired), "{declared:?}");
    }
    let glued = [b"\xe8 ".as_slice(), "città".as_bytes()].concat();
    assert_eq!(charset::raw(&glued), "è città", "two charsets in one text");
}

#[test]
fn encoded_words_are_decoded_also_where_they_break_the_rules() {
    let cases = [
        ("=?UTF-8?Q?Citt=C3=A0?= di Prova", "Città di Prova"),
        ("=?utf-8?b?Q2l0dMM=?= =?utf-8?b?oA==?=", "Città"),
        ("=?iso-8859-1*it?Q?Citt=E0?=", "Città"),
        ("=?UTF-8?Q?due parole?=", "due parole"),
        ("=?UTF-8?X?no?=", "=?UTF-8?X?no?="),
        ("costa 2 =? 3", "costa 2 =? 3"),
        ("=?UTF-8?Q?a?=\r\n =?UTF-8?Q?b?=", "ab"),
    ];
    for (value, text) in cases {
        assert_eq!(words::decode(value.as_bytes()).text, text, "{value}");
    }
}

#[test]
fn parameters_are_read_in_every_form() {
    let cases = [
        ("attachment; filename=a.txt", "a.txt"),
        ("attachment; filename=\"a \\\"b\\\".txt\"", "a \"b\".txt"),
        ("attachment; filename*=utf-8'it'citt%C3%A0.txt", "città.txt"),
        ("attachment; filename=x.txt; filename*=utf-8''y.txt", "y.txt"),
        ("attachment; filename*1=b.txt; filename*0=a", "ab.txt"),
        ("attachment; FileName = a.txt ; size=3", "a.txt"),
        ("attachment;;; filename=a b.txt", "a b.txt"),
        ("attachment; filename=\"senza fine", "senza fine"),
    ];
    for (field, name) in cases {
        assert_eq!(
            params::Parameters::read(field.as_bytes()).get("filename"),
            Some(name),
            "{field}"
        );
    }
}

#[test]
fn names_are_safe_to_show_and_to_save() {
    let cases = [
        ("foto.jpg", "foto.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\foto.jpg", "foto.jpg"),
        ("a\u{202e}gpj.exe", "agpj.exe"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("..", "allegato"),
        ("", "allegato"),
        ("con:due.txt", "con due.txt"),
    ];
    for (name, safe) in cases {
        assert_eq!(attachments::safe(name), safe, "{name:?}");
    }
    assert_eq!(attachments::safe(&format!("{}.pdf", "à".repeat(500))).chars().count(), 120);
}

#[test]
fn a_page_becomes_lines_that_know_what_was_quoted() {
    let page = "<p>Uno &amp; due&nbsp;tre &#232; &sconosciuta;</p><script>x()</script><!-- no --><blockquote type=cite>vecchio</blockquote>fine";
    let lines = html::lines(page);
    let told: Vec<(&str, bool)> = lines
        .iter()
        .filter(|line| !line.text.is_empty())
        .map(|line| (line.text.as_str(), line.quote))
        .collect();
    assert_eq!(
        told,
        [("Uno & due tre è &sconosciuta;", false), ("vecchio", true), ("fine", false)]
    );
    assert_eq!(reply::joined(&html::lines("2 < 3 e 4 > 3")), "2 < 3 e 4 > 3");
}

#[test]
fn an_opaque_signature_gives_its_content() {
    let content = b"Content-Type: text/plain\r\n\r\nBuca in via Roma\r\n";
    let length = u8::try_from(content.len()).unwrap();
    let mut der = vec![
        0x06,
        0x09,
        0x2A,
        0x86,
        0x48,
        0x86,
        0xF7,
        0x0D,
        0x01,
        0x07,
        0x01,
        0xA0,
        length + 2,
        0x04,
        length,
    ];
    der.extend_from_slice(content);
    let mut coded = String::new();
    for byte in &der {
        write!(coded, "={byte:02X}").unwrap();
    }
    let raw = format!(
        "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{coded}\r\n"
    );
    assert_eq!(mail(&raw).text, "Buca in via Roma");
    assert!(opaque::content(&super::tree::Tree::default()).is_none());
}

#[test]
fn ids_and_envelope_are_read_as_written() {
    let many: String = (0..80).fold(String::new(), |all, id| format!("{all} <r{id}@x>"));
    let read = mail(&format!(
        "Return-Path: <>\r\nIn-Reply-To: <a@x> (comment)\r\nReferences:{many}\r\n\r\nx"
    ));
    assert_eq!(read.return_path, ReturnPath::Null);
    assert_eq!(read.in_reply_to, ["a@x"]);
    assert_eq!(read.references.len(), REFERENCES_MAX);
    assert_eq!(read.references.last().map(String::as_str), Some("r79@x"), "the newest stay");
    assert_eq!(mail("\r\nx").return_path, ReturnPath::Missing);
}

#[test]
fn the_key_of_a_mail_survives_transport_and_not_an_edit() {
    let sent = format!("{HEAD}\r\nBuca in via Roma\r\n");
    let received = format!(
        "Return-Path: <a@b>\nReceived: from x by y;\n Mon, 12 Feb 2024 10:22:00 +0100\nX-Spam-Score: 0\n{}",
        sent.replace("\r\n", "\n")
    );
    let edited = sent.replace("Roma", "Rosa");
    assert_eq!(dedup_key(sent.as_bytes()), dedup_key(received.as_bytes()));
    assert_ne!(dedup_key(sent.as_bytes()), dedup_key(edited.as_bytes()));
    assert_ne!(
        dedup_key(sent.as_bytes()),
        dedup_key(sent.replace("Subject: Buca", "Subject: Altro").as_bytes())
    );
}

/// Shapes that make careless readers quadratic, recursive or hungry; sizes that a debug build reads at once.
#[test]
fn hostile_shapes_end_and_say_their_damage() {
    let cases: [(String, Option<Damage>); 12] = [
        ("X: y\r\n".repeat(100_000) + "\r\nx", Some(Damage::HeaderBytes)),
        (format!("X: {}\r\n\r\nx", "y".repeat(500_000)), Some(Damage::HeaderBytes)),
        (
            format!("Content-Type: text/plain{}\r\n\r\nx", "; a*0=b".repeat(100_000)),
            Some(Damage::HeaderBytes),
        ),
        (
            format!(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
                "--b\r\n\r\nx\r\n".repeat(10_000)
            ),
            Some(Damage::Parts),
        ),
        (
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(1_000),
            Some(Damage::Depth),
        ),
        ("Content-Type: message/rfc822\r\n\r\n".repeat(1_000), Some(Damage::Depth)),
        (format!("\r\n{}", "a".repeat(1_500_000)), Some(Damage::TextBytes)),
        (format!("Content-Type: text/html\r\n\r\n{}", "<a \"<b '".repeat(20_000)), None),
        (format!("Content-Type: text/html\r\n\r\n{}", "<blockquote>".repeat(20_000)), None),
        (format!("\r\n{}", "Il 12/02/24 10:22 Anna ha scritto:\r\n".repeat(5_000)), None),
        (format!("\r\n{}", "Da: a@b 10:22\r\n\r\n".repeat(5_000)), None),
        (format!("\r\n{}", ">".repeat(500_000)), None),
    ];
    for (rest, damage) in cases {
        let read = mail(&rest);
        assert_eq!(read.from.as_ref().map(|from| from.address.as_str()), Some("anna@example.org"));
        assert!(damage.is_none_or(|damage| read.has(damage)), "{damage:?} {:?}", read.damage);
    }
}

/// Bytes changed, cut and doubled at pseudo-random places: there is always a record, and it never needed the
/// reader of last resort.
#[test]
fn mutated_mails_are_read_without_a_panic() {
    const ROUNDS: u64 = 4_000;
    let seeds = [
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Citt=C3=A0 &egrave;</p>\r\n--b\r\nContent-Type: image/jpeg; name*0*=utf-8''a%C3%A0; name*1=b.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\nQnVjYQ==\r\n--b--\r\n"
        ),
        format!(
            "X-Trasporto: posta-certificata\r\n{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{HEAD}\r\nSì.\r\n\r\nIl 12/02/24 10:22, Anna ha scritto:\r\n> no\r\n-- \r\nAnna\r\n--b--\r\n"
        ),
        format!(
            "Return-Path: <>\r\n{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.it\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
        ),
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for round in 0..ROUNDS {
        let mut raw = seeds[next(seeds.len())].clone().into_bytes();
        for _ in 0..=next(6) {
            let at = next(raw.len());
            match next(4) {
                0 => raw[at] = u8::try_from(next(256)).unwrap(),
                1 => raw.truncate(at.max(1)),
                2 => raw.insert(at, b"\0\r\n\xff=-<>:;\"'("[next(13)]),
                _ => raw.extend_from_within(at..),
            }
        }
        let read = parse(&raw);
        assert!(
            !read.has(Damage::Unparsable),
            "round {round}: {:?}",
            String::from_utf8_lossy(&raw)
        );
    }
}

#[test]
fn a_cut_mail_is_read_at_every_length() {
    let whole = format!(
        "{HEAD}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nCittà\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Città</p>\r\n--b--\r\n"
    );
    for end in 0..whole.len() {
        let read = parse(&whole.as_bytes()[..end]);
        assert_eq!(read.bytes, u64::try_from(end).unwrap());
    }
}
