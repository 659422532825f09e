use super::*;
use crate::domain::mail::{Address, Header};

const OURS: &str = "mx.comune.example";

fn mail(results: &[&str]) -> Mail {
    let author = "ced@comune.example".to_owned();
    let header = |value: &&str| Header {
        name: "authentication-results".to_owned(),
        value: (*value).to_owned(),
    };
    Mail {
        from_addresses: vec![author.clone()],
        from: Some(Address { name: "CED".to_owned(), address: author }),
        headers: results.iter().map(header).collect(),
        ..Mail::default()
    }
}

/// What speaks against `ced@comune.example`, whose server wrote these fields, the newest first.
#[test]
fn only_an_aligned_pass_of_the_pinned_server_counts() {
    let pass = "mx.comune.example; dmarc=pass header.from=comune.example";
    let (nothing, failed) = (Some(Doubt::NoResult), Some(Doubt::Failed));
    for (results, expected) in [
        (vec![pass], None),
        (vec![], nothing),
        (vec!["mx.comune.example; none"], nothing),
        (vec!["mx.comune.example"], nothing),
        (vec!["MX.Comune.Example 1 ; DMARC = PASS Header.From=COMUNE.example"], None),
        (vec!["\"mx.comune.example\" 1; dmarc/1=pass header . from=\"comune.example\""], None),
        (
            vec![
                "(a (b \\) c)) mx.comune.example (x); dmarc=pass (p=none) header.from=ced@comune.example.",
            ],
            None,
        ),
        (
            vec![
                "mx.comune.example; spf=fail smtp.mailfrom=x@evil.example; dkim=pass header.d=comune.example; dmarc=pass policy.dmarc=reject header.from=comune.example",
            ],
            None,
        ),
        (vec!["mx.comune.example; dkim=pass header.d=comune.example", pass], None),
        (
            vec![
                "mx.comune.example; spf=pass smtp.mailfrom=ced@comune.example; dkim=pass header.d=comune.example",
            ],
            nothing,
        ),
        (vec!["mx.comune.example; dmarc=none header.from=comune.example"], nothing),
        (vec!["mx.comune.example; dmarc=temperror header.from=comune.example"], nothing),
        (vec!["mx.comune.example; dmarc=pass"], nothing),
        (vec!["mx.comune.example; dmarc=fail header.from=comune.example"], failed),
        (vec!["mx.comune.example; dmarc=softfail header.from=comune.example"], failed),
        (vec!["mx.comune.example; dmarc=policy header.from=comune.example"], failed),
        (vec!["mx.comune.example; dmarc=passed header.from=comune.example"], failed),
        (vec!["mx.comune.example; dmarc=pass header.from=evil.example"], failed),
        (vec!["mx.comune.example; dmarc=pass header.from=ufficio.comune.example"], failed),
        (vec!["mx.comune.example; dmarc=pass header.from=evilcomune.example"], failed),
        (vec!["mx.comune.example; dmarc=pass header.from=example"], failed),
        (
            vec![
                "mx.comune.example; dmarc=pass header.from=comune.example header.from=evil.example",
            ],
            failed,
        ),
        (
            vec![
                "mx.comune.example; dmarc=fail header.from=evil.example; dmarc=pass header.from=comune.example",
            ],
            failed,
        ),
        (vec![pass, "mx.comune.example; dmarc=fail header.from=comune.example"], failed),
    ] {
        assert_eq!(doubt(&mail(&results), OURS), expected, "{results:#?}");
        assert_eq!(dmarc_passes(&mail(&results), OURS), expected.is_none());
    }
}

/// Another server's fields, and words of a sender that pretend to be results.
#[test]
fn what_others_wrote_counts_nothing() {
    let pass = "mx.comune.example; dmarc=pass header.from=comune.example";
    for results in [
        vec!["mx.evil.example; dmarc=pass header.from=comune.example"],
        vec!["mx.comune.example.evil.example; dmarc=pass header.from=comune.example"],
        vec!["mx.evil.example; dmarc=fail header.from=comune.example", pass],
        vec!["dmarc=pass header.from=comune.example", pass],
        vec!["mx.comune.example x; dmarc=pass header.from=comune.example"],
        vec!["(mx.comune.example; dmarc=pass header.from=comune.example"],
        vec!["mx.comune.example; spf=fail (x; dmarc=pass header.from=comune.example"],
        vec!["mx.comune.example; spf=pass reason=\"; dmarc=pass header.from=comune.example\""],
        vec![
            "mx.comune.example; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=comune.example\"@evil.example",
        ],
        vec!["mx.comune.example; spf=pass reason=\"\\\"; dmarc=pass header.from=comune.example\""],
        vec!["mx.comune.example; spf=pass smtp.mailfrom=a=dmarc=pass@evil.example"],
        vec!["mx.comune.example; x-dmarc=pass header.from=comune.example"],
        vec!["mx.comune.example; \"\"dmarc=pass header.from=comune.example"],
    ] {
        assert_eq!(doubt(&mail(&results), OURS), Some(Doubt::NoResult), "{results:#?}");
    }
}

#[test]
fn a_parent_domain_speaks_for_its_children() {
    let mut mail = mail(&["mx.comune.example; dmarc=pass header.from=comune.example"]);
    mail.from = Some(Address { name: String::new(), address: "ced@Strade.comune.example".into() });
    mail.from_addresses = vec!["ced@strade.comune.example".to_owned()];
    assert!(dmarc_passes(&mail, OURS));
}

#[test]
fn orders_need_roster_token_and_dmarc() {
    let pass = mail(&["mx.comune.example; dmarc=pass header.from=comune.example"]);
    let fail = mail(&["mx.comune.example; dmarc=fail header.from=comune.example"]);
    let two = {
        let from_addresses = vec!["ced@comune.example".to_owned(), "x@evil.example".to_owned()];
        Mail { from_addresses, ..pass.clone() }
    };
    let pinned = Policy { authserv_id: Some(OURS.to_owned()), required: true };
    let unpinned = Policy { authserv_id: None, required: true };
    let intranet = Policy { authserv_id: None, required: false };
    for (mail, roster, token, policy, expected) in [
        (&pass, true, true, &pinned, Trust::Full),
        (&pass, true, false, &pinned, Trust::Confirm(Doubt::NoToken)),
        (&pass, false, true, &pinned, Trust::Stranger),
        (&fail, true, true, &pinned, Trust::Confirm(Doubt::Failed)),
        (&fail, true, false, &pinned, Trust::Confirm(Doubt::Failed)),
        (&fail, false, false, &intranet, Trust::Stranger),
        (&pass, true, true, &unpinned, Trust::Confirm(Doubt::NoResult)),
        (&two, true, true, &pinned, Trust::Confirm(Doubt::Failed)),
        (&fail, true, true, &intranet, Trust::Full),
        (&fail, true, false, &intranet, Trust::Confirm(Doubt::NoToken)),
        (&two, true, true, &intranet, Trust::Confirm(Doubt::Failed)),
    ] {
        assert_eq!(trust(mail, roster, token, policy), expected, "{roster} {token} {policy:?}");
    }
}

#[test]
fn a_hostile_field_is_read_in_its_length() {
    for filler in ["(", "\"", ";", "=", "a=", "\\", "mx.comune.example;"] {
        let field = format!("mx.comune.example; {}", filler.repeat(1 << 16));
        assert!(!dmarc_passes(&mail(&[&field]), OURS));
    }
}
