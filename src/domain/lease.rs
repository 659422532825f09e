//! Several daemons on one store: who is alive, and who watches which mailbox.
//!
//! A daemon shows that it lives by counting up a number in the store. Who looks on measures with a stopwatch
//! of its own how long the number has stood still: no clock of another machine, and no jump of one's own,
//! can make a daemon look dead. Both functions are pure; `daemon::keeper` does what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A daemon whose number has stood still for this long is dead to the others: with a look a second it is
/// replaced within 15 seconds.
pub const SILENCE_MAX: Duration = Duration::from_secs(12);

/// A daemon as the store shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Its number, higher than that of every daemon that began before.
    pub epoch: i64,
    /// How often it has shown that it lives.
    pub beats: i64,
    /// The mailboxes of its configuration.
    pub mailboxes: BTreeSet<String>,
}

/// What one daemon has seen of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peers {
    /// By epoch: the last number seen, and when it was new, by one's own stopwatch.
    seen: BTreeMap<i64, (i64, Duration)>,
}

impl Peers {
    /// Takes in what the store shows at `at` of one's own stopwatch; returns the peers that are dead, as
    /// (epoch, beats): whoever ends them must do so only if the number is still that one.
    pub fn observe(&mut self, own: i64, living: &[Worker], at: Duration) -> Vec<(i64, i64)> {
        let mut seen = BTreeMap::new();
        let mut dead = Vec::new();
        for worker in living.iter().filter(|worker| worker.epoch != own) {
            let since = match self.seen.get(&worker.epoch) {
                Some((beats, since)) if *beats == worker.beats => *since,
                _ => at,
            };
            if at.saturating_sub(since) >= SILENCE_MAX {
                dead.push((worker.epoch, worker.beats));
            }
            seen.insert(worker.epoch, (worker.beats, since));
        }
        self.seen = seen;
        dead
    }
}

/// What a daemon should do about mailboxes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// To claim: nobody holds them.
    pub claim: Vec<String>,
    /// To give up, when the work in hand is done: another daemon has less to do.
    pub give: Vec<String>,
}

/// Shares the mailboxes among the living: every one is held by a daemon that is configured for it, no daemon
/// holds two more than another that could hold them too. All daemons come to the same result from the same
/// rows; where rows change between two looks, the store lets only one of them claim.
#[must_use]
pub fn share(own: i64, living: &[Worker], claims: &BTreeMap<String, i64>) -> Share {
    let mut holds: BTreeMap<i64, usize> = living.iter().map(|worker| (worker.epoch, 0)).collect();
    for epoch in claims.values() {
        if let Some(count) = holds.get_mut(epoch) {
            *count = count.saturating_add(1);
        }
    }
    let mut share = Share::default();
    let wanted: BTreeSet<&String> = living.iter().flat_map(|worker| &worker.mailboxes).collect();
    for mailbox in wanted {
        let holder = claims.get(mailbox).filter(|epoch| holds.contains_key(epoch));
        let Some(idlest) = idlest(mailbox, living, &holds) else { continue };
        match holder {
            None => {
                add(&mut holds, idlest);
                if idlest == own {
                    share.claim.push(mailbox.clone());
                }
            }
            Some(holder) if count(&holds, *holder) >= count(&holds, idlest).saturating_add(2) => {
                take(&mut holds, *holder);
                add(&mut holds, idlest);
                if *holder == own {
                    share.give.push(mailbox.clone());
                }
            }
            Some(_) => {}
        }
    }
    share
}

/// The living daemon that is configured for a mailbox and holds the fewest; the oldest of several.
fn idlest(mailbox: &str, living: &[Worker], holds: &BTreeMap<i64, usize>) -> Option<i64> {
    let able = living.iter().filter(|worker| worker.mailboxes.contains(mailbox));
    able.map(|worker| (count(holds, worker.epoch), worker.epoch)).min().map(|(_, epoch)| epoch)
}

fn count(holds: &BTreeMap<i64, usize>, epoch: i64) -> usize {
    holds.get(&epoch).copied().unwrap_or(0)
}

fn add(holds: &mut BTreeMap<i64, usize>, epoch: i64) {
    let count = holds.entry(epoch).or_default();
    *count = count.saturating_add(1);
}

