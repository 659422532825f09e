//! One line at work: it takes letters from the common queue until there are none.

use std::collections::VecDeque;

use tokio::sync::{Mutex, mpsc, oneshot};

use crate::carrier::{Carried, Carrier, Line, Unusable};
use crate::domain::retry::Ended;
use crate::domain::sending::{Do, Happened, Sending};
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
        ended: Ended,
        /// What the server said, or what happened.
        text: String,
    },
}

/// Carries letters of the queue over the line, which is opened when there is none and stays open. An error
/// says that no line can be opened; the letter in hand is back in the queue then.
pub(super) async fn carry_all(
    carrier: &Carrier,
    line: &mut Option<Line>,
    queue: &Mutex<VecDeque<Leased>>,
    reports: mpsc::Sender<Report>,
) -> Result<(), Unusable> {
    loop {
        let Some(letter) = queue.lock().await.pop_front() else { return Ok(()) };
        let mut hands = Hands {
            carrier,
            line: &mut *line,
            letter: &letter,
            reports: &reports,
            said: Said::Nothing,
        };
        let (mut at, mut next) = Sending::begin();
        loop {
            let happened = match next {
                Do::WriteDown(ended) => {
                    let text = hands.said.text();
                    let end = Report::End { letter: Box::new(letter), ended, text };
                    if reports.send(end).await.is_err() {
                        // The writer failed and says why.
                        return Ok(());
                    }
                    break;
                }
                Do::GiveBack => {
                    let unusable = hands.said.unusable();
                    queue.lock().await.push_front(letter);
                    return Err(unusable);
                }
                Do::Leave => {
                    hands.line.iter_mut().for_each(Line::abandon);
                    break;
                }
                Do::Open => hands.open().await,
                Do::Envelope => hands.envelope().await,
                Do::Announce => hands.announce().await,
                Do::Body => hands.body().await,
            };
            (at, next) = at.step(happened);
        }
    }
}

/// What was said of a letter on its way.
enum Said {
    Nothing,
    Of(Carried),
    Unusable(Unusable),
}

impl Said {
    fn text(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Unusable(unusable) => unusable.text,
            Self::Of(
                Carried::Accepted(text)
                | Carried::Temporary(text)
                | Carried::Permanent(text)
                | Carried::Ambiguous(text),
            ) => text,
        }
    }

    fn unusable(self) -> Unusable {
        match self {
            Self::Unusable(unusable) => unusable,
            other => Unusable { text: other.text(), refused: false },
        }
    }
}

/// One letter, and what is done with it as [`Sending`] says.
struct Hands<'a> {
    carrier: &'a Carrier,
    line: &'a mut Option<Line>,
    letter: &'a Leased,
    reports: &'a mpsc::Sender<Report>,
    said: Said,
}

impl Hands<'_> {
    async fn open(&mut self) -> Happened {
        if self.line.as_ref().is_some_and(Line::is_open) {
            return Happened::Opened;
        }
        *self.line = None;
        match self.carrier.open().await {
            Ok(line) => {
                *self.line = Some(line);
                Happened::Opened
            }
            Err(unusable) => self.unusable(unusable),
        }
    }

    async fn envelope(&mut self) -> Happened {
        let Some(line) = self.line.as_mut() else { return Happened::NotOurs };
        match line.envelope(self.letter).await {
            Ok(None) => Happened::Granted,
            Ok(Some(refused)) => self.ended(refused),
            Err(unusable) => self.unusable(unusable),
        }
    }

    /// Asks the writer. One that is gone, or an answer that never comes, is a no.
    async fn announce(&self) -> Happened {
        let (durable, answer) = oneshot::channel();
        let asked = self.reports.send(Report::Body { letter: self.letter.id, durable }).await;
        let is_ours = asked.is_ok() && answer.await.unwrap_or(false);
        if is_ours { Happened::Ours } else { Happened::NotOurs }
    }

    async fn body(&mut self) -> Happened {
        let Some(line) = self.line.as_mut() else { return Happened::NotOurs };
        let carried = line.body(self.letter).await;
        self.ended(carried)
    }

    fn ended(&mut self, carried: Carried) -> Happened {
        let ended = match &carried {
            Carried::Accepted(_) => Ended::Accepted,
            Carried::Temporary(_) => Ended::Temporary,
            Carried::Permanent(_) => Ended::Permanent,
            Carried::Ambiguous(_) => Ended::Ambiguous,
        };
        self.said = Said::Of(carried);
        Happened::Ended(ended)
    }

    fn unusable(&mut self, unusable: Unusable) -> Happened {
        self.said = Said::Unusable(unusable);
        Happened::Unusable
    }
}
