//! The real servers start, take a mail, fail as asked, and end.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use crate::support::imap_client::ImapClient;
use crate::support::proxy::{Mode, Proxy, Way};
use crate::support::servers::{Database, Dovecot, Postgres, SmtpSink, listens};
use crate::support::{PATIENCE, wait_until};

const MAIL: &[u8] = b"From: Anna <anna@example.org>\r\nSubject: Buca\r\n\r\nVia Roma 12\r\n";

#[test]
fn dovecot_shows_what_was_delivered_in_the_order_of_delivery() {
    let dovecot = Dovecot::start();
    for _ in 0..12 {
        dovecot.deliver("reports", MAIL);
    }
    let uids: Vec<u32> = dovecot.flags("reports").into_iter().map(|(uid, _)| uid).collect();
    assert_eq!(uids, (1..=12).collect::<Vec<_>>());
    assert_eq!(dovecot.count("reports"), 12);
    assert_eq!(dovecot.count("plants"), 0, "a mailbox for each user");
    let third = fs::read_dir(dovecot.maildir("reports").join("cur")).unwrap().count();
    assert_eq!(third, 12, "a session takes new mails into cur");
}

#[test]
fn dovecot_lets_a_person_read_move_and_delete() {
    let dovecot = Dovecot::start();
    for _ in 0..3 {
        dovecot.deliver("reports", MAIL);
    }
    dovecot.set_seen("reports", 1);
    dovecot.move_to("reports", 2, "Done");
    dovecot.expunge("reports", 3);
    assert_eq!(dovecot.flags("reports"), [(1, vec![r"\Seen".to_owned()])]);
    assert_eq!((dovecot.count("reports"), dovecot.count_in("reports", "Done")), (1, 1));
}

#[test]
fn dovecot_loses_its_uids_but_not_its_mails() {
    let mut dovecot = Dovecot::start();
    dovecot.deliver("reports", MAIL);
    dovecot.deliver("reports", MAIL);
    dovecot.expunge("reports", 1);
    let before = (dovecot.uidvalidity("reports"), dovecot.flags("reports"));
    assert_eq!(before.1, [(2, vec![])]);
    dovecot.reset_uidvalidity("reports");
    assert_ne!(dovecot.uidvalidity("reports"), before.0);
    assert_eq!(dovecot.flags("reports"), [(1, vec![])], "the same mail has a new UID");
}

#[test]
fn dovecot_changes_a_password_at_once() {
    let mut dovecot = Dovecot::start();
    dovecot.add_user("third", "one");
    let login = |dovecot: &Dovecot, password: &str| {
        ImapClient::connect(dovecot.port()).attempt(&format!("LOGIN third {password}")).is_ok()
    };
    for (set, other) in [("two", "one"), ("six", "two")] {
        dovecot.set_password("third", set);
        assert!(login(&dovecot, set), "{set} was set:\n{}", dovecot.log());
        assert!(!login(&dovecot, other), "{other} was replaced");
    }
}

#[test]
fn dovecot_without_keywords_says_so() {
    let dovecot = Dovecot::start();
    dovecot.deliver("reports", MAIL);
    let permanent = |user: &str| {
        let replies = dovecot.session(user).command("SELECT INBOX");
        replies.into_iter().find(|line| line.contains("PERMANENTFLAGS")).unwrap()
    };
    assert!(permanent("reports").contains(r"\*"), "{}", permanent("reports"));
    dovecot.disable_keywords("reports");
    assert!(!permanent("reports").contains(r"\*"), "{}", permanent("reports"));
    drop(dovecot.session("reports").attempt("UID STORE 1 +FLAGS (done)"));
    assert_eq!(dovecot.flags("reports"), [(1, vec![])]);
    assert!(permanent("plants").contains(r"\*"), "the other mailbox keeps them");
}

