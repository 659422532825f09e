//! Metres on a map to degrees: what Italian registers hold is Gauss-Boaga (Roma 1940) or UTM.
//!
//! Transverse Mercator after J. P. Snyder, Map Projections (USGS Professional Paper 1395, 1987), pages 63-64;
//! the change of datum with the seven parameters of EPSG:1660, good to 4 m on the peninsula.

use super::UtmZone;
use crate::domain::place::coordinates::{Position, in_italy};

/// What a pair of coordinates is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Projected {
    /// A position on WGS 84.
    At(Position),
    /// UTM metres that could be of either zone.
    ZoneNeeded,
    /// Nowhere in Italy by any reading.
    Outside,
}

/// An ellipsoid: half its long axis in metres, and its eccentricity squared.
#[derive(Debug, Clone, Copy)]
struct Ellipsoid {
    axis: f64,
    eccentricity2: f64,
}

const WGS84: Ellipsoid = Ellipsoid { axis: 6_378_137.0, eccentricity2: 0.006_694_379_990_14 };
const INTERNATIONAL: Ellipsoid =
    Ellipsoid { axis: 6_378_388.0, eccentricity2: 0.006_722_670_022_33 };

/// A strip of the map: what is added to its metres, and the meridian in its middle.
struct Strip {
    ellipsoid: Ellipsoid,
    false_easting: f64,
    meridian: f64,
}

/// The scale on the middle meridian of UTM and of Gauss-Boaga.
const SCALE: f64 = 0.999_6;

/// Where Italy lies in each kind of metres, so that they are told apart by their size.
const UTM_EASTINGS: (f64, f64) = (0.0, 1_200_000.0);
const WEST_EASTINGS: (f64, f64) = (1_200_000.0, 1_900_000.0);
const EAST_EASTINGS: (f64, f64) = (2_000_000.0, 3_100_000.0);
const NORTHINGS: (f64, f64) = (3_900_000.0, 5_300_000.0);

/// East and north, in whatever unit, as a position.
pub(super) fn degrees(east: f64, north: f64, zone: Option<UtmZone>) -> Projected {
    if east.abs() <= 180.0 && north.abs() <= 90.0 {
        return checked(Position { latitude: north, longitude: east });
    }
    let within = |value: f64, (low, high): (f64, f64)| (low..high).contains(&value);
    if !within(north, NORTHINGS) {
        return Projected::Outside;
    }
    let (strip, roman) = if within(east, WEST_EASTINGS) {
        (Strip { ellipsoid: INTERNATIONAL, false_easting: 1_500_000.0, meridian: 9.0 }, true)
    } else if within(east, EAST_EASTINGS) {
        (Strip { ellipsoid: INTERNATIONAL, false_easting: 2_520_000.0, meridian: 15.0 }, true)
    } else if within(east, UTM_EASTINGS) {
        let meridian = match zone {
            Some(UtmZone::Zone32) => 9.0,
            Some(UtmZone::Zone33) => 15.0,
            None => return Projected::ZoneNeeded,
        };
        (Strip { ellipsoid: WGS84, false_easting: 500_000.0, meridian }, false)
    } else {
        return Projected::Outside;
    };
    let position = unprojected(&strip, east, north);
    checked(if roman { from_rome(position) } else { position })
}

fn checked(position: Position) -> Projected {
    if in_italy(position) { Projected::At(position) } else { Projected::Outside }
}

/// Snyder's equations 8-17 to 8-25, in his letters.
fn unprojected(strip: &Strip, east: f64, north: f64) -> Position {
    let Ellipsoid { axis: a, eccentricity2: e2 } = strip.ellipsoid;
    let (e4, e6, second) = (e2 * e2, e2 * e2 * e2, e2 / (1.0 - e2));
    let mu = north / SCALE / (a * (1.0 - e2 / 4.0 - 3.0 * e4 / 64.0 - 5.0 * e6 / 256.0));
    let root = (1.0 - e2).sqrt();
    let e1 = (1.0 - root) / (1.0 + root);
    let foot = mu
        + (3.0 * e1 / 2.0 - 27.0 * e1.powi(3) / 32.0) * (2.0 * mu).sin()
        + (21.0 * e1.powi(2) / 16.0 - 55.0 * e1.powi(4) / 32.0) * (4.0 * mu).sin()
        + 151.0 * e1.powi(3) / 96.0 * (6.0 * mu).sin()
        + 1097.0 * e1.powi(4) / 512.0 * (8.0 * mu).sin();
    let (sin, cos, tan) = (foot.sin(), foot.cos(), foot.tan());
    let curve = 1.0 - e2 * sin * sin;
    let (n1, r1) = (a / curve.sqrt(), a * (1.0 - e2) / curve.powf(1.5));
    let (c1, t1) = (second * cos * cos, tan * tan);
    let d = (east - strip.false_easting) / (n1 * SCALE);
    let latitude = foot
        - n1 * tan / r1
            * (d.powi(2) / 2.0
                - (5.0 + 3.0 * t1 + 10.0 * c1 - 4.0 * c1 * c1 - 9.0 * second) * d.powi(4) / 24.0
                + (61.0 + 90.0 * t1 + 298.0 * c1 + 45.0 * t1 * t1
                    - 252.0 * second
                    - 3.0 * c1 * c1)
                    * d.powi(6)
                    / 720.0);
    let longitude = (d - (1.0 + 2.0 * t1 + c1) * d.powi(3) / 6.0
        + (5.0 - 2.0 * c1 + 28.0 * t1 - 3.0 * c1 * c1 + 8.0 * second + 24.0 * t1 * t1) * d.powi(5)
            / 120.0)
        / cos;
    Position { latitude: latitude.to_degrees(), longitude: strip.meridian + longitude.to_degrees() }
}

