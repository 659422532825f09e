//! The text that the classifier is made from: right labels, nothing twice, and the model that it gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sportello::domain::classify::{Model, text_hash, train};
use sportello::domain::rules::{Category, EMBEDDED, RuleSet};
use sportello::domain::urgency::Urgency;
use sportello::lessons::{self, FROZEN, Report, TRAINING};

/// Enough of each kind of work that its rarest word has been seen in several hands.
const MAILS_OF_A_KIND_MIN: usize = 60;

/// Words in a row by which mails are compared.
const RUN_WORDS: usize = 5;

/// Of its runs of words no mail may share more with another, in percent.
const SHARED_PERCENT_MAX: usize = 25;

/// Who is called at night for more mails than these, in percent, stops coming.
const EMERGENCIES_PERCENT_MAX: usize = 8;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rules() -> RuleSet {
    RuleSet::parse(EMBEDDED, "rules.toml").unwrap()
}

fn reports() -> Vec<(&'static str, Report)> {
    let files = TRAINING.into_iter().chain([FROZEN]);
    let read = |(file, text): (&'static str, &str)| -> Vec<(&'static str, Report)> {
        let reports = lessons::reports(file, text).unwrap();
        reports.into_iter().map(|report| (file, report)).collect()
    };
    files.flat_map(read).collect()
}

#[test]
fn every_file_of_labelled_mails_is_taken_in() {
    let known: BTreeSet<&str> = TRAINING.iter().chain([&FROZEN]).map(|(file, _)| *file).collect();
    let found = fs::read_dir(root().join("fixtures/reports")).unwrap();
    let found = found.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> = found
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "jsonl"))
        .collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
}

#[test]
fn every_label_is_one_of_the_guide() {
    let rules = rules();
    let guide = fs::read_to_string(root().join("fixtures/reports/labelling-guide.md")).unwrap();
    let mut wrong = Vec::new();
    let mut ids = BTreeSet::new();
    for (file, report) in reports() {
        let mut fault = |what: &str| wrong.push(format!("{file} {}: {what}", report.id));
        if !ids.insert(report.id.clone()) {
            fault("the same id twice");
        }
        if report.accept.is_empty()
            || !report.accept.iter().all(|it| guide.contains(&format!("- `{it}`")))
        {
            fault("a category outside the guide");
        }
        if Urgency::parse(&report.urgency).is_none() {
            fault("an urgency outside the guide");
        }
        if report.address.iter().any(|it| !report.subject.contains(it) && !report.body.contains(it))
        {
            fault("a place that the mail does not write");
        }
        let ours = report.accept.first().is_some_and(|first| first != "other");
        // The frozen set names trades alone.
        match (ours && file != FROZEN.0, &report.subcategory) {
            (true, None) => fault("work of no kind"),
            (false, Some(_)) if !ours => fault("a kind of work on a mail that asks for none"),
            (_, Some(code)) => match rules.subcategory(code) {
                None => fault("a kind of work that the taxonomy does not know"),
                Some(known)
                    if !report.accept.iter().any(|it| category(it) == Some(known.category)) =>
                {
                    fault("a kind of work of another trade");
                }
                Some(_) => {}
            },
            (_, None) => {}
        }
        if report.refer.iter().any(|it| rules.referral(it).is_none()) {
            fault("somebody to turn to whom the rules do not know");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn category(label: &str) -> Option<Category> {
    Category::parse(if label == "green" { "green_space" } else { label })
}

#[test]
fn every_kind_of_work_is_taught_often_enough() {
    let mut counted: BTreeMap<String, usize> =
        rules().subcategories().iter().map(|entry| (entry.code.clone(), 0)).collect();
    for (_, report) in reports() {
        if let Some(count) = report.subcategory.and_then(|code| counted.get_mut(&code)) {
            *count += 1;
        }
    }
    counted.retain(|_, count| *count < MAILS_OF_A_KIND_MIN);
    assert!(counted.is_empty(), "too few mails: {counted:?}");
}

/// Runs of words are what a copy shares with its original; a turn of phrase is everybody's.
#[test]
fn no_mail_repeats_another() {
    let runs: Vec<(String, BTreeSet<Vec<String>>)> =
        reports().into_iter().map(|(_, report)| (report.id.clone(), runs(&report.body))).collect();
    let mut holders: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (at, (_, runs)) in runs.iter().enumerate() {
        for run in runs {
            holders.entry(run).or_default().push(at);
        }
    }
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for holders in holders.values() {
        for (nth, one) in holders.iter().enumerate() {
            for other in holders.iter().skip(nth + 1) {
                *shared.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let mut wrong = Vec::new();
    for ((one, other), count) in shared {
        let shorter = runs[one].1.len().min(runs[other].1.len());
        if count * 100 > shorter * SHARED_PERCENT_MAX {
            wrong.push(format!("{} and {}: {count} of {shorter}", runs[one].0, runs[other].0));
        }
    }
    assert!(wrong.is_empty(), "mails that are nearly the same: {wrong:#?}");
}

fn runs(body: &str) -> BTreeSet<Vec<String>> {
    let words: Vec<String> = body
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.windows(RUN_WORDS).map(<[String]>::to_vec).collect()
}

#[test]
fn the_shipped_model_is_made_from_the_shipped_text() {
    let lessons = lessons::training().unwrap();
    assert!(
        *Model::shipped().text_hash() == text_hash(&lessons, &rules()),
        "the text or the recipe changed: run `cargo run --release -- classify train --shipped --out \
         src/domain/classify/model/shipped.bin`"
    );
}

/// Bit for bit: a difference here is arithmetic that depends on the machine.
#[test]
fn training_again_gives_the_shipped_model() {
    let shipped = fs::read(root().join("src/domain/classify/model/shipped.bin")).unwrap();
    let again = train(&lessons::training().unwrap(), &rules()).unwrap();
    assert!(
        shipped == again,
        "{} against {}",
        Model::shipped().version(),
        Model::read(&again).unwrap().version()
    );
}

/// What the README promises of mail that nobody trained on.
#[test]
fn the_shipped_model_keeps_its_figures_on_the_frozen_set() {
    let figures =
        sportello::domain::classify::evaluate::evaluate(&lessons::frozen().unwrap(), &rules());
    let surest = figures.surest.iter().find(|surest| (surest.coverage - 0.7).abs() < 1e-9).unwrap();
    assert!(figures.accuracy >= 0.91, "{figures:#?}");
    assert!(surest.precision >= 0.98, "{figures:#?}");
    assert!(figures.calibration_error <= 0.05, "{figures:#?}");
    assert!(figures.emergency.recall >= 0.9, "{figures:#?}");
    assert!(
        figures.emergency.raised * 100 <= figures.mails * EMERGENCIES_PERCENT_MAX,
        "{figures:#?}"
    );
    assert!(figures.high_or_emergency.recall >= 0.65, "{figures:#?}");
}
