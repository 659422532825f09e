//! The fetching half of a pass: batches of small mails, large ones piece by piece, oversize ones from
//! their beginning.

use tokio::sync::mpsc::Sender;

use super::{Intake, IntakeError, Plan};
use crate::mailbox::{Fetched, Sized, Source};
use crate::store::mail::PIECE_BYTES;
use crate::store::{ledger, mail};

/// Batches that wait to be written down while the next is fetched.
pub(super) const QUEUE_BATCHES: usize = 1;

/// Mails of one batch, and so of one transaction: a commit's fsync is shared by as many.
const BATCH_MAILS: usize = 64;

/// Bytes of one batch: six of them, at the most, are held at once, each raw or compressed.
const BATCH_BYTES: u64 = 2 * 1024 * 1024;

/// Sizes asked for in one command. A server that has not seen the mails yet opens each to count: the first
/// must not wait for that of a thousand others.
const SIZES_AT_ONCE: usize = 64;

/// What is read of an oversize mail: its header and, with all usual programs, its text.
const HEAD_BYTES: u64 = 256 * 1024;

/// A piece as the offset counts it.
const PIECE: u64 = PIECE_BYTES as u64;

/// What the fetching half hands over.
#[derive(Debug)]
pub(super) enum Batch {
    /// Whole small mails, in the order of their UIDs.
    Small(Vec<Fetched>),
    /// A large mail whose pieces lie in the store under this row.
    Large {
        /// UID.
        uid: i64,
        /// The row of its pieces.
        raw_id: i64,
        /// It is longer than its server said, and than the limit: the rest stays there.
        cut: bool,
    },
    /// The beginning of an oversize mail.
    Head(Fetched),
}

impl Intake {
    pub(super) async fn fetch(
        &self,
        source: &mut Source,
        plan: &Plan,
        queue: Sender<Batch>,
    ) -> Result<(), IntakeError> {
        for chunk in plan.uids.chunks(SIZES_AT_ONCE) {
            self.require_room()?;
            let listed = source.sizes(chunk).await?;
            for group in grouped(&listed, PIECE.min(self.mail_bytes_max)) {
                let fetched = match &group {
                    Group::Small(uids) => match source.fetch(uids).await {
                        Ok(mails) => Ok(Some(Batch::Small(mails))),
                        Err(error) => Err(error.into()),
                    },
                    Group::Alone(sized) => self.fetch_alone(source, plan, *sized).await,
                };
                let batch = match fetched {
                    Ok(Some(batch)) => batch,
                    Ok(None) => continue,
                    Err(error) => {
                        self.strike(plan, &group.uids()).await?;
                        return Err(error);
                    }
                };
                if queue.send(batch).await.is_err() {
                    // The writing half failed and says why.
                    return Ok(());
                }
            }
        }
        self.fetch_suspects(source, plan, &queue).await
    }

    /// A mail that shares no command with others: in pieces, or only its beginning when it is oversize.
    pub(super) async fn fetch_alone(
        &self,
        source: &mut Source,
        plan: &Plan,
        sized: Sized,
    ) -> Result<Option<Batch>, IntakeError> {
        let uid = sized.uid;
        if sized.bytes > self.mail_bytes_max {
            let bytes = self.mail_bytes_max.min(HEAD_BYTES);
            let head = source.fetch_part(uid, 0, bytes).await?;
            return Ok(head.map(|raw| Batch::Head(Fetched { uid, raw })));
        }
        self.fetch_large(source, plan, uid).await
    }

    /// Fetches a large mail piece by piece into the store; after a cut, only the pieces that are
    /// missing. `None` when it is gone.
    async fn fetch_large(
        &self,
        source: &mut Source,
        plan: &Plan,
        uid: i64,
    ) -> Result<Option<Batch>, IntakeError> {
        let mut tx = self.begin().await?;
        let raw_id = if let Some(raw_id) = ledger::attached_raw(&mut tx, &plan.folder, uid).await? {
            raw_id
        } else {
            let raw_id = mail::begin(&mut tx).await?;
            ledger::attach_raw(&mut tx, &plan.folder, uid, raw_id).await?;
            raw_id
        };
        let mut number = mail::pieces(&mut tx, raw_id).await?;
        tx.commit().await?;
        let mut bytes = PIECE.saturating_mul(u64::try_from(number).unwrap_or(u64::MAX));
        loop {
            let Some(piece) = source.fetch_part(uid, bytes, PIECE).await? else {
                return Ok(None);
            };
            let fetched = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            if fetched > 0 {
                let mut tx = self.begin().await?;
                mail::add_piece(&mut tx, raw_id, number, &piece).await?;
                tx.commit().await?;
            }
            bytes = bytes.saturating_add(fetched);
            number = number.saturating_add(1);
            // A size is only what the server claims: a short piece is the end, and so is the limit.
            if fetched < PIECE || bytes > self.mail_bytes_max {
                let cut = bytes > self.mail_bytes_max;
                return Ok(Some(Batch::Large { uid, raw_id, cut }));
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Group {
    Small(Vec<i64>),
    Alone(Sized),
}

impl Group {
    fn uids(&self) -> Vec<i64> {
        match self {
            Self::Small(uids) => uids.clone(),
            Self::Alone(sized) => vec![sized.uid],
        }
    }
}

/// Neighbouring small mails together, those above `small_bytes_max` alone, in order.
fn grouped(sizes: &[Sized], small_bytes_max: u64) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut small = Vec::new();
    let mut bytes = 0_u64;
    for sized in sizes {
        let alone = sized.bytes > small_bytes_max;
        let full = small.len() >= BATCH_MAILS || bytes.saturating_add(sized.bytes) > BATCH_BYTES;
        if (alone || full) && !small.is_empty() {
            groups.push(Group::Small(std::mem::take(&mut small)));
            bytes = 0;
        }
        if alone {
            groups.push(Group::Alone(*sized));
        } else {
            small.push(sized.uid);
            bytes = bytes.saturating_add(sized.bytes);
        }
    }
    if !small.is_empty() {
        groups.push(Group::Small(small));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(uid: i64, bytes: u64) -> Sized {
        Sized { uid, bytes }
    }

    #[test]
    fn small_mails_share_a_batch_and_large_ones_stand_alone_in_order() {
        let large = sized(3, PIECE + 1);
        let groups = grouped(&[sized(1, 10), sized(2, 10), large, sized(4, 10)], PIECE);
        assert_eq!(groups, [Group::Small(vec![1, 2]), Group::Alone(large), Group::Small(vec![4])]);
    }

    #[test]
    fn a_batch_is_bounded_in_mails_and_bytes() {
        let many: Vec<Sized> = (0..200).map(|uid| sized(uid, 1)).collect();
        let heavy: Vec<Sized> = (0..10).map(|uid| sized(uid, PIECE)).collect();
        for groups in [grouped(&many, PIECE), grouped(&heavy, PIECE)] {
            assert!(groups.len() > 1);
            for group in groups {
                let Group::Small(uids) = group else { panic!("expected small mails") };
                assert!(uids.len() <= BATCH_MAILS);
            }
        }
        assert!(
            grouped(&heavy, PIECE)
                .iter()
                .all(|group| matches!(group, Group::Small(u) if u.len() <= 4))
        );
    }
}
