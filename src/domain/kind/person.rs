//! What is left when nothing speaks against it: a person's mail.

use std::sync::LazyLock;

use super::sight::Sight;
use super::{Kind, KindReason, KindVerdict, sender, weak};
use crate::domain::command::is_command;
use crate::domain::forward::{is_answer, is_forward};
use crate::domain::phrases::Phrases;

/// Command, reply or report; with a weak sign of automation a ticket without acknowledgement.
pub(super) fn verdict(sight: &Sight<'_>) -> KindVerdict {
    if orders(sight) {
        return KindVerdict::filed(Kind::Command, KindReason::StaffCommand);
    }
    let kind = if continues(sight) { Kind::Reply } else { Kind::Report };
    match weak::sign(sight) {
        Some(reason) => KindVerdict::unanswered(kind, reason),
        None if kind == Kind::Reply => KindVerdict::answered(kind, KindReason::Conversation),
        None => KindVerdict::answered(kind, KindReason::PersonWrote),
    }
}

/// Staff whose first line is `#word`. Spelling mistakes are a command too: they are answered by the
/// command's reader, not by a ticket.
fn orders(sight: &Sight<'_>) -> bool {
    is_command(&sight.mail.text) && sender::is_staff(sight)
}

/// An answer in a conversation, by its ancestors or the prefix that mail programs write. A forward is
/// a new report even when it names ancestors.
pub(super) fn continues(sight: &Sight<'_>) -> bool {
    let subject = sight.subject();
    if is_forward(subject) {
        return false;
    }
    !sight.mail.in_reply_to.is_empty() || !sight.mail.references.is_empty() || is_answer(subject)
}

/// Whether an automatic mail carries a person's report: a filled form, or a person's own words.
pub(super) fn speaks(sight: &Sight<'_>) -> bool {
    static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            segnalazione | nuova segnalazione | richiesta di intervento | richiesta intervento
            reclamo | modulo di contatto | modulo contatti | modulo contatto | form contatti
            contact form | new report | service request | complaint | meldung | mängelmeldung
            signalement | aviso ciudadano
            ",
        )
    });
    let titled = !is_answer(sight.subject()) && SUBJECTS.found(sight.subject());
    titled || tells(sight)
}

/// The same by the text alone: the subject of an answer is that of the letter it answers.
pub(super) fn tells(sight: &Sight<'_>) -> bool {
    static WORDS: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            segnalo | vi segnalo | vorrei segnalare | volevo segnalare | sono a segnalare | si segnala
            segnaliamo | chiedo un intervento | chiedo cortesemente | chiedo che | si richiede
            richiedo | si chiede | vi scrivo | scrivo per | abito in | abito a | sotto casa mia
            davanti a casa | con la presente | i would like to report | i want to report
            i'd like to report | i am writing | please fix | near my house | i live in
            ich möchte melden | hiermit melde ich | je vous signale | je souhaite signaler
            ha inviato una segnalazione | ha inviato quanto segue | ha inviato la seguente
            segnalazione del cittadino | dal cittadino | da un cittadino | un cittadino ha
            has submitted the following | segnalazione inviata da
            quisiera informar | vă semnalez | vreau să semnalez
            ",
        )
    });
    filled_a_form(sight) || WORDS.found(sight.head())
}

/// Whether the words greet or thank, as no machine's do.
pub(super) fn greets(sight: &Sight<'_>) -> bool {
    GREETINGS.found(sight.head())
}

static GREETINGS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        "
        buongiorno | buonasera | buon giorno | salve | egregi | egregio | gentile | gentili
        spett.le | spettabile | cordiali saluti | distinti saluti | cordialmente | grazie | saluti
        dear | hello | kind regards | best regards | thank you | thanks | guten tag | sehr geehrte
        mit freundlichen grüßen | freundliche grüße | danke | bonjour | cordialement | merci
        hola | buenos días | saludos | gracias
        ",
    )
});

/// The fields of a web form, a person's and a message's among them, each at the beginning of a line.
pub(super) fn filled_a_form(sight: &Sight<'_>) -> bool {
    const WHO: &[&str] = &[
        "nome",
        "cognome",
        "nome e cognome",
        "nominativo",
        "segnalante",
        "richiedente",
        "mittente",
        "cittadino",
        "telefono",
        "cellulare",
        "email",
        "e-mail",
        "name",
        "first name",
        "last name",
        "your name",
        "phone",
        "vorname",
        "nachname",
        "nom",
        "prénom",
        "nombre",
        "apellidos",
    ];
    const WHAT: &[&str] = &[
        "messaggio",
        "descrizione",
        "descrizione del problema",
        "segnalazione",
        "testo",
        "testo della segnalazione",
        "richiesta",
        "problema",
        "note",
        "commento",
        "message",
        "your message",
        "description",
        "comments",
        "comment",
        "problem",
        "details",
        "nachricht",
        "beschreibung",
        "mensaje",
        "descripción",
    ];
    let labels = || {
        let lines = sight.mail.text.lines().take(FORM_LINES_MAX);
        lines
            .filter_map(|line| line.split_once(':'))
            .map(|(label, _)| label.trim().trim_matches(['*', '-', '•', ' ']).to_lowercase())
    };
    labels().any(|label| WHO.contains(&label.as_str()))
        && labels().any(|label| WHAT.contains(&label.as_str()))
}

/// Forms put their fields at the top.
const FORM_LINES_MAX: usize = 60;
