//! Bytes become text whatever their charset claims to be; a claim that was missing, unknown or untrue is damage.

mod guess;

use mail_parser::decoders::charsets::map::charset_decoder;

use super::transfer;

/// Text and whether its charset had to be guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub text: String,
    pub repaired: bool,
}

/// Reads `bytes` in the declared charset.
///
/// Undeclared or unknown: UTF-16 by its mark, UTF-8 if valid, ISO-2022-JP if it switches alphabets, Cyrillic or
/// Chinese where whole words are of high bytes, else windows-1252. The Latin charsets are read as windows-1252
/// (WHATWG Encoding Standard). A charset of single bytes is not believed where the bytes are valid UTF-8: no text in
/// one is that by accident.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let name = declared.map(canonical).unwrap_or_default();
    if bytes.is_ascii() && !switches_alphabets(&name) {
        return undeclared_ascii(bytes);
    }
    if let Some(decoder) = guess::by_mark(bytes).filter(|_| !name.starts_with("utf_16")) {
        return Decoded {
            text: decoded_as(bytes.get(2..).unwrap_or_default(), decoder),
            repaired: true,
        };
    }
    if guess::is_single_byte(&name)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Decoded { text: text.to_owned(), repaired: true };
    }
    match name.as_str() {
        "utf_8" => match std::str::from_utf8(bytes) {
            Ok(text) => Decoded { text: text.to_owned(), repaired: false },
            Err(_) => Decoded { text: mostly_utf8(bytes), repaired: true },
        },
        "utf_7" => Decoded { text: utf7(bytes), repaired: false },
        "us_ascii" | "ascii" | "iso_8859_1" | "latin1" | "windows_1252" | "cp1252"
        | "iso_8859_15" => latin(bytes, &name),
        "" => Decoded { text: guessed(bytes), repaired: true },
        "hz_gb_2312" => Decoded { text: shifted(bytes, (b"~{", b"~}"), "gbk"), repaired: false },
        "iso_2022_kr" => {
            Decoded { text: shifted(bytes, (b"\x0E", b"\x0F"), "euc_kr"), repaired: false }
        }
        other => match charset_decoder(other.as_bytes()) {
            Some(decode) => Decoded { text: decode(bytes), repaired: false },
            None => Decoded { text: guessed(bytes), repaired: true },
        },
    }
}

/// Raw 8-bit bytes where only ASCII may stand: UTF-8 (RFC 6532) if valid, else windows-1252.
pub(super) fn raw(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => mostly_utf8(bytes),
    }
}

fn undeclared_ascii(bytes: &[u8]) -> Decoded {
    if bytes.contains(&0x1B) {
        let text = guessed(bytes);
        return Decoded { text, repaired: true };
    }
    Decoded { text: String::from_utf8_lossy(bytes).into_owned(), repaired: false }
}

/// Charsets whose ASCII bytes are not ASCII text.
fn switches_alphabets(name: &str) -> bool {
    name.starts_with("utf_7")
        || name.starts_with("utf_16")
        || name.starts_with("iso_2022")
        || name.starts_with("hz_gb")
        || matches!(name, "csiso2022jp" | "ucs_2" | "unicode" | "iso_10646_ucs_2")
}

/// Lower case, one separator, the aliases that programs invent.
fn canonical(declared: &str) -> String {
    const NAME_BYTES_MAX: usize = 40;
    let name: String = declared
        .trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'')
        .chars()
        .take(NAME_BYTES_MAX)
        .map(|c| if c == '-' || c == ' ' { '_' } else { c.to_ascii_lowercase() })
        .collect();
    let name = name.split(['*', ';', ',']).next().unwrap_or_default().to_owned();
    match name.as_str() {
        "utf8" | "utf8mb4" | "utf_8_strict" | "utf_8_sig" | "unicode_1_1_utf_8" => {
            "utf_8".to_owned()
        }
        "utf7" | "unicode_1_1_utf_7" | "csutf7" | "x_unicode_1_1_utf_7" => "utf_7".to_owned(),
        "utf16" => "utf_16".to_owned(),
        "ibm437" | "cp437" | "437" => "ibm850".to_owned(),
        "cp949" | "windows_949" | "ms949" | "uhc" | "ks_c_5601" => "euc_kr".to_owned(),
        "cp932" | "ms932" | "windows_31j" | "x_sjis" | "sjis" => "shift_jis".to_owned(),
        "hz" => "hz_gb_2312".to_owned(),
        "x_user_defined" => "windows_1252".to_owned(),
        "iso_2022_jp_2" | "iso_2022_jp_ms" | "cp50220" | "cp50221" => "iso_2022_jp".to_owned(),
        "iso8859_1" | "iso88591" | "iso_8859_1:1987" | "latin_1" | "l1" | "cp819" | "ansi"
        | "x_ansi" | "8859_1" | "iso_latin_1" => "iso_8859_1".to_owned(),
        "x_unknown" | "unknown" | "unknown_8bit" | "8bit" | "7bit" | "binary"
        | "default_charset" | "_default" | "none" | "null" | "_iso_2022_jp$esc" => String::new(),
        other => match other.strip_prefix("windows").or_else(|| other.strip_prefix("cp_")) {
            Some(page) => format!("windows_{}", page.trim_start_matches('_')),
            None => name,
        },
    }
}