fn take(holds: &mut BTreeMap<i64, usize>, epoch: i64) {
    let count = holds.entry(epoch).or_default();
    *count = count.saturating_sub(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(epoch: i64, beats: i64, mailboxes: &[&str]) -> Worker {
        Worker {
            epoch,
            beats,
            mailboxes: mailboxes.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// However long a daemon has been silent when one begins to look: only what one saw oneself counts.
    #[test]
    fn a_peer_is_dead_when_its_number_stood_still_for_twelve_seconds_of_ours() {
        let mut peers = Peers::default();
        let (own, other) = (worker(2, 0, &[]), |beats| worker(1, beats, &[]));
        let mut look = |beats, seconds| peers.observe(2, &[own.clone(), other(beats)], at(seconds));
        assert_eq!(look(7, 1000), [], "first seen");
        assert_eq!(look(7, 1011), []);
        assert_eq!(look(8, 1012), [], "it moved in time");
        assert_eq!(look(8, 1023), []);
        assert_eq!(look(8, 1024), [(1, 8)]);
        assert_eq!(look(9, 1025), [], "only its own number ends it");
    }

    #[test]
    fn one_s_own_number_is_never_held_against_one() {
        let mut peers = Peers::default();
        for seconds in [0, 100, 200] {
            assert_eq!(peers.observe(1, &[worker(1, 5, &[])], at(seconds)), []);
        }
    }

    const FOUR: [&str; 4] = ["a", "b", "c", "d"];

    /// Both sides of a claim that two daemons make from the same rows: the sets are apart and whole.
    #[test]
    fn free_mailboxes_are_shared_out_evenly() {
        let living = [worker(1, 0, &FOUR), worker(2, 0, &FOUR)];
        let free = BTreeMap::new();
        let (one, two) = (share(1, &living, &free), share(2, &living, &free));
        assert_eq!(
            (one.claim, two.claim),
            (vec!["a".into(), "c".into()], vec!["b".into(), "d".into()])
        );
    }

    #[test]
    fn one_who_has_two_more_than_another_gives() {
        let claims: BTreeMap<String, i64> = FOUR.iter().map(|m| ((*m).to_owned(), 1)).collect();
        let living = [worker(1, 0, &FOUR), worker(2, 0, &FOUR)];
        assert_eq!(share(1, &living, &claims).give, ["a", "b"]);
        assert_eq!(share(2, &living, &claims), Share::default(), "it waits until they are free");
        let three: BTreeMap<String, i64> =
            [("a", 1), ("b", 1), ("c", 2)].map(|(m, e)| (m.to_owned(), e)).into();
        let living = [worker(1, 0, &FOUR[..3]), worker(2, 0, &FOUR[..3])];
        assert_eq!(share(1, &living, &three), Share::default(), "two and one is even");
    }

    #[test]
    fn the_mailboxes_of_a_dead_daemon_are_free() {
        let claims: BTreeMap<String, i64> = FOUR.iter().map(|m| ((*m).to_owned(), 1)).collect();
        let all = share(2, &[worker(2, 0, &FOUR)], &claims);
        assert_eq!(all.claim, FOUR);
    }

    /// Daemons may be configured for other mailboxes each: nobody gives what only it can hold, and nothing
    /// stays free because it would be one too many.
    #[test]
    fn a_mailbox_stays_with_those_who_are_configured_for_it() {
        let living = [worker(1, 0, &FOUR), worker(2, 0, &["z"])];
        assert_eq!(share(1, &living, &BTreeMap::new()).claim, FOUR);
        let claims: BTreeMap<String, i64> = FOUR.iter().map(|m| ((*m).to_owned(), 1)).collect();
        assert_eq!(share(1, &living, &claims), Share::default());
        assert_eq!(share(2, &living, &claims).claim, ["z"]);
    }

    /// From any rows, daemons that act by turns come to rest: everything held, evenly.
    #[test]
    fn shares_come_to_rest_evenly() {
        let names: Vec<String> = (0..17).map(|n| format!("m{n:02}")).collect();
        for daemons in 1..=5_i64 {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let living: Vec<Worker> = (1..=daemons).map(|e| worker(e, 0, &names)).collect();
            let mut claims: BTreeMap<String, i64> =
                names.iter().map(|m| ((*m).to_owned(), 1)).collect();
            let mut rounds = 0;
            loop {
                let mut moved = false;
                for worker in &living {
                    let share = share(worker.epoch, &living, &claims);
                    moved |= share != Share::default();
                    for name in share.give {
                        claims.remove(&name);
                    }
                    for name in share.claim {
                        assert!(claims.insert(name, worker.epoch).is_none(), "held by another");
                    }
                }
                rounds += 1;
                assert!(rounds < 50);
                if !moved {
                    break;
                }
            }
            let counts: Vec<usize> = living
                .iter()
                .map(|w| claims.values().filter(|epoch| **epoch == w.epoch).count())
                .collect();
            assert_eq!(claims.len(), 17);
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
        }
    }
}
