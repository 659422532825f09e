//! One IMAP connection, exchange by exchange, with nothing believed that the server did not say.
//!
//! async-imap's own methods end silently on a tagged NO or BAD and on a cut at a response boundary, so
//! every command here goes through `Session::exchange`: it reads to the tagged line, demands its OK,
//! and calls everything else an error. After any error the session is gone: the caller drops it and
//! connects anew, because what the server would say next belongs to a command nobody waits for.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_imap::imap_proto::{
    AttributeValue, Capability, MailboxDatum, RequestId, Response, ResponseCode, Status,
};
use futures_util::FutureExt as _;
use tokio::time::timeout;

mod deadlines;

mod error;

mod gauge;

mod login;

mod idle;

pub use deadlines::Deadlines;
pub use error::ImapError;
use gauge::Gauged;
pub use idle::Wake;
pub use login::Account;

/// Server texts are cut to this in errors: a parse error of the crate quotes the whole buffer, mail and all.
const SERVER_TEXT_BYTES_MAX: usize = 200;

/// What is known of an open folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Changes when UIDs are given anew (RFC 3501 section 2.3.1.1).
    pub uidvalidity: u32,
    /// Flags that can be set for good; `\*` allows new keywords.
    pub permanent_flags: Vec<String>,
    /// Opened for reading only: nothing can be marked or moved.
    pub read_only: bool,
}

/// A logged-in connection.
#[derive(Debug)]
pub struct Session {
    inner: async_imap::Session<Gauged>,
    deadlines: Deadlines,
    /// What the server can do, upper case.
    capabilities: Vec<String>,
    /// Messages in the open folder, as last announced.
    exists: u32,
    /// Messages were announced since the last [`Session::take_news`].
    news: bool,
}

/// One piece of a FETCH answer that carries a body.
#[derive(Debug)]
pub struct Piece {
    /// Whose.
    pub uid: u32,
    /// The bytes.
    pub data: Vec<u8>,
}

impl Session {
    /// Whether the server announced a capability; `name` in upper case.
    #[must_use]
    pub fn can(&self, name: &str) -> bool {
        self.capabilities.iter().any(|capability| capability == name)
    }

    /// Whether messages were announced since the last call.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// Messages in the open folder, as the server last announced them.
    #[must_use]
    pub fn exists(&self) -> u32 {
        self.exists
    }

    /// Opens a folder, for reading and marking or for reading only.
    pub async fn select(&mut self, name: &str, read_only: bool) -> Result<Folder, ImapError> {
        let mut folder = Folder { read_only, ..Folder::default() };
        let verb = if read_only { "EXAMINE" } else { "SELECT" };
        let command = format!("{verb} {}", quoted(name));
        self.exists = 0;
        self.exchange("SELECT", &command, |response| {
            let (Response::Data { outcome, .. } | Response::Done { outcome, .. }) = response else {
                return Ok(());
            };
            match &outcome.code {
                Some(ResponseCode::UidValidity(value)) => folder.uidvalidity = *value,
                Some(ResponseCode::PermanentFlags(flags)) => {
                    folder.permanent_flags = flags.iter().map(ToString::to_string).collect();
                }
                Some(ResponseCode::ReadOnly) => folder.read_only = true,
                _ => {}
            }
            Ok(())
        })
        .await?;
        if folder.uidvalidity == 0 {
            return Err(ImapError::Unusable {
                during: "SELECT",
                expected: "UIDVALIDITY",
                found: "none: without it no mail can be told from another".to_owned(),
            });
        }
        Ok(folder)
    }

    /// UIDs that match a search key, ascending, each once.
    pub async fn search(&mut self, key: &str) -> Result<Vec<u32>, ImapError> {
        let mut uids = Vec::new();
        self.exchange("UID SEARCH", &format!("UID SEARCH {key}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend_from_slice(found);
            }
            Ok(())
        })
        .await?;
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// The sizes of messages, as the server states them; a UID that is gone is absent.
    pub async fn sizes(&mut self, uids: &str) -> Result<Vec<(u32, u32)>, ImapError> {
        let mut sizes = Vec::new();
        let command = format!("UID FETCH {uids} (UID RFC822.SIZE)");
        self.exchange("UID FETCH", &command, |response| {
            if let Response::Fetch(_, attributes) = response
                && let (Some(uid), Some(size)) = (uid_of(attributes), size_of(attributes))
            {
                sizes.push((uid, size));
            }
            Ok(())
        })
        .await?;
        Ok(sizes)
    }

