//! A second look at what was filed: programs carry people's reports, and people use programs' words.
//!
//! What a header proves stays filed. Where only words decided, or a portal delivered what somebody wrote into it,
//! something reported inside makes a ticket of it; an answer it gets never.

use super::sight::Sight;
use super::{Identity, Kind, KindReason, KindVerdict, autoreply, bounce, person, reports, weak};
use crate::domain::mail::Mail;
use crate::domain::place::Place;
use crate::domain::rules::RuleSet;
use crate::domain::text::fold;
use crate::domain::understand::understand;

/// The verdict once the mail is understood. A filed mail that reports something, and that no header proves to
/// be a machine's, becomes a ticket that nobody is thanked for; a ticket whose answer was withheld for words of
/// absence alone ("al mio rientro dalle ferie ho trovato …") is answered when it says what is broken and where.
/// Every other verdict stays as it is.
#[must_use]
pub fn reconsidered(
    verdict: KindVerdict,
    mail: &Mail,
    identity: &Identity,
    rules: &RuleSet,
) -> KindVerdict {
    let sight = Sight::new(mail, identity, false);
    let kind = if person::continues(&sight) { Kind::Reply } else { Kind::Report };
    if weak::only_hinted(verdict, &sight) {
        let (named, placed) = reported("", &mail.text, rules);
        let heard = KindVerdict::answered(kind, KindReason::PersonWrote);
        return if named && placed { heard } else { verdict };
    }
    let Some(reason) = doubtful(verdict, &sight).filter(|_| !verdict.ticket) else {
        return verdict;
    };
    // The subject of an answer is that of the letter it answers: only its text tells what its author means.
    let delivered = verdict.reason == KindReason::MachineOutput;
    let subject = if delivered { mail.subject.as_str() } else { "" };
    match reported(subject, &mail.text, rules) {
        (false, false) => verdict,
        _ => KindVerdict::unanswered(kind, reason),
    }
}

/// Whether these words say what is broken, and whether they say where.
fn reported(subject: &str, text: &str, rules: &RuleSet) -> (bool, bool) {
    let words = Mail { subject: subject.to_owned(), text: text.to_owned(), ..Mail::default() };
    let understood = understand(&words, rules);
    let placed = understood.place.is_some_and(|place| is_spoken_of(&place, &words));
    (understood.verdict.category.is_some(), placed)
}

/// The reason to withhold the answer if the mail reports something; `None` where no report inside would
/// change what it is.
fn doubtful(verdict: KindVerdict, sight: &Sight<'_>) -> Option<KindReason> {
    let (proved, reason) = match verdict.reason {
        KindReason::MachineOutput if sight.auto_submitted().is_some() => {
            (reports::is_server_output(sight), KindReason::AutoSubmitted)
        }
        KindReason::MachineOutput => (reports::is_server_output(sight), KindReason::RobotSender),
        KindReason::AbsenceNotice | KindReason::ForeignReceipt => {
            (autoreply::is_program(sight), KindReason::AutomaticWords)
        }
        KindReason::ReadReceipt => {
            (reports::is_formal_receipt(sight), KindReason::ReadReceiptSubject)
        }
        KindReason::BounceText => (bounce::is_plain(sight), KindReason::BounceSubject),
        _ => return None,
    };
    (!proved).then_some(reason)
}

/// A place in the subject or within a line: one that begins a line is the address below a name.
fn is_spoken_of(place: &Place, mail: &Mail) -> bool {
    let wanted = fold(&place.text);
    let within = |line: &str| {
        let line = fold(line);
        let before = line.split_once(wanted.as_str()).map(|(before, _)| before);
        before.is_some_and(|before| before.chars().any(char::is_alphabetic))
    };
    !wanted.is_empty() && (fold(&mail.subject).contains(&wanted) || mail.text.lines().any(within))
}
