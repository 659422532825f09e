//! `import`: mails from files, as if they had come to a mailbox.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::say;
use super::{Done, OrStatic as _, load, open_store};
use crate::clock::Clock;
use crate::intake::{self, Imported};
use crate::setup;

pub(super) const HELP: &str = "\
A path is an .eml file, an mbox file, a Maildir (a directory with `new` and `cur`), or a directory \
of such files. The time of arrival is that of the top Received field. No letter is written unless \
--letters is given. Importing the same mail again changes nothing.

Examples:
  sportello import old-mail.mbox
  sportello import --letters Maildir lost.eml";

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and directories
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Write acknowledgements and notices as for new mail
    #[arg(long, overrides_with = "no_letters")]
    letters: bool,
    /// Write no letters (this is the default)
    #[arg(long)]
    no_letters: bool,
}

/// Mails of one transaction.
const TOGETHER: usize = 50;

/// Bytes of one transaction.
const TOGETHER_BYTES: usize = 16 * 1024 * 1024;

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    let mut files = Vec::new();
    for path in &args.paths {
        collect(path, &mut files).or_static()?;
    }
    setup::check_rules(&config).or_static()?;
    let store = open_store(&config).await?;
    let clerk = setup::clerk(&config, store.signer.clone()).or_static()?;
    let clock = Clock::System;
    let bar = progress(files.len());
    let mut total = Imported::default();
    let mut waiting = Vec::new();
    let mut bytes = 0_usize;
    for path in &files {
        let raw = fs::read(path).with_context(|| path.display().to_string())?;
        for mail in split(path, raw) {
            bytes = bytes.saturating_add(mail.len());
            waiting.push(mail);
            if waiting.len() >= TOGETHER || bytes >= TOGETHER_BYTES {
                let mails = std::mem::take(&mut waiting);
                bytes = 0;
                let now = clock.now();
                add(
                    &mut total,
                    intake::import(&clerk, &store.engine, mails, args.letters, now).await?,
                );
            }
        }
        bar.inc(1);
    }
    let last = intake::import(&clerk, &store.engine, waiting, args.letters, clock.now()).await?;
    add(&mut total, last);
    bar.finish_and_clear();
    store.engine.close().await;
    say(&format!("{} imported, {} already known", total.new, total.known));
    Ok(())
}

fn add(total: &mut Imported, other: Imported) {
    total.new = total.new.saturating_add(other.new);
    total.known = total.known.saturating_add(other.known);
}

/// A bar on a terminal; nothing where nobody watches.
pub(super) fn progress(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(files).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left") {
        bar.set_style(style);
    }
    bar
}

pub(super) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), anyhow::Error> {
    let missing = || anyhow!("{}: expected a file or directory that can be read", path.display());
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let maildir = path.join("new").is_dir() && path.join("cur").is_dir();
    let directories =
        if maildir { vec![path.join("cur"), path.join("new")] } else { vec![path.to_owned()] };
    for directory in directories {
        let mut found = Vec::new();
        for item in fs::read_dir(&directory).with_context(missing)? {
            let item = item.with_context(missing)?.path();
            let hidden =
                item.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if item.is_file() && !hidden {
                found.push(item);
            }
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(())
}

/// An mbox file (RFC 4155) into its mails; any other file is one mail, also when it begins like an mbox:
/// mail programs save single mails so, and a bounce may hold a second such line.
pub(super) fn split(path: &Path, raw: Vec<u8>) -> Vec<Vec<u8>> {
    let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let mbox = extension.is_none_or(|extension| extension == "mbox" || extension == "mbx");
    if !mbox || !raw.starts_with(MBOX_MARK) {
        return vec![raw];
    }
    let mut mails: Vec<Vec<u8>> = Vec::new();
    let mut after_blank = true;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if after_blank && line.starts_with(MBOX_MARK) {
            mails.push(Vec::new());
        } else if let Some(mail) = mails.last_mut() {
            mail.extend_from_slice(unquoted(line));
        }
        after_blank = line.trim_ascii().is_empty();
    }
    mails
}

/// What a mail in an mbox file begins with.
const MBOX_MARK: &[u8] = b"From ";

/// A line that began with `From ` was given a `>`, and one that had some got one more.
fn unquoted(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii_start();
    let quotes = text.iter().take_while(|byte| **byte == b'>').count();
    match (line.split_first(), text.get(quotes..)) {
        (Some((b'>', rest)), Some(after)) if after.starts_with(MBOX_MARK) => rest,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_its_mails_and_anything_else_is_one() {
        let mbox = b"From a Mon Jan  1 00:00:00 2026\nSubject: 1\n\n>From here\n\nFrom b Mon Jan  1 00:00:00 2026\nSubject: 2\n\nx\n";
        let mails = split(Path::new("a.mbox"), Vec::from(mbox));
        assert_eq!(mails.len(), 2);
        assert!(mails[0].starts_with(b"Subject: 1"));
        assert!(mails[0].windows(10).any(|text| text == b"\nFrom here"));
        assert_eq!(split(Path::new("a"), Vec::from(b"Subject: 3\n\nFrom me")).len(), 1);
        assert_eq!(split(Path::new("a.eml"), Vec::from(mbox)).len(), 1);
    }

    #[test]
    fn a_missing_path_is_an_error_before_anything_is_imported() {
        assert!(collect(Path::new("/nonexistent/mail"), &mut Vec::new()).is_err());
    }
}
