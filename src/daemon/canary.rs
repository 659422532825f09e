//! A mail to ourselves through the SMTP server and back by the mailbox: the one proof that mail works. It is no
//! ticket (it is known as our own), it is removed when it is back, and its absence is told by another way than mail.

use std::time::Duration;

use tokio::sync::watch;

use super::{Held, Parts, Place, alarms, second, wait};
use crate::carrier::Carried;
use crate::clock::Stopwatch;
use crate::config::{Canary, Mailbox};
use crate::console::Tally;
use crate::domain::alarm::{AlarmKind, Watched};
use crate::domain::letter::LetterKind;
use crate::mailbox::Source;
use crate::setup;
use crate::store::ledger::LedgerRow;
use crate::store::outbox::Leased;
use crate::store::{StoreError, ledger, mail};

/// How often the store is asked whether it is back.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Those that came late and are still to be removed; older ones stay for people to remove.
const LEFT_MAX: usize = 8;

/// Sends one every so often until it is told to stop. Of several daemons only the one that watches the mailbox does.
pub(super) async fn serve(
    parts: &Parts,
    place: &Place,
    canary: &Canary,
    tally: &Tally,
    mut stop: watch::Receiver<bool>,
) {
    let named = |mailbox: &&Mailbox| mailbox.name == canary.mailbox;
    let Some(mailbox) = parts.config.mailboxes.iter().find(named) else {
        // The configuration was checked; a task that ends would end the daemon.
        drop(stop.wait_for(|stop| *stop).await);
        return;
    };
    let mut left: Vec<String> = Vec::new();
    let mut held = place.watch();
    let watches = |held: &Held| held.mailboxes.contains(&mailbox.name);
    loop {
        tokio::select! {
            gone = held.wait_for(watches) => if gone.is_err() { return },
            () = super::told(stop.clone()) => return,
        }
        let flight = Flight { parts, canary, mailbox, tally };
        tokio::select! {
            () = flight.fly(&mut left) => {}
            () = super::told(stop.clone()) => return,
        }
        if !wait(canary.every, &mut stop).await {
            return;
        }
    }
}

struct Flight<'a> {
    parts: &'a Parts,
    canary: &'a Canary,
    mailbox: &'a Mailbox,
    tally: &'a Tally,
}

impl Flight<'_> {
    /// One mail, out and back; `left` are the Message-IDs of those that are still to be removed.
    async fn fly(&self, left: &mut Vec<String>) {
        let began = Stopwatch::start();
        let sent = self.send().await;
        let wrong = match sent {
            Err(why) => Some(format!("a test mail could not be sent: {why}")),
            Ok(id) => {
                let back = self.comes_back(&id, began).await;
                left.push(id);
                (!back).then(|| {
                    format!(
                        "a test mail did not come back to mailbox {} within {} s: mail is late or lost on its \
                         way, or the mailbox is not read",
                        self.mailbox.name,
                        self.canary.late_after.as_secs()
                    )
                })
            }
        };
        if wrong.is_none() {
            self.tally.canary_came(began.elapsed());
        }
        self.tell(wrong.as_deref()).await;
        self.tidy(left).await;
    }

    async fn tell(&self, wrong: Option<&str>) {
        let watched = Watched::the(AlarmKind::Canary);
        if alarms::observe(self.parts, &watched, wrong).await {
            second::tell(self.canary, wrong).await;
        }
    }

    /// Sends it; its Message-ID, which nobody can guess.
    async fn send(&self) -> Result<String, String> {
        let desk = &self.parts.clerk.desk;
        let address = self.mailbox.addresses.first().unwrap_or(&desk.from.address);
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
        let cause = format!("canary:{}", data_encoding::HEXLOWER.encode(&nonce));
        let domain = desk.domain().to_ascii_lowercase();
        let kind = LetterKind::StaffNotice;
        let message_id = desk.signer.message_id(kind, &cause, address, &domain);
        let now = self.parts.clock.now();
        let letter = Leased {
            id: 0,
            kind,
            recipient: address.clone(),
            envelope_from: Some(desk.from.address.clone()),
            bytes: self.bytes(address, &message_id),
            message_id: message_id.clone(),
            attempts: 1,
            released_at: now,
        };
        let mut line = self.parts.carrier.open().await.map_err(|unusable| unusable.text)?;
        let carried = match line.envelope(&letter).await.map_err(|unusable| unusable.text)? {
            Some(refused) => refused,
            // Nothing is written down before a test mail leaves.
            None => line.body(&letter).await,
        };
        line.close().await;
        match carried {
            Carried::Accepted(_) | Carried::Ambiguous(_) => Ok(message_id),
            Carried::Temporary(why) | Carried::Permanent(why) => Err(why),
        }
    }

    fn bytes(&self, to: &str, message_id: &str) -> Vec<u8> {
        let desk = &self.parts.clerk.desk;
        let date = chrono::DateTime::from_timestamp_millis(self.parts.clock.now().millis());
        let date = date.map(|date| date.to_rfc2822()).unwrap_or_default();
        format!(
            "From: {}\r\nTo: {to}\r\nSubject: Sportello: messaggio di prova\r\nDate: {date}\r\n\
             Message-ID: <{message_id}>\r\nAuto-Submitted: auto-generated\r\nX-Sportello-Loop: {}\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
             Messaggio di prova di Sportello: si cancella da solo.\r\n",
            desk.from.address,
            desk.signer.loop_marker()
        )
        .into_bytes()
    }

    /// Whether intake wrote it down in time.
    async fn comes_back(&self, message_id: &str, began: Stopwatch) -> bool {
        while began.elapsed() < self.canary.late_after {
            if self.rows(message_id).await.is_ok_and(|rows| !rows.is_empty()) {
                return true;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        false
    }

    /// Where the ledger saw it.
    async fn rows(&self, message_id: &str) -> Result<Vec<LedgerRow>, StoreError> {
        let mut rows = Vec::new();
        for mail in mail::by_message_id(&self.parts.engine, message_id).await? {
            rows.append(&mut ledger::of_mail(&self.parts.engine, mail.id).await?);
        }
        Ok(rows)
    }

    /// Removes those that are back, and forgets them; whatever fails is tried again the next time.
    async fn tidy(&self, left: &mut Vec<String>) {
        let mut still = Vec::new();
        for id in left.drain(..) {
            if !self.remove(&id).await {
                still.push(id);
            }
        }
        let surplus = still.len().saturating_sub(LEFT_MAX);
        left.extend(still.into_iter().skip(surplus));
    }

    /// Removes one from the server; true when it is gone.
    async fn remove(&self, message_id: &str) -> bool {
        let rows = self.rows(message_id).await.unwrap_or_default();
        let Some(row) = rows.iter().find(|row| row.mailbox == self.mailbox.name) else {
            return false;
        };
        let removed = async {
            let mut source = setup::open_where_kept(self.mailbox, self.parts.imap).await?;
            let marker = self.parts.clerk.desk.signer.loop_marker();
            let removed = source.remove_own(row.uid, message_id, &marker).await;
            if let Source::Imap(imap) = source {
                imap.logout().await;
            }
            removed
        };
        match removed.await {
            Ok(removed) => removed,
            Err(error) => {
                tracing::info!(mailbox = %self.mailbox.name, %error, "a test mail could not be removed yet");
                false
            }
        }
    }
}
