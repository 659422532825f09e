use std::sync::LazyLock;

use chrono::NaiveDate;

use super::super::{BadCommand, COMMANDS_MAX, Command, WRITTEN_CHARS_MAX, commands, help};
use super::days::TODAY;
use crate::domain::rules::{Category, RuleSet};
use crate::domain::urgency::Urgency;

const SITE: &str = r#"
[[office]]
id = "strade-nord"
it = "Servizio Strade Nord"
en = "Roads North"
[[contractor]]
id = "luce"
name = "Bianchi Impianti Srl"
addresses = ["a@luce.example"]
subcategories = ["I01"]
activation = "on_approval"
[[contractor]]
id = "rossi-scavi"
name = "Ditta Rossi Scavi"
addresses = ["a@rossi.example"]
subcategories = ["S01"]
activation = "on_approval"
[[contractor]]
id = "rossi-verde"
name = "Vivai Rossi"
addresses = ["a@vivai.example"]
subcategories = ["V01"]
activation = "on_approval"
"#;

pub(super) fn read(text: &str) -> Vec<Result<Command, BadCommand>> {
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::parse(SITE, "rules.toml").unwrap());
    let (year, month, day) = TODAY;
    commands(text, &RULES, NaiveDate::from_ymd_opt(year, month, day).unwrap())
}

