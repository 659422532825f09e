//! Reading scripts. A script is written by us: a wrong line fails the test at once.

use std::path::Path;
use std::time::Duration;

/// One step of a script; see the table in the parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `C:`
    Expect(String),
    /// `S:`
    Say(String),
    /// `RAW:` and `LITERAL n:`
    Raw(Vec<u8>),
    /// `REPEAT n:`, the line with its end
    Repeat(usize, String),
    /// `MAILS n`
    Mails(usize),
    /// `ARRIVE`
    Arrive,
    /// `SPLIT n`
    Split(usize),
    /// `WAIT n`
    Wait(Duration),
    /// `TLS`
    Tls,
    /// `STALL`
    Stall,
    /// `CLOSE`
    Close,
    /// `RESET`
    Reset,
}

/// A script: a mailbox and the parts for the connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// How many mails the polite server has.
    pub mails: usize,
    connections: Vec<Vec<Step>>,
}

impl Script {
    /// Reads a script; fails the test, naming the line, when it is not one.
    pub fn parse(text: &str) -> Self {
        let mut script = Self { mails: 0, connections: vec![Vec::new()] };
        let mut begun = false;
        for line in text.lines().map(str::trim_end) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(count) = line.strip_prefix("MAILBOX ") {
                script.mails = number(count, line);
            } else if line == "CONNECTION" {
                // The first part may have its heading too.
                if begun {
                    script.connections.push(Vec::new());
                }
                begun = true;
            } else {
                begun = true;
                script.connections.last_mut().expect("at least one part").push(step(line));
            }
        }
        script
    }

    /// Reads `fixtures/<protocol>/<name>.txt`.
    pub fn fixture(protocol: &str, name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(protocol);
        let file = file.join(format!("{name}.txt"));
        let text = std::fs::read_to_string(&file);
        Self::parse(&text.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    }

    /// Does a part of it speak TLS? Then the polite server offers it.
    pub fn has_tls(&self) -> bool {
        self.connections.iter().flatten().any(|step| *step == Step::Tls)
    }

    /// The steps for the connection of this number, counted from 0.
    pub fn connection(&self, number: usize) -> &[Step] {
        &self.connections[number.min(self.connections.len() - 1)]
    }
}

fn step(line: &str) -> Step {
    let (word, text) = line.split_once(": ").or_else(|| line.split_once(':')).unwrap_or((line, ""));
    let (name, count) = word.split_once(' ').unwrap_or((word, ""));
    let count = || number(count, line);
    match name {
        "C" => Step::Expect(text.to_owned()),
        "S" => Step::Say(text.to_owned()),
        "RAW" => Step::Raw(text.replace("\\r", "\r").replace("\\n", "\n").into_bytes()),
        "LITERAL" => Step::Raw(format!(" {{{}}}\r\n{text}", count()).into_bytes()),
        "REPEAT" => Step::Repeat(count(), format!("{text}\r\n")),
        "MAILS" => Step::Mails(count()),
        "ARRIVE" => Step::Arrive,
        "SPLIT" => Step::Split(count()),
        "WAIT" => Step::Wait(Duration::from_millis(count() as u64)),
        "TLS" => Step::Tls,
        "STALL" => Step::Stall,
        "CLOSE" => Step::Close,
        "RESET" => Step::Reset,
        _ => panic!("not a step of a script: {line}"),
    }
}

fn number(text: &str, line: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("not a number in the script's line: {line}"))
}

/// Does `command` begin as one of the patterns between bars does? `*` is any text, also none.
pub fn fits(pattern: &str, command: &str) -> bool {
    let command = command.to_lowercase();
    pattern.to_lowercase().split('|').any(|pattern| begins(pattern, &command))
}

fn begins(pattern: &str, command: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| command.strip_prefix(first)) else {
        return false;
    };
    for piece in pieces {
        let Some((_, behind)) = rest.split_once(piece) else { return false };
        rest = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Script, Step, fits};

    #[test]
    fn a_pattern_fits_the_beginning_and_its_stars_fit_anything() {
        let cases = [
            ("* UID FETCH", "a1 uid fetch 1:3 (UID)", true),
            ("* UID FETCH * BODY", "A1 UID FETCH 7 (FLAGS)", false),
            ("* SELECT|* EXAMINE", "a1 EXAMINE \"INBOX\"", true),
            ("MAIL", "MAIL FROM:<>", true),
            ("MAIL", "RCPT TO:<a>", false),
            ("*", "", true),
        ];
        for (pattern, command, expected) in cases {
            assert_eq!(fits(pattern, command), expected, "{pattern} / {command}");
        }
    }

    #[test]
    fn the_last_part_serves_all_later_connections() {
        let script = Script::parse("# why\nMAILBOX 3\nCONNECTION\nCLOSE\nCONNECTION\nS: a: b\n");
        assert_eq!(script.mails, 3);
        assert_eq!(script.connection(0), [Step::Close]);
        assert_eq!(script.connection(1), script.connection(9));
        assert_eq!(script.connection(9), [Step::Say("a: b".to_owned())]);
    }
}
