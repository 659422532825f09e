//! Mail inside an opaque signature (`application/pkcs7-mime; smime-type=signed-data`, RFC 8551 section 3.5.2).
//!
//! The content is read, the signature is not verified: a person's words must not be lost because their program
//! packs them. Encrypted mail stays an attachment.

use super::tree::Tree;

/// The MIME entity inside, when the whole mail is an opaque signature.
pub(super) fn content(tree: &Tree<'_>) -> Option<Vec<u8>> {
    let root = tree.root()?;
    if !matches!(root.media_type(), "application/pkcs7-mime" | "application/x-pkcs7-mime") {
        return None;
    }
    let (bytes, _) = root.transfer.decode(root.body, usize::MAX / 4);
    signed_content(&bytes)
        .filter(|content| content.windows(8).any(|window| window.eq_ignore_ascii_case(b"content-")))
}

/// The octets of `encapContentInfo` (RFC 5652 section 5.2): after the identifier of plain data, inside `[0]`.
fn signed_content(bytes: &[u8]) -> Option<Vec<u8>> {
    const DATA: [u8; 11] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
    let at = bytes.windows(DATA.len()).position(|window| window == DATA)?;
    let rest = bytes.get(at.saturating_add(DATA.len())..)?;
    let (tag, _, rest) = head(rest)?;
    if tag != 0xA0 {
        return None;
    }
    let mut out = Vec::new();
    octets(rest, &mut out);
    (!out.is_empty()).then_some(out)
}

/// Collects an octet string, whole or in pieces (BER's constructed form).
fn octets(bytes: &[u8], out: &mut Vec<u8>) {
    let Some((tag, length, mut rest)) = head(bytes) else { return };
    if tag == 0x04 {
        let length = length.unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..length).unwrap_or(rest));
        return;
    }
    if tag != 0x24 {
        return;
    }
    while let Some((0x04, Some(length), after)) = head(rest) {
        out.extend_from_slice(after.get(..length).unwrap_or(after));
        rest = after.get(length..).unwrap_or_default();
    }
}

/// Tag, length (none when indefinite) and what follows (X.690 section 8.1).
fn head(bytes: &[u8]) -> Option<(u8, Option<usize>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    match first {
        0x80 => Some((*tag, None, rest)),
        short if *short < 0x80 => Some((*tag, Some(usize::from(*short)), rest)),
        long => {
            let count = usize::from(long & 0x7F);
            let (digits, rest) = rest.split_at_checked(count)?;
            let length = digits.iter().try_fold(0_usize, |sum, digit| {
                sum.checked_mul(256)?.checked_add(usize::from(*digit))
            })?;
            Some((*tag, Some(length), rest))
        }
    }
}
