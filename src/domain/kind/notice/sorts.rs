//! The sorts of words that notices are told by, in all languages: one automaton finds all those that a word is of.

use std::sync::LazyLock;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, Anchored, Input, StartKind};

use crate::domain::phrases::Beginnings;

/// A sort of words; a word may be of several.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::kind) enum Sort {
    /// An answer.
    Answer,
    /// Automatic.
    Automatic,
    /// A click.
    Click,
    /// Closed.
    Closed,
    /// What a request is dressed in.
    Courtesy,
    /// Holidays.
    Holiday,
    /// A mailbox or an address.
    Mailbox,
    /// A mail.
    Message,
    /// A negation.
    Not,
    /// An office.
    Office,
    /// Nothing but.
    Only,
    /// What the passive is made with.
    Passive,
    /// A telephone.
    Phone,
    /// What a filter wants proof of.
    Proof,
    /// Got: who complains of an automatic mail has received it.
    Received,
    /// What is done with a request.
    Registered,
    /// To reply; not "risponde" and "rispondono", which are said of offices and intercoms.
    Replying,
    /// What somebody asked for.
    Request,
    /// Sending.
    Sending,
    /// Made for sending alone.
    SendingOnly,
    /// Of this very thing.
    This,
    /// Times at which somebody is or is not there.
    Times,
    /// Up to a day.
    Until,
    /// Looked after.
    Watched,
    /// The reader's.
    Your,
    /// Not listed: a number, as days have.
    Day,
}

/// All the sorts that a word is of, a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::domain::kind) struct Sorts(u32);

impl Sorts {
    /// All that are in any of these.
    pub(super) fn of_all(all: &[Self]) -> Self {
        Self(all.iter().fold(0, |bits, sorts| bits | sorts.0))
    }

    /// Whether this sort is among them.
    pub(super) const fn has(self, sort: Sort) -> bool {
        self.0 & sort.bit() != 0
    }

    /// The sorts of a folded word, which is not empty.
    pub(super) fn of(word: &str) -> Self {
        static TABLE: LazyLock<Option<Table>> = LazyLock::new(Table::new);
        TABLE.as_ref().map_or(Self::default(), |table| table.sorts(word))
    }
}

impl Sort {
    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

struct Table {
    /// Anchored: a stem stands at the beginning of its word, and a word that begins otherwise is soon left.
    automaton: AhoCorasick,
    /// The sort of each pattern, and whether the pattern is a whole word.
    sorts: Vec<(Sort, bool)>,
    /// What the patterns begin with; those too short for it are whole words.
    begun: Beginnings,
}

impl Table {
    fn new() -> Option<Self> {
        let listed = |(sort, extent, list): (Sort, Extent, &'static str)| {
            let patterns = list.split_ascii_whitespace();
            patterns.map(move |pattern| (pattern, (sort, matches!(extent, Words))))
        };
        let (patterns, sorts): (Vec<_>, Vec<_>) = LISTS.into_iter().flat_map(listed).unzip();
        let begun = Beginnings::of_words(patterns.iter().copied());
        let automaton = AhoCorasick::builder().start_kind(StartKind::Anchored).build(patterns);
        Some(Self { automaton: automaton.ok()?, sorts, begun })
    }

    fn sorts(&self, word: &str) -> Sorts {
        let listed = if self.begun.may_begin(word) { self.listed(word) } else { 0 };
        let is_day = word.bytes().take(2).all(|byte| byte.is_ascii_digit());
        Sorts(listed | if is_day { Sort::Day.bit() } else { 0 })
    }

