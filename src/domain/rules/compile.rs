//! From the two files to a checked [`RuleSet`]: the embedded one first, the site's laid over it.

mod contractors;
mod internal;
mod on_call;
mod overlap;
mod services;
mod time;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::Spanned;

use super::alarming::{AlarmingPatterns, regex};
use super::error::{Fault, line_of};
use super::file::{
    LevelTable, PatternEntry, ReferralTable, RulesFile, ScoringTable, SubcategoryTable, TermEntry,
    UrgencyTable, read,
};
use super::lexicon::{Lexicon, Meaning};
use super::mentions::{Mention, Mentions};
use super::{
    Category, Contractor, EMBEDDED, EMBEDDED_NAME, Internal, OnCall, Pattern, Referral, RuleSet,
    RulesError, Scoring, Subcategory, WORDS, WORDS_NAME,
};
use crate::domain::place::Gazetteer;
use crate::domain::urgency::{Scale, Urgency};
use services::Offices;
use words::{Named, Words};

/// Digits of the hash that name a set of rules: enough to tell any two that a site ever had.
const VERSION_DIGITS: usize = 12;

/// Words of `[[category]]` that speak for no category.
const NONE: &str = "none";

/// Above this a weight or factor is a slip of the pen: one word would outvote the whole mail.
const NUMBER_MAX: f64 = 20.0;

type Terms = Vec<(String, f64)>;

/// What the files have said so far.
#[derive(Default)]
struct Draft {
    scoring: Option<Scoring>,
    category_terms: BTreeMap<Option<Category>, Terms>,
    subcategories: BTreeMap<String, (Subcategory, Terms)>,
    referrals: BTreeMap<String, (Referral, Terms)>,
    urgency: Option<UrgencyRules>,
    offices: Offices,
    contractors: Vec<Contractor>,
    on_call: Vec<OnCall>,
    internal: Vec<Internal>,
    /// Names of the file that was laid last, with their bytes.
    districts: Vec<(String, usize)>,
    named_offices: Vec<(String, usize)>,
    alarm_senders: Vec<String>,
    claims_address: Option<String>,
    words: Words,
}

pub(super) fn rule_set(toml: &str, file: &str) -> Result<RuleSet, RulesError> {
    let mut draft = Draft::default();
    draft.lay(EMBEDDED).map_err(|fault| fault.in_file(EMBEDDED_NAME, EMBEDDED))?;
    draft.lay(WORDS).map_err(|fault| fault.in_file(WORDS_NAME, WORDS))?;
    if toml != EMBEDDED {
        draft.lay(toml).map_err(|fault| fault.in_file(file, toml))?;
    }
    let mentions = draft.mentions(file, toml);
    draft.compile(version(toml), mentions).map_err(|fault| fault.in_file(file, toml))
}

fn version(toml: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(EMBEDDED);
    if !toml.trim().is_empty() && toml != EMBEDDED {
        digest.update(toml);
    }
    let mut hex = String::new();
    for byte in digest.finalize() {
        // Writing to a String cannot fail.
        write!(hex, "{byte:02x}").unwrap_or_default();
    }
    hex.truncate(VERSION_DIGITS);
    hex
}

impl Draft {
    fn lay(&mut self, toml: &str) -> Result<(), Fault> {
        let file: RulesFile = read(toml)?;
        self.mention(&file);
        if let Some(table) = &file.scoring {
            self.scoring = Some(scoring(table)?);
        }
        let mut ids = BTreeSet::new();
        for table in &file.category {
            once(&mut ids, &table.id)?;
            self.category_terms.insert(category_or_none(&table.id)?, terms(&table.terms)?);
        }
        ids.clear();
        for table in file.subcategory {
            once(&mut ids, &table.code)?;
            let code = table.code.get_ref().clone();
            let entry = subcategory(table)?;
            if self.subcategories.get(&code).is_some_and(|(earlier, _)| earlier.it != entry.0.it) {
                self.words.forget(Named::Subcategory, &code);
            }
            self.subcategories.insert(code, entry);
        }
        ids.clear();
        for table in file.referral {
            once(&mut ids, &table.id)?;
            let id = table.id.get_ref().clone();
            let entry = referral(table)?;
            if self.referrals.get(&id).is_some_and(|(earlier, _)| earlier.it != entry.0.it) {
                self.words.forget(Named::Referral, &id);
            }
            self.referrals.insert(id, entry);
        }
        if let Some(table) = file.urgency {
            self.urgency = Some(UrgencyRules::of(&table)?);
        }
        for table in file.office.iter().filter(|table| self.offices.renames(table)) {
            self.words.forget(Named::Office, table.id.get_ref());
        }
        for group in internal::groups(&file.internal)? {
            self.internal.retain(|earlier| earlier.id != group.id);
            self.internal.push(group);
        }
        let known: BTreeSet<&str> = self.subcategories.keys().map(String::as_str).collect();
        self.offices.lay(&file.office, &known, &self.internal)?;
        let works = &mut self.subcategories;
        contractors::particulars(works, &file.estimates, &file.safety, &file.contact_on_site)?;
        for firm in contractors::contractors(&file.contractor, &self.subcategories)? {
            self.contractors.retain(|earlier| earlier.id != firm.id);
            self.contractors.push(firm);
        }
        for contact in on_call::contacts(&file.on_call, self.offices.list())? {
            self.on_call.retain(|earlier| earlier.id != contact.id);
            self.on_call.push(contact);
        }
        if let Some(alarm) = file.alarm {
            self.alarm_senders =
                alarm.senders.iter().map(|sender| sender.get_ref().trim().to_lowercase()).collect();
        }
        if let Some(claims) = &file.claims {
            self.claims_address = Some(services::mail_address(&claims.address)?);
        }
        let known = self.subcategories.keys().map(|code| (Named::Subcategory, code.as_str()));
        let known = known.chain(self.referrals.keys().map(|id| (Named::Referral, id.as_str())));
        let offices = self.offices.list().iter();
        let known = known.chain(offices.map(|office| (Named::Office, office.id.as_str())));
        self.words.lay(&file.words, &known.collect())
    }