fn latin(bytes: &[u8], name: &str) -> Decoded {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), repaired: true };
    }
    if let Some(alphabet) = guess::alphabet(bytes) {
        return Decoded { text: decoded_as(bytes, alphabet), repaired: true };
    }
    let decoder = if name == "iso_8859_15" { "iso_8859_15" } else { "windows_1252" };
    let repaired = name.ends_with("ascii");
    Decoded { text: decoded_as(bytes, decoder), repaired }
}

fn decoded_as(bytes: &[u8], name: &str) -> String {
    charset_decoder(name.as_bytes())
        .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes))
}

fn guessed(bytes: &[u8]) -> String {
    const JAPANESE: [&[u8]; 3] = [b"\x1B$B", b"\x1B$@", b"\x1B(J"];
    let japanese = bytes.is_ascii() && bytes.windows(3).any(|window| JAPANESE.contains(&window));
    if japanese { decoded_as(bytes, "iso_2022_jp") } else { raw(bytes) }
}

/// Valid UTF-8 stays, the bytes between are windows-1252: mails are glued together from both. A cut last
/// character is left out.
fn mostly_utf8(bytes: &[u8]) -> String {
    let (mut multibyte, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        let characters = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        multibyte = multibyte.saturating_add(characters);
        broken = broken.saturating_add(usize::from(!chunk.invalid().is_empty()));
    }
    // A pair of bytes of another alphabet may be a character of UTF-8 by accident, most are not.
    let alphabet = if broken > multibyte { guess::alphabet(bytes) } else { None };
    if multibyte == 0 || alphabet.is_some() {
        return decoded_as(bytes, alphabet.unwrap_or("windows_1252"));
    }
    bytes.utf8_chunks().fold(String::with_capacity(bytes.len()), |mut text, chunk| {
        text.push_str(chunk.valid());
        let cut = chunk.invalid();
        if cut.len() <= 1 && !cut.is_empty() {
            text.push_str(&decoded_as(cut, "windows_1252"));
        } else if !cut.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        text
    })
}

/// Charsets that write two-byte characters in seven bits between two signs (RFC 1843, RFC 1557): the eighth bit is
/// put back. `ESC $ ) C`, which announces the Korean one, is left out.
fn shifted(bytes: &[u8], (open, close): (&[u8], &[u8]), decoder: &str) -> String {
    let mut eight = Vec::with_capacity(bytes.len());
    let (mut rest, mut inside) = (bytes, false);
    while let Some((byte, tail)) = rest.split_first() {
        let sign = if inside { close } else { open };
        if let Some(after) = rest.strip_prefix(sign) {
            (rest, inside) = (after, !inside);
        } else if let Some(after) = rest.strip_prefix(b"\x1B$)C") {
            rest = after;
        } else {
            eight.push(if inside && *byte > b' ' { byte | 0x80 } else { *byte });
            rest = tail;
        }
    }
    decoded_as(&eight, decoder)
}

/// RFC 2152. Written here because the parser's drops the sign after a shifted run and an unended run.
fn utf7(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = rest.iter().position(|byte| *byte == b'+') {
        let (plain, shifted) = rest.split_at_checked(plus).unwrap_or((rest, b""));
        text.push_str(&raw(plain));
        let shifted = shifted.strip_prefix(b"+").unwrap_or(shifted);
        let signs = shifted
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')))
            .unwrap_or(shifted.len());
        let (run, after) = shifted.split_at_checked(signs).unwrap_or((shifted, b""));
        rest = match after.strip_prefix(b"-") {
            Some(after) => after,
            None => after,
        };
        if run.is_empty() {
            text.push('+');
            continue;
        }
        let (units, _) = transfer::base64(run);
        let units =
            units.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
        text.extend(
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
    }
    text.push_str(&raw(rest));
    text
}

/// The charset that an HTML document declares in its first kilobyte.
pub(super) fn declared_in_html(bytes: &[u8]) -> Option<String> {
    const HEAD_BYTES: usize = 1024;
    let head =
        String::from_utf8_lossy(bytes.get(..HEAD_BYTES).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let name: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .collect();
    (!name.is_empty()).then_some(name)
}
