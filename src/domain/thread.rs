//! Which ticket a mail continues, in two factors: a Message-ID that we signed is enough by itself; a
//! number in the subject, or a person's mail that it answers, counts only when the writer takes part in
//! that ticket. A subject's words never
//! thread: two residents write "Segnalazione" on the same day.

use super::mail::Mail;
use super::token::Signer;

/// What a mail offers to thread by; the store looks up the tickets behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Message-IDs of letters of ours that it answers, newest first; signatures checked.
    pub letters: Vec<String>,
    /// Other Message-IDs that it answers, newest first: mails of people, which anybody may know.
    pub mails: Vec<String>,
    /// Ticket numbers in its subject.
    pub numbers: Vec<String>,
}

/// A ticket that a mail might continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub number: String,
    /// Found through a letter of ours, or only through its number or a person's mail.
    pub by_letter: bool,
    /// The bare lower-case addresses that wrote or were written to.
    pub participants: Vec<String>,
}

/// Mails of others looked up for one mail: the newest of a thread are enough.
const MAILS_MAX: usize = 10;

/// Numbers looked up for one mail: more in one subject are noise.
const NUMBERS_MAX: usize = 5;

/// Addresses looked at for a token: more recipients are a circular.
const ADDRESSES_MAX: usize = 100;

/// A serial has six digits and may grow.
const SERIAL_DIGITS: std::ops::RangeInclusive<usize> = 6..=9;

/// What `mail` offers.
#[must_use]
pub fn keys(mail: &Mail, signer: &Signer) -> Keys {
    let (letters, mut mails): (Vec<&str>, Vec<&str>) =
        mail.ancestors().into_iter().partition(|id| signer.verify(id).is_some());
    mails.truncate(MAILS_MAX);
    let addressed = addressed(mail).into_iter().filter(|id| signer.verify(id).is_some());
    let mut letters: Vec<String> =
        letters.into_iter().map(str::to_owned).chain(addressed).map(|id| bare(&id)).collect();
    letters.dedup();
    Keys {
        letters,
        mails: mails.into_iter().map(str::to_owned).collect(),
        numbers: numbers(&mail.subject),
    }
}

/// Message-IDs of letters of ours that a delivery report or receipt is about; signatures checked, so that
/// a forged report finds nothing. Looked for where reports name their subject: the envelope id, the
/// returned message, the PEC reference, the VERP recipient, the thread.
#[must_use]
pub fn reported_letters(mail: &Mail, signer: &Signer) -> Vec<String> {
    let report = mail
        .report
        .iter()
        .flat_map(|report| [report.envelope_id.as_str(), report.original_message_id.as_str()]);
    let pec = mail.pec.iter().map(|pec| pec.reference.as_str());
    let named = report.chain(pec).map(str::to_owned);
    let thread = mail.ancestors().into_iter().map(str::to_owned);
    named
        .chain(addressed(mail))
        .chain(thread)
        .filter(|id| signer.verify(id).is_some())
        .map(|id| bare(&id))
        .collect()
}

/// The ids that stand in addresses: ours of a letter is the mailbox, a plus sign and the letter's token. Whoever
/// forwards or hides the recipients leaves the address in the fields that servers set at the delivery.
fn addressed(mail: &Mail) -> Vec<String> {
    const DELIVERED: [&str; 4] = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
    let visible = mail.to.iter().map(|to| to.address.as_str());
    let delivered = DELIVERED.iter().flat_map(|name| mail.header_all(name));
    let ids = visible.chain(delivered).filter_map(|address| {
        let (local, domain) = address.trim_matches(['<', '>', ' ']).rsplit_once('@')?;
        // The mailbox may itself have a plus sign; a token has none.
        let (_, token) = local.rsplit_once('+')?;
        Some(format!("{token}@{domain}"))
    });
    ids.take(ADDRESSES_MAX).collect()
}

/// The Message-ID as the store has it: relays may fold its case.
fn bare(id: &str) -> String {
    id.trim_matches(['<', '>', ' ']).to_ascii_lowercase()
}

