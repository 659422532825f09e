use super::*;

fn attribute_bytes(level: u8, id: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    [&[level], &id.to_le_bytes()[..], &kind.to_le_bytes(), &length, data, &sum.to_le_bytes()]
        .concat()
}

fn property_bytes(kind: u16, id: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let padding = vec![0; data.len().next_multiple_of(4) - data.len()];
    [&kind.to_le_bytes()[..], &id.to_le_bytes(), &1_u32.to_le_bytes(), &length, data, &padding]
        .concat()
}

fn properties(list: &[Vec<u8>]) -> Vec<u8> {
    [u32::try_from(list.len()).unwrap().to_le_bytes().to_vec(), list.concat()].concat()
}

fn winmail(attributes: &[Vec<u8>]) -> Vec<u8> {
    [SIGNATURE.to_vec(), vec![1, 0], attributes.concat()].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn sample() -> Vec<u8> {
    let long = property_bytes(0x1F, 0x3707, &utf16("città però.jpg"));
    let named = [
        &0x1F_u16.to_le_bytes()[..],
        &0x8001_u16.to_le_bytes(),
        &[7; 16],
        &1_u32.to_le_bytes(),
        &4_u32.to_le_bytes(),
        &utf16("x"),
        &1_u32.to_le_bytes(),
        &4_u32.to_le_bytes(),
        &utf16("y"),
    ]
    .concat();
    let body = property_bytes(0x1E, 0x1000, b"Il lampione \xe8 spento.\0");
    winmail(&[
        attribute_bytes(1, 0x9003, 6, &properties(&[named, body])),
        attribute_bytes(2, 0x9002, 6, &[0; 14]),
        attribute_bytes(2, 0x8010, 1, b"CITTAP~1.JPG\0"),
        attribute_bytes(2, 0x800F, 6, b"\xFF\xD8\xFF\xE0 and more"),
        attribute_bytes(2, 0x9005, 6, &properties(&[long])),
        attribute_bytes(2, 0x9002, 6, &[0; 14]),
        attribute_bytes(2, 0x8010, 1, b"nota.txt\0"),
        attribute_bytes(2, 0x800F, 6, b"ciao"),
    ])
}

#[test]
fn attachments_are_named_and_counted_and_the_words_found() {
    let opened = open(&sample()).unwrap();
    let files: Vec<(&str, u64)> =
        opened.attachments.iter().map(|file| (file.name.as_str(), file.bytes)).collect();
    assert_eq!(files, [("città però.jpg", 13), ("nota.txt", 4)]);
    assert_eq!(opened.text, "Il lampione è spento.");
}

#[test]
fn one_that_is_cut_or_garbled_tells_what_it_can() {
    let whole = sample();
    for end in 0..whole.len() {
        drop(open(&whole[..end]));
    }
    for at in 0..whole.len() {
        let mut garbled = whole.clone();
        garbled[at] = 0xFF;
        drop(open(&garbled));
    }
    assert!(open(b"no winmail").is_none());
}

#[test]
fn words_in_rtf_are_read() {
    let rtf = b"{\\rtf1\\ansi{\\fonttbl\\f0 Arial;}{\\*\\generator x;}Citt\\'e0 \\u232?\\par\nVia \\{Roma\\} 1\\tab x}";
    assert_eq!(rtf::text(rtf), "Città è\nVia {Roma} 1\tx");
    // The example of MS-OXRTFCP section 4.1.1.
    let packed = b"\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125B\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
    let document = rtf::decompressed(packed).unwrap();
    assert_eq!(document, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    assert_eq!(rtf::text(&document), "hello world");
    assert!(rtf::decompressed(b"short").is_none());
}
