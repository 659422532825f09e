//! One pass over a folder: what the server's listing and the ledger's rows ask for, held against each other. `intake`
//! does it with real servers, the simulation with made-up ones.
//!
//! What is new is the listing minus what has a last state: never a cursor, never a flag that other programs set.

use super::time::Timestamp;

/// What the ledger says of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// UIDs in a last state, ascending.
    pub settled: Vec<i64>,
    /// UIDs seen and not dealt with, ascending.
    pub open: Vec<i64>,
    /// UIDs in a last state that `after` was not carried out on, ascending.
    pub unmarked: Vec<i64>,
    /// Open UIDs that a listing already missed.
    pub missed: Vec<i64>,
    /// UIDs that were given up because two listings missed them; they are among the settled.
    pub gone: Vec<i64>,
    /// Open UIDs that could not be fetched before.
    pub suspects: Vec<Suspect>,
}

/// A message that could not be fetched, alone or with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspect {
    /// Its UID.
    pub uid: i64,
    /// Attempts that failed.
    pub attempts: i64,
    /// When the ledger first saw it.
    pub seen_at: Timestamp,
}

/// What a pass has to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// To note as seen and to fetch, oldest first.
    pub uids: Vec<i64>,
    /// Could not be fetched before: each is fetched alone, the least suspect first.
    pub suspects: Vec<Suspect>,
    /// Was fetched once: it tells a mail's trouble from the server's.
    pub witness: Option<i64>,
    /// Open, and missing from a listing for the first time: a server may lapse once.
    pub missed: Vec<i64>,
    /// Open, and missing from two listings one after the other: they are gone.
    pub gone: Vec<i64>,
    /// There again, although listings had missed them: what was noted of that is void.
    pub back: Vec<i64>,
}

impl Plan {
    /// Holds a listing against the ledger.
    #[must_use]
    pub fn of(listing: &[i64], known: &Known) -> Self {
        let (there, missed) = (Uids::of(listing), Uids::of(&known.missed));
        let back = known.missed.iter().chain(&known.gone).copied();
        let back: Vec<i64> = back.filter(|uid| there.hold(*uid)).collect();
        // The number of a message is never given to another: one that was given up and is there is that one.
        let settled = not_in(&known.settled, &back);
        let open = not_in(listing, &settled);
        let still = Uids::of(&open);
        let is_open = |suspect: &&Suspect| still.hold(suspect.uid);
        let mut suspects: Vec<Suspect> = known.suspects.iter().filter(is_open).copied().collect();
        suspects.sort_by_key(|suspect| (suspect.attempts, suspect.uid));
        let suspected: Vec<i64> = suspects.iter().map(|suspect| suspect.uid).collect();
        let missing = not_in(&known.open, listing).into_iter();
        let (gone, first) = missing.partition(|uid| missed.hold(*uid));
        Self {
            uids: not_in(&open, &suspected),
            suspects,
            witness: not_in(listing, &open).pop(),
            missed: first,
            gone,
            back,
        }
    }

    /// Whether the ledger must be told of a change in what the server shows.
    #[must_use]
    pub fn has_news(&self) -> bool {
        [&self.missed, &self.gone, &self.back].iter().any(|uids| !uids.is_empty())
    }
}

/// What `after` is carried out on: dealt with, not marked, and there.
#[must_use]
pub fn to_mark(listing: &[i64], known: &Known) -> Vec<i64> {
    let there = Uids::of(listing);
    known.unmarked.iter().copied().filter(|uid| there.hold(*uid)).collect()
}

/// What of `all`, in its order, is not among `others`.
#[must_use]
pub fn not_in(all: &[i64], others: &[i64]) -> Vec<i64> {
    let others = Uids::of(others);
    all.iter().copied().filter(|uid| !others.hold(*uid)).collect()
}

/// Some of a folder's UIDs, to be asked for one of them: a mailbox has tens of thousands.
struct Uids(Vec<i64>);

impl Uids {
    fn of(uids: &[i64]) -> Self {
        let mut sorted = uids.to_vec();
        // They nearly always are.
        sorted.sort_unstable();
        Self(sorted)
    }

    fn hold(&self, uid: i64) -> bool {
        self.0.binary_search(&uid).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspect(uid: i64, attempts: i64) -> Suspect {
        Suspect { uid, attempts, seen_at: Timestamp::from_millis(0) }
    }

    #[test]
    fn what_has_no_last_state_is_fetched_and_suspects_come_last() {
        let known = Known {
            settled: vec![1, 2],
            open: vec![3, 4, 5],
            suspects: vec![suspect(3, 2), suspect(5, 1)],
            ..Known::default()
        };
        let plan = Plan::of(&[1, 2, 3, 4, 5, 6], &known);
        assert_eq!(plan.uids, [4, 6]);
        assert_eq!(plan.suspects.iter().map(|it| it.uid).collect::<Vec<_>>(), [5, 3]);
        assert_eq!((plan.witness, plan.has_news()), (Some(2), false));
    }

    /// Two listings one after the other give a message up; one that shows it again takes that back.
    #[test]
    fn a_message_is_given_up_by_two_listings_in_a_row_and_never_for_good() {
        let open = Known { open: vec![7], ..Known::default() };
        assert_eq!(Plan::of(&[], &open).missed, [7]);
        let missed = Known { missed: vec![7], ..open };
        assert_eq!(Plan::of(&[], &missed).gone, [7]);
        let there = Plan::of(&[7], &missed);
        assert_eq!((there.back, there.uids), (vec![7], vec![7]));
        let gone = Known { settled: vec![7], gone: vec![7], ..Known::default() };
        let there = Plan::of(&[7], &gone);
        assert_eq!((there.back, there.uids), (vec![7], vec![7]));
    }

    #[test]
    fn only_what_is_there_and_dealt_with_is_marked() {
        let known = Known { settled: vec![1, 2], unmarked: vec![1, 2], ..Known::default() };
        assert_eq!(to_mark(&[2, 3], &known), [2]);
    }
}
