//! A Maildir as a [`Source`](super::Source): `new` and `cur` of one directory.
//!
//! A Maildir has no UIDs; the unique part of a file's name stands for one, hashed to a number, so that
//! moving a file from `new` to `cur` or flagging it changes nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Fetched, MailboxError, OWN_HEAD_BYTES, Sized, is_own, uid_of};
use crate::config::After;

/// An open Maildir.
#[derive(Debug)]
pub struct Maildir {
    path: PathBuf,
    name: String,
    /// Where each message lies, as of the last listing.
    files: BTreeMap<i64, PathBuf>,
}

impl Maildir {
    /// Opens the directory that holds `new` and `cur`.
    pub fn open(path: &Path) -> Result<Self, MailboxError> {
        let mut maildir = Self {
            path: path.to_owned(),
            name: path.to_string_lossy().into_owned(),
            files: BTreeMap::new(),
        };
        maildir.list()?;
        Ok(maildir)
    }

    pub(super) fn folder(&self) -> &str {
        &self.name
    }

    /// Oldest first: by the delivery time at the start of the names, which is how Maildir names begin.
    pub(super) fn list(&mut self) -> Result<Vec<i64>, MailboxError> {
        let mut found = Vec::new();
        for folder in ["cur", "new"] {
            let directory = self.path.join(folder);
            let wrong = |source| MailboxError::Maildir { path: directory.clone(), source };
            for item in fs::read_dir(&directory).map_err(wrong)? {
                let item = item.map_err(wrong)?;
                let name = item.file_name().to_string_lossy().into_owned();
                if !name.starts_with('.') {
                    found.push((arrival(&name), name, item.path()));
                }
            }
        }
        found.sort();
        self.files.clear();
        let mut uids = Vec::with_capacity(found.len());
        for (_, name, path) in found {
            let uid = uid_of(unique(&name).as_bytes());
            if self.files.insert(uid, path).is_none() {
                uids.push(uid);
            }
        }
        Ok(uids)
    }

    pub(super) fn list_since(&mut self, day: &str) -> Result<Vec<i64>, MailboxError> {
        let uids = self.list()?;
        let Ok(day) = NaiveDate::parse_from_str(day, "%Y-%m-%d") else { return Ok(uids) };
        let modified = |uid: &i64| {
            let time = self.files.get(uid)?.metadata().ok()?.modified().ok()?;
            Some(DateTime::<Utc>::from(time).date_naive())
        };
        Ok(uids.into_iter().filter(|uid| modified(uid).is_none_or(|date| date >= day)).collect())
    }

    /// See [`Source::remove_own`](super::Source::remove_own).
    pub(super) fn remove_own(
        &mut self,
        uid: i64,
        message_id: &str,
        marker: &str,
    ) -> Result<bool, MailboxError> {
        self.list()?;
        let head = self.fetch_part(uid, 0, OWN_HEAD_BYTES)?;
        let Some(path) = self.files.get(&uid) else { return Ok(true) };
        if head.is_some_and(|head| is_own(&head, message_id, marker)) {
            let wrong = |source| MailboxError::Maildir { path: path.clone(), source };
            fs::remove_file(path).map_err(wrong)?;
        }
        Ok(true)
    }

    pub(super) fn sizes(&self, uids: &[i64]) -> Vec<Sized> {
        uids.iter()
            .filter_map(|uid| {
                let bytes = self.files.get(uid)?.metadata().ok()?.len();
                Some(Sized { uid: *uid, bytes })
            })
            .collect()
    }

    pub(super) fn fetch(&mut self, uids: &[i64]) -> Result<Vec<Fetched>, MailboxError> {
        let mut mails = Vec::with_capacity(uids.len());
        for uid in uids {
            if let Some(raw) = self.read(*uid, |mut file| {
                let mut raw = Vec::new();
                file.read_to_end(&mut raw).map(|_| raw)
            })? {
                mails.push(Fetched { uid: *uid, raw });
            }
        }
        Ok(mails)
    }

    pub(super) fn fetch_part(
        &mut self,
        uid: i64,
        offset: u64,
        bytes: u64,
    ) -> Result<Option<Vec<u8>>, MailboxError> {
        self.read(uid, |mut file| {
            let mut part = Vec::new();
            file.seek(SeekFrom::Start(offset))?;
            file.take(bytes).read_to_end(&mut part).map(|_| part)
        })
    }

