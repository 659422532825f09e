//! Whole mails that pretend to come from staff: none of them may give orders, whatever stands in them.

use sportello::domain::trust::{Doubt, Policy, Trust, trust};
use sportello::parse::parse;

const OURS: &str = "mx.comune.example";

/// The whole mail, each line ended as on the wire.
fn raw(lines: &[&str]) -> Vec<u8> {
    let mut text = lines.join("\r\n");
    for after in ["", "#chiudi", ""] {
        text.push_str("\r\n");
        text.push_str(after);
    }
    text.into_bytes()
}

/// How far a mail is trusted that answers a letter of ours, by the address that it is believed to come from.
fn judged(raw: &[u8], token: bool) -> Trust {
    let mail = parse(raw);
    let author = mail.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
    let on_roster = ["ced@comune.example", "luce@posta.example"].contains(&author.as_str());
    let policy = Policy { authserv_id: Some(OURS.to_owned()), required: true };
    trust(&mail, on_roster, token, &policy)
}

const RECEIVED: &str = "Received: from x by mx.comune.example; Mon, 23 Nov 2026 10:00:00 +0100";
const PASS: &str = "Authentication-Results: mx.comune.example;\r\n\tdmarc=pass (p=REJECT)\r\n\theader.from=comune.example";
const POSTA: &str =
    "Authentication-Results: mx.comune.example; dmarc=pass header.from=posta.example";
const EVIL: &str = "Authentication-Results: mx.comune.example; dmarc=pass header.from=evil.example";
const FAIL: &str =
    "Authentication-Results: mx.comune.example; dmarc=fail header.from=comune.example";
const ALIEN: &str =
    "Authentication-Results: mx.evil.example; dmarc=pass header.from=comune.example";
const CED: &str = "From: CED <ced@comune.example>";

#[test]
fn the_genuine_mail_orders() {
    assert_eq!(judged(&raw(&[PASS, RECEIVED, CED]), true), Trust::Full);
    let folded = [
        "Delivered-To: x@comune.example",
        "AUTHENTICATION-RESULTS: MX.COMUNE.EXAMPLE 1; SPF=FAIL (x)\r\n\tSMTP.MAILFROM=b@x.example;\r\n DMARC=PASS HEADER.FROM=COMUNE.EXAMPLE",
        RECEIVED,
        ALIEN,
        "From: \"CED@Comune.example\" <Ced@Comune.Example>",
    ];
    assert_eq!(judged(&raw(&folded), true), Trust::Full);
}

#[test]
fn a_forged_mail_never_orders() {
    let (nothing, failed) = (Trust::Confirm(Doubt::NoResult), Trust::Confirm(Doubt::Failed));
    let via = ["X-Original-From: Luce <luce@posta.example>", "Reply-To: Luce <luce@posta.example>"];
    let encoded = "Authentication-Results: mx.comune.example; spf=pass smtp.mailfrom==?utf-8?Q?x;_dmarc=3Dpass_header.from=3Dcomune.example?=";
    for (case, lines, expected) in [
        ("no result", vec![RECEIVED, CED], nothing),
        ("failed", vec![FAIL, RECEIVED, CED], failed),
        ("forged below the server's", vec![FAIL, RECEIVED, PASS, CED], failed),
        ("forged under another name", vec![RECEIVED, ALIEN, CED], nothing),
        ("another server's above ours", vec![ALIEN, PASS, RECEIVED, CED], nothing),
        ("result for another domain", vec![EVIL, RECEIVED, CED], failed),
        ("two From, ours first", vec![EVIL, RECEIVED, CED, "From: x@evil.example"], failed),
        ("two From, ours last", vec![PASS, RECEIVED, "From: x@evil.example", CED], Trust::Stranger),
        ("two From, both passed", vec![PASS, RECEIVED, CED, "From: x@evil.example"], failed),
        ("two authors", vec![PASS, RECEIVED, "From: ced@comune.example, x@evil.example"], failed),
        (
            "the name pretends",
            vec![EVIL, RECEIVED, "From: \"ced@comune.example\" <x@evil.example>"],
            Trust::Stranger,
        ),
        (
            "the name pretends, encoded",
            vec![PASS, RECEIVED, "From: =?utf-8?q?x=40evil.example?= <ced@comune.example>"],
            failed,
        ),
        (
            "a list of the same provider",
            [&[POSTA, RECEIVED, "From: Luce via X <x@posta.example>"], &via[..]].concat(),
            failed,
        ),
        (
            "the answer goes elsewhere",
            vec![FAIL, RECEIVED, CED, "Reply-To: x@evil.example"],
            failed,
        ),
        (
            "Sender is no author",
            vec![EVIL, RECEIVED, "From: x@evil.example", "Sender: ced@comune.example"],
            Trust::Stranger,
        ),
        ("encoded word in the result", vec![encoded, RECEIVED, CED], nothing),
        ("result in the body", vec![RECEIVED, CED, "", PASS], nothing),
        (
            "result behind a broken line",
            vec![FAIL, RECEIVED, CED, "no field at all", PASS, "To: x@comune.example"],
            failed,
        ),
        (
            "result in the subject",
            vec![
                RECEIVED,
                CED,
                "Subject: x\r\n Authentication-Results: mx.comune.example; dmarc=pass header.from=comune.example",
            ],
            nothing,
        ),
        (
            "result in ARC",
            vec![
                RECEIVED,
                "ARC-Authentication-Results: i=1; mx.comune.example; dmarc=pass header.from=comune.example",
                CED,
            ],
            nothing,
        ),
    ] {
        assert_eq!(judged(&raw(&lines), true), expected, "{case}");
    }
    assert_eq!(judged(&raw(&[PASS, RECEIVED, CED]), false), Trust::Confirm(Doubt::NoToken));
}

/// Anybody can write an envelope of certified mail: its own results say nothing of the author inside.
#[test]
fn certified_mail_is_confirmed() {
    let envelope = |outer: &str, results: &str, inside: &str| {
        raw(&[
            results,
            RECEIVED,
            "X-Trasporto: posta-certificata",
            outer,
            "Subject: POSTA CERTIFICATA: x",
            "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "Content-Type: message/rfc822",
            "",
            inside,
            "From: luce@posta.example",
            "Subject: x",
            "",
            "#chiudi",
            "--b--",
        ])
    };
    let provider = "From: \"Per conto di: luce@posta.example\" <certificata@posta.example>";
    let elsewhere = "From: \"Per conto di: luce@posta.example\" <certificata@evil.example>";
    for (outer, results, inside, expected) in [
        (provider, POSTA, "To: x@comune.example", Doubt::Failed),
        (elsewhere, EVIL, "To: x@comune.example", Doubt::Failed),
        (elsewhere, "To: x@comune.example", POSTA, Doubt::Failed),
        ("From: luce@posta.example", "To: x@comune.example", POSTA, Doubt::NoResult),
    ] {
        let raw = envelope(outer, results, inside);
        assert_eq!(parse(&raw).from.unwrap().address, "luce@posta.example");
        assert_eq!(judged(&raw, true), Trust::Confirm(expected), "{outer} {results}");
    }
}
