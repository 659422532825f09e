//! What a template may say, one struct a letter. Every field is always there: an absent one is `none`
//! in the template, so that a misspelt name is an error and never an empty line.
//!
//! The doc comments of the fields are the reference; each template repeats the names it may use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::wording::Wording;
use crate::domain::mail::Attachment;

mod office;
mod order;
mod progress;

#[cfg(test)]
mod tests;

pub use office::{
    AlarmContext, ClaimNoticeContext, CommandAnswerContext, ConfirmationContext, DigestContext,
    DigestLine, DigestSection, HelpLine, UnansweredContext,
};
pub use order::{
    ApprovalContext, NoticeOrder, OnSiteContext, OrderCopyContext, OrderNewsContext,
    WorkOrderContext, map_link,
};
pub use progress::{FEEDBACK_DAYS, ProgressContext};

/// Text of a report repeated in one letter, in characters: ten printed pages. The whole of it is kept
/// with the ticket; a letter must pass every relay's size limit.
pub const TEXT_CHARS_MAX: usize = 20_000;

/// A place longer than this, in characters, is a sentence: it is not repeated to the requester.
const PLACE_CHARS_MAX: usize = 80;

/// Of `acknowledgement` and `acknowledgement_internal`. The reporter's words are never among them: whoever forges a sender must not
/// be able to make us write to that person what he likes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a name that a template asks for")]
pub struct AcknowledgementContext {
    /// The ticket's number, as `2026-000123`.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words (`Hours::moment`).
    pub received: Wording,
    /// People may be in danger: the 112 comes first.
    pub emergency: bool,
    /// The category in plain words; `none` when nothing was recognised.
    pub category: Option<Wording>,
    /// The subcategory's name; `none` when only the category is known.
    pub subcategory: Option<Wording>,
    /// Where, from [`place_for_requester`]; `none` asks for it.
    pub place: Option<String>,
    /// The office in charge as residents know it.
    pub office: Wording,
    /// The usual time for this work in working days; `none` promises nothing.
    pub expected_days: Option<u32>,
    /// The last day of that time, in local words (`Hours::day`).
    pub expected_by: Option<Wording>,
    /// The office is open now.
    pub open: bool,
    /// When it opens next, in local words (`Hours::moment`); used while it is shut.
    pub next_opening: Option<Wording>,
    /// The classifier abstained: a person will assign it.
    pub abstained: bool,
    /// Not a matter of this maintenance service.
    pub out_of_competence: bool,
    /// Whom to turn to instead, as `Iren Ambiente, tel. …`.
    pub referral: Option<Wording>,
    /// The mail could not be read whole.
    pub unreadable: bool,
    /// The mail was too large: its attachments were not fetched.
    pub oversize: bool,
    /// The ticket of another problem that the same mail reports.
    pub second: Option<SecondContext>,
    /// How the requester's group is addressed; `none` for residents and colleagues.
    pub institution: Option<Wording>,
    /// Whom somebody of the municipality's own turns to; `none` for residents.
    pub contact: Option<String>,
}

/// What an acknowledgement says of the second of two problems.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondContext {
    /// Its ticket's number.
    pub number: String,
    /// The category in plain words.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// Where, from [`place_for_requester`].
    pub place: Option<String>,
    /// The office in charge as residents know it.
    pub office: Wording,
    /// The last day of the usual time, in local words (`Hours::day`).
    pub expected_by: Option<Wording>,
}

/// Of `closing`: staff closed what somebody reported. The reporter's words are never among them, see
/// [`AcknowledgementContext`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The day of the closing, in local words.
    pub closed: Wording,
    /// The category in plain words.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// Where, from [`place_for_requester`].
    pub place: Option<String>,
    /// The office in charge as residents know it.
    pub office: Wording,
    /// The ticket of the same thing that it was closed with; `none` when it was closed by itself.
    pub same_as: Option<String>,
}

