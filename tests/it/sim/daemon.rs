//! A daemon that runs one effect at a time. Its tasks do what `daemon::keeper`, `intake` and `dispatch` do, in
//! their order, with the decisions of `domain::lease` and `domain::retry`; between any two effects everything
//! else may happen, and in a storm each may fail, before or after it took place.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use sportello::domain::lease::{self, Peers, Worker};
use sportello::domain::letter::LetterKind;
use sportello::domain::pass::Plan;
use sportello::domain::retry::{self, Ended, Next};
use sportello::domain::sending::{Do, Happened, Sending};

use super::store::{Place, name};
use super::world::{Fate, Flaw, Folder, MAILBOXES, World};

/// A daemon shows that it lives this often.
const BEAT_EVERY: Duration = Duration::from_secs(3);

/// Letters leased at once.
const LEASE_LETTERS: usize = 3;

/// What a daemon has in memory; lost with it.
#[derive(Debug)]
pub struct Daemon {
    /// Stopped by SIGSTOP, a hanging disk or a sleeping laptop.
    pub is_paused: bool,
    epoch: i64,
    held: BTreeSet<usize>,
    peers: Peers,
    beaten: Option<Duration>,
    doubts: bool,
    keeper: Keeper,
    mailboxes: [Mailbox; MAILBOXES],
    outbox: Outbox,
}

/// Where the keeper stands.
#[derive(Debug)]
enum Keeper {
    ShowLife,
    Look,
    Share(Vec<Worker>),
    Act(lease::Share),
}

/// Where a mailbox's task stands; each carries the epoch in which it began.
#[derive(Debug, Clone)]
enum Mailbox {
    Away,
    Listed { epoch: i64, validity: i64, listing: BTreeMap<i64, u64> },
    Fetched { epoch: i64, validity: i64, mails: BTreeMap<i64, u64> },
}

/// Where the outbox's task stands.
#[derive(Debug)]
enum Outbox {
    Looking,
    /// The first of the letters is in hand, and this is what `Sending` says next.
    Carrying {
        epoch: i64,
        letters: VecDeque<i64>,
        at: Sending,
        next: Do,
    },
}

impl Daemon {
    /// Begins, with everything to be found out.
    pub fn start(world: &mut World) -> Self {
        Self {
            is_paused: false,
            epoch: world.store.begin_epoch(&(0..MAILBOXES).collect()),
            held: BTreeSet::new(),
            peers: Peers::default(),
            beaten: None,
            doubts: false,
            keeper: Keeper::ShowLife,
            mailboxes: [const { Mailbox::Away }; MAILBOXES],
            outbox: Outbox::Looking,
        }
    }

    /// One effect of one task.
    pub fn step(&mut self, world: &mut World) {
        match world.chance.usize(0..MAILBOXES + 4) {
            n if n < MAILBOXES => self.step_mailbox(world, n),
            n if n < MAILBOXES + 2 => self.step_outbox(world),
            _ => self.step_keeper(world),
        }
    }

    fn step_keeper(&mut self, world: &mut World) {
        // The store cannot be reached: the look begins from its beginning.
        if world.happens(20) {
            self.keeper = Keeper::ShowLife;
            return;
        }
        self.keeper = match std::mem::replace(&mut self.keeper, Keeper::ShowLife) {
            Keeper::ShowLife => {
                self.show_life(world);
                Keeper::Look
            }
            Keeper::Look => {
                let living = world.store.living();
                for (epoch, beats) in self.peers.observe(self.epoch, &living, world.at) {
                    world.store.end(epoch, Some(beats));
                }
                Keeper::Share(world.store.living())
            }
            Keeper::Share(living) => {
                let claims =
                    world.store.claims.iter().map(|(n, epoch)| (name(*n), *epoch)).collect();
                let share = lease::share(self.epoch, &living, &claims);
                self.held = self.own(world);
                self.held.retain(|n| !share.give.contains(&name(*n)));
                Keeper::Act(share)
            }
            Keeper::Act(share) => {
                let wanted = (0..MAILBOXES).filter(|n| share.claim.contains(&name(*n))).collect();
                self.held.extend(world.store.claim(self.epoch, &wanted));
                for n in (0..MAILBOXES).filter(|n| share.give.contains(&name(*n))) {
                    if matches!(self.mailboxes[n], Mailbox::Away) {
                        world.store.release(self.epoch, n);
                    }
                }
                Keeper::ShowLife
            }
        };
    }

