use super::super::{Answer, contractor_answer};
use Answer::{Accepted, Done, Refused, Started, Suspended};

#[test]
fn contractors_answer_in_their_own_words() {
    for (text, expected) in [
        ("ACCETTO", Some(Accepted)),
        ("accetto", Some(Accepted)),
        ("#accetto", Some(Accepted)),
        ("ok accettiamo", Some(Accepted)),
        ("Ok", Some(Accepted)),
        ("va bene", Some(Accepted)),
        ("Buongiorno,\n\npresa in carico.\n\nSaluti", Some(Accepted)),
        ("Abbiamo preso in carico l'intervento", Some(Accepted)),
        ("Confermiamo, la squadra passa giovedì", Some(Accepted)),
        ("iniziamo domani", Some(Accepted)),
        ("Inizieremo i lavori lunedì prossimo", Some(Accepted)),
        ("Il lavoro verrà eseguito domani", Some(Accepted)),
        ("sarà completato entro venerdì", Some(Accepted)),
        ("nessun problema, interveniamo in giornata", Some(Accepted)),
        ("Non ancora eseguito, iniziamo domani", Some(Accepted)),
        ("appena finito vi avvisiamo, intanto accettiamo", Some(Accepted)),
        ("non possiamo intervenire oggi, passiamo domani", Some(Accepted)),
        ("we will start tomorrow", Some(Accepted)),
        ("Ricevuto, provvediamo", Some(Accepted)),
        ("Confermato per giovedì", Some(Accepted)),
        ("Saremo sul posto domani, accettiamo", Some(Accepted)),
        ("INIZIATO", Some(Started)),
        ("Abbiamo iniziato ma non finito", Some(Started)),
        ("lavori iniziati stamattina", Some(Started)),
        ("Siamo sul posto", Some(Started)),
        ("lavori in corso", Some(Started)),
        ("Abbiamo iniziato oggi e domani finiamo", Some(Started)),
        ("accettato e iniziato", Some(Started)),
        ("ESEGUITO", Some(Done)),
        ("Eseguito.", Some(Done)),
        ("lavoro eseguito ieri", Some(Done)),
        ("Buonasera, abbiamo finito", Some(Done)),
        ("intervento concluso", Some(Done)),
        ("Abbiamo appena finito, si allegano foto", Some(Done)),
        ("riparato il lampione, tutto ok", Some(Done)),
        ("Eseguito? Sì", Some(Done)),
        ("eseguito: sì", Some(Done)),
        ("Ordine di lavoro eseguito lunedì", Some(Done)),
        ("Presa in carico e lavoro eseguito entro i termini", Some(Done)),
        ("abbiamo rimosso i rifiuti, lavoro terminato", Some(Done)),
        ("work completed", Some(Done)),
        ("Lavoro fatto con foto allegate", Some(Done)),
        ("eseguito come da vostra richiesta", Some(Done)),
        ("Abbiamo provveduto alla sostituzione della lampada", Some(Done)),
        ("Da parte nostra lavoro ultimato, in attesa di collaudo", Some(Done)),
        ("Confermiamo l'avvenuta riparazione", Some(Done)),
        ("ok fatto", Some(Done)),
        ("Intervento chiuso", Some(Done)),
        ("SOSPESO", Some(Suspended)),
        ("sospeso in attesa materiale", Some(Suspended)),
        ("In attesa dei ricambi", Some(Suspended)),
        ("Iniziato ma sospeso per maltempo", Some(Suspended)),
        ("Manca il materiale, lavoro fermo", Some(Suspended)),
        ("Sospeso, eseguito solo parzialmente", Some(Suspended)),
        ("RIFIUTO", Some(Refused)),
        ("Purtroppo dobbiamo rifiutare", Some(Refused)),
        ("Siamo impossibilitati ad intervenire", Some(Refused)),
        ("non riusciamo, rifiutiamo", Some(Refused)),
        ("Non accettiamo l'incarico", Some(Refused)),
        ("non possiamo accettare", Some(Refused)),
        ("Siamo spiacenti ma non possiamo intervenire", Some(Refused)),
        ("L'intervento non è di nostra competenza", Some(Refused)),
        ("ok, ma rifiutiamo", Some(Refused)),
    ] {
        assert_eq!(contractor_answer(text).map(|found| found.answer), expected, "{text:?}");
    }
}

