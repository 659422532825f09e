//! A tiny blocking IMAP client: the person with a mail program, and the tests' own eyes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use crate::support::PATIENCE;

/// One session. Literals in replies are read and dropped: it looks at flags, not at mails.
#[derive(Debug)]
pub struct ImapClient {
    stream: BufReader<TcpStream>,
    count: u32,
}

impl ImapClient {
    /// Connects and reads the greeting.
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
        let stream = stream.unwrap_or_else(|error| panic!("IMAP on port {port}: {error}"));
        stream.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        let mut client = Self { stream: BufReader::new(stream), count: 0 };
        let greeting = client.line();
        assert!(greeting.starts_with("* OK"), "IMAP greeting: {greeting}");
        client
    }

    /// Logs in.
    pub fn login(&mut self, user: &str, password: &str) {
        self.command(&format!("LOGIN {user} {password}"));
    }

    /// Sends a command and gives its untagged replies; fails the test unless it ends with OK.
    pub fn command(&mut self, command: &str) -> Vec<String> {
        self.attempt(command).unwrap_or_else(|refusal| panic!("{command}: {refusal}"))
    }

    /// Sends a command; its untagged replies, or the tagged line that refused it.
    pub fn attempt(&mut self, command: &str) -> Result<Vec<String>, String> {
        self.count += 1;
        let tag = format!("r{}", self.count);
        self.stream
            .get_mut()
            .write_all(format!("{tag} {command}\r\n").as_bytes())
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        let mut untagged = Vec::new();
        loop {
            let line = self.response();
            match line.strip_prefix(&tag) {
                Some(end) if end.starts_with(" OK") => return Ok(untagged),
                Some(_) => return Err(line),
                None => untagged.push(line),
            }
        }
    }

    /// UIDs and flags of the selected mailbox, in UID order.
    pub fn flags(&mut self) -> Vec<(u32, Vec<String>)> {
        let replies = self.command("UID FETCH 1:* (FLAGS)");
        let mut rows: Vec<_> = replies.iter().filter_map(|line| row(line)).collect();
        rows.sort();
        rows
    }

    /// The UIDVALIDITY of INBOX.
    pub fn uidvalidity(&mut self) -> u32 {
        let replies = self.command("STATUS INBOX (UIDVALIDITY)");
        let number = replies.iter().find_map(|line| line.split("UIDVALIDITY ").nth(1));
        let number = number.and_then(|rest| rest.trim_end_matches(')').parse().ok());
        number.unwrap_or_else(|| panic!("no UIDVALIDITY in {replies:?}"))
    }

    /// One line, followed by the literals and lines that belong to it.
    fn response(&mut self) -> String {
        let mut whole = self.line();
        while let Some(octets) = announced(&whole) {
            let mut literal = vec![0; octets];
            self.stream.read_exact(&mut literal).expect("the announced literal");
            whole = self.line();
        }
        whole
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line);
        let read = read.unwrap_or_else(|error| panic!("reading from IMAP: {error}"));
        assert!(read > 0, "the IMAP server closed the connection");
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }
}

/// The length of the literal that a line ends with.
fn announced(line: &str) -> Option<usize> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}

/// `* 1 FETCH (UID 3 FLAGS (\Seen $x))`, in either order.
fn row(line: &str) -> Option<(u32, Vec<String>)> {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let uid = digits(line.split("UID ").nth(1)?).parse().ok()?;
    let flags = line.split("FLAGS (").nth(1)?.split(')').next()?;
    Some((uid, flags.split_whitespace().map(str::to_owned).collect()))
}
