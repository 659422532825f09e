//! Signatures, footers of telephones and webmails, disclaimers, antivirus lines.
//!
//! Greeting, closing formula and bare name stay: they are the person's words. A signature that was cut is still in
//! `quoted`, because it is often the only place where a school or an office is named.

use std::sync::LazyLock;

use regex::Regex;

/// Marks the lines that the person did not write anew; `cut` already holds the quotes.
pub(super) fn mark(texts: &[&str], cut: &mut [bool]) {
    mark_delimited(texts, cut);
    mark_footers(texts, cut);
    mark_disclaimers(texts, cut);
    mark_block(texts, cut);
    mark_dashed_name(texts, cut);
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

fn is_open(cut: &[bool], at: usize) -> bool {
    cut.get(at).is_some_and(|cut| !cut)
}

/// Cuts from `from` to the next line that is quoted.
fn cut_on(cut: &mut [bool], from: usize) {
    for mark in cut.iter_mut().skip(from) {
        if *mark {
            return;
        }
        *mark = true;
    }
}

fn kept_before(texts: &[&str], cut: &[bool], at: usize) -> bool {
    texts.iter().zip(cut).take(at).any(|(text, cut)| !cut && !text.trim().is_empty())
}

/// `-- ` (RFC 3676 section 4.3), the same without its space, and the footers of mailing lists.
fn mark_delimited(texts: &[&str], cut: &mut [bool]) {
    for (at, text) in texts.iter().enumerate() {
        if !is_open(cut, at) {
            continue;
        }
        let delimiter = matches!(text.trim_end(), "--" | "—" | "–-" | "—-")
            && !text.starts_with(char::is_whitespace);
        let list = is_rule(text)
            && texts.get(at.saturating_add(1)).is_some_and(|next| matches(&LIST_FOOTER, next));
        if (delimiter || list) && kept_before(texts, cut, at) {
            cut_on(cut, at);
        }
    }
}

fn is_rule(text: &str) -> bool {
    const RULE_CHARS_MIN: usize = 8;
    let text = text.trim();
    text.len() >= RULE_CHARS_MIN
        && text.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '~' | '─'))
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
        if footer || (text.len() <= ANTIVIRUS_BYTES_MAX && matches(&ANTIVIRUS, text)) {
            cut.iter_mut().skip(at).take(1).for_each(|mark| *mark = true);
        }
    }
}

/// A disclaimer ends the mail: what follows it is more of it.
fn mark_disclaimers(texts: &[&str], cut: &mut [bool]) {
    for (at, text) in texts.iter().enumerate() {
        let text = text.trim().trim_start_matches(['*', '_', '"', '«', '-', ' ']);
        if is_open(cut, at) && matches(&DISCLAIMER, text) && kept_before(texts, cut, at) {
            let above = at.saturating_sub(1);
            let ruled = at > 0 && texts.get(above).is_some_and(|before| is_rule(before));
            let from = if ruled { above } else { at };
            cut_on(cut, from);
        }
    }
}

/// What a line tells about being part of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Telephone, address, web, role, organisation.
    Contact,
    /// Short, without the end of a sentence: a name, a motto.
    Short,
    /// "Cordiali saluti": belongs to the words.
    Closing,
    /// Somebody's sentence.
    Sentence,
    Blank,
}

fn shape(text: &str) -> Shape {
    const SIGNATURE_CHARS_MAX: usize = 90;
    const NAME_CHARS_MAX: usize = 45;
    let text = text.trim();
    if text.is_empty() {
        return Shape::Blank;
    }
    let chars = text.chars().count();
    if chars <= SIGNATURE_CHARS_MAX && matches(&CLOSING, text) {
        return Shape::Closing;
    }
    if chars > SIGNATURE_CHARS_MAX || matches(&LABELLED, text) {
        return Shape::Sentence;
    }
    if matches(&CONTACT, text) || is_rule(text) {
        return Shape::Contact;
    }
    let ends = text.ends_with(['.', '!', '?', ',', ':', ';']) || text.starts_with(['-', '•', '*']);
    let lower = text.chars().next().is_some_and(char::is_lowercase);
    if chars <= NAME_CHARS_MAX && !ends && !lower { Shape::Short } else { Shape::Sentence }
}

