//! `classify`: how good the classifier is, and a new model of the shipped text and the office's own corrections.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::output::{Format, list, say, table};
use super::{Done, Failure, OrStatic as _, load, open_store};
use crate::config::Config;
use crate::domain::classify::evaluate::{ANSWERS, AlarmFigures, Figures, answer_name, evaluate};
use crate::domain::classify::{Lesson, Model, train};
use crate::domain::mail::Mail;
use crate::domain::rules::{EMBEDDED, RuleSet};
use crate::lessons;
use crate::setup;
use crate::store::labels;

/// What to do with the classifier.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print how good the classifier is on labelled mails
    ///
    /// A line of FILE is one JSON object with `subject`, `body`, `accept` (building, infrastructure, plant, green,
    /// other; best first) and, if known, `subcategory` or `refer` and `urgency`. Without --config the built-in rules and model
    /// are judged. The model was never trained on fixtures/reports/dev.jsonl.
    #[command(after_help = "Example:\n  sportello classify evaluate fixtures/reports/dev.jsonl")]
    Evaluate {
        /// Labelled mails
        file: PathBuf,
        /// How to print the figures
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Train a model on the shipped text and on what staff corrected
    ///
    /// It is written to `rules.model`; the model that was there stays beside it, with `.old` at the end of its name.
    /// A model that is worse on the frozen set than the better of the one in use and the shipped one, by more than
    /// chance, is not put in place. Restart the daemon to use it.
    #[command(
        after_help = "Examples:\n  sportello classify train\n  sportello classify train --shipped --out src/domain/classify/model/shipped.bin"
    )]
    Train {
        /// Leave the office's corrections out: gives the model that comes with the program, byte for byte
        #[arg(long, requires = "out")]
        shipped: bool,
        /// Leave a file of the shipped text out too, to judge by it what a hand that was never seen gets
        #[arg(long, requires = "shipped", value_name = "train-x.jsonl")]
        leave_out: Vec<String>,
        /// Where to write it, instead of `rules.model`
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Evaluates without a runtime; training reads the store.
pub(super) async fn run(command: Command, given: Option<PathBuf>, file: PathBuf) -> Done {
    match command {
        Command::Evaluate { file, format } => {
            let config = given.as_deref().map_or_else(|| Ok(Config::defaults()), load)?;
            let rules = setup::rules(&config).or_static()?;
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string());
            let lessons = lessons::lessons(&file.display().to_string(), &text.or_static()?);
            show(&evaluate(&lessons.or_static()?, &rules), format)
        }
        Command::Train { shipped: true, leave_out, out: Some(out) } => {
            let rules = RuleSet::parse(EMBEDDED, "rules.toml").or_static()?;
            fs::write(&out, train(&lessons::training_without(&leave_out)?, &rules)?)
                .with_context(|| out.display().to_string())?;
            say(&format!("{}: written", out.display()));
            Ok(())
        }
        Command::Train { out, .. } => retrain(&load(&file)?, out).await,
    }
}

async fn retrain(config: &Config, out: Option<PathBuf>) -> Done {
    let path = out.or_else(|| config.rules.model.clone()).ok_or_else(|| {
        Failure::Static(anyhow!(
            "rules.model: expected a file to keep the model in, found none; name one, or use --out FILE"
        ))
    })?;
    let rules = setup::rules(config).or_static()?;
    let store = open_store(config).await?;
    let own = own_lessons(&labels::corrected(&store.engine).await?, &rules);
    let mut all = lessons::training()?;
    all.extend(own.iter().cloned());
    say(&format!(
        "training on {} shipped mails and {} of your own",
        all.len() - own.len(),
        own.len()
    ));
    let bytes = train(&all, &rules)?;
    let frozen = lessons::frozen()?;
    let in_use = evaluate(&frozen, &rules).accuracy;
    let rules = rules.with_model(Model::shipped().clone());
    let shipped = evaluate(&frozen, &rules).accuracy;
    let after = evaluate(&frozen, &rules.with_model(Model::read(&bytes)?)).accuracy;
    say(&format!(
        "right on the frozen set: {in_use:.3} in use, {shipped:.3} shipped, {after:.3} new"
    ));
    // Measured by the one in use alone, a little could be lost at every training.
    if is_worse(in_use.max(shipped), after) {
        return Err(Failure::Work(anyhow!(
            "the new model is worse than the one in use or the shipped one and was not put in place; the one in use stays. Look at the latest corrections with `sportello tickets list`"
        )));
    }
    replace(&path, &bytes)?;
    say(&format!("{}: written; restart the daemon to use it", path.display()));
    Ok(())
}

