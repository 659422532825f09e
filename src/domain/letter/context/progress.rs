//! What whoever reported may hear between the acknowledgement and the closing.

use serde::{Deserialize, Serialize};

use super::Wording;

/// For so many days a report that was closed asks whether it is repaired; the templates say so.
pub const FEEDBACK_DAYS: u32 = 14;

/// Of `scheduled`, `referred`, `question`, `answer` and `feedback`. The reporter's words are never among
/// them, see [`AcknowledgementContext`](super::AcknowledgementContext).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The category in plain words.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// Where, from [`place_for_requester`](super::place_for_requester).
    pub place: Option<String>,
    /// The office in charge as residents know it.
    pub office: Wording,
    /// The day of the work, in local words; for `scheduled`.
    pub day: Option<Wording>,
    /// Whom to turn to and how to reach them, where that is known; for `referred`.
    pub referral: Option<Wording>,
    /// What staff wrote, from [`shortened`](super::shortened); for `question` and `answer`.
    pub text: Option<String>,
    /// The day of the closing, in local words; for `feedback`.
    pub closed: Option<Wording>,
}
