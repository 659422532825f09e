//! A real Dovecot: IMAP with and without TLS, any number of users, Maildir++ below its directory.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Account, Port, Process, directory, program};
use crate::support::certificate::Certificate;
use crate::support::imap_client::ImapClient;
use crate::support::{PATIENCE, wait_until};

const CONFIGURATION: &str = include_str!("dovecot.conf");

/// Dovecot orders a Maildir by the number that a file's name begins with; counting from a time
/// that has passed gives UIDs in the order of delivery and names like a real server's.
const FIRST_DELIVERY: u64 = 1_700_000_000;

/// A running Dovecot with the users `reports` and `plants`, each with its name as password.
#[derive(Debug)]
pub struct Dovecot {
    account: Account,
    imap: Port,
    imaps: Port,
    certificate: Certificate,
    passwords: BTreeMap<String, String>,
    generation: usize,
    process: Option<Process>,
    // The last field, dropped last: the server writes into it until it has ended.
    dir: TempDir,
}

impl Dovecot {
    /// Starts the server; it greets on both ports when this returns.
    pub fn start() -> Self {
        let account = Account::of_servers();
        let dir = directory(&account);
        let mut server = Self {
            imap: Port::free(),
            imaps: Port::free(),
            certificate: Certificate::make(dir.path()),
            passwords: BTreeMap::new(),
            generation: 0,
            process: None,
            account,
            dir,
        };
        for name in ["run", "state", "mail"] {
            server.make_dir(&server.dir.path().join(name));
        }
        server.add_user("reports", "reports");
        server.add_user("plants", "plants");
        server.write("dovecot.conf", &server.configuration());
        server.start_again();
        server
    }

    /// Ends the server, as a power switch for its clients: every session is closed.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it on the same ports with the same mail.
    pub fn start_again(&mut self) {
        let mut command = Command::new(program("dovecot", "dovecot-imapd"));
        command.arg("-F").arg("-c").arg(self.dir.path().join("dovecot.conf"));
        let log = self.dir.path().join("start.log");
        let mut process = Process::start("dovecot", &mut command, log, Signal::TERM);
        process.wait_until_ready(|| greets(self.imap.number) && super::listens(self.imaps.number));
        self.process = Some(process);
    }

    /// [`Self::stop`] and [`Self::start_again`].
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// The port of plain IMAP, which also offers STARTTLS.
    pub fn port(&self) -> u16 {
        self.imap.number
    }

    /// The port of IMAP with implicit TLS.
    pub fn tls_port(&self) -> u16 {
        self.imaps.number
    }

