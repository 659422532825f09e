//! What whoever reported may hear between the acknowledgement and the closing.

use serde::{Deserialize, Serialize};

use super::Wording;

/// For so many days a report that was closed asks whether it is repaired; the templates say so.
pub const FEEDBACK_DAYS: u32 = 14;

/// Of `scheduled`, `referred`, `question`, `answer` and `feedback`, and of `progress_internal` and `closing_internal`,
/// which say the same to somebody of the municipality's own. The reporter's words are never among
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
    /// The day of the closing, in local words; for `feedback` and `closing_internal`.
    pub closed: Option<Wording>,
    /// An answer is waited for; for the letters inside the house.
    pub asks: bool,
    /// It is not ours to repair; for the letters inside the house.
    pub not_ours: bool,
    /// The ticket of the same thing that it was closed with; for the letters inside the house.
    pub same_as: Option<String>,
    /// The contractor that has the order; for the letters inside the house.
    pub contractor: Option<String>,
    /// How the requester's group is addressed; `none` for residents and colleagues.
    pub institution: Option<Wording>,
    /// Whom somebody of the municipality's own turns to; `none` for residents.
    pub contact: Option<String>,
}
