//! Who is in charge: the offices, which of them has a matter, and who hears of it on a day.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Category, Validity};
use crate::domain::hours::Hours;
use crate::domain::language::Language;
use crate::domain::place::same_district;
use crate::domain::requester::Standing;

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
    /// The districts it answers for; none is everywhere.
    pub districts: Vec<String>,
    /// Whose reports it answers for: [`RESIDENT`](crate::domain::requester::RESIDENT),
    /// [`INTERNAL`](crate::domain::requester::INTERNAL) or the id of an [`Internal`](super::Internal) group; none is
    /// everybody's.
    pub requesters: Vec<String>,
    /// Of two that cover a matter equally the smaller has it.
    pub priority: u32,
    /// When it is open; none is as the organisation.
    pub hours: Option<Hours>,
    /// Who stands in for it, in order.
    pub deputies: Vec<Deputy>,
}

/// Who stands in for an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deputy {
    /// Where the notices go then.
    pub address: String,
    /// On which days; without any only where the office's own address fails.
    pub days: Validity,
    /// The office is written to as well.
    pub besides: bool,
}

impl Deputy {
    /// Whether it is this one's turn on a day.
    fn stands_in(&self, day: NaiveDate) -> bool {
        (self.besides || self.days != Validity::default()) && self.days.holds(day)
    }
}

/// What decides who is in charge.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// The trade, where it is known.
    pub category: Option<Category>,
    /// The kind of work, where it is known.
    pub subcategory: Option<&'a str>,
    /// The district, where the place register knows it.
    pub district: Option<&'a str>,
    /// Who asks.
    pub requester: &'a Standing,
}

/// How closely an office covers a matter, the greatest the closest: the requester first, then the district, then
/// the work, and the smaller priority of two.
type Closeness = (u8, bool, u8, Reverse<u32>);

impl Office {
    /// Whom its notices go to on a day: whoever stands in, else itself; empty where nobody has an address.
    #[must_use]
    pub fn addressees(&self, day: NaiveDate) -> Vec<String> {
        let standing_in = || self.deputies.iter().filter(|deputy| deputy.stands_in(day));
        let away = standing_in().any(|deputy| !deputy.besides);
        let own = self.address.iter().filter(|_| !away);
        own.chain(standing_in().map(|deputy| &deputy.address)).cloned().collect()
    }

    /// Who has a notice instead that did not reach `failed` on a day: the deputy after them whose days hold it; none
    /// when there is no other, or when the address is not one of this office's.
    #[must_use]
    pub fn instead_of(&self, failed: &str, day: NaiveDate) -> Option<&String> {
        let lost = |address: &str| address.eq_ignore_ascii_case(failed);
        let serving = self.deputies.iter().filter(|it| it.days.holds(day) || lost(&it.address));
        let mut line = self.address.iter().chain(serving.map(|it| &it.address));
        line.by_ref().find(|address| lost(address))?;
        line.find(|address| !lost(address))
    }

    /// Its own addresses: the office's and its deputies'.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let deputies = self.deputies.iter().map(|deputy| &deputy.address);
        self.address.iter().chain(deputies).map(String::as_str)
    }

    /// Whether any matter at all comes to it by the rules.
    #[must_use]
    pub const fn covers_something(&self) -> bool {
        self.names_work() || !self.districts.is_empty() || !self.requesters.is_empty()
    }

    pub(super) const fn names_work(&self) -> bool {
        !self.categories.is_empty() || !self.subcategories.is_empty()
    }

    /// None where it has nothing to do with it.
    fn closeness(&self, matter: Matter<'_>) -> Option<Closeness> {
        let requester = match self.requesters.as_slice() {
            [] => 0,
            named => named.iter().filter_map(|name| matter.requester.matches(name)).max()?,
        };
        let there = |district: &str| self.districts.iter().any(|own| same_district(own, district));
        let placed = !self.districts.is_empty();
        if placed && !matter.district.is_some_and(there) {
            return None;
        }
        let subcategory = matter
            .subcategory
            .is_some_and(|code| self.subcategories.iter().any(|named| named == code));
        let category = matter.category.is_some_and(|category| self.categories.contains(&category));
        let work = match (subcategory, category) {
            (true, _) => 2,
            (_, true) => 1,
            _ if !self.names_work() && (placed || requester > 0) => 0,
            _ => return None,
        };
        Some((requester, placed, work, Reverse(self.priority)))
    }
}

/// The office that covers a matter the most closely; of equal ones the first.
pub(super) fn in_charge<'a>(offices: &'a [Office], matter: Matter<'_>) -> Option<&'a Office> {
    let covering = offices
        .iter()
        .rev()
        .filter_map(|office| office.closeness(matter).map(|closeness| (closeness, office)));
    covering.max_by_key(|(closeness, _)| *closeness).map(|(_, office)| office)
}
