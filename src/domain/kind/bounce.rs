//! News of what became of a letter: RFC 3464 reports, and the many dialects without a report part.

use std::sync::LazyLock;

use super::sight::Sight;
use super::{Kind, KindReason, KindVerdict, person, sender};
use crate::domain::phrases::Phrases;

/// A delivery report in any form. The parser's reading of a dialect counts only when the sender or
/// the subject agrees: a person may quote a whole bounce and ask what it means.
pub(super) fn delivery_report(sight: &Sight<'_>) -> Option<KindVerdict> {
    let reason = if reported(sight) || failed_recipients(sight) {
        KindReason::DeliveryReport
    } else if sender::is_daemon(sight) {
        KindReason::MailerDaemon
    } else if told(sight) {
        KindReason::BounceText
    } else {
        return None;
    };
    Some(KindVerdict::filed(Kind::Bounce, reason))
}

/// Exim's and Gmail's header; programs of people have written it too, so the sender must be a server.
fn failed_recipients(sight: &Sight<'_>) -> bool {
    let server = sender::is_daemon(sight) || sender::may_be_daemon(sight);
    sight.has("x-failed-recipients") && server && !person::tells(sight)
}

fn reported(sight: &Sight<'_>) -> bool {
    if sight.mail.media_type == "message/delivery-status" {
        return true;
    }
    let Some(report) = &sight.mail.report else { return false };
    let delivery = matches!(report.report_type.as_str(), "delivery-status" | "");
    let formal = sight.mail.media_type == "multipart/report";
    let daemon = || sender::is_daemon(sight) || (sender::may_be_daemon(sight) && subject(sight));
    let agreed = || (sender::may_be_daemon(sight) || subject(sight)) && !writes(sight);
    delivery && (formal || daemon() || agreed())
}

fn told(sight: &Sight<'_>) -> bool {
    let (titled, opens) = (subject(sight), BODIES.found(sight.opening()));
    let server = sender::may_be_daemon(sight) && (titled || BODIES.found(sight.head()));
    let robot = sender::is_robot(sight) && (titled || opens);
    is_plain(sight) || ((server || robot || (titled && opens)) && !writes(sight))
}

/// A server's account, subject and words all say so.
pub(super) fn is_plain(sight: &Sight<'_>) -> bool {
    (sender::may_be_daemon(sight) || sender::is_robot(sight))
        && subject(sight)
        && BODIES.found(sight.head())
        && !person::tells(sight)
}

fn writes(sight: &Sight<'_>) -> bool {
    person::greets(sight) || person::tells(sight)
}

/// Subjects that mail servers begin with. Alone they only withhold an answer.
pub(super) fn subject(sight: &Sight<'_>) -> bool {
    SUBJECTS.opens(sight.subject().trim_start_matches(['*', ' ', '[']))
}

/// A bounce that somebody sent on or answered: the answer would go to whoever was told already.
pub(super) fn passed_on(sight: &Sight<'_>) -> bool {
    let (_, rest) = sight.subject().split_once(':').unwrap_or_default();
    SUBJECTS.opens(rest.trim_start()) && BODIES.found(sight.head())
}

static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(SUBJECT_OPENINGS));

static BODIES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(BODY_PHRASES));

