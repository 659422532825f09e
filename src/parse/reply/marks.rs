//! The lines with which mail programs of many languages begin a quote or a forward.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::bare_block::bare_block;
use super::header_block::{Trust, has_time, header_block};

/// A mark found: lines up to `end` belong to it; `rest` says that everything behind it is quoted too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub end: usize,
    pub rest: bool,
}

/// Lines over which a program wraps an attribution.
const WRAPPED_LINES_MAX: usize = 5;

/// An attribution is a date, a name and an address; longer lines are somebody's sentence.
const ATTRIBUTION_BYTES_MAX: usize = 400;

/// The mark that begins at line `at`, if one does. Lines are trimmed; `cut` tells which are quoted already.
pub(super) fn at(texts: &[&str], cut: &[bool], at: usize, trust: Trust) -> Option<Mark> {
    let line = texts.get(at)?;
    if line.is_empty() || line.len() > ATTRIBUTION_BYTES_MAX {
        return None;
    }
    separator(texts, line, at)
        .or_else(|| header_block(texts, at, trust).map(|end| Mark { end, rest: true }))
        .or_else(|| bare_block(texts, at).map(|end| Mark { end, rest: true }))
        .or_else(|| attribution(texts, cut, at))
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn separator(texts: &[&str], line: &str, at: usize) -> Option<Mark> {
    let next = at.saturating_add(1);
    let notes = || {
        (line.contains(" ---") && matches(&NOTES_PREVIEW, line))
            || (line.starts_with("---")
                && matches(&NOTES_WROTE, line)
                && header_block(texts, next, Trust::Separated).is_some())
    };
    if is_separator(line) || notes() {
        let after = first_text(texts, next);
        let end =
            after.and_then(|after| header_block(texts, after, Trust::Separated)).unwrap_or(next);
        return Some(Mark { end, rest: true });
    }
    if is_ruled(line) {
        let after = first_text(texts, next)?;
        return header_block(texts, after, Trust::Conversation).map(|end| Mark { end, rest: true });
    }
    None
}

/// Whether a line says "original message" or the like.
fn is_separator(line: &str) -> bool {
    // A rule is looked for only where a line may begin with one.
    let ruled = line.starts_with(|c: char| !c.is_alphanumeric()) && matches(&RULED, line);
    let above = || ABOVE_WORDS.as_ref().is_some_and(|words| words.is_match(line));
    ruled || matches(&BEGUN, line) || (above() && matches(&ABOVE, line))
}

/// A line drawn with signs.
pub(super) fn is_ruled(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '─' | '—' | ' '))
}

/// Whether a line says that a forward follows, not an answer.
pub(super) fn begins_forward(line: &str) -> bool {
    const WORDS: [&str; 22] = [
        "inoltr",
        "forward",
        "weitergeleitet",
        "transféré",
        "réexpédié",
        "reenvi",
        "encaminhad",
        "doorgestuurd",
        "przekaz",
        "redirec",
        "përcjell",
        "пересл",
        "пересил",
        "пересыл",
        "перенаправ",
        "переадрес",
        "转发",
        "轉寄",
        "توجيه",
        "vidarebefordra",
        "videresend",
        "přeposl",
    ];
    if line.len() > ATTRIBUTION_BYTES_MAX || !is_separator(line) {
        return false;
    }
    let line = line.to_lowercase();
    WORDS.iter().any(|word| line.contains(word))
}

/// `> wrote:`: the end of an attribution whose address was set on lines of its own.
pub(super) fn ends_attribution(line: &str) -> bool {
    line.len() <= ATTRIBUTION_BYTES_MAX && matches(&VERB_ALONE, line)
}

/// An address, a moment, or a verb of attributions: the line above a quote in whatever language.
pub(super) fn names_author(line: &str) -> bool {
    line.contains('@')
        || has_time(line)
        || matches(&DAY, line)
        || matches(&VERB, line)
        || is_separator(line)
}

