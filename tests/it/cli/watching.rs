//! What a monitor sees of the daemon: health, readiness, metrics, alarms; and that it cannot hurt by looking.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use rustix::process::{Pid, Signal, kill_process};

use super::proving::tamper;
use super::site::Site;
use crate::support::mails::mail;
use crate::support::{PATIENCE, wait_until};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A place whose console listens on a port of its own.
fn with_console(site: &Site) -> u16 {
    let port = free_port();
    site.edit("[smtp]", &format!("[console]\nlisten = \"127.0.0.1:{port}\"\n[smtp]"));
    port
}

/// Status and body of a page; none while nobody listens.
fn page(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}

fn has_line(port: u16, line: &str) -> bool {
    page(port, "/metrics").is_some_and(|(_, text)| text.lines().any(|found| found == line))
}

fn alarms(site: &Site) -> Vec<String> {
    let status = site.sportello(&["status", "--format", "json"]).json();
    let alarms = status["alarms"].as_array().unwrap();
    alarms.iter().map(|alarm| alarm["name"].as_str().unwrap().to_owned()).collect()
}

fn said(site: &Site, piece: &str) -> usize {
    let log = fs::read_to_string(site.path("daemon.log")).unwrap();
    log.lines().filter(|line| line.contains(piece)).count()
}

