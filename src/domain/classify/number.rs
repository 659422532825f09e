//! Conversions between numbers, each with the reason why nothing is lost that counts.

/// A count as a ratio's part.
pub(super) fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

/// A sum of whole weights.
#[expect(clippy::cast_precision_loss, reason = "below 2^53 for any text that is read, so exact")]
pub(super) const fn sum(sum: i64) -> f64 {
    sum as f64
}

/// A sum of squares.
#[expect(clippy::cast_precision_loss, reason = "below 2^53 for any text that is read, so exact")]
pub(super) const fn squares(sum: u64) -> f64 {
    sum as f64
}

/// The whole part of a number; 0 for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` cuts the fraction and holds at the ends, which is what is wanted"
)]
pub(super) const fn whole(number: f64) -> u32 {
    number as u32
}

/// The nearest whole number that a weight can be.
#[expect(clippy::cast_possible_truncation, reason = "`as` holds at the ends of a byte")]
pub(super) fn weight(number: f32) -> i8 {
    libm::roundf(number) as i8
}

/// In single precision, rounded to the nearest.
#[expect(clippy::cast_possible_truncation, reason = "single precision is enough for a weight")]
pub(super) const fn single(number: f64) -> f32 {
    number as f32
}

/// A count as a byte, 255 at most.
pub(super) fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
