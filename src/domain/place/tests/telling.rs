use super::*;

#[test]
fn the_place_of_the_matter_comes_before_the_writers_home() {
    let text = "Abito in via Po 3.\nIl lampione di via Verdi è spento.";
    assert_eq!(place("", text, "", &Gazetteer::default()).unwrap().text, "via Verdi");
    let found =
        place("buca via Dante 8", "Io passo da via Po ogni giorno", "", &Gazetteer::default())
            .unwrap();
    assert_eq!(found.text, "via Dante 8");
}

/// The text of the place of a mail that was decided by these words.
fn decided(text: &str, because: &[&str]) -> Option<String> {
    let because: Vec<String> = because.iter().map(|word| (*word).to_owned()).collect();
    let mail = Mail { text: text.to_owned(), ..Mail::default() };
    of_mail(&mail, &because, &Gazetteer::default()).map(|place| place.text)
}

#[test]
fn the_street_of_the_sentence_that_decided_comes_first() {
    let text = "C'è una buca in via Roma 3. Il lampione di via Po è spento.";
    assert_eq!(decided(text, &["lampione"]).as_deref(), Some("via Po"));
    assert_eq!(decided(text, &["buca"]).as_deref(), Some("via Roma 3"));
    assert_eq!(decided(text, &[]).as_deref(), Some("via Roma 3"));
    let text = "Il lampione di via Roma è spento. È in via Roma 12, davanti al bar.";
    assert_eq!(decided(text, &["lampione"]).as_deref(), Some("via Roma 12"));
}

#[test]
fn the_writers_own_address_comes_last() {
    for text in [
        "Sono residente a Reggio, in via Verdi 3. Il lampione di via Po è spento.",
        "Domicilio: via Verdi 3\nIl lampione di via Po è spento.",
        "Lavoro in via Verdi 12 e vedo che il lampione di via Po è spento.",
        "Come in via Verdi 3, anche in via Po il lampione è spento.",
        "Mario Rossi - via Verdi 3 - tel. 0522 123456\nSegnalo lampione spento in via Po",
        "Sono Mario Rossi, via Verdi 3. Il lampione di via Po è spento",
        "Grazie per il lampione di via Verdi 3. Ora è spento quello di via Po",
        "La luce di via Verdi 3 funziona, finalmente. Quella di via Po è spenta",
        "I live in via Verdi 3. The lamp in via Po is broken",
        "J'habite via Verdi 3. Le lampadaire de via Po est éteint",
        "Ich wohne in der via Verdi 3. Die Lampe in via Po ist kaputt",
    ] {
        assert_eq!(decided(text, &[]).as_deref(), Some("via Po"), "{text}");
    }
    for text in [
        "Il lavoro in via Verdi 12 è fatto male, in via Po no",
        "Sono in via Verdi 12, non in via Po",
    ] {
        assert_eq!(decided(text, &[]).as_deref(), Some("via Verdi 12"), "{text}");
    }
}

#[test]
fn an_address_goes_on_where_the_mail_program_broke_the_line() {
    for (text, place) in [
        ("La buca è in via\nRoma 12", "via Roma 12"),
        (
            "Buongiorno,\nil lampione davanti a casa mia, che si trova in via Fratelli\nCervi 21, è spento da lunedì.\nGrazie",
            "via Fratelli Cervi 21",
        ),
        (
            "Vi segnaliamo che da questa mattina nella nostra scuola elementare\nMarconi il riscaldamento è spento.",
            "scuola elementare Marconi",
        ),
        (
            "Il lampione è spento da due settimane, si trova in via Roma\nCordiali saluti",
            "via Roma",
        ),
    ] {
        assert_eq!(decided(text, &[]).as_deref(), Some(place), "{text}");
    }
}
