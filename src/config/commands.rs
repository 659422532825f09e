//! `[commands]`: what an order by mail must prove before it is carried out.

use super::section::Reading;

/// How far mail of staff and contractors is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// The name under which the receiving server writes `Authentication-Results` (RFC 8601 section 2.2); none
    /// where it writes none.
    pub authserv_id: Option<String>,
    /// Whether the sender's domain must pass DMARC there. Without a name that cannot be known: each order is
    /// confirmed by its sender first.
    pub dmarc: bool,
}

impl Default for Commands {
    fn default() -> Self {
        Self { authserv_id: None, dmarc: true }
    }
}

pub(super) fn read(reading: &mut Reading) -> Commands {
    let mut section = reading.section("commands");
    let authserv_id = section.text("authserv_id").map(|id| id.trim().to_owned());
    let dmarc = section.flag("dmarc").unwrap_or(true);
    Commands { authserv_id: authserv_id.filter(|id| !id.is_empty()), dmarc }
}