    fn listed(&self, word: &str) -> u32 {
        let mut state = OverlappingState::start();
        let input = Input::new(word).anchored(Anchored::Yes);
        let found = std::iter::from_fn(|| {
            self.automaton.try_find_overlapping(input.clone(), &mut state).ok()?;
            state.get_match()
        });
        // A state of the automaton knows the stems that end in it, those within the word, too: "esta" in "respuesta".
        let sorts = found.filter(|hit| hit.start() == 0).filter_map(|hit| {
            let (sort, whole) = self.sorts.get(hit.pattern().as_usize())?;
            (!whole || hit.end() == word.len()).then_some(*sort)
        });
        sorts.fold(0, |all, sort| all | sort.bit())
    }
}

/// How much of a word the entries of a list are.
#[derive(Debug, Clone, Copy)]
enum Extent {
    /// Its beginning.
    Stems,
    /// All of it.
    Words,
}

use Extent::{Stems, Words};

// Folded; Italian, English, German, French, Spanish, Portuguese, Dutch, Polish, Romanian, where they differ.
const LISTS: [(Sort, Extent, &str); 25] = [
    (
        Sort::Answer,
        Stems,
        "rispost reply response antwort reponse respuesta resposta antwoord odpowiedz raspuns",
    ),
    (Sort::Automatic, Stems, "automat autogener auto-gener автомат"),
    (Sort::Click, Stems, "clicc click klick cliqu clic pulse pulsa"),
    (Sort::Closed, Stems, "chius closed geschlossen ferme cerrad fechad gesloten nieczynn inchis"),
    (
        Sort::Courtesy,
        Stems,
        "prega pregat preghiamo gentilmente please bitte favor merci priere veuillez gelieve \
         prosimy rugam",
    ),
    (
        Sort::Holiday,
        Stems,
        "ferie holiday vacation urlaub conge vacaciones ferias vakantie verlof urlop concediu \
         szabadsag",
    ),
    (
        Sort::Mailbox,
        Stems,
        "casell indirizz account mailbox inbox address postfach adresse boite buzon direccion caixa \
         endereco postvak skrzynk",
    ),
    (
        Sort::Message,
        Stems,
        "messaggi mail e-mail email comunicazion notific message nachricht mitteilung \
         benachrichtigung courriel correo mensaje comunicacion mensagem comunicacao bericht \
         wiadomosc mesaj сообщени повідомлен",
    ),
    (
        Sort::Not,
        Words,
        "non not don't dont cannot can't isn't nicht ne n'y n'est no nao niet nie nu",
    ),
    (
        Sort::Office,
        Stems,
        "uffici studio sede azienda negozio office buro bureau oficina escritorio kantoor biuro \
         birou",
    ),
    (Sort::Only, Stems, "solo soltanto esclusivamente"),
    (Sort::Passive, Words, "e e' stata stato sara verra been was is wurde ist ete sido"),
    (Sort::Phone, Stems, "telefon phone"),
    (Sort::Proof, Stems, "spammer robot umano umana human mensch humain"),
    (
        Sort::Received,
        Stems,
        "ricevut arrivat received got erhalten bekommen recu recibid recebi ontvangen otrzymal \
         primit",
    ),
    (
        Sort::Registered,
        Stems,
        "registrat inserit acquisit pervenut ricevut evas presa protocollat assegnat inoltrat chius \
         apert received registered logged assigned closed opened forwarded registriert eingegangen \
         erhalten enregistre transmise registrad recibid",
    ),
    (
        Sort::Replying,
        Words,
        "rispondere risponda rispondete rispondi replicare replichi reply respond answer antworten \
         repondre repondez responda responder respondas contestar conteste antwoorden beantwoorden \
         odpowiadac odpowiadaj raspundeti raspunde",
    ),
    (
        Sort::Request,
        Stems,
        "richiest segnalazion comunicazion istanz pratic ticket messaggi mail e-mail email request \
         case report message enquiry anfrage meldung nachricht antrag demande solicitud expediente \
         mensaje",
    ),
    (Sort::Sending, Stems, "invio l'invio"),
    (Sort::SendingOnly, Stems, "unattended unmonitored notification-only send-only outgoing-only"),
    (
        Sort::This,
        Stems,
        "presente questa questo quest' this dies ceci cette cet esta este dit deze acest niniejsz",
    ),
    (
        Sort::Times,
        Words,
        "sabato domenica festivi weekend notte notturne ore orario orari dalle dopo h24 24 24h \
         saturday sunday weekends night hours after samstag sonntag wochenende samedi dimanche",
    ),
    (Sort::Until, Words, "al all' until till through to bis jusqu'au au hasta ate tot do pana"),
    (
        Sort::Watched,
        Stems,
        "presidiat monitor sorvegliat abilitat consultat incoming uberwacht gelesen surveill \
         consultee supervis atendid",
    ),
    (Sort::Your, Words, "sua tua vostra suo tuo vostro your ihre votre su tu"),
];

#[cfg(test)]
mod tests {
    use super::{Extent, LISTS, Sort, Sorts};

    #[test]
    fn a_sort_stands_at_its_own_place() {
        for (place, (sort, ..)) in LISTS.into_iter().enumerate() {
            assert_eq!(place, sort as usize, "{sort:?}");
        }
    }

    #[test]
    fn what_is_shorter_than_a_beginning_is_a_whole_word() {
        for (sort, extent, list) in LISTS {
            let short = list.split_ascii_whitespace().any(|pattern| pattern.len() < 3);
            assert!(!short || matches!(extent, Extent::Words), "{sort:?}");
        }
    }

    #[test]
    fn stems_begin_words_and_words_are_whole() {
        for (word, sort, expected) in [
            ("automaticamente", Sort::Automatic, true),
            ("autom", Sort::Automatic, false),
            ("semiautomatico", Sort::Automatic, false),
            ("respuesta", Sort::This, false),
            ("non", Sort::Not, true),
            ("nonno", Sort::Not, false),
            ("ne", Sort::Not, true),
            ("email", Sort::Message, true),
            ("email", Sort::Request, true),
            ("consultee", Sort::Watched, true),
            ("сообщение", Sort::Message, true),
            ("25", Sort::Day, true),
            ("5", Sort::Day, true),
            ("2a", Sort::Day, false),
        ] {
            assert_eq!(Sorts::of(word).has(sort), expected, "{word} {sort:?}");
        }
    }
}
