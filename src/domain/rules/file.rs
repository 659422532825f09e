//! The shape of `rules.toml`. Spans are kept where an error may have to point.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::error::Fault;
use crate::domain::language::Language;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RulesFile {
    pub(super) scoring: Option<ScoringTable>,
    pub(super) category: Vec<CategoryTable>,
    pub(super) subcategory: Vec<SubcategoryTable>,
    pub(super) referral: Vec<ReferralTable>,
    pub(super) urgency: Option<UrgencyTable>,
    pub(super) office: Vec<OfficeTable>,
    pub(super) contractor: Vec<ContractorTable>,
    pub(super) on_call: Vec<OnCallTable>,
    pub(super) internal: Vec<InternalTable>,
    pub(super) alarm: Option<AlarmTable>,
    pub(super) claims: Option<ClaimsTable>,
    /// By the code of the kind of work, in whole euro.
    pub(super) estimates: BTreeMap<Spanned<String>, u32>,
    /// By the code of the kind of work.
    pub(super) safety: BTreeMap<Spanned<String>, String>,
    /// By the code of the kind of work: why the person who reported must be reached on the spot.
    pub(super) contact_on_site: BTreeMap<Spanned<String>, Spanned<String>>,
    pub(super) words: BTreeMap<Language, WordsTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScoringTable {
    pub(super) abstain_below: Spanned<f64>,
    pub(super) term_weight: Spanned<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryTable {
    /// A category, or `none` for words that speak for no category at all.
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) terms: Vec<Spanned<TermEntry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubcategoryTable {
    pub(super) code: Spanned<String>,
    pub(super) category: Spanned<String>,
    pub(super) it: String,
    pub(super) en: String,
    pub(super) expected_days: Option<u32>,
    #[serde(default)]
    pub(super) terms: Vec<Spanned<TermEntry>>,
    #[serde(default)]
    pub(super) patterns: Vec<Spanned<PatternEntry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferralTable {
    pub(super) id: Spanned<String>,
    pub(super) it: String,
    pub(super) en: String,
    #[serde(default)]
    pub(super) terms: Vec<Spanned<TermEntry>>,
    #[serde(default)]
    pub(super) patterns: Vec<Spanned<PatternEntry>>,
}

/// `"buca"` counts 1, `{ term = "buca", weight = 2.0 }` as it says, `{ weight = 2.0, any = ["buca", …] }` each.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a term, { term, weight } or { weight, any = [terms] }")]
pub(super) enum TermEntry {
    Plain(String),
    Weighted { term: String, weight: f64 },
    Group { weight: f64, any: Vec<String> },
}

impl TermEntry {
    pub(super) fn each(&self) -> impl Iterator<Item = (&str, f64)> {
        let (terms, weight) = match self {
            Self::Plain(term) => (std::slice::from_ref(term), 1.0),
            Self::Weighted { term, weight } => (std::slice::from_ref(term), *weight),
            Self::Group { any, weight } => (any.as_slice(), *weight),
        };
        terms.iter().map(move |term| (term.as_str(), weight))
    }
}

/// `'palo n'` counts 2, `{ regex = '…', weight = 4.0 }` as it says.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a regular expression or { regex, weight }")]
pub(super) enum PatternEntry {
    Plain(String),
    Weighted { regex: String, weight: f64 },
}

impl PatternEntry {
    pub(super) fn parts(&self) -> (&str, f64) {
        match self {
            Self::Plain(regex) => (regex, 2.0),
            Self::Weighted { regex, weight } => (regex, *weight),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UrgencyTable {
    /// The probability from which a mail is an emergency.
    pub(super) emergency_above: Spanned<f64>,
    pub(super) emergency: LevelTable,
    pub(super) high: LevelTable,
    pub(super) low: LevelTable,
    /// Words that take the danger out of their clause.
    #[serde(default)]
    pub(super) safe: Vec<Spanned<String>>,
    /// Expressions that contain a dangerous word and mean something else.
    #[serde(default)]
    pub(super) harmless: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelTable {
    /// How likely the level is before anything is read, against `normal` with 0.
    pub(super) bias: f64,
    #[serde(default)]
    pub(super) terms: Vec<Spanned<TermEntry>>,
    #[serde(default)]
    pub(super) patterns: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfficeTable {
    pub(super) id: Spanned<String>,
    pub(super) it: Option<String>,
    pub(super) en: Option<String>,
    pub(super) address: Option<Spanned<String>>,
    pub(super) expected_days: Option<u32>,
    pub(super) categories: Option<Vec<Spanned<String>>>,
    pub(super) subcategories: Option<Vec<Spanned<String>>>,
    pub(super) districts: Option<Vec<Spanned<String>>>,
    pub(super) requesters: Option<Vec<Spanned<String>>>,
    pub(super) priority: Option<u32>,
    pub(super) hours: Option<Spanned<String>>,
    pub(super) deputies: Option<Vec<DeputyTable>>,
    pub(super) default: Option<bool>,
}

/// Who stands in: an address, or another office by its id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeputyTable {
    pub(super) address: Option<Spanned<String>>,
    pub(super) office: Option<Spanned<String>>,
    pub(super) valid_from: Option<Spanned<String>>,
    pub(super) valid_to: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) besides: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InternalTable {
    pub(super) id: Spanned<String>,
    pub(super) it: String,
    pub(super) en: Option<String>,
    #[serde(default)]
    pub(super) senders: Vec<Spanned<String>>,
    pub(super) contact: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractorTable {
    pub(super) id: Spanned<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) addresses: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) subcategories: Vec<Spanned<String>>,
    pub(super) activation: Spanned<String>,
    #[serde(default)]
    pub(super) districts: Vec<Spanned<String>>,
    pub(super) hours: Option<Spanned<String>>,
    pub(super) contract: Option<String>,
    pub(super) valid_from: Option<Spanned<String>>,
    pub(super) valid_to: Option<Spanned<String>>,
    pub(super) priority: Option<Spanned<u32>>,
    pub(super) limits: Option<LimitsTable>,
    #[serde(default)]
    pub(super) exceed: Vec<Spanned<String>>,
    pub(super) answer_minutes: Option<Spanned<u32>>,
}

/// Whole euro, so that nothing is rounded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsTable {
    pub(super) intervention_euro: Option<Spanned<u32>>,
    pub(super) period_euro: Option<Spanned<u32>>,
    pub(super) period_orders: Option<u32>,
    pub(super) period: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnCallTable {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) addresses: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) offices: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) rota: Vec<Spanned<String>>,
    pub(super) rota_from: Option<Spanned<String>>,
    pub(super) valid_from: Option<Spanned<String>>,
    pub(super) valid_to: Option<Spanned<String>>,
    pub(super) repeat_minutes: Option<Spanned<u32>>,
    pub(super) calls_max: Option<Spanned<u32>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmTable {
    pub(super) senders: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimsTable {
    pub(super) address: Spanned<String>,
}

/// What the entries are called in one language, by their codes and ids.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WordsTable {
    pub(super) subcategory: BTreeMap<String, Spanned<String>>,
    pub(super) referral: BTreeMap<String, Spanned<String>>,
    pub(super) office: BTreeMap<String, Spanned<String>>,
}

pub(super) fn read(toml: &str) -> Result<RulesFile, Fault> {
    toml::from_str(toml).map_err(|error| {
        let at = error.span().map_or(toml.len(), |span| span.start);
        Fault::new(
            at,
            "a rules file",
            error.message(),
            "correct this line as the embedded rules.toml shows",
        )
    })
}