const SUBJECT_OPENINGS: &str = "
    # English: Postfix, Sendmail, Exim, qmail, Exchange, Domino, Gmail, Yahoo, Courier …
    delivery status notification | delivery status | delivery notification | delivery failure
    delivery failed | delivery report | delivery has failed | delivery delayed | delivery error
    undelivered mail | undeliverable | undelivered message | mail delivery | mail delivery failed
    mail system error | message delivery | message not delivered | message you sent blocked
    message undeliverable | returned mail | returned message | failure notice | failure delivery
    failed delivery | non delivery report | non-delivery report | notice: mail delivery
    nondeliverable mail | postmaster notify | warning: could not send message | warning: message
    your message could not be delivered | sorry, your message could not be delivered
    there was an error sending your mail | rejected: | relayed: | expanded:
    email bounce notification
    email delivery failed | message rejected | mail rejected | message blocked | ndn: | undelivered:
    returned to sender | mail failure | xmail bounce | delivery error report | nondeliverable:
    # Italian.
    non recapitabile | recapito non riuscito | mancato recapito | impossibile recapitare
    notifica di mancato recapito | notifica sullo stato del recapito
    notifica dello stato del recapito | messaggio non recapitato | messaggio non recapitabile
    errore nella consegna | errore nell'invio del messaggio | invio non riuscito
    posta non recapitata | errore di consegna | consegna non riuscita | recapito ritardato
    recapitato: | inoltrato:
    # German.
    unzustellbar | nicht zustellbar | zustellung fehlgeschlagen | unzustellbare nachricht
    benachrichtigung zum übermittlungsstatus | zustellbenachrichtigung | zugestellt:
    weitergeleitet: | mail konnte nicht zugestellt werden
    # French.
    non remis | non distribuable | échec de la remise | échec de remise | échec de distribution
    notification d'état de remise | message non distribué | remis : | relayé :
    # Spanish and Portuguese.
    no se puede entregar | no se pudo entregar | correo no entregado | error de entrega
    notificación de estado de entrega | entregado: | não é possível entregar | não entregue
    falha na entrega | notificação de status de entrega | devolvido
    # Dutch, Polish, Romanian.
    onbestelbaar | niet bezorgd | aflevering mislukt | niedostarczone | nie można dostarczyć
    zwrot poczty | nelivrat | nelivrabil
    # Russian, Japanese.
    недоставленное сообщение | сообщение не доставлено | 配信不能 | 配送失敗 | メールエラー通知
";

const BODY_PHRASES: &str = "
    # English.
    delivery to the following recipient | delivery to the following recipients
    delivery has failed to these recipients | could not be delivered | couldn't be delivered
    wasn't delivered to | was not delivered to | has not been delivered | unable to deliver
    undeliverable | did not reach the following recipient | did not reach some or all
    message could not be sent | message that you sent
    message created automatically by mail delivery software
    message was created automatically by mail delivery software | this is the mail system at host
    this is the mail delivery agent | this is the qmail-send program | had delivery problems
    had permanent fatal errors | had transient non-fatal errors | transcript of session follows
    the original message was received at | original message follows | delivery failed
    delivery status notification | delivery report | recipient address rejected | user unknown
    unknown user | no such user | mailbox unavailable | mailbox is full | mailbox full
    over quota | permanent error | trouble delivering your message | returned to sender
    blocked by our spam firewall | was not relayed | bounced message
    was rejected | was blocked by our | message has been blocked | recipient unknown
    xmail bounce | list of failed recipients | account is disabled
    unrouteable address | no mailbox here by that name
    # Italian.
    non è stato possibile recapitare | non è stato possibile consegnare | impossibile recapitare
    impossibile consegnare | non è stato recapitato | non recapitabile | recapito non riuscito
    recapito nei confronti dei seguenti destinatari | recapito ai seguenti destinatari
    il messaggio non ha raggiunto | casella di posta piena | destinatario sconosciuto
    utente sconosciuto | indirizzo inesistente
    questo messaggio è stato creato automaticamente dal software di consegna
    # German.
    konnte nicht zugestellt werden | nicht zugestellt | unzustellbar
    fehler bei der nachrichtenzustellung | empfänger unbekannt | postfach ist voll
    # French.
    n'a pas pu être remis | n'a pas été remis | n'a pas pu être distribué
    n'a pas pu être délivré | impossible de remettre | échec de la remise
    # Spanish and Portuguese.
    no se ha podido entregar | no se pudo entregar | no pudo ser entregado | no se puede entregar
    não pôde ser entregue | não foi possível entregar | não foi entregue
    # Dutch, Polish, Romanian.
    kon niet worden bezorgd | kan niet worden bezorgd | niet worden afgeleverd
    nie może zostać dostarczona | nie została dostarczona | nie można dostarczyć
    nu a putut fi livrat
    # Russian, Japanese.
    не может быть доставлено | не удалось доставить | не было доставлено | 配信できません | 送信できません
    配送できません
";
