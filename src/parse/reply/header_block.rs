//! The header of a quoted mail, as mail programs of many languages write it into the text.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// A field of a quoted header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    From,
    Date,
    To,
    Subject,
}

/// Labels as mail programs write them, in lower case.
const LABELS: [(Field, &[&str]); 4] = [
    (
        Field::From,
        &[
            "da",
            "mittente",
            "da parte di",
            "dari",
            "od kogo",
            "відправник",
            "отправитель",
            "المرسل",
            "from",
            "von",
            "absender",
            "de",
            "expéditeur",
            "remitente",
            "remetente",
            "van",
            "afzender",
            "od",
            "nadawca",
            "de la",
            "expeditor",
            "nga",
            "dërguesi",
            "від",
            "от",
            "от кого",
            "发件人",
            "寄件者",
            "寄件人",
            "من",
            "från",
            "fra",
            "lähettäjä",
            "feladó",
            "差出人",
        ],
    ),
    (
        Field::Date,
        &[
            "inviato",
            "inviata",
            "inviato il",
            "data",
            "date",
            "sent",
            "gesendet",
            "datum",
            "envoyé",
            "envoyé le",
            "enviado",
            "enviado el",
            "enviada",
            "enviada em",
            "enviado em",
            "fecha",
            "verzonden",
            "wysłano",
            "wysłane",
            "data wysłania",
            "inviato alle",
            "dërguar më",
            "e dërguar",
            "дата отправки",
            "تاريخ الإرسال",
            "送信日時",
            "date d'envoi",
            "trimis",
            "expediat",
            "dërguar",
            "дата",
            "надіслано",
            "відправлено",
            "отправлено",
            "发送时间",
            "发送日期",
            "日期",
            "時間",
            "寄件日期",
            "تاريخ",
            "التاريخ",
            "تم الإرسال",
            "تم إرساله",
            "أرسلت",
            "skickat",
            "sendt",
            "dato",
        ],
    ),
    (
        Field::To,
        &[
            "a",
            "per",
            "destinatario",
            "destinatari",
            "to",
            "an",
            "à",
            "pour",
            "destinataire",
            "para",
            "aan",
            "do",
            "către",
            "catre",
            "la",
            "për",
            "drejtuar",
            "кому",
            "до",
            "收件人",
            "收件者",
            "إلى",
            "الى",
            "till",
            "til",
            "cc",
            "ccn",
            "copia",
            "kopie",
            "копія",
            "копия",
            "抄送",
            "副本",
            "نسخة",
            "rispondi a",
            "kujt",
            "reply to",
            "répondre à",
            "antwort an",
            "copie à",
            "cópia",
            "odbiorca",
            "получатель",
            "отримувач",
            "المرسل إليه",
            "reply-to",
            "bcc",
        ],
    ),
    (
        Field::Subject,
        &[
            "oggetto",
            "ogg",
            "ogg.",
            "subject",
            "betreff",
            "objet",
            "asunto",
            "assunto",
            "onderwerp",
            "temat",
            "subiect",
            "lënda",
            "tema",
            "subjekt",
            "subjekti",
            "titulli",
            "тема",
            "主题",
            "主旨",
            "الموضوع",
            "موضوع",
            "ämne",
            "emne",
        ],
    ),
];

fn label(line: &str) -> Option<Field> {
    fields(line).map(|(field, _)| field)
}

/// The field that a line names, and its value.
pub(super) fn fields(line: &str) -> Option<(Field, &str)> {
    const LABEL_CHARS_MAX: usize = 24;
    let line = line.trim_start_matches(['*', '_', '>', ' ', '|', '·', '\u{FEFF}']);
    let (name, value) = line.split_once([':', '：'])?;
    if name.chars().count() > LABEL_CHARS_MAX {
        return None;
    }
    let name = name.trim_end_matches(['*', '_', ' ']).to_lowercase();
    let name = name.trim();
    LABELS.iter().find(|(_, names)| names.contains(&name)).map(|(field, _)| (*field, value))
}

