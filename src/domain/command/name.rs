//! What somebody means by a part of a name.

use crate::domain::text::{fold, words};

/// Something that can be called by its id or by words of its name.
pub(super) struct Named<'a> {
    /// Short and stable.
    pub(super) id: &'a str,
    /// As people say it; what two entries share names one thing.
    pub(super) shown: &'a str,
    /// Further words that it is known by.
    pub(super) also: &'a str,
}

impl Named<'_> {
    fn words(&self) -> Vec<String> {
        let all = [self.id, self.shown, self.also];
        all.into_iter().flat_map(words).map(|word| word.folded).collect()
    }

    /// How an answer calls it.
    pub(super) fn told(&self) -> String {
        if self.shown.is_empty() {
            self.id.to_owned()
        } else {
            format!("{} ({})", self.id, self.shown)
        }
    }
}

/// What a name fits.
pub(super) enum Fit<'n, 'a> {
    /// Exactly one.
    One(&'n Named<'a>),
    /// None at all.
    None,
    /// More than one thing.
    Several(Vec<&'n Named<'a>>),
}

/// A word this short is a name only as a whole.
const PREFIX_CHARS_MIN: usize = 3;

/// The entry that `written` means: by its whole id or name, else by whole words, else by their beginnings, all of
/// them `written` must have. `idle` words say nothing.
pub(super) fn fit<'n, 'a>(written: &str, all: &'n [Named<'a>], idle: &[&str]) -> Fit<'n, 'a> {
    let whole = fold(written.trim());
    let wanted = said(written, idle);
    if wanted.is_empty() {
        return Fit::None;
    }
    let exact = |named: &&Named<'_>| fold(named.id) == whole || fold(named.shown) == whole;
    let having = |same: fn(&str, &str) -> bool| {
        let has = |named: &&Named<'_>| {
            let words = named.words();
            wanted.iter().all(|wanted| words.iter().any(|word| same(word, wanted)))
        };
        all.iter().filter(has).collect::<Vec<_>>()
    };
    let found = all.iter().find(exact).map(|named| vec![named]);
    let found = found.into_iter().chain([having(is_word), having(begins)]);
    one_of(found.into_iter().find(|found| !found.is_empty()).unwrap_or_default())
}

fn is_word(word: &str, wanted: &str) -> bool {
    word == wanted
}

fn begins(word: &str, wanted: &str) -> bool {
    is_word(word, wanted)
        || (wanted.chars().count() >= PREFIX_CHARS_MIN && word.starts_with(wanted))
}

/// Two entries of one name are one thing to whoever reads it.
fn one_of<'n, 'a>(found: Vec<&'n Named<'a>>) -> Fit<'n, 'a> {
    let Some(first) = found.first().copied() else { return Fit::None };
    let same = |named: &&Named<'_>| !named.shown.is_empty() && named.shown == first.shown;
    if found.iter().skip(1).all(same) { Fit::One(first) } else { Fit::Several(found) }
}

/// The folded words of `written` that are not idle.
pub(super) fn said(written: &str, idle: &[&str]) -> Vec<String> {
    let words = words(written).into_iter().map(|word| word.folded);
    words.filter(|word| !idle.contains(&word.as_str())).collect()
}
