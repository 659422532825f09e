//! What lawyers and ecologists have programs set under every mail.
//!
//! Their first words are words that people write too ("le informazioni riportate sul cartello …"): the paragraph
//! must also have the vocabulary, and nothing is cut behind it that has not.

use std::sync::LazyLock;

use regex::Regex;

use super::{compiled, is_open, is_rule, kept_before, matches};

/// Marks the paragraphs, each with those behind it that go on in the same words.
pub(super) fn mark(texts: &[&str], cut: &mut [bool]) {
    let mut at = 0;
    let mut judged = Judged::default();
    while at < texts.len() {
        let opener = texts.get(at).map(|text| bare(text)).unwrap_or_default();
        let opens = is_open(cut, at) && is_opener(opener) && kept_before(texts, cut, at);
        if opens && at >= judged.end {
            judged = Judged::of(texts, cut, at);
        }
        if !opens || !judged.agrees(opener) {
            at = at.saturating_add(1);
            continue;
        }
        let above = at.saturating_sub(1);
        let ruled = at > 0 && texts.get(above).is_some_and(|before| is_rule(before));
        let end = last_of_them(texts, cut, judged.end);
        let from = if ruled { above } else { at };
        cut.iter_mut().take(end).skip(from).for_each(|mark| *mark = true);
        at = end.max(at.saturating_add(1));
    }
}

/// What a paragraph is about, looked at once however many of its lines might open a disclaimer.
#[derive(Default)]
struct Judged {
    end: usize,
    pair: bool,
    paper: bool,
}

impl Judged {
    fn of(texts: &[&str], cut: &[bool], from: usize) -> Self {
        let end = paragraph_end(texts, cut, from);
        let paragraph = joined(texts, from, end);
        Self { end, pair: has_pair(&paragraph), paper: matches(&PAPER, &paragraph) }
    }

    fn agrees(&self, opener: &str) -> bool {
        matches(&CERTAIN, opener)
            || (self.pair && matches(&OPENER, opener))
            || (self.paper && matches(&APPEAL, opener))
    }
}

/// Without the signs with which programs set it off. The tree of an ecological appeal is a letter of a picture font.
fn bare(text: &str) -> &str {
    let text = text.trim().trim_start_matches(['*', '_', '"', '«', '-', ' ']);
    let picture = ['♻', '🌳', '🌱', '\u{FE0F}', ' '];
    text.strip_prefix("P ").unwrap_or(text).trim_start_matches(picture)
}

fn paragraph_end(texts: &[&str], cut: &[bool], from: usize) -> usize {
    let inside = |at: &usize| {
        is_open(cut, *at) && texts.get(*at).is_some_and(|text| !text.trim().is_empty())
    };
    (from..texts.len()).find(|at| !inside(at)).unwrap_or(texts.len())
}

/// Where the last paragraph ends that goes on with it.
fn last_of_them(texts: &[&str], cut: &[bool], mut end: usize) -> usize {
    loop {
        let blank = |at: &usize| {
            is_open(cut, *at)
                && texts.get(*at).is_some_and(|text| text.trim().is_empty() || is_rule(text))
        };
        let next = (end..texts.len()).find(|at| !blank(at)).unwrap_or(texts.len());
        let after = paragraph_end(texts, cut, next);
        let text = joined(texts, next, after);
        let first = texts.get(next).map(|text| bare(text)).unwrap_or_default();
        let appeal = matches(&APPEAL, first) && matches(&PAPER, &text);
        if after == next || !(appeal || matches(&CERTAIN, first) || has_any(&text)) {
            return end;
        }
        end = after;
    }
}

fn joined(texts: &[&str], from: usize, end: usize) -> String {
    texts.get(from..end).unwrap_or_default().join(" ")
}

fn is_opener(line: &str) -> bool {
    !line.is_empty() && matches(&ANY_OPENER, line)
}

/// Two notions of secrecy, or one of them said of the mail itself.
fn has_pair(paragraph: &str) -> bool {
    let notions = NOTIONS.iter().filter(|notion| matches(notion, paragraph)).count();
    notions >= 2 || (matches(&SECRET, paragraph) && matches(&MAIL, paragraph))
}

fn has_any(paragraph: &str) -> bool {
    matches(&MAIL, paragraph) && NOTIONS.iter().any(|notion| matches(notion, paragraph))
        || NOTIONS.iter().filter(|notion| matches(notion, paragraph)).count() >= 2
}

static NOTIONS: [&LazyLock<Option<Regex>>; 7] =
    [&SECRET, &ADDRESSEE, &NAMED, &MISTAKE, &LAW, &SPREADING, &DESTROYING];

/// The mail itself.
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:messagg\w*|e-?mails?|comunicazion[ei]|allegat[oi]|messages?|attachments?|communication|transmission|courriels?|nachricht(?:en)?|mensaj?(?:e|em)s?|correo|wiadomoś\w*|mesaj\w*|bericht(?:en)?|повідомлення|сообщени\w*)\b",
    )
});

static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:riservat\w*|riservatezza|confidenzial\w*|natura privata|segret\w*|confidential\w*|privileged|legally protected|vertraulich\w*|confidentiel\w*|confidencial\w*|confidenciais|confidenţial\w*|confidențial\w*|poufn\w*|vertrouwelijk\w*|конфіденці\w*|конфиденци\w*)",
    )
});

