//! The one mailbox.

use std::collections::BTreeSet;

use crate::support::mails::mail;

/// The UID of the first mail: not 1, so that a number in the mailbox is never a UID.
const FIRST_UID: u32 = 101;

/// The UIDVALIDITY of the mailbox.
const UIDVALIDITY: u32 = 7;

/// A mail in the mailbox.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its UID.
    pub uid: u32,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Its flags, as clients wrote them.
    pub flags: BTreeSet<String>,
}

impl Message {
    /// Has a client marked it for removal?
    pub fn is_deleted(&self) -> bool {
        self.flags.contains(r"\Deleted")
    }

    /// Its flags in their parentheses.
    pub fn flag_list(&self) -> String {
        let flags: Vec<_> = self.flags.iter().map(String::as_str).collect();
        format!("({})", flags.join(" "))
    }
}

/// The mails, in UID order.
#[derive(Debug)]
pub struct Mailbox {
    messages: Vec<Message>,
    next: u32,
}

impl Mailbox {
    /// A mailbox with `count` different reports.
    pub fn with(count: usize) -> Self {
        let mut mailbox = Self { messages: Vec::new(), next: FIRST_UID };
        for _ in 0..count {
            mailbox.arrive();
        }
        mailbox
    }

    /// One more report, different from all before.
    pub fn arrive(&mut self) {
        let uid = self.next;
        let report = mail()
            .from(&format!("Resident {uid} <resident{uid}@resident.example>"))
            .subject(&format!("Buca in via Roma {uid}"))
            .text(&format!("In via Roma {uid} c'è una buca nella strada."))
            .message_id(&format!("<report-{uid}@resident.example>"));
        self.deliver(report.bytes());
    }

    /// Adds a mail and gives its UID.
    pub fn deliver(&mut self, raw: Vec<u8>) -> u32 {
        let uid = self.next;
        self.next += 1;
        self.messages.push(Message { uid, raw, flags: BTreeSet::new() });
        uid
    }

    /// The bytes of the mails, in UID order.
    pub fn held(&self) -> Vec<Vec<u8>> {
        self.messages.iter().map(|message| message.raw.clone()).collect()
    }

    /// UIDs and flags.
    pub fn flags(&self) -> Vec<(u32, Vec<String>)> {
        let row = |message: &Message| (message.uid, message.flags.iter().cloned().collect());
        self.messages.iter().map(row).collect()
    }

    /// The untagged lines of SELECT.
    pub fn selected(&self) -> String {
        let (count, next) = (self.messages.len(), self.next);
        format!(
            "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)\r\n\
             * OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft \\*)] kept\r\n\
             * {count} EXISTS\r\n* 0 RECENT\r\n\
             * OK [UIDVALIDITY {UIDVALIDITY}] valid\r\n* OK [UIDNEXT {next}] next\r\n"
        )
    }

    /// The untagged line of STATUS.
    pub fn status(&self) -> String {
        let (count, next) = (self.messages.len(), self.next);
        format!(
            "* STATUS INBOX (MESSAGES {count} RECENT 0 UIDNEXT {next} UIDVALIDITY {UIDVALIDITY} \
             UNSEEN {count})\r\n"
        )
    }

    /// The untagged line of UID SEARCH: of all keys only `UID set` narrows the result.
    pub fn search(&self, keys: &str) -> String {
        let words: Vec<_> = keys.split_whitespace().collect();
        let narrowed = words.windows(2).find(|pair| pair[0].eq_ignore_ascii_case("UID"));
        let uids = self.uids(narrowed.map_or("1:*", |pair| pair[1]));
        let words = std::iter::once("* SEARCH".to_owned());
        let words: Vec<_> = words.chain(uids.iter().map(u32::to_string)).collect();
        words.join(" ") + "\r\n"
    }

    /// The UIDs of a set that are in the mailbox; `n:*` holds the last one, whatever n.
    pub fn uids(&self, set: &str) -> BTreeSet<u32> {
        let last = self.messages.last().map_or(0, |message| message.uid);
        let ranges = ranges(set, last);
        let inside = |uid: &u32| ranges.iter().any(|(low, high)| (low..=high).contains(&uid));
        self.messages.iter().map(|message| message.uid).filter(inside).collect()
    }

    /// The mails of a set of UIDs or of numbers, with their numbers.
    pub fn asked(&self, set: &str, by_uid: bool) -> impl Iterator<Item = (usize, &Message)> {
        let uids = self.uids(set);
        let last = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
        let ranges = ranges(set, last);
        (1_usize..).zip(&self.messages).filter(move |(number, message)| {
            let number = u32::try_from(*number).unwrap_or(u32::MAX);
            let numbered = ranges.iter().any(|(low, high)| (low..=high).contains(&&number));
            if by_uid { uids.contains(&message.uid) } else { numbered }
        })
    }

    /// Changes flags; the untagged lines unless the client wants none.
    pub fn store(&mut self, arguments: &str) -> String {
        let mut words = arguments.splitn(3, ' ');
        let uids = self.uids(words.next().unwrap_or_default());
        let action = words.next().unwrap_or_default().to_uppercase();
        let list = words.next().unwrap_or_default().trim_matches(['(', ')']);
        let flags: BTreeSet<String> = list.split_whitespace().map(str::to_owned).collect();
        let mut lines = Vec::new();
        for (number, message) in (1_usize..).zip(&mut self.messages) {
            if !uids.contains(&message.uid) {
                continue;
            }
            message.flags = match action.chars().next() {
                Some('+') => &message.flags | &flags,
                Some('-') => &message.flags - &flags,
                _ => flags.clone(),
            };
            let (uid, list) = (message.uid, message.flag_list());
            lines.push(format!("* {number} FETCH (UID {uid} FLAGS {list})\r\n"));
        }
        if action.ends_with(".SILENT") { String::new() } else { lines.concat() }
    }

    /// Takes mails out; their EXPUNGE lines.
    pub fn remove(&mut self, which: impl Fn(&Message) -> bool) -> String {
        let mut lines = Vec::new();
        while let Some(at) = self.messages.iter().position(&which) {
            self.messages.remove(at);
            lines.push(format!("* {} EXPUNGE\r\n", at + 1));
        }
        lines.concat()
    }
}

/// The ranges of a sequence set, `*` being `last`; what is not a number is left out.
fn ranges(set: &str, last: u32) -> Vec<(u32, u32)> {
    let number = |text: &str| if text == "*" { Some(last) } else { text.parse().ok() };
    let range = |part: &str| {
        let (from, to) = part.split_once(':').unwrap_or((part, part));
        let (from, to) = (number(from)?, number(to)?);
        Some((from.min(to), from.max(to)))
    };
    set.split(',').filter_map(range).collect()
}