/// Of `staff_notice`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a name that a template asks for")]
pub struct StaffNoticeContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// The mailbox it came to, by its configured name.
    pub mailbox: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The urgency in one word.
    pub urgency: Wording,
    /// The urgency is `emergency`.
    pub emergency: bool,
    /// The words that decided the urgency.
    pub urgency_because: Vec<String>,
    /// The category in plain words; `none` when it waits for staff.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The subcategory's code, as `I01`.
    pub subcategory_code: Option<String>,
    /// How sure the classifier is, 0 to 100 ([`percent`]); `none` where a person said so.
    pub confidence: Option<u8>,
    /// The words that decided the category.
    pub because: Vec<String>,
    /// The other candidates, best first.
    pub alternatives: Vec<Alternative>,
    /// The classifier abstained.
    pub abstained: bool,
    /// Not a matter of this maintenance service.
    pub out_of_competence: bool,
    /// Whom the requester was referred to.
    pub referral: Option<Wording>,
    /// The place as written.
    pub place: Option<String>,
    /// Its name in the street register or the list of sites.
    pub place_official: Option<String>,
    /// Its district.
    pub district: Option<String>,
    /// The ticket that this one probably repeats.
    pub same_as: Option<String>,
    /// The requester's display name; may be empty.
    pub requester_name: String,
    /// The requester's address; may be empty.
    pub requester_address: String,
    /// The subject as written.
    pub subject: String,
    /// What the requester newly wrote, from [`shortened`].
    pub text: String,
    /// The text was cut.
    pub text_cut: bool,
    /// What was attached.
    pub attachments: Vec<AttachmentLine>,
    /// Why the requester has no acknowledgement, or not yet; `none` when it leaves at once.
    pub withheld: Option<Wording>,
    /// The mail could not be read whole.
    pub unreadable: bool,
    /// The mail was too large: its attachments lie on the mail server.
    pub oversize: bool,
    /// It came as certified mail (PEC).
    pub certified: bool,
    /// Somebody must go and look at it today.
    pub inspection_today: bool,
    /// The work order that was made for it without anybody being asked.
    pub order: Option<NoticeOrder>,
    /// It goes to a colleague whose commands do not count: they are no office's and not on the roster.
    pub only_reads: bool,
}

/// A candidate that was not chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The category in plain words; `none` is "none of the four".
    pub category: Option<Wording>,
    /// Its name for `tickets correct --category`; empty for "none of the four".
    pub name: String,
    /// Its probability, 0 to 100.
    pub percent: u8,
}

/// An attachment in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentLine {
    /// The safe name.
    pub name: String,
    /// `type/subtype`.
    pub media_type: String,
    /// The decoded length in words, as `340 kB`.
    pub size: String,
}

impl From<&Attachment> for AttachmentLine {
    fn from(attachment: &Attachment) -> Self {
        Self {
            name: attachment.name.clone(),
            media_type: attachment.media_type.clone(),
            size: format!("{} kB", attachment.bytes.div_ceil(1_000)),
        }
    }
}

/// Of `on_call`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCallContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The words that made it an emergency.
    pub urgency_because: Vec<String>,
    /// The category in plain words; `none` when it waits for staff.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The office in charge.
    pub office: Wording,
    /// The place as written.
    pub place: Option<String>,
    /// The requester's display name; may be empty.
    pub requester_name: String,
    /// The requester's address; may be empty.
    pub requester_address: String,
    /// The subject as written.
    pub subject: String,
    /// What the requester newly wrote, from [`shortened`].
    pub text: String,
    /// The text was cut.
    pub text_cut: bool,
    /// Which call this is, from 1.
    pub call: u32,
    /// How many there will be at most.
    pub calls: u32,
    /// This is the last one.
    pub last: bool,
    /// Minutes until the next one.
    pub repeat_minutes: u32,
}

/// Of `follow_up`: somebody wrote again about a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a name that a template asks for")]
pub struct FollowUpContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// What the ticket is about, as far as it is known.
    pub work: Option<Wording>,
    /// Its place before this message.
    pub known_place: Option<String>,
    /// The ticket waited for this answer: its time runs again.
    pub answers: bool,
    /// What they newly wrote tells of people in danger.
    pub emergency: bool,
    /// The ticket is closed: staff decide whether to open it again.
    pub closed: bool,
    /// They answer that it is not repaired.
    pub unrepaired: bool,
    /// The writer's display name; may be empty.
    pub sender_name: String,
    /// The writer's address; may be empty.
    pub sender_address: String,
    /// What they newly wrote, from [`shortened`].
    pub text: String,
    /// The text was cut.
    pub text_cut: bool,
    /// What was attached.
    pub attachments: Vec<AttachmentLine>,
    /// The place that the mail names, when the ticket had none.
    pub place: Option<String>,
    /// The ticket that this one probably repeats, now that its place is known.
    pub same_as: Option<String>,
    /// The ticket that this one was put aside for.
    pub duplicate_of: Option<String>,
}