#[test]
fn dovecot_restarts_on_its_ports_and_ends_with_its_owner() {
    let mut dovecot = Dovecot::start();
    let ports = (dovecot.port(), dovecot.tls_port());
    dovecot.deliver("reports", MAIL);
    dovecot.restart();
    assert_eq!(ports, (dovecot.port(), dovecot.tls_port()));
    assert_eq!(dovecot.flags("reports").len(), 1);
    drop(dovecot);
    assert!(!listens(ports.0) && !listens(ports.1), "nothing listens any more");
}

#[test]
fn dovecot_speaks_tls_that_its_authority_vouches_for() {
    let dovecot = Dovecot::start();
    for (port, starttls) in [(dovecot.tls_port(), false), (dovecot.port(), true)] {
        let greeting = super::tls_greeting(port, dovecot.authority(), starttls);
        assert!(greeting.is_ok(), "{greeting:?}");
        let other = Dovecot::start();
        let refused = super::tls_greeting(port, other.authority(), starttls);
        assert!(refused.is_err(), "another authority does not vouch for it");
    }
}

/// Sends one mail by hand; gives the last reply, or nothing when the connection ended.
fn send(port: u16, sender: &str, recipients: &[&str], body: &[u8]) -> Option<String> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let mut stream = BufReader::new(stream);
    let mut commands =
        vec![String::new(), "HELO me\r\n".into(), format!("MAIL FROM:<{sender}>\r\n")];
    commands.extend(recipients.iter().map(|to| format!("RCPT TO:<{to}> NOTIFY=NEVER\r\n")));
    commands.push("DATA\r\n".into());
    let mut last = String::new();
    for command in commands {
        stream.get_mut().write_all(command.as_bytes()).ok()?;
        last = reply(&mut stream)?;
        if !last.starts_with(['2', '3']) {
            return Some(last);
        }
    }
    stream.get_mut().write_all(body).ok()?;
    if body.ends_with(b"\r\n.\r\n") {
        last = reply(&mut stream)?;
    }
    Some(last)
}

fn reply(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    (!line.is_empty()).then_some(line)
}

#[test]
fn smtp_sink_gives_back_envelope_and_bytes() {
    let sink = SmtpSink::start();
    assert_eq!(sink.mails(), []);
    let body = b"Subject: Hi\r\nX-Long: a\r\n b\r\n\r\n..dot\r\n\r\nend\r\n\r\n.\r\n";
    let accepted = send(sink.port(), "s@example.org", &["a@example.org", "b@example.org"], body);
    assert!(accepted.unwrap().starts_with("250"));
    send(sink.port(), "", &["c@example.org"], b"Subject: second\r\n\r\n.\r\n");
    let mut mails = sink.mails();
    mails.sort_by_key(|mail| mail.sender.is_empty());
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].sender, "s@example.org");
    assert_eq!(mails[0].recipients, ["a@example.org", "b@example.org"]);
    assert_eq!(mails[0].text(), "Subject: Hi\r\nX-Long: a\r\n b\r\n\r\n.dot\r\n\r\nend\r\n\r\n");
    assert_eq!(mails[0].header("x-long").as_deref(), Some("a b"));
    assert_eq!(mails[1].sender, "", "the null sender");
    sink.forget();
    assert_eq!(sink.mails(), []);
}

#[test]
fn smtp_sink_does_not_show_a_mail_before_its_dot() {
    let sink = SmtpSink::start();
    let half = [b"Subject: half\r\n\r\n".as_slice(), &b"0123456789\r\n".repeat(2_000)].concat();
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, sink.port())).unwrap();
    let mut stream = BufReader::new(stream);
    for command in ["", "HELO me\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<a@b.example>\r\n", "DATA\r\n"]
    {
        stream.get_mut().write_all(command.as_bytes()).unwrap();
        reply(&mut stream).unwrap();
    }
    stream.get_mut().write_all(&half).unwrap();
    assert_eq!(sink.mails(), [], "it is still being written");
    stream.get_mut().write_all(b".\r\n").unwrap();
    reply(&mut stream).unwrap();
    assert_eq!(sink.mails().len(), 1);
    assert_eq!(sink.mails()[0].raw, half);
}

