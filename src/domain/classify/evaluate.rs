//! How good verdicts are, measured on labelled mails.

use serde::Serialize;

use super::number::{count, whole};
use super::{Category, Evidence, Lesson, Verdict, classify};
use crate::domain::rules::RuleSet;
use crate::domain::understand::Reading;
use crate::domain::urgency::{Urgency, urgency};

/// Shares of the mails of the four categories at which the precision of the surest is stated.
pub const COVERAGES: [f64; 3] = [0.5, 0.7, 0.8];

/// Probabilities are compared with what came true in so many equal bins (Guo et al., 2017).
const BINS: usize = 10;

/// The five answers in the order of tables.
pub const ANSWERS: [Option<Category>; 5] = [
    Some(Category::Building),
    Some(Category::Infrastructure),
    Some(Category::Plant),
    Some(Category::GreenSpace),
    None,
];

/// What an answer is called in tables.
#[must_use]
pub fn answer_name(answer: Option<Category>) -> &'static str {
    answer.map_or("none", Category::name)
}

/// The figures of one answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerFigures {
    /// Its name.
    pub answer: &'static str,
    /// Mails for which it is right, by each answer given, in the order of [`ANSWERS`].
    pub given: [usize; ANSWERS.len()],
    /// Harmonic mean of precision and recall.
    pub f1: f64,
}

/// The precision of the surest answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Surest {
    /// Share of the mails of the four categories.
    pub coverage: f64,
    /// Share of them that is right.
    pub precision: f64,
}

/// How well mails of some urgency are told from the others.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AlarmFigures {
    /// Mails that are so urgent.
    pub wanted: usize,
    /// Mails that were taken to be.
    pub raised: usize,
    /// Share of the wanted that was found.
    pub recall: f64,
    /// Share of the raised that was right.
    pub precision: f64,
}

/// What was measured. Ratios lie between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Mails.
    pub mails: usize,
    /// The best candidate is a right category, abstained or not.
    pub accuracy: f64,
    /// Mean of the answers' F1.
    pub macro_f1: f64,
    /// The precision of the surest named categories at several coverages.
    pub surest: Vec<Surest>,
    /// Expected calibration error of the best candidate's probability, over ten equal bins.
    pub calibration_error: f64,
    /// Mails on which it abstained.
    pub abstained: usize,
    /// Mails of the four categories that name a subcategory.
    pub with_subcategory: usize,
    /// Share of them whose subcategory is right.
    pub subcategory_accuracy: f64,
    /// Mails whose urgency is known.
    pub with_urgency: usize,
    /// Emergencies among them.
    pub emergency: AlarmFigures,
    /// Those of high urgency together with them.
    pub high_or_emergency: AlarmFigures,
    /// Answer by answer.
    pub answers: Vec<AnswerFigures>,
}

/// One mail judged.
struct Judged {
    /// The answer that counts as wanted: the one given when it is right, else the best label.
    wanted: Option<Category>,
    given: Option<Category>,
    confidence: f64,
    right: bool,
}

/// Classifies every lesson and counts.
#[must_use]
pub fn evaluate(lessons: &[Lesson], rules: &RuleSet) -> Figures {
    let (verdicts, urgencies): (Vec<Verdict>, Vec<Urgency>) =
        lessons.iter().map(|lesson| verdict(lesson, rules)).unzip();
    let known = lessons.iter().zip(&urgencies);
    let alarms: Vec<[Urgency; 2]> =
        known.filter_map(|(lesson, given)| Some([lesson.urgency?, *given])).collect();
    let judged: Vec<Judged> =
        lessons.iter().zip(&verdicts).map(|(lesson, verdict)| judge(lesson, verdict)).collect();
    let answers: Vec<AnswerFigures> =
        ANSWERS.iter().map(|answer| answer_figures(*answer, &judged)).collect();
    let with_subcategory: Vec<bool> = lessons
        .iter()
        .zip(&verdicts)
        .filter(|(lesson, _)| lesson.accept.first().is_some_and(Option::is_some))
        .filter_map(|(lesson, verdict)| {
            Some(lesson.class.as_ref()? == verdict.subcategory.as_ref()?)
        })
        .collect();
    let named = lessons
        .iter()
        .filter(|lesson| {
            lesson.class.is_some() && lesson.accept.first().is_some_and(Option::is_some)
        })
        .count();
    Figures {
        mails: lessons.len(),
        accuracy: ratio(judged.iter().filter(|it| it.right).count(), judged.len()),
        macro_f1: answers.iter().map(|it| it.f1).sum::<f64>() / count(answers.len()).max(1.0),
        surest: COVERAGES.iter().map(|coverage| surest(*coverage, &judged, lessons)).collect(),
        calibration_error: calibration_error(&judged),
        abstained: verdicts.iter().filter(|verdict| verdict.abstained).count(),
        with_subcategory: named,
        subcategory_accuracy: ratio(with_subcategory.iter().filter(|right| **right).count(), named),
        with_urgency: alarms.len(),
        emergency: alarm_figures(Urgency::Emergency, &alarms),
        high_or_emergency: alarm_figures(Urgency::High, &alarms),
        answers,
    }
}

