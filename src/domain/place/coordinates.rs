//! Coordinates in a text or in a map link: decimal degrees, or degrees, minutes and seconds.

use std::ops::Range;

pub(super) use crate::domain::mail::Position;

/// Decimals that a coordinate has at least: fewer mean a price, a measure or a time.
const DECIMALS_MIN: usize = 3;

/// Characters between latitude and longitude at most (`&mlon=`, `!4d`, `, `, `° N - `).
const BETWEEN_MAX: usize = 10;

/// Italy's extent in degrees, with a margin: two numbers outside it are no place of ours.
const LATITUDES: (f64, f64) = (35.0, 47.5);
const LONGITUDES: (f64, f64) = (6.0, 19.0);

/// A position and the text that named it.
pub(super) struct Point {
    pub(super) position: Position,
    pub(super) text: String,
}

/// Whether a position can be one of ours.
pub(super) fn in_italy(position: Position) -> bool {
    let within = |value: f64, (low, high): (f64, f64)| (low..=high).contains(&value);
    within(position.latitude, LATITUDES) && within(position.longitude, LONGITUDES)
}

/// The first pair of coordinates within Italy, in either order. In a link the pin comes before the middle of
/// the map (`!3d44.69!4d10.63` after `@44.7,10.6`).
pub(super) fn first(text: &str) -> Option<Point> {
    let angles = angles(text);
    let pairs = || {
        angles.windows(2).filter_map(|pair| match pair {
            [one, other] => point(text, one, other),
            _ => None,
        })
    };
    let is_pin =
        |point: &(usize, Point)| text.get(..point.0).is_some_and(|before| before.ends_with("!3d"));
    pairs().find(is_pin).or_else(|| pairs().next()).map(|(_, point)| point)
}

/// A number of degrees, with where it stands.
struct Angle {
    at: Range<usize>,
    degrees: f64,
}

fn point(text: &str, one: &Angle, other: &Angle) -> Option<(usize, Point)> {
    if other.at.start.saturating_sub(one.at.end) > BETWEEN_MAX {
        return None;
    }
    // `44.125 e 10.250 euro`: thousands of something.
    let between = text.get(one.at.end..other.at.start).unwrap_or_default();
    if between.trim() == "e" {
        return None;
    }
    let either = [(one.degrees, other.degrees), (other.degrees, one.degrees)];
    let position = either
        .into_iter()
        .map(|(latitude, longitude)| Position { latitude, longitude })
        .find(|position| in_italy(*position))?;
    let text = text.get(one.at.start..other.at.end).unwrap_or_default().to_owned();
    Some((one.at.start, Point { position, text }))
}

/// Every number that can be a coordinate, in order.
fn angles(text: &str) -> Vec<Angle> {
    let mut found: Vec<Angle> = Vec::new();
    for at in numbers(text) {
        let Some(written) = text.get(at.clone()) else { continue };
        let decimals =
            written.find(['.', ',']).map_or(0, |mark| written.len().saturating_sub(mark));
        if decimals > DECIMALS_MIN
            && let Ok(degrees) = written.replace(',', ".").parse::<f64>()
        {
            found.push(Angle { at, degrees });
        } else if found.last().is_none_or(|last| last.at.end <= at.start)
            && let Some(angle) = sexagesimal(text, at)
        {
            found.push(angle);
        }
    }
    found
}

/// `44°41'53.7"N`, `44° 41' 53"`, also as a link writes them (`44%C2%B041'53.7%22N`): degrees at this number, minutes and seconds behind it.
fn sexagesimal(text: &str, degrees: Range<usize>) -> Option<Angle> {
    let whole: f64 = text.get(degrees.clone())?.parse().ok()?;
    let (minutes, end) = piece(text, degrees.end, &["°", "º", "%C2%B0", "%c2%b0"])?;
    let (seconds, end) = piece(text, end, &["'", "’", "′", "%27"]).unwrap_or((0.0, end));
    let unit = ['\'', '’', '′', '"', '”', '″'];
    let rest = text.get(end..)?;
    let rest = rest.strip_prefix("%22").unwrap_or(rest).trim_start_matches(unit);
    let end = text.len().saturating_sub(rest.len());
    let degrees =
        Angle { at: degrees.start..end, degrees: whole + minutes / 60.0 + seconds / 3_600.0 };
    (minutes < 60.0 && seconds < 60.0).then_some(degrees)
}

/// The number behind one of these marks, and where it ends.
fn piece(text: &str, from: usize, marks: &[&str]) -> Option<(f64, usize)> {
    let after = text.get(from..)?;
    let after = marks.iter().find_map(|mark| after.strip_prefix(mark))?;
    let after = after.trim_start_matches([' ', '\'', '’']);
    let digits = after.len().saturating_sub(
        after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',').len(),
    );
    let value = after.get(..digits)?.replace(',', ".").parse().ok()?;
    let start = text.len().saturating_sub(after.len());
    Some((value, start.saturating_add(digits)))
}

/// The byte ranges of figures with at most one point or comma inside.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Option<usize>)> = None;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        match (byte, open) {
            (b'0'..=b'9', None) => open = Some((at, None)),
            (b'0'..=b'9', Some(_)) | (_, None) => {}
            (b'.' | b',', Some((start, None))) => open = Some((start, Some(at))),
            (_, Some((start, mark))) => {
                let end = match mark {
                    Some(mark) if mark.saturating_add(1) == at => mark,
                    _ => at,
                };
                found.push(start..end);
                open = None;
            }
        }
    }
    found
}
