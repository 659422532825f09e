//! HTML into lines of text that remember whether they were quoted. One pass, no tree, nothing fetched.

use mail_parser::decoders::html::add_html_token;

use super::reply::{self, Line};
use super::words;

/// Open elements remembered; deeper ones lose their meaning, never their text.
const OPEN_MAX: usize = 256;

/// Elements searched for the one that a closing tag ends, and lines for the one above a quote.
const SEARCHED_MAX: usize = 64;

/// Reads a page. Block elements end lines, `blockquote` and the containers in which mail programs put the mail
/// they answer mark their lines as quoted, hidden elements are left out.
pub(super) fn lines(page: &str) -> Vec<Line> {
    let mut reader = Reader::default();
    let mut rest = page;
    let mut quotes_trusted = true;
    while let Some(start) = rest.find('<') {
        let (text, tail) = rest.split_at_checked(start).unwrap_or((rest, ""));
        reader.text(text);
        if let Some(comment) = tail.strip_prefix("<!--") {
            match comment.split_once("-->") {
                Some((_, after)) => rest = after,
                None => return reader.finish(),
            }
            continue;
        }
        let is_tag = tail
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if !is_tag {
            reader.text("<");
            rest = tail.strip_prefix('<').unwrap_or_default();
            continue;
        }
        let end = if quotes_trusted { quoted_tag_end(tail) } else { None };
        quotes_trusted &= end.is_some();
        let Some(end) = end.or_else(|| tail.find('>')) else {
            rest = "";
            break;
        };
        let (tag, after) = tail.split_at_checked(end).unwrap_or((tail, ""));
        reader.tag(tag.trim_start_matches('<'));
        rest = after.strip_prefix('>').unwrap_or(after);
    }
    reader.text(rest);
    reader.finish()
}

/// The `>` that ends a tag, outside its attributes' quotes.
fn quoted_tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

struct Element {
    name: String,
    quote: bool,
    hidden: bool,
    pre: bool,
}

#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    line: String,
    space: bool,
    open: Vec<Element>,
    quotes: usize,
    hidden: usize,
    pre: usize,
    /// A marker was met after which everything is the mail that is answered.
    rest_is_quote: bool,
    list_item: bool,
}

impl Reader {
    fn finish(mut self) -> Vec<Line> {
        self.end_line();
        self.lines
    }

    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        let text = entities(text);
        for c in text.chars() {
            match c {
                '\n' if self.pre > 0 => self.end_line(),
                '\r' | '\u{200B}' | '\u{00AD}' | '\u{200C}' => {}
                c if c.is_whitespace() && (c == '\u{A0}' || self.pre > 0) => {
                    self.flush_space();
                    self.line.push(' ');
                }
                c if c.is_whitespace() => self.space = true,
                c if words::is_hidden(c) => {}
                c => {
                    self.flush_space();
                    self.line.push(c);
                }
            }
        }
    }

    fn flush_space(&mut self) {
        if std::mem::take(&mut self.space) && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
        if std::mem::take(&mut self.list_item) && self.line.is_empty() {
            self.line.push_str("- ");
        }
    }

    fn break_line(&mut self) {
        if self.line.trim().is_empty() {
            self.line.clear();
            self.space = false;
        } else {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.line).trim_end().to_owned();
        self.space = false;
        self.lines.push(Line { text, quote: self.quotes > 0 || self.rest_is_quote });
    }

    fn blank_line(&mut self) {
        self.break_line();
        if self.lines.last().is_some_and(|line| !line.text.is_empty()) {
            self.end_line();
        }
    }

    fn tag(&mut self, tag: &str) {
        let (closing, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name_end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
        let (name, attributes) = tag.split_at_checked(name_end).unwrap_or((tag, ""));
        let name = name.to_ascii_lowercase();
        if closing { self.close(&name) } else { self.begin(name, attributes) }
    }

    fn begin(&mut self, name: String, attributes: &str) {
        match name.as_str() {
            "br" => self.end_line(),
            "hr" => self.break_line(),
            "p" if !attributes.to_ascii_lowercase().contains("mso") => self.blank_line(),
            "td" | "th" => self.space = true,
            name if is_block(name) => self.break_line(),
            _ => {}
        }
        self.list_item |= name == "li";
        let attributes = attributes.to_ascii_lowercase();
        if begins_the_quoted_rest(&attributes) {
            self.break_line();
            self.rest_is_quote = true;
        }
        if is_void(&name) || attributes.ends_with('/') || self.open.len() >= OPEN_MAX {
            return;
        }
        let quote = is_quote(&name, &attributes)
            && !(name == "blockquote" && attributes.trim().is_empty() && self.introduced());
        if quote {
            self.break_line();
        }
        let hidden = matches!(
            name.as_str(),
            "head" | "style" | "script" | "template" | "title" | "object" | "svg" | "select"
        ) || is_hidden(&attributes);
        let pre = matches!(name.as_str(), "pre" | "textarea") || is_preformatted(&attributes);
        self.quotes = self.quotes.saturating_add(usize::from(quote));
        self.hidden = self.hidden.saturating_add(usize::from(hidden));
        self.pre = self.pre.saturating_add(usize::from(pre));
        self.open.push(Element { name, quote, hidden, pre });
    }

    /// Whether the words before introduce what follows as the writer's own: a sign that they cite, not the line
    /// with which a program says whose mail it quotes.
    fn introduced(&self) -> bool {
        let lines = self.lines.iter().rev().take(SEARCHED_MAX).map(|line| line.text.as_str());
        let above =
            std::iter::once(self.line.as_str()).chain(lines).find(|text| !text.trim().is_empty());
        self.quotes == 0 && above.is_some_and(|text| !reply::names_author(text))
    }

    fn close(&mut self, name: &str) {
        if is_block(name) {
            self.break_line();
        }
        let found =
            self.open.iter().rev().take(SEARCHED_MAX).position(|element| element.name == name);
        let Some(above) = found else { return };
        let ends_quote =
            self.open.iter().rev().take(above.saturating_add(1)).any(|element| element.quote);
        if ends_quote {
            self.break_line();
        }
        let keep = self.open.len().saturating_sub(above.saturating_add(1));
        for element in self.open.drain(keep..) {
            self.quotes = self.quotes.saturating_sub(usize::from(element.quote));
            self.hidden = self.hidden.saturating_sub(usize::from(element.hidden));
            self.pre = self.pre.saturating_sub(usize::from(element.pre));
        }
        if name == "p" {
            self.blank_line();
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "tr"
            | "table"
            | "tbody"
            | "ul"
            | "ol"
            | "li"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "pre"
            | "body"
            | "html"
            | "dl"
            | "dt"
            | "dd"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "center"
            | "address"
            | "form"
            | "fieldset"
            | "hr"
            | "main"
            | "nav"
            | "aside"
            | "figure"
    )
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "meta"
            | "link"
            | "input"
            | "wbr"
            | "area"
            | "base"
            | "col"
            | "embed"
            | "source"
            | "!doctype"
            | "o:p"
            | "font"
    ) || name.starts_with(['!', '?'])
}

