//! Which alphabet bytes are written in whose charset is missing or untrue, told from the bytes themselves.

/// Bytes above ASCII that are looked at, and below which nothing is told from them.
const SEEN_MAX: usize = 4096;
const SEEN_MIN: usize = 6;

/// The decoder of undeclared 8-bit text that is neither UTF-8 nor written in Latin letters: `koi8_u` (which reads
/// KOI8-R's letters alike), `windows_1251` or `gb18030`. Latin text has its high bytes one by one between ASCII
/// letters; whole words of them are another alphabet.
pub(super) fn alphabet(bytes: &[u8]) -> Option<&'static str> {
    let seen: Vec<u8> = bytes.iter().copied().take(SEEN_MAX.saturating_mul(4)).collect();
    let high = seen.iter().filter(|byte| !byte.is_ascii()).count();
    if high < SEEN_MIN {
        return None;
    }
    let runs: Vec<&[u8]> =
        seen.split(u8::is_ascii).filter(|run| !run.is_empty()).take(SEEN_MAX).collect();
    let in_words = runs.iter().filter(|run| run.len() >= 2).map(|run| run.len()).sum::<usize>();
    if !most(in_words, high) {
        return None;
    }
    let letters = seen.iter().filter(|byte| is_cyrillic(**byte)).count();
    if most(letters, high) {
        return Some(cyrillic(&runs));
    }
    is_chinese(&runs).then_some("gb18030")
}

/// Nine of ten.
fn most(part: usize, whole: usize) -> bool {
    part.saturating_mul(10) >= whole.saturating_mul(9)
}

/// A letter in KOI8-R and in windows-1251; `ё` and the Ukrainian ones lie elsewhere and are few.
fn is_cyrillic(byte: u8) -> bool {
    byte >= 0xC0
}

/// KOI8-R has the small letters where windows-1251 has the capitals: whichever reading has the small letters behind
/// the first of each word is meant.
fn cyrillic(runs: &[&[u8]]) -> &'static str {
    let inner = || runs.iter().flat_map(|run| run.iter().skip(1));
    let low = inner().filter(|byte| (0xC0..0xE0).contains(*byte)).count();
    let high = inner().filter(|byte| **byte >= 0xE0).count();
    if low > high { "koi8_u" } else { "windows_1251" }
}

/// Pairs of bytes above 0xA0, the first mostly of the frequent characters (GB 2312, rows 16 to 55).
fn is_chinese(runs: &[&[u8]]) -> bool {
    const FREQUENT: std::ops::RangeInclusive<u8> = 0xB0..=0xD7;
    let paired = runs.iter().all(|run| run.len() % 2 == 0 && run.iter().all(|byte| *byte > 0xA0));
    let firsts = || runs.iter().flat_map(|run| run.iter().step_by(2));
    let frequent = firsts().filter(|byte| FREQUENT.contains(*byte)).count();
    paired && frequent.saturating_mul(4) >= firsts().count().saturating_mul(3)
}

/// The decoder that a byte order mark names (Unicode Standard section 23.8).
pub(super) fn by_mark(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, ..] => Some("utf_16le"),
        [0xFE, 0xFF, ..] => Some("utf_16be"),
        _ => None,
    }
}

/// Charsets of one byte a character, by their canonical name: text in them is valid UTF-8 only by rare accident.
pub(super) fn is_single_byte(name: &str) -> bool {
    const FAMILIES: [&str; 8] =
        ["windows_125", "iso_8859_", "koi8", "ibm", "macintosh", "mac", "tis_620", "windows_874"];
    FAMILIES.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::alphabet;

    #[test]
    fn the_alphabet_is_told_from_the_words() {
        let cases: [(&[u8], Option<&str>); 5] = [
            (
                b"\xCF\xEE\xEB\xEE\xEC\xE0\xED \xF1\xE2\xE5\xF2\xEE\xF4\xEE\xF0",
                Some("windows_1251"),
            ),
            (b"\xF0\xCF\xCC\xCF\xCD\xC1\xCE \xD3\xD7\xC5\xD4\xCF\xC6\xCF\xD2", Some("koi8_u")),
            (b"\xC2\xDE\xC2\xED\xBD\xD612\xBA\xC5\xD3\xD0\xD2\xBB", Some("gb18030")),
            (b"Perch\xE9 c'\xE8 pi\xF9 di una buca cos\xEC in citt\xE0, gi\xE0", None),
            (b"\xC8 gi\xE0", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(alphabet(bytes), expected, "{bytes:x?}");
        }
    }
}
