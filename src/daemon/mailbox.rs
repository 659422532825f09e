//! One mailbox: connect, a whole pass, then wait for news and poll; after trouble, back off and begin
//! again. It ends only when it is told to.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::{Held, Parts, Place, Pulse, alarms, note_trouble, wait};
use crate::clock::{Chance, Stopwatch};
use crate::config::{self, Mailbox};
use crate::domain::alarm::{AlarmKind, Watched};
use crate::domain::retry;
use crate::intake::{Intake, IntakeError, Passed};
use crate::mailbox::session::{Deadlines, Wake};
use crate::mailbox::{ImapError, MailboxError, Source};
use crate::setup;
use crate::store::StoreError;

/// A whole folder is held against the ledger this often, whatever the server announces.
const RECONCILE_EVERY: Duration = Duration::from_hours(1);

/// IDLE is begun anew this often: a line that died silently is noticed by then.
const IDLE_MAX: Duration = Duration::from_mins(5);

/// A connection this old is renewed: some servers end sessions after half an hour without saying so.
const SESSION_MAX: Duration = Duration::from_mins(29);

/// Watches the mailbox at `index` of the configuration.
pub(super) async fn watch(
    parts: &Parts,
    index: usize,
    place: &Place,
    due: &Notify,
    pulse: &Pulse,
    mut stop: watch::Receiver<bool>,
) {
    let Some(mailbox) = parts.config.mailboxes.get(index) else { return };
    let (polls, deadlines, mut held) = (AtomicBool::new(false), parts.imap, place.watch());
    let mut chance = Chance::system();
    let mut failures = 0_u32;
    let alarm = Watched::one(AlarmKind::Mailbox, &mailbox.name);
    while !*stop.borrow() {
        pulse.beat();
        let Some(epoch) = turn(&mut held, &mailbox.name, pulse, &mut stop).await else { continue };
        // Alone on its file, a daemon is fenced by the file's lock.
        let intake = parts.intake(mailbox, parts.engine.is_postgres().then_some(epoch));
        let watcher = Watcher { parts, mailbox, intake, deadlines, due, pulse, polls: &polls };
        let mut worked = false;
        let at_work = place.work_on(&mailbox.name);
        let ended = watcher.session(&mut held, epoch, &mut stop, &mut worked).await;
        drop(at_work);
        let error = match ended {
            Ok(()) => continue,
            Err(IntakeError::Store(StoreError::Fenced { .. })) => {
                tracing::warn!(mailbox = %mailbox.name, "another daemon took the mailbox over");
                continue;
            }
            Err(error) => error,
        };
        pulse.tally().passed(&mailbox.name, None);
        polls.fetch_or(is_idle_refused(&error), Ordering::Relaxed);
        failures = if worked { 1 } else { failures.saturating_add(1) };
        let refused = matches!(&error, IntakeError::Mailbox(error) if error.is_log_in());
        let pause = retry::back_off(failures, refused, chance.draw());
        // The first time it is an alarm, after that it is known.
        let wrong = format!("the mailbox cannot be used: {error}");
        if !alarms::observe(parts, &alarm, Some(&wrong)).await {
            tracing::info!(mailbox = %mailbox.name, %error, failures, "the mailbox still cannot be used");
        }
        note_trouble(&parts.engine, &mailbox.name, &error).await;
        if !wait(pause, &mut stop).await {
            return;
        }
    }
}

/// Waits until this daemon holds the mailbox; the epoch in which it does, `None` when it is time to look at
/// `stop` again.
async fn turn(
    held: &mut watch::Receiver<Held>,
    mailbox: &str,
    pulse: &Pulse,
    stop: &mut watch::Receiver<bool>,
) -> Option<i64> {
    let is_mine = |held: &Held| held.mailboxes.contains(mailbox);
    tokio::select! {
        held = held.wait_for(is_mine) => held.ok().map(|held| held.epoch),
        // Another daemon watches it; this task is well all the same.
        () = tokio::time::sleep(IDLE_MAX) => { pulse.beat(); None }
        _ = stop.wait_for(|stop| *stop) => None,
    }
}

