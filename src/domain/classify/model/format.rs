//! A model as a file: one Zstandard frame around a fixed order of little-endian fields, checked by its SHA-256.

use sha2::{Digest, Sha256};

use super::{Class, Parts, Rows};
use crate::domain::rules::Category;
use crate::domain::urgency::Urgency;

/// What every model begins with.
const MAGIC: &[u8] = b"sportello model 2\n";

/// No model is larger unpacked: a damaged length must not ask for the machine's memory.
const UNPACKED_BYTES_MAX: usize = 32 << 20;

/// How hard the frame is packed: it is read ten thousand times for each time it is written.
const PACK_LEVEL: i32 = 19;

/// Bytes of a SHA-256.
const HASH_BYTES: usize = 32;

/// Digits of the hash that name a model.
const VERSION_DIGITS: usize = 12;

/// Stands for "no category" in a class.
const NO_CATEGORY: u8 = u8::MAX;

/// Why bytes are no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not packed as a model is.
    #[error(
        "expected a model made by `sportello classify train`, found bytes that do not unpack ({0}); make it anew"
    )]
    Packing(String),
    /// Another program's file, or another version of the format.
    #[error(
        "expected a model of format 2, found another beginning; make it anew with `sportello classify train`"
    )]
    Beginning,
    /// It ends too early or says something impossible.
    #[error(
        "expected {expected} at byte {at} of the model, found its end or another value; make it anew"
    )]
    Content {
        /// What should stand there.
        expected: &'static str,
        /// Where, unpacked.
        at: usize,
    },
    /// Some byte changed.
    #[error(
        "expected the model's content to match its SHA-256, found a difference; the file is damaged, make it anew"
    )]
    Damaged,
    /// Too many of something.
    #[error("expected at most {max} {what} in a model, found {found}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The bound.
        max: usize,
        /// The number.
        found: usize,
    },
}

/// A model's file, and its version.
pub(in crate::domain::classify) fn write(parts: &Parts) -> Result<Vec<u8>, ModelError> {
    let mut out = MAGIC.to_vec();
    out.extend(parts.text_hash);
    out.push(small(parts.classes.len(), "classes")?);
    for (class, bias) in parts.classes.iter().zip(&parts.biases) {
        out.push(small(class.name.len(), "bytes in a class's name")?);
        out.extend(class.name.as_bytes());
        out.push(class.category.map_or(NO_CATEGORY, number_of));
        out.extend(bias.to_le_bytes());
    }
    out.extend(parts.level_biases.iter().flat_map(|bias| bias.to_le_bytes()));
    out.extend(parts.step.to_le_bytes());
    let rows = u32::try_from(parts.rows.len()).map_err(|_| ModelError::TooMuch {
        what: "rows",
        max: u32::MAX as usize,
        found: parts.rows.len(),
    })?;
    out.extend(rows.to_le_bytes());
    // Column by column: like things lie together and pack well.
    out.extend(parts.rows.keys.iter().flat_map(|key| key.to_be_bytes()));
    out.extend(&parts.rows.rarities);
    for length in parts.rows.lengths() {
        out.push(small(length, "weights in a row")?);
    }
    out.extend(parts.rows.says.iter().map(|(class, _)| *class));
    out.extend(parts.rows.says.iter().map(|(_, weight)| weight.to_le_bytes()[0]));
    out.extend(Sha256::digest(&out));
    zstd::bulk::compress(&out, PACK_LEVEL).map_err(|error| ModelError::Packing(error.to_string()))
}

fn number_of(category: Category) -> u8 {
    u8::try_from(category.position()).unwrap_or(NO_CATEGORY)
}

fn small(number: usize, what: &'static str) -> Result<u8, ModelError> {
    u8::try_from(number).map_err(|_| ModelError::TooMuch {
        what,
        max: usize::from(u8::MAX),
        found: number,
    })
}

