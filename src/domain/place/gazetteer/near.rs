//! How far apart two positions are.

use crate::domain::place::coordinates::Position;

/// The earth's mean radius in metres (IUGG).
const EARTH_METRES: f64 = 6_371_008.8;

/// Metres between two positions; flat, which is exact to centimetres within a town.
pub(in crate::domain) fn metres(one: Position, other: Position) -> f64 {
    let north = (other.latitude - one.latitude).to_radians();
    let middle = f64::midpoint(one.latitude, other.latitude).to_radians();
    let east = (other.longitude - one.longitude).to_radians() * middle.cos();
    EARTH_METRES * north.hypot(east)
}
