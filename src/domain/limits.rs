//! How many acknowledgements may leave: a reply must never become a flood, nor an answer to itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::letter::HoldReason;

/// What `[limits]` allows; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Acknowledgements to one address in [`DAY`].
    pub per_sender_per_day: u32,
    /// Acknowledgements to one domain in [`HOUR`].
    pub per_domain_per_hour: u32,
    /// Acknowledgements to anybody in [`HOUR`].
    pub per_hour: u32,
}

/// What left, or is about to, in the windows that end now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Released {
    /// To this address in [`DAY`].
    pub to_sender_in_day: u32,
    /// To this domain in [`HOUR`].
    pub to_domain_in_hour: u32,
    /// To anybody in [`HOUR`].
    pub in_hour: u32,
    /// To this address in [`LOOP_WINDOW`], and already handed to the mail server.
    pub sent_to_sender_in_loop_window: u32,
}

/// The window of the limit by sender.
pub const DAY: Duration = Duration::from_hours(24);

/// The window of the limits by domain and over all.
pub const HOUR: Duration = Duration::from_hours(1);

/// The window of the loop breaker: two machines that answer each other do it within minutes.
pub const LOOP_WINDOW: Duration = Duration::from_hours(1);

/// As many answers to one address stop a loop without silencing a person who reports a whole street.
pub const LOOP_LETTERS_MAX: u32 = 4;

/// A letter held for as long as this waits for staff: by then the person has heard nothing for a day.
pub const HELD_MAX: Duration = Duration::from_hours(24);

/// Why an acknowledgement must wait; `None` when it may leave.
#[must_use]
pub fn hold(limits: &Limits, released: &Released) -> Option<HoldReason> {
    if released.sent_to_sender_in_loop_window >= LOOP_LETTERS_MAX {
        return Some(HoldReason::LoopBreaker);
    }
    let over = |limit: u32, count: u32| limit > 0 && count >= limit;
    if over(limits.per_sender_per_day, released.to_sender_in_day) {
        Some(HoldReason::SenderLimit)
    } else if over(limits.per_domain_per_hour, released.to_domain_in_hour) {
        Some(HoldReason::DomainLimit)
    } else if over(limits.per_hour, released.in_hour) {
        Some(HoldReason::HourLimit)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_sender_per_day: 5, per_domain_per_hour: 30, per_hour: 200 };
    const OPEN: Limits = Limits { per_sender_per_day: 0, per_domain_per_hour: 0, per_hour: 0 };

    #[test]
    fn a_limit_holds_the_letter_that_would_pass_it() {
        for (released, expected) in [
            (Released { to_sender_in_day: 4, ..Released::default() }, None),
            (
                Released { to_sender_in_day: 5, ..Released::default() },
                Some(HoldReason::SenderLimit),
            ),
            (
                Released { to_domain_in_hour: 30, ..Released::default() },
                Some(HoldReason::DomainLimit),
            ),
            (Released { in_hour: 199, ..Released::default() }, None),
            (Released { in_hour: 200, ..Released::default() }, Some(HoldReason::HourLimit)),
        ] {
            assert_eq!(hold(&LIMITS, &released), expected, "{released:?}");
        }
    }

    #[test]
    fn zero_is_no_limit_but_the_loop_breaker_still_holds() {
        let many = Released {
            to_sender_in_day: 9999,
            to_domain_in_hour: 9999,
            in_hour: 9999,
            sent_to_sender_in_loop_window: 3,
        };
        assert_eq!(hold(&OPEN, &many), None);
        let looping = Released { sent_to_sender_in_loop_window: 4, ..many };
        assert_eq!(hold(&OPEN, &looping), Some(HoldReason::LoopBreaker));
    }
}
