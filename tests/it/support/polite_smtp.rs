//! The manners of an SMTP server that takes everything.

use std::sync::{Arc, Mutex, PoisonError};

use crate::support::scripted::{Answer, Polite};
use crate::support::servers::{Received, address};

/// The mails whose dot has arrived, of all connections.
pub type Taken = Arc<Mutex<Vec<Received>>>;

/// One session: says yes to every command, with SASL and without.
#[derive(Debug)]
pub struct PoliteSmtp {
    taken: Taken,
    starttls: bool,
    mail: Received,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Commands,
    /// After a 354: lines belong to the mail.
    Body,
    /// After a 334: the next line is an answer of SASL.
    Sasl,
}

impl PoliteSmtp {
    /// A session that adds to `taken`; `starttls`: whether EHLO offers it.
    pub fn new(taken: Taken, starttls: bool) -> Self {
        Self { taken, starttls, mail: nothing(), state: State::Commands }
    }

    fn ehlo(&self) -> String {
        let starttls = if self.starttls { "250-STARTTLS\r\n" } else { "" };
        format!(
            "250-rig.example\r\n{starttls}250-SIZE 52428800\r\n250-8BITMIME\r\n\
             250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n"
        )
    }
}

impl Polite for PoliteSmtp {
    fn greeting(&self) -> String {
        "220 rig.example ESMTP\r\n".to_owned()
    }

    fn hear(&mut self, line: &[u8]) -> Option<String> {
        if self.state != State::Body {
            return Some(String::from_utf8_lossy(line).into_owned());
        }
        if line == b"." {
            self.state = State::Commands;
            let mail = std::mem::replace(&mut self.mail, nothing());
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            return Some(".".to_owned());
        }
        self.mail.raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        self.mail.raw.extend_from_slice(b"\r\n");
        None
    }

    fn said(&mut self, bytes: &[u8]) {
        self.state = match bytes.get(..3) {
            Some(b"354") => State::Body,
            Some(b"334") => State::Sasl,
            _ => State::Commands,
        };
    }

    fn answer(&mut self, command: &str) -> Answer {
        if self.state == State::Sasl {
            return Answer::Send(b"235 2.7.0 Accepted\r\n".to_vec());
        }
        let mut words = command.split_whitespace();
        let verb = words.next().unwrap_or_default().to_uppercase();
        let reply = match verb.as_str() {
            "EHLO" => return Answer::Send(self.ehlo().into_bytes()),
            "HELO" => "250 rig.example",
            // PLAIN and XOAUTH2 come with their answer or ask for it; LOGIN asks for its
            // password alone when the name came along, which no client minds.
            "AUTH" if words.nth(1).is_some() => "235 2.7.0 Accepted",
            "AUTH" => "334 ",
            "MAIL" => {
                self.mail = Received { sender: address(command), ..nothing() };
                "250 2.1.0 Ok"
            }
            "RCPT" => {
                self.mail.recipients.push(address(command));
                "250 2.1.5 Ok"
            }
            "DATA" => "354 End data with <CR><LF>.<CR><LF>",
            "." => "250 2.0.0 Ok: queued",
            "RSET" | "NOOP" => "250 2.0.0 Ok",
            "QUIT" => return Answer::Last(b"221 2.0.0 Bye\r\n".to_vec()),
            _ => "500 5.5.2 Unknown command",
        };
        Answer::Send(format!("{reply}\r\n").into_bytes())
    }

    fn arrive(&mut self) {
        panic!("ARRIVE: an SMTP server has no mailbox")
    }

    fn asked(&self, _command: &str) -> usize {
        0
    }

    fn mails(&self, command: &str, _count: usize) -> Vec<u8> {
        panic!("MAILS after {command}: an SMTP server has no mails to give")
    }

    fn tag(&self) -> String {
        String::new()
    }
}

fn nothing() -> Received {
    Received { sender: String::new(), recipients: Vec::new(), raw: Vec::new() }
}
