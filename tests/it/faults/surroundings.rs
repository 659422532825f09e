//! What surrounds the process: the clock, the resolver, the network, its own configuration.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;

use super::ground::Ground;
use crate::real::program::Program;
use crate::real::site::{Engine, Site, report};
use crate::support::servers::is_root;
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    f32_a_clock_that_jumps_a_day_either_way
    f34_a_bad_configuration_on_reload
}

/// Where Debian puts the library of its package `faketime`, below the folder of the architecture.
fn faketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("a system").flatten();
    let library = folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file());
    library.unwrap_or_else(|| panic!("libfaketime is not installed: apt-get install faketime"))
}

/// Promise: a clock that jumps a day forward or back holds up no mail and no letter, also not one that
/// waits for its next attempt, and sends none twice.
fn f32_a_clock_that_jumps_a_day_either_way(engine: Engine) {
    let mut site = Site::new(engine);
    (site.settings.idle, site.settings.poll) = (true, "10m");
    let library = faketime();
    let time = site.write_file("clock", "+0\n");
    let environment = [
        ("LD_PRELOAD", library.as_path()),
        ("FAKETIME_TIMESTAMP_FILE", time.as_path()),
        ("FAKETIME_NO_CACHE", Path::new("1")),
        ("FAKETIME_DONT_FAKE_MONOTONIC", Path::new("1")),
        // systemd wants to hear of it three times in this many microseconds.
        ("WATCHDOG_USEC", Path::new("600000")),
    ];
    let mut program = Program::serve_with(&site, &environment);
    let jumps = ["+86400\n", "+0\n", "-86400\n", "+0\n"];
    for (n, jump) in jumps.iter().enumerate() {
        // A letter that is to be tried again in a minute when the clock jumps.
        site.sink.start_again_with(&["-r", "RCPT"]);
        site.deliver(&report(2 * n + 1));
        wait_until("an attempt", PATIENCE, || {
            site.letters().iter().any(|letter| letter.state == "due" && letter.attempts > 0)
        });
        site.write_file("clock", jump);
        site.sink.start_again();
        site.deliver(&report(2 * n + 2));
        site.wait_for_sent(2 * n + 2);
    }
    assert!(!program.log().contains("does not get on"), "a day that is skipped is no silence");
    assert!(program.is_alive(), "{}", program.log());
    program.stop();
    Ground::of(&site).assert_invariants(&site);
}

/// A server that takes no connection and refuses none: its queue is full.
struct BlackHole {
    port: u16,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    fn open() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = socket.expect("a socket");
        let any = std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).expect("a free port");
        socket.listen(0).expect("a listener");
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().expect("an address");
        let soon = Duration::from_millis(200);
        let waiting = std::iter::from_fn(|| TcpStream::connect_timeout(&address, soon).ok());
        Self { port: address.port(), _waiting: waiting.collect(), _listener: listener }
    }
}

/// Longer than the daemon waits for a connection.
const GIVEN_UP: Duration = Duration::from_secs(40);

/// One mailbox cannot be reached; the other must not notice.
fn other_mailbox_is_served(site: &Site, program: &mut Program) {
    for n in 1..=3 {
        site.deliver(&report(n));
        site.wait_for_sent(n);
    }
    wait_until("the trouble is noted", GIVEN_UP, || {
        program.log().contains("plants") && program.log().contains("the mailbox cannot be used")
    });
    let threads = fs::read_dir(format!("/proc/{}/task", program.pid())).expect("threads").count();
    assert!(threads < 60, "{threads} threads");
    let handles = fs::read_dir(format!("/proc/{}/fd", program.pid())).expect("handles").count();
    assert!(handles < 200, "{handles} handles");
    assert!(program.is_alive(), "{}", program.log());
}

/// Promise: a resolver that never answers, a name that does not exist and a host that swallows packets
/// hold up their own mailbox alone.
#[test]
fn f33_names_and_hosts_that_do_not_answer() {
    let silent = UdpSocket::bind((Ipv4Addr::new(127, 0, 53, 33), 53));
    let resolver = match &silent {
        Ok(_) => "127.0.53.33",
        // Without the right to that port nobody answers there either.
        Err(_) => "192.0.2.1",
    };
    for (host, port) in [("imap.town.invalid", None), ("127.0.0.1", Some(BlackHole::open()))] {
        let mut site = Site::new(Engine::Sqlite);
        site.settings.users = vec!["reports", "plants"];
        site.settings.elsewhere = Some(("plants", host, port.as_ref().map(|hole| hole.port)));
        let lines = format!("nameserver {resolver}\noptions timeout:1 attempts:2\n");
        let file = site.write_file("resolv.conf", &lines);
        let mount = format!("mount --bind '{}' /etc/resolv.conf && exec \"$@\"", file.display());
        let namespace = if is_root() { "-m" } else { "-rm" };
        let runner = ["unshare", namespace, "sh", "-c", &mount, "sh"];
        let mut program = Program::start_under(&runner, &site, &[]);
        program.wait_until_it_serves();
        other_mailbox_is_served(&site, &mut program);
        program.stop();
        Ground::of(&site).assert_invariants(&site);
    }
}

/// A street register with one street.
fn register(street: &str) -> String {
    format!("DUG;DUF;CodiceVia\nVIA;{street};1\n")
}

/// Promise: whatever is wrong in the files that SIGHUP reads, the old configuration stays and mail goes
/// on; when they are right, all of them are read again, the street register too.
fn f34_a_bad_configuration_on_reload(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.more = "[places]\nregister = \"viario.csv\"\n";
    site.write_file("viario.csv", &register("GIUSEPPE MAZZINI"));
    let mut program = Program::serve(&site);
    let good = site.toml();
    let mut mails = 0;
    let mut street_of_next = |program: &Program| {
        mails += 1;
        site.deliver(
            &report(mails).text("In via Garibaldi 12 c'è una buca pericolosa nell'asfalto."),
        );
        site.wait_for_sent(mails);
        assert!(program.log().contains("serving"));
        let ticket = site.tickets().pop().expect("a ticket");
        ticket.facts.place.and_then(|place| place.official)
    };
    let before = street_of_next(&program);
    let bad = [
        "[organisation\nname = ".to_owned(),
        format!("{good}\n[nonsense]\n"),
        good.replace("viario.csv", "nowhere.csv"),
        good.replace("store.db", "other.db").replace("/test_", "/other_"),
    ];
    for (times, text) in bad.iter().enumerate() {
        site.write_file("sportello.toml", text);
        program.signal(Signal::HUP);
        wait_until("the fault is said", PATIENCE, || {
            program.log().matches("stays").count() == times + 1
        });
    }
    assert_eq!(street_of_next(&program), before, "the old register");
    site.write_file("viario.csv", &register("GIUSEPPE GARIBALDI"));
    site.write_configuration();
    program.signal(Signal::HUP);
    wait_until("it is read again", PATIENCE, || program.log().contains("was read again"));
    let after = street_of_next(&program);
    assert!(after.as_deref().is_some_and(|street| street.contains("GARIBALDI")), "{after:?}");
    assert!(program.is_alive(), "it is the same process");
    program.stop();
    Ground::of(&site).assert_invariants(&site);
}