/// A block of several lines with role, address, telephone or web, after the last kept words of each stretch.
fn mark_block(texts: &[&str], cut: &mut [bool]) {
    let mut end = texts.len();
    while end > 0 {
        while end > 0 && !is_open(cut, end.saturating_sub(1)) {
            end = end.saturating_sub(1);
        }
        let mut start = end;
        while start > 0 && is_open(cut, start.saturating_sub(1)) {
            start = start.saturating_sub(1);
        }
        if let Some(from) = block_start(texts, start, end)
            && kept_before(texts, cut, from)
        {
            cut.iter_mut().take(end).skip(from).for_each(|mark| *mark = true);
        }
        end = start;
    }
}

fn block_start(texts: &[&str], start: usize, end: usize) -> Option<usize> {
    const BLOCK_LINES_MAX: usize = 18;
    let mut contacts = 0_usize;
    let mut lines = 0_usize;
    let mut from = end;
    let mut closing = None;
    for at in (start..end).rev() {
        match shape(texts.get(at).copied().unwrap_or_default()) {
            Shape::Blank => continue,
            Shape::Contact => contacts = contacts.saturating_add(1),
            Shape::Short => {}
            Shape::Closing => {
                closing = Some(at);
                break;
            }
            Shape::Sentence => break,
        }
        lines = lines.saturating_add(1);
        from = at;
        if lines > BLOCK_LINES_MAX {
            return None;
        }
    }
    let from = match closing {
        Some(closing) => after_name(texts, closing, end),
        None => first_of_contacts(texts, from, end),
    };
    let enough =
        if closing.is_some() { contacts >= 1 && lines >= 2 } else { contacts >= 2 && lines >= 3 };
    (enough && from < end).then_some(from)
}

/// The bare name below a closing formula stays with it.
fn after_name(texts: &[&str], closing: usize, end: usize) -> usize {
    let mut at = closing.saturating_add(1);
    while at < end && texts.get(at).is_some_and(|text| text.trim().is_empty()) {
        at = at.saturating_add(1);
    }
    let name = texts.get(at).is_some_and(|text| {
        shape(text) == Shape::Short && !text.contains(|c: char| c.is_ascii_digit())
    });
    if name { at.saturating_add(1) } else { at }
}

/// Without a closing formula the block is the last paragraphs that hold contacts, with the name above them.
fn first_of_contacts(texts: &[&str], from: usize, end: usize) -> usize {
    let shape_at = |at: usize| shape(texts.get(at).copied().unwrap_or_default());
    let Some(first) = (from..end).find(|at| shape_at(*at) == Shape::Contact) else { return end };
    let mut top = first;
    while top > from && shape_at(top.saturating_sub(1)) == Shape::Short {
        top = top.saturating_sub(1);
    }
    top
}

/// `-Name` under the last words: a hand-made delimiter.
fn mark_dashed_name(texts: &[&str], cut: &mut [bool]) {
    let last =
        texts.iter().zip(cut.iter()).rposition(|(text, cut)| !cut && !text.trim().is_empty());
    let Some(last) = last else { return };
    let alone =
        last > 0 && texts.get(last.saturating_sub(1)).is_some_and(|above| above.trim().is_empty());
    let dashed = texts.get(last).is_some_and(|text| matches(&DASHED_NAME, text.trim_end()));
    if alone && dashed && kept_before(texts, cut, last) {
        cut.iter_mut().skip(last).take(1).for_each(|mark| *mark = true);
    }
}

static LIST_FOOTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(r"(?i)mailing list|unsubscribe|disiscri|lista .*@|https?://\S*(?:mailman|listinfo)")
});

static DASHED_NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"^[-–—]{1,2}\p{Lu}\p{Ll}+(?: \p{Lu}[\p{Ll}.]*){0,3}$"));

