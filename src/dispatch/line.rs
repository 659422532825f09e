//! One line at work: it takes letters from the common queue until there are none.

use std::collections::VecDeque;

use tokio::sync::{Mutex, mpsc, oneshot};

use crate::carrier::{BodyGate, Carried, Carrier, Line, Unusable};
use crate::store::outbox::Leased;

/// What a line tells the writer.
#[derive(Debug)]
pub(super) enum Report {
    /// A body is about to be sent; the answer says whether that is durable.
    Body {
        /// The letter.
        letter: i64,
        /// Where the answer goes.
        durable: oneshot::Sender<bool>,
    },
    /// An attempt ended.
    End {
        /// The letter.
        letter: Box<Leased>,
        /// How.
        outcome: Carried,
    },
}

/// The gate of a line: asks the writer.
struct Gate(mpsc::Sender<Report>);

impl BodyGate for Gate {
    async fn open(&self, letter: i64) -> bool {
        let (durable, answer) = oneshot::channel();
        // A writer that is gone, or an answer that never comes, is a no.
        self.0.send(Report::Body { letter, durable }).await.is_ok() && answer.await.unwrap_or(false)
    }
}

/// Carries letters of the queue over the line, which is opened when there is none and stays open. An error
/// says that no line can be opened; the letter in hand is back in the queue then.
pub(super) async fn carry_all(
    carrier: &Carrier,
    line: &mut Option<Line>,
    queue: &Mutex<VecDeque<Leased>>,
    reports: mpsc::Sender<Report>,
) -> Result<(), Unusable> {
    let gate = Gate(reports.clone());
    loop {
        let Some(letter) = queue.lock().await.pop_front() else { break };
        match carry_one(carrier, line, &letter, &gate).await {
            Ok(outcome) => {
                let end = Report::End { letter: Box::new(letter), outcome };
                if reports.send(end).await.is_err() {
                    // The writer failed and says why.
                    return Ok(());
                }
            }
            Err(unusable) => {
                queue.lock().await.push_front(letter);
                return Err(unusable);
            }
        }
    }
    Ok(())
}

async fn carry_one(
    carrier: &Carrier,
    line: &mut Option<Line>,
    letter: &Leased,
    gate: &Gate,
) -> Result<Carried, Unusable> {
    let mut open = match line.take().filter(Line::is_open) {
        Some(open) => open,
        None => carrier.open().await?,
    };
    let outcome = open.carry(letter, gate).await?;
    *line = Some(open);
    Ok(outcome)
}
