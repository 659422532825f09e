//! What one command changed is what the next one finds.

use crate::domain::decide::work::count;
use crate::domain::decide::{Change, Snapshot};
use crate::domain::desk::Desk;
use crate::domain::time::Timestamp;

/// The snapshot as these changes leave it.
pub(in crate::domain::decide) fn after(
    desk: &Desk,
    snapshot: &Snapshot,
    changes: &[Change],
    now: Timestamp,
) -> Snapshot {
    let mut snapshot = snapshot.clone();
    for change in changes {
        follow(desk, &mut snapshot, change, now);
    }
    snapshot
}

fn follow(desk: &Desk, snapshot: &mut Snapshot, change: &Change, now: Timestamp) {
    match change {
        Change::Update(changed) => {
            let own = snapshot.ticket.as_ref().is_some_and(|own| own.number == changed.number);
            if own {
                snapshot.ticket = Some((**changed).clone());
                return;
            }
            let others = snapshot.others.iter_mut().chain(&mut snapshot.same);
            for known in others.filter(|known| known.number == changed.number) {
                known.clone_from(changed);
            }
            if !snapshot.same.iter().any(|known| known.number == changed.number) {
                snapshot.same.push((**changed).clone());
            }
        }
        Change::Order(order) => {
            count(desk, &mut snapshot.used, (None, order), now);
            snapshot.orders.push((**order).clone());
        }
        Change::Ordered(order) => {
            let known = snapshot.orders.iter_mut().find(|known| known.number == order.number);
            if let Some(known) = known {
                count(desk, &mut snapshot.used, (Some(known), order), now);
                known.clone_from(order);
            }
        }
        _ => {}
    }
}