    /// The PEM file of the authority that signed this server's certificate.
    pub fn authority(&self) -> &Path {
        &self.certificate.authority
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("dovecot.log")).unwrap_or_default()
    }

    /// Makes a mailbox, empty, open to `password` at once.
    pub fn add_user(&mut self, user: &str, password: &str) {
        let home = self.home(user);
        for dir in ["", "Maildir", "Maildir/tmp", "Maildir/new", "Maildir/cur"] {
            self.make_dir(&home.join(dir));
        }
        self.set_password(user, password);
    }

    /// Changes a password; sessions that are open stay open.
    pub fn set_password(&mut self, user: &str, password: &str) {
        self.passwords.insert(user.to_owned(), password.to_owned());
        self.generation += 1;
        let Account { uid, gid, .. } = self.account;
        // Dovecot reads the file again when its size or its second of change differ: a growing
        // number of comment lines makes each version longer than the one before.
        let mut lines = vec!["#\n".repeat(64 * self.generation)];
        lines.extend(self.passwords.iter().map(|(name, password)| {
            let home = self.home(name).display().to_string();
            format!("{name}:{{PLAIN}}{password}:{uid}:{gid}::{home}::\n")
        }));
        self.write("passwd.new", &lines.concat());
        let (new, old) = (self.dir.path().join("passwd.new"), self.dir.path().join("passwd"));
        fs::rename(&new, &old).expect("the new password file takes the old one's place");
        if self.process.is_some() {
            // Dovecot looks at the file once a second.
            let login = format!("LOGIN {user} {password}");
            wait_until(&format!("{user} logs in with the new password"), PATIENCE, || {
                ImapClient::connect(self.port()).attempt(&login).is_ok()
            });
        }
    }

    /// The Maildir of a user's INBOX.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.home(user).join("Maildir")
    }

    /// Delivers as an MTA does: written in `tmp`, then renamed into `new`. Mails get their UIDs
    /// in the order of these calls.
    pub fn deliver(&self, user: &str, raw: &[u8]) -> PathBuf {
        static COUNT: AtomicU64 = AtomicU64::new(FIRST_DELIVERY);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{count}.P{}.rig", std::process::id());
        let maildir = self.maildir(user);
        let (draft, arrived) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
        fs::write(&draft, raw).unwrap_or_else(|error| panic!("{}: {error}", draft.display()));
        self.account.own(&draft);
        fs::rename(&draft, &arrived).expect("a mail moves from tmp to new");
        arrived
    }

    /// How many mails lie in the user's INBOX, as files.
    pub fn count(&self, user: &str) -> usize {
        mails_in(&self.maildir(user))
    }

    /// The bytes of the mails that lie in the user's INBOX, in the order of their delivery.
    pub fn held(&self, user: &str) -> Vec<Vec<u8>> {
        let mut files: Vec<_> = files_in(&self.maildir(user)).collect();
        files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        files.iter().filter_map(|file| fs::read(file).ok()).collect()
    }

    /// How many mails lie in another folder; 0 when there is none of that name.
    pub fn count_in(&self, user: &str, folder: &str) -> usize {
        mails_in(&self.maildir(user).join(format!(".{folder}")))
    }

    /// A session of a person's mail program, INBOX selected.
    pub fn session(&self, user: &str) -> ImapClient {
        let mut client = ImapClient::connect(self.port());
        client.login(user, &self.passwords[user]);
        client.command("SELECT INBOX");
        client
    }

    /// UIDs and flags of INBOX, in UID order.
    pub fn flags(&self, user: &str) -> Vec<(u32, Vec<String>)> {
        self.session(user).flags()
    }

    /// A person reads a mail.
    pub fn set_seen(&self, user: &str, uid: u32) {
        self.session(user).command(&format!(r"UID STORE {uid} +FLAGS (\Seen)"));
    }

    /// A person moves a mail to a folder, which is made when it is missing.
    pub fn move_to(&self, user: &str, uid: u32, folder: &str) {
        let mut session = self.session(user);
        drop(session.attempt(&format!("CREATE {folder}")));
        session.command(&format!("UID MOVE {uid} {folder}"));
    }

    /// A person marks a mail as deleted and does not expunge it.
    pub fn mark_deleted(&self, user: &str, uid: u32) {
        self.session(user).command(&format!(r"UID STORE {uid} +FLAGS (\Deleted)"));
    }

    /// A person deletes a mail.
    pub fn expunge(&self, user: &str, uid: u32) {
        let mut session = self.session(user);
        session.command(&format!(r"UID STORE {uid} +FLAGS (\Deleted)"));
        session.command(&format!("UID EXPUNGE {uid}"));
    }

    /// The UIDVALIDITY of INBOX.
    pub fn uidvalidity(&self, user: &str) -> u32 {
        self.session(user).uidvalidity()
    }

    /// The server loses its UIDs (a restore, a moved store): same mails, new UIDVALIDITY.
    /// Restarts the server, because Dovecot would mend its files from an open session.
    pub fn reset_uidvalidity(&mut self, user: &str) {
        let before = self.uidvalidity(user);
        self.stop();
        for entry in fs::read_dir(self.maildir(user)).expect("the Maildir").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == "dovecot-uidlist" || name.starts_with("dovecot.index") {
                fs::remove_file(entry.path()).expect("Dovecot's file goes");
            }
        }
        self.start_again();
        assert_ne!(before, self.uidvalidity(user), "Dovecot kept its UIDVALIDITY");
    }

    /// Forbids keywords and `\Flagged` in INBOX: PERMANENTFLAGS has no `\*`, and a STORE of them
    /// does nothing. Holds for sessions opened from now on.
    pub fn disable_keywords(&self, user: &str) {
        let path = self.maildir(user).join("dovecot-acl");
        fs::write(&path, "owner lrsteipka\n").expect("the ACL is written");
        self.account.own(&path);
    }

    fn home(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user)
    }

    fn make_dir(&self, path: &Path) {
        fs::create_dir_all(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.account.own(path);
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.account.own(&path);
    }

    fn configuration(&self) -> String {
        CONFIGURATION
            .replace("{dir}", &self.dir.path().display().to_string())
            .replace("{owner}", &self.account.name)
            .replace("{group}", &self.account.group)
            .replace("{uid}", &self.account.uid.to_string())
            .replace("{gid}", &self.account.gid.to_string())
            .replace("{imap}", &self.imap.number.to_string())
            .replace("{imaps}", &self.imaps.number.to_string())
    }
}

fn mails_in(maildir: &Path) -> usize {
    files_in(maildir).count()
}

fn files_in(maildir: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = ["new", "cur"].map(|dir| maildir.join(dir));
    let entries = folders.into_iter().filter_map(|dir| fs::read_dir(dir).ok());
    entries.flat_map(|entries| entries.flatten().map(|entry| entry.path()))
}

fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let mut greeting = [0; 4];
    stream.set_read_timeout(Some(Duration::from_secs(2))).is_ok()
        && stream.read_exact(&mut greeting).is_ok()
        && greeting == *b"* OK"
}
