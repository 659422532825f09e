//! Whether a mail may give orders: who is on the roster, answers a letter of ours, and is vouched for by the
//! receiving server.
//!
//! `From` is written by whoever wants to. Three things together are not: the address is on our roster, the mail
//! answers a Message-ID that only this installation can sign, and the server that took the mail in says that DMARC
//! passes for that very address. Where one of them is missing nothing is done; the roster address, which a forger does
//! not read, is asked to confirm.

mod results;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::results::Outcome;
use super::mail::Mail;

/// What an installation asks of mails that give orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The name under which the receiving server writes its results (RFC 8601 section 2.5); nothing is believed
    /// without it. That server must remove what others write under its name (section 5).
    pub authserv_id: Option<String>,
    /// DMARC must pass. Not asked only where no mail comes in from outside (closed intranet).
    pub required: bool,
}

/// What a mail may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Its orders are carried out.
    Full,
    /// Its orders wait until the roster address confirms them.
    Confirm(Doubt),
    /// It gives no orders: an ordinary mail.
    Stranger,
}

/// Why a mail under a roster address is not simply believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The receiving server did not say whether the sender is who they say.
    NoResult,
    /// The receiving server says that it may be forged, or the mail names another author beside.
    Failed,
    /// It answers no letter of ours.
    NoToken,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Self; 3] = [Self::NoResult, Self::Failed, Self::NoToken];

    /// For the log and the history.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoResult => "the receiving server does not say whether the sender is genuine",
            Self::Failed => "the sender could not be authenticated",
            Self::NoToken => "it does not answer a letter of ours",
        }
    }

    /// For the letter that asks to confirm: a part of an Italian sentence.
    #[must_use]
    pub const fn text_it(self) -> &'static str {
        match self {
            Self::NoResult => "il server di posta non dice se il mittente è autentico",
            Self::Failed => "il mittente non è stato autenticato",
            Self::NoToken => "il messaggio non risponde a una nostra lettera",
        }
    }
}

/// How far a mail is trusted. `on_roster`: the bare lower-case address of [`Mail::from`] is on the roster of staff
/// or contractors. `token`: it answers a letter that we signed.
///
/// Both and DMARC, or both where the policy asks for no DMARC: [`Trust::Full`]. A roster address without one of them:
/// [`Trust::Confirm`]. Anybody else: [`Trust::Stranger`].
#[must_use]
pub fn trust(mail: &Mail, on_roster: bool, token: bool, policy: &Policy) -> Trust {
    if !on_roster {
        return Trust::Stranger;
    }
    let doubt = if policy.required {
        policy.authserv_id.as_deref().map_or(Some(Doubt::NoResult), |id| doubt(mail, id))
    } else {
        names_another(mail).then_some(Doubt::Failed)
    };
    match doubt {
        Some(doubt) => Trust::Confirm(doubt),
        None if !token => Trust::Confirm(Doubt::NoToken),
        None => Trust::Full,
    }
}

/// Whether the server of this name says that DMARC passes for the author (RFC 8601, RFC 7489).
///
/// Only its fields above every other server's count, and all their DMARC results must pass with a `header.from` that
/// is the domain of `From` or a parent of it. The mail must name no other author anywhere in `From`.
#[must_use]
pub fn dmarc_passes(mail: &Mail, authserv_id: &str) -> bool {
    doubt(mail, authserv_id).is_none()
}

/// What speaks against the author, as far as the server of this name knows; nothing when DMARC passes.
fn doubt(mail: &Mail, authserv_id: &str) -> Option<Doubt> {
    let Some(author) = mail.from.as_ref().filter(|_| !mail.from_addresses.is_empty()) else {
        return Some(Doubt::NoResult);
    };
    if names_another(mail) {
        return Some(Doubt::Failed);
    }
    let domain = author.domain().to_ascii_lowercase();
    let doubts: Vec<Option<Doubt>> = mail
        .header_all("authentication-results")
        .map_while(|field| results::of_server(field, authserv_id))
        .flatten()
        .filter(|outcome| outcome.method == "dmarc")
        .map(|outcome| doubt_of(&outcome, &domain))
        .collect();
    // A pass beside anything else is no pass: one of the two was written by somebody else.
    if doubts.is_empty() { Some(Doubt::NoResult) } else { doubts.into_iter().flatten().max() }
}

fn doubt_of(outcome: &Outcome, domain: &str) -> Option<Doubt> {
    match outcome.result.as_str() {
        "pass" if outcome.header_from.is_empty() => Some(Doubt::NoResult),
        "pass" if outcome.header_from.iter().all(|named| covers(named, domain)) => None,
        // No policy published, or no answer from the DNS: nothing is known.
        "none" | "temperror" => Some(Doubt::NoResult),
        _ => Some(Doubt::Failed),
    }
}

/// Whether a result for `named` speaks for `domain`: the same, or the parent that published the policy for it. A name
/// without a dot is nobody's mail domain.
fn covers(named: &str, domain: &str) -> bool {
    let below = domain.strip_suffix(named).is_some_and(|rest| rest.ends_with('.'));
    !domain.is_empty() && (named == domain || (below && named.contains('.')))
}

/// Whether `From` names an address that is not the author's: then it is not clear for whom the server spoke.
fn names_another(mail: &Mail) -> bool {
    let author = mail.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
    mail.from_addresses.iter().any(|named| *named != author)
}
