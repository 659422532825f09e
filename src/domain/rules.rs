//! The office's own knowledge as data: what there is to repair, by which words it is known, who is in
//! charge, whom to turn to when it is not the municipality's business.
//!
//! Read from `rules.toml` and checked whole: a [`RuleSet`] that exists is consistent. A site's file is laid
//! over the embedded one table by table: entries with a known id or code replace the embedded entry, others
//! are added, and what it does not name stays.

mod compile;
mod error;
mod file;
mod lexicon;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use regex::{Regex, RegexSet};
use serde::{Deserialize, Serialize};

pub use error::RulesError;
pub(super) use lexicon::{Hit, Lexicon, Meaning};

use super::classify::Model;
use super::language::Language;
use super::place::Gazetteer;
use super::urgency::{Scale, Urgency};

/// The rules that come with the program; they hold no address of anybody.
pub const EMBEDDED: &str = include_str!("../../config/rules.toml");

/// What errors call the embedded rules.
const EMBEDDED_NAME: &str = "embedded rules.toml";

/// What their entries are called in the languages besides Italian and English.
const WORDS: &str = include_str!("../../config/words.toml");

/// What errors call these.
const WORDS_NAME: &str = "embedded words.toml";

/// The trade that repairs a thing (D.Lgs. 36/2023, annex II.12: the SOA categories).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The fabric and finishes of municipal buildings (fabbricati).
    Building,
    /// Roads, pavements, signs, bridges, drains (infrastrutture).
    Infrastructure,
    /// Technical systems wherever they stand (impianti).
    Plant,
    /// Trees, grass, parks, playgrounds (verde pubblico).
    GreenSpace,
}

impl Category {
    /// Every category, in the order of the taxonomy.
    pub const ALL: [Self; 4] =
        [Self::Building, Self::Infrastructure, Self::Plant, Self::GreenSpace];

    /// The name in files, tables and contracts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Infrastructure => "infrastructure",
            Self::Plant => "plant",
            Self::GreenSpace => "green_space",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// Its place in [`ALL`](Self::ALL).
    pub(super) const fn position(self) -> usize {
        self as usize
    }
}

/// One kind of work within a category.
#[derive(Debug, Clone)]
pub struct Subcategory {
    /// Short and stable, as `I01`.
    pub code: String,
    /// The trade it belongs to.
    pub category: Category,
    /// Its name in Italian, shown to residents.
    pub it: String,
    /// Its name in English.
    pub en: String,
    /// Its name in further languages.
    pub words: BTreeMap<Language, String>,
    /// Working days until the work is usually done; the office's figure counts when there is none.
    pub expected_days: Option<u32>,
    /// What one such intervention usually costs, in cents: held against the limits of contractors.
    pub estimate_cents: Option<i64>,
    /// A sentence in Italian for whoever goes there, about what is dangerous in this work.
    pub safety: Option<String>,
    pub(super) patterns: Vec<Pattern>,
}

/// Whom to turn to with something that is not the municipality's maintenance.
#[derive(Debug, Clone)]
pub struct Referral {
    /// Short and stable, as `waste`.
    pub id: String,
    /// Whom to turn to, in Italian, as part of a sentence; empty where there is nobody.
    pub it: String,
    /// Whom to turn to, in English.
    pub en: String,
    /// Whom to turn to, in further languages.
    pub words: BTreeMap<Language, String>,
    pub(super) patterns: Vec<Pattern>,
}

/// A regular expression over the folded text, with what a match counts.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    pub(super) weight: f64,
}

/// A municipal sector that answers for work.
#[derive(Debug, Clone)]
pub struct Office {
    /// Short and stable.
    pub id: String,
    /// Its name in Italian, shown to residents.
    pub name_it: String,
    /// Its name in English.
    pub name_en: String,
    /// Its name in further languages.
    pub words: BTreeMap<Language, String>,
    /// Where its notices go; none in the embedded rules.
    pub address: Option<String>,
    /// Working days until its work is usually done.
    pub expected_days: Option<u32>,
    /// The categories it answers for.
    pub categories: Vec<Category>,
    /// The subcategories it answers for; they come before anybody's categories.
    pub subcategories: Vec<String>,
}

