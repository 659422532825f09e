//! The office's own knowledge as data: what there is to repair, by which words it is known, who is in
//! charge, whom to turn to when it is not the municipality's business.
//!
//! Read from `rules.toml` and checked whole: a [`RuleSet`] that exists is consistent. A site's file is laid
//! over the embedded one table by table: entries with a known id or code replace the embedded entry, others
//! are added, and what it does not name stays.

mod alarming;
mod compile;
mod contractor;
mod error;
mod file;
mod lexicon;
mod mentions;
mod office;
mod on_call;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use regex::Regex;
use serde::{Deserialize, Serialize};

pub use contractor::{Activation, Contractor, Limits, Period};
pub use error::RulesError;
pub(super) use lexicon::{Hit, Lexicon, Meaning};
pub use office::{Deputy, Matter, Office};
pub use on_call::OnCall;

use alarming::AlarmingPatterns;
use mentions::Mentions;

use super::classify::Model;
use super::hours::Hours;
use super::language::Language;
use super::mail::Address;
use super::place::Gazetteer;
use super::urgency::Scale;

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
    /// Why whoever goes there must be able to reach the person who reported, in Italian; none is usual, and then
    /// nothing of that person leaves the house.
    pub contact_on_site: Option<String>,
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

/// People and institutions of the municipality's own that have something in common, as its schools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Internal {
    /// Short and stable.
    pub id: String,
    /// How a letter addresses them in Italian, as `Istituto scolastico`.
    pub name_it: String,
    /// The same in English.
    pub name_en: String,
    /// Addresses and mail domains, in small letters; at least one.
    pub senders: Vec<String>,
    /// Whom they turn to inside the house, in Italian, as `Ufficio scuole, interno 210`.
    pub contact: Option<String>,
}

impl Internal {
    /// By which of its senders an address belongs to it; the address itself before its domain.
    pub(super) fn sender(&self, address: &Address) -> Option<&String> {
        let listed = self.senders.iter().filter(|sender| address.is_listed_as(sender));
        listed.min_by_key(|sender| !sender.contains('@'))
    }
}

/// The days on which something holds, both ends among them; without any it holds always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Validity {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether there is a day on which both hold.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let before = |last: Option<NaiveDate>, first: Option<NaiveDate>| {
            last.zip(first).is_some_and(|(last, first)| last < first)
        };
        !before(self.to, other.from) && !before(other.to, self.from)
    }
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
    alarming: AlarmingPatterns,
    subcategories: Vec<Subcategory>,
    referrals: Vec<Referral>,
    offices: Vec<Office>,
    fallback: Office,
    internal: Vec<Internal>,
    /// What the site's own file names, for what can only be judged beside the rest of the configuration.
    mentions: Mentions,
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

    /// The same rules in the organisation's time zone and with its holidays, for hours of an office's or firm's own.
    #[must_use]
    pub fn in_time_of(mut self, organisation: &Hours) -> Self {
        let offices = self.offices.iter_mut().chain([&mut self.fallback]);
        let hours = offices.map(|office| &mut office.hours);
        let firms = self.contractors.iter_mut().map(|firm| &mut firm.hours);
        for own in hours.chain(firms).flatten() {
            *own = own.in_time_of(organisation);
        }
        self
    }

    /// What is wrong with the site's own rules beside the places that are known: a district that is none. Without
    /// any place nothing can be said.
    pub fn check_districts(&self) -> Result<(), RulesError> {
        self.mentions.check_districts(&self.places)
    }

    /// Whether the site's own file asks for districts.
    #[must_use]
    pub const fn names_districts(&self) -> bool {
        !self.mentions.districts.is_empty()
    }

    /// The first office of the site's own file that has no address, as a fault of that line.
    #[must_use]
    pub fn unreachable_office(&self) -> Option<RulesError> {
        self.mentions.unreachable(&self.offices)
    }

    /// Who is in charge: of the offices that cover the matter the one for the requester before others, then the one
    /// for the district, for the subcategory, for the category, of the smaller priority, first in the file; else the
    /// default office.
    #[must_use]
    pub fn office(&self, matter: Matter<'_>) -> &Office {
        office::in_charge(&self.offices, matter).unwrap_or(&self.fallback)
    }

    /// The groups of people and institutions of the municipality's own, in the order of the file.
    #[must_use]
    pub fn internal(&self) -> &[Internal] {
        &self.internal
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

    /// The office that has what no other covers.
    #[must_use]
    pub const fn default_office(&self) -> &Office {
        &self.fallback
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

    /// Who is called about an emergency of this office on a day: of the contacts that are there the first that names
    /// the office, else the first that names none. Nobody in the embedded rules.
    #[must_use]
    pub fn on_call(&self, office: &str, day: NaiveDate) -> Option<&OnCall> {
        let names = |contact: &&OnCall| contact.offices.iter().any(|named| named == office);
        let any = |contact: &&OnCall| contact.offices.is_empty();
        let there = || self.on_call.iter().filter(|contact| contact.valid.holds(day));
        there().find(names).or_else(|| there().find(any))
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

    pub(super) const fn alarming(&self) -> &AlarmingPatterns {
        &self.alarming
    }
}
