//! Mailing lists, newsletters and other mass mail (RFC 2369, RFC 2919, RFC 8058).
//!
//! One list header proves little: offices put their own mailbox behind a group, and people write
//! through it. Filed is what a list program distributed, or what looks like mass mail twice over.

use std::sync::LazyLock;

use super::sight::Sight;
use super::{Kind, KindReason, KindVerdict, person, sender, weak};
use crate::domain::phrases::Phrases;

/// RFC 2369 and RFC 2919, and what list programs added before.
pub(super) const LIST_FIELDS: &[&str] = &[
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-subscribe",
    "list-help",
    "list-archive",
    "list-owner",
    "mailing-list",
    "x-mailing-list",
    "x-list",
];

/// Written only by programs that send to many.
const MASS_FIELDS: &[&str] = &[
    "list-unsubscribe-post",
    "feedback-id",
    "x-csa-complaints",
    "x-csa-compliance-source",
    "x-campaign",
    "x-campaignid",
    "x-campaign-id",
    "x-mc-user",
    "x-mailchimp-campaign-id",
    "x-sfmc-stack",
    "x-mailup-id",
    "x-mktarchive",
    "x-mktmailid",
    "x-newsletter",
    "x-bulkmail",
    "x-mailer-listid",
    "x-acymailing",
    "x-phplist-version",
    "x-messageid-campaign",
    "x-emarsys-identify",
    "x-msfbl",
    "x-ulpe",
];

/// Fields of programs that keep a list of members. Group mailboxes (Google, Microsoft) are not among
/// them: there the group is often the office itself.
const LIST_PROGRAM_FIELDS: &[&str] = &[
    "x-mailman-version",
    "x-beenthere",
    "x-mailman-rule-misses",
    "x-sympa-to",
    "x-ezmlm",
    "x-majordomo",
    "x-listserver",
    "x-listar-version",
    "x-ecartis-version",
    "x-lyris-message-id",
    "x-mlmmj",
];

/// Lists and newsletters. A form of a web site that a mass mailer delivers carries a person's words.
pub(super) fn bulk(sight: &Sight<'_>) -> Option<KindVerdict> {
    if is_our_list(sight) || is_of_our_domain(sight) || person::filled_a_form(sight) {
        return None;
    }
    let reason = if distributed(sight) {
        KindReason::MailingList
    } else if is_newsletter(sight) {
        KindReason::Newsletter
    } else {
        return None;
    };
    Some(KindVerdict::filed(Kind::Bulk, reason))
}

/// The list is our own mailbox: who writes to it writes to us.
pub(super) fn is_our_list(sight: &Sight<'_>) -> bool {
    let addresses = &sight.identity.addresses;
    posting_addresses(sight).any(|list| addresses.iter().any(|own| own.eq_ignore_ascii_case(&list)))
}

/// The list is one of our organisation: it may be another door to us, or a talk among colleagues.
fn is_of_our_domain(sight: &Sight<'_>) -> bool {
    let domains = &sight.identity.domains;
    posting_addresses(sight).any(|list| {
        let domain = list.rsplit_once('@').map_or("", |(_, domain)| domain);
        domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
    })
}

/// Where members write to: `<mailto:list@example.org?subject=x>` among other links, or a bare
/// address; lower case. `NO` is none.
fn posting_addresses(sight: &Sight<'_>) -> impl Iterator<Item = String> {
    let values = sight.mail.header_all("list-post").chain(sight.mail.header_all("x-beenthere"));
    let targets = values.flat_map(|value| value.split(',')).map(|target| {
        let target = target.trim().trim_matches(['<', '>']).to_lowercase();
        let target = target.strip_prefix("mailto:").unwrap_or(&target);
        target.split('?').next().unwrap_or_default().to_owned()
    });
    targets.filter(|target| target.contains('@') && !target.contains("://"))
}

fn distributed(sight: &Sight<'_>) -> bool {
    let program = LIST_PROGRAM_FIELDS.iter().any(|name| sight.has(name));
    let identified = sight.has("list-id") || sight.has("list-post") || sight.has("precedence");
    let list = sight.has("list-id") || sight.has("list-post") || sight.has("mailing-list");
    (program && identified) || (list && LIST_FOOTERS.found(sight.tail()))
}

