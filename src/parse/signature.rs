//! Signatures, footers of telephones and webmails, disclaimers, antivirus lines.
//!
//! Greeting, closing formula and bare name stay: they are the person's words. A signature that was cut is still in
//! `quoted`, because it is often the only place where a school or an office is named.

mod disclaimers;
mod footers;

use std::cell::OnceCell;
use std::sync::LazyLock;

use regex::Regex;

/// Marks the lines that the person did not write anew; `cut` already holds the quotes.
pub(super) fn mark(texts: &[&str], cut: &mut [bool]) {
    mark_delimited(texts, cut);
    footers::mark(texts, cut);
    disclaimers::mark(texts, cut);
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

/// What a line tells about being part of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Telephone, e-mail, tax number, role: what only a signature, or a person who asks to be called, has.
    Contact,
    /// A street, a town: in a report it is the report.
    Street,
    /// An organisation, a web address: in a signature or in a report.
    Name,
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
    let ends = text.ends_with(['.', '!', '?', ',', ':', ';']) || text.starts_with(['-', '•', '*']);
    if matches(&CONTACT, text) || (!ends && matches(&ROLE, text)) {
        return Shape::Contact;
    }
    if matches(&STREET, text) {
        return Shape::Street;
    }
    if matches(&NAME, text) || is_rule(text) {
        return Shape::Name;
    }
    let lower = text.chars().next().is_some_and(char::is_lowercase);
    if chars <= NAME_CHARS_MAX && !ends && !lower { Shape::Short } else { Shape::Sentence }
}

/// The shapes of lines, each told when it is first asked for.
struct Shapes<'a> {
    texts: &'a [&'a str],
    known: Vec<OnceCell<Shape>>,
}

impl<'a> Shapes<'a> {
    fn new(texts: &'a [&'a str]) -> Self {
        Self { texts, known: vec![OnceCell::new(); texts.len()] }
    }

    fn at(&self, at: usize) -> Shape {
        let text = self.texts.get(at).copied().unwrap_or_default();
        self.known.get(at).map_or(Shape::Blank, |known| *known.get_or_init(|| shape(text)))
    }
}

/// A block of several lines with role, address, telephone or web, after the last kept words of each stretch.
fn mark_block(texts: &[&str], cut: &mut [bool]) {
    let shapes = Shapes::new(texts);
    let mut end = texts.len();
    while end > 0 {
        while end > 0 && !is_open(cut, end.saturating_sub(1)) {
            end = end.saturating_sub(1);
        }
        let mut start = end;
        while start > 0 && is_open(cut, start.saturating_sub(1)) {
            start = start.saturating_sub(1);
        }
        if let Some(from) = block_start(&shapes, start, end)
            && kept_before(texts, cut, from)
        {
            cut.iter_mut().take(end).skip(from).for_each(|mark| *mark = true);
        }
        end = start;
    }
}

/// Where the block begins that is a signature: one with a [`Shape::Contact`]. Streets, organisations and web
/// addresses alone are what is reported. Below a closing formula all of it goes, else only the last paragraphs that
/// each hold a contact.
fn block_start(shapes: &Shapes<'_>, start: usize, end: usize) -> Option<usize> {
    const BLOCK_LINES_MAX: usize = 18;
    let mut lines = 0_usize;
    let mut from = end;
    let mut closing = None;
    for at in (start..end).rev() {
        match shapes.at(at) {
            Shape::Blank => continue,
            Shape::Closing => {
                closing = Some(at);
                break;
            }
            Shape::Sentence => break,
            Shape::Contact | Shape::Street | Shape::Name | Shape::Short => {}
        }
        lines = lines.saturating_add(1);
        from = at;
        if lines > BLOCK_LINES_MAX {
            return None;
        }
    }
    let from = match closing {
        Some(closing) => after_name(shapes, closing, end),
        None => last_paragraphs(shapes, from, end),
    };
    // A signature names somebody first: a street at its top is where something is broken.
    let from = (from..end).find(|at| !matches!(shapes.at(*at), Shape::Street | Shape::Blank))?;
    let count = |wanted: fn(Shape) -> bool| (from..end).filter(|at| wanted(shapes.at(*at))).count();
    let contacts = count(|shape| shape == Shape::Contact);
    let others = count(|shape| matches!(shape, Shape::Street | Shape::Name));
    let enough = if closing.is_some() {
        lines >= 2
    } else {
        contacts.saturating_add(others) >= 2 && count(|shape| shape != Shape::Blank) >= 3
    };
    (enough && contacts >= 1).then_some(from)
}

