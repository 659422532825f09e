//! What programs, not people, add: telephone and antivirus footers, banners of mail gateways.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::{compiled, is_open, kept_before, matches};

/// Marks all of it.
pub(super) fn mark(texts: &[&str], cut: &mut [bool]) {
    mark_banners(texts, cut);
    mark_footers(texts, cut);
    mark_last_footer(texts, cut);
}

/// Lines that programs, not people, add.
fn mark_footers(texts: &[&str], cut: &mut [bool]) {
    const FOOTER_BYTES_MAX: usize = 140;
    const ANTIVIRUS_BYTES_MAX: usize = 240;
    for (at, text) in texts.iter().enumerate() {
        let text = text.trim().trim_matches(['*', '_', '<', '>', '[', ']']);
        if text.is_empty() || !is_open(cut, at) {
            continue;
        }
        let footer = text.len() <= FOOTER_BYTES_MAX && matches(&FOOTER, text);
        let antivirus =
            text.len() <= ANTIVIRUS_BYTES_MAX && may_warn(text) && matches(&ANTIVIRUS, text);
        if footer || antivirus {
            let from = if antivirus { under_rule(texts, at) } else { at };
            let lines = at.saturating_add(1).saturating_sub(from);
            cut.iter_mut().skip(from).take(lines).for_each(|mark| *mark = true);
        }
    }
}

/// `---` right above a footer was set by the same program.
fn under_rule(texts: &[&str], at: usize) -> usize {
    let above = at.saturating_sub(1);
    let dashes = |text: &&str| text.len() >= 2 && text.trim().bytes().all(|byte| byte == b'-');
    if at > 0 && texts.get(above).is_some_and(dashes) { above } else { at }
}

/// Warnings that a gateway sets above or below what a person wrote.
fn mark_banners(texts: &[&str], cut: &mut [bool]) {
    const BANNER_BYTES_MAX: usize = 400;
    for (at, text) in texts.iter().enumerate() {
        let text = text.trim();
        let judged = !text.is_empty() && text.len() <= BANNER_BYTES_MAX && is_open(cut, at);
        if judged && may_warn(text) && matches(&BANNER, text) {
            cut.iter_mut().skip(at).take(1).for_each(|mark| *mark = true);
        }
    }
}

/// Whether a line may be one of [`BANNER`] or [`ANTIVIRUS`]. Those have no fixed beginning and cost more than all
/// others; without accents each of them has one of these words.
fn may_warn(line: &str) -> bool {
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let banners =
            ["estern", "extern", "outside", "often get", "spesso", "erhalten", "souvent", "suele"];
        let antivirus = [
            "virus",
            "virenfrei",
            "avast",
            "avg.com",
            "checked by",
            "scan",
            "libra",
            "infetto",
            "clean",
        ];
        let words = banners.into_iter().chain(antivirus);
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
    });
    !line.is_ascii() || WORDS.as_ref().is_none_or(|words| words.is_match(line))
}

/// "Sent from Mailspring", a line of its own at the very end: whatever the program is called.
fn mark_last_footer(texts: &[&str], cut: &mut [bool]) {
    const LAST_BYTES_MAX: usize = 80;
    let kept = |(text, cut): (&&str, &bool)| !cut && !text.trim().is_empty();
    let Some(last) = texts.iter().zip(cut.iter()).rposition(kept) else { return };
    let above = last.checked_sub(1).and_then(|above| texts.get(above));
    let alone = above
        .is_some_and(|above| above.trim().is_empty() || matches!(above.trim(), "--" | "—" | "---"));
    let program = texts
        .get(last)
        .is_some_and(|text| text.len() <= LAST_BYTES_MAX && matches(&LAST_FOOTER, text.trim()));
    if alone && program && kept_before(texts, cut, last) {
        let from = if above.is_some_and(|above| above.trim().is_empty()) {
            last
        } else {
            last.saturating_sub(1)
        };
        cut.iter_mut().take(last.saturating_add(1)).skip(from).for_each(|mark| *mark = true);
    }
}