fn first_text(texts: &[&str], from: usize) -> Option<usize> {
    const BLANKS_MAX: usize = 3;
    (from..texts.len())
        .take(BLANKS_MAX.saturating_add(1))
        .find(|at| texts.get(*at).is_some_and(|text| !text.is_empty()))
}

/// With what an attribution ends that does not end with its verb.
const ENDS: [char; 4] = [':', '：', '*', '>'];

/// Attributions, over as many lines as programs wrap them.
fn attribution(texts: &[&str], cut: &[bool], at: usize) -> Option<Mark> {
    let mut joined = String::new();
    let first = texts.get(at).copied().unwrap_or_default();
    let mut after_first = String::new();
    // The first of several lines must itself be more than a sentence before an attribution.
    let lines_max = if dated(first) { WRAPPED_LINES_MAX } else { 1 };
    // Nine lines of ten: nothing that matters to a line without the end of an attribution could match.
    let opens = first.starts_with("--") || matches(&OPENER, first);
    if lines_max == 1 && !opens && !first.ends_with(ENDS) {
        return None;
    }
    let mut lines = 0_usize;
    let mut skipped = 0_usize;
    for (place, line) in texts.iter().enumerate().skip(at) {
        if lines >= lines_max
            || joined.len() > ATTRIBUTION_BYTES_MAX
            || cut.get(place).copied().unwrap_or(true)
        {
            break;
        }
        if line.is_empty() {
            skipped = skipped.saturating_add(1);
            if skipped > 1 || !joined.contains(['<', '@']) && !has_time(&joined) {
                break;
            }
            continue;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
        if lines > 0 {
            after_first.push(' ');
            after_first.push_str(line);
        }
        lines = lines.saturating_add(1);
        let end = place.saturating_add(1);
        let spoken = || (lines > 1 || opens) && matches(&VERB, line);
        if !line.ends_with(ENDS) && !spoken() {
            continue;
        }
        if lines > 1 && matches(&OPENED, &after_first) {
            return None;
        }
        let written = (lines == 1 || first.contains(['@', '<']) || dated(first))
            && (is_dated_author(&joined) || matches(&DATED, &joined));
        let addressed =
            written || (lines == 1 || first.contains(['@', '<'])) && matches(&ADDRESSED, &joined);
        if addressed || matches(&OPENED, &joined) {
            if quote_follows(texts, cut, end) {
                return Some(Mark { end, rest: false });
            }
            if joined.contains('@') || has_time(&joined) {
                return Some(Mark { end, rest: true });
            }
        }
        let said = matches(&SAID, &joined) || is_author_or_moment(&joined);
        if lines == 1 && said && quote_follows(texts, cut, end) {
            return Some(Mark { end, rest: false });
        }
    }
    None
}

/// Whether a line has a date or an address in it and does not end as a sentence does.
fn dated(line: &str) -> bool {
    line.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '<'))
        && !line.ends_with(['.', '!', '?'])
}

/// A moment, an author with an address, a colon: an attribution in whatever language.
fn is_dated_author(line: &str) -> bool {
    line.ends_with([':', '：']) && has_time(line) && matches(&DAY, line) && matches(&AUTHOR, line)
}

/// Either of them with a colon: believed only when a quote follows.
fn is_author_or_moment(line: &str) -> bool {
    line.ends_with([':', '：'])
        && (matches(&AUTHOR, line) || (has_time(line) && matches(&DAY, line)))
}

fn quote_follows(texts: &[&str], cut: &[bool], from: usize) -> bool {
    texts.iter().zip(cut).skip(from).find(|(text, _)| !text.is_empty()).is_some_and(|(_, cut)| *cut)
}

/// A year, or a day in figures.
static DAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}"));

/// Without `mailto:`, which programs put behind an address that a person mentions.
static AUTHOR: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(r"<\s?[^<>\s@:]+@[^<>\s]+\s?>"));

/// `2012/11/8 Mario Rossi <m@x.it>`, alone on its line, and "Citando Mario <m@x.it>:".
static DATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^\d{4}[/-]\d{1,2}[/-]\d{1,2} [^<>]{1,80}<[^<>\s@]+@[^<>\s]+>$|^(?:quoting|citando|zitat von|en citant|citaat van|cytowanie)\s.{0,120}@[^\s]+:$",
    )
});

