//! Compressed RTF (MS-OXRTFCP) and the words in it.

use crate::parse::charset;
use crate::parse::limits::TEXT_BYTES_MAX;

/// What the window holds before the first byte (MS-OXRTFCP section 2.1.3.1.1).
const PRELOAD: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Size of the window.
const WINDOW_BYTES: usize = 4096;

/// The document; `None` when it is not in this form. At most [`TEXT_BYTES_MAX`] of it.
pub(super) fn decompressed(bytes: &[u8]) -> Option<Vec<u8>> {
    const HEAD_BYTES: usize = 16;
    let body = bytes.get(HEAD_BYTES..)?;
    match bytes.get(8..12)? {
        b"LZFu" => Some(unpacked(body)),
        b"MELA" => Some(body.get(..TEXT_BYTES_MAX).unwrap_or(body).to_vec()),
        _ => None,
    }
}

/// Eight steps a control byte: a literal, or twelve bits of place and four of length in the window.
fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut window = [b' '; WINDOW_BYTES];
    for (slot, byte) in window.iter_mut().zip(PRELOAD) {
        *slot = *byte;
    }
    let mut end = PRELOAD.len();
    let mut out = Vec::new();
    let mut input = body.iter().copied();
    while out.len() < TEXT_BYTES_MAX {
        let Some(control) = input.next() else { return out };
        for step in 0..8_u32 {
            if control & 1_u8.wrapping_shl(step) == 0 {
                let Some(byte) = input.next() else { return out };
                put(&mut window, &mut end, &mut out, byte);
                continue;
            }
            let (Some(high), Some(low)) = (input.next(), input.next()) else { return out };
            let token = u16::from_be_bytes([high, low]);
            let place = usize::from(token >> 4);
            if place == end % WINDOW_BYTES {
                return out;
            }
            for n in 0..usize::from(token & 0xF).saturating_add(2) {
                let at = place.saturating_add(n) % WINDOW_BYTES;
                let byte = window.get(at).copied().unwrap_or_default();
                put(&mut window, &mut end, &mut out, byte);
            }
        }
    }
    out
}

fn put(window: &mut [u8; WINDOW_BYTES], end: &mut usize, out: &mut Vec<u8>, byte: u8) {
    if let Some(slot) = window.get_mut(*end % WINDOW_BYTES) {
        *slot = byte;
    }
    *end = end.saturating_add(1) % WINDOW_BYTES;
    out.push(byte);
}

/// Groups that hold no words.
const SILENT: [&[u8]; 9] = [
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"htmltag",
    b"generator",
    b"listtable",
    b"themedata",
];

/// The words of a document, its paragraphs as lines. Windows-1252 and `\u` escapes; formatting goes.
pub(super) fn text(rtf: &[u8]) -> String {
    let mut reader = Reader::default();
    let mut rest = rtf;
    while let Some((byte, tail)) = rest.split_first() {
        rest = match byte {
            b'{' => {
                reader.silent.push(reader.is_silent());
                tail
            }
            b'}' => {
                reader.silent.pop();
                tail
            }
            b'\\' => reader.control(tail),
            b'\r' | b'\n' => tail,
            byte => {
                reader.byte(*byte);
                tail
            }
        };
    }
    reader.flush();
    reader.text
}

#[derive(Default)]
struct Reader {
    /// Whether each open group is silent.
    silent: Vec<bool>,
    bytes: Vec<u8>,
    text: String,
    /// Fallback characters after a `\u` escape that are still to be left out.
    skip: usize,
}

impl Reader {
    fn is_silent(&self) -> bool {
        self.silent.last().copied().unwrap_or(false)
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip = self.skip.saturating_sub(1);
        } else if !self.is_silent() {
            self.bytes.push(byte);
        }
    }

    fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.text.push_str(&charset::decode(&bytes, Some("windows-1252")).text);
    }

    fn push(&mut self, letter: char) {
        if !self.is_silent() {
            self.flush();
            self.text.push(letter);
        }
    }

    /// A control word or sign; returns what follows it.
    fn control<'a>(&mut self, after: &'a [u8]) -> &'a [u8] {
        let Some((first, tail)) = after.split_first() else { return after };
        if *first == b'\'' {
            let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
            if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                self.byte(byte);
            }
            return tail.get(2..).unwrap_or_default();
        }
        if !first.is_ascii_alphabetic() {
            match first {
                b'\\' | b'{' | b'}' => self.byte(*first),
                b'~' => self.push(' '),
                b'*' => self.silence(),
                _ => {}
            }
            return tail;
        }
        let letters = after.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = after.split_at_checked(letters).unwrap_or((after, b""));
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
        let (number, rest) = rest.split_at_checked(digits).unwrap_or((rest, b""));
        self.word(word, std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()));
        rest.strip_prefix(b" ").unwrap_or(rest)
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        match word {
            b"par" | b"line" | b"row" => self.push('\n'),
            b"tab" | b"cell" => self.push('\t'),
            b"u" => {
                let unit = number.and_then(|unit| u16::try_from(unit & 0xFFFF).ok());
                let letter = unit.and_then(|unit| char::from_u32(u32::from(unit)));
                self.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                self.skip = 1;
            }
            word if SILENT.contains(&word) => self.silence(),
            _ => {}
        }
    }

    fn silence(&mut self) {
        if let Some(open) = self.silent.last_mut() {
            *open = true;
        }
    }
}