/// "Inviato da iPhone" in the languages of the residents. Devices, programs and carriers, never a sentence.
static FOOTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let device = r"(?:i-?phone|i-?pad|ipod|android|galaxy|samsung|huawei|honor|xiaomi|redmi|oppo|vivo|realme|oneplus|pixel|nokia|motorola|lg|sony|xperia|blackberry|windows|smartphone|telefono|telefonino|cellulare|tablet|dispositivo|device|phone|handy|smartfon\w*|téléphone|móvil|celular|telefon\w*|mobile|outlook|gmail|yahoo|libero|tiscali|virgilio|alice|tim|vodafone|fastweb|aruba|posta|proton ?mail|thunderbird|mail\.ru|web\.de|gmx|t-online|aol|spark|bluemail|aqua mail|my ?mail|edison|mailbird|zimbra|roundcube|sparrow|hotmail|email\.it|ukr\.net|айфон\w*|смартфон\w*|телефон\w*)";
    let opener = r"(?:inviat[oa] (?:da|dal|dalla|dallo|con|tramite|via)|spedit[oa] (?:da|dal|con)|scritto (?:da|dal|con)|messaggio inviato (?:da|dal|con)|sent (?:from|via|with|using)|envoyé (?:de|depuis|à partir de|avec)|enviado (?:desde|do|da|de|a partir do|con|com|mediante)|gesendet (?:von|mit)|diese nachricht wurde von|verzonden (?:vanaf|met|van)|verstuurd vanaf|wysłan[eoay] (?:z|za pomocą)|trimis (?:de pe|din|cu)|dërguar (?:nga|me)|надіслано (?:з|із|через)|відправлено (?:з|із)|отправлено (?:с|из|через)|发自|來自|أرسل(?:ت)? من|تم الإرسال من|skickat från|sendt fra|via)";
    compiled(&format!(
        r"(?i)^{opener}[\s:]*(?:[^,.;!?]*\b)?{device}\b[^,;!?]*$|^发自我的.*$|^(?:von|aus) mein\S+ .* gesendet\.?$|^(?:get|ottieni|scarica|télécharger|obtenez|obtener|obtenha|baixe|hol(?:en)? sie sich|outlook für|descarga|pobierz|скачать|отримати) ?.*outlook.*$|^outlook (?:per|for|für|pour|para) (?:ios|android).*$|^yahoo mail: .*$|^inviato con .*(?:e-?mail|posta).*$|^sent from my \w+(?: \w+){{0,3}}$|^con (?:tim|libero|virgilio) mail.*$|^hai bisogno di .*mailbox.*$|^#yiv\d+.*$|^(?:image|cid|immagine|bild|imagen)\s?:\s?\S.*$"
    ))
});

static ANTIVIRUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^.*(?:priv[oa] di virus|senza virus|virus[- ]free|virenfrei|sans virus|libre de virus|sin virus|wolna od wirusów|lipsit de viruși|без вирусов).*$|^.*(?:www\.avast\.com|avast logo|avg\.com|checked by avg|scanned by|mailscanner|è stat[oa] controllat[oa] .*(?:antivirus|virus)|controllat[oa] .*antivirus|has been scanned .*virus|geprüft .*virus|no virus found).*$",
    )
});

/// The first words of legal and ecological paragraphs.
static DISCLAIMER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let openers = [
        r"ai sensi (?:e per gli effetti )?(?:del|dell'|dell’|della|degli|e per).*(?:regolamento|gdpr|d\.? ?lgs|decreto|legge|art|codice)",
        r"(?:questo|il presente|la presente|questa) (?:messaggio|e-?mail|mail|comunicazione|documento)[^.]*(?:riservat|confidenzial|privat|destinatari|privileg|segret)",
        r"le informazioni (?:contenute|trasmesse|riportate)",
        r"qualora (?:abbiate|lei|il|avesse|aveste|non|riceva)[^.]*(?:errore|destinatari)",
        r"se (?:non siete|non è|avete ricevuto|ha ricevuto|hai ricevuto|ricevete)[^.]*(?:errore|destinatari)",
        r"avviso di riservatezza", r"avvertenz[ae] (?:ai sensi|legale|di)", r"informativa (?:privacy|ai sensi|sulla privacy|sul trattamento)",
        r"(?:nota|clausola) di riservatezza", r"riservatezza\s*[:/-]", r"privacy\s*[:/-]", r"disclaimer\b", r"confidentiality notice", r"confidentiality\s*:",
        r"(?:this|the information in this|the contents? of this|this is an?) (?:e-?mail|message|communication|transmission)[^.]*(?:confidential|intended|privileged)",
        r"the information (?:contained|transmitted)", r"if you (?:are not the intended|have received this)",
        r"(?:diese|der inhalt dieser) (?:e-?mail|nachricht)[^.]*(?:vertraulich|bestimmt)",
        r"ce (?:message|courriel|mail)[^.]*(?:confidentiel|destin)", r"este (?:mensaje|correo|e-?mail)[^.]*(?:confidencial|dirigid|destin)",
        r"esta mensagem[^.]*(?:confidencial|destin)",
        r"rispett[ai](?:mo)? l['’]ambiente", r"prima di stampare", r"non stampare (?:questa|questo)", r"pensa(?:te)? (?:all['’]ambiente|prima di stampare)",
        r"please consider the environment", r"(?:think|consider)[^.]*before (?:you )?print", r"(?:dona|destina|devolvi|il tuo)? ?(?:il )?(?:tuo )?5 ?(?:x|per) ?mille",
        r"denken sie an die umwelt", r"pensez à l['’]environnement",
    ]
    .join("|");
    compiled(&format!(r"(?i)^(?:{openers})"))
});

