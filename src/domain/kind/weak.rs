//! Weak signs of automation: each withholds the acknowledgement, none costs the ticket.

use super::sight::Sight;
use super::{
    KindReason, KindVerdict, autoreply, bounce, headers, lists, notice, person, receipts, reports,
    sender, spam, words,
};

/// The first sign, if there is one: headers, then the sender, then the words, then the subject.
pub(super) fn sign(sight: &Sight<'_>) -> Option<KindReason> {
    SIGNS.iter().find(|(shows, _)| shows(sight)).map(|(_, reason)| *reason)
}

type Sign = fn(&Sight<'_>) -> bool;

const SIGNS: &[(Sign, KindReason)] = &[
    (receipts::claims, KindReason::UnconfirmedReceipt),
    (null_return_path, KindReason::NullReturnPath),
    (auto_submitted, KindReason::AutoSubmitted),
    (suppressed, KindReason::ResponseSuppressed),
    (list_header, KindReason::ListHeader),
    (precedence, KindReason::Precedence),
    (lists::mass_header, KindReason::MassMailHeader),
    (ticket_system, KindReason::TicketSystem),
    (looped, KindReason::LoopHeader),
    (named_answer, KindReason::AutoSubmitted),
    (too_many_hops, KindReason::TooManyHops),
    (delivered_twice, KindReason::DeliveredTwice),
    (no_sender, KindReason::NoSender),
    (sender::is_our_mailbox, KindReason::OwnMailbox),
    (robot, KindReason::RobotSender),
    (calendar_part, KindReason::CalendarPart),
    (automatic_words, KindReason::AutomaticWords),
    (lists::newsletter_words, KindReason::NewsletterWords),
    (words::foreign_ticket, KindReason::ForeignTicket),
    (bounce::subject, KindReason::BounceSubject),
    (bounce::passed_on, KindReason::BounceSubject),
    (reports::receipt_subject, KindReason::ReadReceiptSubject),
    (spam::subject, KindReason::SpamSubject),
    (receipts::subject, KindReason::ReceiptSubject),
    (autoreply::calendar_subject, KindReason::CalendarPart),
    // The weakest comes last: see only_hinted.
    (hints_at_absence, KindReason::AutomaticWords),
];

fn null_return_path(sight: &Sight<'_>) -> bool {
    sight.null_return_path()
}

fn auto_submitted(sight: &Sight<'_>) -> bool {
    sight.auto_submitted().is_some()
}

/// `X-Auto-Response-Suppress` (MS-OXCMAIL 2.2.3.2.14): the words that mean replies to us. `RN`, `NRN`
/// and `NDR` speak of receipts that we never send, `None` of nothing.
pub(super) fn suppressed(sight: &Sight<'_>) -> bool {
    sight.says("x-auto-response-suppress", &["all", "autoreply", "oof", "dr", "-1"])
}

pub(super) fn precedence(sight: &Sight<'_>) -> bool {
    let bulk = ["bulk", "junk", "list", "auto_reply", "auto-reply"];
    let marked = ["precedence", "x-precedence"].into_iter().any(|name| sight.says(name, &bulk));
    marked && !lists::is_our_list(sight)
}

/// A list that is our own mailbox is the road to us, not a sign.
fn list_header(sight: &Sight<'_>) -> bool {
    lists::LIST_FIELDS.iter().any(|name| sight.has(name)) && !lists::is_our_list(sight)
}

/// Fields that other ticket systems put on all they send, their agents' letters included.
pub(super) fn ticket_system(sight: &Sight<'_>) -> bool {
    const FIELDS: &[&str] = &[
        "x-otrs-loop",
        "x-znuny-loop",
        "x-rt-loop-prevention",
        "x-rt-ticket",
        "x-rt-originator",
        "x-redmine-host",
        "x-gitlab-project",
        "x-github-reason",
        "x-jira-fingerprint",
        "x-zendesk-from-account-id",
        "x-osticket",
        "x-freshdesk",
        "x-zammad-ticket-id",
        "x-mantis-version",
        "x-bugzilla-reason",
        "x-glpi",
        "x-trac-version",
        "x-freescout-mail-type",
        "x-helpdesk-ticket",
        "x-servicenow-generated",
        "x-loop-prevention",
    ];
    const MAILERS: &[&str] = &[
        "otrs",
        "znuny",
        "zammad",
        "osticket",
        "glpi",
        "rt ",
        "request tracker",
        "freescout",
        "zendesk",
        "freshdesk",
        "redmine",
        "mantis",
        "servicenow",
        "kayako",
        "helpdesk",
    ];
    let mailers = sight.mail.header_all("x-mailer").chain(sight.mail.header_all("user-agent"));
    let mut mailers = mailers.map(str::to_ascii_lowercase);
    FIELDS.iter().any(|name| sight.has(name))
        || mailers.any(|mailer| MAILERS.iter().any(|name| mailer.starts_with(name)))
}

/// Fields of programs that nobody has listed, whose very name says that they answer.
fn named_answer(sight: &Sight<'_>) -> bool {
    const NAMES: &[&str] =
        &["auto-repl", "autorepl", "auto-respon", "autorespon", "out-of-office", "vacation"];
    let answers = |name: &str| {
        name.starts_with("x-")
            && !name.contains("suppress")
            && NAMES.iter().any(|part| name.contains(part))
    };
    let mut fields = sight.mail.headers.iter();
    fields.any(|field| answers(&field.name) && headers::affirms(&field.value))
}

/// Programs that stop their own loops say so, and old marks of generated mail.
fn looped(sight: &Sight<'_>) -> bool {
    const FLAGS: &[&str] =
        &["x-fc-machinegenerated", "x-autogenerated", "x-ms-exchange-generated-message-source"];
    let looped = ["x-loop", "x-sportello-loop"].into_iter().any(|name| sight.has(name));
    looped || FLAGS.iter().any(|name| sight.mail.header_all(name).any(headers::affirms))
}

/// Real mail takes under ten; beyond this it is going round.
const HOPS_MAX: usize = 30;

fn too_many_hops(sight: &Sight<'_>) -> bool {
    sight.mail.header_all("received").nth(HOPS_MAX.saturating_sub(1)).is_some()
}

fn delivered_twice(sight: &Sight<'_>) -> bool {
    let bare = |value: &str| value.trim().trim_matches(['<', '>']).to_lowercase();
    let ours = |value: &&str| {
        sight.identity.addresses.iter().any(|own| own.eq_ignore_ascii_case(&bare(value)))
    };
    sight.mail.header_all("delivered-to").filter(ours).nth(1).is_some()
}

fn no_sender(sight: &Sight<'_>) -> bool {
    let (local, domain) = (sight.local(), sight.domain());
    local.is_empty() || domain.is_empty()
}

fn robot(sight: &Sight<'_>) -> bool {
    sender::is_robot(sight) || sender::is_daemon(sight) || sender::stands_for_robot(sight)
}

/// A calendar part, invitation or answer: a program waits for a click, not for a letter.
pub(super) fn calendar_part(sight: &Sight<'_>) -> bool {
    let outer = sight.mail.media_type == "text/calendar";
    let class = sight
        .mail
        .header("content-class")
        .is_some_and(|value| value.to_ascii_lowercase().contains("calendarmessage"));
    let part = sight
        .mail
        .attachments
        .iter()
        .any(|file| file.media_type == "text/calendar" || file.media_type == "application/ics");
    outer || class || part
}

fn automatic_words(sight: &Sight<'_>) -> bool {
    words::absence_subject(sight)
        || words::receipt_subject(sight)
        || words::automatic_opening(sight)
        || words::automatic_notice(sight)
        || notice::declares_itself(sight)
}

/// Whether a verdict rests on words of absence that people use too, and on nothing else.
pub(super) fn only_hinted(verdict: KindVerdict, sight: &Sight<'_>) -> bool {
    verdict.ticket
        && verdict.reason == KindReason::AutomaticWords
        && !automatic_words(sight)
        && hints_at_absence(sight)
}

/// Words of absence that people use too: two different ones, one in an answer, or one that says until when.
/// Whoever reports something is believed to be there.
fn hints_at_absence(sight: &Sight<'_>) -> bool {
    let hinted = match words::absence_hints(sight) {
        0 => false,
        1 => person::continues(sight),
        _ => true,
    };
    (hinted || notice::away_until(sight)) && !person::tells(sight)
}
