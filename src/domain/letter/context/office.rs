//! What may be said to the office: answers to commands, claims for damages, the list of the day.

use serde::{Deserialize, Serialize};

use super::{AttachmentLine, Wording};

/// Of `unanswered`: nobody took an emergency, or whoever is on call cannot be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnansweredContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The category in plain words; `none` when it waits for staff.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The place as written.
    pub place: Option<String>,
    /// The subject as written.
    pub subject: String,
    /// What was reported.
    pub text: String,
    /// Calls made so far.
    pub calls: u32,
    /// The address that the last call could not be delivered to; `none` when the calls ended without an answer.
    pub unreached: Option<String>,
}

/// Of `command_answer`: what became of the commands of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandAnswerContext {
    /// The ticket's number; `none` when the mail was about none.
    pub number: Option<String>,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// What was done, each a clause in Italian.
    pub done: Vec<String>,
    /// What could not be read or done: expected, found, what to do, each a sentence in Italian.
    pub faults: Vec<String>,
    /// Nothing was done because of the faults.
    pub unchanged: bool,
    /// Every command with its meaning; empty shows none.
    pub help: Vec<HelpLine>,
    /// The address that had so many answers today that it has no more; of the letter that tells staff of it.
    pub looped: Option<String>,
}

/// A command and what it does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpLine {
    /// As one writes it: `#rinvia 3g`.
    pub command: String,
    /// What it does, in Italian.
    pub meaning: String,
}

impl From<(&str, &str)> for HelpLine {
    fn from((command, meaning): (&str, &str)) -> Self {
        Self { command: command.to_owned(), meaning: meaning.to_owned() }
    }
}

/// Of `confirmation`: somebody wrote in the name of a colleague or contractor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationContext {
    /// The ticket's number; `none` when the mail was about none.
    pub number: Option<String>,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The commands as they were read.
    pub commands: Vec<String>,
    /// Why the mail was not believed at once, a clause.
    pub doubt: Option<Wording>,
    /// Whom to tell when somebody else wrote it, an address or telephone number; `none`: the office.
    pub contact: Option<String>,
}

/// Of `claim_notice`: a resident asks for damages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimNoticeContext {
    /// The ticket's number.
    pub number: String,
    /// `organisation.name`.
    pub organisation: String,
    /// When the mail arrived, in local words.
    pub received: Wording,
    /// The words that speak of damages.
    pub because: Vec<String>,
    /// It came as certified mail (PEC).
    pub certified: bool,
    /// The category in plain words; `none` when it waits for staff.
    pub category: Option<Wording>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// The place as written.
    pub place: Option<String>,
    /// The office that goes on with the ticket.
    pub office: Wording,
    /// The requester's display name; may be empty.
    pub requester_name: String,
    /// The requester's address; may be empty.
    pub requester_address: String,
    /// The subject as written.
    pub subject: String,
    /// What the requester newly wrote, from [`shortened`](super::shortened).
    pub text: String,
    /// The text was cut.
    pub text_cut: bool,
    /// What was attached.
    pub attachments: Vec<AttachmentLine>,
}

/// Of `digest`: what an office finds when it opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestContext {
    /// `organisation.name`.
    pub organisation: String,
    /// The office.
    pub office: Wording,
    /// The day, in local words.
    pub day: Wording,
    /// They are closed, and whoever reported says that they are not repaired.
    pub unrepaired: DigestSection,
    /// Past their time, the latest first.
    pub overdue: DigestSection,
    /// Their time ends soon.
    pub due_soon: DigestSection,
    /// The day came of their inspection, of the planned work, or of the end of their postponement.
    pub today: DigestSection,
    /// Nobody has looked at them yet.
    pub to_check: DigestSection,
    /// The work is reported done; staff close them.
    pub done: DigestSection,
    /// They wait for an answer, or stand still without a day on which they go on.
    pub waiting: DigestSection,
    /// A contractor answered by certified mail since the last digest.
    pub certified: DigestSection,
    /// They came since the last digest.
    pub new: DigestSection,
}

/// Of `alarm`: something around the program has not worked for some minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmContext {
    /// `organisation.name`.
    pub organisation: String,
    /// What does not work.
    pub what: Wording,
    /// Which mailbox or ticket, where there are several.
    pub subject: Option<String>,
    /// Since when, in local words.
    pub since: Wording,
    /// What was found and what to do, in English.
    pub text: String,
}

/// One list of a digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestSection {
    /// How many tickets belong to it.
    pub count: u32,
    /// How many of them are not among the lines.
    pub more: u32,
    /// The first of them.
    pub lines: Vec<DigestLine>,
}

/// One ticket of a digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestLine {
    /// The ticket's number.
    pub number: String,
    /// The place as written.
    pub place: Option<String>,
    /// The subcategory's name.
    pub subcategory: Option<Wording>,
    /// It is an emergency.
    pub emergency: bool,
    /// Since when, in local words; for what waits and what is new.
    pub since: Option<Wording>,
    /// The last day of its time, in local words.
    pub due: Option<Wording>,
    /// The day that was said of it, in local words; of what is for today.
    pub day: Option<Wording>,
    /// Where it stands.
    pub status: Option<Wording>,
}
