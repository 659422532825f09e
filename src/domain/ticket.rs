//! Tickets: one request for intervention each, with a history of entries.

use serde::{Deserialize, Serialize};

use super::classify::Verdict;
use super::duplicate::SameAs;
use super::language::Language;
pub use super::life::Status;
use super::mail::Address;
use super::place::Place;
use super::requester::Standing;
use super::rules::{Category, Matter};
use super::time::Timestamp;
use super::understand::Understood;
use super::urgency::Urgency;

/// A ticket as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// `2026-000123`: the year of arrival in the organisation's zone, and a number in that year.
    pub number: String,
    /// Where it stands.
    pub status: Status,
    /// The trade that repairs it; `None` waits for staff.
    pub category: Option<Category>,
    /// Code of the taxonomy.
    pub subcategory: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// Where, as shown to people.
    pub place: Option<String>,
    /// Id of the office in charge.
    pub office: String,
    /// What the requester reads.
    pub language: Language,
    /// Who asked.
    pub requester: Address,
    /// What they called it.
    pub subject: String,
    /// Where the mail came in.
    pub mailbox: String,
    /// Message-ID of that mail, without brackets.
    pub message_id: Option<String>,
    /// The ticket that this one repeats, as it seems or as staff said.
    pub same_as: Option<SameAs>,
    /// When the ledger first saw it.
    pub received_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// How often it changed: a writer names the version that it read.
    pub version: i64,
    /// Set while whoever is on call is being written to about it.
    pub call: Option<Call>,
    /// Why it was sorted so.
    pub facts: Facts,
}

/// How far the calls about an emergency have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Calls made.
    pub made: u32,
    /// When the next is due, unless somebody takes the ticket before.
    pub next_at: Timestamp,
}

/// What stands behind the fields of a ticket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The classifier's answer with its words; `None` where nothing could be read.
    pub verdict: Option<Verdict>,
    /// The place as found.
    pub place: Option<Place>,
    /// The words that made it urgent or not.
    pub urgency_because: Vec<String>,
    /// What the person wrote: letters that follow need it.
    pub text: String,
    /// Names and sizes of what was attached.
    pub attachments: Vec<String>,
    /// What sort of requester it came from.
    #[serde(default)]
    pub standing: Standing,
    /// The telephone number that they left, where somebody may have to reach them on the spot.
    #[serde(default)]
    pub telephone: Option<String>,
    /// Where its waits have brought it.
    #[serde(default)]
    pub course: Course,
}

/// The waits of a ticket: while it waits, its expected time does not run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    /// Where it stood before it began to wait.
    pub before: Option<Status>,
    /// Since when it waits.
    pub since: Option<Timestamp>,
    /// Its waits before that, since the expected time runs.
    pub waits: Vec<Wait>,
    /// The day of an inspection, of planned work or of the end of a postponement, as `2026-12-03`.
    pub day: Option<String>,
    /// The person asks for money: protocol and insurance have been told.
    pub claim: bool,
    /// When a contractor last answered its order by certified mail.
    pub certified: Option<Timestamp>,
    /// Since when the expected time runs, where that is not the arrival: it was over, and began anew.
    pub begun: Option<Timestamp>,
    /// Whoever reported was asked whether it is repaired; once is enough.
    pub asked_repaired: bool,
    /// When a person last took it on: staff who wrote what is to be done, or whoever answered a call.
    pub taken: Option<Timestamp>,
    /// It is closed, and whoever reported says that it is not repaired: staff decide.
    pub unrepaired: bool,
    /// Since when it has its status.
    pub entered: Option<Timestamp>,
}

/// A wait that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// When it began.
    pub since: Timestamp,
    /// When the ticket was taken up again.
    pub until: Timestamp,
}

impl Facts {
    /// What was understood of a mail, with its words.
    #[must_use]
    pub fn of(understood: &Understood, text: &str, attachments: Vec<String>) -> Self {
        Self {
            verdict: Some(understood.verdict.clone()),
            place: understood.place.clone(),
            urgency_because: understood.urgency.because.clone(),
            text: text.to_owned(),
            attachments,
            ..Self::default()
        }
    }
}