/// Three of the 300 mails of the frozen set: as much goes one way or the other by chance with every lesson.
const LOSS_MAX: f64 = 0.01;

/// Whether a model that has `after` right on the frozen set may not replace one that has `before`.
fn is_worse(before: f64, after: f64) -> bool {
    // A share of 300 is not exact: half a mail is no mail.
    before - after > LOSS_MAX + 0.001
}

/// What staff taught: the mail that opened the ticket, or its part that opened a second one, with the ticket's
/// category as it is now, or whose business it is.
fn own_lessons(corrected: &[labels::Corrected], rules: &RuleSet) -> Vec<Lesson> {
    let lesson = |one: &labels::Corrected| {
        let (subject, text) = match &one.mail {
            Some(mail) => {
                let mail: Mail = serde_json::from_str(mail).ok()?;
                (mail.subject, mail.text)
            }
            // The subject is of the mail's first problem.
            None => (String::new(), one.facts.text.clone()),
        };
        let code = one.subcategory.as_deref().filter(|code| rules.subcategory(code).is_some());
        let verdict = one.facts.verdict.as_ref().filter(|_| one.category.is_none());
        // Nobody taught anything by leaving a ticket unclear.
        if one.category.is_none() && !verdict.is_some_and(|verdict| verdict.out_of_competence) {
            return None;
        }
        let refer = verdict.and_then(|verdict| verdict.refer.as_deref());
        let refer = refer.filter(|id| rules.referral(id).is_some());
        Some(Lesson {
            subject,
            text,
            accept: vec![one.category],
            class: code.or(refer).map(str::to_owned),
            // What staff leave as it is they have not said to be right.
            urgency: None,
        })
    };
    corrected.iter().filter_map(lesson).collect()
}

/// The old file is kept; at no moment is there none.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let fresh = beside(".new");
    fs::write(&fresh, bytes).with_context(|| fresh.display().to_string())?;
    if path.exists() {
        let old = beside(".old");
        fs::copy(path, &old).with_context(|| old.display().to_string())?;
    }
    fs::rename(&fresh, path).with_context(|| path.display().to_string())
}

fn show(figures: &Figures, format: Format) -> Done {
    if format == Format::Json {
        say(&serde_json::to_string_pretty(figures)?);
        return Ok(());
    }
    if format == Format::Csv {
        return list(format, &["answer", "given", "f1"], &figures.answers);
    }
    let mut head = vec!["right \\ given"];
    head.extend(ANSWERS.map(answer_name));
    head.push("F1");
    let mut confusion = table(&head);
    for row in &figures.answers {
        let mut cells = vec![row.answer.to_owned()];
        cells.extend(row.given.map(|number| number.to_string()));
        cells.push(format!("{:.3}", row.f1));
        confusion.add_row(cells);
    }
    say(&confusion.to_string());
    say(&format!("mails                     {}", figures.mails));
    say(&format!("accuracy                  {:.3}", figures.accuracy));
    say(&format!("macro-F1                  {:.3}", figures.macro_f1));
    for surest in &figures.surest {
        let share = surest.coverage * 100.0;
        say(&format!("right of the surest {share:.0} %  {:.3}", surest.precision));
    }
    say(&format!("calibration error         {:.3}", figures.calibration_error));
    say(&format!("abstained                 {}", figures.abstained));
    if figures.with_subcategory > 0 {
        let (right, of) = (figures.subcategory_accuracy, figures.with_subcategory);
        say(&format!("subcategory right         {right:.3} of {of}"));
    }
    if figures.with_urgency > 0 {
        say_alarms("emergencies             ", &figures.emergency);
        say_alarms("high or emergency       ", &figures.high_or_emergency);
    }
    Ok(())
}

fn say_alarms(what: &str, figures: &AlarmFigures) {
    let AlarmFigures { wanted, raised, recall, precision } = figures;
    say(&format!(
        "{what}  {recall:.3} of {wanted} found, {precision:.3} of {raised} raised are right"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_worse_by_more_than_chance_is_refused() {
        for (before, after, worse) in [
            (281, 281, false),
            (281, 290, false),
            (281, 278, false),
            (281, 277, true),
            (281, 0, true),
        ] {
            let share = |right: u32| f64::from(right) / 300.0;
            assert_eq!(is_worse(share(before), share(after)), worse, "{before} {after}");
        }
    }

    #[test]
    fn the_old_file_is_kept_beside_the_new() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.bin");
        replace(&path, b"one").unwrap();
        assert!(!directory.path().join("model.bin.old").exists());
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read(directory.path().join("model.bin.old")).unwrap(), b"one");
    }
}