/// Of `delivery_failed`: a letter to a requester or contractor did not arrive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a name that a template asks for")]
pub struct DeliveryFailedContext {
    /// The ticket's number; empty for a digest.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// It was an office's digest.
    pub digest: bool,
    /// It asked a colleague or contractor whether they wrote what came in their name.
    pub confirmation: bool,
    /// It was a letter to the requester.
    pub to_requester: bool,
    /// What that letter is called, as `domanda`; in Italian without an article, feminine.
    pub letter: Wording,
    /// It asked the requester something: the ticket does not wait for the answer any more.
    pub question: bool,
    /// It was a notice to the office in charge.
    pub to_office: bool,
    /// It told protocol or insurance that somebody asks for damages.
    pub claim: bool,
    /// It took back a contractor's work order; none of these: the work order itself.
    pub retraction: bool,
    /// Whom it went to.
    pub recipient: String,
    /// Who gets it instead, the contractor's next contact or the office's deputy; `none` when there is nobody.
    pub next: Option<String>,
    /// What the mail server said.
    pub reason: String,
    /// The words of the lost letter, from [`shortened`], for whoever has them instead.
    pub text: Option<String>,
    /// The text was cut.
    pub text_cut: bool,
}

/// A context as the letter keeps it. Total: the structs above always become objects.
#[must_use]
pub fn variables<C: Serialize>(context: &C) -> BTreeMap<String, serde_json::Value> {
    match serde_json::to_value(context) {
        Ok(serde_json::Value::Object(fields)) => fields.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

/// A probability between 0 and 1 in whole percent; anything else is bounded to them.
#[must_use]
pub fn percent(probability: f64) -> u8 {
    let bound = (probability * 100.0).round();
    (0..=100_u8).rev().find(|percent| f64::from(*percent) <= bound).unwrap_or(0)
}

/// The beginning of a text, at most [`TEXT_CHARS_MAX`] characters, and whether something was cut.
#[must_use]
pub fn shortened(text: &str) -> (String, bool) {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((at, _)) => {
            (text.split_at_checked(at).map_or(text, |(start, _)| start).to_owned(), true)
        }
        None => (text.to_owned(), false),
    }
}

/// A place as it may be repeated to whoever the sender claims to be: an address and nothing else.
///
/// `None` for what is too long, has characters that no Italian address has, or that a mail program
/// could turn into a link; the acknowledgement then asks for the place, which does no harm.
#[must_use]
pub fn place_for_requester(place: &str) -> Option<String> {
    let words: Vec<&str> = place.split_whitespace().collect();
    let place = words.join(" ");
    let plain = |letter: char| letter.is_alphanumeric() || " '’.,/°()-".contains(letter);
    let usable = place.chars().count() <= PLACE_CHARS_MAX
        && place.chars().any(char::is_alphabetic)
        && place.chars().all(plain)
        && !words.iter().any(|word| looks_like_a_link(word));
    usable.then_some(place)
}

/// Dotted abbreviations of Italian street names; any other dot between letters could be a domain's.
const DOTTED: [&str; 11] =
    ["p.zza", "p.za", "p.tta", "p.le", "v.le", "v.lo", "l.go", "c.so", "c.da", "b.go", "s.n.c"];

fn looks_like_a_link(word: &str) -> bool {
    let word = word.to_lowercase();
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let dotted = word.split_once('.').is_some_and(|(before, after)| {
        let initial =
            before.chars().count() == 1 && !after.contains('/') && after.chars().count() > 3;
        let numeric = before.chars().all(|letter| letter.is_ascii_digit());
        !initial && !numeric
    });
    word.starts_with("www") || word.contains("//") || (dotted && !DOTTED.contains(&word))
}
