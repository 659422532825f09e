//! Outlook's `winmail.dat` (MS-OXTNEF): the attachments inside it named and counted, the words found where the
//! mail has no others. Nothing is unpacked to disk.

mod properties;
mod rtf;

use properties::{Value, each};

use super::charset;

/// Attributes that are read; a winmail.dat of a hundred attachments has some two thousand.
const ATTRIBUTES_MAX: usize = 10_000;

/// First bytes (MS-OXTNEF section 2.1.3.1).
const SIGNATURE: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];

/// What is inside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Opened {
    pub attachments: Vec<Inner>,
    /// Plain text, else what is written in the HTML (then `html`), else in the RTF.
    pub text: String,
    pub html: bool,
}

/// One attachment; its bytes stay where they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Inner {
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    /// The beginning, to be looked at.
    pub prefix: Vec<u8>,
    /// Belongs to the page (MS-OXCMSG section 2.2.2.20), or hidden.
    pub related: bool,
}

/// Whether a part is one, by its type, its name or its bytes.
pub(super) fn is_tnef(media_type: &str, name: &str) -> bool {
    matches!(media_type, "application/ms-tnef" | "application/vnd.ms-tnef")
        || ["winmail.dat", "win.dat"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether bytes begin as one does.
pub(super) fn is_signed(bytes: &[u8]) -> bool {
    bytes.starts_with(&SIGNATURE)
}

/// Reads it; `None` when it is none. A cut one tells what it holds up to the cut.
pub(super) fn open(bytes: &[u8]) -> Option<Opened> {
    let mut rest = bytes.strip_prefix(&SIGNATURE)?.get(2..)?;
    let mut opened = Opened::default();
    let mut words = Words::default();
    for _ in 0..ATTRIBUTES_MAX {
        let Some((attribute, after)) = attribute(rest) else { break };
        rest = after;
        take(&mut opened, &mut words, &attribute);
    }
    words.into_text(&mut opened);
    Some(opened)
}

struct Attribute<'a> {
    id: u16,
    data: &'a [u8],
}

/// Level, id, type, length, data, checksum (MS-OXTNEF section 2.1.3.2); the last may be cut.
fn attribute(bytes: &[u8]) -> Option<(Attribute<'_>, &[u8])> {
    const HEAD_BYTES: usize = 9;
    const CHECKSUM_BYTES: usize = 2;
    let id = u16::from_le_bytes(bytes.get(1..3)?.try_into().ok()?);
    let length = u32::from_le_bytes(bytes.get(5..HEAD_BYTES)?.try_into().ok()?);
    let end = HEAD_BYTES.checked_add(usize::try_from(length).ok()?)?;
    let data = bytes.get(HEAD_BYTES..end).or_else(|| bytes.get(HEAD_BYTES..))?;
    let after = bytes.get(end.checked_add(CHECKSUM_BYTES)?..).unwrap_or_default();
    Some((Attribute { id, data }, after))
}

/// The words in their three dresses.
#[derive(Default)]
struct Words {
    plain: Option<String>,
    html: Option<Vec<u8>>,
    rtf: Option<Vec<u8>>,
}

impl Words {
    fn into_text(self, opened: &mut Opened) {
        let plain = self.plain.filter(|text| !text.trim().is_empty());
        if let Some(text) = plain {
            opened.text = text;
        } else if let Some(html) = self.html {
            let declared = charset::declared_in_html(&html);
            opened.text = charset::decode(&html, declared.as_deref()).text;
            opened.html = true;
        } else if let Some(rtf) = self.rtf {
            opened.text = rtf::text(&rtf);
        }
    }
}

fn take(opened: &mut Opened, words: &mut Words, attribute: &Attribute<'_>) {
    match attribute.id {
        // attBody
        0x800C => words.plain = Some(text(attribute.data)),
        // attMsgProps
        0x9003 => each(attribute.data, |tag, value| message(words, tag, value)),
        // attAttachRendData begins each attachment
        0x9002 => opened.attachments.push(Inner::default()),
        _ => {
            if let Some(inner) = opened.attachments.last_mut() {
                attachment(inner, attribute);
            }
        }
    }
}

fn message(words: &mut Words, tag: u16, value: &Value<'_>) {
    match tag {
        // PidTagBody
        0x1000 => words.plain = Some(value.text()),
        // PidTagRtfCompressed
        0x1009 => words.rtf = rtf::decompressed(value.bytes()),
        // PidTagHtml, PidTagBodyHtml
        0x1013 => words.html = Some(value.text().into_bytes()).filter(|html| !html.is_empty()),
        _ => {}
    }
}

fn attachment(inner: &mut Inner, attribute: &Attribute<'_>) {
    match attribute.id {
        // attAttachTitle; the long name of the properties wins
        0x8010 if inner.name.is_empty() => inner.name = text(attribute.data),
        // attAttachData
        0x800F => measure(inner, attribute.data),
        // attAttachment
        0x9005 => each(attribute.data, |tag, value| match tag {
            // PidTagAttachLongFilename
            0x3707 => inner.name = value.text(),
            // PidTagAttachFilename, PidTagDisplayName
            0x3704 | 0x3001 if inner.name.is_empty() => inner.name = value.text(),
            // PidTagAttachMimeTag
            0x370E => inner.media_type = value.text().to_ascii_lowercase(),
            // PidTagAttachDataBinary, PidTagAttachDataObject
            0x3701 if inner.bytes == 0 => measure(inner, value.bytes()),
            // PidTagAttachFlags (attRenderedInBody), PidTagAttachmentHidden
            0x3714 => inner.related |= value.number() & 4 != 0,
            0x7FFE => inner.related |= value.number() & 1 != 0,
            _ => {}
        }),
        _ => {}
    }
}

fn measure(inner: &mut Inner, data: &[u8]) {
    inner.bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
    inner.prefix = data.get(..super::sniff::PREFIX_BYTES).unwrap_or(data).to_vec();
}

/// A string that ends with NUL, in the sender's code page.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    charset::raw(bytes.get(..end).unwrap_or(bytes))
}

#[cfg(test)]
mod tests;
