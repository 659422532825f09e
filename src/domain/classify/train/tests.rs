use super::super::Model;
use super::*;
use crate::domain::rules::EMBEDDED;
use crate::domain::text::words;

fn rules() -> RuleSet {
    RuleSet::parse(EMBEDDED, "rules.toml").unwrap()
}

fn few() -> Vec<Lesson> {
    let lesson = |text: &str, category: Category, class: &str| Lesson {
        subject: String::new(),
        text: text.into(),
        accept: vec![Some(category)],
        class: Some(class.into()),
        urgency: Some(if class == "S01" { Urgency::Emergency } else { Urgency::Low }),
    };
    vec![
        lesson("il coso della piazza brilla male", Category::Plant, "I01"),
        lesson("coso brilla poco in piazza", Category::Plant, "I01"),
        lesson("un vuoto nella strada", Category::Infrastructure, "S01"),
        lesson("vuoto largo in strada", Category::Infrastructure, "S01"),
    ]
}

#[test]
fn what_was_taught_is_known() {
    let model = Model::read(&train(&few(), &rules()).unwrap()).unwrap();
    let at = |name: &str| model.classes().iter().position(|class| class.name == name).unwrap();
    for (text, right, wrong) in [("cosi che brillano", "I01", "S01"), ("che vuoto!", "S01", "I01")]
    {
        let words = words(text);
        let logits = model.score(words.iter(), std::iter::empty()).logits;
        assert!(logits[at(right)] > logits[at(wrong)], "{text}: {logits:?}");
    }
}

#[test]
fn urgency_is_learnt_apart_from_the_trade() {
    let read = |lessons: &[Lesson]| Model::read(&train(lessons, &rules()).unwrap()).unwrap();
    let (text, model) = (words("un vuoto nella strada"), read(&few()));
    let score = model.score(text.iter(), std::iter::empty());
    assert!(score.level(Urgency::Emergency) > score.level(Urgency::Low));
    let unknown = few().into_iter().map(|lesson| Lesson { urgency: None, ..lesson });
    let silent = read(&unknown.collect::<Vec<_>>());
    let without = silent.score(text.iter(), std::iter::empty());
    assert_eq!(score.logits, without.logits, "the trade does not depend on the urgency");
    assert!(Urgency::ALL.iter().all(|level| without.level(*level).abs() < f64::EPSILON));
}

#[test]
fn the_same_lessons_make_the_same_bytes() {
    assert_eq!(train(&few(), &rules()).unwrap(), train(&few(), &rules()).unwrap());
}

#[test]
fn other_lessons_labels_or_terms_have_another_hash() {
    let before = text_hash(&few(), &rules());
    let mut relabelled = few();
    relabelled[0].class = None;
    assert_ne!(before, text_hash(&relabelled, &rules()));
    let mut calmed = few();
    calmed[2].urgency = Some(Urgency::Normal);
    assert_ne!(before, text_hash(&calmed, &rules()));
    let own = "[[referral]]\nid = \"waste\"\nit = \"x\"\nen = \"x\"\nterms = [\"piazza\"]";
    assert_ne!(before, text_hash(&few(), &RuleSet::parse(own, "own").unwrap()));
}

#[test]
fn no_lessons_make_a_model_that_knows_nothing() {
    let model = Model::read(&train(&[], &rules()).unwrap()).unwrap();
    assert_eq!((model.size(), model.classes().len()), (0, 73));
}
