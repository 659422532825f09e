//! What strangers wrote does nothing to our letters.

use crate::support::mails::mail;
use crate::support::stores::Engine;
use crate::support::world::World;

/// The fields that letters have, in lower case.
const FIELDS: [&str; 16] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "x-auto-response-suppress",
    "x-sportello-loop",
    "reply-to",
    "content-language",
    "x-sportello-ticket",
];

/// Words that try to be more than words: as they stand, and as an encoded word that hides them.
fn hostile_words() -> Vec<String> {
    let bare = [
        "Buca\r\nBcc: all@town.example",
        "Buca\nX-Evil: 1\n\nnew body",
        "Buca\rX-Evil: 1",
        "Buca\u{b}X-Evil: 1\u{c}\u{1c}\u{85}X-Evil: 2\u{2028}X-Evil: 3",
        "Buca \u{202e}elpmaxe.nwot@lla\u{2066}",
        "Buca\0X-Evil: 1",
        "\u{feff}\u{200b}Buca",
        "Buca {{ 7 * 191 }} {% for i in range(9) %}evil{% endfor %} {# note #}",
        "Buca '; DROP TABLE ticket; --",
        "Buca $1 ?1 :name",
        "Buca =?utf-8?q?=0D=0AX-Evil:_1?=",
        "Buca <script>alert(1)</script> <img src=x onerror=alert(1)>",
        "=cmd|'/C calc'!A0",
        "%s%n%x ${jndi:ldap://x/a} `id` $(id)",
    ];
    let encoded = bare.iter().map(|words| {
        let hex: Vec<String> = words.bytes().map(|byte| format!("={byte:02X}")).collect();
        let hex = hex.concat();
        format!("=?utf-8?Q?{hex}?=")
    });
    bare.iter().map(|words| (*words).to_owned()).chain(encoded).collect()
}

/// A world in which each of the hostile words came as subject, as name, as text and as an attachment's name.
fn told(check: impl Fn(&World)) {
    for engine in Engine::each() {
        let mut world = World::with(engine, "", &[("limits.acknowledgements_per_hour", "0")]);
        for (n, words) in hostile_words().iter().enumerate() {
            let address = format!("r{n}@town{n}.example");
            let name = words.replace(['\r', '\n', '\0', '"', '<', '>', ','], " ");
            let raw = mail()
                .from(&format!("\"{name}\" <{address}>"))
                .text(&format!("In via Roma {n} una buca. {words}\nhttp://evil.example/{n}"))
                .attachment(&name, "image/jpeg", b"\xff\xd8\xff")
                .bytes();
            // The subject as raw bytes: no builder may clean it.
            let raw = [format!("Subject: {words}\r\n").as_bytes(), &raw].concat();
            world.receive_raw("segnalazioni", &raw);
        }
        world.settle();
        assert!(!world.acknowledgements().is_empty() && !world.notices().is_empty());
        check(&world);
    }
}

#[test]
fn no_words_of_a_stranger_add_a_header() {
    told(|world| {
        for letter in world.sent() {
            for (name, value) in &letter.headers {
                assert!(FIELDS.contains(&name.as_str()), "{name}: {value}");
                assert!(!value.chars().any(char::is_control), "{name}: {value:?}");
            }
            for field in ["from", "to", "subject", "message-id"] {
                let count = letter.headers.iter().filter(|(name, _)| name == field).count();
                assert_eq!(count, 1, "{field} of {letter:?}");
            }
            let bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!letter.subject.chars().any(bidi), "{:?}", letter.subject);
        }
    });
}

#[test]
fn no_words_of_a_stranger_are_a_template() {
    told(|world| {
        for letter in world.sent() {
            let all = format!("{} {}", letter.subject, letter.text);
            assert!(!all.contains("1337") && !all.contains("evilevil"), "{all}");
        }
    });
}

#[test]
fn no_words_of_a_stranger_are_a_statement() {
    told(|world| assert!(world.tickets().len() > 10, "the tables are there"));
}

/// Whoever writes in another's name can have us write to them, but not what.
#[test]
fn an_acknowledgement_carries_nothing_of_the_text() {
    told(|world| {
        for letter in world.acknowledgements() {
            assert!(!letter.text.contains("evil.example"), "{}", letter.text);
            assert!(!letter.text.contains("DROP TABLE"), "{}", letter.text);
        }
    });
}

#[test]
fn letters_are_plain_text() {
    told(|world| {
        for letter in world.sent() {
            let kind = letter.header("content-type").unwrap_or_default();
            assert!(kind.starts_with("text/plain"), "{kind}");
        }
    });
}
