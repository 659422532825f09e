//! What may be said of work orders: to the contractor, to staff who are asked, to staff who hear of them.

use serde::{Deserialize, Serialize};

use super::{AttachmentLine, Wording};

/// Of `work_order`, `order_reminder` and `order_retracted`. Nothing of the requester is among them (Regulation (EU)
/// 2016/679 art. 5(1)(c)), unless the rules say that they must be reached on the spot, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderContext {
    /// The ticket's number.
    pub number: String,
    /// The order's number, as `2026-000123/1`; empty shows the ticket's.
    pub order: String,
    /// `organisation.name`.
    pub organisation: String,
    /// The contractor's name.
    pub contractor: String,
    /// The code of the contract under which they work.
    pub contract: Option<String>,
    /// When the report arrived, in local words.
    pub received: Wording,
    /// When the order first went out, in local words; for a reminder and a retraction.
    pub ordered: Option<Wording>,
    /// The urgency in one word.
    pub urgency: Wording,
    /// The urgency is `emergency`.
    pub emergency: bool,
    /// The category in plain words.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The place as written, from [`redact`](crate::domain::letter::redact::redact).
    pub place: Option<String>,
    /// Where that is, from [`map_link`].
    pub map_link: Option<String>,
    /// What was reported, from [`redact`](crate::domain::letter::redact::redact) and
    /// [`shortened`](super::shortened).
    pub description: String,
    /// The description was cut.
    pub description_cut: bool,
    /// The office's sentence on safety for this work.
    pub safety: Option<Wording>,
    /// Whom to reach on the spot; `none` unless the rules ask for it for this kind of work.
    pub contact_on_site: Option<OnSiteContext>,
    /// How many photographs this letter carries, made smaller and without their positions.
    pub photos: u32,
    /// How many other pictures and files the office can pass on.
    pub attachments: u32,
    /// The office in charge.
    pub office: Wording,
    /// The office's address for questions; `none` answers to the sender.
    pub contact: Option<String>,
    /// By when the work must be done, in local words.
    pub due: Option<Wording>,
    /// The last day of the usual time, in local words; shown when nothing is `due`.
    pub expected_by: Option<Wording>,
    /// By when the contractor must have accepted or refused, in local words.
    pub answer_by: Option<Wording>,
    /// Why the order is taken back, from [`redact`](crate::domain::letter::redact::redact).
    pub reason: Option<String>,
}

/// The person who reported, for whoever must be let in: the name, the telephone number, nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnSiteContext {
    /// The name; `none` where they gave none.
    pub name: Option<String>,
    /// The telephone number; `none` where they gave none.
    pub telephone: Option<String>,
    /// Why they must be reached, in Italian.
    pub why: String,
}

/// Of `approval`: may this contractor be activated? Sums are in euro, written out as `1.200,00`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// The contractor's name.
    pub contractor: String,
    /// The code of the contract under which they work.
    pub contract: Option<String>,
    /// When the report arrived, in local words.
    pub received: Wording,
    /// The urgency in one word.
    pub urgency: Wording,
    /// The urgency is `emergency`.
    pub emergency: bool,
    /// The category in plain words; `none` when it waits for staff.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The place as written.
    pub place: Option<String>,
    /// Where that is, from [`map_link`].
    pub map_link: Option<String>,
    /// Why the contractor is not activated without asking, each a clause in Italian.
    pub reasons: Vec<String>,
    /// What the work is expected to cost.
    pub estimate: Option<String>,
    /// What one activation may cost; `none` is no limit.
    pub limit_each: Option<String>,
    /// The period that the limits hold for, as `novembre 2026`.
    pub period: Option<Wording>,
    /// Activations in the period, without this one.
    pub used_count: String,
    /// Their estimates in sum.
    pub used_euro: String,
    /// How many activations the period may see; `none` is no limit.
    pub limit_count: Option<String>,
    /// What they may cost in sum; `none` is no limit.
    pub limit_euro: Option<String>,
    /// What the requester newly wrote, from [`shortened`](super::shortened).
    pub text: String,
    /// The text was cut.
    pub text_cut: bool,
    /// Which call this is, from 1.
    pub call: u32,
    /// How many there will be at most.
    pub calls: u32,
    /// This is the last one.
    pub last: bool,
    /// When the next one follows, in local words.
    pub next_at: Option<Wording>,
    /// Minutes until then.
    pub repeat_minutes: u32,
}

