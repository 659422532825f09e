//! Bounds of one mail. What lies beyond is left aside before any costlier step sees it, and the damage says so.

/// Header bytes kept of one part. Real headers stay under 64 KiB even after twenty hops; beyond this only the
/// fields that name author, subject and structure are still looked for.
pub(super) const HEADER_BYTES_MAX: usize = 256 * 1024;

/// Bytes of one field that are decoded. The longest honest ones are `References` and `To` of a few KiB.
pub(super) const FIELD_BYTES_MAX: usize = 32 * 1024;

/// Parameters of one field that are read: RFC 2231 pieces are joined, and a name has at most 999 of them.
pub(super) const PARAMETERS_MAX: usize = 1_000;

/// Parts of one mail. Newsletters reach a few dozen; thousands only serve to tire a reader.
pub(super) const PARTS_MAX: usize = 1_000;

/// Nesting. Forwarded forwards inside certified mail reach eight; the walks over the tree recurse this deep.
pub(super) const DEPTH_MAX: usize = 32;

/// Decoded text of one mail that is read: more than a thousand pages is no report.
pub(super) const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Text of enclosed messages kept beside the quotes, as evidence.
pub(super) const ENCLOSED_BYTES_MAX: usize = 64 * 1024;

/// Attachments listed; the others are counted in the raw mail only.
pub(super) const ATTACHMENTS_MAX: usize = 200;

/// Characters of an attachment's name: what file systems and screens hold.
pub(super) const NAME_CHARS_MAX: usize = 120;

/// Bytes searched for the end of one encoded word. RFC 2047 permits 75; programs that ignore it put a whole
/// subject into one and stay below this.
pub(super) const ENCODED_WORD_BYTES_MAX: usize = 1024;

/// Lines of one text that are told apart into new words and quotes.
pub(super) const LINES_MAX: usize = 20_000;

/// Certified mail inside certified mail: forwarded envelopes are two deep, three leaves room.
pub(super) const ENVELOPES_MAX: usize = 3;