/// Elements whose content is the mail that is answered. Gmail's indent button makes a `blockquote` without border:
/// that one is the writer's own.
fn is_quote(name: &str, attributes: &str) -> bool {
    const CONTAINERS: [&str; 9] = [
        "moz-cite-prefix",
        "gmail_attr",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "iwcquote",
        "tutanota_quote",
        "olk_src_body_section",
        "gmx_quote",
    ];
    let own = attributes.contains("border:none") || attributes.contains("border: none");
    (name == "blockquote"
        && (!own || attributes.contains("cite") || attributes.contains("gmail_quote")))
        || CONTAINERS.iter().any(|container| attributes.contains(container))
}

/// Markers of Outlook, Roundcube, Spark and others: from here on nothing is new.
fn begins_the_quoted_rest(attributes: &str) -> bool {
    // The rule that Outlook draws above the header of the answered mail, in its two colours.
    const RULES: [&str; 2] = ["border-top:solid#e1e1e1", "border-top:solid#b5c4df"];
    const MARKERS: [&str; 8] = [
        "divrplyfwdmsg",
        "\"stopspelling\"",
        "\"appendonsend\"",
        "reply-intro",
        "mail-editor-reference-message-container",
        "ms-outlook-mobile-reference-message",
        "messagereplysection",
        "ymail_android_signature_quote",
    ];
    let ruled = attributes.contains("border-top") && {
        let style: String = attributes.chars().filter(|c| !c.is_whitespace()).collect();
        RULES.iter().any(|rule| style.contains(rule))
    };
    ruled || MARKERS.iter().any(|marker| attributes.contains(marker))
}

fn is_hidden(attributes: &str) -> bool {
    let style: String = attributes.chars().filter(|c| !c.is_whitespace()).collect();
    style.contains("display:none") || style.contains("mso-hide:all")
}

fn is_preformatted(attributes: &str) -> bool {
    attributes.contains("white-space:pre") || attributes.contains("white-space: pre")
}

/// Character references decoded (HTML Living Standard section 13.5); what is none stays as written.
fn entities(text: &str) -> String {
    const REFERENCE_BYTES_MAX: usize = 32;
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split('&');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let end = piece.find(';').filter(|end| *end > 0 && *end < REFERENCE_BYTES_MAX);
        let decoded = end.and_then(|end| piece.split_at_checked(end)).and_then(|(name, after)| {
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#');
            plain.then(|| (format!("&{name};"), after.strip_prefix(';').unwrap_or(after)))
        });
        if let Some((reference, after)) = decoded {
            add_html_token(&mut out, reference.as_bytes(), false);
            out.push_str(after);
        } else {
            out.push('&');
            out.push_str(piece);
        }
    }
    out
}
