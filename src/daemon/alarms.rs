//! Alarms of the daemon: written down, and said in the log once when they begin and once when they are over.

use tokio::sync::watch;

use super::{Parts, wait};
use crate::config::Config;
use crate::domain::alarm::{AlarmKind, Step, Watched};
use crate::domain::space::{Room, room, said};
use crate::figures::{self, Figures};
use crate::store::{StoreError, alarms};

/// How often the figures are looked through: an alarm is for people, who take minutes.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(15);

/// Notes that something was found well or wrong; true when that is news.
pub(super) async fn observe(parts: &Parts, watched: &Watched, wrong: Option<&str>) -> bool {
    let now = parts.clock.now();
    let (alarm, subject) = (watched.kind.name(), &watched.subject);
    match alarms::observe(&parts.engine, watched, wrong, now).await {
        Ok(Some(Step::Raise)) => {
            tracing::error!(alarm, %subject, "{}", wrong.unwrap_or_default());
            true
        }
        Ok(Some(Step::Clear)) => {
            tracing::info!(alarm, %subject, "the alarm is over");
            true
        }
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(alarm, %subject, %error, "an alarm could not be written down");
            false
        }
    }
}

/// Whether an alarm stands of which there is but one.
pub(super) async fn stands(parts: &Parts, kind: AlarmKind) -> Result<bool, StoreError> {
    Ok(alarms::all(&parts.engine).await?.iter().any(|alarm| alarm.name == kind))
}

/// Looks the figures through until it is told to stop: what no task notices by itself.
pub(super) async fn watch(parts: &Parts, mut stop: watch::Receiver<bool>) {
    loop {
        match figures::gather(&parts.config, &parts.engine).await {
            Ok(figures) => {
                look_through(parts, &figures).await;
                if let Err(error) = tell(parts, &figures).await {
                    tracing::warn!(%error, "staff could not be written to about an alarm");
                }
            }
            Err(error) => tracing::warn!(%error, "the figures could not be gathered"),
        }
        if !wait(LOOK_EVERY, &mut stop).await {
            return;
        }
    }
}

/// Letters to staff about what has been wrong for a while.
async fn tell(parts: &Parts, figures: &Figures) -> Result<(), StoreError> {
    let now = parts.clock.now();
    for alarm in figures.alarms.iter().filter(|alarm| !alarm.told) {
        let mut tx = parts.engine.begin().await?;
        parts.clerk.tell_of(&mut tx, alarm, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn look_through(parts: &Parts, figures: &Figures) {
    for (watched, wrong) in found(&parts.config, figures) {
        observe(parts, &watched, wrong.as_deref()).await;
    }
}

/// Everything that the figures tell to be well or wrong.
fn found(config: &Config, figures: &Figures) -> Vec<(Watched, Option<String>)> {
    let mut found = Vec::new();
    for mailbox in &figures.mailboxes {
        let watched = Watched::one(AlarmKind::Unaccounted, &mailbox.name);
        let wrong = (mailbox.unaccounted > 0).then(|| {
            format!(
                "{} mail(s) lie on the server that the ledger cannot account for; `sportello verify` names them",
                mailbox.unaccounted
            )
        });
        found.push((watched, wrong));
    }
    if let Some(space) = figures.space {
        let marks = config.store.space();
        let what = match room(space, &marks) {
            Room::Ample => None,
            Room::Low => Some("it is nearly full: make room before mail has to wait"),
            Room::Full => Some("no mail is taken in until there is room: it waits on its server"),
        };
        let wrong =
            what.map(|what| format!("{} free on the disk of the store; {what}", said(space.free)));
        found.push((Watched::the(AlarmKind::Space), wrong));
    }
    for order in &figures.undelivered_orders {
        let wrong = "the contractor did not get the work order; telephone them, then send it again \
                     (`sportello outbox retry`) or drop it (`cancel`)";
        found.push((Watched::one(AlarmKind::WorkOrder, order), Some(wrong.to_owned())));
    }
    // What stands and is no longer there to be looked at: an order that was sent after all, a mailbox that
    // nobody reads any more.
    for alarm in &figures.alarms {
        let gone = match alarm.name {
            AlarmKind::WorkOrder => !figures.undelivered_orders.contains(&alarm.subject),
            AlarmKind::Mailbox | AlarmKind::Unaccounted => {
                figures.mailboxes.iter().all(|mailbox| mailbox.name != alarm.subject)
            }
            AlarmKind::Smtp
            | AlarmKind::Store
            | AlarmKind::Space
            | AlarmKind::Console
            | AlarmKind::Canary => false,
        };
        if gone {
            found.push((Watched::one(alarm.name, &alarm.subject), None));
        }
    }
    found
}