static ADDRESSEE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:destinatari[oae]?|(?:esclusiv|unic)amente|all['’]uso esclusivo|intended|addressees?|recipients?|solely|empfänger\w*|ausschließlich|destinataires?|exclusivement|destinatarios?|destinatários?|exclusiv(?:a|ament)e\w*|adresat\w*|wyłącznie|destinatar\w*|exclusiv|geadresseerde\w*|uitsluitend|адресат\w*)\b",
    )
});

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:(?:person[ae]|soggett[oi]|ent[ei]) (?:indicat[aeoi]|sopra|(?:a )?cui|al(?:la|le) qual[ei])|individuals? or entit(?:y|ies)|(?:named|genannte[nr]?) (?:above|addressee|person)|personnes? désignées?|personas? indicadas?)\b",
    )
});

static MISTAKE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:per errore|erroneamente|in error|by mistake|irrtümlich\w*|par erreur|por error|por erro|omyłkow\w*|din greșeală|abusievelijk|per vergissing|помилков\w*|по ошибке)\b",
    )
});

static LAW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:gdpr|rgpd|dsgvo|rodo|(?:2016/)?679(?:/2016)?|196/(?:20)?03|616 c\.? ?p|privacy|dati personali|trattamento dei dati|personal data|regolamento (?:ue|europeo))\b",
    )
});

static SPREADING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:diffusion[ei]?|divulga\w*|riproduzion[ei]|ne è vietat[oa]|non autorizzat[oa]|disclos\w*|disseminat\w*|distribution|unauthori[sz]ed|weitergabe|unbefugt\w*|divulgation|divulgación|difusión|divulgação|rozpowszechnian\w*|ujawni\w*|divulgar\w*|verspreid\w*|openbaarmaking)\b",
    )
});

static DESTROYING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:cancella(?:rlo|rla|re|zione|te)|distrugge(?:rlo|rla|re|te)|elimina(?:rlo|rla|re)|delete|destroy|löschen|vernichten|supprimer|détruire|eliminar\w*|borrar\w*|usun\w*|șterge\w*|verwijder\w*)\b",
    )
});

/// What only stands under a mail, whatever follows. A lawyer's "ai sensi dell'art. 2051" is the report itself.
const CERTAIN_OPENERS: [&str; 13] = [
    r"(?:gdpr\W+)?ai sensi\b.*(?:gdpr|2016/679|679/2016|196/(?:20)?03|privacy|riservat|dati personali|trattamento dei dati|regolamento (?:\(?ue|europeo|generale))",
    r"d\.? ?lgs\.? ?(?:n\. ?)?196/(?:20)?03",
    r"avviso di riservatezza",
    r"(?:nota|clausola) di riservatezza",
    r"informativa (?:privacy|ai sensi|sulla privacy|sul trattamento)",
    r"disclaimer\b",
    r"confidentiality (?:notice|note)",
    r"(?:please )?think before (?:you )?print",
    r"please consider the environment",
    r"(?:think|consider)[^.]*before (?:you )?print",
    r"denken sie an die umwelt",
    r"pensez à l['’]environnement",
    r"(?:dona|dai|destina|devolvi|sostieni[^.]{0,40})? ?(?:con )?(?:il )?(?:tuo )?(?:5|cinque) ?(?:x|per) ?(?:mille|1000)",
];

static CERTAIN: LazyLock<Option<Regex>> = LazyLock::new(|| begun_with(&[&CERTAIN_OPENERS]));

/// First words of legal paragraphs, which a person may write as well.
const OPENERS: [&str; 18] = [
    r"(?:nota\s*:\s*)?(?:il contenuto|i contenuti) d(?:i|el|ella) (?:questa|questo|presente)",
    r"(?:questo|il presente|la presente|questa) (?:messaggio|e-?mail|mail|comunicazione|documento)",
    r"le informazioni\b",
    r"qualora\b",
    r"(?:se|ove) (?:lei )?(?:non siete|non è|avete ricevuto|ha ricevuto|hai ricevuto|ricevete)\b",
    r"avvertenz[ae]\b",
    r"(?:confidenzialità|riservatezza|privacy|confidentiality)\s*[:/-]",
    r"(?:this|the information in this|the contents? of this|this is an?) (?:e-?mail|message|communication|transmission)",
    r"the information (?:contained|transmitted)",
    r"if you (?:are not the intended|have received this)",
    r"(?:diese|der inhalt dieser) (?:e-?mail|nachricht)",
    r"ce (?:message|courriel|mail)",
    r"(?:este|el presente) (?:mensaje|correo|e-?mail)",
    r"(?:esta mensagem|este e-?mail)",
    r"(?:ta|niniejsza|treść (?:tej|niniejszej)) wiadomoś",
    r"(?:acest|conținutul acestui) (?:mesaj|e-?mail)",
    r"(?:dit (?:e-?mail)?bericht|deze e-?mail|de informatie in (?:dit|deze))",
    r"(?:це повідомлення|цей лист|это сообщение|данное сообщение)",
];

static OPENER: LazyLock<Option<Regex>> = LazyLock::new(|| begun_with(&[&OPENERS]));

/// First words of appeals to save paper.
const APPEALS: [&str; 5] = [
    "salva un albero",
    "rispett[ai](?:mo)? l['’]ambiente",
    "prima di stampare",
    "non stampare",
    "pensa(?:te)? (?:all['’]ambiente|prima di stampare)",
];

static APPEAL: LazyLock<Option<Regex>> = LazyLock::new(|| begun_with(&[&APPEALS]));

/// Any of them: one look at each line of each mail.
static ANY_OPENER: LazyLock<Option<Regex>> =
    LazyLock::new(|| begun_with(&[&CERTAIN_OPENERS, &OPENERS, &APPEALS]));

/// Lines that begin with one of many patterns.
fn begun_with(patterns: &[&[&str]]) -> Option<Regex> {
    compiled(&format!("(?i)^(?:{})", patterns.concat().join("|")))
}

static PAPER: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"(?i)stamp|\be-?mail\b|\bmail\b|carta"));
