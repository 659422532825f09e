//! The scripted servers are polite, play their steps, and every fixture is a script.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::support::hostile_imap::HostileImap;
use crate::support::hostile_smtp::HostileSmtp;
use crate::support::imap_client::ImapClient;
use crate::support::scripted::Script;
use crate::support::servers::listens;
use crate::support::{PATIENCE, wait_until};

struct Raw(BufReader<TcpStream>);

impl Raw {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    fn say(&mut self, text: &str) -> String {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
        self.line()
    }
}

#[test]
fn the_polite_imap_server_serves_a_mailbox() {
    let server = HostileImap::script("MAILBOX 3");
    let mut client = ImapClient::connect(server.port());
    client.login("reports", "reports");
    let selected = client.command("SELECT INBOX");
    assert!(selected.iter().any(|line| line == "* 3 EXISTS"), "{selected:?}");
    assert_eq!(client.command("UID SEARCH UID 102:*"), ["* SEARCH 102 103"]);
    assert_eq!(client.command("UID SEARCH UID 900:*"), ["* SEARCH 103"], "n:* holds the last");
    client.command(r"UID STORE 101,103 +FLAGS (\Seen $taken)");
    client.command("UID STORE 103 -FLAGS ($taken)");
    assert_eq!(server.flags()[0], (101, vec!["$taken".to_owned(), r"\Seen".to_owned()]));
    assert_eq!(server.flags(), client.flags());
    client.command("UID MOVE 101 Done");
    assert_eq!(server.deliver(b"Subject: x\r\n\r\n"), 104);
    assert_eq!(client.flags().len(), 3);
    assert!(client.attempt("FROBNICATE").is_err());
    assert_eq!(server.transcript()[0][0], "r1 LOGIN reports reports");
    assert_eq!(server.open(), 1);
    client.command("LOGOUT");
}

#[test]
fn the_polite_imap_server_fetches_what_is_asked() {
    let server = HostileImap::script("");
    let uid = server.deliver(b"Subject: A\r\n b\r\nX: y\r\n\r\nText\r\n");
    let cases = [
        ("(UID RFC822.SIZE FLAGS)", "FLAGS () RFC822.SIZE 30)\r\n"),
        ("(BODY.PEEK[])", "BODY[] {30}\r\nSubject: A\r\n b\r\nX: y\r\n\r\nText\r\n)\r\n"),
        ("(BODY.PEEK[]<0.9>)", "BODY[]<0> {9}\r\nSubject: )\r\n"),
        (
            "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])",
            "BODY[HEADER.FIELDS (SUBJECT)] {18}\r\nSubject: A\r\n b\r\n\r\n)\r\n",
        ),
        ("(BODY.PEEK[TEXT])", "BODY[TEXT] {6}\r\nText\r\n)\r\n"),
    ];
    for (items, expected) in cases {
        let mut client = Raw::connect(server.port());
        client.line();
        let first = client.say(&format!("a UID FETCH {uid} {items}\r\n"));
        let mut all = first;
        while !all.contains("a OK") {
            all.push_str(&client.line());
        }
        let expected = format!("* 1 FETCH (UID {uid} {expected}a OK done\r\n");
        assert_eq!(all, expected, "{items}");
    }
}

#[test]
fn a_script_answers_where_it_says_and_is_polite_elsewhere() {
    let server = HostileImap::script(
        "MAILBOX 4\nCONNECTION\nC: * UID FETCH * BODY\nMAILS 2\nS: {tag} NO later\n\
         C: * NOOP\nLITERAL 90: short\nCLOSE\nCONNECTION\nS: * BYE busy\nCLOSE",
    );
    let mut client = ImapClient::connect(server.port());
    client.login("a", "b");
    assert_eq!(client.command("UID FETCH 101:104 (UID FLAGS)").len(), 4);
    let refused = client.attempt("UID FETCH 101:104 (UID BODY.PEEK[])").unwrap_err();
    assert_eq!(refused, "r3 NO later");
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client.command("NOOP")));
    assert!(broken.is_err(), "a literal that is shorter than announced");
    for _ in 0..2 {
        assert_eq!(Raw::connect(server.port()).line(), "* BYE busy\r\n", "the last part repeats");
    }
    assert_eq!(server.transcript().len(), 3);
}

