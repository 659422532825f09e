//! Alarms that stand: kept, so that a restart does not say them again and `status` shows them.

use super::engine::values;
use super::{Engine, StoreError, Tx};
use crate::domain::alarm::{AlarmKind, Step, Watched, step};
use crate::domain::time::Timestamp;

/// An alarm that stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Alarm {
    /// What is wrong.
    pub name: AlarmKind,
    /// With which mailbox or order; empty where there is but one.
    pub subject: String,
    /// Since when.
    pub raised_at: Timestamp,
    /// In words.
    pub text: String,
    /// Staff were written to.
    pub told: bool,
}

/// Every alarm that stands.
pub async fn all(engine: &Engine) -> Result<Vec<Alarm>, StoreError> {
    let sql = "SELECT name, subject, raised_at, text, told FROM alarm ORDER BY name, subject";
    let rows = engine.rows(sql, values![]).await?;
    let mut alarms = Vec::with_capacity(rows.len());
    for row in &rows {
        // A newer daemon on the same store may know more that can go wrong.
        let Some(name) = AlarmKind::parse(&row.text("name")?) else { continue };
        let (subject, text) = (row.text("subject")?, row.text("text")?);
        let (raised_at, told) = (row.time("raised_at")?, row.int("told")? == 1);
        alarms.push(Alarm { name, subject, raised_at, text, told });
    }
    Ok(alarms)
}

/// Notes that something was found well (`None`) or wrong; what that changed. Of several daemons that find the
/// same, one is told that it changed something.
pub async fn observe(
    engine: &Engine,
    watched: &Watched,
    wrong: Option<&str>,
    now: Timestamp,
) -> Result<Option<Step>, StoreError> {
    let key = || values![watched.kind.name(), &watched.subject];
    let sql = "SELECT raised_at FROM alarm WHERE name = $1 AND subject = $2";
    let stands = engine.row(sql, key()).await?.is_some();
    let Some(step) = step(stands, wrong.is_some()) else { return Ok(None) };
    let mut tx = engine.begin().await?;
    let changed = match wrong {
        Some(text) => raise(&mut tx, watched, text, now).await?,
        None => tx.run("DELETE FROM alarm WHERE name = $1 AND subject = $2", key()).await?,
    };
    tx.commit().await?;
    Ok((changed == 1).then_some(step))
}

async fn raise(
    tx: &mut Tx,
    watched: &Watched,
    text: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.run(
        "INSERT INTO alarm (name, subject, raised_at, text, told) VALUES ($1, $2, $3, $4, 0)
         ON CONFLICT (name, subject) DO NOTHING",
        values![watched.kind.name(), &watched.subject, now, text],
    )
    .await
}

/// Notes that staff are written to; false when another daemon does that.
pub async fn tell(tx: &mut Tx, alarm: &Alarm) -> Result<bool, StoreError> {
    let sql = "UPDATE alarm SET told = 1 WHERE name = $1 AND subject = $2 AND told = 0";
    Ok(tx.run(sql, values![alarm.name.name(), &alarm.subject]).await? == 1)
}