impl Ticket {
    /// What decides which office is in charge of it.
    #[must_use]
    pub fn matter(&self) -> Matter<'_> {
        Matter {
            category: self.category,
            subcategory: self.subcategory.as_deref(),
            district: self.facts.place.as_ref().and_then(|place| place.district.as_deref()),
            requester: &self.facts.standing,
        }
    }

    /// Goes to another status; the clock stops at the beginning of a wait, runs on at its end, and begins anew for
    /// what was over. Whether it may is asked of [`Status::may_become`].
    pub fn enter_status(&mut self, status: Status, now: Timestamp) {
        if self.status == status {
            return;
        }
        let course = &mut self.facts.course;
        // A day is said of one status: an inspection that was made, or given up, has none.
        course.day = None;
        match (self.status.is_waiting(), status.is_waiting()) {
            (false, true) => {
                course.before = Some(self.status);
                course.since = Some(now);
            }
            (true, false) => {
                course.waits.extend(course.since.map(|since| Wait { since, until: now }));
                (course.before, course.since) = (None, None);
            }
            _ => {}
        }
        if self.status.is_ended() && !status.is_ended() {
            (course.begun, course.waits, course.unrepaired) = (Some(now), Vec::new(), false);
        }
        course.entered = Some(now);
        self.status = status;
        // Nobody is called about what is done or over.
        if status.is_ended() || status == Status::Done {
            self.call = None;
        }
    }

    /// Notes a change at `now`: the store takes it when nobody was faster.
    pub fn touch(&mut self, now: Timestamp) {
        self.changed_at = now;
        self.version = self.version.saturating_add(1);
    }

    /// Since when it has its status; of tickets kept before that was written down, its last change.
    #[must_use]
    pub fn entered_at(&self) -> Timestamp {
        self.facts.course.entered.unwrap_or(self.changed_at)
    }

    /// A person is at it: whoever is on call need not be written to any more.
    pub fn take_on(&mut self, now: Timestamp) {
        self.call = None;
        self.facts.course.taken = Some(now);
    }
}

/// What an entry of the history records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The ticket was opened.
    Opened,
    /// The requester or another participant wrote again.
    Mail,
    /// Words that ask for nothing: thanks, or what a colleague wrote above a mail that they passed on.
    Note,
    /// Staff corrected a field.
    Correction,
    /// Staff closed it.
    Closed,
    /// Whoever is on call was written to, or will not be any more.
    Called,
    /// Somebody is at it.
    Taken,
    /// A letter did not arrive.
    LetterFailed,
    /// A delivery report or certified-mail receipt about one of its letters.
    DeliveryStatus,
    /// Its status changed.
    Moved,
    /// A work order was asked for, went out, or was taken back.
    Ordered,
    /// A contractor answered, or did not.
    Answered,
    /// A person was erased: lines before this one have lost their words.
    Erased,
}

impl EntryKind {
    /// The name in the store and in lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Mail => "mail",
            Self::Note => "note",
            Self::Correction => "correction",
            Self::Closed => "closed",
            Self::Called => "called",
            Self::Taken => "taken",
            Self::LetterFailed => "letter_failed",
            Self::DeliveryStatus => "delivery_status",
            Self::Moved => "moved",
            Self::Ordered => "ordered",
            Self::Answered => "answered",
            Self::Erased => "erased",
        }
    }
}

/// One line of a ticket's history. Lines are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it records.
    pub kind: EntryKind,
    /// Who did it: a bare address, `staff`, or `sportello`.
    pub author: String,
    /// What, in words.
    pub text: String,
}

/// The author of what is done on the command line.
pub const STAFF: &str = "staff";

/// The name of our own hand in a history.
pub const OURSELVES: &str = "sportello";

/// The number of the `serial`-th ticket of a year.
#[must_use]
pub fn number(year: i32, serial: i64) -> String {
    format!("{year}-{serial:06}")
}
