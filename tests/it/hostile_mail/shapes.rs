//! The hostile mails. Each is from its own sender, so that no limit of acknowledgements hides another.

/// A name and its maker.
pub type Shape = (&'static str, fn() -> Vec<u8>);

/// Those that are odd and yet whole: no damage is to be told.
pub const HARMLESS: [&str; 1] = ["no-text-in-base64"];

/// Those in which neither author nor text can be found.
pub const UNREADABLE: [&str; 5] = ["empty", "binary", "carriage-returns", "newlines", "only-nul"];

/// Empty lines alone are the empty mail once more: the content decides, whatever ends its lines.
pub const SAME_AS_EMPTY: [&str; 2] = ["carriage-returns", "newlines"];

/// All of them.
pub const ALL: [Shape; 22] = [
    ("without-from", || bare("Subject: Lampione\r\nDate: Thu, 12 Nov 2026 09:30:00 +0100\r\n")),
    ("without-any-header", || [b"\r\n", LAMP].concat()),
    ("without-date-and-id", || bare("From: a@resident.example\r\nSubject: Lampione\r\n")),
    ("ten-thousand-parts", ten_thousand_parts),
    ("ten-megabytes-of-headers", || {
        let pad = many(10_500, |n| format!("X-Pad-{n}: {}\r\n", "p".repeat(990)));
        with("pad", &pad, LAMP_PART)
    }),
    ("one-header-of-ten-megabytes", || {
        with("one", &format!("X-Pad: {}\r\n", "p".repeat(10 << 20)), LAMP_PART)
    }),
    ("addresses", || {
        let all: Vec<String> = (0..300_000).map(|n| format!("a{n}@x.example")).collect();
        with("cc", &format!("Cc: {}\r\n", all.join(", ")), LAMP_PART)
    }),
    ("references", || {
        let all: Vec<String> = (0..300_000).map(|n| format!("<{n}@x.example>")).collect();
        with("ref", &format!("References: {}\r\n", all.join(" ")), LAMP_PART)
    }),
    ("encoded-words", || {
        with("word", &format!("X-W: {}\r\n", "=?utf-8?B?YQ==?= ".repeat(300_000)), LAMP_PART)
    }),
    ("nul", || {
        let text = "Content-Type: text/plain\r\n\r\nIl lam\0pione di via\0 Roma 12 spento.\0\r\n";
        with("nul\0", "Subject: Lam\0pione\r\n", &format!("{text}{}", "\0".repeat(100_000)))
    }),
    ("only-nul", || vec![0; 100_000]),
    ("wrong-charset", || {
        let mut raw =
            with("cs", "", "Content-Type: text/plain; charset=x-klingon\r\n\r\nIl lampione ");
        raw.extend(b"\xe8 spento \xff\xfe\r\n");
        raw
    }),
    ("nested-in-parts", || nested("multipart/mixed; boundary=b", true)),
    ("nested-in-messages", || nested("message/rfc822", false)),
    ("a-million-parameters", || {
        let all = many(1_000_000, |n| format!("; n*{n}=x"));
        with("par", "", &format!("Content-Type: text/plain{all}\r\n\r\nIl lampione\r\n"))
    }),
    ("line-of-100-megabytes", || {
        let line = "a".repeat(100 << 20);
        with("line", "", &format!("Content-Type: text/plain\r\n\r\nIl lampione {line}\r\n"))
    }),
    ("deep-html", || {
        let html = "<div>".repeat(1_000_000);
        with("html", "", &format!("Content-Type: text/html\r\n\r\n{html}lampione"))
    }),
    ("no-text-in-base64", || {
        let head = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        with("b64", "", &format!("{head}{}", "====".repeat(100_000)))
    }),
    ("empty", Vec::new),
    ("binary", || (0..200_000_u32).map(|n| (n.wrapping_mul(7919) >> 3).to_le_bytes()[0]).collect()),
    ("carriage-returns", || b"\r".repeat(1_000_000)),
    ("newlines", || b"\n".repeat(1_000_000)),
];

const LAMP: &[u8] = "Il lampione di via Roma 12 è spento.\r\n".as_bytes();

const LAMP_PART: &str =
    "Content-Type: text/plain; charset=utf-8\r\n\r\nIl lampione di via Roma 12 è spento.\r\n";

/// The same piece with its number, so many times.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

/// These headers and a text.
fn bare(headers: &str) -> Vec<u8> {
    format!("{headers}{LAMP_PART}").into_bytes()
}

/// A mail of a sender of its own with more headers, then `rest`.
fn with(who: &str, headers: &str, rest: &str) -> Vec<u8> {
    format!(
        "From: {who} <{who}@resident.example>\r\nTo: reports@town.example\r\nSubject: Lampione\r\n\
         Date: Thu, 12 Nov 2026 09:30:00 +0100\r\nMessage-ID: <{who}@resident.example>\r\n\
         MIME-Version: 1.0\r\n{headers}{rest}"
    )
    .into_bytes()
}

fn ten_thousand_parts() -> Vec<u8> {
    let parts = many(10_000, |n| {
        format!("--b\r\nContent-Type: text/plain; name=\"f{n}.txt\"\r\n\r\nx{n}\r\n")
    });
    let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    with("parts", "", &format!("{head}{LAMP_PART}{parts}--b--\r\n"))
}

/// A thousand deep.
fn nested(kind: &str, delimited: bool) -> Vec<u8> {
    let level = |n: usize| {
        let mark = if delimited { format!("--b{n}\r\n") } else { String::new() };
        let number = if delimited { n.to_string() } else { String::new() };
        format!("Content-Type: {kind}{number}\r\n\r\n{mark}")
    };
    let levels = many(1_000, level);
    with(if delimited { "deep" } else { "inner" }, "", &format!("{levels}{LAMP_PART}"))
}
