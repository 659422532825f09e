//! `[limits]`: how much we send and fetch at most.

use super::section::Reading;

/// Bounds that an administration may move; 0 means no limit, everywhere.
///
/// Over a limit of acknowledgements the ticket is opened all the same and the reply is held. They are
/// what RFC 3834 section 2 asks of responders: never more than a person could want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To one address in 24 hours.
    pub acknowledgements_per_sender_per_day: u32,
    /// To one domain in an hour.
    pub acknowledgements_per_domain_per_hour: u32,
    /// To everybody together in an hour.
    pub acknowledgements_per_hour: u32,
    /// A mail above this becomes a ticket from its header and text; the rest stays on the server.
    pub mail_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            acknowledgements_per_sender_per_day: 5,
            acknowledgements_per_domain_per_hour: 30,
            acknowledgements_per_hour: 200,
            // 35 MiB: the 25 MB that mail services commonly accept, in base64.
            mail_bytes_max: 35 * 1024 * 1024,
        }
    }
}

pub(super) fn read(reading: &mut Reading) -> Limits {
    let mut section = reading.section("limits");
    let default = Limits::default();
    let mut count = |key: &str, usual: u32| {
        let number = section.number(key, 0, u64::from(u32::MAX));
        number.and_then(|number| u32::try_from(number).ok()).unwrap_or(usual)
    };
    Limits {
        acknowledgements_per_sender_per_day: count(
            "acknowledgements_per_sender_per_day",
            default.acknowledgements_per_sender_per_day,
        ),
        acknowledgements_per_domain_per_hour: count(
            "acknowledgements_per_domain_per_hour",
            default.acknowledgements_per_domain_per_hour,
        ),
        acknowledgements_per_hour: count(
            "acknowledgements_per_hour",
            default.acknowledgements_per_hour,
        ),
        mail_bytes_max: section
            .number("mail_bytes_max", 0, u64::from(u32::MAX))
            .unwrap_or(default.mail_bytes_max),
    }
}
