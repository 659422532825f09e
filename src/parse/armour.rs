//! What stands in a plain body and is no text: the armour of a clear signature, files in the old Unix encoding.

use super::tnef::Inner;
use super::transfer::Transfer;
use super::{sniff, words};

/// Files that are taken out of one body; more are noise.
const FILES_MAX: usize = 20;

/// A body without its armour.
#[derive(Debug, Default)]
pub(super) struct Removed {
    pub text: String,
    pub files: Vec<Inner>,
}

/// Takes out the armour around a signed text (RFC 9580 section 7) and uuencoded files (POSIX `uuencode`). A block that
/// never ends is text.
pub(super) fn removed(text: &str) -> Removed {
    const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
    let armoured = text.contains(SIGNED);
    if !armoured && !text.contains("begin ") {
        return Removed { text: text.to_owned(), files: Vec::new() };
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = Removed::default();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut at = 0;
    let mut inside = false;
    while let Some(line) = lines.get(at) {
        let bare = line.trim_end();
        if bare == SIGNED {
            inside = true;
            at = after_headers(&lines, at);
            continue;
        }
        if inside && bare == "-----BEGIN PGP SIGNATURE-----" {
            inside = false;
            at = after_signature(&lines, at);
            continue;
        }
        if out.files.len() < FILES_MAX
            && let Some((file, end)) = uuencoded(&lines, at)
        {
            out.files.push(file);
            at = end;
            continue;
        }
        kept.push(if inside { line.strip_prefix("- ").unwrap_or(line) } else { line });
        at = at.saturating_add(1);
    }
    out.text = kept.join("\n");
    out
}

/// Behind the headers of an armour, which end with a blank line.
fn after_headers(lines: &[&str], at: usize) -> usize {
    const HEADERS_MAX: usize = 20;
    after(lines, at, HEADERS_MAX, |line| line.trim().is_empty())
}

fn after_signature(lines: &[&str], at: usize) -> usize {
    const SIGNATURE_LINES_MAX: usize = 300;
    let ends = |line: &str| line.trim_end() == "-----END PGP SIGNATURE-----";
    after(lines, at, SIGNATURE_LINES_MAX, ends)
}

/// Behind the first of the next `most` lines that `ends`; the line behind `at` when none does.
fn after(lines: &[&str], at: usize, most: usize, ends: impl Fn(&str) -> bool) -> usize {
    let found = lines.iter().skip(at).take(most).position(|line| ends(line)).unwrap_or(0);
    at.saturating_add(found).saturating_add(1)
}

/// `begin 644 name`, lines of code, `end`: the file and where the text goes on.
fn uuencoded(lines: &[&str], at: usize) -> Option<(Inner, usize)> {
    let (mode, name) = lines.get(at)?.trim_end().strip_prefix("begin ")?.split_once(' ')?;
    let octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|digit| digit.is_ascii_digit());
    if !octal || name.trim().is_empty() {
        return None;
    }
    let next = at.saturating_add(1);
    let code = lines.iter().skip(next).take_while(|line| is_code(line.trim_end())).count();
    let last = next.saturating_add(code);
    if lines.get(last)?.trim_end() != "end" {
        return None;
    }
    let end = last.saturating_add(1);
    let coded = lines.get(at..end)?.join("\n");
    let (bytes, _) = Transfer::Uuencode.decode(coded.as_bytes(), coded.len());
    let file = Inner {
        name: words::one_line(name),
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        prefix: bytes.get(..sniff::PREFIX_BYTES).unwrap_or(&bytes).to_vec(),
        ..Inner::default()
    };
    Some((file, end))
}

/// A line's first sign says how many bytes it holds; four signs hold three.
fn is_code(line: &str) -> bool {
    let Some(first) = line.bytes().next() else { return false };
    let bytes = usize::from(first.wrapping_sub(b' ') & 63);
    let signs = bytes.div_ceil(3).saturating_mul(4);
    let printable = line.bytes().all(|byte| (b' '..=b'`').contains(&byte));
    // Programs cut blanks at the end and add a sign as a checksum.
    printable && line.len() <= signs.saturating_add(2) && line.len().saturating_add(4) > signs
}