/// How a contractor gets a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// At once, for every ticket of its subcategories.
    Automatic,
    /// At once when the ticket is urgent; otherwise when staff say so.
    UrgentOnly,
    /// When staff say so.
    OnApproval,
}

/// A firm that does work for the municipality.
#[derive(Debug, Clone)]
pub struct Contractor {
    /// Short and stable.
    pub id: String,
    /// The firm's name.
    pub name: String,
    /// Where work orders go; at least one.
    pub addresses: Vec<String>,
    /// What it is engaged for; at least one.
    pub subcategories: Vec<String>,
    /// How it gets a work order.
    pub activation: Activation,
    /// Where it works; none is everywhere.
    pub districts: Vec<String>,
    /// The code of the contract, named in every order.
    pub contract: Option<String>,
    /// The contract's first day.
    pub valid_from: Option<NaiveDate>,
    /// The contract's last day.
    pub valid_to: Option<NaiveDate>,
    /// Of several for one kind of work the smallest is asked first; equal ones in the order of the file.
    pub priority: u32,
    /// Within these it is activated without asking anybody.
    pub limits: Limits,
    /// Who may allow more: bare addresses in the order in which they are asked; none is the office in charge.
    pub exceed: Vec<String>,
    /// Minutes within which an urgent order must be answered; the others have until the end of the next working day.
    pub answer_minutes: u32,
}

/// How far a contractor may be activated without asking (the limits of the agreement with the technicians).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// What one intervention may cost, in cents.
    pub intervention_cents: Option<i64>,
    /// What the interventions of a period may cost together, in cents.
    pub period_cents: Option<i64>,
    /// How many a period may see.
    pub period_orders: Option<i64>,
    /// What a period is.
    pub period: Period,
}

/// The time that a budget is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Period {
    /// A calendar month.
    #[default]
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

/// Who is called about an emergency, at any hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Short and stable.
    pub id: String,
    /// In the order in which they are called; at least one.
    pub addresses: Vec<String>,
    /// The offices it answers for; none is every office that no other contact names.
    pub offices: Vec<String>,
    /// Minutes from one call to the next, at least 1.
    pub repeat_minutes: u32,
    /// Calls about one emergency, at most; at least 1.
    pub calls_max: u32,
}

/// The numbers of the scorer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scoring {
    /// Below this probability staff decide.
    pub(super) abstain_below: f64,
    /// What a term's weight of 1 adds to the logarithm of its entry's likelihood.
    pub(super) term_weight: f64,
}

/// Everything the rules say, checked and compiled. Made by [`RuleSet::parse`] and never changed.
#[derive(Debug)]
pub struct RuleSet {
    version: String,
    scoring: Scoring,
    lexicon: Lexicon,
    urgency_scale: Scale,
    urgency_patterns: BTreeMap<Urgency, Vec<Regex>>,
    /// All of them as one: most sentences match none, and one pass tells.
    urgency_any: RegexSet,
    subcategories: Vec<Subcategory>,
    referrals: Vec<Referral>,
    offices: Vec<Office>,
    fallback: Office,
    contractors: Vec<Contractor>,
    on_call: Vec<OnCall>,
    alarm_senders: Vec<String>,
    claims_address: Option<String>,
    /// A model of the site's own; none for the shipped one.
    model: Option<Model>,
    places: Gazetteer,
}

impl RuleSet {
    /// The same rules for a municipality whose streets and sites are known.
    #[must_use]
    pub fn with_places(self, places: Gazetteer) -> Self {
        Self { places, ..self }
    }

    /// The streets and sites that are known; none unless [`with_places`](Self::with_places) gave them.
    #[must_use]
    pub const fn places(&self) -> &Gazetteer {
        &self.places
    }

    /// Reads a site's rules and lays them over [`EMBEDDED`]; an empty text gives the embedded rules alone.
    /// `file` is what errors call it. The error says file, line, what was expected and found, and the remedy.
    pub fn parse(toml: &str, file: &str) -> Result<Self, RulesError> {
        compile::rule_set(toml, file)
    }

    /// The same rules with a model of the site's own, trained with its corrections.
    #[must_use]
    pub fn with_model(self, model: Model) -> Self {
        Self { model: Some(model), ..self }
    }

