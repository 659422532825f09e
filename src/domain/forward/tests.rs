use super::*;

fn identity() -> Identity {
    Identity {
        addresses: vec!["segnalazioni@comune.example".to_owned()],
        domains: vec!["comune.example".to_owned()],
        staff: vec!["capo@impianti.example".to_owned()],
        ..Identity::default()
    }
}

fn person(address: &str) -> Address {
    Address { name: String::new(), address: address.to_owned() }
}

fn inner(author: &str, text: &str) -> Forwarded {
    Forwarded {
        author: person(author),
        subject: "buca".to_owned(),
        text: text.to_owned(),
        message_id: None,
    }
}

fn forward(from: &str, note: &str, forwarded: &[Forwarded]) -> Mail {
    Mail {
        from: Some(person(from)),
        subject: "I: buca".to_owned(),
        text: note.to_owned(),
        quoted: "Da: …".to_owned(),
        forwarded: forwarded.to_vec(),
        ..Mail::default()
    }
}

const REPORT: &str = "In via Roma c'è una buca pericolosa.";

const OWN: &str = "Nella scuola di via Po da tre giorni non funziona il riscaldamento e i bambini hanno freddo: serve un intervento.";

const COVER: &str = "Buongiorno, si inoltra per competenza la segnalazione pervenuta in data odierna a questo ufficio. Restiamo a disposizione per ogni chiarimento.";

/// What it is, who forwards, with which note, whose mails, and who is the requester then.
type Case<'a> = (&'a str, &'a str, &'a str, &'a [Forwarded], Option<&'a str>);

/// Who is taken for the requester of a forward, by forwarder, note and authors inside.
#[test]
fn the_requester_of_a_forward_is_who_reported() {
    let anna = inner("anna@x.it", REPORT);
    let ugo = inner("ugo@comune.example", "Per competenza.");
    let ours = inner("segnalazioni@comune.example", "Abbiamo ricevuto la segnalazione.");
    let robot = inner("noreply@x.it", REPORT);
    let nameless = inner("", REPORT);
    let cases: [Case<'_>; 12] = [
        (
            "a bare forward",
            "urp@comune.example",
            "",
            std::slice::from_ref(&anna),
            Some("anna@x.it"),
        ),
        (
            "a short note",
            "urp@comune.example",
            "Chi se ne occupa?",
            std::slice::from_ref(&anna),
            Some("anna@x.it"),
        ),
        (
            "a covering letter",
            "urp@sub.comune.example",
            COVER,
            std::slice::from_ref(&anna),
            Some("anna@x.it"),
        ),
        (
            "listed staff",
            "capo@impianti.example",
            "FYI",
            std::slice::from_ref(&anna),
            Some("anna@x.it"),
        ),
        (
            "a colleague who passed it on",
            "urp@comune.example",
            "",
            &[ugo.clone(), anna.clone()],
            Some("anna@x.it"),
        ),
        (
            "a colleague who reports",
            "urp@comune.example",
            "",
            &[inner("ugo@comune.example", OWN)],
            Some("ugo@comune.example"),
        ),
        ("a report of their own", "urp@comune.example", OWN, std::slice::from_ref(&anna), None),
        (
            "an answer",
            "urp@comune.example",
            "Risolto stamattina.",
            std::slice::from_ref(&anna),
            None,
        ),
        ("a stranger", "mallory@notcomune.example", "", std::slice::from_ref(&anna), None),
        ("a conversation with us", "urp@comune.example", "", &[ours, anna.clone()], None),
        ("a robot", "urp@comune.example", "", &[robot], None),
        ("a name alone", "urp@comune.example", "", &[nameless], None),
    ];
    check(&cases);
}

/// Words of passing on are whole words: what only looks like one leaves a report its writer's.
#[test]
fn a_note_is_read_by_whole_words() {
    let anna = inner("anna@x.it", REPORT);
    let meeting = inner("anna@x.it", "Ci vediamo alle 10 in sala giunta per la riunione.");
    check(&[
        (
            "moreover is no word of passing on",
            "urp@comune.example",
            "In via Po 3 è caduto un albero sul marciapiede, inoltre la panchina lì vicino è rotta e va sostituita.",
            std::slice::from_ref(&meeting),
            None,
        ),
        (
            "calls that were received",
            "urp@comune.example",
            "La caldaia della scuola Pascoli è in blocco, ho già ricevuto due telefonate: chiedo di verificare in giornata.",
            std::slice::from_ref(&meeting),
            None,
        ),
        (
            "a short report above something else",
            "urp@comune.example",
            "Il lampione di via Po 4 è spento.",
            std::slice::from_ref(&meeting),
            None,
        ),
        (
            "what somebody reported",
            "urp@comune.example",
            "Buongiorno, per favore rispondete direttamente alla signora in merito a quanto segnalato qui, cordiali saluti a tutti voi.",
            std::slice::from_ref(&anna),
            Some("anna@x.it"),
        ),
    ]);
}

fn check(cases: &[Case<'_>]) {
    let rules = RuleSet::parse("", "rules.toml").unwrap();
    for (name, from, note, forwarded, expected) in cases.iter().copied() {
        let unfolded = unfolded(&forward(from, note, forwarded), &identity(), &rules);
        let requester = unfolded.as_ref().and_then(|(mail, _)| mail.from.as_ref());
        assert_eq!(requester.map(|from| from.address.as_str()), expected, "{name}");
        if let Some((mail, passed)) = &unfolded {
            assert_eq!((passed.by.address.as_str(), passed.note.as_str()), (from, note), "{name}");
            assert_eq!(mail.subject, "buca", "{name}");
        }
    }
}

#[test]
fn a_subject_says_forward_in_many_languages() {
    for (subject, expected) in [
        ("I: buca", true),
        ("Fwd: buca", true),
        ("FW: R: buca", true),
        ("WG: Loch", true),
        ("R: I: buca", false),
        ("I:buca", false),
        ("Il lampione: spento", false),
    ] {
        assert_eq!(is_forward(subject), expected, "{subject}");
    }
}

/// A covering letter that only names what is below has no word of passing on, and passes on.
#[test]
fn a_covering_letter_may_name_what_is_below() {
    let note = "Si prega di intervenire con la massima sollecitudine per quanto sotto segnalato dal nostro utente, restiamo in attesa di cortese riscontro.";
    let mail = forward("urp@comune.example", note, &[inner("anna@x.it", REPORT)]);
    let (inside, passed) = unfolded(&mail, &identity(), &RuleSet::parse("", "rules.toml").unwrap())
        .expect("passed on");
    assert_eq!(inside.from.unwrap().address, "anna@x.it");
    assert_eq!(passed.by.address, "urp@comune.example");
}