/// The content of a model's file, and its version.
pub(super) fn read(file: &[u8]) -> Result<(Parts, String), ModelError> {
    let bytes = zstd::bulk::decompress(file, UNPACKED_BYTES_MAX)
        .map_err(|error| ModelError::Packing(error.to_string()))?;
    let content = bytes.len().checked_sub(HASH_BYTES).and_then(|end| bytes.split_at_checked(end));
    let (content, hash) = content.ok_or(ModelError::Beginning)?;
    let rest = content.strip_prefix(MAGIC).ok_or(ModelError::Beginning)?;
    let digest = Sha256::digest(content);
    if digest.as_slice() != hash {
        return Err(ModelError::Damaged);
    }
    let mut version = data_encoding::HEXLOWER.encode(&digest);
    version.truncate(VERSION_DIGITS);
    let mut cursor = Cursor { rest, at: MAGIC.len() };
    Ok((cursor.parts()?, version))
}

/// Reads on, never beyond the end.
struct Cursor<'b> {
    rest: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn parts(&mut self) -> Result<Parts, ModelError> {
        let text_hash = self.array("the hash of the training text")?;
        let count = self.byte("the number of classes")?;
        let (mut classes, mut biases) = (Vec::new(), Vec::new());
        for _ in 0..count {
            classes.push(self.class()?);
            biases.push(self.number("a class's bias")?);
        }
        let mut level_biases = [0.0; Urgency::ALL.len()];
        for bias in &mut level_biases {
            *bias = self.number("a level's bias")?;
        }
        let step = self.number("the size of a weight")?;
        let rows = self.rows(usize::from(count).saturating_add(level_biases.len()))?;
        if !self.rest.is_empty() {
            return Err(self.wrong("the end"));
        }
        Ok(Parts { text_hash, classes, biases, level_biases, step, rows })
    }

    fn class(&mut self) -> Result<Class, ModelError> {
        let length = self.byte("the length of a class's name")?;
        let name = self.take(usize::from(length), "a class's name")?;
        let name = std::str::from_utf8(name).map_err(|_| self.wrong("a class's name in UTF-8"))?;
        let category = match self.byte("a class's category")? {
            NO_CATEGORY => None,
            at => {
                let known = Category::ALL.get(usize::from(at)).copied();
                Some(known.ok_or_else(|| self.wrong("a category's number"))?)
            }
        };
        Ok(Class { name: name.to_owned(), category })
    }

    fn rows(&mut self, classes: usize) -> Result<Rows, ModelError> {
        let count = u32::from_le_bytes(self.array("the number of rows")?) as usize;
        let keys = self.take(count.saturating_mul(4), "the rows' keys")?;
        let rarities = self.take(count, "the rows' rarities")?;
        let lengths = self.take(count, "the rows' lengths")?;
        let total: usize = lengths.iter().map(|length| usize::from(*length)).sum();
        let mut named = self.take(total, "the weights' classes")?.iter();
        let mut weights = self.take(total, "the weights")?.iter();
        let mut rows = Rows::default();
        rows.reserve(count, total);
        for ((key, rarity), length) in keys.chunks_exact(4).zip(rarities).zip(lengths) {
            let key = key.iter().fold(0_u32, |key, byte| key << 8 | u32::from(*byte));
            if rows.keys.last().is_some_and(|last| *last >= key) {
                return Err(self.wrong("keys in rising order"));
            }
            let says = named.by_ref().zip(weights.by_ref()).take(usize::from(*length));
            let says = says.map(|(class, weight)| (*class, i8::from_le_bytes([*weight])));
            rows.push(key, *rarity, says);
        }
        if rows.says.iter().any(|(class, _)| usize::from(*class) >= classes) {
            return Err(self.wrong("weights of known classes"));
        }
        Ok(rows)
    }

    fn take(&mut self, bytes: usize, expected: &'static str) -> Result<&'b [u8], ModelError> {
        let (taken, rest) =
            self.rest.split_at_checked(bytes).ok_or_else(|| self.wrong(expected))?;
        self.rest = rest;
        self.at = self.at.saturating_add(bytes);
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], ModelError> {
        let taken = self.take(N, expected)?;
        taken.try_into().map_err(|_| self.wrong(expected))
    }

    fn byte(&mut self, expected: &'static str) -> Result<u8, ModelError> {
        self.array::<1>(expected).map(|[byte]| byte)
    }

    fn number(&mut self, expected: &'static str) -> Result<f64, ModelError> {
        let number = f64::from_le_bytes(self.array(expected)?);
        if number.is_finite() { Ok(number) } else { Err(self.wrong(expected)) }
    }

    const fn wrong(&self, expected: &'static str) -> ModelError {
        ModelError::Content { expected, at: self.at }
    }
}