/// The verbs of attributions.
const VERBS: &str = r"(?:ha scritto|hanno scritto|scrive|wrote|writes|schrieb(?:en)?|hat geschrieben|a écrit|a ecrit|écrit|escribió|escribio|escreveu|schreef|geschreven|napisał(?:\(a\)|a|/a)?|pisze|a scris|scrie|shkroi|ka shkruar|napsala?(?:\(a\))?|skrev|kirjoitti|yazdı|írta|пише|написав|написала|написав\(-ла\)|пишет|писал\(?а?\)?|написал\(?а?\)?|написа|写道|写到|寫道|đã viết|sent|كتب|كتبت|كتب/ت)";

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static VERB_ALONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(&format!(r"(?i)^>\s*{VERBS}\s*[:：]$")));

static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(&format!("(?i){VERBS}")));

/// What many attributions begin with.
const OPENERS: &str = r"^[\s*_>«»\x22-]*(?:(?:il|in data|on|at|am|le|el|em|op|w dniu|dnia|pe|în|më|në|dne|den|på|no dia|vào(?: lúc)?|в|у)\s|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\p{L}{2,4}[.,]{1,2}\s?\d{1,2}|在|于|於|في|بتاريخ|\d{4}年)";

static OPENER: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(&format!("(?is){OPENERS}")));

/// "Il giorno … ha scritto:" and its sisters: opener, anything, verb, at most a name, the end of the line.
static OPENED: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(&format!(r"(?is){OPENERS}.+{VERBS}[^:：]*[:：]?[\s*_]*$")));

/// Where an attribution begins that shares its line with the person's last words.
pub(super) fn shared_line(line: &str) -> Option<usize> {
    if line.len() > ATTRIBUTION_BYTES_MAX || !line.ends_with(':') {
        return None;
    }
    let found = SHARED.as_ref()?.captures(line)?.get(1)?;
    // "Name <a@b> hat am … geschrieben:" is an attribution as a whole.
    let before = line.get(..found.start())?;
    (!matches(&AUTHOR, before)).then_some(found.start())
}

static SHARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(&format!(
        r"(?i)^.*\S(?:\s+|-{{2,}}\s*)((?:on|il giorno|il|am|le|el|em|op)\s[^:]*\d{{1,4}}.*{VERBS}\s*:)$"
    ))
});

/// An address or a quoted name right before the verb: "Sent from … Name <a@b> wrote:".
static ADDRESSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(&format!(
        r"(?is)(?:<[^<>\s]+@[^<>\s]+>|\S+@\S+|\d{{1,2}}[:.]\d{{2}}).*{VERBS}[^:：]*[:：]$|^.+\d{{1,2}}[:.]\d{{2}}.*<[^<>]+@[^<>]+>\s*[:：]$|{VERBS} (?:am|il|on|le|el|op) .*\d{{1,2}}[:.]\d{{2}}.*[:：]$"
    ))
});

/// "Mario Rossi ha scritto:": believed only when a quote follows.
static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(&format!(
        r"(?is)^.+{VERBS}[^:：]*[:：]$|^-{{2,}}\s.+{VERBS}.*-{{2,}}$|^\d{{4}}[/-]\d{{1,2}}[/-]\d{{1,2}}\s.+<\S+@\S+>$"
    ))
});

/// `Name ---12/02/2024 09:10:22---the mail's first words`: Notes, for who cannot see its folded quote.
static NOTES_PREVIEW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"^\S.{0,60} ---\s?\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp][Mm])?---",
    )
});

/// `-----Name/Organisation wrote: -----`: Notes, above a header block.
static NOTES_WROTE: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(&format!(r"(?i)^-{{3,}}\s?\S.{{0,80}}\s{VERBS}\s*:?\s*-{{3,}}$")));