/// "Inviato da iPhone" in the languages of the residents. Devices, programs and carriers, never a sentence.
static FOOTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let device = r"(?:i-?phone|i-?pad|ipod|android|galaxy|samsung|huawei|honor|xiaomi|redmi|oppo|vivo|realme|oneplus|pixel|nokia|motorola|lg|sony|xperia|blackberry|windows|smartphone|telefono|telefonino|cellulare|tablet|dispositivo|device|phone|handy|smartfon\w*|téléphone|móvil|celular|telefon\w*|mobile|outlook|gmail|yahoo|libero|tiscali|virgilio|alice|tim|vodafone|fastweb|aruba|posta|proton ?mail|thunderbird|mail\.ru|web\.de|gmx|t-online|aol|spark|bluemail|aqua mail|my ?mail|edison|mailbird|zimbra|roundcube|sparrow|hotmail|email\.it|ukr\.net|айфон\w*|смартфон\w*|телефон\w*|яндекс\S*|пошта|почт\w*)";
    let opener = r"(?:inviat[oa] (?:da|dal|dalla|dallo|dall['’]|con|tramite|via)|spedit[oa] (?:da|dal|con)|scritto (?:da|dal|con)|messaggio inviato (?:da|dal|con)|sent (?:from|via|with|using)(?: the)?|envoyé (?:de|depuis|à partir de|avec)|enviado (?:desde|do|da|de|a partir do|con|com|mediante|via|pelo)|gesendet (?:von|mit)|diese nachricht wurde von|verzonden (?:vanaf|met|van)|verstuurd vanaf|wysłan[eoay] (?:z|za pomocą)|trimis (?:de pe|din|cu)|dërguar (?:nga|me)|надіслано (?:з|із|через)|відправлено (?:з|із)|отправлено (?:с|из|через)|发自|來自|[أا]ُ?رسلت? من(?: الـ)?|تم الإرسال من|skickat från|sendt fra)";
    compiled(&format!(
        r"(?i)^via (?:my |mon |mein )?(?:i-?phone|i-?pad|android|samsung mobile|galaxy|blackberry|smartphone|gmail|outlook|yahoo mail)\b[^\d,.;!?]*$|^{opener}[\s:]*(?:[^,.;!?]*\b)?{device}\b[^;!?]*$|^发自我的.*$|^(?:von|aus) mein\S+ .* gesendet\.?$|^(?:get|ottieni|scaricare|scarica|télécharger|obtenez|obtener|obtenha|baixe|hol(?:en)? sie sich|outlook für|descarga|pobierz|скачать|отримати) ?.*outlook.*$|^outlook (?:per|for|für|pour|para) (?:ios|android).*$|^yahoo mail: .*$|^inviato con .*(?:e-?mail|posta).*$|^<#DAB4FAD8-[0-9A-F-]+>$|^da (?:i-?phone|i-?pad|android|smartphone|cellulare)(?: di \p{{L}}+(?: \p{{L}}+)?)?\.?$|^sent via superhuman\b.*$|^gesendet mit der .*\bapp$|^provenance : courrier pour windows.*$|^(?:lähetetty|odesláno z|来自我的|发自|bu ileti) ?\S*.{{0,30}}$|^(?:obter o outlook|get \S+) (?:para|for) (?:android|ios|iphone)$|^hai ricevuto questo messaggio dal mio .*$|^#DAB4FAD8-[0-9A-F-]+$|^sent from my \w+(?: \w+){{0,3}}$|^con (?:tim|libero|virgilio) mail.*$|^hai bisogno di .*mailbox.*$|^#yiv\d+.*$|^(?:image|cid|immagine|bild|imagen)\s?:\s?\S.*$"
    ))
});

static ANTIVIRUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^.*(?:priv[oa] di virus|senza virus|virus[- ]free|virenfrei|sans virus|libre de virus|sin virus|wolna od wirusów|lipsit de viruși|без вирусов).*$|^.*(?:www\.avast\.com|avast logo|avg\.com|checked by avg|scanned by|mailscanner|è stat[oa] (?:controllat|esaminat|verificat|analizzat)[oa] .*(?:antivirus|virus)|controllat[oa] .*antivirus|has been scanned .*virus|geprüft .*virus|no virus found|libra esva|risultato non infetto|believed to be clean).*$",
    )
});

/// An opener and a name in capitals, no more: a program, or the telephone's owner.
static LAST_FOOTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"^(?:(?i:inviat[oa] (?:da|dal mio|dalla mia|dall['’]app|con|tramite)|sent (?:from|with|via|using)(?: my| the)?|envoyé (?:de|depuis|avec)(?: mon| l['’]application)?|gesendet (?:von|mit)(?: meine[mr])?|enviado (?:desde|do|com)(?: mi| meu)?|verzonden (?:vanaf|met)(?: mijn)?|wysłan[eoay] (?:z|za pomocą)|trimis (?:de pe|din|cu))) \p{Lu}[\w.+-]*(?:,? [\w.()+-]+){0,5}$",
    )
});

/// What gateways of offices and firms warn of.
static BANNER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^\W*(?:external(?: e-?mail| sender| message)?|e-?mail esterna|mittente esterno|messaggio esterno|esterno|externe e-?mail|courriel externe|correo externo)\W*$|(?:e-?mail|mail|message|messaggio|nachricht|courriel|mensaje)[^.]{0,40}(?:originated (?:from )?outside|proviene (?:da un mittente esterno|dall['’]esterno)|from outside (?:of )?(?:the|your) organi[sz]ation|von außerhalb|provient de l['’]extérieur|externo a la organización)|^(?:(?:some people who received this message )?(?:you )?don['’]t often get email from|non si ricevono spesso messaggi|le persone che hanno ricevuto questo messaggio non ricevono spesso|sie erhalten nicht (?:oft|häufig) e-?mails? von|vous n['’]obtenez pas souvent d['’]e-?mail|no suele recibir correo|não costuma receber)",
    )
});

#[cfg(test)]
mod tests {
    use super::{ANTIVIRUS, BANNER, matches, may_warn};

    #[test]
    fn every_warning_has_a_word_by_which_it_is_looked_for() {
        for line in [
            "External e-mail",
            "MITTENTE ESTERNO",
            "correo externo",
            "This message originated from outside",
            "Questa e-mail proviene da un mittente esterno",
            "mail from outside of your organisation",
            "You don't often get email from m@x.example",
            "Non si ricevono spesso messaggi da m@x.example",
            "Le persone che hanno ricevuto questo messaggio non ricevono spesso posta",
            "Sie erhalten nicht oft E-Mails von m@x.example",
            "Vous n'obtenez pas souvent d'email de m@x.example",
            "No suele recibir correo de m@x.example",
            "Privo di virus",
            "Virenfrei",
            "www.avast.com",
            "Avast logo",
            "AVG.com",
            "Checked by AVG",
            "Scanned by x",
            "MailScanner",
            "controllato da antivirus",
            "has been scanned for viruses",
            "No virus found",
            "Libra Esva",
            "risultato non infetto",
            "believed to be clean",
        ] {
            assert!(matches(&BANNER, line) || matches(&ANTIVIRUS, line), "{line}");
            assert!(may_warn(line), "{line}");
        }
        assert!(!may_warn("Il lampione davanti alla scuola non si accende"));
    }
}
