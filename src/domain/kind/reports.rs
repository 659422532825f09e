//! What mail systems and servers tell each other: receipts of reading, abuse and policy reports, cron.

use std::sync::LazyLock;

use super::sight::Sight;
use super::{Kind, KindReason, KindVerdict, autoreply, notice, person, sender, weak, words};
use crate::domain::phrases::Phrases;

/// Reports with a form of their own, by report type, header, attachment, and last by subject and sender.
pub(super) fn mail_system_report(sight: &Sight<'_>) -> Option<KindVerdict> {
    let reason = report_type(sight)
        .or_else(|| read_receipt(sight))
        .or_else(|| feedback(sight))
        .or_else(|| policy_report(sight))?;
    Some(KindVerdict::filed(Kind::MachineReport, reason))
}

fn report_type(sight: &Sight<'_>) -> Option<KindReason> {
    match sight.mail.media_type.as_str() {
        "message/disposition-notification" => return Some(KindReason::ReadReceipt),
        "message/feedback-report" => return Some(KindReason::FeedbackReport),
        _ => {}
    }
    let formal = sight.mail.media_type == "multipart/report";
    let Some(report) = &sight.mail.report else {
        return formal.then_some(KindReason::MachineOutput);
    };
    match report.report_type.as_str() {
        "disposition-notification" => Some(KindReason::ReadReceipt),
        "feedback-report" => Some(KindReason::FeedbackReport),
        "tlsrpt" => Some(KindReason::TlsReport),
        // multipart/report of a type to come (RFC 6522): a machine wrote it, for machines.
        _ if formal => Some(KindReason::MachineOutput),
        _ => None,
    }
}

/// Subjects that mail programs give to receipts of reading.
pub(super) fn receipt_subject(sight: &Sight<'_>) -> bool {
    static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            leggi la ricevuta | confirmation de lecture | lecture confirmée | letto: | non letto: | conferma di lettura | ricevuta di lettura | ricevuta di ritorno
            ricevuta di visualizzazione | read: | not read: | read receipt | return receipt
            disposition notification | gelesen: | ungelesen gelöscht | lesebestätigung | lu : | lu:
            non lu : | accusé de lecture | accusé de réception (affiché) | leído: | no leído:
            confirmación de lectura | lida: | não lida: | confirmação de leitura | gelezen:
            leesbevestiging | przeczytano: | potwierdzenie przeczytania | citit:
            ",
        )
    });
    SUBJECTS.opens(sight.subject())
}

/// Programs that answer a request for a receipt without the report part; subject and words both needed.
fn read_receipt(sight: &Sight<'_>) -> Option<KindReason> {
    static BODIES: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            è stato letto | è stata letta | è stato visualizzato | è stata visualizzata
            è stato eliminato senza essere letto | è stata eliminata senza essere letta | was read on
            was displayed | has been displayed | was deleted without being read | return receipt
            wurde gelesen | ungelesen gelöscht | a été lu | a été affiché | fue leído
            ha sido leído | se ha leído | foi lida | foi lido | is gelezen | została przeczytana
            your document was received by | was received by: | nachricht wurde am | ihre nachricht wurde
            votre message a été lu | a fost citit | ricevuta di ritorno per
            ",
        )
    });
    let words = receipt_subject(sight) && BODIES.found(sight.opening()) && !person::tells(sight);
    (is_formal_receipt(sight) || words).then_some(KindReason::ReadReceipt)
}

/// A receipt of reading by its parts or headers.
pub(super) fn is_formal_receipt(sight: &Sight<'_>) -> bool {
    report_type(sight).is_some()
        || sight.has("x-ms-exchange-receipt")
        || sight.says("x-message-class", &["report.ipm.note.ipnrn"])
}

fn feedback(sight: &Sight<'_>) -> Option<KindReason> {
    let headers =
        ["x-arf", "x-xarf", "x-abuse-report", "x-loop-fbl"].into_iter().any(|name| sight.has(name));
    let subject = sight.subject().starts_with("email feedback report for");
    (headers || subject).then_some(KindReason::FeedbackReport)
}

/// RFC 7489 section 7.2.1.1 and RFC 8460 section 5.3 prescribe subject and file name.
fn policy_report(sight: &Sight<'_>) -> Option<KindReason> {
    if sight.has("tls-report-domain") || sight.has("tls-report-submitter") {
        return Some(KindReason::TlsReport);
    }
    let subject = sight.subject();
    let prescribed = subject.contains("report domain:") && subject.contains("submitter:");
    let named = sight.mail.attachments.iter().any(|file| is_policy_report_name(&file.name));
    let robot =
        || sender::is_robot(sight) || subject.contains("dmarc") || sight.local().contains("dmarc");
    if !(prescribed || (named && robot())) {
        return None;
    }
    let tls =
        sight.mail.attachments.iter().any(|file| file.name.to_ascii_lowercase().contains(".json"));
    Some(if tls { KindReason::TlsReport } else { KindReason::DmarcReport })
}

/// `receiver!domain!begin!end[!id].xml.gz`, `.zip` or `.json.gz`.
fn is_policy_report_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let packed =
        [".xml", ".xml.gz", ".zip", ".json", ".json.gz"].iter().any(|end| name.ends_with(end));
    packed && name.matches('!').count() >= 3
}

/// A program's output in which nobody reports anything: automatic by its header, or by sender and words.
/// Web forms and other programs that carry a person's words are a person's mail.
pub(super) fn machine_output(sight: &Sight<'_>) -> Option<KindVerdict> {
    let cron = sight.has("x-cron-env");
    let automatic = cron || sight.auto_submitted().is_some();
    let notice = || words::automatic_notice(sight) || notice::is_generated(sight);
    let unread = sender::is_robot(sight) && notice();
    let output = automatic || unread || server_subject(sight);
    // Calendars send invitations in a person's name.
    let invitation = weak::calendar_part(sight) && !autoreply::calendar_subject(sight);
    let output = output && !invitation && !person::speaks(sight);
    output.then_some(KindVerdict::filed(Kind::MachineReport, KindReason::MachineOutput))
}

/// Output of servers and mail systems, in which what others wrote may be listed but nothing is reported.
pub(super) fn is_server_output(sight: &Sight<'_>) -> bool {
    sight.has("x-cron-env") || report_type(sight).is_some() || server_subject(sight)
}

/// What servers say of themselves, from the accounts that servers write from.
fn server_subject(sight: &Sight<'_>) -> bool {
    static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(
            "
            cron < | logwatch for | anacron job | output from your job | logcheck | [fail2ban]
            spam quarantine | quarantine summary | quarantine notification | quarantine digest
            rapporto quarantena | riepilogo quarantena | apt-listchanges | unattended-upgrades result
            banned contents from | banned filename | virus alert | virus warning | virus found | virus in
            abuse report | spam complaint | complaint about | spam notification | daily quarantine
            unattended upgrades result | backup report | backup completato | backup riuscito
            backup non riuscito | backup job | rkhunter | mdadm monitoring | smart error
            ",
        )
    });
    SUBJECTS.opens(sight.subject()) && sender::is_robot(sight)
}