/// Of `order_copy`: a contractor was activated, automatically or by somebody who may. Sums as in [`ApprovalContext`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCopyContext {
    /// The ticket's number.
    pub number: String,
    /// The order's number.
    pub order: String,
    /// `organisation.name`.
    pub organisation: String,
    /// The contractor's name.
    pub contractor: String,
    /// The address that the order went to.
    pub recipient: String,
    /// The code of the contract under which they work.
    pub contract: Option<String>,
    /// The urgency in one word.
    pub urgency: Wording,
    /// The urgency is `emergency`.
    pub emergency: bool,
    /// The category in plain words.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The place as written.
    pub place: Option<String>,
    /// The address that ordered or allowed it; `none` when it left by itself.
    pub by: Option<String>,
    /// Why nobody was asked first, each a clause in Italian.
    pub reasons: Vec<String>,
    /// The limits that it passes since it was corrected, in Italian, where the contractor had taken it on before.
    pub excess: Vec<String>,
    /// What the work is expected to cost.
    pub estimate: Option<String>,
    /// The period that the limits hold for.
    pub period: Option<Wording>,
    /// Activations in the period, with this one.
    pub used_count: String,
    /// Their estimates in sum.
    pub used_euro: String,
    /// How many activations the period may see; `none` is no limit.
    pub limit_count: Option<String>,
    /// What they may cost in sum; `none` is no limit.
    pub limit_euro: Option<String>,
    /// By when the work must be done, in local words.
    pub due: Option<Wording>,
    /// By when the contractor must have answered, in local words.
    pub answer_by: Option<Wording>,
}

/// Of `order_news`: a contractor answered, or did not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a template asks about each by its name")]
pub struct OrderNewsContext {
    /// The ticket's number.
    pub number: String,
    /// The order's number.
    pub order: String,
    /// `organisation.name`.
    pub organisation: String,
    /// The contractor's name.
    pub contractor: String,
    /// The answer in a word or two, as `ESEGUITO`; `none` when there was none in time.
    pub answer: Option<Wording>,
    /// When the answer came or the time for it ran out, in local words.
    pub at: Wording,
    /// What the contractor wrote besides, from [`shortened`](super::shortened); may be empty.
    pub note: String,
    /// The note was cut.
    pub note_cut: bool,
    /// What was attached.
    pub attachments: Vec<AttachmentLine>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The place as written.
    pub place: Option<String>,
    /// It is not certain that the contractor wrote the answer: they were asked to confirm it.
    pub unconfirmed: bool,
    /// Nobody allowed the order: it never left, and the contractor knows nothing of it.
    pub unapproved: bool,
    /// No address of the contractor could be reached: it knows nothing of the order.
    pub unreached: bool,
    /// Who has the order now, when it went on to a further contact or contractor.
    pub next: Option<String>,
    /// Who has it next when somebody allows it: staff are being asked.
    pub asked: Option<String>,
    /// Nothing more happens by itself: staff must decide.
    pub decide: bool,
}

/// What `staff_notice` says of the order that a new ticket has already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeOrder {
    /// The order's number.
    pub number: String,
    /// The contractor's name.
    pub contractor: String,
    /// It has not left: staff are being asked.
    pub asked: bool,
    /// It has not left: the mail is old, and staff decide.
    pub held: bool,
    /// By when the work must be done, where that is more than the usual time; in local words.
    pub due: Option<Wording>,
    /// The last day of the usual time, in local words.
    pub expected_by: Option<Wording>,
    /// By when the contractor must have answered, in local words.
    pub answer_by: Option<Wording>,
}

/// Where a point lies, as a web address that opens on every telephone.
#[must_use]
pub fn map_link(latitude: f64, longitude: f64) -> String {
    format!(
        "https://www.openstreetmap.org/?mlat={latitude:.5}&mlon={longitude:.5}#map=18/{latitude:.5}/{longitude:.5}"
    )
}
