//! A world in memory: mail servers, an SMTP server, daemons that run step by step, virtual time, and a scheduler
//! that is nothing but a seed. First it storms, then it is calm, and then everything must be in order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sportello::domain::letter::LetterKind;
use sportello::domain::time::Timestamp;

use super::daemon::Daemon;
use super::store::{MemoryStore, name};

/// Mailboxes that are watched.
pub const MAILBOXES: usize = 3;

/// Daemons at the beginning.
const DAEMONS: usize = 2;

/// Steps of the storm: more faults than the mails' whole way has effects.
const STORM_STEPS: usize = 260;

/// Steps after which a calm world is looked at.
const CALM_STEPS: usize = 800;

/// Looks by which it is at rest; one that still moves then does not get on.
const CALM_LOOKS_MAX: usize = 40;

/// Between two looks: letters wait for hours.
const CALM_PAUSE: Duration = Duration::from_mins(50);

/// Virtual time between two steps in a storm, at most: daemons now and then look dead to each other.
const TICK_MAX_MILLIS: u64 = 900;

/// In a calm: daemons get round to showing their lives in time.
const CALM_TICK_MAX_MILLIS: u64 = 60;

const BEGIN: Timestamp = Timestamp::from_millis(1_794_474_000_000);

/// A folder of the mail server.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// UIDVALIDITY.
    pub validity: i64,
    /// Content by UID.
    pub mails: BTreeMap<i64, u64>,
    /// The UID of the next mail.
    next: i64,
}

/// What the SMTP server holds.
#[derive(Debug, Default)]
pub struct Relay {
    /// Copies taken, by letter.
    pub copies: BTreeMap<i64, u32>,
    /// Letters that were cut off behind the dot at least once.
    pub unclear: BTreeSet<i64>,
}

/// A fault of the program's own, planted to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A body is sent without being announced in the store.
    Unannounced,
    /// A body is sent although the store says that the letter is another's.
    Deaf,
    /// A message is settled in one transaction and its ticket written in the next.
    InTwoSteps,
    /// A message is known by its place alone, not by its content.
    ByPlace,
}

/// Everything.
pub struct World {
    /// What is wrong with the program.
    pub flaw: Option<Flaw>,
    pub store: MemoryStore,
    pub folders: Vec<Folder>,
    pub relay: Relay,
    pub chance: fastrand::Rng,
    /// Virtual time since the beginning.
    pub at: Duration,
    /// Faults happen.
    pub storms: bool,
    daemons: Vec<Daemon>,
    /// Contents that came in while they could not be lost by their removal.
    delivered: BTreeSet<u64>,
}

impl World {
    /// Runs the schedule of a seed to its end; what is wrong then.
    pub fn run(seed: u64, flaw: Option<Flaw>) -> Result<(), String> {
        let mut world = Self {
            flaw,
            store: MemoryStore::default(),
            folders: (0..MAILBOXES)
                .map(|_| Folder { validity: 1, next: 1, ..Folder::default() })
                .collect(),
            relay: Relay::default(),
            chance: fastrand::Rng::with_seed(seed),
            at: Duration::ZERO,
            storms: true,
            daemons: Vec::new(),
            delivered: BTreeSet::new(),
        };
        for _ in 0..DAEMONS {
            world.start_daemon();
        }
        for _ in 0..STORM_STEPS {
            world.tick();
            world.fault();
            world.step();
        }
        world.calm_down();
        world.judge()
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        BEGIN.plus(self.at)
    }

    /// Whether something with this many chances in a thousand happens now.
    pub fn happens(&mut self, in_a_thousand: u32) -> bool {
        self.storms && self.chance.u32(0..1000) < in_a_thousand
    }

    fn start_daemon(&mut self) {
        let daemon = Daemon::start(self);
        self.daemons.push(daemon);
    }

    fn tick(&mut self) {
        let most = if self.storms { TICK_MAX_MILLIS } else { CALM_TICK_MAX_MILLIS };
        self.at += Duration::from_millis(self.chance.u64(0..most));
    }

    fn fault(&mut self) {
        if self.happens(120) {
            self.deliver();
        }
        if self.happens(12) {
            // Killed, and begun anew by systemd.
            let n = self.chance.usize(0..self.daemons.len());
            self.daemons.swap_remove(n);
            self.start_daemon();
        }
        if self.happens(6) && self.daemons.len() < DAEMONS + 2 {
            self.start_daemon();
        }
        if self.happens(12) {
            let n = self.chance.usize(0..self.daemons.len());
            let is_paused = &mut self.daemons[n].is_paused;
            *is_paused = !*is_paused;
        }
        if self.happens(4) {
            self.number_anew();
        }
        if self.happens(15) {
            // Long enough for epochs to end and for repeats to be due.
            self.at += Duration::from_secs(self.chance.u64(0..1200));
        }
    }

