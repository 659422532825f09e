//! Header sections as they are, not as they should be: folded, cut, without the blank line.

use std::collections::BTreeSet;

use super::limits::HEADER_BYTES_MAX;

/// One field; `value` still folded and undecoded.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    /// In lower case.
    pub name: String,
    pub value: &'a [u8],
}

/// A header section and where the body begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Section<'a> {
    pub fields: Vec<Field<'a>>,
    /// Offset of the body in the bytes that were read.
    pub body: usize,
    /// Fields beyond [`HEADER_BYTES_MAX`] were left aside.
    pub cut: bool,
}

impl<'a> Section<'a> {
    pub(super) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value)
    }
}

/// Fields that are looked for even beyond the bound, and that prove that a header goes on.
const ESSENTIAL: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
];

/// The line that starts at `at`, without its end, and where the next one starts.
pub(super) fn line_at(raw: &[u8], at: usize) -> (&[u8], usize) {
    let rest = raw.get(at..).unwrap_or_default();
    match memchr::memchr(b'\n', rest) {
        Some(end) => {
            let line = rest.get(..end).unwrap_or_default();
            (trim_returns(line), at.saturating_add(end).saturating_add(1))
        }
        None => (trim_returns(rest), raw.len()),
    }
}

fn trim_returns(mut line: &[u8]) -> &[u8] {
    while let Some(shorter) = line.strip_suffix(b"\r") {
        line = shorter;
    }
    line
}

/// Reads the header section at `start`. It ends at a blank line, at a line for which `ends` is true, or, where the
/// blank line was forgotten, at the first line that is no field and has none of the essential fields behind it.
pub(super) fn read(raw: &[u8], start: usize, ends: impl Fn(&[u8]) -> bool) -> Section<'_> {
    let mut reader = Reader {
        raw,
        start,
        section: Section::default(),
        open: None,
        essential: BTreeSet::new(),
        known_until: 0,
    };
    let mut at = start;
    while at < raw.len() {
        let (line, next) = line_at(raw, at);
        if ends(line) {
            break;
        }
        if line.is_empty() {
            at = next;
            if reader.open.is_none() && reader.section.fields.is_empty() && start == 0 {
                continue;
            }
            break;
        }
        if !reader.take(line, at, next) {
            break;
        }
        at = next;
    }
    reader.close(at);
    reader.section.body = at;
    reader.section
}

struct Open {
    name: String,
    value: usize,
}

struct Reader<'a> {
    raw: &'a [u8],
    start: usize,
    section: Section<'a>,
    open: Option<Open>,
    /// Names of essential fields met: looking through all fields each time would be quadratic.
    essential: BTreeSet<String>,
    /// Up to this offset the header is known to go on although a line in between is no field.
    known_until: usize,
}

impl Reader<'_> {
    /// Whether the line belonged to the header.
    fn take(&mut self, line: &[u8], at: usize, next: usize) -> bool {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            let blank = line.trim_ascii().is_empty();
            return if blank {
                self.goes_on(next)
            } else {
                self.open.is_some() || self.goes_on(next)
            };
        }
        if let Some((name, colon)) = field_name(line) {
            self.close(at);
            self.open = Some(Open { name, value: at.saturating_add(colon).saturating_add(1) });
            return true;
        }
        let envelope = line.starts_with(b"From ") || line.starts_with(b">From ");
        if envelope && self.section.fields.is_empty() && self.open.is_none() {
            return true;
        }
        if self.goes_on(at) {
            self.close(at);
            return true;
        }
        false
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.take() else { return };
        let over = end.saturating_sub(self.start) > HEADER_BYTES_MAX;
        let essential = ESSENTIAL.contains(&open.name.as_str());
        let seen = essential && !self.essential.insert(open.name.clone());
        let value = self.raw.get(open.value..end).unwrap_or_default();
        if over {
            self.section.cut = true;
            if !essential || seen {
                return;
            }
        }
        self.section.fields.push(Field { name: open.name, value });
    }

    /// Whether an essential field stands between `at` and the next blank line; each stretch is looked at once.
    fn goes_on(&mut self, from: usize) -> bool {
        const LOOKAHEAD_BYTES: usize = 16 * 1024;
        if from < self.known_until {
            return true;
        }
        let mut at = from;
        while at < self.raw.len() {
            let (line, next) = line_at(self.raw, at);
            if line.is_empty() || next.saturating_sub(from) > LOOKAHEAD_BYTES {
                break;
            }
            if field_name(line).is_some_and(|(name, _)| ESSENTIAL.contains(&name.as_str())) {
                self.known_until = next;
            }
            at = next;
        }
        from < self.known_until
    }
}

/// The name in lower case and the place of its colon: printable ASCII without blanks (RFC 5322 section 2.2);
/// blanks before the colon are forgiven, blanks inside are not, so that a sentence is no field.
fn field_name(line: &[u8]) -> Option<(String, usize)> {
    const NAME_BYTES_MAX: usize = 100;
    let colon = line.iter().take(NAME_BYTES_MAX).position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let printable = !name.is_empty() && name.iter().all(|byte| (33..=126).contains(byte));
    printable.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), colon))
}
