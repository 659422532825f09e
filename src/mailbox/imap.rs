//! A folder on an IMAP server as a [`Source`](super::Source): UIDs only, never sequence numbers,
//! `BODY.PEEK` only, nothing deleted.

use std::collections::BTreeMap;
use std::time::Duration;

use super::session::{Account, Folder, ImapError, Session, Wake, quoted, sequence_sets};
use super::{Fetched, MailboxError, OWN_HEAD_BYTES, Sized, is_own};
use crate::config::After;

/// The keyword that marks a mail as ours to an operator who looks into the mailbox.
const KEYWORD: &str = "$Sportello";

/// An open folder.
#[derive(Debug)]
pub struct Imap {
    session: Session,
    folder: Folder,
    name: String,
}

impl Imap {
    /// Connects, logs in and opens a folder; for reading only unless mails are to be marked.
    pub async fn open(
        account: &Account,
        name: &str,
        read_only: bool,
    ) -> Result<Self, MailboxError> {
        let mut session = Session::open(account).await?;
        let folder = session.select(name, read_only).await?;
        Ok(Self { session, folder, name: name.to_owned() })
    }

    /// The folder's name.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.name
    }

    /// UIDVALIDITY.
    #[must_use]
    pub fn validity(&self) -> i64 {
        i64::from(self.folder.uidvalidity)
    }

    /// Messages in the folder, as the server last announced them.
    #[must_use]
    pub fn exists(&self) -> u32 {
        self.session.exists()
    }

    /// Whether the server can tell news by itself.
    #[must_use]
    pub fn can_idle(&self) -> bool {
        self.session.can("IDLE")
    }

    /// Waits for news, at most for `span`.
    pub async fn idle(&mut self, span: Duration) -> Result<Wake, MailboxError> {
        Ok(self.session.idle(span).await?)
    }

    /// Asks whether the connection lives; news that come with the answer are remembered.
    pub async fn noop(&mut self) -> Result<(), MailboxError> {
        Ok(self.session.run("NOOP", "NOOP").await?)
    }

    /// Leaves.
    pub async fn logout(self) {
        self.session.logout().await;
    }

    pub(super) async fn list(&mut self) -> Result<Vec<i64>, MailboxError> {
        let before = self.session.exists();
        let uids = self.search("ALL").await?;
        // Messages may leave meanwhile; a folder that is said to hold some and lists none is a lapse.
        let there = before.min(self.session.exists());
        if uids.is_empty() && there > 0 {
            return Err(MailboxError::Imap(ImapError::Unusable {
                during: "UID SEARCH",
                expected: "the UIDs of a folder that is not empty",
                found: format!("none, of {there} messages"),
            }));
        }
        Ok(uids)
    }

    pub(super) async fn list_above(&mut self, uid: i64) -> Result<Vec<i64>, MailboxError> {
        let from = uid.saturating_add(1);
        let mut uids = self.search(&format!("UID {from}:*")).await?;
        // `n:*` always names the last message, even when its UID is below n (RFC 3501 section 6.4.8).
        uids.retain(|found| *found > uid);
        Ok(uids)
    }

    pub(super) async fn list_since(&mut self, day: &str) -> Result<Vec<i64>, MailboxError> {
        let Some(date) = imap_date(day) else { return self.list().await };
        self.search(&format!("SINCE {date}")).await
    }

    async fn search(&mut self, key: &str) -> Result<Vec<i64>, MailboxError> {
        Ok(self.session.search(key).await?.into_iter().map(i64::from).collect())
    }

    pub(super) async fn sizes(&mut self, uids: &[i64]) -> Result<Vec<Sized>, MailboxError> {
        let mut sizes = Vec::with_capacity(uids.len());
        for set in sets(uids) {
            for (uid, bytes) in self.session.sizes(&set).await? {
                sizes.push(Sized { uid: i64::from(uid), bytes: u64::from(bytes) });
            }
        }
        // A server may answer with more than was asked: another client's changes.
        sizes.retain(|sized| uids.binary_search(&sized.uid).is_ok());
        sizes.sort_by_key(|sized| sized.uid);
        sizes.dedup_by_key(|sized| sized.uid);
        Ok(sizes)
    }

    pub(super) async fn fetch(&mut self, uids: &[i64]) -> Result<Vec<Fetched>, MailboxError> {
        let mut mails = BTreeMap::new();
        for set in sets(uids) {
            self.session
                .fetch(&set, "BODY.PEEK[]", |piece| {
                    let uid = i64::from(piece.uid);
                    // What was not asked for, or came before, is not kept.
                    if uids.binary_search(&uid).is_ok() {
                        mails.entry(uid).or_insert(piece.data);
                    }
                })
                .await?;
        }
        Ok(mails.into_iter().map(|(uid, raw)| Fetched { uid, raw }).collect())
    }

    pub(super) async fn fetch_part(
        &mut self,
        uid: i64,
        offset: u64,
        bytes: u64,
    ) -> Result<Option<Vec<u8>>, MailboxError> {
        let mut part = None;
        let section = format!("BODY.PEEK[]<{offset}.{bytes}>");
        self.session
            .fetch(&uid.to_string(), &section, |piece| {
                if i64::from(piece.uid) == uid {
                    part = Some(piece.data);
                }
            })
            .await?;
        let found = part.as_ref().map_or(0, |data: &Vec<u8>| data.len());
        if u64::try_from(found).is_ok_and(|found| found > bytes) {
            // A server that ignores what part was asked for would give the same one for ever.
            return Err(MailboxError::Imap(ImapError::Unusable {
                during: "UID FETCH",
                expected: "a part no longer than asked for",
                found: format!("{found} bytes for {bytes}"),
            }));
        }
        Ok(part)
    }

    pub(super) async fn mark(&mut self, uids: &[i64], after: &After) -> Result<(), MailboxError> {
        if self.folder.read_only {
            return Ok(());
        }
        for set in sets(uids) {
            match after {
                After::Leave => {}
                After::Flag => {
                    let command = format!("UID STORE {set} +FLAGS.SILENT ({})", self.keyword());
                    self.session.run("UID STORE", &command).await?;
                }
                After::Move(folder) => self.move_to(&set, folder).await?,
            }
        }
        Ok(())
    }

    fn keyword(&self) -> &'static str {
        let permitted = |flag: &str| {
            self.folder.permanent_flags.iter().any(|known| known.eq_ignore_ascii_case(flag))
        };
        if permitted(r"\*") || permitted(KEYWORD) { KEYWORD } else { r"\Flagged" }
    }

    /// MOVE where the server has it (RFC 6851); elsewhere copy, and delete exactly these (RFC 4315).
    /// Without either, mails are copied and left: nothing is expunged that we did not name.
    async fn move_to(&mut self, set: &str, folder: &str) -> Result<(), MailboxError> {
        let target = quoted(folder);
        if self.session.can("MOVE") {
            self.session.run("UID MOVE", &format!("UID MOVE {set} {target}")).await?;
            return Ok(());
        }
        self.session.run("UID COPY", &format!("UID COPY {set} {target}")).await?;
        if self.session.can("UIDPLUS") {
            let delete = format!(r"UID STORE {set} +FLAGS.SILENT (\Deleted)");
            self.session.run("UID STORE", &delete).await?;
            self.session.run("UID EXPUNGE", &format!("UID EXPUNGE {set}")).await?;
        }
        Ok(())
    }

    /// Removes exactly the one mail that is proven ours. Without UIDPLUS (RFC 4315) it is marked as deleted and
    /// left to whoever expunges: a plain EXPUNGE would take other people's along.
    pub(super) async fn remove_own(
        &mut self,
        message_id: &str,
        marker: &str,
    ) -> Result<bool, MailboxError> {
        let found = self.search(&format!("HEADER Message-ID {}", quoted(message_id))).await?;
        // Somebody made a copy: it is theirs to remove. None: it has not been moved here yet.
        let [uid] = found[..] else { return Ok(found.len() > 1) };
        let head = self.fetch_part(uid, 0, OWN_HEAD_BYTES).await?.unwrap_or_default();
        if !is_own(&head, message_id, marker) {
            return Ok(true);
        }
        let delete = format!(r"UID STORE {uid} +FLAGS.SILENT (\Deleted)");
        self.session.run("UID STORE", &delete).await?;
        if self.session.can("UIDPLUS") {
            self.session.run("UID EXPUNGE", &format!("UID EXPUNGE {uid}")).await?;
        }
        Ok(true)
    }

    /// Makes the folder that mails are moved to, if it is not there yet.
    pub async fn ensure_folder(&mut self, name: &str) -> Result<(), MailboxError> {
        let target = quoted(name);
        if self.session.run("STATUS", &format!("STATUS {target} (UIDNEXT)")).await.is_err() {
            self.session.run("CREATE", &format!("CREATE {target}")).await?;
        }
        Ok(())
    }
}

fn sets(uids: &[i64]) -> Vec<String> {
    let uids: Vec<u32> = uids.iter().filter_map(|uid| u32::try_from(*uid).ok()).collect();
    sequence_sets(&uids)
}

/// `2026-01-31` as IMAP writes it: `31-Jan-2026`.
fn imap_date(day: &str) -> Option<String> {
    let date = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    Some(date.format("%-d-%b-%Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::imap_date;

    #[test]
    fn a_day_is_written_as_imap_wants_it() {
        assert_eq!(imap_date("2026-01-05").as_deref(), Some("5-Jan-2026"));
        assert_eq!(imap_date("yesterday"), None);
    }
}
