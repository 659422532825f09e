//! The manners of a small server of IMAP 4rev1 (RFC 3501, IDLE, UIDPLUS, MOVE) with one mailbox.

mod fetch;
mod mailbox;

pub use mailbox::Mailbox;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::support::scripted::{Answer, Polite};
use mailbox::Message;

/// One session.
#[derive(Debug)]
pub struct PoliteImap {
    mailbox: Arc<Mutex<Mailbox>>,
    starttls: bool,
    // The tag of the last command.
    tag: String,
    // A `+` has gone out: the next line belongs to that command and has no tag.
    continues: bool,
    // The tag of an AUTHENTICATE that waits for the client's answer.
    challenged: Option<String>,
    // The tag of the last IDLE, also of one that the script has answered.
    idling: Option<String>,
}

impl PoliteImap {
    /// A session on `mailbox`; `starttls`: whether CAPABILITY offers it.
    pub fn new(mailbox: Arc<Mutex<Mailbox>>, starttls: bool) -> Self {
        let (tag, continues) = (String::new(), false);
        Self { mailbox, starttls, tag, continues, challenged: None, idling: None }
    }

    fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn capabilities(&self) -> String {
        let starttls = if self.starttls { " STARTTLS" } else { "" };
        format!("IMAP4rev1 IDLE UIDPLUS MOVE AUTH=PLAIN AUTH=XOAUTH2{starttls}")
    }

    /// Untagged lines and the text of the OK; `None` for a command that it does not know.
    fn obey(&mut self, verb: &str, arguments: &str) -> Option<(Vec<u8>, String)> {
        let done = |untagged: String| Some((untagged.into_bytes(), "done".to_owned()));
        match verb {
            "CAPABILITY" => done(format!("* CAPABILITY {}\r\n", self.capabilities())),
            "NOOP" | "CHECK" | "CLOSE" | "UNSELECT" | "CREATE" | "SUBSCRIBE" | "ENABLE"
            | "LOGIN" | "AUTHENTICATE" | "UID COPY" => done(String::new()),
            "ID" => done("* ID NIL\r\n".to_owned()),
            "NAMESPACE" => done("* NAMESPACE ((\"\" \".\")) NIL NIL\r\n".to_owned()),
            "LIST" | "LSUB" => done(format!("* {verb} (\\HasNoChildren) \".\" INBOX\r\n")),
            "SELECT" | "EXAMINE" => {
                Some((self.mailbox().selected().into_bytes(), "[READ-WRITE] done".to_owned()))
            }
            "STATUS" => done(self.mailbox().status()),
            "UID SEARCH" => done(self.mailbox().search(arguments)),
            "UID FETCH" | "FETCH" => {
                Some((self.fetched(verb, arguments, usize::MAX), "done".into()))
            }
            "UID STORE" => done(self.mailbox().store(arguments)),
            "UID EXPUNGE" | "EXPUNGE" => done(self.mailbox().remove(Message::is_deleted)),
            "UID MOVE" => {
                let (set, _folder) = arguments.split_once(' ').unwrap_or((arguments, ""));
                let mut mailbox = self.mailbox();
                let uids = mailbox.uids(set);
                done(mailbox.remove(|message| uids.contains(&message.uid)))
            }
            _ => None,
        }
    }

    fn fetched(&self, verb: &str, arguments: &str, count: usize) -> Vec<u8> {
        let (set, items) = arguments.split_once(' ').unwrap_or((arguments, ""));
        let mailbox = self.mailbox();
        let asked = mailbox.asked(set, verb.starts_with("UID"));
        asked.take(count).flat_map(|(number, message)| fetch::row(number, message, items)).collect()
    }
}

impl Polite for PoliteImap {
    fn greeting(&self) -> String {
        format!("* OK [CAPABILITY {}] rig ready\r\n", self.capabilities())
    }

    fn hear(&mut self, line: &[u8]) -> Option<String> {
        let command = String::from_utf8_lossy(line).into_owned();
        let (tag, verb, _) = parts(&command);
        if !std::mem::take(&mut self.continues) {
            self.idling = (verb == "IDLE").then(|| tag.clone());
            self.tag = tag;
        }
        Some(command)
    }

    fn said(&mut self, bytes: &[u8]) {
        self.continues |= bytes.starts_with(b"+");
        // The script has ended the command: a DONE that crosses this is not answered again.
        if bytes.starts_with(format!("{} ", self.tag).as_bytes()) {
            self.continues = false;
            self.idling = None;
        }
    }

    fn answer(&mut self, command: &str) -> Answer {
        if command.eq_ignore_ascii_case("DONE") {
            let end = self.idling.take().map(|tag| format!("{tag} OK done\r\n"));
            return Answer::Send(end.unwrap_or_default().into_bytes());
        }
        if let Some(tag) = self.challenged.take() {
            return Answer::Send(format!("{tag} OK done\r\n").into_bytes());
        }
        let (tag, verb, arguments) = parts(command);
        if verb == "AUTHENTICATE" && !arguments.contains(' ') {
            self.challenged = Some(tag);
            return Answer::Send(b"+ \r\n".to_vec());
        }
        if verb == "IDLE" {
            return Answer::Send(b"+ idling\r\n".to_vec());
        }
        if verb == "LOGOUT" {
            return Answer::Last(format!("* BYE done\r\n{tag} OK done\r\n").into_bytes());
        }
        let (mut out, end) = match self.obey(&verb, &arguments) {
            Some((untagged, end)) => (untagged, format!("{tag} OK {end}\r\n")),
            None => (Vec::new(), format!("{tag} BAD unknown command\r\n")),
        };
        out.extend_from_slice(end.as_bytes());
        Answer::Send(out)
    }

    fn arrive(&mut self) {
        self.mailbox().arrive();
    }

    fn asked(&self, command: &str) -> usize {
        let (_, verb, arguments) = parts(command);
        let set = arguments.split(' ').next().unwrap_or_default();
        self.mailbox().asked(set, verb.starts_with("UID")).count()
    }

    fn mails(&self, command: &str, count: usize) -> Vec<u8> {
        let (_, verb, arguments) = parts(command);
        self.fetched(&verb, &arguments, count)
    }

    fn tag(&self) -> String {
        self.tag.clone()
    }
}

/// Tag, verb in capitals (with its UID), arguments.
fn parts(command: &str) -> (String, String, String) {
    let (tag, rest) = command.split_once(' ').unwrap_or((command, ""));
    let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let verb = verb.to_uppercase();
    if verb != "UID" {
        return (tag.to_owned(), verb, rest.to_owned());
    }
    let (second, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    (tag.to_owned(), format!("UID {}", second.to_uppercase()), rest.to_owned())
}
