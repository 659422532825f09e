//! Mail that one of our people passes on: the person inside becomes the requester, the colleague a note.
//!
//! Only staff are believed, because anybody can write a header block into a mail. Where it is not plain whose
//! report it is, it stays the colleague's: they can say so by an order, a wrong answer cannot be taken back.

use super::kind::{Identity, kind};
use super::mail::{Address, Forwarded, Mail};
use super::rules::RuleSet;
use super::text::fold;
use super::understand::understand;

#[cfg(test)]
mod tests;

/// Forward prefixes by language.
const FORWARD_PREFIXES: &[&str] = &[
    "i",
    "fw",
    "fwd",
    "inoltra",
    "inoltro",
    "tr",
    "wg",
    "rv",
    "enc",
    "pd",
    "doorst",
    "转发",
    "轉寄",
    "пересл",
    "fs",
    "vl",
    "vb",
    "yhtvs",
    "rvs",
    "пер",
    "fwd.",
];

/// Whether a subject begins as programs make it of a forwarded one's.
#[must_use]
pub fn is_forward(subject: &str) -> bool {
    prefixed(&fold(subject), FORWARD_PREFIXES)
}

/// Reply prefixes by language, as RFC 5322 section 3.6.5 allows and programs write them.
const REPLY_PREFIXES: &[&str] = &[
    "re", "r", "rif", "risp", "aw", "antw", "antwort", "sv", "vs", "odp", "res", "resp", "ref",
    "回复", "答复", "відп",
];

/// Whether a subject begins as programs make it of an answered one's.
#[must_use]
pub fn is_answer(subject: &str) -> bool {
    prefixed(&fold(subject), REPLY_PREFIXES)
}

/// One-letter prefixes (`R:`, `I:`) count only with a blank behind, longer ones also without;
/// a counter may stand between (`Re[2]:`, `Re(2):`).
fn prefixed(subject: &str, prefixes: &[&str]) -> bool {
    let Some((prefix, rest)) = subject.split_once(':') else { return false };
    let bare = prefix
        .trim()
        .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']' | '(' | ')' | '^'));
    let spaced = bare.chars().nth(1).is_some() || rest.is_empty() || rest.starts_with(' ');
    spaced && prefixes.contains(&bare.trim())
}

/// Who passed a mail on, and with which words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    /// The colleague.
    pub by: Address,
    /// What they wrote above; may be empty.
    pub note: String,
}

/// A forward of one of our people, taken apart: the mail as if its author had written to us, and who passed it on.
/// `None` where the mail is no such forward, or where it is not plain whose report it is.
#[must_use]
pub fn unfolded(mail: &Mail, identity: &Identity, rules: &RuleSet) -> Option<(Mail, PassedOn)> {
    let by = mail.from.clone().filter(|from| is_colleague(from, identity))?;
    if !is_passing_on(&mail.text, &mail.forwarded) {
        return None;
    }
    let inner = author(&mail.forwarded, identity)?;
    if !shows_itself(mail) && is_another_matter(&mail.text, inner, rules) {
        return None;
    }
    let inside = Mail {
        from: Some(inner.author.clone()),
        subject: if inner.subject.is_empty() {
            mail.subject.clone()
        } else {
            inner.subject.clone()
        },
        text: inner.text.clone(),
        // Parts and attachments lie at the outer mail; they are the inner person's.
        media_type: "text/plain".to_owned(),
        ..Mail::default()
    };
    if !kind(&inside, identity, false).acknowledge {
        return None;
    }
    let note = if shows_itself(mail) { String::new() } else { mail.text.clone() };
    let passed = PassedOn { by, note };
    let mail = Mail {
        from: inside.from,
        reply_to: None,
        subject: inside.subject,
        text: inside.text,
        quoted: format!("{}\n\n{}", mail.text, mail.quoted).trim().to_owned(),
        ..mail.clone()
    };
    Some((mail, passed))
}

/// Whether an address is one of staff, or of the organisation's domains, and not our own mailbox.
pub(super) fn is_colleague(address: &Address, identity: &Identity) -> bool {
    let listed = |known: &String| known.trim().eq_ignore_ascii_case(&address.address);
    let ours = |known: &String| address.is_listed_as(known);
    let staff = identity.staff.iter().any(listed) || identity.domains.iter().any(ours);
    staff && !identity.addresses.iter().any(listed)
}

/// Nothing was written above: the whole mail is the forward, and parse kept it as the text.
fn shows_itself(mail: &Mail) -> bool {
    let inner = |forwarded: &Forwarded| {
        !forwarded.text.is_empty() && mail.text.contains(forwarded.text.as_str())
    };
    mail.forwarded.last().is_some_and(inner)
}

/// Whether a note without a word of passing on is a report of its own: about something else than what it stands above.
fn is_another_matter(note: &str, inner: &Forwarded, rules: &RuleSet) -> bool {
    if says_it_passes_on(&fold(note)) {
        return false;
    }
    let category = |subject: &str, text: &str| {
        let words = Mail { subject: subject.to_owned(), text: text.to_owned(), ..Mail::default() };
        understand(&words, rules).verdict.category
    };
    let own = category("", note);
    own.is_some() && own != category(&inner.subject, &inner.text)
}

/// Letters of a note without a word of passing on: more is a report of the colleague's own.
const NOTE_LETTERS_MAX: usize = 80;