#[test]
fn scripts_split_wait_repeat_stall_and_reset() {
    let server = HostileSmtp::script(
        "SPLIT 1\nS: 220 one\nWAIT 1\nC: MAIL\nREPEAT 3: 250-x\nRAW: 250 y\\r\\n\nC: RCPT\nRESET\n\
         CONNECTION\nSTALL",
    );
    let mut client = Raw::connect(server.port());
    assert_eq!(client.line(), "220 one\r\n");
    assert_eq!(client.say("MAIL FROM:<a@b.example>\r\n"), "250-x\r\n");
    let rest: Vec<_> = (0..3).map(|_| client.line()).collect();
    assert_eq!(rest, ["250-x\r\n", "250-x\r\n", "250 y\r\n"]);
    client.0.get_mut().write_all(b"RCPT TO:<a@b.example>\r\n").unwrap();
    let broken = client.0.read_line(&mut String::new()).unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::ConnectionReset);
    let mut stalled = Raw::connect(server.port());
    stalled.0.get_ref().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    stalled.0.get_mut().write_all(b"EHLO me\r\n").unwrap();
    assert!(stalled.0.read(&mut [0]).is_err(), "no answer");
    drop(stalled);
    wait_until("the stalled connection is over", PATIENCE, || server.open() == 0);
}

#[test]
fn the_polite_smtp_server_takes_mail() {
    let server = HostileSmtp::script("");
    let mut client = Raw::connect(server.port());
    assert!(client.line().starts_with("220 "));
    for (command, expected) in [
        ("HELO me\r\n", "250"),
        ("AUTH PLAIN AGEAYg==\r\n", "235"),
        ("AUTH PLAIN\r\n", "334"),
        ("AGEAYg==\r\n", "235"),
        ("MAIL FROM:<> SIZE=9\r\n", "250"),
        ("RCPT TO:<a@b.example>\r\n", "250"),
        ("DATA\r\n", "354"),
        ("Subject: x\r\n\r\n..dot\r\n.\r\n", "250"),
        ("FROBNICATE\r\n", "500"),
        ("QUIT\r\n", "221"),
    ] {
        let reply = client.say(command);
        assert!(reply.starts_with(expected), "{command:?}: {reply}");
    }
    assert_eq!(client.line(), "", "the end");
    let mails = server.mails();
    assert_eq!((mails.len(), mails[0].sender.as_str()), (1, ""));
    assert_eq!(mails[0].recipients, ["a@b.example"]);
    assert_eq!(mails[0].text(), "Subject: x\r\n\r\n.dot\r\n");
}

#[test]
fn mails_are_counted_over_commands_that_ask_for_one_each() {
    let fixture = "no-after-three-bodies";
    for (commands, bodies) in [(vec!["101:110"], 3), (vec!["101", "102", "103", "104"], 3)] {
        let server = HostileImap::fixture(fixture);
        let mut client = ImapClient::connect(server.port());
        client.login("a", "b");
        let answers = commands
            .iter()
            .map(|set| client.attempt(&format!("UID FETCH {set} (UID BODY.PEEK[])")));
        let answers: Vec<_> = answers.collect();
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        assert_eq!(refused, 1, "{answers:?}");
        let server = HostileImap::fixture(fixture);
        let mut raw = Raw::connect(server.port());
        let all: Vec<_> =
            commands.iter().map(|set| format!("t UID FETCH {set} (BODY.PEEK[])\r\n")).collect();
        raw.say(&all.concat());
        let mut before = 0;
        loop {
            let line = raw.line();
            if line.starts_with("t NO") {
                break;
            }
            before += usize::from(line.starts_with("Message-ID:"));
        }
        assert_eq!(before, bodies, "bodies before the NO");
    }
}