/// Lines that say "original message" or "forwarded message" behind a rule.
static RULED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ruled = [
        "messaggio originale",
        "messaggio inoltrato",
        "testo originale",
        "original message",
        "forwarded message",
        "messaggi[oe] precedent[ei]",
        "previous message",
        "reply message",
        "original text",
        "original appointment",
        "ursprüngliche nachricht",
        "original-nachricht",
        "originalnachricht",
        "weitergeleitete nachricht",
        "message d['’]origine",
        "message original",
        "message transféré",
        "message initial",
        "mensaje original",
        "mensaje reenviado",
        "mensaje enviado",
        "mensagem original",
        "mensagem encaminhada",
        "oorspronkelijk bericht",
        "doorgestuurd bericht",
        "oryginalna wiadomość",
        "wiadomość oryginalna",
        "wiadomość przekazana",
        "przekazana wiadomość",
        "mesaj original",
        "mesajul original",
        "mesaj redirecționat",
        "mesaj redirectionat",
        "mesazhi? origjinal",
        "mesazh i përcjellë",
        "оригінальне повідомлення",
        "вихідне повідомлення",
        "переслане повідомлення",
        "исходное сообщение",
        "пересылаемое сообщение",
        "перенаправленное сообщение",
        "пересланное сообщение",
        "原始邮件",
        "原始郵件",
        "转发邮件",
        "转发的邮件",
        "轉寄郵件",
        "轉寄的郵件",
        "原始信件",
        "الرسالة الأصلية",
        "رسالة معاد توجيهها",
        "الرسالة المعاد توجيهها",
        "originalmeddelande",
        "oprindelig meddelelse",
        "opprinnelig melding",
        "původní zpráva",
        "eredeti üzenet",
        "alkuperäinen viesti",
        "orijinal mesaj",
    ]
    .join("|");
    let notes = "forwarded by|inoltrato da|weitergeleitet von|réexpédié par|transféré par|original von|reenviado por|inoltrata da";
    let marked = "above this line|sopra questa (?:riga|linea)|(?:oberhalb|über) dieser zeile|au-dessus de cette ligne|por encima de esta línea|acima desta linha|boven deze (?:regel|lijn)|powyżej tej linii";
    compiled(&format!(
        r"(?i)^[\s>*]*[-_=*~—─]{{2,}}(?:&nbsp;|[\s>])*(?:{ruled})\s*:?(?:&nbsp;|[\s<])*[-_=*~—─]{{2,}}[\s*]*$|^[\s*]*[-_=*~—─]{{4,}}\s*(?:{ruled})\s*:?\s*$|^[\s*]*-{{2,}}\s*(?:{notes})(?:\W.*)?$|^[\s*]*(?:[-=#*_~]{{2,}}|[»›^]).{{0,60}}(?:{marked}).{{0,10}}[-=#*_~«‹^]+\s*$"
    ))
});

/// The same without a rule: "begin forwarded message".
static BEGUN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let bare = [
        "inizio messaggio inoltrato",
        "begin forwarded message",
        "anfang der weitergeleiteten nachricht",
        "début du message (?:transféré|réexpédié)",
        "inicio del mensaje reenviado",
        "início da mensagem (?:re)?encaminhada",
        "begin doorgestuurd bericht",
        "początek przekazywanej wiadomości",
        "początek przekazanej wiadomości",
        "начало переадресованного сообщения",
        "початок листа, що пересилається",
        "以下是转发的邮件",
        "بدء الرسالة المعاد توجيهها",
        "începutul mesajului redirecționat",
    ]
    .join("|");
    compiled(&format!(r"(?i)^[\s*]*(?:{bare})\s*[:：]?[\s*]*$"))
});

/// "Reply above this line", somewhere in a short line.
static ABOVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let above = "(?:reply|write|respond) (?:above|over) this line|(?:rispondi|rispondere|scrivi|scrivere) (?:sopra|al di sopra di) questa (?:riga|linea)|antworten sie oberhalb dieser zeile";
    compiled(&format!(r"(?i)^.{{0,30}}(?:{above}).{{0,30}}$"))
});

/// One of them is in each such line, whatever its case: letters that have no other forms than those of ASCII.
static ABOVE_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = ["line", "riga", "zeile"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});