pub(super) fn numbers(subject: &str) -> Vec<String> {
    let mut numbers: Vec<String> = subject
        .split(|letter: char| !(letter.is_ascii_digit() || letter == '-'))
        .filter(|word| {
            word.split_once('-').is_some_and(|(year, serial)| {
                year.len() == 4
                    && year.starts_with("20")
                    && SERIAL_DIGITS.contains(&serial.len())
                    && serial.bytes().all(|digit| digit.is_ascii_digit())
            })
        })
        .map(str::to_owned)
        .collect();
    numbers.dedup();
    numbers.truncate(NUMBERS_MAX);
    numbers
}

/// The ticket that the mail of `sender` (bare, lower case) continues.
#[must_use]
pub fn continues<'a>(candidates: &'a [Candidate], sender: &str) -> Option<&'a Candidate> {
    let by_taking_part = |candidate: &&Candidate| {
        !candidate.by_letter && candidate.participants.iter().any(|known| known == sender)
    };
    candidates
        .iter()
        .find(|candidate| candidate.by_letter)
        .or_else(|| candidates.iter().find(by_taking_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(number: &str, by_letter: bool, participants: &[&str]) -> Candidate {
        Candidate {
            number: number.to_owned(),
            by_letter,
            participants: participants.iter().map(|known| (*known).to_owned()).collect(),
        }
    }

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        for (subject, expected) in [
            ("Re: [2026-000123] Segnalazione ricevuta", &["2026-000123"][..]),
            ("R: segn. 2026-000123/bis", &["2026-000123"]),
            ("dal 2026-01-12 al 2026-01-13", &[]),
            ("tel. 0522-456008", &[]),
            ("2026-12345 1926-000001 2026-0000000001", &[]),
        ] {
            assert_eq!(numbers(subject), expected, "{subject}");
        }
    }

    #[test]
    fn a_number_alone_threads_only_for_who_takes_part() {
        let known = [candidate("2026-000001", false, &["anna@x.example"])];
        assert!(continues(&known, "anna@x.example").is_some());
        assert!(continues(&known, "mallory@x.example").is_none());
    }

    #[test]
    fn a_letter_of_ours_threads_whoever_answers_it() {
        let known = [
            candidate("2026-000001", false, &["anna@x.example"]),
            candidate("2026-000002", true, &[]),
        ];
        assert_eq!(continues(&known, "anna@x.example").unwrap().number, "2026-000002");
    }

    #[test]
    fn the_plus_address_of_a_letter_threads() {
        let signer = Signer::new("a", [7; 32]);
        let kind = crate::domain::letter::LetterKind::Acknowledgement;
        let id = signer.message_id(kind, "mail:1", "anna@x.example", "comune.example");
        let (token, domain) = id.split_once('@').unwrap();
        let to = |local: &str| crate::domain::mail::Address {
            name: String::new(),
            address: format!("{local}@{domain}"),
        };
        let header = |name: &str, value: String| crate::domain::mail::Header {
            name: name.to_owned(),
            value,
        };
        let hidden = header("delivered-to", format!("<noi+{token}@{domain}>"));
        let cases = [
            (Mail { to: vec![to(&format!("noi+{token}"))], ..Mail::default() }, true),
            (Mail { to: vec![to(&format!("noi+strade+{token}"))], ..Mail::default() }, true),
            (Mail { headers: vec![hidden], ..Mail::default() }, true),
            (Mail { to: vec![to("noi+a.forged.a.token")], ..Mail::default() }, false),
        ];
        for (mail, threads) in cases {
            assert_eq!(keys(&mail, &signer).letters.contains(&id), threads, "{mail:?}");
            assert_eq!(reported_letters(&mail, &signer).contains(&id), threads, "{mail:?}");
        }
    }

    #[test]
    fn only_message_ids_that_we_signed_are_looked_up() {
        let signer = Signer::new("a", [7; 32]);
        let kind = crate::domain::letter::LetterKind::Acknowledgement;
        let ours = signer.message_id(kind, "mail:1", "anna@x.example", "comune.example");
        let forged = ours.replace("a.", "w.");
        let mail = Mail {
            in_reply_to: vec![forged],
            references: vec!["other@x.example".to_owned(), ours.to_uppercase()],
            ..Mail::default()
        };
        assert_eq!(keys(&mail, &signer).letters, [ours]);
    }
}