    /// The model that decides together with these rules.
    #[must_use]
    pub fn model(&self) -> &Model {
        self.model.as_ref().unwrap_or_else(|| Model::shipped())
    }

    /// Which rules these are: the first 12 hexadecimal digits of the SHA-256 of their text.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The subcategory with this code.
    #[must_use]
    pub fn subcategory(&self, code: &str) -> Option<&Subcategory> {
        self.subcategories.iter().find(|subcategory| subcategory.code == code)
    }

    /// Every subcategory, sorted by code.
    #[must_use]
    pub fn subcategories(&self) -> &[Subcategory] {
        &self.subcategories
    }

    /// Who is in charge: the office of the subcategory, else of the category, else the default office.
    /// Where two offices name the same, the first in the file.
    #[must_use]
    pub fn office(&self, category: Option<Category>, subcategory: Option<&str>) -> &Office {
        let names = |office: &&Office| {
            subcategory.is_some_and(|code| office.subcategories.iter().any(|named| named == code))
        };
        let covers = |office: &&Office| {
            category.is_some_and(|category| office.categories.contains(&category))
        };
        let offices = &self.offices;
        offices.iter().find(names).or_else(|| offices.iter().find(covers)).unwrap_or(&self.fallback)
    }

    /// The firms engaged for a subcategory, by priority and then in the order of the file.
    #[must_use]
    pub fn contractors(&self, subcategory: &str) -> Vec<&Contractor> {
        let engaged =
            |firm: &&Contractor| firm.subcategories.iter().any(|code| code == subcategory);
        let mut firms: Vec<&Contractor> = self.contractors.iter().filter(engaged).collect();
        firms.sort_by_key(|firm| firm.priority);
        firms
    }

    /// Every office, the default one among them, in the order of the files.
    #[must_use]
    pub fn offices(&self) -> &[Office] {
        &self.offices
    }

    /// Every contractor, in the order of the file.
    #[must_use]
    pub fn all_contractors(&self) -> &[Contractor] {
        &self.contractors
    }

    /// The contractor with this id.
    #[must_use]
    pub fn contractor(&self, id: &str) -> Option<&Contractor> {
        self.contractors.iter().find(|firm| firm.id == id)
    }

    /// Who is called about an emergency of this office: the first contact that names it, else the first
    /// that names none. Nobody in the embedded rules.
    #[must_use]
    pub fn on_call(&self, office: &str) -> Option<&OnCall> {
        let names = |contact: &&OnCall| contact.offices.iter().any(|named| named == office);
        let any = |contact: &&OnCall| contact.offices.is_empty();
        self.on_call.iter().find(names).or_else(|| self.on_call.iter().find(any))
    }

    /// Everybody who is called about emergencies, in the order of the file.
    #[must_use]
    pub fn all_on_call(&self) -> &[OnCall] {
        &self.on_call
    }

    /// Addresses or domains of lift, boiler and pump controllers, in lower case: their mails are plant reports.
    #[must_use]
    pub fn alarm_senders(&self) -> &[String] {
        &self.alarm_senders
    }

    /// Who hears of claims for damages: protocol or insurance; none is staff.
    #[must_use]
    pub fn claims_address(&self) -> Option<&String> {
        self.claims_address.as_ref()
    }

    /// Whom to turn to for a matter that is not the municipality's maintenance.
    #[must_use]
    pub fn referral(&self, refer: &str) -> Option<&Referral> {
        self.referrals.iter().find(|referral| referral.id == refer)
    }

    /// Every referral, sorted by id.
    #[must_use]
    pub fn referrals(&self) -> &[Referral] {
        &self.referrals
    }

    pub(super) const fn scoring(&self) -> &Scoring {
        &self.scoring
    }

    pub(super) const fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub(super) const fn urgency_scale(&self) -> &Scale {
        &self.urgency_scale
    }

    /// Whether any of [`urgency_patterns`](Self::urgency_patterns) matches a folded sentence.
    pub(super) fn may_be_urgent(&self, sentence: &str) -> bool {
        self.urgency_any.is_match(sentence)
    }

    pub(super) const fn urgency_patterns(&self) -> &BTreeMap<Urgency, Vec<Regex>> {
        &self.urgency_patterns
    }
}
