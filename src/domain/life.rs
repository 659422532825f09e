//! A ticket's life: where it may stand, and from where it may go where. One table; staff by mail and on the
//! command line, contractors, residents and the clock all go by it.

use serde::{Deserialize, Serialize};

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Opened, sorted and passed on.
    Received,
    /// Opened without a category: a person must look.
    ToCheck,
    /// A technician has looked at it from the desk.
    Assessed,
    /// A technician goes and looks.
    Inspection,
    /// An office or a person has it.
    Assigned,
    /// A contractor has the work order.
    Ordered,
    /// The contractor accepted it.
    Accepted,
    /// Somebody works at it.
    InProgress,
    /// The work is reported done.
    Done,
    /// Nothing more to do.
    Closed,
    /// The requester was asked something; the clock waits.
    WaitingForRequester,
    /// Planned for a day; the clock waits until then.
    Scheduled,
    /// The work stands still; the clock waits.
    Suspended,
    /// Another body's business, to which the requester was pointed.
    Referred,
    /// It repeats another ticket, which is worked at.
    Duplicate,
    /// Not the municipality's business.
    OutOfCompetence,
    /// Not to be done.
    Cancelled,
    /// Closed once, and open again.
    Reopened,
}

use Status::{
    Accepted, Assessed, Assigned, Cancelled, Closed, Done, Duplicate, InProgress, Inspection,
    Ordered, OutOfCompetence, Received, Referred, Reopened, Scheduled, Suspended, ToCheck,
    WaitingForRequester,
};

/// Where a ticket that nobody works at yet may go.
const FROM_DESK: &[Status] = &[
    ToCheck,
    Received,
    Assessed,
    Inspection,
    Assigned,
    Ordered,
    InProgress,
    Done,
    Closed,
    WaitingForRequester,
    Scheduled,
    Suspended,
    Referred,
    Duplicate,
    OutOfCompetence,
    Cancelled,
];

/// Where a ticket with a work order may go: only a contractor that was asked can accept.
const FROM_WORK: &[Status] = &[
    Assigned,
    Ordered,
    Accepted,
    InProgress,
    Done,
    Closed,
    WaitingForRequester,
    Scheduled,
    Suspended,
    Inspection,
    Duplicate,
    Cancelled,
];

/// From where to where. What is not here is refused.
const TABLE: [(Status, &[Status]); 18] = [
    (Received, FROM_DESK),
    (ToCheck, FROM_DESK),
    (Assessed, FROM_DESK),
    (Inspection, FROM_DESK),
    (Assigned, FROM_DESK),
    (Ordered, FROM_WORK),
    (Accepted, FROM_WORK),
    (InProgress, FROM_WORK),
    (Done, &[Closed, InProgress, Ordered, Assigned, Inspection, Reopened]),
    (Closed, &[Reopened]),
    (WaitingForRequester, FROM_EVERYWHERE),
    (Scheduled, FROM_EVERYWHERE),
    (Suspended, FROM_EVERYWHERE),
    (Referred, &[Reopened, Closed]),
    (Duplicate, &[Reopened, Received, ToCheck, Closed]),
    (OutOfCompetence, &[Reopened, Received, ToCheck, Referred, Closed]),
    (Cancelled, &[Reopened]),
    (Reopened, FROM_DESK),
];

/// Where a ticket that waited may go: back to where it was, or on.
const FROM_EVERYWHERE: &[Status] = &[
    Received,
    ToCheck,
    Assessed,
    Inspection,
    Assigned,
    Ordered,
    Accepted,
    InProgress,
    Done,
    Closed,
    WaitingForRequester,
    Scheduled,
    Suspended,
    Referred,
    Duplicate,
    OutOfCompetence,
    Cancelled,
    Reopened,
];

impl Status {
    /// All, in the order of a ticket's life, side ways last.
    pub const ALL: [Self; 18] = [
        Received,
        ToCheck,
        Assessed,
        Inspection,
        Assigned,
        Ordered,
        Accepted,
        InProgress,
        Done,
        Closed,
        WaitingForRequester,
        Scheduled,
        Suspended,
        Referred,
        Duplicate,
        OutOfCompetence,
        Cancelled,
        Reopened,
    ];

    /// The name in the store and in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Received => "received",
            ToCheck => "to_check",
            Assessed => "assessed",
            Inspection => "inspection",
            Assigned => "assigned",
            Ordered => "ordered",
            Accepted => "accepted",
            InProgress => "in_progress",
            Done => "done",
            Closed => "closed",
            WaitingForRequester => "waiting_for_requester",
            Scheduled => "scheduled",
            Suspended => "suspended",
            Referred => "referred",
            Duplicate => "duplicate",
            OutOfCompetence => "out_of_competence",
            Cancelled => "cancelled",
            Reopened => "reopened",
        }
    }

    /// The name in letters to staff.
    #[must_use]
    pub const fn italian(self) -> &'static str {
        match self {
            Received => "ricevuta",
            ToCheck => "da verificare",
            Assessed => "valutata",
            Inspection => "in sopralluogo",
            Assigned => "assegnata",
            Ordered => "ordinata all'impresa",
            Accepted => "accettata dall'impresa",
            InProgress => "lavori in corso",
            Done => "lavori eseguiti",
            Closed => "chiusa",
            WaitingForRequester => "in attesa di chi ha segnalato",
            Scheduled => "programmata",
            Suspended => "sospesa",
            Referred => "di competenza altrui",
            Duplicate => "uguale a un'altra",
            OutOfCompetence => "non di competenza",
            Cancelled => "annullata",
            Reopened => "riaperta",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether a ticket may go from here to there; staying is always allowed.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        let row = TABLE.iter().find(|(from, _)| *from == self);
        self == next || row.is_some_and(|(_, to)| to.contains(&next))
    }

    /// Nothing more happens by itself, and nobody is waiting for it.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Closed | Referred | Duplicate | OutOfCompetence | Cancelled)
    }

    /// The expected time does not run.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(self, WaitingForRequester | Scheduled | Suspended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_row_and_a_name_of_its_own() {
        for status in Status::ALL {
            assert_eq!(TABLE.iter().filter(|(from, _)| *from == status).count(), 1, "{status:?}");
            assert_eq!(Status::parse(status.name()), Some(status));
        }
    }

    #[test]
    fn what_would_skip_a_person_is_refused() {
        for (from, to) in [
            (Received, Accepted),
            (ToCheck, Accepted),
            (Closed, Ordered),
            (Closed, Done),
            (Cancelled, Closed),
            (Done, Accepted),
            (Done, Cancelled),
            (Ordered, Referred),
            (Received, Reopened),
            (Referred, Ordered),
        ] {
            assert!(!from.may_become(to), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn every_status_leads_to_an_end_and_every_end_can_be_reopened() {
        for status in Status::ALL {
            if status.is_ended() {
                assert!(status.may_become(Reopened), "{status:?}");
            } else {
                assert!(status.may_become(Closed), "{status:?}");
            }
        }
    }

    #[test]
    fn the_usual_course_is_allowed() {
        let course = [Received, Ordered, Accepted, InProgress, Suspended, InProgress, Done, Closed];
        for (from, to) in course.iter().zip(course.iter().skip(1)) {
            assert!(from.may_become(*to), "{from:?} to {to:?}");
        }
    }
}