#[test]
fn smtp_sink_fails_as_asked() {
    let body = b"Subject: x\r\n\r\n.\r\n";
    let cases = [
        (["-f", "RCPT"], Some("500"), 0),
        (["-r", "DATA"], Some("450"), 0),
        (["-Q", "MAIL"], Some("421"), 0),
        // The RFC 1047 window: taken, and the sender does not know.
        (["-q", "."], None, 1),
    ];
    for (options, expected, taken) in cases {
        let sink = SmtpSink::with(&options);
        let last = send(sink.port(), "s@example.org", &["a@example.org"], body);
        assert_eq!(last.as_deref().and_then(|line| line.get(..3)), expected, "{options:?}");
        wait_until("the dump is closed", PATIENCE, || sink.mails().len() == taken);
    }
}

#[test]
fn a_proxy_makes_the_window_between_dot_and_reply() {
    let sink = SmtpSink::start();
    let proxy = Proxy::to(sink.port());
    proxy.set(Mode::CutBehind(Way::Up, b"\r\n.\r\n".to_vec(), 1));
    let body = b"Subject: x\r\n\r\ntext\r\n.\r\n";
    assert_eq!(send(proxy.port(), "s@example.org", &["a@example.org"], body), None);
    wait_until("the mail is taken all the same", PATIENCE, || sink.mails().len() == 1);
}

#[test]
fn a_proxy_cuts_between_two_bodies() {
    let dovecot = Dovecot::start();
    for _ in 0..3 {
        dovecot.deliver("reports", MAIL);
    }
    let proxy = Proxy::to(dovecot.port());
    proxy.set(Mode::CutBehind(Way::Down, b"\r\n)\r\n".to_vec(), 2));
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
    let commands = "a LOGIN reports reports\r\nb SELECT INBOX\r\nc UID FETCH 1:3 BODY.PEEK[]\r\n";
    stream.write_all(commands.as_bytes()).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.matches("Via Roma 12\r\n)\r\n").count(), 2, "{all}");
    assert!(all.ends_with(")\r\n"), "on the border of an answer");
}

#[test]
fn smtp_sink_is_down_and_comes_back() {
    let mut sink = SmtpSink::start();
    let body = b"Subject: x\r\n\r\n.\r\n";
    send(sink.port(), "s@example.org", &["a@example.org"], body);
    sink.stop();
    assert!(!listens(sink.port()));
    assert_eq!(sink.mails().len(), 1, "what it took stays");
    sink.start_again();
    send(sink.port(), "s@example.org", &["a@example.org"], body);
    assert_eq!(sink.mails().len(), 2);
}

#[test]
fn postgres_gives_each_test_a_database_of_its_own() {
    let server = Postgres::shared();
    let (one, two) = (server.database(), server.database());
    assert_ne!(one.url, two.url);
    one.psql("CREATE TABLE t (n BIGINT)");
    one.psql("INSERT INTO t VALUES (1), (2)");
    assert_eq!(one.psql("SELECT sum(n) FROM t"), "3");
    assert_eq!(two.psql("SELECT count(*) FROM pg_tables WHERE tablename = 't'"), "0");
    one.cut_sessions();
    let name = one.url.rsplit('/').next().unwrap().to_owned();
    drop(one);
    let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(two.psql(&left), "0", "a database goes with its test");
}

#[test]
fn postgres_restarts_with_its_data() {
    let server = Postgres::start();
    let database: Database = server.database();
    assert_ne!(server.url(), database.url);
    database.psql("CREATE TABLE t (n BIGINT)");
    database.psql("INSERT INTO t VALUES (7)");
    server.stop();
    assert!(std::panic::catch_unwind(|| database.psql("SELECT 1")).is_err(), "it is down");
    server.start_again();
    assert_eq!(database.psql("SELECT n FROM t"), "7");
}