    /// Reads `section` (as `BODY.PEEK[]`) of messages, without marking them read, and hands each body
    /// over as it comes. Answers without a UID or a body are another client's news, not ours.
    pub async fn fetch(
        &mut self,
        uids: &str,
        section: &str,
        mut take: impl FnMut(Piece),
    ) -> Result<(), ImapError> {
        let command = format!("UID FETCH {uids} (UID {section})");
        self.exchange("UID FETCH", &command, |response| {
            if let Response::Fetch(_, attributes) = response
                && let (Some(uid), Some(data)) = (uid_of(attributes), body_of(attributes))
            {
                take(Piece { uid, data: data.to_vec() });
            }
            Ok(())
        })
        .await
    }

    /// Runs a command of which only success matters.
    pub async fn run(&mut self, during: &'static str, command: &str) -> Result<(), ImapError> {
        self.exchange(during, command, |_| Ok(())).await
    }

    /// Says good-bye; whatever comes back is of no consequence.
    pub async fn logout(mut self) {
        drop(timeout(Duration::from_secs(5), self.run("LOGOUT", "LOGOUT")).await);
    }

    /// Sends a command and reads to its tagged answer, which must be OK. `see` gets every response.
    async fn exchange(
        &mut self,
        during: &'static str,
        command: &str,
        see: impl FnMut(&Response<'_>) -> Result<(), ImapError>,
    ) -> Result<(), ImapError> {
        let after = self.deadlines.exchange;
        let late = ImapError::Late { during, after };
        timeout(after, self.exchange_unbounded(during, command, see)).await.unwrap_or(Err(late))
    }

    async fn exchange_unbounded(
        &mut self,
        during: &'static str,
        command: &str,
        mut see: impl FnMut(&Response<'_>) -> Result<(), ImapError>,
    ) -> Result<(), ImapError> {
        let after = self.deadlines.response;
        let tag = match timeout(after, self.inner.run_command(command)).await {
            Ok(Ok(tag)) => tag,
            Ok(Err(error)) => return Err(broken(during, &error)),
            Err(_) => return Err(ImapError::Late { during, after }),
        };
        loop {
            let ended = self
                .read(during, after, |response| {
                    see(response)?;
                    tagged_end(during, response, &tag)
                })
                .await??;
            if ended {
                return Ok(());
            }
        }
    }

    /// Reads the next response and shows it; an end of the stream is an error wherever it comes.
    async fn read<R>(
        &mut self,
        during: &'static str,
        within: Duration,
        see: impl FnOnce(&Response<'_>) -> R,
    ) -> Result<R, ImapError> {
        match timeout(within, unpanicked(during, self.inner.read_response())).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(Ok(Some(data)))) => {
                let response = data.parsed();
                self.notice(response, during)?;
                Ok(see(response))
            }
            Ok(Ok(Ok(None))) => Err(ImapError::Closed { during }),
            Ok(Ok(Err(error))) => Err(broken(during, &error)),
            Err(_) => Err(ImapError::Late { during, after: within }),
        }
    }

    /// Remembers what was announced unasked; a BYE ends the session.
    fn notice(&mut self, response: &Response<'_>, during: &'static str) -> Result<(), ImapError> {
        match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.exists = *count;
                self.news = true;
            }
            Response::MailboxData(MailboxDatum::Recent(_)) => self.news = true,
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::Capabilities(list) => self.capabilities = capability_names(list),
            Response::Data { status: Status::Bye, outcome } if during != "LOGOUT" => {
                return Err(ImapError::Refused {
                    during,
                    status: "BYE",
                    text: shortened(outcome.information.as_deref().unwrap_or_default()),
                });
            }
            _ => {}
        }
        Ok(())
    }
}

