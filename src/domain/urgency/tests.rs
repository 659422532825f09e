use std::sync::LazyLock;

use super::*;

const LEARNT: [&str; 2] = [
    "Il muro si è gonfiato, si stacca a pezzi sopra l'entrata della scuola",
    "Si stacca l'intonaco sopra l'entrata della scuola, passano i bambini",
];

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::parse("", "rules.toml").unwrap());

fn level(text: &str) -> Urgency {
    judged("", text).urgency
}

fn judged(subject: &str, text: &str) -> UrgencyVerdict {
    let reading = Reading::of(subject, text, RULES.lexicon());
    urgency(&Evidence::of(&reading, &RULES), &RULES)
}

#[test]
fn danger_present_now_is_an_emergency() {
    for text in [
        "C'è un forte odore di gas nella cucina della scuola",
        "ASCENSORE FERMO TRA IL 2 E IL 3 PIANO, dentro ci sono una donna e un bambino",
        "Cadono calcinacci dal cornicione sul marciapiede, sulla testa della gente",
        "È caduto un pino di traverso sulla strada, non passa nessuno",
        "Dal palo escono fili scoperti che fanno scintille, passano i bambini",
        "Manca il coperchio del tombino, è un buco di due metri",
        "Si è aperta una voragine in mezzo a via Dante",
        "Il quadro elettrico ha preso fuoco, esce fumo",
        "Two people are trapped in the elevator",
        "У школі сильний запах газу",
        "学校里有煤气味",
    ] {
        assert_eq!(level(text), Urgency::Emergency, "{text}");
    }
}

#[test]
fn negated_settled_and_harmless_dangers_are_none() {
    for text in [
        "La luce di emergenza del corridoio è spenta",
        "L'uscita di emergenza è senza cartello",
        "Chiedo la revisione della porta antincendio",
        "Abito in via Vigili del Fuoco 3, il lampione non va",
        "In via del Gas 12 il marciapiede è sconnesso",
        "Ramo rotto nel parco, non c'è pericolo per nessuno",
        "Non si sente più odore di gas, grazie",
        "Albero caduto già rimosso, grazie",
        "Al pronto intervento non risponde nessuno per la siepe",
        "Il fumo di sigaretta davanti alla biblioteca",
        "Serve urgentemente una risposta",
    ] {
        assert_ne!(level(text), Urgency::Emergency, "{text}");
    }
}

#[test]
fn a_service_that_stopped_is_high_and_a_wish_is_low() {
    for (text, expected) in [
        ("I bambini della scuola sono al freddo, senza riscaldamento", Urgency::High),
        ("Un ramo spezzato pende, rischia di cadere", Urgency::High),
        ("Semaforo spento all'incrocio", Urgency::High),
        ("Il lampione davanti a casa è spento", Urgency::Normal),
        ("", Urgency::Normal),
        ("Sarebbe bello piantare nuovi alberi, senza fretta", Urgency::Low),
        ("Una proposta: riverniciare la panchina, quando potete", Urgency::Low),
    ] {
        assert_eq!(level(text), expected, "{text}");
    }
}

#[test]
fn a_long_story_with_scattered_words_is_no_emergency() {
    let filler =
        "Poi siamo andati al mercato a comprare il pane, come ogni giovedì, con la zia. ".repeat(4);
    let text = format!(
        "Mio nonno ricordava un incendio. {filler} C'era gente. {filler} Una frana, pare. {filler} Ecco, la panchina è rotta."
    );
    assert_ne!(level(&text), Urgency::Emergency);
}

#[test]
fn the_words_that_decided_are_told() {
    let verdict = judged("Odore di GAS", "in cucina");
    assert_eq!(verdict.urgency, Urgency::Emergency);
    assert!(verdict.because.iter().any(|word| word.to_lowercase().contains("gas")));
    assert!(verdict.because.len() <= BECAUSE_MAX);
    assert!(judged("", "").because.is_empty());
}

/// Neither a pattern nor the terms of the rules would raise these: what was learnt does.
#[test]
fn what_no_rule_raises_is_learnt() {
    for text in LEARNT {
        let reading = Reading::of("", text, RULES.lexicon());
        let evidence = Evidence::of(&reading, &RULES);
        let alarms = &evidence.alarms;
        assert!(Decisive::of(&reading, &RULES).words(Urgency::Emergency).is_empty(), "{text}");
        assert!(alarms.score(Urgency::High) < 0.0 && alarms.score(Urgency::Emergency) < 0.0);
        let told = urgency(&evidence, &RULES);
        assert!(told.urgency <= Urgency::High, "{text}: {told:?}");
        assert!(told.because.iter().any(|word| text.contains(word.as_str())), "{text}: {told:?}");
    }
}

/// What a settled clause says to the model raises nothing.
#[test]
fn settled_words_lend_the_model_no_voice() {
    let of = |text: &str| {
        let reading = Reading::of("", text, RULES.lexicon());
        withheld(Urgency::Emergency, &Evidence::of(&reading, &RULES))
    };
    let (danger, settled) =
        ("Fili scoperti del lampione", "Fili scoperti del lampione già sistemati");
    assert!(of(danger).abs() < f64::EPSILON);
    assert!(of(settled) > 0.1, "{}", of(settled));
}

#[test]
fn dangers_in_other_words_and_languages_are_emergencies() {
    for text in [
        "In cucina dell'asilo c'è puzza di uova marce",
        "Se si tocca il palo si sente un formicolio alla mano",
        "All'incrocio hanno il verde tutti e due contemporaneamente",
        "Un pezzo di cornicione è caduto a un metro da una signora",
        "Il pino è caduto sui fili della luce",
        "The kitchen smells of rotten eggs",
        "Both sides have green at the crossroads",
        "Ein Kabel hängt von der Laterne herunter",
        "Hay cables pelados colgando de la farola",
        "La plaque d'égout a disparu devant l'école",
        "Kablloja e dritës varet mbi rrugë",
        "Дріт звисає зі стовпа над тротуаром",
        "سلك كهرباء متدل فوق الرصيف",
        "电线断了掉在路上",
    ] {
        assert_eq!(level(text), Urgency::Emergency, "{text}");
    }
}

#[test]
fn names_read_back_and_the_most_urgent_comes_first() {
    for urgency in Urgency::ALL {
        assert_eq!(Urgency::parse(urgency.name()), Some(urgency));
    }
    assert!(Urgency::ALL.is_sorted());
    assert_eq!(Urgency::parse("urgent"), None);
}