/// Why the only command of a text is none.
pub(super) fn why(text: &str) -> String {
    match read(text).as_slice() {
        [Err(bad)] => bad.why_it.clone(),
        other => panic!("{text:?}: {other:?}"),
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn order(contractor: Option<&str>, beyond: bool) -> Command {
    Command::Order { contractor: contractor.map(str::to_owned), beyond }
}

#[test]
fn a_command_is_read_in_its_usual_spellings() {
    for (line, expected) in [
        ("#categoria verde", Command::Category(Category::GreenSpace)),
        ("# Categoria: Verde pubblico", Command::Category(Category::GreenSpace)),
        ("#CATEGORY roads", Command::Category(Category::Infrastructure)),
        ("#categoria Viabilità", Command::Category(Category::Infrastructure)),
        ("#categoria edifici e fabbricati", Command::Category(Category::Building)),
        ("#categoria illuminazione", Command::Category(Category::Plant)),
        ("#categoria i01", Command::Subcategory(text("I01"))),
        ("#sottocategoria s01", Command::Subcategory(text("S01"))),
        ("#sottocategoria semafori", Command::Subcategory(text("I03"))),
        ("#urgente", Command::Urgency(Urgency::High)),
        ("#Urgente!", Command::Urgency(Urgency::High)),
        ("#urgenza alta", Command::Urgency(Urgency::High)),
        ("#priorità: bassa", Command::Urgency(Urgency::Low)),
        ("#urgenza emergenza", Command::Urgency(Urgency::Emergency)),
        ("#non urgente", Command::Urgency(Urgency::Normal)),
        ("#luogo Via Roma 12", Command::Place(text("Via Roma 12"))),
        ("#assegna verde", Command::Assign(text("verde"))),
        ("#assegna all'ufficio edilizia", Command::Assign(text("edilizia"))),
        ("#assegna impianti e illuminazione", Command::Assign(text("impianti"))),
        ("#assegna nord", Command::Assign(text("strade-nord"))),
        ("#assegna strade", Command::Assign(text("strade"))),
        (
            "#assegna a Mario.Rossi@Comune.Example",
            Command::Assign(text("mario.rossi@comune.example")),
        ),
        ("#ordina", order(None, false)),
        ("#ordina ditta", order(None, false)),
        ("#ordina ditta oltre limite", order(None, true)),
        ("#ordina alla ditta luce", order(Some("luce"), false)),
        ("#ordina bian", order(Some("luce"), false)),
        ("#ordina oltre il limite rossi scavi", order(Some("rossi-scavi"), true)),
        ("#ordina vivai srl", order(Some("rossi-verde"), false)),
        ("#ritira", Command::Retract),
        ("#ritira l'ordine", Command::Retract),
        ("#annulla ordine", Command::Retract),
        ("#annulla mandata per prova", Command::Cancel(text("mandata per prova"))),
        ("#sospendi", Command::Suspend(String::new())),
        ("#sospendi in attesa del materiale", Command::Suspend(text("in attesa del materiale"))),
        ("#riprendi", Command::Resume),
        ("#valutata", Command::Assess(String::new())),
        ("#valutato: cede il cordolo", Command::Assess(text("cede il cordolo"))),
        ("#sopralluogo fatto, serve il rullo", Command::Assess(text("serve il rullo"))),
        ("#nota il custode ha le chiavi", Command::Note(text("il custode ha le chiavi"))),
        ("#chiudi", Command::Close(String::new())),
        ("#close lampada sostituita", Command::Close(text("lampada sostituita"))),
        ("#riapri, grazie", Command::Reopen),
        ("#prendo", Command::Take),
        ("#presa in carico", Command::Take),
        ("#fuori competenza", Command::OutOfCompetence(None)),
        ("#fuori competenza rifiuti", Command::OutOfCompetence(Some(text("waste")))),
        (
            "#fuori-competenza: servizio idrico",
            Command::OutOfCompetence(Some(text("water_utility"))),
        ),
        ("#FuoriCompetenza polizia", Command::OutOfCompetence(Some(text("police_traffic")))),
        ("#fuori competenza urp", Command::OutOfCompetence(Some(text("information")))),
        ("#duplicato di 2026-000123", Command::DuplicateOf(text("2026-000123"))),
        ("#duplicato n. [2026-123]", Command::DuplicateOf(text("2026-000123"))),
        ("#dividi", Command::Split),
        ("#unisci con la 2026/000123", Command::Merge(text("2026-000123"))),
        ("#rispondi Arriviamo lunedì.", Command::Reply(text("Arriviamo lunedì."))),
        ("#chiedi A quale civico?", Command::Ask(text("A quale civico?"))),
        ("#aiuto", Command::Help),
        ("#HELP", Command::Help),
        ("#?", Command::Help),
        ("# ?", Command::Help),
    ] {
        assert_eq!(read(line), [Ok(expected)], "{line:?}");
    }
}

#[test]
fn several_commands_stand_in_one_mail() {
    let mail = "Buongiorno,\n#urgente #assegna verde\nqui niente\n\n  #nota Il palo è il #12\n#13 e #14 invece no\n\n#rispondi\nGentile signora,\narriviamo #presto.\n#chiudi";
    let expected = [
        Command::Urgency(Urgency::High),
        Command::Assign(text("verde")),
        Command::Note(text("Il palo è il #12\n#13 e #14 invece no")),
        Command::Reply(text("Gentile signora,\narriviamo #presto.")),
        Command::Close(String::new()),
    ];
    assert_eq!(read(mail), expected.map(Ok));
    assert_eq!(read("Il lampione #12 è spento, priorità #1\n#12"), []);
}

#[test]
fn a_wrong_line_is_said_back_with_what_to_do() {
    for (line, parts) in [
        ("#chuidi", &["«#chuidi»", "forse #chiudi?", "#aiuto"][..]),
        ("#fuori competensa iren", &["forse #fuori competenza?"]),
        ("#categoira verde", &["forse #categoria?"]),
        ("#bla bla", &["«#bla»", "scriva #aiuto"]),
        ("#categoria", &["Niente", "edifici, strade, impianti o verde"]),
        ("#categoria mare", &["«mare»", "edifici"]),
        ("#categoria non verde", &["«non verde»"]),
        ("#categoria verde strade", &["«verde strade»"]),
        ("#urgenza", &["alta, normale o bassa"]),
        ("#urgenza non alta", &["«non alta»"]),
        ("#luogo", &["Via Roma 12"]),
        ("#assegna ragioneria", &["«ragioneria»", "verde (Servizio Verde pubblico)"]),
        ("#assegna luce", &["«luce» è una ditta", "#ordina luce"]),
        ("#assegna servizio strade e verde", &["non è un ufficio"]),
        ("#assegna a@b.example c@d.example", &["un solo indirizzo"]),
        ("#assegna mario@", &["un solo indirizzo"]),
        ("#ordina rossi", &["rossi-scavi (Ditta Rossi Scavi)", "rossi-verde (Vivai Rossi)"]),
        ("#ordina non oltre il limite", &["«non»", "luce"]),
        ("#fuori competenza iren", &["«iren»", "Polizia Locale"]),
        ("#fuori competenza gestore", &["può essere più di uno", "waste", "water_utility"]),
        ("#duplicato di 123", &["#duplicato di 2026-000123"]),
        ("#unisci 2026-000123 2026-000124", &["#unisci 2026-000123"]),
        ("#duplicato", &["Niente"]),
        ("#nota", &["#nota", "manca il testo"]),
        ("#rispondi  ", &["#rispondi", "manca il testo"]),
        ("#riapri il palo è ancora spento", &["«il palo è ancora spento»", "#nota"]),
    ] {
        let why = why(line);
        for part in parts {
            assert!(why.contains(part), "{line:?}: {part:?} in {why}");
        }
    }
}

#[test]
fn a_wrong_line_leaves_the_others_alone() {
    let found = read("#urgente\n#chiud #riprendi\n#prendo");
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[1].as_ref().unwrap_err().written, "#chiud");
    assert_eq!(found[2], Ok(Command::Resume));
    assert_eq!(found[3], Ok(Command::Take));
}

/// Two commands as near as each other: none is named.
#[test]
fn a_slip_between_two_words_is_not_guessed() {
    assert!(!why("#riprendo").contains("#prendo"));
    assert!(!why("#xyz").contains("forse"));
}

#[test]
fn work_of_our_own_is_said_with_or_without_what_was_done() {
    for (line, what) in [("#eseguito", ""), ("#riparata: palo nuovo", "palo nuovo")] {
        let said = read(line);
        assert_eq!(said, [Ok(Command::Worked(what.to_owned()))], "{line}");
    }
}

#[test]
fn an_order_is_sent_again_and_a_ticket_put_off_by_like_words() {
    for line in ["#rimanda ordine", "#Reinvia l'ordine", "#sollecita l’ordine", "#resend order"] {
        assert_eq!(read(line), [Ok(Command::SendAgain)], "{line}");
    }
    assert!(matches!(read("#rimanda 3g").as_slice(), [Ok(Command::Postpone(_))]));
}

#[test]
fn the_help_text_is_what_is_read() {
    assert_eq!(help().len(), 30);
    for (example, does) in help() {
        assert!(!does.is_empty() && !does.ends_with('.'), "{example}");
        assert!(matches!(read(example).as_slice(), [Ok(_)]), "{example}: {:?}", read(example));
    }
}

#[test]
fn a_hostile_mail_is_read_to_the_bound() {
    for filler in ["#x\n", "#urgente ", "#", " #a", "# ", "#nota ", "#ordina oltre ", "\n", "é"] {
        let found = read(&format!("#{}", filler.repeat(1 << 15)));
        assert!(found.len() <= COMMANDS_MAX, "{filler:?}");
        for bad in found.iter().filter_map(|found| found.as_ref().err()) {
            assert!(bad.written.chars().count() <= WRITTEN_CHARS_MAX && bad.why_it.len() < 4_000);
        }
    }
}