/// The crate's parser panics on some answers, `INTERNALDATE NIL` among them: that is the end of the
/// session and not of the program.
async fn unpanicked<T>(
    during: &'static str,
    work: impl Future<Output = T>,
) -> Result<T, ImapError> {
    let what = "expected an answer that can be read, found one that the parser fails on";
    let failed = |_| ImapError::Broken { during, what: what.to_owned() };
    AssertUnwindSafe(work).catch_unwind().await.map_err(failed)
}

/// Whether a response is the tagged end of the command; a tagged refusal is an error.
fn tagged_end(
    during: &'static str,
    response: &Response<'_>,
    tag: &RequestId,
) -> Result<bool, ImapError> {
    let Response::Done { tag: done, status, outcome } = response else { return Ok(false) };
    check_status(during, status, outcome.information.as_deref())?;
    Ok(done == tag)
}

fn check_status(
    during: &'static str,
    status: &Status,
    information: Option<&str>,
) -> Result<(), ImapError> {
    let name = match status {
        Status::Ok => return Ok(()),
        Status::No => "NO",
        Status::Bad => "BAD",
        _ => "BYE",
    };
    Err(ImapError::Refused {
        during,
        status: name,
        text: shortened(information.unwrap_or("(no text)")),
    })
}

fn uid_of(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

fn size_of(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Rfc822Size(size) => Some(*size),
        _ => None,
    })
}

fn body_of<'a>(attributes: &'a [AttributeValue<'_>]) -> Option<&'a [u8]> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { data: Some(data), .. } => Some(data.as_ref()),
        _ => None,
    })
}

fn capability_names(list: &[Capability<'_>]) -> Vec<String> {
    list.iter()
        .map(|capability| match capability {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
            Capability::Atom(atom) => atom.to_ascii_uppercase(),
        })
        .collect()
}

/// A folder name, as the server writes it, as a quoted string (RFC 3501 section 4.3).
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

fn broken(during: &'static str, error: &impl ToString) -> ImapError {
    ImapError::Broken { during, what: shortened(&error.to_string()) }
}

/// The beginning of a server's text, on one line.
fn shortened(text: &str) -> String {
    let mut end = text.len().min(SERVER_TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let (start, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let line: String = start.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if rest.is_empty() { line } else { format!("{line}…") }
}

/// UIDs as sequence sets of at most this length: some servers cut longer command lines.
const SEQUENCE_SET_BYTES_MAX: usize = 900;

/// Ascending UIDs as sequence sets (`1:5,8`), each short enough for any server.
#[must_use]
pub fn sequence_sets(uids: &[u32]) -> Vec<String> {
    let mut sets: Vec<String> = Vec::new();
    let mut rest = uids.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while let Some(next) = rest.next_if(|next| *next == last.saturating_add(1)) {
            last = next;
        }
        let range = if first == last { first.to_string() } else { format!("{first}:{last}") };
        match sets.last_mut() {
            Some(set) if set.len().saturating_add(range.len()) < SEQUENCE_SET_BYTES_MAX => {
                set.push(',');
                set.push_str(&range);
            }
            _ => sets.push(range),
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_uids_become_ranges() {
        assert_eq!(sequence_sets(&[1, 2, 3, 5, 7, 8]), ["1:3,5,7:8"]);
        assert_eq!(sequence_sets(&[u32::MAX]), ["4294967295"]);
        assert!(sequence_sets(&[]).is_empty());
    }

    #[test]
    fn no_set_is_longer_than_any_server_takes() {
        let scattered: Vec<u32> = (1..5000).map(|n| n * 7).collect();
        let sets = sequence_sets(&scattered);
        assert!(sets.len() > 1);
        assert!(sets.iter().all(|set| set.len() <= 1000));
        assert_eq!(sets.iter().map(|set| set.split(',').count()).sum::<usize>(), scattered.len());
    }

    #[test]
    fn a_servers_text_is_cut_on_a_character_and_kept_on_one_line() {
        let text = format!("a\r\n{}", "è".repeat(300));
        let short = shortened(&text);
        assert!(short.len() <= SERVER_TEXT_BYTES_MAX + '…'.len_utf8());
        assert!(!short.contains(['\r', '\n']));
    }

    #[test]
    fn a_folder_name_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\"b\\c\r\nA1 DELETE x"), "\"a\\\"b\\\\cA1 DELETE x\"");
    }
}