static CLOSING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^(?:(?:porgo|porgiamo|vi porgo|con|i miei|i più|un|tanti|i|molti)? ?(?:cordiali|distinti|cordialissimi|sinceri|migliori|caro|cari) ?salut[io]|cordialmente|cordialità|(?:un )?(?:cordiale )?salut[oi]|(?:vi |la )?(?:ringrazi(?:o|amo|andovi|andola)|grazie)[^.]*|in attesa[^.]*|attendo[^.]*|resto a disposizione[^.]*|buon(?:a|e)? (?:giornata|serata|lavoro|domenica)|a presto|(?:kind|best|warm|many)? ?regards|best(?: wishes)?|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|thanks?[^.]*|cheers|mit freundlichen grüßen|(?:viele|beste|liebe|freundliche) grüße|mfg|lg|cordialement|bien (?:cordialement|à vous)|salutations[^.]*|merci[^.]*|(?:un )?(?:cordial )?saludos?[^.]*|atentamente|gracias[^.]*|atenciosamente|cumprimentos|met vriendelijke groet(?:en)?|groeten|pozdrawiam|z poważaniem|cu (?:stimă|respect)|mulțumesc[^.]*|me respekt|faleminderit[^.]*|з повагою|дякую[^.]*|с уважением|спасибо[^.]*|此致|谢谢|مع (?:خالص )?(?:التحية|تحياتي)|شكرا.*)[\s,.!;]*$",
    )
});

/// Data that a person gives under a heading of their own is part of the report.
static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^(?:luogo|indirizzo del guasto|dove|posizione|ubicazione|zona|oggetto|data|ora|problema|descrizione|segnalazione|nome|cognome|motivo|quando|cosa|location|where|what|when|problem|matricola|palo|codice|numero palo|impianto)\b[^:]{0,25}:",
    )
});

static CONTACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:tel|telefono|phone|ph|fax|cell|cellulare|mob|mobile|mobil|móvil|handy|tlf|тел|моб)\b\.?\s*[:.]?\s*(?:\+|\(|\d|/|e )|(?:^|\s)[tfmc]\.? ?[:.]? ?\+?\(?\d[\d\s./()-]{6,}|^\+?\(?\d[\d\s./()-]{7,}$|\bhttps?://|\bwww\.|\S+@\S+\.\w|\b(?:p\.? ?iva|partita iva|c\.? ?f\.?|cod\.? fisc)\b|\b\d{5}\s+\p{Lu}[\p{L}' ]+(?:\(\w\w\)| \w\w)?$|^(?:via|viale|v\.le|piazza|p\.?zza|p\.za|corso|c\.so|largo|vicolo|strada|piazzale|p\.le)\s.{2,50}\d|\b(?:direttor[ei]|direttrice|responsabile|dirigente|amministrat(?:ore|rice)|preside|segretari[ao]|segreteria|geom\.|ing\.|arch\.|dott\.|dott\.ssa|avv\.|rag\.|ufficio|servizio|settore|direzione|comune di|istituto|scuola|condominio|s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?n\.?c\.?|onlus|associazione|coordinat(?:ore|rice)|tecnico|docente|insegnante|president[ei]?|manager|director|ceo|engineer|office|department|university|gmbh|ltd|inc)\b|\b(?:skype|pec|e-?mail|mail|web|sito|linkedin|facebook|twitter|instagram)\s*:",
    )
});