/// Roma 1940 to WGS 84 (EPSG:1660, position vector): metres, seconds of arc, parts in a million.
fn from_rome(position: Position) -> Position {
    const SHIFT: [f64; 3] = [-104.1, -49.1, -9.9];
    const TURN: [f64; 3] = [0.971, -2.917, 0.714];
    const GROWTH: f64 = 1.0 - 11.68e-6;
    let [x, y, z] = to_space(INTERNATIONAL, position);
    let [rx, ry, rz] = TURN.map(|seconds| (seconds / 3_600.0).to_radians());
    let [dx, dy, dz] = SHIFT;
    from_space(
        WGS84,
        [
            dx + GROWTH * (x - rz * y + ry * z),
            dy + GROWTH * (rz * x + y - rx * z),
            dz + GROWTH * (-ry * x + rx * y + z),
        ],
    )
}

/// Metres from the middle of the earth, on the ellipsoid itself.
fn to_space(ellipsoid: Ellipsoid, position: Position) -> [f64; 3] {
    let (latitude, longitude) = (position.latitude.to_radians(), position.longitude.to_radians());
    let normal = ellipsoid.axis / (1.0 - ellipsoid.eccentricity2 * latitude.sin().powi(2)).sqrt();
    [
        normal * latitude.cos() * longitude.cos(),
        normal * latitude.cos() * longitude.sin(),
        normal * (1.0 - ellipsoid.eccentricity2) * latitude.sin(),
    ]
}

/// The other way, after B. R. Bowring (Survey Review 181, 1976); one step is exact near the ground.
fn from_space(ellipsoid: Ellipsoid, [x, y, z]: [f64; 3]) -> Position {
    let e2 = ellipsoid.eccentricity2;
    let short = ellipsoid.axis * (1.0 - e2).sqrt();
    let flat = x.hypot(y);
    let turned = (z * ellipsoid.axis).atan2(flat * short);
    let latitude = (z + e2 / (1.0 - e2) * short * turned.sin().powi(3))
        .atan2(flat - e2 * ellipsoid.axis * turned.cos().powi(3));
    Position { latitude: latitude.to_degrees(), longitude: y.atan2(x).to_degrees() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(east: f64, north: f64, zone: Option<UtmZone>, latitude: f64, longitude: f64) {
        let Projected::At(found) = degrees(east, north, zone) else { panic!("{east} {north}") };
        // A ten-thousandth of a degree is about ten metres.
        let near = |one: f64, other: f64| (one - other).abs() < 0.000_1;
        assert!(near(found.latitude, latitude) && near(found.longitude, longitude), "{found:?}");
    }

    #[test]
    fn metres_of_every_italian_kind_become_degrees() {
        at(10.6312, 44.6983, None, 44.6983, 10.6312);
        // The middle meridian of the zone, at 5,000 km: the same in every table of UTM.
        at(500_000.0, 5_000_000.0, Some(UtmZone::Zone32), 45.153_4, 9.0);
        at(500_000.0, 5_000_000.0, Some(UtmZone::Zone33), 45.153_4, 15.0);
        // Piazza della Libertà in Alessandria.
        at(1_469_646.9, 4_973_405.5, None, 44.913_2, 8.615_1);
    }

    #[test]
    fn what_is_no_place_in_italy_is_none() {
        assert_eq!(degrees(500_000.0, 5_000_000.0, None), Projected::ZoneNeeded);
        for (east, north) in [(2.35, 48.85), (1.0, 5_000_000.0), (1_500_000.0, 10.0), (4e9, 5e6)] {
            assert_eq!(degrees(east, north, Some(UtmZone::Zone32)), Projected::Outside, "{east}");
        }
    }
}
