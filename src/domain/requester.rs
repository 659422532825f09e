//! What sort of person asks: a resident, or somebody of the municipality's own, as a colleague or a school.
//!
//! It decides which office is in charge and how the answer is worded, and gives no rights: a sender's address is
//! easily forged.

use serde::{Deserialize, Serialize};

use super::forward::is_colleague;
use super::kind::Identity;
use super::mail::Address;
use super::rules::Internal;

/// What rules call everybody who is not of the municipality.
pub const RESIDENT: &str = "resident";

/// What rules call everybody who is.
pub const INTERNAL: &str = "internal";

/// What sort of requester somebody is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// One of the municipality's own people or institutions.
    pub internal: bool,
    /// The id of their group in the rules.
    pub group: Option<String>,
    /// Why, as a clause for staff.
    pub because: String,
}

impl Standing {
    /// The name of the type: [`RESIDENT`] or [`INTERNAL`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        if self.internal { INTERNAL } else { RESIDENT }
    }

    /// How closely a name of the rules describes them: 2 for their group, 1 for their type, none when it does not.
    pub(super) fn matches(&self, name: &str) -> Option<u8> {
        if self.group.as_deref() == Some(name) {
            Some(2)
        } else {
            (self.name() == name).then_some(1)
        }
    }
}

/// What sort of requester an address is: of a group of the rules, else one of our people, else a resident.
/// `staff` says whether it is one of staff by the rules.
#[must_use]
pub fn standing(
    address: &Address,
    groups: &[Internal],
    identity: &Identity,
    staff: bool,
) -> Standing {
    let listed = groups.iter().filter_map(|group| Some((group.sender(address)?, group)));
    // An address of its own tells more than a domain that others have, too.
    if let Some((sender, group)) = listed.min_by_key(|(sender, _)| !sender.contains('@')) {
        let because = format!("`{sender}` stands in the group `{}` of the rules", group.id);
        return Standing { internal: true, group: Some(group.id.clone()), because };
    }
    if staff || is_colleague(address, identity) {
        let domain = identity.domains.iter().find(|domain| address.is_listed_as(domain));
        let because = match domain {
            Some(domain) => format!("`{domain}` is a mail domain of ours"),
            None => "the address is one of staff".to_owned(),
        };
        return Standing { internal: true, group: None, because };
    }
    let because = "the address is of no domain or group of ours".to_owned();
    Standing { internal: false, group: None, because }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::RuleSet;

    const GROUPS: &str = r#"
[[internal]]
id = "scuole"
it = "Istituto scolastico"
senders = ["preside@deamicis.example", "istruzione.example"]
[[internal]]
id = "deamicis"
it = "Scuola De Amicis"
senders = ["segreteria@istruzione.example"]
"#;

    /// A group comes before a domain of ours, an address before a domain, and a look-alike is a resident.
    #[test]
    fn every_sender_has_one_standing() {
        let rules = RuleSet::parse(GROUPS, "rules.toml").unwrap();
        let identity = Identity {
            domains: vec!["comune.example".to_owned()],
            staff: vec!["geometra@studio.example".to_owned()],
            ..Identity::default()
        };
        for (address, name, group) in [
            ("anna@posta.example", RESIDENT, None),
            ("mario@comune.example", INTERNAL, None),
            ("mario@UFFICI.Comune.Example", INTERNAL, None),
            ("geometra@studio.example", INTERNAL, None),
            ("x@noncomune.example", RESIDENT, None),
            ("x@comune.example.evil.example", RESIDENT, None),
            ("Preside@DeAmicis.example", INTERNAL, Some("scuole")),
            ("altri@deamicis.example", RESIDENT, None),
            ("re123@pec.istruzione.example", INTERNAL, Some("scuole")),
            ("segreteria@istruzione.example", INTERNAL, Some("deamicis")),
            ("", RESIDENT, None),
        ] {
            let address = Address { name: String::new(), address: address.to_owned() };
            let found = standing(&address, rules.internal(), &identity, false);
            assert_eq!((found.name(), found.group.as_deref()), (name, group), "{address:?}");
            assert!(!found.because.is_empty());
        }
    }
}
