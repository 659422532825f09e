//! When the mail to ourselves does not come back, somebody hears of it by another way than mail, once.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc;
use std::thread;

use super::site::Site;
use crate::support::{PATIENCE, wait_until};

/// A monitor that takes POSTs and hands their bodies over.
fn monitor() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 64 * 1024];
            let mut length = 0;
            // The body is one line of JSON, and its end is the request's.
            while !request[..length].ends_with(b"}") {
                let read = stream.read(&mut request[length..]).unwrap();
                assert!(read > 0, "a whole request");
                length += read;
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            if told.send(request).is_err() {
                return;
            }
        }
    });
    (port, heard)
}

#[test]
fn a_lost_test_mail_is_told_by_another_way() {
    let site = Site::sqlite();
    let (port, heard) = monitor();
    let syslog = UnixDatagram::bind(site.path("log")).unwrap();
    syslog.set_read_timeout(Some(PATIENCE)).unwrap();
    site.edit(
        "[smtp]",
        &format!(
            "[console]\nlisten = \"127.0.0.1:0\"\n\
             [canary]\nevery = \"1s\"\nlate_after = \"3s\"\n\
             alarm_webhook = \"http://127.0.0.1:{port}/hook?token=secret\"\nsyslog = \"{}\"\n[smtp]",
            site.path("log").display()
        ),
    );
    let _daemon = site.daemon();
    let raised = heard.recv_timeout(PATIENCE).expect("the monitor is told");
    assert!(raised.starts_with("POST /hook?token=secret HTTP/1.1\r\n"), "{raised}");
    assert!(
        raised.contains("\"state\":\"raised\"") && raised.contains("did not come back"),
        "{raised}"
    );
    let mut line = [0; 1_024];
    let length = syslog.recv(&mut line).expect("syslog is told");
    assert!(line[..length].starts_with(b"<25>sportello: "));
    // From now on what leaves comes back.
    let mut back = site.sink.mails().len();
    let mut cleared = None;
    wait_until("the monitor is told that it is over", PATIENCE, || {
        let mails = site.sink.mails();
        for mail in &mails[back..] {
            site.deliver(&format!("canary-{back}"), &mail.raw);
            back += 1;
        }
        cleared = heard.try_recv().ok();
        cleared.is_some()
    });
    let cleared = cleared.unwrap();
    assert!(cleared.contains("\"state\":\"cleared\""), "one alarm, one end: {cleared}");
    let log = std::fs::read_to_string(site.path("daemon.log")).unwrap();
    assert!(!log.contains("token=secret"), "the token is no business of the log");
    let tickets = site.sportello(&["tickets", "list", "--format", "json"]).rows();
    assert!(tickets.is_empty(), "{tickets:?}");
}
