//! Decimal coordinates, in a text or in a map link.

/// Decimals that a coordinate has at least: fewer mean a price, a measure or a time.
const DECIMALS_MIN: usize = 3;

/// Characters between latitude and longitude at most (`&mlon=`, `!4d`, `, `).
const BETWEEN_MAX: usize = 10;

/// Italy's extent in degrees, with a margin: two numbers outside it are no place of ours.
const LATITUDES: (f64, f64) = (35.0, 47.5);
const LONGITUDES: (f64, f64) = (6.0, 19.0);

/// A point and the text that named it.
pub(super) struct Point {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) text: String,
}

/// The first pair of coordinates within Italy, in either order.
pub(super) fn first(text: &str) -> Option<Point> {
    let mut before: Option<(f64, usize, usize)> = None;
    for (start, end) in decimals(text) {
        let Some(value) = text.get(start..end).and_then(|number| number.parse::<f64>().ok()) else {
            continue;
        };
        if let Some((earlier, from, to)) = before
            && start.saturating_sub(to) <= BETWEEN_MAX
            && let Some((latitude, longitude)) = pair(earlier, value)
        {
            let text = text.get(from..end).unwrap_or_default().to_owned();
            return Some(Point { latitude, longitude, text });
        }
        before = Some((value, start, end));
    }
    None
}

fn pair(one: f64, other: f64) -> Option<(f64, f64)> {
    let within = |value: f64, (low, high): (f64, f64)| (low..=high).contains(&value);
    if within(one, LATITUDES) && within(other, LONGITUDES) {
        return Some((one, other));
    }
    (within(one, LONGITUDES) && within(other, LATITUDES)).then_some((other, one))
}

/// The byte ranges of numbers with a point and enough decimals.
fn decimals(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut point: Option<usize> = None;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        match byte {
            b'0'..=b'9' => start = start.or(Some(at)),
            b'.' if start.is_some() && point.is_none() => point = Some(at),
            _ => {
                if let (Some(from), Some(dot)) = (start, point)
                    && at.saturating_sub(dot) > DECIMALS_MIN
                {
                    found.push((from, at));
                }
                (start, point) = (None, None);
            }
        }
    }
    found
}
