//! Who wrote the mails that a forward shows: authors, subjects and words, outermost first.

use crate::domain::mail::{Address, FORWARDED_MAX, Forwarded};

use super::header_block::{Field, Trust, fields, header_block};
use super::{Line, Setting, marks, split};
use crate::parse::header;
use crate::parse::words;

/// The mails that are shown in a text, each under its header block.
pub(in crate::parse) fn shown(lines: &[Line]) -> Vec<Forwarded> {
    let bare: Vec<Line> = lines.iter().map(unquoted).collect();
    let texts: Vec<&str> = bare.iter().map(|line| line.text.trim()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < texts.len() && found.len() < FORWARDED_MAX {
        let Some(end) = header_block(&texts, at, Trust::Conversation) else {
            at = at.saturating_add(1);
            continue;
        };
        let block = texts.get(at..end).unwrap_or_default();
        let body = bare.get(end..).unwrap_or_default();
        found.push(Forwarded {
            author: field(block, Field::From).map(|value| author(&value)).unwrap_or_default(),
            subject: field(block, Field::Subject)
                .map(|subject| header::without_certified_prefix(&subject).to_owned())
                .unwrap_or_default(),
            text: split(body, Setting::Conversation).text,
            message_id: None,
        });
        at = end;
    }
    found
}

/// Whether a line of the text says that it forwards.
pub(in crate::parse) fn is_marked(lines: &[Line]) -> bool {
    lines.iter().any(|line| marks::begins_forward(line.text.trim().trim_start_matches(['>', ' '])))
}

/// Without the signs and the structure of a quote: whoever forwards may quote what is forwarded.
fn unquoted(line: &Line) -> Line {
    let text = line.text.trim_start();
    let bare = text.strip_prefix('>').map_or(text, |rest| rest.strip_prefix(' ').unwrap_or(rest));
    Line { text: bare.to_owned(), quote: false }
}

fn field(block: &[&str], wanted: Field) -> Option<String> {
    let value = block.iter().find_map(|line| fields(line).filter(|(name, _)| *name == wanted))?.1;
    Some(words::one_line(value.trim_start_matches(['*', ' ']).trim_end_matches('*')))
        .filter(|value| !value.is_empty())
}

/// `Mario Rossi <m@x.it>`, `Mario Rossi [mailto:m@x.it]`, `"Mario" m@x.it`, `m@x.it`; a certified author stands in
/// the name.
fn author(value: &str) -> Address {
    let name_end = value.find(['<', '[', '(']).unwrap_or(value.len());
    let (name, rest) = value.split_at_checked(name_end).unwrap_or((value, ""));
    let certified =
        name.to_lowercase().contains("per conto di").then(|| header::bare_address(name));
    let written = rest.replace("mailto:", " ");
    let address = certified
        .flatten()
        .or_else(|| header::bare_address(&written))
        .or_else(|| header::bare_address(name))
        .unwrap_or_default();
    let name = name.trim_matches(|c| matches!(c, '"' | '\'' | ' ' | '*' | ',')).to_owned();
    let name = if name.contains('@') { String::new() } else { name };
    let author = Address { name, address };
    if header::is_certifier(&author) { Address::default() } else { author }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::reply::plain_lines;

    fn authors(text: &str) -> Vec<(String, String)> {
        let shown = shown(&plain_lines(text, false, false));
        shown.into_iter().map(|mail| (mail.author.name, mail.author.address)).collect()
    }

    #[test]
    fn the_author_is_read_from_the_header_of_every_program() {
        for block in [
            "---------- Forwarded message ---------\nDa: Anna Verdi <anna@x.it>\nDate: mar 8 nov 2022 alle ore 16:14\nSubject: buca\nTo: <c@y.it>",
            "Inizio messaggio inoltrato:\n\n> Da: Anna Verdi <anna@x.it>\n> Oggetto: buca\n> Data: 8 novembre 2022 16:14:00 CET\n> A: c@y.it",
            "Da: Anna Verdi [mailto:anna@x.it]\nInviato: martedì 8 novembre 2022 16:14\nA: c@y.it\nOggetto: buca",
            "*Da:* Anna Verdi <anna@x.it<mailto:anna@x.it>>\n*Inviato:* martedì 8 novembre 2022 16:14\n*A:* c@y.it\n*Oggetto:* buca",
            "-------- Messaggio Inoltrato --------\nOggetto: \tbuca\nData: \tTue, 8 Nov 2022 16:14:22 +0100\nMittente: \tAnna Verdi <anna@x.it>\nA: \tc@y.it",
            "----------------------------------------\nDa: \"Anna Verdi\" anna@x.it\nA: \"c@y.it\"\nData: Tue, 8 Nov 2022 16:14:22 +0100\nOggetto: buca",
            "Da: \"Per conto di: anna@x.it\" <posta-certificata@gestore.it>\nInviato: martedì 8 novembre 2022 16:14\nA: c@y.it\nOggetto: buca",
        ] {
            let text = format!("Per competenza.\n\n{block}\n\nIn via Roma c'è una buca.\n");
            let found = shown(&plain_lines(&text, false, false));
            let [one] = found.as_slice() else { panic!("{block}: {found:?}") };
            assert_eq!(one.author.address, "anna@x.it", "{block}");
            assert_eq!(
                (one.subject.as_str(), one.text.as_str()),
                ("buca", "In via Roma c'è una buca."),
                "{block}"
            );
        }
    }

    #[test]
    fn forwards_of_forwards_are_listed_outermost_first() {
        let text = "Da: Ugo <ugo@c.it>\nInviato: martedì 8 novembre 2022 16:14\nA: ced@c.it\nOggetto: I: buca\n\nGiro.\n\nDa: Anna <anna@x.it>\nInviato: lunedì 7 novembre 2022 16:14\nA: ugo@c.it\nOggetto: buca\n\nBuca.";
        let expected = [("Ugo", "ugo@c.it"), ("Anna", "anna@x.it")]
            .map(|(name, address)| (name.to_owned(), address.to_owned()));
        assert_eq!(authors(text), expected);
    }

    #[test]
    fn what_a_person_heads_is_no_forward() {
        assert!(authors("Oggetto: buca\nData: 3 marzo\n\nBuca.").is_empty());
        assert!(authors("Il 18/02/22 10:16, Nome <a@b.it> ha scritto:\n> Buca.").is_empty());
    }
}
