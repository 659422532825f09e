//! One letter on its way out, step by step: what a worker that leased it does next, and what follows when it is cut off.
//!
//! The order is the promise. The attempt is written down before anybody is spoken to, and the beginning of the body
//! before the body leaves: whoever finds the letter after a crash knows whether it may have left. `dispatch` does what
//! [`Sending::step`] says, with real servers; the simulation does the same with made-up ones, by the million.

use super::retry::Ended;

/// Where a letter in a worker's hands stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Leased, and the attempt written down; a line is needed.
    Leased,
    /// A line is open: it goes through the envelope.
    Dialled,
    /// The server waits for the body, and the store is asked whether it may leave.
    Granted,
    /// The store has written down that the body leaves, and it does.
    Begun,
    /// The attempt is over, or the letter in other hands.
    Over,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A line was opened.
    Opened,
    /// The server cannot be used at all, for any letter.
    Unusable,
    /// The server waits for the body.
    Granted,
    /// The store wrote the beginning of the body down: the letter still is this worker's.
    Ours,
    /// The letter is another worker's, or the store cannot say.
    NotOurs,
    /// The attempt ended, before the body or after it.
    Ended(Ended),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Do {
    /// Open a line.
    Open,
    /// Tell the server who writes to whom.
    Envelope,
    /// Write down that the body leaves, if the letter still is this worker's.
    Announce,
    /// Send the body.
    Body,
    /// Write down how the attempt ended.
    WriteDown(Ended),
    /// Give it back untouched: the attempt does not count.
    GiveBack,
    /// Leave it to whoever has it now, and the line with it: the server waits for a body that must not come.
    Leave,
}

impl Sending {
    /// A letter that was just leased.
    #[must_use]
    pub const fn begin() -> (Self, Do) {
        (Self::Leased, Do::Open)
    }

    /// What follows. Whatever does not fit counts as a cut.
    #[must_use]
    pub const fn step(self, happened: Happened) -> (Self, Do) {
        match (self, happened) {
            (Self::Leased, Happened::Opened) => (Self::Dialled, Do::Envelope),
            (Self::Dialled, Happened::Granted) => (Self::Granted, Do::Announce),
            (Self::Granted, Happened::Ours) => (Self::Begun, Do::Body),
            (Self::Granted, Happened::NotOurs) => (Self::Over, Do::Leave),
            (Self::Leased | Self::Dialled, Happened::Unusable) => (Self::Over, Do::GiveBack),
            (Self::Dialled | Self::Begun, Happened::Ended(ended)) => {
                (Self::Over, Do::WriteDown(ended))
            }
            (at, _) => (Self::Over, at.cut()),
        }
    }

    /// What is true of a letter that was cut off here: before its body began nobody can have it.
    #[must_use]
    pub const fn cut(self) -> Do {
        match self {
            Self::Leased | Self::Dialled | Self::Granted => Do::GiveBack,
            Self::Begun => Do::WriteDown(Ended::Ambiguous),
            Self::Over => Do::Leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Sending; 5] =
        [Sending::Leased, Sending::Dialled, Sending::Granted, Sending::Begun, Sending::Over];

    const EVENTS: [Happened; 9] = [
        Happened::Opened,
        Happened::Unusable,
        Happened::Granted,
        Happened::Ours,
        Happened::NotOurs,
        Happened::Ended(Ended::Accepted),
        Happened::Ended(Ended::Temporary),
        Happened::Ended(Ended::Permanent),
        Happened::Ended(Ended::Ambiguous),
    ];

    #[test]
    fn a_letter_that_is_taken_goes_through_every_stage() {
        let mut done = vec![Sending::begin()];
        for happened in
            [Happened::Opened, Happened::Granted, Happened::Ours, Happened::Ended(Ended::Accepted)]
        {
            done.push(done.last().unwrap().0.step(happened));
        }
        let effects: Vec<Do> = done.into_iter().map(|(_, effect)| effect).collect();
        let last = Do::WriteDown(Ended::Accepted);
        assert_eq!(effects, [Do::Open, Do::Envelope, Do::Announce, Do::Body, last]);
    }

    /// From any stage, whatever happens: a body leaves only behind the store's word, and what may have left is never
    /// given back as if it had not.
    #[test]
    fn no_body_leaves_unannounced_and_none_is_forgotten() {
        for stage in STAGES {
            for happened in EVENTS {
                let (next, effect) = stage.step(happened);
                if effect == Do::Body {
                    assert_eq!((stage, happened), (Sending::Granted, Happened::Ours));
                }
                if stage == Sending::Begun {
                    assert!(matches!(effect, Do::WriteDown(_)), "{happened:?}: {effect:?}");
                }
                let ends = matches!(effect, Do::WriteDown(_) | Do::GiveBack | Do::Leave);
                assert_eq!(ends, next == Sending::Over, "{stage:?} {happened:?}");
            }
        }
    }
}