    /// Reads a message; a file that moved from `new` to `cur` meanwhile is looked for again.
    fn read(
        &mut self,
        uid: i64,
        read: impl Fn(File) -> io::Result<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, MailboxError> {
        for relist in [true, false] {
            let Some(path) = self.files.get(&uid).cloned() else { return Ok(None) };
            match File::open(&path).and_then(&read) {
                Ok(raw) => return Ok(Some(raw)),
                Err(error) if error.kind() == io::ErrorKind::NotFound && relist => {
                    self.list()?;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(source) => return Err(MailboxError::Maildir { path, source }),
            }
        }
        Ok(None)
    }

    /// Flags with `F` in `cur`, or moves into `cur` of the Maildir++ folder beside.
    pub(super) fn mark(&mut self, uids: &[i64], after: &After) -> Result<(), MailboxError> {
        for uid in uids {
            let Some(path) = self.files.get(uid).cloned() else { continue };
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned())
            else {
                continue;
            };
            let target = match after {
                After::Leave => continue,
                After::Flag => self.path.join("cur").join(flagged(&name)),
                After::Move(folder) => {
                    let folder = self.path.join(format!(".{}", folder.replace('/', ".")));
                    make_maildir(&folder)
                        .map_err(|source| MailboxError::Maildir { path: folder.clone(), source })?;
                    folder.join("cur").join(with_info(&name))
                }
            };
            match fs::rename(&path, &target) {
                Ok(()) => {
                    self.files.insert(*uid, target);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(MailboxError::Maildir { path, source }),
            }
        }
        Ok(())
    }
}

fn make_maildir(path: &Path) -> io::Result<()> {
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(path.join(folder))?;
    }
    Ok(())
}

/// The part of a name that stays when flags change.
fn unique(name: &str) -> &str {
    name.split_once(":2,").map_or(name, |(unique, _)| unique)
}

fn with_info(name: &str) -> String {
    if name.contains(":2,") { name.to_owned() } else { format!("{name}:2,") }
}

fn flagged(name: &str) -> String {
    let (unique, flags) = name.split_once(":2,").unwrap_or((name, ""));
    let mut flags: Vec<char> = flags.chars().chain(['F']).collect();
    // Maildir wants flags in alphabetical order, each once.
    flags.sort_unstable();
    flags.dedup();
    format!("{unique}:2,{}", flags.into_iter().collect::<String>())
}

/// Seconds at the start of a Maildir name; names of other programs come first, in their order.
fn arrival(name: &str) -> u64 {
    name.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliver(root: &Path, folder: &str, name: &str, text: &str) {
        make_maildir(root).unwrap();
        fs::write(root.join(folder).join(name), text).unwrap();
    }

    #[test]
    fn a_mail_keeps_its_uid_when_it_is_read_and_flagged() {
        let root = tempfile::tempdir().unwrap();
        deliver(root.path(), "new", "1700000000.M1.host", "one");
        let mut maildir = Maildir::open(root.path()).unwrap();
        let before = maildir.list().unwrap();
        fs::rename(
            root.path().join("new/1700000000.M1.host"),
            root.path().join("cur/1700000000.M1.host:2,S"),
        )
        .unwrap();
        // Not listed again: the file is looked for where it went.
        assert_eq!(maildir.fetch(&before).unwrap().len(), 1);
        assert_eq!(maildir.list().unwrap(), before);
        maildir.mark(&before, &After::Flag).unwrap();
        assert!(root.path().join("cur/1700000000.M1.host:2,FS").exists());
        assert_eq!(maildir.list().unwrap(), before);
    }

    #[test]
    fn the_oldest_delivery_comes_first() {
        let root = tempfile::tempdir().unwrap();
        deliver(root.path(), "new", "1700000009.a", "second");
        deliver(root.path(), "cur", "1700000001.b:2,S", "first");
        let mut maildir = Maildir::open(root.path()).unwrap();
        let uids = maildir.list().unwrap();
        let mails = maildir.fetch(&uids).unwrap();
        let texts: Vec<&[u8]> = mails.iter().map(|mail| mail.raw.as_slice()).collect();
        assert_eq!(texts, [b"first".as_slice(), b"second"]);
    }

    #[test]
    fn a_part_ends_with_the_mail() {
        let root = tempfile::tempdir().unwrap();
        deliver(root.path(), "new", "1.a", "0123456789");
        let mut maildir = Maildir::open(root.path()).unwrap();
        let uid = maildir.list().unwrap()[0];
        assert_eq!(maildir.fetch_part(uid, 8, 5).unwrap().unwrap(), b"89");
        assert_eq!(maildir.fetch_part(uid, 99, 5).unwrap().unwrap(), b"");
    }

    #[test]
    fn a_moved_mail_leaves_the_folder_and_stays_on_the_disk() {
        let root = tempfile::tempdir().unwrap();
        deliver(root.path(), "new", "1.a", "x");
        let mut maildir = Maildir::open(root.path()).unwrap();
        let uids = maildir.list().unwrap();
        maildir.mark(&uids, &After::Move("Sportello".to_owned())).unwrap();
        assert!(maildir.list().unwrap().is_empty());
        assert!(root.path().join(".Sportello/cur/1.a:2,").exists());
    }
}
