use std::sync::LazyLock;

use super::*;
use crate::domain::mail::Mail;
use crate::domain::understand::understand;

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::parse("", "rules.toml").unwrap());

fn verdict_of(text: &str) -> Verdict {
    verdict_with("", text, "")
}

fn verdict_with(subject: &str, text: &str, quoted: &str) -> Verdict {
    let [subject, text, quoted] = [subject, text, quoted].map(str::to_owned);
    understand(&Mail { subject, text, quoted, ..Mail::default() }, &RULES).verdict
}

#[test]
fn plain_requests_go_to_their_trade() {
    use Category::{Building, GreenSpace, Infrastructure, Plant};
    for (text, category, subcategory) in [
        ("C'è una buca profonda nell'asfalto di via Emilia", Infrastructure, "S01"),
        ("Il lampione davanti al civico 4 è spento da una settimana", Plant, "I01"),
        ("La grondaia della scuola perde e l'acqua scende lungo il muro", Building, "F02"),
        ("L'altalena del parco ha la catena rotta", GreenSpace, "V07"),
        ("I termosifoni della scuola sono freddi, la caldaia non parte", Plant, "I06"),
        ("Erba alta e sfalcio mai fatto lungo il prato pubblico", GreenSpace, "V04"),
        ("Le strisce pedonali non si vedono più, sono sbiadite", Infrastructure, "S09"),
        ("The street lamp outside my house is broken", Plant, "I01"),
        ("Straßenlaterne kaputt, bitte reparieren", Plant, "I01"),
        ("路灯坏了", Plant, "I01"),
        ("مصباح الشارع معطل", Plant, "I01"),
        ("Не працює ліхтар біля школи", Plant, "I01"),
    ] {
        let verdict = verdict_of(text);
        assert_eq!(verdict.category, Some(category), "{text}: {:?}", verdict.candidates);
        assert_eq!(
            verdict.subcategory.as_deref(),
            Some(subcategory),
            "{text}: {:?}",
            verdict.because
        );
    }
}

#[test]
fn what_is_not_ours_is_referred() {
    for (text, refer) in [
        ("Il cassonetto dei rifiuti è pieno, la raccolta non passa da giorni", "waste"),
        ("Come rinnovo la carta d'identità? Serve l'appuntamento all'anagrafe?", "registry_social"),
        ("Ratti e blatte in cortile, serve una derattizzazione", "pests"),
    ] {
        let verdict = verdict_of(text);
        assert!(verdict.out_of_competence && verdict.category.is_none(), "{text}: {verdict:?}");
        assert_eq!(verdict.refer.as_deref(), Some(refer), "{text}");
    }
}

#[test]
fn five_candidates_share_one_best_first() {
    for text in ["", "buca", "lampione e siepe e rubinetto", "xyz", "!!!"] {
        let verdict = verdict_of(text);
        let sum: f64 = verdict.candidates.iter().map(|candidate| candidate.confidence).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{text}: {sum}");
        assert_eq!(verdict.candidates.len(), 5);
        assert!(verdict.candidates.is_sorted_by(|one, other| one.confidence >= other.confidence));
        assert!((verdict.candidates[0].confidence - verdict.confidence).abs() < f64::EPSILON);
    }
}

#[test]
fn without_evidence_staff_decide() {
    for text in ["", "Buongiorno", "vi scrivo per la solita cosa", "😀"] {
        let verdict = verdict_of(text);
        assert!(verdict.abstained && !verdict.out_of_competence, "{text}: {verdict:?}");
        assert_eq!((verdict.category, verdict.subcategory, verdict.refer), (None, None, None));
    }
}

#[test]
fn the_words_that_decided_are_the_writers_own() {
    let text = "Il LAMPIÓNE, davanti a casa, è Spento";
    let verdict = verdict_of(text);
    assert!(verdict.because.iter().any(|word| word.contains("LAMPIÓNE")), "{:?}", verdict.because);
    assert!(verdict.because.len() <= BECAUSE_MAX);
    assert!(verdict.because.iter().all(|word| text.contains(word.as_str())));
}

#[test]
fn what_is_in_order_counts_less_than_what_is_not() {
    let verdict = verdict_of(
        "Il lampione funziona, l'aiuola è a posto, ma il marciapiede è rotto e si inciampa",
    );
    assert_eq!(verdict.category, Some(Category::Infrastructure), "{:?}", verdict.candidates);
}

#[test]
fn quotes_count_only_where_the_writer_says_nothing() {
    let old = "Il lampione di via Verdi è spento";
    let answer = "La siepe del parco va potata, è cresciuta sul vialetto";
    assert_eq!(verdict_with("", answer, old).category, Some(Category::GreenSpace));
    assert_eq!(
        verdict_with("I:", "Si inoltra per competenza", old).category,
        Some(Category::Plant)
    );
    assert_eq!(verdict_with("", "", old).category, Some(Category::Plant));
}

#[test]
fn the_same_mail_gets_the_same_verdict() {
    let text = "Lampione, buca, siepe, rubinetto: è tutto rotto";
    assert_eq!(verdict_of(text), verdict_of(text));
}

#[test]
fn hostile_texts_cost_no_more_than_long_ones() {
    for piece in ["lampione ", "a", "路灯", "è\u{301}", "non funziona, ", "\0\u{202e}"] {
        let text = piece.repeat(200_000);
        assert_eq!(verdict_with(&text, &text, &text).candidates.len(), 5);
    }
}
