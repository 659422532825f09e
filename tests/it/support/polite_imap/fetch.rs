//! The answer to FETCH for one mail.

use super::mailbox::Message;

/// One untagged FETCH with UID and the items that the command names: FLAGS, RFC822.SIZE,
/// INTERNALDATE, and BODY sections that are empty, HEADER, HEADER.FIELDS or TEXT, also in part.
pub fn row(number: usize, message: &Message, items: &str) -> Vec<u8> {
    let upper = items.to_uppercase();
    let mut out = format!("* {number} FETCH (UID {}", message.uid).into_bytes();
    if upper.contains("FLAGS") {
        out.extend_from_slice(format!(" FLAGS {}", message.flag_list()).as_bytes());
    }
    if upper.contains("RFC822.SIZE") {
        out.extend_from_slice(format!(" RFC822.SIZE {}", message.raw.len()).as_bytes());
    }
    if upper.contains("INTERNALDATE") {
        out.extend_from_slice(b" INTERNALDATE \"12-Nov-2026 09:30:00 +0100\"");
    }
    for asked in items.split('[').skip(1) {
        let (section, rest) = asked.split_once(']').unwrap_or((asked, ""));
        let whole = section_of(&message.raw, section);
        let (from, bytes) = part(&whole, rest);
        let origin = from.map(|from| format!("<{from}>")).unwrap_or_default();
        let head = format!(" BODY[{section}]{origin} {{{}}}\r\n", bytes.len());
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(b")\r\n");
    out
}

fn section_of(raw: &[u8], section: &str) -> Vec<u8> {
    let split = raw.windows(4).position(|four| four == b"\r\n\r\n").map_or(raw.len(), |at| at + 4);
    let (head, text) = raw.split_at(split);
    let upper = section.to_uppercase();
    if let Some(names) = upper.strip_prefix("HEADER.FIELDS ") {
        let names: Vec<_> = names.trim_matches(['(', ')']).split_whitespace().collect();
        return fields(&String::from_utf8_lossy(head), &names).into_bytes();
    }
    match upper.as_str() {
        "" => raw.to_vec(),
        "HEADER" => head.to_vec(),
        "TEXT" => text.to_vec(),
        other => panic!("the polite server does not know the section {other}"),
    }
}

/// The fields of these names with their folded lines, and the empty line.
fn fields(head: &str, names: &[&str]) -> String {
    let mut wanted = false;
    let mut out = String::new();
    for line in head.split_inclusive("\r\n") {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default().to_uppercase();
            wanted = names.contains(&name.as_str());
        }
        if wanted {
            out.push_str(line);
        }
    }
    out + "\r\n"
}

/// `<from.length>` after the section, if it is there.
fn part<'a>(whole: &'a [u8], rest: &str) -> (Option<usize>, &'a [u8]) {
    let numbers = rest.strip_prefix('<').and_then(|rest| rest.split('>').next());
    let Some((from, length)) = numbers.and_then(|numbers| numbers.split_once('.')) else {
        return (None, whole);
    };
    let number = |text: &str| text.parse::<usize>().expect("a number in <from.length>");
    let from = number(from).min(whole.len());
    let to = from.saturating_add(number(length)).min(whole.len());
    (Some(from), &whole[from..to])
}