#[test]
fn what_does_not_decide_is_left_to_staff() {
    for text in [
        "",
        "Buongiorno",
        "non ancora eseguito",
        "Il lavoro non è stato ancora completato",
        "eseguito? no",
        "Eseguito: no",
        "avete accettato?",
        "avete accettato il preventivo",
        "accettiamo se ci confermate la spesa",
        "interveniamo previo vostro benestare",
        "ok se pagate subito",
        "Confermiamo che il lavoro non è stato eseguito",
        "Confermiamo la ricezione",
        "saremo sul posto",
        "abbiamo fatto le foto",
        "fatto richiesta all'Enel",
        "abbiamo provveduto alla messa in sicurezza",
        "verifica in corso",
        "strada chiusa",
        "ricevuto",
        "lavoro quasi finito",
        "eseguito in parte",
        "ACCETTO / INIZIATO / ESEGUITO / SOSPESO / RIFIUTO",
        "eseguito\nrifiuto",
        "lavoro sospeso e poi concluso",
        "abbiamo fatto un sopralluogo",
        "sopralluogo eseguito",
        "Messa in sicurezza eseguita",
        "abbiamo finito il materiale",
        "appena finito vi avvisiamo",
        "quando avremo finito vi scriviamo",
        "se accettato il preventivo, si vedrà",
        "vorremmo far presente che manca la chiave",
        "in attesa di vostra conferma",
        "non riusciamo a contattare il custode",
        "non riusciamo a finire oggi",
        "non ancora accettato",
        "c'è un rifiuto ingombrante davanti al palo",
        "siamo in Corso Garibaldi, dov'è il guasto?",
        "il guasto è dell'Enel",
        "1\n2\n3\n4\n5\n6\neseguito",
    ] {
        assert_eq!(contractor_answer(text), None, "{text:?}");
    }
}

#[test]
fn what_is_written_beside_the_word_is_kept() {
    for (text, answer, note) in [
        ("ESEGUITO", Done, ""),
        (
            "ESEGUITO\n\nSostituita la lampada.\nFoto allegate",
            Done,
            "Sostituita la lampada.\nFoto allegate",
        ),
        ("Eseguito, con foto", Done, "con foto"),
        ("ESEGUITO ieri alle 10", Done, "ieri alle 10"),
        ("#rifiuto: squadra ferma", Refused, "squadra ferma"),
        ("lavoro eseguito ieri", Done, "lavoro eseguito ieri"),
        ("Accetto di intervenire lunedì", Accepted, "Accetto di intervenire lunedì"),
        ("SOSPESO - manca il cavo", Suspended, "manca il cavo"),
    ] {
        let found = contractor_answer(text).unwrap_or_else(|| panic!("{text:?}"));
        assert_eq!((found.answer, found.note.as_str()), (answer, note), "{text:?}");
    }
}

#[test]
fn a_line_of_its_own_outweighs_sentences() {
    let text = "ESEGUITO\nIl cavo era rimasto sospeso a un ramo";
    assert_eq!(contractor_answer(text).unwrap().answer, Done);
}

#[test]
fn every_answer_is_read_by_its_name_and_its_word() {
    for answer in Answer::ALL {
        assert_eq!(Answer::parse(answer.name()), Some(answer));
        assert_eq!(serde_json::to_value(answer).unwrap(), answer.name());
        assert_eq!(contractor_answer(answer.word()).unwrap().answer, answer);
        let shouted = answer.word().to_uppercase();
        assert_eq!(contractor_answer(&shouted).unwrap().note, "");
    }
}

#[test]
fn a_megabyte_is_answered_like_its_beginning() {
    for filler in ["eseguito ", "non ", "eseguito, ", "?", "a", "\n", "#"] {
        let text = format!("{}\nrifiuto", filler.repeat(1 << 17));
        assert!(contractor_answer(&text).is_none_or(|found| found.note.len() <= text.len()));
    }
}
