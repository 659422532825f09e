//! Small notations that several sections share.

use std::time::Duration;

use crate::domain::mail::Address;

/// `250ms`, `30s`, `5m`, `1h`, `2d`; `None` for anything else.
pub(super) fn span(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(split)?;
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}

/// A bare address in lower case, as addresses are compared.
pub(super) fn bare_address(text: &str) -> Option<String> {
    address(text).map(|address| address.address.to_lowercase())
}

/// `Centrale operativa <manutenzione@comune.example>` or the bare address (RFC 5322 section 3.4).
pub(super) fn named_address(text: &str) -> Option<Address> {
    let text = text.trim();
    let Some((name, rest)) = text.rsplit_once('<') else { return address(text) };
    let Address { address, .. } = address(rest.strip_suffix('>')?.trim())?;
    let name = name.trim();
    let unquoted = name.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    let name = unquoted.map_or_else(|| name.to_owned(), |inner| inner.replace("\\\"", "\""));
    // A line break in the name would add header fields of its own to every letter.
    (!name.contains(char::is_control)).then_some(Address { name, address })
}

fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]@".contains(c);
    if local.is_empty() || local.contains(odd) || self::domain(domain).is_none() {
        return None;
    }
    Some(Address { name: String::new(), address: format!("{local}@{}", domain.to_lowercase()) })
}

/// A domain in lower case: labels of letters (of any script), digits and hyphens.
pub(super) fn domain(text: &str) -> Option<String> {
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    text.split('.').all(label).then(|| text.to_lowercase())
}