/// What stands around a block and speaks for a mail program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// A separator stands before it, or a quote's signs.
    Separated,
    /// The mail answers or forwards another.
    Conversation,
    /// A first mail: its writer may have set "Oggetto:" and "Data:" as headings of their own.
    FirstMail,
}

/// What a block's lines tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Clue {
    Has(Field),
    /// An address beside the author.
    AuthorAddress,
    Address,
    /// A time of day beside the date.
    Time,
    /// A label that no person would write.
    Program,
}

#[derive(Default)]
struct Seen(BTreeSet<Clue>);

impl Seen {
    /// Notes a line that begins or goes on with `field`; `labelled` when it begins with it.
    fn note(&mut self, line: &str, field: Field, labelled: bool) {
        let address = line.contains('@');
        let clues = [
            (Clue::Has(field), labelled),
            (Clue::Address, address),
            (Clue::AuthorAddress, address && field == Field::From),
            (Clue::Time, field == Field::Date && has_time(line)),
            (Clue::Program, labelled && field == Field::Date && !is_heading(line)),
        ];
        self.0.extend(clues.into_iter().filter_map(|(clue, found)| found.then_some(clue)));
    }

    fn is_header(&self, trust: Trust) -> bool {
        let has = |clue: Clue| self.0.contains(&clue);
        let fields = LABELS.iter().filter(|(name, _)| has(Clue::Has(*name))).count();
        let date = has(Clue::Has(Field::Date));
        let (time, program) = (has(Clue::Time), has(Clue::Program));
        let written = has(Clue::AuthorAddress) && time;
        match trust {
            Trust::Separated => fields >= 2,
            Trust::Conversation if has(Clue::Has(Field::From)) => {
                (fields >= 3 || date) && (written || program || (time && fields == LABELS.len()))
            }
            Trust::Conversation => date && has(Clue::Has(Field::To)) && has(Clue::Address) && time,
            Trust::FirstMail => written && program,
        }
    }
}

/// Whether a date's label is one that people set as a heading, too.
fn is_heading(line: &str) -> bool {
    const HEADINGS: [&str; 10] =
        ["data", "date", "datum", "fecha", "дата", "日期", "時間", "تاريخ", "التاريخ", "dato"];
    let name = line.split([':', '：']).next().unwrap_or_default().to_lowercase();
    let name = name.trim_matches(|c: char| !c.is_alphabetic());
    HEADINGS.contains(&name)
}

/// Where a header block that begins at `at` ends. The less speaks for a program, the more the block itself must.
pub(super) fn header_block(texts: &[&str], at: usize, trust: Trust) -> Option<usize> {
    const BLOCK_LINES_MAX: usize = 20;
    let mut seen = Seen::default();
    let mut field = label(texts.get(at)?)?;
    let mut end = at;
    let mut blanks = 0_usize;
    for (place, line) in texts.iter().enumerate().skip(at).take(BLOCK_LINES_MAX) {
        let found = label(line);
        let continued = found.is_none() && place > at && blanks == 0 && continues(texts, place);
        match found {
            Some(found) => field = found,
            None if continued => {}
            None if line.is_empty() && blanks == 0 => {
                blanks = 1;
                continue;
            }
            None => break,
        }
        blanks = 0;
        seen.note(line, field, found.is_some());
        end = place.saturating_add(1);
    }
    seen.is_header(trust).then_some(end)
}

/// A long list of recipients goes on over several lines.
fn continues(texts: &[&str], place: usize) -> bool {
    let line = texts.get(place).copied().unwrap_or_default();
    let next = texts.get(place.saturating_add(1)).copied().unwrap_or_default();
    !line.is_empty()
        && (line.contains('@') || line.ends_with(';') || line.ends_with(','))
        && label(next).is_some()
}

/// Whether a text names a time of day, or a year as Chinese programs write it.
pub(super) fn has_time(text: &str) -> bool {
    text.contains([':', '.', '年']) && TIME.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

static TIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b\d{1,2}[:.]\d{2}\b|\b\d{4}年").ok());