/// Mass mail by its headers and words. Who writes through a list that can be answered is a member's
/// voice: only [`distributed`] decides there.
pub(super) fn is_newsletter(sight: &Sight<'_>) -> bool {
    let bulk = weak::precedence(sight);
    let marks = marks(sight);
    let all = marks.saturating_add(usize::from(bulk));
    let speaks = || person::speaks(sight);
    let conversation = two_way(sight) && !sender::is_robot(sight);
    !conversation
        && ((marks >= 1 && says_goodbye(sight))
            || (bulk && newsletter_words(sight))
            || (all >= 3 && !speaks())
            || (all >= 2 && sender::is_robot(sight) && !speaks()))
}

fn two_way(sight: &Sight<'_>) -> bool {
    posting_addresses(sight).next().is_some()
}

fn says_goodbye(sight: &Sight<'_>) -> bool {
    UNSUBSCRIBE.found(sight.tail()) || UNSUBSCRIBE.found(sight.head())
}

/// A way out of a subscription among the new words, with an address to click: nobody writes that by hand.
pub(super) fn newsletter_words(sight: &Sight<'_>) -> bool {
    let ending = sight.ending();
    UNSUBSCRIBE.found(ending) && (ending.contains("http") || ending.contains("www."))
}

/// How many different signs of mass mail the headers hold; `Precedence` is a weaker one and not counted.
fn marks(sight: &Sight<'_>) -> usize {
    let mass = MASS_FIELDS.iter().filter(|name| sight.has(name)).count();
    // Without List-Post nobody can write to it: a list of recipients, not of members.
    let one_way = sight.has("list-id") && !two_way(sight);
    let unsubscribe = sight.has("list-unsubscribe");
    [one_way, unsubscribe].into_iter().filter(|sign| *sign).count().saturating_add(mass)
}

/// Whether a header of mass mailing is there at all.
pub(super) fn mass_header(sight: &Sight<'_>) -> bool {
    MASS_FIELDS.iter().any(|name| sight.has(name))
}

static UNSUBSCRIBE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        "
        unsubscribe | opt out | opt-out | manage your preferences | email preferences
        view in browser | view this email in your browser | view online
        you are receiving this email because | you received this email because
        you're receiving this | cancella iscrizione | cancella l'iscrizione | cancellati
        cancellarsi | cancellarti | disiscriviti | disiscriversi | disiscrizione | disiscriverti
        non vuoi più ricevere | non vuole più ricevere | non volete più ricevere | per non ricevere più
        to stop receiving | stop receiving these | no longer wish to receive
        annulla l'iscrizione | annullare l'iscrizione | annulla iscrizione | non ricevere più
        non desideri più ricevere | non desidera più ricevere | visualizza nel browser
        visualizza questa email | se non visualizzi correttamente | leggi la newsletter
        hai ricevuto questa email perché | hai ricevuto questa mail perché
        ha ricevuto questa email perché | ha ricevuto questa mail perché
        gestisci le preferenze | gestisci le tue preferenze
        ricevi questa email perché | ricevi questa mail perché | riceve questa email perché
        newsletter abbestellen | abmelden | abbestellen | im browser anzeigen | im browser ansehen
        austragen | se désabonner | se désinscrire | désabonnement | désinscription | désinscrire
        voir dans le navigateur | darse de baja | cancelar suscripción | cancelar la suscripción
        anular suscripción | ver en el navegador | cancelar a inscrição | cancelar inscrição
        cancelar subscrição | descadastrar | uitschrijven | afmelden | wypisz się | wypisać się
        zrezygnować z subskrypcji | dezabonare | dezabonați-vă | dezabonează-te | отписаться
        ",
    )
});

/// Footers of list programs. Those of group mailboxes are left out: the group may be the office.
static LIST_FOOTERS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        "
        mailman/listinfo | /listinfo/ | mailing list -- | mailman3/
        to unsubscribe from this list | to unsubscribe send an email to | to unsubscribe, e-mail
        per cancellarti dalla lista | per cancellarsi dalla lista | iscritto alla lista
        iscritti alla lista | sei iscritto alla mailing list
        ",
    )
});
