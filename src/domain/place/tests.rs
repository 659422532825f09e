mod telling;

use super::*;

/// Text, street, number.
type Case = (&'static str, Option<&'static str>, Option<&'static str>);

fn check(cases: &[Case]) {
    for (text, street, number) in cases {
        let found = place("", text, "", &Gazetteer::default()).unwrap_or_default();
        assert_eq!(found.street.as_deref(), *street, "{text}: {found:?}");
        assert_eq!(found.number.as_deref(), *number, "{text}: {found:?}");
        assert!(text.contains(&found.text), "{text}: {found:?}");
    }
}

#[test]
fn streets_are_found_in_every_form_of_kind() {
    check(&[
        ("Lampione spento in via Roma", Some("via Roma"), None),
        (
            "in P.zza Martiri del 7 Luglio manca una panchina",
            Some("P.zza Martiri del 7 Luglio"),
            None,
        ),
        ("V.le IV Novembre 3", Some("V.le IV Novembre"), Some("3")),
        ("c.so Garibaldi, 12", Some("c.so Garibaldi"), Some("12")),
        ("via XXV Aprile n. 8", Some("via XXV Aprile"), Some("8")),
        ("via 25 aprile 8", Some("via 25 aprile"), Some("8")),
        ("buca in via papa giovanni xxiii 4", Some("via papa giovanni xxiii"), Some("4")),
        ("via dell'Abate 5", Some("via dell'Abate"), Some("5")),
        ("viale S. Pietro 2", Some("viale S. Pietro"), Some("2")),
        ("via dei Mille, la scuola", Some("via dei Mille"), None),
        ("largo Bixio 5 piano terra", Some("largo Bixio"), Some("5")),
        ("VIA FERRARIS 3, NESSUNA TRANSENNA", Some("VIA FERRARIS"), Some("3")),
        ("sulla SP 22 è venuta giù la terra", Some("SP 22"), None),
        ("via roma 12 al buio", Some("via roma"), Some("12")),
        ("位于via Garibaldi 12的路灯", Some("via Garibaldi"), Some("12")),
        ("die Lampe in der Silbergasse 10, Klausen", Some("Silbergasse"), Some("10")),
        ("das Loch in der Rebenstraße", Some("Rebenstraße"), None),
        ("am Feldweg 3", Some("Feldweg"), Some("3")),
        ("auf dem Parkplatz ist Eis", None, None),
        ("le lampadaire, rue de Tillier 30", Some("rue de Tillier"), Some("30")),
        ("un trou dans la rue devant chez moi", None, None),
        ("The lamp in via Cairoli 19, Pinerolo", Some("via Cairoli"), Some("19")),
        ("in via delle rose 9", Some("via delle rose"), Some("9")),
        ("spento in via dell'olmo 7", Some("via dell'olmo"), Some("7")),
        ("buca in via dei mille", Some("via dei mille"), None),
        ("via F.lli Cervi 21", Some("via F.lli Cervi"), Some("21")),
        ("via S.ta Maria 4", Some("via S.ta Maria"), Some("4")),
        ("via G. garibaldi 4", Some("via G. garibaldi"), Some("4")),
        ("in via G. al buio", None, None),
        ("via Umberto I, 33", Some("via Umberto I"), Some("33")),
        ("buca in corso cavour 22", Some("corso cavour"), Some("22")),
        ("BUCA IN CORSO CAVOUR 22", Some("CORSO CAVOUR"), Some("22")),
        ("buca in strada nuova 22", Some("strada nuova"), Some("22")),
        ("via leonardo da vinci 14", Some("via leonardo da vinci"), Some("14")),
        ("via leonardo da vinci", Some("via leonardo da vinci"), None),
        ("via umberto i 3", Some("via umberto i"), Some("3")),
        ("via carlo alberto dalla chiesa 4", Some("via carlo alberto dalla chiesa"), Some("4")),
        ("buca in via aldo moro davanti alla posta", Some("via aldo moro"), None),
        ("via Caduti sul Lavoro 3", Some("via Caduti sul Lavoro"), Some("3")),
        ("via Caduti per la Libertà 3", Some("via Caduti per la Libertà"), Some("3")),
        ("via I Maggio 9", Some("via I Maggio"), Some("9")),
        ("via 1° Maggio 9", Some("via 1° Maggio"), Some("9")),
        ("via Che Guevara 9", Some("via Che Guevara"), Some("9")),
        ("via Terra Santa 4", Some("via Terra Santa"), Some("4")),
        ("via Mare 4", Some("via Mare"), Some("4")),
        ("sulla S.P. 12", Some("S.P. 12"), None),
        ("fr. Cella", Some("fr. Cella"), None),
        ("Lampione spento via mazzini", Some("via mazzini"), None),
    ]);
}

#[test]
fn numbers_keep_their_exponent_and_nothing_else_is_one() {
    check(&[
        ("via Roma 12/A", Some("via Roma"), Some("12/A")),
        ("via Roma 12A", Some("via Roma"), Some("12A")),
        ("via Roma n° 12 bis", Some("via Roma"), Some("12 bis")),
        ("via Roma al civico n. 12", Some("via Roma"), Some("12")),
        ("via Roma, civ. 7", Some("via Roma"), Some("7")),
        ("via Roma 12-14", Some("via Roma"), Some("12-14")),
        ("via Roma snc", Some("via Roma"), Some("snc")),
        ("via Roma, di fronte al civico 40", Some("via Roma"), Some("40")),
        ("via Roma, all'altezza del numero 9", Some("via Roma"), Some("9")),
        ("via Roma, altezza del 12", Some("via Roma"), Some("12")),
        ("via Roma all'altezza del civico n. 12/B", Some("via Roma"), Some("12/B")),
        ("via Roma davanti al 12", Some("via Roma"), Some("12")),
        ("via Roma, di fronte al 12 bis", Some("via Roma"), Some("12 bis")),
        ("via Roma tra il 10 e il 14", Some("via Roma"), Some("10")),
        ("via Roma tra il civico 10 e il 14", Some("via Roma"), Some("10")),
        ("via Roma 12, scala B int. 3", Some("via Roma"), Some("12")),
        ("via Roma s.n.", Some("via Roma"), Some("snc")),
        ("via Roma senza numero civico", Some("via Roma"), None),
        ("SP 12 al km 7+300", Some("SP 12"), Some("km 7+300")),
        ("davanti al numero 8 di via Roma", Some("via Roma"), Some("8")),
        ("al civico 12/A di via Roma", Some("via Roma"), Some("12/A")),
        ("al 12 di via Roma", Some("via Roma"), Some("12")),
        ("i 12 di via Roma", Some("via Roma"), None),
        ("le ore 12 in via Roma", Some("via Roma"), None),
        ("via Roma davanti a 3 negozi", Some("via Roma"), None),
        ("via Roma dal 12 marzo", Some("via Roma"), None),
        ("via Roma dalle 8 alle 12", Some("via Roma"), None),
        ("via Roma, aula 12", Some("via Roma"), None),
        ("via Roma, L. 241/90", Some("via Roma"), None),
        ("via Roma tel. 0522456008", Some("via Roma"), None),
        ("in via Roma 3 lampioni sono spenti", Some("via Roma"), None),
        ("in via Roma 30 cm di acqua", Some("via Roma"), None),
        ("via Roma, da 3 giorni", Some("via Roma"), None),
        ("via Roma, ore 8.30", Some("via Roma"), None),
        ("via Premuda 40 è buia", Some("via Premuda"), Some("40")),
        ("via Roma 4 e via Po", Some("via Roma"), Some("4")),
        ("in via Roma 12 c'è una buca", Some("via Roma"), Some("12")),
        ("via Roma 12 c’era una buca", Some("via Roma"), Some("12")),
        ("via Roma 12 c, una buca", Some("via Roma"), Some("12 c")),
        ("in via Roma 3 semafori sono spenti", Some("via Roma"), None),
        ("in via Roma 2 radici sporgono", Some("via Roma"), None),
        ("in via Roma 6 plafoniere rotte", Some("via Roma"), None),
        ("in via Roma 2 sono i lampioni spenti", Some("via Roma"), None),
        ("in via Roma 12 sono spenti tutti", Some("via Roma"), Some("12")),
        ("via Roma 12 perde acqua", Some("via Roma"), Some("12")),
        ("via Roma 12 davanti al bar", Some("via Roma"), Some("12")),
        ("via Roma 12/03/2024", Some("via Roma"), None),
        ("via Roma 333 1234567", Some("via Roma"), None),
        ("via Roma 1,5 metri", Some("via Roma"), None),
        ("via Roma 12, 42121 Reggio Emilia", Some("via Roma"), Some("12")),
        ("via Roma, n.c. 12", Some("via Roma"), Some("12")),
        ("via Roma vicino al 5", Some("via Roma"), Some("5")),
        ("via Roma nei pressi del civico 5", Some("via Roma"), Some("5")),
        ("lampione numero 3 di via Roma", Some("via Roma"), None),
    ]);
}

#[test]
fn idioms_are_no_streets() {
    for text in [
        "Potete portare via i rami?",
        "l'ho mandato via mail e via PEC",
        "e così via, per via di un guasto, in via di definizione",
        "la via di fuga è chiusa",
        "i lavori in corso, un buco largo 30 cm",
        "la strada è rotta, piazza pulita",
        "il vento ha portato via la Guaina",
        "la nostra via è al buio",
        "nel piazzale interno",
        "tra via alta e via bassa",
        "la frazione senza luce",
        "il vialetto principale è pieno di radici",
        "viene via coi carrelli",
        "ne hanno spinti via tre con un muletto",
        "il codice ricevuto via SMS. Grazie",
        "il platano del viale ormai bussa ai vetri",
        "nella piazza grande non si vede niente",
        "la strada e la via comunale sono rotte",
        "Via subito quei rami",
        "VIA SUBITO I RAMI",
        "via da qui quei bidoni",
        "e via andare, sempre la solita buca",
        "Via col vento, si direbbe",
        "nella nostra via invece non si dorme",
        "The street via which we go to school",
        "in via del tutto eccezionale",
        "in via prioritaria, in via cautelativa e in via d'urgenza",
        "Corso di Ceramica in sala",
        "Corso Antincendio del 12 marzo",
        "Corso Base di Informatica",
        "Il corso Principale è buio",
        "Il viale Alberato è buio",
        "la strada Comunale è rotta",
        "la strada è dell'Anas",
        "il quartiere Nostro",
        "dopo la salita Ho visto una buca",
        "Lungo Tutto il marciapiede",
        "ha portato via Tegole e grondaie",
        "Der Parkplatz 3 Lampen kaputt",
        "i lavori in corso 24 ore su 24",
        "",
    ] {
        let street = place("", text, "", &Gazetteer::default()).and_then(|place| place.street);
        assert_eq!(street, None, "{text}");
    }
}

#[test]
fn a_corner_is_one_place() {
    for text in [
        "via Cadorna angolo via Piave",
        "via Cadorna ang. via Piave",
        "via Cadorna / via Piave",
        "via Cadorna, all'incrocio con via Piave",
        "via Cadorna angolo Piave",
        "via Cadorna ang. con Piave",
    ] {
        let found =
            place("", &format!("Il cartello in {text} è girato"), "", &Gazetteer::default())
                .unwrap();
        assert_eq!((found.text.as_str(), found.street.as_deref()), (text, Some("via Cadorna")));
        assert!(found.corner.is_some_and(|corner| corner.ends_with("Piave")), "{text}");
    }
}

#[test]
fn sites_are_kept_apart() {
    for (text, site, street) in [
        ("muffa alla scuola De Amicis", Some("scuola De Amicis"), None),
        ("il cimitero di San Martino è chiuso", Some("cimitero di San Martino"), None),
        ("nella palestra di via Volta 2 piove", Some("palestra"), Some("via Volta")),
        (
            "scuola elementare Rodari di via Verdi",
            Some("scuola elementare Rodari"),
            Some("via Verdi"),
        ),
        ("la biblioteca comunale è fredda", Some("biblioteca comunale"), None),
        ("altalena rotta al parco della resistenza", Some("parco della resistenza"), None),
        ("i bagni del mercato coperto", Some("mercato coperto"), None),
        ("in sala consiliare fa freddo", Some("sala consiliare"), None),
        ("finestra rotta all'I.C. Galilei", Some("I.C. Galilei"), None),
        ("camposanto di Mola", Some("camposanto di Mola"), None),
        ("una scuola qualunque", None, None),
        ("la porta del bagno", None, None),
        ("il parco è bello", None, None),
    ] {
        let found = place("", text, "", &Gazetteer::default()).unwrap_or_default();
        assert_eq!((found.site.as_deref(), found.street.as_deref()), (site, street), "{text}");
    }
}

#[test]
fn the_number_on_a_thing_is_kept() {
    for (text, code) in [
        ("il palo n. 1234 di via Roma è spento", Some("palo n. 1234")),
        ("lampione 45/B spento", Some("lampione 45/B")),
        ("punto luce n° 7", Some("luce n° 7")),
        ("PL 1203 spento", Some("PL 1203")),
        ("palo con la targhetta numero 88", Some("palo con la targhetta numero 88")),
        ("ascensore matricola MI45120", Some("ascensore matricola MI45120")),
        ("codice impianto: RE-0045", Some("codice impianto: RE-0045")),
        ("quadro Q12 aperto", Some("quadro Q12")),
        ("il lampione 3 giorni fa era acceso", None),
        ("un palo 30 cm fuori", None),
        ("un palo di 5 m", None),
        ("ascensore al 3 piano", None),
        ("il lampione al civico 12", None),
        ("12 lampioni spenti", None),
        ("la caldaia mostra il codice E45", None),
        ("porta con targhetta REI 120", None),
        ("lampada da 100w", None),
        ("palo A-123 spento", Some("palo A-123")),
        ("n. palo 12", Some("palo 12")),
        ("il palo 12 è spento", None),
        ("Targa AB123CD abbandonata", None),
    ] {
        let found = place("", text, "", &Gazetteer::default()).unwrap_or_default();
        assert_eq!(found.code.as_deref(), code, "{text}: {found:?}");
    }
}

#[test]
fn coordinates_and_map_links_are_read() {
    for text in [
        "44.69825, 10.63125",
        "https://www.google.com/maps/@44.69825,10.63125,17z",
        "https://maps.google.com/?q=44.69825,10.63125",
        "https://www.openstreetmap.org/?mlat=44.69825&mlon=10.63125",
        "geo:44.69825,10.63125",
        "posizione 10.63125 44.69825",
        "lat. 44,69825 long. 10,63125",
        "https://www.google.com/maps/search/?api=1&query=44.69825%2C10.63125",
        "https://www.google.com/maps/place/X/@44.70,10.64,17z/data=!3d44.69825!4d10.63125",
        "https://www.google.com/maps/place/X/@44.70123,10.64123,17z/data=!3d44.69825!4d10.63125",
        "https://www.openstreetmap.org/#map=19/44.69825/10.63125",
        "https://maps.apple.com/?ll=44.69825,10.63125&t=m",
        "geo:44.69825,10.63125;u=35",
        "44°41'53.7\"N 10°37'52.5\"E",
        "44° 41’ 53,7” N, 10° 37’ 52,5” E",
        "https://www.google.com/maps/place/44%C2%B041'53.7%22N+10%C2%B037'52.5%22E/",
    ] {
        let found = place("", text, "", &Gazetteer::default()).unwrap();
        let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-9;
        assert!(near(found.latitude, 44.69825), "{text}: {found:?}");
        assert!(near(found.longitude, 10.63125), "{text}: {found:?}");
    }
    for text in [
        "costa 44.698 euro",
        "1.234, 5.678",
        "44.6, 10.6",
        "44.125 e 10.250 euro",
        "tel 0522.123456",
    ] {
        assert_eq!(place("", text, "", &Gazetteer::default()), None, "{text}");
    }
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    for piece in [
        "via ",
        "via Roma ",
        "scuola di ",
        "Via Di ",
        "1.2345 ",
        "p.zza.",
        "via roma angolo ",
        "Abito in via Po 3. ",
        "in via Po\n",
        "1. ",
        "\u{301}",
    ] {
        let text = piece.repeat(100_000);
        let found = place(&text, &text, &text, &Gazetteer::default());
        assert!(found.is_none_or(|place| !place.text.is_empty()));
    }
}
