//! A letter as whoever received it reads it: decoded by a parser, not by the code that wrote it.

use mail_parser::MessageParser;
use sportello::domain::letter::LetterKind;
use sportello::store::outbox::Leased;

/// A letter that the server took.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What it is for, as the outbox says.
    pub kind: LetterKind,
    /// The envelope's recipient.
    pub recipient: String,
    /// The envelope's sender; `None` is `<>`.
    pub envelope_from: Option<String>,
    /// Decoded.
    pub subject: String,
    /// Decoded, lines ended by `\n`.
    pub text: String,
    /// Names in lower case with their unfolded values, in order.
    pub headers: Vec<(String, String)>,
    /// Without brackets, as the header has it.
    pub message_id: String,
    /// Exactly what went over the line.
    pub bytes: Vec<u8>,
}

impl Sent {
    /// Reads what was carried.
    pub fn read(letter: &Leased) -> Self {
        let message = MessageParser::default().parse(&letter.bytes).expect("a message");
        let headers = message
            .headers_raw()
            .map(|(name, value)| {
                let words: Vec<&str> = value.split_whitespace().collect();
                (name.to_ascii_lowercase(), words.join(" "))
            })
            .collect();
        Self {
            kind: letter.kind,
            recipient: letter.recipient.clone(),
            envelope_from: letter.envelope_from.clone(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            headers,
            message_id: message.message_id().unwrap_or_default().to_owned(),
            bytes: letter.bytes.clone(),
        }
    }

    /// Whether it says this, however its lines are wrapped and quoted.
    pub fn says(&self, phrase: &str) -> bool {
        let lines = self.text.lines().map(|line| line.trim_start_matches("> "));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        words.join(" ").contains(phrase)
    }

    /// The first field of a name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
