//! Work orders, and the budgets that they are held against.

use super::engine::{Row, values};
use super::{Engine, StoreError, Tx};
use crate::domain::order::{OrderState, Used, WorkOrder};
use crate::domain::time::Timestamp;

/// What a contractor's orders of a period come to. The budget stays locked until the transaction ends, so
/// that two daemons never spend the same euro.
pub async fn used(tx: &mut Tx, contractor: &str, period: &str) -> Result<Used, StoreError> {
    let lock = "INSERT INTO budget (contractor, period) VALUES ($1, $2)
                ON CONFLICT (contractor, period) DO UPDATE SET period = budget.period";
    tx.run(lock, values![contractor, period]).await?;
    // A sum of BIGINT is a NUMERIC to PostgreSQL.
    let sql = "SELECT count(*) AS orders, CAST(COALESCE(sum(cents), 0) AS BIGINT) AS cents
               FROM work_order WHERE contractor = $1 AND period = $2
               AND state IN ('sent', 'accepted', 'started', 'suspended', 'done')";
    let row = tx.row(sql, values![contractor, period]).await?.ok_or(StoreError::NoRow { sql })?;
    Ok(Used { orders: row.int("orders")?, cents: row.int("cents")? })
}

/// The orders of a ticket, oldest first.
pub async fn of_ticket(tx: &mut Tx, number: &str) -> Result<Vec<WorkOrder>, StoreError> {
    let sql = "SELECT work_order.*, ticket.number AS ticket_number FROM work_order
               JOIN ticket ON ticket.id = work_order.ticket_id
               WHERE ticket.number = $1 ORDER BY work_order.id";
    tx.rows(sql, values![number]).await?.iter().map(read).collect()
}

/// Every order, oldest first.
pub async fn all(engine: &Engine) -> Result<Vec<WorkOrder>, StoreError> {
    let sql = "SELECT work_order.*, ticket.number AS ticket_number FROM work_order
               JOIN ticket ON ticket.id = work_order.ticket_id ORDER BY work_order.id";
    engine.rows(sql, values![]).await?.iter().map(read).collect()
}

/// Writes a new order down.
pub fn insert(tx: &mut Tx, order: &WorkOrder) {
    tx.put(
        "INSERT INTO work_order (number, ticket_id, contractor, state, cents, period, released_by,
                                 beyond, asked, next_at, made_at, version)
         SELECT $1, ticket.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         FROM ticket WHERE ticket.number = $2",
        values![
            &order.number,
            &order.ticket,
            &order.contractor,
            order.state.name(),
            order.cents,
            &order.period,
            &order.by,
            order.beyond,
            i64::from(order.asked),
            order.next_at.map(Timestamp::millis),
            order.made_at,
            order.version,
        ],
    );
}

/// Writes new values of an order, made from the version before; false when it changed meanwhile.
pub async fn update(tx: &mut Tx, order: &WorkOrder) -> Result<bool, StoreError> {
    let sql = "UPDATE work_order SET state = $3, released_by = $4, beyond = $5, asked = $6,
                                     next_at = $7, version = $8, period = $9,
                                     cents = $10
               WHERE number = $1 AND version = $2";
    let values = values![
        &order.number,
        order.version.saturating_sub(1),
        order.state.name(),
        &order.by,
        order.beyond,
        i64::from(order.asked),
        order.next_at.map(Timestamp::millis),
        order.version,
        &order.period,
        order.cents,
    ];
    Ok(tx.run(sql, values).await? == 1)
}

/// Tickets with an order that the clock must look at, the longest overdue first, each with the order.
pub async fn due(engine: &Engine, now: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT ticket.number AS ticket_number, work_order.number AS number FROM work_order
               JOIN ticket ON ticket.id = work_order.ticket_id
               WHERE work_order.next_at <= $1 ORDER BY work_order.next_at, work_order.id";
    let rows = engine.rows(sql, values![now]).await?;
    rows.iter().map(|row| Ok((row.text("ticket_number")?, row.text("number")?))).collect()
}

/// Plans anew what a clock that was set back would hold up: orders that are looked at later than `latest`.
pub fn bring_forward(tx: &mut Tx, latest: Timestamp, now: Timestamp) {
    tx.put("UPDATE work_order SET next_at = $2 WHERE next_at > $1", values![latest, now]);
}

fn read(row: &Row) -> Result<WorkOrder, StoreError> {
    let found = row.text("state")?;
    let state = OrderState::parse(&found).ok_or(StoreError::Value {
        table: "work_order",
        column: "state",
        expected: "a state of an order",
        found,
    })?;
    Ok(WorkOrder {
        number: row.text("number")?,
        ticket: row.text("ticket_number")?,
        contractor: row.text("contractor")?,
        state,
        cents: row.int_or_null("cents")?,
        period: row.text("period")?,
        by: row.text("released_by")?,
        beyond: row.int("beyond")? == 1,
        asked: u32::try_from(row.int("asked")?).unwrap_or(u32::MAX),
        next_at: row.time_or_null("next_at")?,
        made_at: row.time("made_at")?,
        version: row.int("version")?,
    })
}