/// How well urgencies from `least` on are told, of pairs of what is wanted and what was given.
fn alarm_figures(least: Urgency, alarms: &[[Urgency; 2]]) -> AlarmFigures {
    // The most urgent comes first.
    let wanted = alarms.iter().filter(|[wanted, _]| *wanted <= least).count();
    let raised = alarms.iter().filter(|[_, given]| *given <= least).count();
    let found = alarms.iter().filter(|pair| pair.iter().all(|it| *it <= least)).count();
    AlarmFigures { wanted, raised, recall: ratio(found, wanted), precision: ratio(found, raised) }
}

fn verdict(lesson: &Lesson, rules: &RuleSet) -> (Verdict, Urgency) {
    let reading = Reading::of(&lesson.subject, &lesson.text, rules.lexicon());
    let evidence = Evidence::of(&reading, rules);
    (classify(&evidence, rules), urgency(&evidence, rules).urgency)
}

fn judge(lesson: &Lesson, verdict: &Verdict) -> Judged {
    let given = verdict.candidates.first().and_then(|best| best.category);
    let right = lesson.accept.contains(&given);
    let best = lesson.accept.first().copied().flatten();
    Judged {
        wanted: if right { given } else { best },
        given,
        confidence: verdict.confidence,
        right,
    }
}

fn answer_figures(answer: Option<Category>, judged: &[Judged]) -> AnswerFigures {
    let given = ANSWERS
        .map(|other| judged.iter().filter(|it| it.wanted == answer && it.given == other).count());
    let hits = judged.iter().filter(|it| it.wanted == answer && it.given == answer).count();
    let either = judged
        .iter()
        .filter(|it| it.wanted == answer)
        .count()
        .saturating_add(judged.iter().filter(|it| it.given == answer).count());
    let f1 = if either == 0 { 1.0 } else { 2.0 * count(hits) / count(either) };
    AnswerFigures { answer: answer_name(answer), given, f1 }
}

fn surest(coverage: f64, judged: &[Judged], lessons: &[Lesson]) -> Surest {
    let ours = lessons.iter().filter(|lesson| lesson.accept != [None]).count();
    let mut named: Vec<&Judged> = judged.iter().filter(|it| it.given.is_some()).collect();
    named.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    named.truncate(whole(coverage * count(ours)) as usize);
    let right = named.iter().filter(|it| it.right).count();
    Surest { coverage, precision: ratio(right, named.len()) }
}

fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for it in judged {
        // A probability of 1 belongs to the last bin.
        let at = (whole(it.confidence * count(BINS)) as usize).min(BINS.saturating_sub(1));
        if let Some((stated, right)) = bins.get_mut(at) {
            *stated += it.confidence;
            *right += if it.right { 1.0 } else { 0.0 };
        }
    }
    let gaps: f64 = bins.iter().map(|(stated, right): &(f64, f64)| (stated - right).abs()).sum();
    gaps / count(judged.len()).max(1.0)
}

fn ratio(part: usize, whole: usize) -> f64 {
    count(part) / count(whole).max(1.0)
}
