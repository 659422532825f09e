//! Builders of raw mail. The same calls give the same bytes.

/// The date of every mail that names no other: a Thursday morning in Rome.
const DATE: &str = "Thu, 12 Nov 2026 09:30:00 +0100";

/// Begins a mail from Anna to the reports' mailbox.
pub fn mail() -> RawMail {
    RawMail {
        from: "Anna Rossi <anna@resident.example>".to_owned(),
        to: "reports@town.example".to_owned(),
        subject: "Segnalazione".to_owned(),
        date: DATE.to_owned(),
        message_id: None,
        headers: Vec::new(),
        text: "Buongiorno.".to_owned(),
        html: None,
        attachments: Vec::new(),
    }
}

/// A mail on its way; ends with [`RawMail::bytes`].
#[derive(Debug, Clone)]
pub struct RawMail {
    from: String,
    to: String,
    subject: String,
    date: String,
    message_id: Option<String>,
    headers: Vec<(String, String)>,
    text: String,
    html: Option<String>,
    attachments: Vec<(String, String, Vec<u8>)>,
}

impl RawMail {
    /// From, as it stands in the header.
    pub fn from(mut self, from: &str) -> Self {
        from.clone_into(&mut self.from);
        self
    }

    /// To, as it stands in the header.
    pub fn to(mut self, to: &str) -> Self {
        to.clone_into(&mut self.to);
        self
    }

    /// Subject in clear; encoded when it is not ASCII.
    pub fn subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    /// Date, as it stands in the header.
    pub fn date(mut self, date: &str) -> Self {
        date.clone_into(&mut self.date);
        self
    }

    /// Message-ID with its brackets. Without this call there is none.
    pub fn message_id(mut self, id: &str) -> Self {
        self.message_id = Some(id.to_owned());
        self
    }

    /// One more header, after the usual ones, exactly as given.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The plain text, lines ended by `\n`.
    pub fn text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// HTML in place of the plain text.
    pub fn html(mut self, html: &str) -> Self {
        self.html = Some(html.to_owned());
        self
    }

    /// One more attachment.
    pub fn attachment(mut self, name: &str, kind: &str, bytes: &[u8]) -> Self {
        self.attachments.push((name.to_owned(), kind.to_owned(), bytes.to_vec()));
        self
    }

    /// The mail, with CRLF line ends.
    pub fn bytes(&self) -> Vec<u8> {
        let line = |name: &str, value: &str| format!("{name}: {value}\n");
        let mut lines = vec![
            line("From", &self.from),
            line("To", &self.to),
            line("Date", &self.date),
            line("Subject", &word(&self.subject)),
        ];
        lines.extend(self.message_id.iter().map(|id| line("Message-ID", id)));
        lines.extend(self.headers.iter().map(|(name, value)| line(name, value)));
        lines.push(line("MIME-Version", "1.0"));
        lines.push(if self.attachments.is_empty() { self.body() } else { self.parts() });
        lines.concat().replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
    }

    fn body(&self) -> String {
        let (kind, text) = match &self.html {
            Some(html) => ("html", html),
            None => ("plain", &self.text),
        };
        format!(
            "Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
        )
    }

    fn parts(&self) -> String {
        let boundary = "=_rig_boundary";
        let head = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n");
        let mut parts = vec![head, format!("--{boundary}\n{}", self.body())];
        parts.extend(self.attachments.iter().map(|(name, kind, bytes)| {
            format!(
                "--{boundary}\nContent-Type: {kind}\n\
                 Content-Disposition: attachment; filename=\"{name}\"\n\
                 Content-Transfer-Encoding: base64\n\n{}\n",
                wrapped(&base64(bytes))
            )
        }));
        parts.push(format!("--{boundary}--\n"));
        parts.concat()
    }
}

/// RFC 2047: encoded words of at most 75 characters when the text is not ASCII.
fn word(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for letter in text.chars() {
        // 45 bytes are 60 characters of base64: 72 with `=?utf-8?B?` and `?=`.
        if words.last().is_some_and(|word| word.len() + letter.len_utf8() > 45) {
            words.push(String::new());
        }
        words.last_mut().expect("at least one").push(letter);
    }
    let encoded: Vec<_> =
        words.iter().map(|word| format!("=?utf-8?B?{}?=", base64(word.as_bytes()))).collect();
    encoded.join("\n ")
}

/// Lines of 76 characters.
fn wrapped(text: &str) -> String {
    let lines: Vec<_> = text.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    lines.join("\n")
}

/// RFC 4648 section 4, written out here so that the rig's mail does not depend on the code that
/// it tests.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let padded = [0, three[0], *three.get(1).unwrap_or(&0), *three.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes(padded);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, mail};

    #[test]
    fn base64_is_the_one_of_rfc_4648() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn the_same_calls_give_the_same_bytes_with_crlf_alone() {
        let build = || {
            mail()
                .from("Anna <a@x.example>")
                .to("b@x.example")
                .date("Fri, 13 Nov 2026 10:00:00 +0100")
                .subject("Perché la luce è spenta?")
                .message_id("<1@x.example>")
                .header("X", "y")
                .text("Due\nrighe")
                .attachment("a.png", "image/png", &[0; 200])
        };
        let bytes = build().bytes();
        assert_eq!(bytes, build().bytes());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.replace("\r\n", "").bytes().all(|byte| byte != b'\r' && byte != b'\n'));
        for piece in [
            "From: Anna <a@x.example>\r\n",
            "Message-ID: <1@x.example>\r\nX: y\r\n",
            "Subject: =?utf-8?B?UGVyY2jDqSBsYSBsdWNlIMOoIHNwZW50YT8=?=\r\n",
            "\r\n\r\nDue\r\nrighe\r\n--=_rig_boundary\r\n",
            "--=_rig_boundary--\r\n",
        ] {
            assert!(text.contains(piece), "{piece:?} in\n{text}");
        }
        assert!(String::from_utf8(mail().html("<p>x").bytes()).unwrap().contains("text/html"));
    }
}
