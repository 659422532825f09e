//! Who wrote: ourselves, a mail server, an address that nobody reads, a controller.

use std::sync::LazyLock;

use super::headers;
use super::sight::Sight;
use crate::domain::mail::ReturnPath;
use crate::domain::phrases::Phrases;

/// Mailboxes of mail servers: no person ever writes from them (RFC 3834 section 2, RFC 5321 section 6.1).
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "mail-daemon",
    "maildaemon",
    "mdaemon",
    "mail.delivery.system",
    "mail-delivery-system",
    "maildeliverysystem",
    "double-bounce",
];

/// Mailboxes from which a mail server may write, and a person too (RFC 2142).
const POSTMASTERS: &[&str] = &[
    "postmaster",
    "post_master",
    "post-master",
    "sysadmin",
    "system",
    "administrator",
    "mailadmin",
    "mail-admin",
    "mailmaster",
    "postoffice",
];

/// Local parts that nobody reads.
const ROBOTS: &[&str] = &[
    "postmaster",
    "root",
    "nobody",
    "daemon",
    "cron",
    "apache",
    "wwwrun",
    "www-data",
    "listserv",
    "majordomo",
    "mailman",
    "abuse",
    "spam",
    "system",
    "sistema",
    "robot",
    "mailrobot",
    "antispam",
    "amavis",
    "clamav",
    "bot",
];

/// Parts of local parts, set apart by `.`, `-`, `_` or `+`, that say so too.
const ROBOT_PARTS: &[&str] = &[
    "noreply",
    "donotreply",
    "nonrispondere",
    "noresponder",
    "naoresponder",
    "nepasrepondre",
    "keineantwort",
    "bounce",
    "bounces",
    "notification",
    "notifications",
    "notifica",
    "notifiche",
    "alert",
    "alerts",
    "autoreply",
    "autoresponder",
    "autoresponse",
    "automatico",
    "automatica",
    "automatic",
    "automated",
    "automatisch",
    "mailer",
    "newsletter",
    "unattended",
    "unmonitored",
    "quarantine",
    "quarantena",
    "antivirus",
    "virusalert",
    "mailscanner",
    "spamfilter",
];

/// The same in several words; `_`, `-`, `.` between them do not count.
const ROBOT_RUNS: &[&str] = &[
    "noreply",
    "donotreply",
    "dontreply",
    "nonrispondere",
    "norispondere",
    "noresponder",
    "naoresponda",
    "naoresponder",
    "nepasrepondre",
    "nichtantworten",
    "bittenichtantworten",
    "keineantwort",
    "nieodpowiadaj",
    "nuraspundeti",
    "geenantwoord",
    "autoconfirm",
    "autoreply",
    "autoresponse",
    "autoresponder",
    "quarantine",
    "quarantena",
];

pub(super) fn is_our_mailbox(sight: &Sight<'_>) -> bool {
    !sight.sender.is_empty()
        && sight.identity.addresses.iter().any(|address| same(address, &sight.sender))
}

pub(super) fn is_staff(sight: &Sight<'_>) -> bool {
    !sight.sender.is_empty()
        && sight.identity.staff.iter().any(|address| same(address, &sight.sender))
}

/// Whether the sender, or its domain or a domain above it, is listed.
pub(super) fn is_listed_controller(sight: &Sight<'_>) -> bool {
    sight.identity.alarm_senders.iter().any(|listed| {
        let listed = listed.trim().trim_start_matches('@').to_lowercase();
        if listed.is_empty() {
            return false;
        }
        let below = sight.domain().strip_suffix(listed.as_str());
        sight.sender == listed
            || below.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    })
}

/// A mail server that reports on a letter. Some write no address at all, only `MAILER-DAEMON <>`.
pub(super) fn is_daemon(sight: &Sight<'_>) -> bool {
    DAEMONS.contains(&sight.local()) || exchange_system_mailbox(sight.local()) || daemon_name(sight)
}

/// `MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@…`: the one mailbox that Exchange reports from.
fn exchange_system_mailbox(local: &str) -> bool {
    local.strip_prefix("microsoftexchange").is_some_and(|id| {
        id.len() >= EXCHANGE_ID_CHARS_MIN && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Shorter runs of hexadecimal digits may be a word.
const EXCHANGE_ID_CHARS_MIN: usize = 16;

fn daemon_name(sight: &Sight<'_>) -> bool {
    static NAMES: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            mailer-daemon | mailer daemon | mail delivery subsystem | mail delivery system
            mail deliver system | mail delivery service | internet mail delivery
            ",
        )
    });
    let named = sight
        .mail
        .from
        .as_ref()
        .is_some_and(|from| NAMES.opens(crate::domain::text::fold(&from.name).trim()));
    let unnamed = sight.sender.is_empty() && daemon_return_path(sight);
    named || unnamed
}

fn daemon_return_path(sight: &Sight<'_>) -> bool {
    match &sight.mail.return_path {
        ReturnPath::Address(address) => {
            let address = address.to_lowercase();
            let local = address.split('@').next().unwrap_or_default();
            DAEMONS.contains(&local)
        }
        ReturnPath::Missing | ReturnPath::Null => false,
    }
}

/// A postmaster, or whoever writes with a daemon's or an empty envelope: believed to be a mail
/// server only when the words say so too.
pub(super) fn may_be_daemon(sight: &Sight<'_>) -> bool {
    POSTMASTERS.contains(&sight.local()) || sight.null_return_path() || daemon_return_path(sight)
}

/// An address that nobody reads.
pub(super) fn is_robot(sight: &Sight<'_>) -> bool {
    is_robot_address(sight.local(), sight.domain())
}

/// Answers go, or the mail was handed over by, an address that nobody reads (`Reply-To`, `Sender`).
pub(super) fn stands_for_robot(sight: &Sight<'_>) -> bool {
    let reply_to = sight.mail.reply_to.as_ref().map(|address| address.address.to_lowercase());
    let handed_over = sight.mail.header("sender").map(|value| {
        let value = headers::without_comments(value).to_lowercase();
        let bare = value.rsplit_once('<').map_or(value.as_str(), |(_, bare)| bare);
        bare.trim().trim_end_matches('>').to_owned()
    });
    reply_to.iter().chain(handed_over.iter()).any(|address| {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        is_robot_address(local, domain)
    })
}

fn is_robot_address(local: &str, domain: &str) -> bool {
    let (owner, request) =
        (local.starts_with("owner-"), ends_with_any(local, &["-owner", "-request"]));
    let run: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    owner
        || request
        || DAEMONS.contains(&local)
        || ROBOTS.contains(&local)
        || local.split(['.', '-', '_', '+']).any(|part| ROBOT_PARTS.contains(&part))
        || ROBOT_RUNS.iter().any(|words| run.starts_with(words) || run.ends_with(words))
        || domain.split('.').any(|label| ROBOT_RUNS.contains(&label))
}

fn ends_with_any(text: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| text.ends_with(end))
}

fn same(listed: &str, address: &str) -> bool {
    listed.trim().eq_ignore_ascii_case(address)
}
