//! Every command once: by which words it is known, what it does, how its argument is read.

use super::{Command, Ground, TYPO_CHARS_MIN, argument, date, quoted};
use crate::domain::urgency::Urgency;

/// One command.
pub(super) struct Form {
    /// Without accents, in small letters; the first is what answers call it.
    words: &'static [&'static str],
    /// A line as staff write it.
    example: &'static str,
    /// What it does, in Italian.
    does: &'static str,
    /// How its argument is read.
    pub(super) read: Reader,
}

/// How an argument is read.
pub(super) enum Reader {
    /// There is none.
    Plain(Command),
    /// The rest of the line.
    Line(fn(&str, Ground<'_>) -> Result<Command, String>),
    /// The rest of the line and the lines below.
    Text {
        /// Makes the command.
        make: fn(String) -> Command,
        /// The command says nothing without.
        needed: bool,
    },
}

impl Form {
    /// `#chiudi`.
    pub(super) fn name(&self) -> String {
        format!("#{}", self.words.first().copied().unwrap_or_default())
    }

    /// Reads an argument that ends with its line; the error is the sentence for whoever wrote it.
    pub(super) fn line(&self, argument: &str, ground: Ground<'_>) -> Result<Command, String> {
        match &self.read {
            Reader::Plain(command) if argument::says_nothing(argument) => Ok(command.clone()),
            Reader::Plain(_) => Err(format!(
                "Il comando {} sta da solo e qui è seguito da {}: tolga il resto, o lo metta in una riga #nota.",
                self.name(),
                quoted(argument)
            )),
            Reader::Line(read) => read(argument, ground),
            Reader::Text { make, .. } => Ok(make(argument.to_owned())),
        }
    }

    fn is_called(&self, joined: &str) -> bool {
        self.words.iter().any(|word| letters(word).eq(joined.chars()))
    }

    /// The name that is one letter away from one of `heads`.
    fn nearly(&self, heads: &[(String, usize)]) -> Option<&'static str> {
        self.words.iter().copied().find(|word| {
            let word: String = letters(word).collect();
            let near = |head: &String| strsim::osa_distance(head, &word) == 1;
            word.chars().count() >= TYPO_CHARS_MIN && heads.iter().any(|(head, _)| near(head))
        })
    }
}

fn letters(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(|c| *c != ' ')
}

/// The command of this name, folded and without blanks.
pub(super) fn named(joined: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.is_called(joined))
}

/// What is said of a line that begins with none of the names.
pub(super) fn unknown(heads: &[(String, usize)]) -> String {
    let first = heads.first().map(|(head, _)| head.as_str()).unwrap_or_default();
    let near: Vec<&str> = FORMS.iter().filter_map(|form| form.nearly(heads)).collect();
    match near.as_slice() {
        [only] => {
            format!("Non conosco il comando «#{first}», forse #{only}? Con #aiuto arriva l'elenco.")
        }
        _ => format!("Non conosco il comando «#{first}»: scriva #aiuto per avere l'elenco."),
    }
}

/// Every command with an example line and what it does, in Italian, in the order of the help text.
#[must_use]
pub fn help() -> Vec<(&'static str, &'static str)> {
    FORMS.iter().map(|form| (form.example, form.does)).collect()
}

