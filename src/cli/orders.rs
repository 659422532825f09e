//! `orders`: what contractors were asked to do, and what is left of their limits.

use std::path::PathBuf;

use serde::Serialize;

use super::output::{Format, list};
use super::{Done, OrStatic as _, load, open_store};
use crate::clock::Clock;
use crate::domain::order::{WorkOrder, euro, period_of};
use crate::domain::time::Timestamp;
use crate::domain::token::Signer;
use crate::setup;
use crate::store::orders;

/// What to show of work orders.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List every work order, finished ones too
    #[command(after_help = "Example:\n  sportello orders list --format json")]
    List {
        /// How to print them
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Show what each contractor has used of its limits in the present period
    #[command(after_help = "Example:\n  sportello orders budget")]
    Budget {
        /// How to print it
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
}

/// An order as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    number: String,
    ticket: String,
    contractor: String,
    state: &'static str,
    estimate_cents: Option<i64>,
    period: String,
    by: String,
    beyond: bool,
    asked: u32,
    next_at: Option<Timestamp>,
    made_at: Timestamp,
}

impl From<WorkOrder> for Listed {
    fn from(order: WorkOrder) -> Self {
        Self {
            number: order.number,
            ticket: order.ticket,
            contractor: order.contractor,
            state: order.state.name(),
            estimate_cents: order.cents,
            period: order.period,
            by: order.by,
            beyond: order.beyond,
            asked: order.asked,
            next_at: order.next_at,
            made_at: order.made_at,
        }
    }
}

const COLUMNS: [&str; 11] = [
    "number",
    "ticket",
    "contractor",
    "state",
    "estimate_cents",
    "period",
    "by",
    "beyond",
    "asked",
    "next_at",
    "made_at",
];

/// A contractor's budget as it is listed; sums in euro, as `1.200,00`.
#[derive(Debug, Serialize)]
struct Budget {
    contractor: String,
    period: String,
    orders: i64,
    orders_max: Option<i64>,
    euro: String,
    euro_max: Option<String>,
    intervention_max: Option<String>,
}

const BUDGET_COLUMNS: [&str; 7] =
    ["contractor", "period", "orders", "orders_max", "euro", "euro_max", "intervention_max"];

pub(super) async fn run(command: Command, file: PathBuf) -> Done {
    let config = load(&file)?;
    match command {
        Command::List { format } => {
            let store = open_store(&config).await?;
            let rows: Vec<Listed> =
                orders::all(&store.engine).await?.into_iter().map(Listed::from).collect();
            list(format, &COLUMNS, &rows)
        }
        Command::Budget { format } => {
            let desk = setup::desk(&config, Signer::new("none", [0; 32])).or_static()?;
            let store = open_store(&config).await?;
            let day = desk.hours.local(Clock::System.now()).date_naive();
            let mut rows = Vec::new();
            let mut tx = store.engine.begin().await?;
            for firm in desk.rules.all_contractors() {
                let period = period_of(firm.limits.period, day);
                let used = orders::used(&mut tx, &firm.id, &period).await?;
                rows.push(Budget {
                    contractor: firm.id.clone(),
                    period,
                    orders: used.orders,
                    orders_max: firm.limits.period_orders,
                    euro: euro(used.cents),
                    euro_max: firm.limits.period_cents.map(euro),
                    intervention_max: firm.limits.intervention_cents.map(euro),
                });
            }
            tx.commit().await?;
            list(format, &BUDGET_COLUMNS, &rows)
        }
    }
}