    fn own(&self, world: &World) -> BTreeSet<usize> {
        let claims = world.store.claims.iter();
        claims.filter(|(_, epoch)| **epoch == self.epoch).map(|(n, _)| *n).collect()
    }

    fn show_life(&mut self, world: &mut World) {
        let is_due = self.beaten.is_none_or(|beaten| world.at.saturating_sub(beaten) >= BEAT_EVERY);
        if self.doubts || is_due && !world.store.beat(self.epoch) {
            world.store.end(self.epoch, None);
            self.epoch = world.store.begin_epoch(&(0..MAILBOXES).collect());
            self.held.clear();
            self.doubts = false;
        }
        if is_due {
            self.beaten = Some(world.at);
        }
    }

    fn step_mailbox(&mut self, world: &mut World, n: usize) {
        // The connection is cut, or the server says no.
        if world.happens(30) {
            self.mailboxes[n] = Mailbox::Away;
            return;
        }
        self.mailboxes[n] = match std::mem::replace(&mut self.mailboxes[n], Mailbox::Away) {
            Mailbox::Away if self.held.contains(&n) => self.list(world, n),
            Mailbox::Away => Mailbox::Away,
            Mailbox::Listed { epoch, validity, listing } => {
                see(world, n, epoch, validity, &listing)
                    .map_or(Mailbox::Away, |open| Mailbox::Fetched { epoch, validity, mails: open })
            }
            Mailbox::Fetched { epoch, validity, mails } => {
                record(world, n, epoch, validity, &mails);
                Mailbox::Away
            }
        };
    }

    fn list(&self, world: &mut World, n: usize) -> Mailbox {
        let Folder { validity, mut mails, .. } = world.folders[n].clone();
        // A server lapses: some of its messages are missing from what it says.
        if world.happens(60) {
            mails.retain(|_, _| world.chance.bool());
        }
        Mailbox::Listed { epoch: self.epoch, validity, listing: mails }
    }

    fn step_outbox(&mut self, world: &mut World) {
        self.outbox = match std::mem::replace(&mut self.outbox, Outbox::Looking) {
            Outbox::Looking => self.lease(world),
            Outbox::Carrying { epoch, letters, at, next } => {
                self.carry(world, epoch, letters, (at, next))
            }
        };
    }

    /// One effect of the way out, as `dispatch` carries it out.
    fn carry(
        &mut self,
        world: &mut World,
        epoch: i64,
        mut letters: VecDeque<i64>,
        (at, what): (Sending, Do),
    ) -> Outbox {
        let Some(id) = letters.front().copied() else { return Outbox::Looking };
        let happened = match what {
            Do::Open if world.happens(30) => Happened::Unusable,
            Do::Open => Happened::Opened,
            Do::Envelope if world.happens(30) => Happened::Ended(Ended::Temporary),
            Do::Envelope => Happened::Granted,
            Do::Announce if may_send(world, id, epoch) => Happened::Ours,
            Do::Announce => Happened::NotOurs,
            Do::Body => Happened::Ended(body(world, id)),
            Do::WriteDown(ended) => {
                letters.pop_front();
                let next = next(world, id, ended);
                // The store fails: before the outcome was written down, or right behind it.
                let (fails, before) = (world.happens(30), world.chance.bool());
                if !(fails && before) {
                    world.store.end_attempt(id, epoch, next);
                }
                self.doubts |= fails;
                return if fails { Outbox::Looking } else { carrying(epoch, letters) };
            }
            Do::GiveBack => {
                // The server cannot be reached: none of them was tried.
                let now = world.now();
                for id in &letters {
                    world.store.give_back(*id, epoch, now);
                }
                return Outbox::Looking;
            }
            Do::Leave => {
                letters.pop_front();
                return carrying(epoch, letters);
            }
        };
        let (at, next) = at.step(happened);
        Outbox::Carrying { epoch, letters, at, next }
    }