    /// Notes what a file names that only the rest of the configuration can judge.
    fn mention(&mut self, file: &RulesFile) {
        let named = |it: &Spanned<String>| (it.get_ref().clone(), it.span().start);
        let of_offices = file.office.iter().flat_map(|table| table.districts.iter().flatten());
        let of_firms = file.contractor.iter().flat_map(|table| &table.districts);
        self.districts = of_offices.chain(of_firms).map(named).collect();
        self.named_offices = file.office.iter().map(|table| named(&table.id)).collect();
    }

    /// The names of the file that was laid last, with their lines.
    fn mentions(&self, file: &str, toml: &str) -> Mentions {
        let lined = |named: &[(String, usize)]| {
            let line = |(name, at): &(String, usize)| Mention {
                name: name.clone(),
                line: line_of(toml, *at),
            };
            named.iter().map(line).collect()
        };
        Mentions {
            file: file.to_owned(),
            districts: lined(&self.districts),
            offices: lined(&self.named_offices),
        }
    }

    /// Gives every entry what it is called in further languages.
    fn call(&mut self) {
        for (code, (entry, _)) in &mut self.subcategories {
            entry.words = self.words.take(Named::Subcategory, code);
        }
        for (id, (entry, _)) in &mut self.referrals {
            entry.words = self.words.take(Named::Referral, id);
        }
        self.offices.call(&mut self.words);
    }

    fn compile(mut self, version: String, mentions: Mentions) -> Result<RuleSet, Fault> {
        let missing = |what: &str| {
            Fault::new(0, what, "none in either file", format!("add {what} to the rules"))
        };
        self.call();
        let scoring = self.scoring.ok_or_else(|| missing("a [scoring] table"))?;
        let fallback =
            self.offices.fallback().ok_or_else(|| missing("one [[office]] with default = true"))?;
        let lexicon = self.lexicon();
        let urgency = self.urgency.ok_or_else(|| missing("an [urgency] table"))?;
        Ok(RuleSet {
            version,
            scoring,
            lexicon,
            urgency_scale: urgency.scale,
            alarming: urgency.patterns,
            subcategories: self.subcategories.into_values().map(|(kept, _)| kept).collect(),
            referrals: self.referrals.into_values().map(|(kept, _)| kept).collect(),
            offices: self.offices.into_list(),
            fallback,
            internal: self.internal,
            mentions,
            contractors: self.contractors,
            on_call: self.on_call,
            alarm_senders: self.alarm_senders,
            claims_address: self.claims_address,
            model: None,
            places: Gazetteer::default(),
        })
    }

    fn lexicon(&self) -> Lexicon {
        let mut entries: Vec<(&str, Meaning, f64)> = Vec::new();
        for (category, terms) in &self.category_terms {
            entries.extend(said(terms, category.map_or(Meaning::NoCategory, Meaning::Category)));
        }
        for (position, (_, terms)) in self.subcategories.values().enumerate() {
            entries.extend(said(terms, Meaning::Subcategory(position)));
        }
        for (position, (_, terms)) in self.referrals.values().enumerate() {
            entries.extend(said(terms, Meaning::Referral(position)));
        }
        if let Some(urgency) = &self.urgency {
            for (level, terms) in &urgency.terms {
                entries.extend(said(terms, Meaning::Urgency(*level)));
            }
            entries.extend(said(&urgency.safe, Meaning::Safe));
            entries.extend(said(&urgency.harmless, Meaning::Harmless));
        }
        Lexicon::new(entries)
    }
}

fn said(terms: &Terms, meaning: Meaning) -> impl Iterator<Item = (&str, Meaning, f64)> {
    terms.iter().map(move |(term, weight)| (term.as_str(), meaning, *weight))
}

fn scoring(table: &ScoringTable) -> Result<Scoring, Fault> {
    Ok(Scoring {
        abstain_below: within(&table.abstain_below, "abstain_below", 1.0)?,
        term_weight: within(&table.term_weight, "term_weight", NUMBER_MAX)?,
    })
}

