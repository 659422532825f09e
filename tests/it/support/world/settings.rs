//! The settings of a world that names no others.

use super::{OURS, REPORTS, SCHOOLS};
use crate::support::stores::Place;

/// Which addresses the offices have; the default office has none, so that its notices go to staff.
pub(super) const OFFICES: &str = r#"
[[office]]
id = "strade"
address = "strade@comune.example"
[[office]]
id = "impianti"
address = "impianti@comune.example"
[[office]]
id = "verde"
address = "verde@comune.example"
[[office]]
id = "edilizia"
address = "edilizia@comune.example"
"#;

/// Two mailboxes, read from their beginning.
pub(super) fn configuration(place: &Place) -> String {
    let dir = place.dir().display();
    let mailbox = |name: &str| {
        format!(
            "[[mailbox]]\nname = \"{name}\"\nkind = \"maildir\"\npath = \"{dir}/{name}\"\n\
             start = \"all\"\naddresses = [\"{name}@comune.example\"]\n"
        )
    };
    format!(
        "[organisation]\nname = \"Comune di Esempio\"\ndomains = [\"comune.example\"]\n\
         staff = [\"centrale@comune.example\"]\n[store]\nurl = \"{url}\"\n{reports}{schools}\
         [smtp]\nhost = \"localhost\"\ntls = \"none\"\nfrom = \"Centrale operativa <{OURS}>\"\n\
         [rules]\nfile = \"rules.toml\"\n",
        url = place.url,
        reports = mailbox(REPORTS),
        schools = mailbox(SCHOOLS),
    )
}