/// The daemon says that it lives and works, and counts what it does; `status` says the same.
#[test]
fn a_monitor_sees_what_the_daemon_does() {
    for site in Site::both() {
        let port = with_console(&site);
        let _daemon = site.daemon();
        site.deliver("lamp", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
        wait_until("both letters left", PATIENCE, || {
            has_line(port, "sportello_letters_total{kind=\"acknowledgement\",outcome=\"sent\"} 1")
                && has_line(port, "sportello_outbox_letters{state=\"sent\"} 2")
        });
        for line in [
            "sportello_mails_unaccounted{mailbox=\"reports\"} 0",
            "sportello_mailbox_connected{mailbox=\"reports\"} 1",
            "sportello_mails_total{mailbox=\"reports\"} 1",
            "sportello_outbox_oldest_due_seconds 0.000",
            "sportello_tickets{status=\"received\"} 1",
            "sportello_lease_losses_total 0",
            "sportello_tasks_alive 1",
            "sportello_up 1",
        ] {
            assert!(has_line(port, line), "{line} in {:?}", page(port, "/metrics"));
        }
        assert_eq!(page(port, "/healthz"), Some((200, "ok\n".to_owned())));
        assert_eq!(page(port, "/readyz"), Some((200, "ready\n".to_owned())));
        assert_eq!(page(port, "/nowhere").unwrap().0, 404);
        let (_, text) = page(port, "/metrics").unwrap();
        assert!(!text.contains('@') && !text.contains("lampione"), "no person in {text}");
    }
}

/// A mailbox and a server that fail raise an alarm each, once, also across a restart; when they work again it is
/// over, once.
#[test]
fn an_alarm_is_raised_once_and_cleared_once() {
    for mut site in Site::both() {
        let port = with_console(&site);
        let nobody = free_port();
        let away = format!(
            "[[mailbox]]\nname = \"away\"\nhost = \"127.0.0.1\"\nport = {nobody}\ntls = \"none\"\n\
             username = \"away\"\npassword = \"away\"\n[smtp]"
        );
        site.edit("[smtp]", &away);
        let daemon = site.daemon();
        let wrong = "sportello_alarm{name=\"mailbox\"} 1";
        wait_until("the alarm stands", PATIENCE, || has_line(port, wrong));
        wait_until("it failed again", PATIENCE, || said(&site, "still cannot be used") >= 1);
        assert_eq!(said(&site, "the mailbox cannot be used"), 1, "said once");
        assert_eq!(alarms(&site), ["mailbox"]);
        drop(daemon);
        let before = said(&site, "still cannot be used");
        let daemon = site.daemon();
        let again = || said(&site, "still cannot be used") > before;
        wait_until("it failed again", PATIENCE, again);
        assert_eq!(said(&site, "the mailbox cannot be used"), 1, "a restart says nothing new");
        fs::rename(site.path("mail"), site.path("elsewhere")).unwrap();
        wait_until("the other fails too", PATIENCE, || alarms(&site) == ["mailbox", "mailbox"]);
        fs::rename(site.path("elsewhere"), site.path("mail")).unwrap();
        wait_until("it is over", PATIENCE, || alarms(&site) == ["mailbox"]);
        assert_eq!(said(&site, "the alarm is over"), 1);
        site.sink.stop();
        site.deliver("lamp", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
        wait_until("the server is missed", PATIENCE, || alarms(&site) == ["mailbox", "smtp"]);
        site.sink.start_again();
        wait_until("it is over", PATIENCE, || alarms(&site) == ["mailbox"]);
        drop(daemon);
    }
}

/// The server's alarm ends when the server answers, also when there is no letter left to send, and after a restart.
#[test]
fn an_alarm_of_the_server_ends_without_a_letter() {
    for mut site in Site::both() {
        with_console(&site);
        site.sink.stop();
        site.deliver("lamp", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
        let daemon = site.daemon();
        wait_until("the server is missed", PATIENCE, || alarms(&site) == ["smtp"]);
        let letters = site.sportello(&["outbox", "list", "--format", "json"]).rows();
        for letter in &letters {
            let id = letter["id"].to_string();
            wait_until("it is cancelled", PATIENCE, || {
                site.sportello(&["outbox", "cancel", &id]).code == 0
            });
        }
        drop(daemon);
        let _daemon = site.daemon();
        site.sink.start_again();
        wait_until("it is over", PATIENCE, || alarms(&site).is_empty());
        assert!(site.sink.mails().is_empty(), "nothing was sent");
    }
}

/// A port that another program holds costs the console alone: mail is taken in, and it is said.
#[test]
fn a_port_that_is_taken_costs_the_console_alone() {
    let site = Site::sqlite();
    let port = with_console(&site);
    let _other = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    let _daemon = site.daemon();
    site.deliver("lamp", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
    wait_until("the letters left", PATIENCE, || site.sink.mails().len() == 2);
    wait_until("it is said", PATIENCE, || alarms(&site) == ["console"]);
}

/// A thousand requests that are aborted in every stage leave no transaction open, and the daemon goes on.
#[test]
fn aborted_requests_leave_nothing_behind() {
    for site in Site::both() {
        let port = with_console(&site);
        let _daemon = site.daemon();
        wait_until("the console listens", PATIENCE, || page(port, "/healthz").is_some());
        let request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
        for n in 0..1_000 {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let sent = &request[..n % (request.len() + 1)];
            stream.write_all(sent).unwrap();
        }
        wait_until("it answers", PATIENCE, || page(port, "/readyz").is_some_and(|(s, _)| s == 200));
        if let Some(database) = site.database() {
            let idle = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND state = 'idle in transaction'";
            wait_until("no transaction is open", PATIENCE, || database.psql(idle) == "0");
        }
        tamper(&site, "UPDATE folder SET trouble = trouble");
        site.deliver("lamp", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
        wait_until("the letters left", PATIENCE, || site.sink.mails().len() == 2);
    }
}

/// Below the mark no mail is taken in and the letters go on; when there is room again the daemon goes on by
/// itself.
#[test]
fn a_full_disk_stops_intake_and_nothing_else() {
    let mut site = Site::sqlite();
    let port = with_console(&site);
    site.deliver("first", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
    site.sink.stop();
    site.sportello(&["run", "--once"]).failed(1);
    // More than any disk has: it is full.
    site.edit("[[mailbox]]", "stop_below_mib = 4294967295\n[[mailbox]]");
    let daemon = site.daemon();
    site.sink.start_again();
    site.deliver("second", &mail().text("In via Verdi 3 si è aperta una buca.").bytes());
    wait_until("the letters of the first left", PATIENCE, || site.sink.mails().len() == 2);
    wait_until("it is said", PATIENCE, || alarms(&site).contains(&"space".to_owned()));
    assert!(has_line(port, "sportello_alarm{name=\"space\"} 1"));
    assert_eq!(site.sportello(&["tickets", "list", "--format", "json"]).rows().len(), 1);
    site.edit("stop_below_mib = 4294967295\n", "stop_below_mib = 0\nstop_below_percent = 0\n");
    let pid = Pid::from_raw(i32::try_from(daemon.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::HUP).unwrap();
    wait_until("the second is answered", PATIENCE, || site.sink.mails().len() == 4);
    wait_until("it is over", PATIENCE, || !alarms(&site).contains(&"space".to_owned()));
}
