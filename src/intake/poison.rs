//! Mails that a server does not hand over: they come last, one by one, and in the end to staff.
//!
//! One such mail fails the command that it shares with others, at every pass. So whatever was asked for
//! when a command failed is suspect: from then on it is fetched after all others, alone, the least
//! suspect first.

use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::fetch::Batch;
use super::read::{Circumstances, read};
use super::{Intake, IntakeError, Plan};
use crate::clerk::Sitting;
use crate::domain::mail::{Damage, Mail};
use crate::mailbox::{MailboxError, Source};
use crate::store::ledger::{Settled, Suspect};
use crate::store::mail::Raw;
use crate::store::{ledger, mail};

/// Attempts in as many passes before a mail is given up: the first one is shared with others.
const ATTEMPTS_MAX: i64 = 3;

/// A mail is not given up sooner than this after it was first seen: passes follow each other within
/// seconds, and a server that restarts its storage needs minutes.
const GIVE_UP_AFTER: Duration = Duration::from_mins(15);

/// As much of a mail as shows that the server hands mails over.
const WITNESS_BYTES: u64 = 64;

impl Intake {
    /// Notes that a command for these mails failed.
    pub(super) async fn strike(&self, plan: &Plan, uids: &[i64]) -> Result<(), IntakeError> {
        let mut tx = self.begin().await?;
        ledger::strike(&mut tx, &plan.folder, uids).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Fetches the mails that could not be fetched before. One that fails ends the pass, because after
    /// an error the connection is of no more use; it is behind the others at the next.
    pub(super) async fn fetch_suspects(
        &self,
        source: &mut Source,
        plan: &Plan,
        queue: &Sender<Batch>,
    ) -> Result<(), IntakeError> {
        let mut proven = !plan.uids.is_empty();
        for suspect in &plan.suspects {
            let Some(sized) = source.sizes(&[suspect.uid]).await?.pop() else { continue };
            let attempts = suspect.attempts.saturating_add(1);
            let old = self.clock.now().since(suspect.seen_at) >= GIVE_UP_AFTER;
            let last = attempts >= ATTEMPTS_MAX && old;
            if let (true, false, Some(witness)) = (last, proven, plan.witness) {
                // When this fails, it is not the suspect's doing.
                source.fetch_part(witness, 0, WITNESS_BYTES).await?;
            }
            match self.fetch_alone(source, plan, sized).await {
                Ok(None) => {}
                Ok(Some(batch)) => {
                    proven = true;
                    if queue.send(batch).await.is_err() {
                        // The writing half failed and says why.
                        return Ok(());
                    }
                }
                Err(error) => {
                    self.strike(plan, &[suspect.uid]).await?;
                    if let (true, IntakeError::Mailbox(error)) = (last, &error) {
                        self.give_up(plan, suspect, error).await?;
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The mail stays where it is; a quarantined mail without bytes and its ticket tell staff where.
    async fn give_up(
        &self,
        plan: &Plan,
        suspect: &Suspect,
        error: &MailboxError,
    ) -> Result<(), IntakeError> {
        let (folder, uid) = (&plan.folder, suspect.uid);
        let circumstances = Circumstances {
            received_at: suspect.seen_at,
            mailbox: self.mailbox.clone(),
            rescan: uid <= plan.rescan_uid_max,
            history_before: None,
            letters: true,
            oversize: false,
        };
        let mut arrival = read(&self.clerk.desk, b"", circumstances);
        let place = format!("{}/{}/{}/{uid}", folder.mailbox, folder.folder, folder.validity);
        arrival.content_key = mail::hash(format!("not handed over: {place}").as_bytes());
        arrival.mail = Mail {
            subject: "Messaggio che il server di posta non consegna".to_owned(),
            text: format!(
                "Il messaggio è rimasto nella casella «{}», cartella «{}» (UID {uid}, UIDVALIDITY {}): \
                 il server di posta non lo consegna. Va aperto direttamente nella casella.",
                folder.mailbox, folder.folder, folder.validity
            ),
            damage: vec![Damage::Unparsable],
            ..Mail::default()
        };
        // No bytes: `quarantine retry` finds it as unreadable as it is.
        let raw = Raw::Whole(mail::pack(b"")?);
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        if ledger::open(&mut tx, folder, &[uid]).await?.is_empty() {
            // Another daemon could fetch it.
            return Ok(());
        }
        let pieces = ledger::attached_raw(&mut tx, folder, uid).await?;
        let mut sitting = Sitting::default();
        let recorded = self.clerk.record(&mut tx, &mut sitting, &arrival, &raw, now).await?;
        sitting.close(&mut tx);
        let reason = format!("the server does not hand it over: {error}");
        let settled = Settled {
            state: recorded.state,
            reason: &reason,
            content_key: Some(&arrival.content_key),
        };
        ledger::settle(&mut tx, folder, uid, &settled, now);
        // It stays where the ticket says.
        ledger::mark(&mut tx, folder, &[uid]).await?;
        if let Some(raw_id) = pieces {
            mail::discard(&mut tx, raw_id).await?;
        }
        tx.commit().await?;
        tracing::error!(
            mailbox = %self.mailbox, uid,
            "a mail is given up that the server does not hand over; a ticket says where it lies"
        );
        Ok(())
    }
}