    /// A mail to one mailbox, now and then the same to another one too.
    fn deliver(&mut self) {
        let content = self.delivered.len() as u64;
        self.delivered.insert(content);
        let first = self.chance.usize(0..MAILBOXES);
        self.folders[first].take(content);
        if self.chance.u8(0..4) == 0 {
            self.folders[(first + 1) % MAILBOXES].take(content);
        }
    }

    /// UIDVALIDITY changes: every mail has another number.
    fn number_anew(&mut self) {
        let n = self.chance.usize(0..MAILBOXES);
        let folder = &mut self.folders[n];
        let contents: Vec<u64> = folder.mails.values().copied().collect();
        *folder = Folder { validity: folder.validity + 1, next: 1, ..Folder::default() };
        for content in contents {
            folder.take(content);
        }
    }

    /// One task of one daemon makes one step.
    fn step(&mut self) {
        let n = self.chance.usize(0..self.daemons.len());
        let mut daemon = self.daemons.swap_remove(n);
        if !daemon.is_paused {
            daemon.step(self);
        }
        self.daemons.push(daemon);
    }

    /// No more faults; everybody goes on until nothing is left to do.
    fn calm_down(&mut self) {
        self.storms = false;
        for daemon in &mut self.daemons {
            daemon.is_paused = false;
        }
        for _ in 0..CALM_LOOKS_MAX {
            for _ in 0..CALM_STEPS {
                self.tick();
                self.step();
            }
            if self.waiting().is_none() {
                return;
            }
            self.at += CALM_PAUSE;
        }
    }

    /// What is not done yet.
    fn waiting(&self) -> Option<String> {
        for (n, folder) in self.folders.iter().enumerate() {
            for (uid, content) in &folder.mails {
                let row = self.store.ledger.get(&(n, folder.validity, *uid));
                if row.is_none_or(|row| !row.settled) {
                    return Some(format!("I1: mail {content} in {} has no last state", name(n)));
                }
            }
        }
        for (id, letter) in &self.store.letters {
            let waits = letter.state == "ambiguous" && letter.next_at.is_some();
            if waits || ["due", "sending"].contains(&letter.state) {
                return Some(format!("I9: letter {id} is {letter:?}"));
            }
        }
        let living = self.store.living();
        if living.len() != self.daemons.len() {
            return Some(format!("I9: {} of {} workers", self.daemons.len(), living.len()));
        }
        let mut shares: BTreeMap<i64, usize> = living.iter().map(|w| (w.epoch, 0)).collect();
        for holder in self.store.claims.values() {
            *shares.entry(*holder).or_default() += 1;
        }
        let (most, least) = (shares.values().max(), shares.values().min());
        if self.store.claims.len() != MAILBOXES || most > least.map(|least| least + 1).as_ref() {
            return Some(format!("I9: shares {shares:?}"));
        }
        None
    }

    /// Holds what the servers have against what was promised.
    fn judge(&self) -> Result<(), String> {
        if let Some(waiting) = self.waiting() {
            return Err(waiting);
        }
        for content in &self.delivered {
            if !self.store.tickets.contains_key(content) {
                return Err(format!("I1: mail {content} has no ticket"));
            }
        }
        if self.store.tickets.len() != self.delivered.len() {
            return Err(format!("I2: {} tickets", self.store.tickets.len()));
        }
        // An acknowledgement and a notice for each.
        if self.store.letters.len() != 2 * self.delivered.len() {
            return Err(format!("I3: {} letters", self.store.letters.len()));
        }
        for (id, letter) in &self.store.letters {
            let copies = self.relay.copies.get(id).copied().unwrap_or(0);
            let may_repeat = letter.kind == LetterKind::Acknowledgement;
            let most = if may_repeat && self.relay.unclear.contains(id) { 2 } else { 1 };
            if copies > most {
                return Err(format!("I3: {copies} copies of letter {id}, {letter:?}"));
            }
            if letter.state == "sent" && copies == 0 {
                return Err(format!("I4: letter {id} is called sent, and nobody has it"));
            }
            if letter.state != "sent" && letter.state != "ambiguous" {
                return Err(format!("I9: letter {id} ended as {letter:?}"));
            }
        }
        Ok(())
    }
}

impl Folder {
    fn take(&mut self, content: u64) {
        self.mails.insert(self.next, content);
        self.next += 1;
    }
}

/// How a letter fares at the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// 250.
    Taken,
    /// 4xx, or cut before the dot.
    Postponed,
    /// Taken, and the answer lost.
    TakenUnheard,
    /// Cut behind the dot, and not taken.
    LostUnheard,
}

impl Relay {
    /// A body arrives.
    pub fn receive(&mut self, letter: i64, fate: Fate) {
        if matches!(fate, Fate::Taken | Fate::TakenUnheard) {
            *self.copies.entry(letter).or_default() += 1;
        }
    }
}