fn within(value: &Spanned<f64>, name: &str, max: f64) -> Result<f64, Fault> {
    let number = *value.get_ref();
    if (0.0..=max).contains(&number) {
        return Ok(number);
    }
    let expected = format!("`{name}` between 0 and {max}");
    Err(Fault::new(
        value.span().start,
        expected,
        number.to_string(),
        "choose a number in that range",
    ))
}

fn once(seen: &mut BTreeSet<String>, id: &Spanned<String>) -> Result<(), Fault> {
    if seen.insert(id.get_ref().clone()) {
        return Ok(());
    }
    Err(Fault::new(
        id.span().start,
        "each code or id once",
        format!("`{}` a second time", id.get_ref()),
        "remove or rename one of the two",
    ))
}

/// The category of this name; a fault that lists them all otherwise.
fn category(name: &Spanned<String>) -> Result<Category, Fault> {
    Category::parse(name.get_ref()).ok_or_else(|| {
        let names = Category::ALL.map(Category::name).join(", ");
        let found = format!("`{}`", name.get_ref());
        Fault::new(
            name.span().start,
            format!("a category ({names})"),
            found,
            "use one of these names",
        )
    })
}

fn category_or_none(name: &Spanned<String>) -> Result<Option<Category>, Fault> {
    if name.get_ref() == NONE { Ok(None) } else { category(name).map(Some) }
}

fn subcategory(table: SubcategoryTable) -> Result<(Subcategory, Terms), Fault> {
    let category = category(&table.category)?;
    let terms = terms(&table.terms)?;
    let patterns = patterns(&table.patterns)?;
    let SubcategoryTable { code, it, en, expected_days, .. } = table;
    let code = code.into_inner();
    let words = BTreeMap::new();
    let entry = Subcategory {
        code,
        category,
        it,
        en,
        words,
        expected_days,
        estimate_cents: None,
        safety: None,
        contact_on_site: None,
        patterns,
    };
    Ok((entry, terms))
}

fn referral(table: ReferralTable) -> Result<(Referral, Terms), Fault> {
    let terms = terms(&table.terms)?;
    let patterns = patterns(&table.patterns)?;
    let ReferralTable { id, it, en, .. } = table;
    let (id, words) = (id.into_inner(), BTreeMap::new());
    Ok((Referral { id, it, en, words, patterns }, terms))
}

fn terms(entries: &[Spanned<TermEntry>]) -> Result<Terms, Fault> {
    let mut found = Vec::new();
    for entry in entries {
        let at = entry.span().start;
        for (term, weight) in entry.get_ref().each() {
            has_word(at, term)?;
            weigh(at, weight)?;
            found.push((term.to_owned(), weight));
        }
    }
    Ok(found)
}

fn weigh(at: usize, weight: f64) -> Result<(), Fault> {
    if (0.0..=NUMBER_MAX).contains(&weight) {
        return Ok(());
    }
    let expected = format!("a weight between 0 and {NUMBER_MAX}");
    Err(Fault::new(at, expected, weight.to_string(), "usual weights lie between 0.5 and 4"))
}

fn patterns(entries: &[Spanned<PatternEntry>]) -> Result<Vec<Pattern>, Fault> {
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let (text, weight) = entry.get_ref().parts();
        weigh(entry.span().start, weight)?;
        found.push(Pattern { regex: regex(entry.span().start, text)?, weight });
    }
    Ok(found)
}

/// The `[urgency]` table, checked.
struct UrgencyRules {
    scale: Scale,
    terms: BTreeMap<Urgency, Terms>,
    patterns: AlarmingPatterns,
    safe: Terms,
    harmless: Terms,
}

impl UrgencyRules {
    fn of(table: &UrgencyTable) -> Result<Self, Fault> {
        let UrgencyTable { emergency_above, emergency, high, low, safe, harmless } = table;
        let scale = Scale {
            emergency_above: within(emergency_above, "emergency_above", 1.0)?,
            emergency_bias: emergency.bias,
            high_bias: high.bias,
            low_bias: low.bias,
        };
        let levels = [(Urgency::Emergency, emergency), (Urgency::High, high), (Urgency::Low, low)];
        let patterns = levels.iter().flat_map(|(level, table)| {
            table.patterns.iter().map(|text| (*level, text.span().start, text.get_ref().as_str()))
        });
        let terms = |(level, table): &(Urgency, &LevelTable)| Ok((*level, terms(&table.terms)?));
        Ok(Self {
            scale,
            patterns: AlarmingPatterns::of(patterns)?,
            terms: levels.iter().map(terms).collect::<Result<_, _>>()?,
            safe: plain(safe)?,
            harmless: plain(harmless)?,
        })
    }
}

fn plain(list: &[Spanned<String>]) -> Result<Terms, Fault> {
    list.iter()
        .map(|term| {
            has_word(term.span().start, term.get_ref())?;
            Ok((term.get_ref().clone(), 1.0))
        })
        .collect()
}

fn has_word(at: usize, term: &str) -> Result<(), Fault> {
    if !term.contains(char::is_alphanumeric) {
        let found = format!("`{term}`");
        return Err(Fault::new(at, "a term with a word in it", found, "write a word or remove it"));
    }
    Ok(())
}
