//! Transfer encodings (RFC 2045 section 6), read forgivingly: what is no code is passed over.

/// How a part's bytes were made fit for the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Transfer {
    /// From the `Content-Transfer-Encoding` value, in any case, with comments or blanks around it.
    pub(super) fn named(value: &[u8]) -> Self {
        let name = String::from_utf8_lossy(value).to_ascii_lowercase();
        let name = name.trim_matches(|c: char| c.is_ascii_whitespace() || c == '"' || c == ';');
        match name.split([' ', ';', '(']).next().unwrap_or_default() {
            "base64" | "b" => Self::Base64,
            "quoted-printable" | "q" | "quoted_printable" => Self::QuotedPrintable,
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// The decoded bytes, at most about `bytes_max` of them, and whether the code was whole.
    pub(super) fn decode(self, coded: &[u8], bytes_max: usize) -> (Vec<u8>, bool) {
        match self {
            Self::Identity => (coded.get(..bytes_max).unwrap_or(coded).to_vec(), true),
            Self::Base64 if is_plain(coded) => {
                (coded.get(..bytes_max).unwrap_or(coded).to_vec(), false)
            }
            Self::Base64 => {
                let most = bytes_max.saturating_mul(3) / 2;
                base64(coded.get(..most).unwrap_or(coded))
            }
            Self::QuotedPrintable => {
                let most = bytes_max.saturating_mul(3);
                quoted_printable(coded.get(..most).unwrap_or(coded))
            }
            Self::Uuencode => (uuencoded(coded, bytes_max), true),
        }
    }

    /// The decoded length, counted without decoding.
    pub(super) fn decoded_bytes(self, coded: &[u8]) -> u64 {
        let bytes = match self {
            Self::Base64 => {
                let blanks = count(coded, |byte| byte <= b' ' || byte == b'=');
                let signs = coded.len().saturating_sub(blanks);
                signs.saturating_mul(3) / 4
            }
            Self::QuotedPrintable => {
                let escapes = count(coded, |byte| byte == b'=');
                coded.len().saturating_sub(escapes.saturating_mul(2))
            }
            Self::Uuencode => coded.len().saturating_mul(45) / 62,
            Self::Identity => coded.len(),
        };
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// How many bytes are such ones. Each chunk has a sum of one byte, so that many are looked at in one step.
fn count(bytes: &[u8], such: impl Fn(u8) -> bool) -> usize {
    const CHUNK_BYTES: usize = u8::MAX as usize;
    let in_chunk =
        |chunk: &[u8]| chunk.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(such(*byte))));
    bytes.chunks(CHUNK_BYTES).map(|chunk| usize::from(in_chunk(chunk))).sum()
}

/// Whether what is declared base64 was never coded: its first line is no code, and there are 8-bit bytes.
fn is_plain(coded: &[u8]) -> bool {
    let line = coded.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
    let code = |byte: &u8| *byte == b'=' || sextet(*byte) != NO_SEXTET;
    !line.trim_ascii().iter().all(code) && !coded.is_ascii()
}

/// What stands in [`SEXTETS`] for a byte that is no sign of base64: more than six bits.
const NO_SEXTET: u8 = 0xff;

/// The value of each byte as a sign of base64, in either alphabet.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler computes it: what is out of bounds does not build"
)]
const SEXTETS: [u8; 256] = {
    let signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [NO_SEXTET; 256];
    let mut value = 0_u8;
    while (value as usize) < signs.len() {
        table[signs[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};

fn sextet(byte: u8) -> u8 {
    SEXTETS.get(usize::from(byte)).copied().unwrap_or(NO_SEXTET)
}

/// Three bytes of four signs that follow each other; nearly all of a coded picture.
fn whole_group(signs: [u8; 4]) -> Option<[u8; 3]> {
    let [one, two, three, four] = signs.map(sextet);
    if one | two | three | four == NO_SEXTET {
        return None;
    }
    Some([(one << 2) | (two >> 4), (two << 4) | (three >> 2), (three << 6) | four])
}

/// RFC 4648 with either alphabet; other signs are passed over and said to be damage.
pub(super) fn base64(coded: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(coded.len() / 4 * 3);
    let (mut group, mut signs, mut whole) = (0_u32, 0_u8, true);
    let mut rest = coded;
    loop {
        while signs == 0
            && let Some((four, after)) = rest.split_first_chunk()
            && let Some(three) = whole_group(*four)
        {
            bytes.extend_from_slice(&three);
            rest = after;
        }
        let Some((byte, after)) = rest.split_first() else { break };
        rest = after;
        match sextet(*byte) {
            NO_SEXTET if *byte == b'=' => {
                flush(&mut bytes, group, signs);
                (group, signs) = (0, 0);
            }
            NO_SEXTET => whole &= *byte <= b' ',
            value => {
                group = (group << 6) | u32::from(value);
                signs = signs.saturating_add(1);
            }
        }
        if signs == 4 {
            flush(&mut bytes, group, signs);
            (group, signs) = (0, 0);
        }
    }
    whole &= signs != 1;
    flush(&mut bytes, group, signs);
    (bytes, whole)
}

fn flush(bytes: &mut Vec<u8>, group: u32, signs: u8) {
    let (shift, count) = match signs {
        4 => (0, 3),
        3 => (6, 2),
        2 => (12, 1),
        _ => return,
    };
    let [_, first, second, third] = (group << shift).to_be_bytes();
    bytes.extend([first, second, third].into_iter().take(count));
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// RFC 2045 section 6.7; a bare `=` stays as written.
fn quoted_printable(coded: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(coded.len());
    let mut whole = true;
    for line in coded.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let ended = line.ends_with(b"\n");
        let (text, soft) = match text.strip_suffix(b"=") {
            Some(text) => (text, true),
            None if ended => (text, false),
            None => (line, false),
        };
        whole &= escapes(text, b'=', &mut bytes);
        if ended && !soft {
            bytes.push(b'\n');
        }
    }
    (bytes, whole)
}

/// Decodes `=XX` or `%XX` into `bytes`; false when an escape was none.
pub(super) fn escapes(text: &[u8], sign: u8, bytes: &mut Vec<u8>) -> bool {
    let mut whole = true;
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != sign {
            bytes.push(*byte);
            continue;
        }
        if let (Some(high), Some(low)) = (hex(tail.first()), hex(tail.get(1))) {
            bytes.push((high << 4) | low);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            whole = false;
            bytes.push(sign);
        }
    }
    whole
}

/// The lines between `begin` and `end` of the old Unix encoding.
fn uuencoded(coded: &[u8], bytes_max: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in
        coded.split(|byte| *byte == b'\n').skip_while(|line| !line.starts_with(b"begin ")).skip(1)
    {
        let Some((count, signs)) = line.trim_ascii_end().split_first() else { continue };
        let count = usize::from(count.wrapping_sub(b' ') & 63);
        if count == 0 || bytes.len() >= bytes_max {
            break;
        }
        let before = bytes.len();
        for group in signs.chunks(4) {
            let value = group
                .iter()
                .fold(0_u32, |sum, sign| (sum << 6) | u32::from(sign.wrapping_sub(b' ') & 63));
            flush(&mut bytes, value, u8::try_from(group.len()).unwrap_or(0));
        }
        bytes.truncate(before.saturating_add(count));
    }
    bytes
}
