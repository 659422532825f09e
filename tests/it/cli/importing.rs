//! `import`: old mail from files, told once, without letters.

use super::site::Site;
use crate::support::mails::mail;

fn report(n: usize) -> Vec<u8> {
    mail()
        .from(&format!("resident{n}@resident.example"))
        .message_id(&format!("<{n}@resident.example>"))
        .subject("Lampione")
        .header("Received", "from a by b; Mon, 2 Mar 2026 10:00:00 +0100")
        .text(&format!("Il lampione di via Roma {n} è spento."))
        .bytes()
}

/// eml, mbox, Maildir and a directory give each mail once; a second time nothing; no letter is written.
#[test]
fn every_kind_of_file_is_taken_in_once_and_without_letters() {
    for site in Site::both() {
        site.write("one.eml", report(1));
        let mut mbox = Vec::new();
        for n in [2, 3] {
            mbox.extend_from_slice(b"From resident Mon Mar  2 10:00:00 2026\n");
            mbox.extend_from_slice(&report(n));
            mbox.extend_from_slice(b"\n");
        }
        site.write("old.mbox", &mbox);
        site.write("Old/new/1.a", report(4));
        site.write("Old/cur/2.a:2,S", report(5));
        site.write("folder/a.eml", report(6));
        site.write("folder/b.eml", report(1));
        let paths = ["one.eml", "old.mbox", "Old", "folder"].map(|name| site.path(name));
        let mut args = vec!["import"];
        args.extend(paths.iter().filter_map(|path| path.to_str()));
        let first = site.sportello(&args);
        assert!(first.ok().contains("6 imported, 1 already known"), "{first:#?}");
        let second = site.sportello(&args);
        assert!(second.ok().contains("0 imported, 7 already known"), "{second:#?}");
        let rows = site.sportello(&["tickets", "list", "--format", "json"]).rows();
        assert_eq!(rows.len(), 6);
        assert!(
            rows.iter().all(|row| row["received_at"] == "2026-03-02T09:00:00.000Z"),
            "the top Received says when it came: {rows:#?}"
        );
        assert!(site.sportello(&["outbox", "list", "--format", "json"]).rows().is_empty());
        assert!(site.sink.mails().is_empty());
    }
}

/// `--letters` is the asking: then each is answered as new mail is.
#[test]
fn letters_are_written_when_asked_for() {
    for site in Site::both() {
        let path = site.write("one.eml", report(1));
        site.sportello(&["import", "--letters", path.to_str().unwrap()]).ok();
        site.sportello(&["run", "--once"]).ok();
        let mut to: Vec<String> =
            site.sink.mails().into_iter().flat_map(|mail| mail.recipients).collect();
        to.sort();
        assert_eq!(to, ["ced@town.example", "resident1@resident.example"]);
    }
}

/// A path that is not there is a wrong call: nothing is imported, not even what stands before it.
#[test]
fn a_missing_path_imports_nothing() {
    let site = Site::sqlite();
    let (good, bad) = (site.write("one.eml", report(1)), site.path("nowhere"));
    let said = site.sportello(&["import", good.to_str().unwrap(), bad.to_str().unwrap()]);
    assert!(said.failed(2).contains("nowhere"), "{said:#?}");
    assert!(site.has_no_store());
}
