//! Receipts of certified mail (RFC 6109): news of our own letters, never a person's words.

use std::sync::LazyLock;

use super::sight::Sight;
use super::{Kind, KindReason, KindVerdict};
use crate::domain::phrases::Phrases;

/// Providers write from this mailbox; a receipt from elsewhere without `daticert.xml` proves nothing.
const PROVIDER_LOCAL: &str = "posta-certificata";

/// Headers alone never decide (anyone can write them, RFC 6109 wants them signed): the provider's
/// mailbox or the data of `daticert.xml` must agree before a mail is silenced.
pub(super) fn certified_mail(sight: &Sight<'_>) -> Option<KindVerdict> {
    (claims(sight) && proven(sight))
        .then_some(KindVerdict::filed(Kind::PecReceipt, KindReason::PecReceiptHeader))
}

/// A receipt is announced by `X-Ricevuta` on a mail without `X-Trasporto`: envelopes may carry
/// other `X-…Ricevuta` fields, which are wishes of their sender.
pub(super) fn claims(sight: &Sight<'_>) -> bool {
    match &sight.mail.pec {
        Some(pec) => !matches!(pec.kind.as_str(), "" | "transport" | "anomaly"),
        None => sight.has("x-ricevuta") && !sight.has("x-trasporto"),
    }
}

fn proven(sight: &Sight<'_>) -> bool {
    let data = sight.mail.pec.as_ref().is_some_and(|pec| !pec.identifier.is_empty());
    data || sight.local() == PROVIDER_LOCAL
}

/// The words that receipts begin their subject with; a person may write them too.
pub(super) fn subject(sight: &Sight<'_>) -> bool {
    static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            accettazione: | consegna: | presa in carico: | avviso di non accettazione
            avviso di mancata consegna | problema di sicurezza: | ricevuta di accettazione
            ricevuta di avvenuta consegna
            ",
        )
    });
    SUBJECTS.opens(sight.subject())
}
