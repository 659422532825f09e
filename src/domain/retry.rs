//! What becomes of a letter after an attempt to send it: the whole schedule stands here.

use std::time::Duration;

use super::letter::LetterKind;
use super::time::Timestamp;

/// How an attempt ended, as far as the letter is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The server took it (a 250 after the final dot).
    Accepted,
    /// A 4xx, a cut or a time-out before the body, or anything unknown.
    Temporary,
    /// A 5xx that speaks of this letter.
    Permanent,
    /// The body was sent and no answer came: it may have been taken (RFC 1047).
    Ambiguous,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It left: done.
    Sent,
    /// Try again at this time.
    DueAt(Timestamp),
    /// Give up and tell staff.
    Failed,
    /// It may have left: try again, byte for byte the same, at this time.
    AmbiguousUntil(Timestamp),
    /// It may have left and trying again would do more harm: staff decide.
    Ambiguous,
}

const MINUTE: Duration = Duration::from_mins(1);

/// Pauses after the first, second, … failed attempt; the last repeats until [`GIVE_UP_AFTER`].
/// Greylisting lets a letter pass after 1 to 15 minutes; outages last hours.
const PAUSES: [Duration; 5] = [
    MINUTE,
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(4),
];

/// A submission client to one relay gives up sooner than a mail server would (RFC 5321 says 4-5 days):
/// after two days staff must know that nobody heard.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(48);

/// A relay that took the body and lost the answer knows it after a quarter of an hour.
const AMBIGUOUS_PAUSE: Duration = Duration::from_mins(15);

/// The jitter is at most a fifth of a pause, so that a recovering relay is not met by all at once.
const JITTER_MAX: f64 = 0.2;

/// No attempt is ever planned further ahead than this: the longest pause with its jitter. What is planned
/// for later was planned by a clock that ran ahead and has been set back.
pub const AHEAD_MAX: Duration = Duration::from_hours(5);

/// What follows from the `attempts`-th attempt (from 1) at `now` of a letter of `kind` that was due
/// since `since`. `chance` is a draw in `0.0..1.0` for the jitter.
#[must_use]
pub fn after(
    kind: LetterKind,
    ended: Ended,
    attempts: u32,
    since: Timestamp,
    now: Timestamp,
    chance: f64,
) -> Next {
    match ended {
        Ended::Accepted => Next::Sent,
        Ended::Permanent => Next::Failed,
        Ended::Temporary => {
            let next = now.plus(jittered(pause(attempts), chance));
            if next.since(since) > GIVE_UP_AFTER { Next::Failed } else { Next::DueAt(next) }
        }
        Ended::Ambiguous => match kind {
            // A resident who gets two equal confirmations is served better than one who gets none.
            LetterKind::Acknowledgement if attempts < 2 => {
                Next::AmbiguousUntil(now.plus(AMBIGUOUS_PAUSE))
            }
            // A work order that is lost is a hole in the road; twice the same Message-ID is not.
            LetterKind::WorkOrder if now.since(since) < GIVE_UP_AFTER => Next::AmbiguousUntil(
                now.plus(jittered(pause(attempts).max(AMBIGUOUS_PAUSE), chance)),
            ),
            _ => Next::Ambiguous,
        },
    }
}

fn pause(attempts: u32) -> Duration {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES.get(index).or(PAUSES.last()).copied().unwrap_or(MINUTE)
}

fn jittered(pause: Duration, chance: f64) -> Duration {
    pause.mul_f64(1.0 + JITTER_MAX * chance.clamp(0.0, 1.0))
}

/// The first pause after a server could not be used; each further one doubles it.
const BACK_OFF_FIRST: Duration = Duration::from_secs(1);

/// A mail server that comes back is noticed within this.
const BACK_OFF_MAX: Duration = Duration::from_mins(1);

/// A refused password does not mend itself in a minute, and log-in attempts lock accounts.
const REFUSED_BACK_OFF_MAX: Duration = Duration::from_mins(10);

/// How long to leave a server alone after its `failures`-th failure in a row (from 1). `refused`:
/// it answered and rejected the log-in. At most 6 attempts fall into the first 12 s.
#[must_use]
pub fn back_off(failures: u32, refused: bool, chance: f64) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
    let most = if refused { REFUSED_BACK_OFF_MAX } else { BACK_OFF_MAX };
    jittered(BACK_OFF_FIRST.saturating_mul(doubled).min(most), chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_000_000_000_000);

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(count * 60)
    }

    #[test]
    fn the_pauses_grow_and_stop_after_two_days() {
        let mut at = START;
        let mut pauses = Vec::new();
        for attempts in 1.. {
            match after(LetterKind::StaffNotice, Ended::Temporary, attempts, START, at, 0.0) {
                Next::DueAt(next) => {
                    pauses.push(next.since(at).as_secs() / 60);
                    at = next;
                }
                other => {
                    assert_eq!(other, Next::Failed);
                    break;
                }
            }
        }
        assert_eq!(pauses.get(..6), Some(&[1, 5, 15, 60, 240, 240][..]));
        assert!(at.since(START) <= GIVE_UP_AFTER && at.since(START) > minutes(44 * 60));
    }

    #[test]
    fn jitter_is_at_most_a_fifth() {
        for chance in [0.0, 0.5, 0.999_999, 7.0] {
            let Next::DueAt(next) =
                after(LetterKind::WorkOrder, Ended::Temporary, 1, START, START, chance)
            else {
                panic!("expected another attempt")
            };
            let pause = next.since(START);
            assert!(pause >= minutes(1) && pause <= Duration::from_secs(72), "{pause:?}");
        }
    }

    #[test]
    fn no_attempt_is_planned_further_ahead_than_the_longest() {
        for kind in LetterKind::ALL {
            for ended in [Ended::Temporary, Ended::Ambiguous] {
                for attempts in 0..20 {
                    let next = after(kind, ended, attempts, START, START, 0.999_999);
                    if let Next::DueAt(at) | Next::AmbiguousUntil(at) = next {
                        assert!(at.since(START) < AHEAD_MAX, "{kind:?} {attempts}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_ambiguous_acknowledgement_is_repeated_once_and_a_notice_never() {
        let at = START;
        let kind = LetterKind::Acknowledgement;
        assert_eq!(
            after(kind, Ended::Ambiguous, 1, START, at, 0.0),
            Next::AmbiguousUntil(at.plus(minutes(15)))
        );
        assert_eq!(after(kind, Ended::Ambiguous, 2, START, at, 0.0), Next::Ambiguous);
        assert_eq!(
            after(LetterKind::StaffNotice, Ended::Ambiguous, 1, START, at, 0.0),
            Next::Ambiguous
        );
    }

    #[test]
    fn a_refused_password_is_tried_at_most_six_times_in_twelve_seconds() {
        for refused in [false, true] {
            let mut elapsed = Duration::ZERO;
            let mut attempts = 1;
            for failures in 1.. {
                elapsed += back_off(failures, refused, 0.0);
                if elapsed > Duration::from_secs(12) {
                    break;
                }
                attempts += 1;
            }
            assert!(attempts <= 6, "{attempts}");
        }
        assert_eq!(back_off(40, true, 0.0), REFUSED_BACK_OFF_MAX);
        assert_eq!(back_off(40, false, 0.0), BACK_OFF_MAX);
    }
}
