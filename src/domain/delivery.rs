//! What is known of a letter after a server took it: delivery reports (RFC 3464) and the receipts of certified
//! mail (RFC 6109 section 3) bring it along.

use serde::{Deserialize, Serialize};

use super::mail::{Mail, Pec, Report};

/// Where a letter is known to be. Ordinary mail mostly stays unknown: no news is good news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Nothing was heard.
    #[default]
    Unknown,
    /// Certified mail: the sender's provider accepted it; ordinary mail: relayed beyond where reports come from.
    Accepted,
    /// Somebody on the way still tries.
    Delayed,
    /// It lies in the recipient's mailbox; nobody says that it was read.
    Delivered,
    /// It will not arrive.
    Failed,
}

impl Delivery {
    /// All, in the order in which they follow each other.
    pub const ALL: [Self; 5] =
        [Self::Unknown, Self::Accepted, Self::Delayed, Self::Delivered, Self::Failed];

    /// The name in the store and in lists; empty while unknown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Accepted => "accepted",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.name() == name)
    }
}

/// What a report says of one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Where it is.
    pub delivery: Delivery,
    /// The server's words, or the receipt's name.
    pub said: String,
}

/// The news in a delivery report or receipt about a letter that was known to be at `before`.
#[must_use]
pub fn of_mail(mail: &Mail, before: Delivery) -> News {
    match &mail.pec {
        Some(pec) if !matches!(pec.kind.as_str(), "transport" | "anomaly") => {
            News { delivery: of_receipt(pec, before), said: said_by_receipt(pec) }
        }
        _ => {
            let report = mail.report.clone().unwrap_or_default();
            let delivery = mail.report.as_ref().map_or(Delivery::Failed, of_report);
            let said = if report.diagnostic.is_empty() { report.status } else { report.diagnostic };
            News { delivery, said }
        }
    }
}

/// RFC 3464 section 2.3.3; without an action the status' class decides (RFC 3463 section 2).
fn of_report(report: &Report) -> Delivery {
    match (report.action.as_str(), report.status.as_bytes().first()) {
        ("failed", _) | ("", Some(b'5')) => Delivery::Failed,
        ("delayed", _) | ("", Some(b'4')) => Delivery::Delayed,
        ("delivered", _) | ("", Some(b'2')) => Delivery::Delivered,
        ("relayed" | "expanded", _) => Delivery::Accepted,
        _ => Delivery::Unknown,
    }
}

/// The receipts of RFC 6109 section 3. The first notice of lateness comes after 12 hours, the second, after
/// 24, is final and has the same name.
fn of_receipt(pec: &Pec, before: Delivery) -> Delivery {
    match pec.kind.as_str() {
        "accettazione" | "presa-in-carico" => Delivery::Accepted,
        "avvenuta-consegna" => Delivery::Delivered,
        "preavviso-errore-consegna" if before == Delivery::Delayed => Delivery::Failed,
        "preavviso-errore-consegna" => Delivery::Delayed,
        "errore-consegna" | "non-accettazione" | "rilevazione-virus" => Delivery::Failed,
        _ => Delivery::Unknown,
    }
}

fn said_by_receipt(pec: &Pec) -> String {
    let name = pec.kind.replace('-', " ");
    let error = if pec.detail.is_empty() { pec.error.as_str() } else { pec.detail.as_str() };
    if error.is_empty() || error == "nessuno" { name } else { format!("{name} ({error})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_receipt_of_certified_mail_says_where_the_letter_is() {
        use Delivery::{Accepted, Delayed, Delivered, Failed, Unknown};
        for (kind, before, expected) in [
            ("accettazione", Unknown, Accepted),
            ("presa-in-carico", Accepted, Accepted),
            ("avvenuta-consegna", Accepted, Delivered),
            ("preavviso-errore-consegna", Accepted, Delayed),
            ("preavviso-errore-consegna", Delayed, Failed),
            ("errore-consegna", Accepted, Failed),
            ("non-accettazione", Unknown, Failed),
            ("rilevazione-virus", Accepted, Failed),
            ("a-receipt-to-come", Accepted, Unknown),
        ] {
            let pec = Pec { kind: kind.to_owned(), ..Pec::default() };
            let mail = Mail { pec: Some(pec), ..Mail::default() };
            assert_eq!(of_mail(&mail, before).delivery, expected, "{kind}");
        }
    }

    #[test]
    fn hard_soft_and_delayed_bounces_are_told_apart() {
        use Delivery::{Accepted, Delayed, Delivered, Failed};
        for (action, status, expected) in [
            ("failed", "5.1.1", Failed),
            ("failed", "4.4.7", Failed),
            ("delayed", "4.4.1", Delayed),
            ("", "4.2.2", Delayed),
            ("", "5.1.1", Failed),
            ("delivered", "2.0.0", Delivered),
            ("relayed", "2.0.0", Accepted),
        ] {
            let report = Report {
                action: action.to_owned(),
                status: status.to_owned(),
                ..Report::default()
            };
            let mail = Mail { report: Some(report), ..Mail::default() };
            assert_eq!(of_mail(&mail, Delivery::Unknown).delivery, expected, "{action} {status}");
        }
        assert_eq!(of_mail(&Mail::default(), Delivery::Unknown).delivery, Failed);
    }

    #[test]
    fn names_are_read_back() {
        for delivery in Delivery::ALL {
            assert_eq!(Delivery::parse(delivery.name()), Some(delivery));
        }
    }
}