#[test]
fn the_tag_is_the_command_s_also_after_a_continuation() {
    let server = HostileImap::fixture("sasl-refused");
    let mut client = Raw::connect(server.port());
    client.line();
    for line in ["a7 AUTHENTICATE XOAUTH2\r\n", "dXNlcj1h\r\n"] {
        assert!(client.say(line).starts_with("+ "), "{line}");
    }
    assert!(client.say("\r\n").starts_with("a7 NO [AUTHENTICATIONFAILED]"));
    let server = HostileImap::fixture("idle-exists-before-plus");
    let mut client = Raw::connect(server.port());
    client.line();
    assert_eq!(client.say("a8 IDLE\r\n"), "* 2 EXISTS\r\n");
    assert_eq!((client.line(), client.line()), ("* 1 RECENT\r\n".into(), "+ idling\r\n".into()));
    assert_eq!(client.say("DONE\r\n"), "a8 OK done\r\n");
}

#[test]
fn idle_ends_with_done_also_when_the_script_began_it() {
    for script in ["MAILBOX 1", "MAILBOX 1\nC: * IDLE\nARRIVE\nS: * 2 EXISTS\nS: + idling"] {
        let server = HostileImap::script(script);
        let mut client = Raw::connect(server.port());
        client.line();
        let mut line = client.say("i IDLE\r\n");
        while !line.starts_with('+') {
            line = client.line();
        }
        assert_eq!(client.say("DONE\r\n"), "i OK done\r\n");
        assert_eq!(client.say("a AUTHENTICATE PLAIN\r\n"), "+ \r\n");
        assert_eq!(client.say("AGEAYg==\r\n"), "a OK done\r\n");
        assert_eq!(server.transcript()[0].len(), 4);
        assert_eq!(server.flags().len(), 1 + usize::from(script.contains("ARRIVE")));
    }
}

#[test]
fn starttls_can_be_done_with_injected_plain_text() {
    let imap = HostileImap::fixture("starttls-injected");
    let mut client = Raw::connect(imap.port());
    assert!(client.line().contains("STARTTLS"));
    assert_eq!(client.say("s STARTTLS\r\n"), "s OK begin\r\n");
    assert!(client.line().contains("INJECTED") && client.line().contains("BYE"));
    let mut tls = super::tls(client.0.into_inner(), imap.authority());
    tls.write_all(b"n NOOP\r\n").unwrap();
    let mut answer = [0; 4];
    tls.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"n OK");
    let server = HostileSmtp::script(
        "C: STARTTLS\nRAW: 220 go\\r\\n250 injected\\r\\n\nTLS\nC: EHLO\nS: 250 under tls",
    );
    let mut client = Raw::connect(server.port());
    client.line();
    assert_eq!(client.say("STARTTLS\r\n"), "220 go\r\n");
    let mut tls = super::tls(client.0.into_inner(), server.authority());
    tls.write_all(b"EHLO me\r\n").unwrap();
    let mut answer = [0; 15];
    tls.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"250 under tls\r\n");
    assert_eq!(server.transcript(), [["STARTTLS", "EHLO me"]]);
}

#[test]
fn every_fixture_is_a_script_that_says_what_must_hold() {
    let mut count = 0;
    for protocol in ["imap", "smtp"] {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(protocol);
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let purpose = text.lines().next().unwrap_or_default();
            assert!(purpose.starts_with("# ") && purpose.len() > 40, "{}", path.display());
            let script = Script::fixture(protocol, name);
            assert!(script != Script::parse(""), "{} does nothing", path.display());
            let port = match protocol {
                "imap" => HostileImap::fixture(name).port(),
                _ => HostileSmtp::fixture(name).port(),
            };
            // A moment longer where another test forks just now.
            wait_until("its server ends with its owner", PATIENCE, || !listens(port));
            count += 1;
        }
    }
    assert!(count >= 40, "only {count} fixtures were found");
}