/// The bare name below a closing formula stays with it.
fn after_name(shapes: &Shapes<'_>, closing: usize, end: usize) -> usize {
    let mut at = closing.saturating_add(1);
    while at < end && shapes.at(at) == Shape::Blank {
        at = at.saturating_add(1);
    }
    let name = shapes.texts.get(at).is_some_and(|text| {
        shapes.at(at) == Shape::Short && !text.contains(|c: char| c.is_ascii_digit())
    });
    if name { at.saturating_add(1) } else { at }
}

/// Where the last paragraphs begin that each hold a contact; `end` when the last one holds none.
fn last_paragraphs(shapes: &Shapes<'_>, from: usize, end: usize) -> usize {
    let mut top = end;
    let mut contact = false;
    for at in (from..end).rev() {
        match shapes.at(at) {
            Shape::Blank if !contact && top < end => return top,
            Shape::Blank => contact = false,
            Shape::Contact => contact = true,
            _ => {}
        }
        let first = at == from || shapes.at(at.saturating_sub(1)) == Shape::Blank;
        if contact && first {
            top = at;
        }
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
        r"(?i)\b(?:tel|telefono|phone|ph|fax|cell|cellulare|mob|mobile|mobil|móvil|handy|tlf|тел|моб)\b\.?\s*[:.]?\s*(?:\+|\(|\d|/|e )|(?:^|\s)[tfmc]\.? ?[:.]? ?\+?\(?\d[\d\s./()-]{6,}|^(?:\+|\(?0|3\d\d)[\d\s./()-]{6,}$|\S+@\S+\.\w|\b(?:p\.? ?iva|partita iva|c\.? ?f\.?|cod\.? fisc)\b|\b(?:skype|pec|e-?mail|mail)\s*:",
    )
});

/// What somebody is, as a line of its own: at its beginning, or behind the name.
static ROLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)(?:^(?:(?:il|la|lo|the|i)\s|l['’])?(?:\p{L}{1,12}\.? )?|[,–|-]\s*)(?:direttor[ei]|direttrice|responsabile|dirigente|amministrat(?:ore|rice)|preside|segretari[ao]|coordinat(?:ore|rice)|tecnico|docente|insegnante|president[ei]?|manager|director|ceo|engineer)\b|\b(?:geom|ing|arch|dott|dott\.ssa|avv|rag)\. ?\p{L}",
    )
});

/// A street with its number, or a town with its code, alone on its line.
static STREET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)^(?:via|viale|v\.le|piazza|p\.?zza|p\.za|corso|c\.so|largo|vicolo|strada|piazzale|p\.le)\s.{2,50}\d|^\d{5}\s+\p{Lu}[\p{L}' ]+(?:\(\w\w\)| \w\w)?$",
    )
});

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"(?i)\bhttps?://|\bwww\.|\b\d{5}\s+\p{Lu}[\p{L}' ]+(?:\(\w\w\)| \w\w)?$|\b(?:segreteria|ufficio|servizio|settore|direzione|comune di|istituto|scuola|condominio|s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?n\.?c\.?|onlus|associazione|office|department|university|gmbh|ltd|inc)\b|\b(?:web|sito|linkedin|facebook|twitter|instagram)\s*:",
    )
});