/// Letters of a note with such a word: a covering letter is as long as that.
const COVER_LETTERS_MAX: usize = 500;

/// What who passes on writes, folded: whole words, or with `*` their beginnings.
const PASSING: [&str; 84] = [
    "inoltro",
    "inoltra",
    "inoltrare",
    "inoltrarvi",
    "inoltrarti",
    "inoltrata",
    "inoltrato",
    "inoltrate",
    "inoltrati",
    "inoltrando",
    "inoltriamo",
    "inoltrano",
    "trasmett*",
    "trasmess*",
    "per competenza",
    "per conoscenza",
    "per quanto di competenza",
    "vi giro",
    "ti giro",
    "giro la",
    "giro a",
    "giro per",
    "giro questa",
    "giro questo",
    "giriamo",
    "rigiro",
    "ricevuta da*",
    "ricevuto da*",
    "ricevuta oggi",
    "ricevuta ieri",
    "ho ricevuto la",
    "ho ricevuto questa",
    "abbiamo ricevuto la",
    "abbiamo ricevuto questa",
    "segnalazione ricevuta",
    "mail ricevuta",
    "messaggio ricevuto",
    "pervenut*",
    "sottostante",
    "di seguito",
    "qui sotto",
    "in calce",
    "vedi sotto",
    "vedere sotto",
    "quanto sotto",
    "quanto segnalato",
    "quanto riportato",
    "quanto scrive",
    "quanto scritto",
    "segnalato da*",
    "sotto riportat*",
    "come da",
    "in allegato",
    "allego",
    "segnalazione di",
    "richiesta di",
    "mail di",
    "rispondere direttamente",
    "alla signora",
    "al signore",
    "al cittadino",
    "alla cittadina",
    "all utente",
    "per cortesia verificare",
    "prega di verificare",
    "fyi",
    "forward*",
    "see below",
    "segnalato da*",
    "segnalata da*",
    "segnalati da*",
    "segnalate da*",
    "segnalatoc*",
    "segnalatac*",
    "ci segnala*",
    "mi segnala*",
    "quanto sotto",
    "sotto riportat*",
    "sotto indicat*",
    "sotto segnal*",
    "seguente segnalazione",
    "riceviamo",
    "mail below",
    "message below",
];

/// Whether a phrase of [`PASSING`] stands among the words of a folded text.
fn says_it_passes_on(folded: &str) -> bool {
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let spaced = format!(" {} ", words.join(" "));
    PASSING.iter().any(|phrase| match phrase.strip_suffix('*') {
        Some(beginning) => spaced.contains(&format!(" {beginning}")),
        None => spaced.contains(&format!(" {phrase} ")),
    })
}

/// Words that answer what is shown instead of passing it on, folded.
const ANSWERING: [&str; 8] = [
    "risolt",
    "sistemat",
    "intervento eseguito",
    "gia fatto",
    "ti rispondo",
    "rispondo",
    "grazie a te",
    "confermo",
];

fn is_answering(folded: &str) -> bool {
    ANSWERING.iter().any(|word| folded.contains(word))
}

/// Words of a note that asks, beside which `risolto` or `sistemato` is what it asks for, folded.
const ASKING: [&str; 8] =
    ["non ", "venga", "vengano", "chied", "prega", "prego", "interven", "urgen"];

/// Whether a mail shows or encloses another to pass it on, whoever sends it: no answer to it, by its subject or
/// its ancestors, and none by its words.
pub(super) fn passes_on(mail: &Mail) -> bool {
    let answer = !mail.in_reply_to.is_empty() || prefixed(&fold(&mail.subject), REPLY_PREFIXES);
    let note = fold(&mail.text);
    let asks = ASKING.iter().any(|word| note.contains(word));
    !mail.forwarded.is_empty()
        && (is_forward(&mail.subject) || !answer)
        && (asks || !is_answering(&note))
}

fn is_passing_on(text: &str, forwarded: &[Forwarded]) -> bool {
    if forwarded
        .last()
        .is_some_and(|inner| !inner.text.is_empty() && text.contains(inner.text.as_str()))
    {
        return true;
    }
    let letters = text.chars().filter(|char| char.is_alphabetic()).take(COVER_LETTERS_MAX).count();
    let folded = fold(text);
    if is_answering(&folded) {
        return false;
    }
    letters < NOTE_LETTERS_MAX || (letters < COVER_LETTERS_MAX && says_it_passes_on(&folded))
}

/// Whose report it is: the first author who is no colleague that only passes on. Our own mailbox among the
/// authors makes it a conversation, and a name without an address cannot be answered: both stay ambiguous.
fn author<'a>(forwarded: &'a [Forwarded], identity: &Identity) -> Option<&'a Forwarded> {
    let ours = |address: &Address| {
        identity.addresses.iter().any(|own| own.trim().eq_ignore_ascii_case(&address.address))
    };
    let mut authors = forwarded.iter().peekable();
    while let Some(inner) = authors.next() {
        if inner.author.address.is_empty() || ours(&inner.author) {
            return None;
        }
        let deeper: Vec<Forwarded> = authors.clone().cloned().collect();
        let passing = is_colleague(&inner.author, identity) && is_passing_on(&inner.text, &[]);
        if deeper.is_empty() || !passing {
            return Some(inner);
        }
    }
    None
}