const FORMS: &[Form] = &[
    Form {
        words: &[
            "prendo",
            "prendi",
            "preso",
            "presa",
            "presa in carico",
            "preso in carico",
            "prendo in carico",
            "in carico",
            "take",
            "taken",
            "mine",
        ],
        example: "#prendo",
        does: "me ne occupo io",
        read: Reader::Plain(Command::Take),
    },
    Form {
        words: &["categoria", "cat", "category"],
        example: "#categoria verde",
        does: "cambia la categoria: edifici, strade, impianti o verde",
        read: Reader::Line(argument::category),
    },
    Form {
        words: &["sottocategoria", "voce", "codice", "subcategory", "code"],
        example: "#sottocategoria I01",
        does: "cambia la sottocategoria, con il codice o con le parole del suo nome",
        read: Reader::Line(argument::subcategory),
    },
    Form {
        words: &["urgenza", "priorita", "urgency", "priority"],
        example: "#urgenza alta",
        does: "cambia l'urgenza: emergenza, alta, normale o bassa",
        read: Reader::Line(argument::urgency),
    },
    Form {
        words: &["urgente", "molto urgente", "urgentissimo", "urgent"],
        example: "#urgente",
        does: "come #urgenza alta",
        read: Reader::Plain(Command::Urgency(Urgency::High)),
    },
    Form {
        words: &["emergenza", "emergency"],
        example: "#emergenza",
        does: "come #urgenza emergenza: chiama subito chi è reperibile",
        read: Reader::Plain(Command::Urgency(Urgency::Emergency)),
    },
    Form {
        words: &["non urgente", "nessuna urgenza", "not urgent"],
        example: "#non urgente",
        does: "come #urgenza normale",
        read: Reader::Plain(Command::Urgency(Urgency::Normal)),
    },
    Form {
        words: &["luogo", "posto", "indirizzo", "dove", "place", "address", "where"],
        example: "#luogo Via Roma 12",
        does: "cambia il luogo",
        read: Reader::Line(argument::place),
    },
    Form {
        words: &["assegna", "assegna a", "assegnare", "passa a", "inoltra", "assign", "assign to"],
        example: "#assegna strade",
        does: "passa la segnalazione a un ufficio o a un indirizzo di posta",
        read: Reader::Line(argument::assign),
    },
    Form {
        words: &["ordina", "ordine", "attiva", "ordinare", "order"],
        example: "#ordina luce oltre limite",
        does: "manda l'ordine di lavoro alla ditta, senza nome a quella prevista; «oltre limite» vale anche a limite \
               raggiunto",
        read: Reader::Line(argument::order),
    },
    Form {
        words: &[
            "ritira",
            "ritira ordine",
            "ritira l ordine",
            "annulla ordine",
            "annulla l ordine",
            "revoca",
            "revoca ordine",
            "retract",
            "cancel order",
        ],
        example: "#ritira ordine",
        does: "ritira l'ordine di lavoro",
        read: Reader::Plain(Command::Retract),
    },
    Form {
        words: &[
            "rimanda ordine",
            "rimanda l ordine",
            "rinvia ordine",
            "rinvia l ordine",
            "reinvia",
            "reinvia ordine",
            "reinvia l ordine",
            "rispedisci ordine",
            "rispedisci l ordine",
            "sollecita ordine",
            "sollecita l ordine",
            "resend",
            "resend order",
        ],
        example: "#rimanda ordine",
        does: "manda di nuovo l'ordine di lavoro alla stessa ditta, a tutti i suoi indirizzi",
        read: Reader::Plain(Command::SendAgain),
    },
    Form {
        words: &["sopralluogo", "sopraluogo", "ispezione", "inspect", "inspection"],
        example: "#sopralluogo 12/3",
        does: "segna il sopralluogo per quel giorno",
        read: Reader::Line(date::inspect),
    },
    Form {
        words: &[
            "valutata",
            "valutato",
            "valutazione",
            "valuta",
            "sopralluogo fatto",
            "sopralluogo eseguito",
            "sopralluogo effettuato",
            "sopraluogo fatto",
            "ispezione fatta",
            "assessed",
            "inspected",
            "inspection done",
        ],
        example: "#valutata cordolo da rifare",
        does: "segna che un tecnico l'ha vista, con quello che ha trovato; anche #sopralluogo fatto",
        read: Reader::Text { make: Command::Assess, needed: false },
    },
    Form {
        words: &["programma", "programmato", "programmare", "pianifica", "schedule"],
        example: "#programma lunedì",
        does: "programma il lavoro per quel giorno",
        read: Reader::Line(date::schedule),
    },
    Form {
        words: &["rinvia", "rimanda", "posticipa", "proroga", "rinvio", "postpone"],
        example: "#rinvia 3g",
        does: "la ripropone fra tanti giorni o settimane, o in una data",
        read: Reader::Line(date::postpone),
    },
    Form {
        words: &["sospendi", "sospeso", "sospesa", "sospendere", "suspend", "hold"],
        example: "#sospendi in attesa del materiale",
        does: "sospende il lavoro, con il motivo",
        read: Reader::Text { make: Command::Suspend, needed: false },
    },
    Form {
        words: &["riprendi", "riattiva", "ripresa", "riprendere", "resume"],
        example: "#riprendi",
        does: "riprende il lavoro sospeso",
        read: Reader::Plain(Command::Resume),
    },
    Form {
        words: &["nota", "note", "annota", "appunto"],
        example: "#nota il custode ha le chiavi",
        does: "aggiunge una nota che il cittadino non legge",
        read: Reader::Text { make: Command::Note, needed: true },
    },
    Form {
        words: &["rispondi", "risposta", "reply", "answer"],
        example: "#rispondi La lampada sarà sostituita lunedì.",
        does: "manda il testo al cittadino",
        read: Reader::Text { make: Command::Reply, needed: true },
    },
    Form {
        words: &["chiedi", "domanda", "ask", "question"],
        example: "#chiedi A quale numero civico?",
        does: "manda la domanda al cittadino e aspetta la risposta",
        read: Reader::Text { make: Command::Ask, needed: true },
    },
    Form {
        words: &[
            "fuori competenza",
            "non di competenza",
            "non di nostra competenza",
            "non competenza",
            "out of competence",
        ],
        example: "#fuori competenza rifiuti",
        does: "non è compito del Comune; con il nome dell'ente a cui rivolgersi, se si conosce",
        read: Reader::Line(argument::out_of_competence),
    },
    Form {
        words: &[
            "duplicato di",
            "duplicato",
            "doppione di",
            "doppione",
            "duplicata di",
            "duplicate of",
            "duplicate",
        ],
        example: "#duplicato di 2026-000123",
        does: "è la stessa cosa di un'altra segnalazione",
        read: Reader::Line(argument::duplicate),
    },
    Form {
        words: &["unisci", "unisci a", "unisci con", "accorpa", "merge", "merge with"],
        example: "#unisci 2026-000123",
        does: "unisce a questa l'altra segnalazione",
        read: Reader::Line(argument::merge),
    },
    Form {
        words: &["dividi", "dividi in due", "separa", "sdoppia", "split"],
        example: "#dividi",
        does: "non è la stessa cosa dell'altra segnalazione: torna una segnalazione a sé",
        read: Reader::Plain(Command::Split),
    },
    Form {
        words: &[
            "eseguito",
            "eseguita",
            "lavoro eseguito",
            "lavori eseguiti",
            "fatto",
            "fatta",
            "riparato",
            "riparata",
            "done",
            "repaired",
        ],
        example: "#eseguito lampada sostituita",
        does: "il lavoro è fatto, anche senza impresa: alla chiusura si chiede a chi ha segnalato se è risolto",
        read: Reader::Text { make: Command::Worked, needed: false },
    },
    Form {
        words: &["chiudi", "chiusa", "chiuso", "chiudere", "close", "closed"],
        example: "#chiudi",
        does: "chiude la segnalazione, anche con due parole per i colleghi: #chiudi falso allarme",
        read: Reader::Text { make: Command::Close, needed: false },
    },
    Form {
        words: &["riapri", "riaperta", "riaprire", "reopen"],
        example: "#riapri",
        does: "riapre la segnalazione chiusa",
        read: Reader::Plain(Command::Reopen),
    },
    Form {
        words: &["annulla", "annullata", "cancella", "cancel"],
        example: "#annulla inviata per prova",
        does: "annulla la segnalazione, con il motivo",
        read: Reader::Text { make: Command::Cancel, needed: false },
    },
    Form {
        words: &["aiuto", "?", "help", "comandi", "istruzioni"],
        example: "#aiuto",
        does: "manda questo elenco",
        read: Reader::Plain(Command::Help),
    },
];
