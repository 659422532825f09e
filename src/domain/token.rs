//! Message-IDs and the loop marker that only this installation can make.
//!
//! A bounce, a reply or our own letter coming back is recognised by what it repeats, never by what it
//! claims: everything here is an HMAC-SHA256 (RFC 2104) under a secret kept in the store. The texts
//! are lower-case base32 (RFC 4648 section 6), so that relays that fold case do not break them.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::letter::LetterKind;

#[cfg(test)]
mod tests;

/// Bytes of the letter's identity in a Message-ID: 80 bits never collide among the letters of a
/// century, and make exactly 16 base32 letters without padding.
const ID_BYTES: usize = 10;

/// Bytes of the tag in a Message-ID: 80 bits cannot be guessed by mailing us guesses.
const TAG_BYTES: usize = 10;

/// Bytes of the tag in the loop marker, which stays the same for years: 128 bits.
const MARKER_BYTES: usize = 16;

/// SHA-256's block: a key padded with zeros to it is the same HMAC key (RFC 2104 section 2).
const BLOCK_BYTES: usize = 64;

/// The longest text that is looked at: ours are far shorter, and a hostile one costs nothing.
const TEXT_BYTES_MAX: usize = 512;

/// One secret of this installation with the name it goes by.
///
/// After a rotation the caller keeps the older signers too and asks each of them to verify.
#[derive(Clone)]
pub struct Signer {
    key_id: String,
    key: [u8; 32],
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Signer {
    /// From the stored secret. Of `key_id` only ASCII letters and digits count, in lower case: it is a
    /// part of texts that are split at dots.
    #[must_use]
    pub fn new(key_id: &str, key: [u8; 32]) -> Self {
        let key_id = key_id
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        Self { key_id, key }
    }

    /// The name of the secret, as it stands in what it signs.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The Message-ID of a letter, without brackets: `<kind>.<letter>.<key>.<tag>@<domain>`.
    ///
    /// The same kind, cause and recipient always give the same one, so that a letter that may have
    /// been sent twice is one message to whoever receives it. Nothing of cause or recipient can be
    /// read from it.
    #[must_use]
    pub fn message_id(
        &self,
        kind: LetterKind,
        cause: &str,
        recipient: &str,
        domain: &str,
    ) -> String {
        let digest = self.mac("letter", &[kind.name(), cause, recipient]).finalize().into_bytes();
        let letter = base32(digest.iter().take(ID_BYTES));
        let initial = kind.initial();
        let signed = format!("{initial}.{letter}.{}", self.key_id);
        let digest = self.mac("message-id", &[&signed]).finalize().into_bytes();
        format!("{signed}.{}@{domain}", base32(digest.iter().take(TAG_BYTES)))
    }

    /// The kind of the letter that a Message-ID belongs to, when this secret signed it; in constant
    /// time for texts of the right shape. Brackets, blanks around it, its case and its domain do not
    /// matter.
    #[must_use]
    pub fn verify(&self, message_id: &str) -> Option<LetterKind> {
        let id = folded(message_id)?;
        let (local, _domain) = id.split_once('@')?;
        let (signed, tag) = local.rsplit_once('.')?;
        let (initial, rest) = signed.split_once('.')?;
        let (_letter, key_id) = rest.split_once('.')?;
        if key_id != self.key_id {
            return None;
        }
        self.check("message-id", signed, tag, TAG_BYTES)?;
        let mut initials = initial.chars();
        initials.next().filter(|_| initials.next().is_none()).and_then(LetterKind::from_initial)
    }

    /// The value of our loop header, the same in every letter under this secret.
    #[must_use]
    pub fn loop_marker(&self) -> String {
        let digest = self.mac("loop", &[&self.key_id]).finalize().into_bytes();
        format!("{}.{}", self.key_id, base32(digest.iter().take(MARKER_BYTES)))
    }

    /// Whether a loop header is ours; in constant time for texts of the right shape, whatever its case.
    #[must_use]
    pub fn is_loop_marker(&self, value: &str) -> bool {
        folded(value)
            .and_then(|value| {
                let (key_id, tag) = value.split_once('.')?;
                self.check("loop", key_id, tag, MARKER_BYTES)
            })
            .is_some()
    }

    /// `Some` when `tag` is the base32 of the first `bytes` bytes of the HMAC of `signed`.
    fn check(&self, purpose: &str, signed: &str, tag: &str, bytes: usize) -> Option<()> {
        let tag = BASE32_NOPAD.decode(tag.to_ascii_uppercase().as_bytes()).ok()?;
        if tag.len() != bytes {
            return None;
        }
        self.mac(purpose, &[signed]).verify_truncated_left(&tag).ok()
    }

    /// Each field goes in behind its length, so that no two lists of fields are the same bytes.
    fn mac(&self, purpose: &str, fields: &[&str]) -> Hmac<Sha256> {
        let mut block = [0_u8; BLOCK_BYTES];
        for (slot, byte) in block.iter_mut().zip(self.key) {
            *slot = byte;
        }
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for field in std::iter::once(&purpose).chain(fields) {
            mac.update(&field.len().to_be_bytes());
            mac.update(field.as_bytes());
        }
        mac
    }
}

fn base32<'a>(bytes: impl Iterator<Item = &'a u8>) -> String {
    BASE32_NOPAD.encode(&bytes.copied().collect::<Vec<u8>>()).to_ascii_lowercase()
}

/// Without blanks and brackets around it, in lower case; `None` when it cannot be one of ours.
fn folded(text: &str) -> Option<String> {
    if text.len() > TEXT_BYTES_MAX || !text.is_ascii() {
        return None;
    }
    let text = text.trim();
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    Some(text.trim().to_ascii_lowercase())
}