    fn lease(&self, world: &mut World) -> Outbox {
        // After trouble with the store nothing is begun before the new epoch.
        if self.doubts {
            return Outbox::Looking;
        }
        let now = world.now();
        if world.store.has_orphans() {
            for id in world.store.reclaim(now) {
                world.relay.unclear.insert(id);
                let next = next(world, id, Ended::Ambiguous);
                world.store.end_orphan(id, next);
            }
            return Outbox::Looking;
        }
        let letters = world.store.lease(self.epoch, LEASE_LETTERS, now);
        carrying(self.epoch, letters.into())
    }
}

/// The next letter in hand.
fn carrying(epoch: i64, letters: VecDeque<i64>) -> Outbox {
    let (at, next) = Sending::begin();
    Outbox::Carrying { epoch, letters, at, next }
}

/// What the schedule says follows.
fn next(world: &mut World, id: i64, ended: Ended) -> Next {
    let letter = &world.store.letters[&id];
    let (kind, attempts, since) = (letter.kind, letter.attempts, letter.released_at);
    retry::after(kind, ended, attempts, since, world.now(), world.chance.f64())
}

/// Whether the store lets the body go, which it writes down in the same moment.
fn may_send(world: &mut World, id: i64, epoch: i64) -> bool {
    match world.flaw {
        Some(Flaw::Unannounced) => true,
        Some(Flaw::Deaf) => {
            world.store.begin_body(id, epoch);
            true
        }
        _ => world.store.begin_body(id, epoch),
    }
}

/// A body goes to the relay; how that ended, as far as the daemon can know.
fn body(world: &mut World, id: i64) -> Ended {
    let fate = match world.chance.u8(0..10) {
        0 if world.storms => Fate::TakenUnheard,
        1 if world.storms => Fate::LostUnheard,
        2 if world.storms => Fate::Postponed,
        _ => Fate::Taken,
    };
    world.relay.receive(id, fate);
    match fate {
        Fate::Taken => Ended::Accepted,
        Fate::Postponed => Ended::Temporary,
        Fate::TakenUnheard | Fate::LostUnheard => {
            world.relay.unclear.insert(id);
            Ended::Ambiguous
        }
    }
}

/// The transactions that note what is there and what is not; what is to be fetched. `None`: fenced off.
fn see(
    world: &mut World,
    n: usize,
    epoch: i64,
    validity: i64,
    listing: &BTreeMap<i64, u64>,
) -> Option<BTreeMap<i64, u64>> {
    if !world.store.holds(epoch, n) {
        return None;
    }
    let uids: Vec<i64> = listing.keys().copied().collect();
    let plan = Plan::of(&uids, &world.store.known(n, validity));
    world.store.miss(n, validity, &plan);
    let places: Vec<Place> = plan.uids.iter().map(|uid| (n, validity, *uid)).collect();
    world.store.see(&places);
    Some(plan.uids.iter().filter_map(|uid| Some((*uid, *listing.get(uid)?))).collect())
}

/// The transaction that writes mails down: ledger, ticket and letters together, if the mailbox is still ours.
fn record(world: &mut World, n: usize, epoch: i64, validity: i64, mails: &BTreeMap<i64, u64>) {
    if !world.store.holds(epoch, n) {
        return;
    }
    let now = world.now();
    for (uid, content) in mails {
        let place = (n, validity, *uid);
        if !world.store.is_open(place) {
            continue;
        }
        if world.flaw == Some(Flaw::InTwoSteps) && world.happens(50) {
            world.store.settle(place);
            return;
        }
        let number = world.store.tickets.len() + 1;
        let content = if world.flaw == Some(Flaw::ByPlace) { number as u64 } else { *content };
        if let std::collections::btree_map::Entry::Vacant(new) = world.store.tickets.entry(content)
        {
            new.insert(number);
            world.store.write_letter(LetterKind::Acknowledgement, now);
            world.store.write_letter(LetterKind::StaffNotice, now);
        }
        world.store.settle(place);
    }
}
