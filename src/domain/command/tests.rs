mod contractors;
mod days;
mod staff;

use super::yes_or_no;

#[test]
fn one_word_answers_and_nothing_hedged_does() {
    let (yes, no) = (Some(true), Some(false));
    for (text, expected) in [
        ("sì", yes),
        ("Si", yes),
        ("SI'", yes),
        ("Sì.\n\nMario Rossi\nUfficio Strade, Reggio", yes),
        ("ok", yes),
        ("Ok, procedete il prima possibile", yes),
        ("va bene", yes),
        ("Buongiorno,\n\nsì, autorizzo l'intervento.\nGrazie", yes),
        ("Si autorizza", yes),
        ("si ok", yes),
        ("confermo", yes),
        ("Si conferma l'attivazione", yes),
        ("Yes, go ahead", yes),
        ("nessun problema, procedete", yes),
        ("Attivare la ditta? Sì", yes),
        ("Nulla osta", yes),
        ("Procedete pure senza aspettare", yes),
        ("assolutamente sì", yes),
        ("no", no),
        ("assolutamente no", no),
        ("non procedere", no),
        ("Non attivate la ditta", no),
        ("parere contrario", no),
        ("No, grazie", no),
        ("non autorizzo", no),
        ("non si autorizza", no),
        ("Non la confermo", no),
        ("NEGATO", no),
        ("non va bene", no),
        ("No, non serve.\n\nok per il resto", no),
        ("per ora no", no),
        ("no, anzi sì", None),
        ("sì\nno", None),
        ("sì ma non prima di lunedì", None),
        ("ok se costa meno di 500 euro", None),
        ("prima il preventivo, poi ok", None),
        ("Ok, valuto e vi dico", None),
        ("In attesa di conferma", None),
        ("non ancora autorizzato", None),
        ("deve essere autorizzata dal dirigente", None),
        ("verrà confermato domani", None),
        ("la ditta è già attiva", None),
        ("forse", None),
        ("non ho nulla in contrario", None),
        ("va bene domani?", None),
        ("Attivare la ditta?", None),
        ("si prega di attendere", None),
        ("Si comunica che il tecnico è assente", None),
        ("non saprei", None),
        ("non ho obiezioni, vedete voi", None),
        ("Chiamatemi", None),
        ("", None),
        ("\n \n", None),
    ] {
        assert_eq!(yes_or_no(text), expected, "{text:?}");
    }
}