struct Watcher<'a> {
    parts: &'a Parts,
    mailbox: &'a Mailbox,
    intake: Intake,
    deadlines: Deadlines,
    due: &'a Notify,
    pulse: &'a Pulse,
    /// The server refused IDLE: until a whole session has passed it is polled.
    polls: &'a AtomicBool,
}

fn is_idle_refused(error: &IntakeError) -> bool {
    matches!(
        error,
        IntakeError::Mailbox(MailboxError::Imap(ImapError::Refused {
            during: "IDLE",
            status: "NO" | "BAD",
            ..
        }))
    )
}

impl Watcher<'_> {
    /// One connection, from its opening to its end by age, stop, trouble or the loss of the mailbox to
    /// another daemon. `worked` becomes true with its first whole pass.
    async fn session(
        &self,
        held: &mut watch::Receiver<Held>,
        epoch: i64,
        stop: &mut watch::Receiver<bool>,
        worked: &mut bool,
    ) -> Result<(), IntakeError> {
        let mut source = setup::open_source(self.mailbox, self.deadlines).await?;
        let mut left = self.tell(self.intake.pass(&mut source).await?);
        *worked = true;
        let watched = Watched::one(AlarmKind::Mailbox, &self.mailbox.name);
        alarms::observe(self.parts, &watched, None).await;
        let is_held =
            |held: &Held| held.epoch == epoch && held.mailboxes.contains(&self.mailbox.name);
        let age = Stopwatch::start();
        let mut reconciled = Stopwatch::start();
        while age.elapsed() < SESSION_MAX {
            self.pulse.beat();
            let woken = tokio::select! {
                woken = self.await_news(&mut source) => woken?,
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                _ = held.wait_for(|held| !is_held(held)) => return Ok(()),
            };
            self.pulse.beat();
            // A directory has no ascending numbers; and what a pass left behind lies below them.
            let whole = left > 0
                || matches!(source, Source::Maildir(_))
                || woken == Wake::Over && reconciled.elapsed() >= RECONCILE_EVERY;
            left = if whole {
                reconciled = Stopwatch::start();
                self.tell(self.intake.pass(&mut source).await?)
            } else {
                let highest = self.intake.highest(&source).await?;
                self.tell(self.intake.pass_above(&mut source, highest).await?)
            };
        }
        self.polls.store(false, Ordering::Relaxed);
        if let Source::Imap(imap) = source {
            imap.logout().await;
        }
        Ok(())
    }

    /// Says what a pass did; returns how many mails it could not account for.
    fn tell(&self, passed: Passed) -> usize {
        self.pulse.beat();
        self.pulse.tally().passed(&self.mailbox.name, Some(passed.settled));
        if passed.letters > 0 {
            self.due.notify_one();
        }
        if passed.settled > 0 {
            tracing::info!(
                mailbox = %self.mailbox.name,
                mails = passed.settled,
                letters = passed.letters,
                "mails taken in"
            );
        }
        if passed.unaccounted > 0 {
            tracing::error!(
                mailbox = %self.mailbox.name,
                mails = passed.unaccounted,
                "mails lie in the folder that the ledger cannot account for"
            );
        }
        passed.unaccounted
    }

    /// Waits for the server's word, or for the time of the next poll.
    async fn await_news(&self, source: &mut Source) -> Result<Wake, MailboxError> {
        let interval = self.mailbox.poll_interval;
        match source {
            Source::Imap(imap) if self.wants_idle() && imap.can_idle() => {
                imap.idle(interval.min(IDLE_MAX)).await
            }
            _ => {
                tokio::time::sleep(interval).await;
                Ok(Wake::Over)
            }
        }
    }

    fn wants_idle(&self) -> bool {
        match &self.mailbox.source {
            config::Source::Imap(imap) => imap.idle && !self.polls.load(Ordering::Relaxed),
            config::Source::Maildir(_) => false,
        }
    }
}
