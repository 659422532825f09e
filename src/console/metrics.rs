//! Figures and counts in Prometheus' text format
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>): base units, totals for what only grows, and
//! no person in any label.

use std::fmt::Display;

use super::tally::{Counts, STORE_SECONDS, Tally};
use crate::domain::alarm::AlarmKind;
use crate::domain::time::Timestamp;
use crate::figures::Figures;

/// Everything as one text. Without figures the store does not answer, which is a metric too.
pub(super) fn exposed(
    figures: Option<&Figures>,
    tally: &Tally,
    alive: bool,
    now: Timestamp,
) -> String {
    let mut page = Page::default();
    page.gauge("sportello_up", "Whether the store answered, 1 or 0");
    page.sample("sportello_up", &[], u8::from(figures.is_some()));
    page.gauge("sportello_tasks_alive", "Whether every task of the daemon gets on, 1 or 0");
    page.sample("sportello_tasks_alive", &[], u8::from(alive));
    page.gauge("sportello_build_info", "The version, as a label");
    page.sample("sportello_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    if let Some(figures) = figures {
        mailboxes(&mut page, figures);
        letters(&mut page, figures, now);
        tickets(&mut page, figures);
        alarms(&mut page, figures);
    }
    counted(&mut page, &tally.read());
    page.0
}

fn mailboxes(page: &mut Page, figures: &Figures) {
    page.gauge(
        "sportello_mails_unaccounted",
        "Mails on the server without a last state in the ledger; 0 when all is well",
    );
    for mailbox in &figures.mailboxes {
        let labels = [("mailbox", mailbox.name.as_str())];
        page.sample("sportello_mails_unaccounted", &labels, mailbox.unaccounted);
    }
    page.gauge("sportello_mailbox_connected", "Whether the mailbox can be used, 1 or 0");
    for mailbox in &figures.mailboxes {
        let labels = [("mailbox", mailbox.name.as_str())];
        page.sample("sportello_mailbox_connected", &labels, u8::from(mailbox.connected));
    }
    page.gauge(
        "sportello_mailbox_last_pass_timestamp_seconds",
        "When the last whole pass over the mailbox ended, since 1970",
    );
    for mailbox in &figures.mailboxes {
        if let Some(at) = mailbox.last_pass_at {
            let labels = [("mailbox", mailbox.name.as_str())];
            let name = "sportello_mailbox_last_pass_timestamp_seconds";
            page.sample(name, &labels, Seconds(at.millis()));
        }
    }
}

fn letters(page: &mut Page, figures: &Figures, now: Timestamp) {
    let outbox = &figures.outbox;
    page.gauge("sportello_outbox_letters", "Letters by where they stand");
    for (state, count) in [
        ("due", outbox.due),
        ("held", outbox.held),
        ("sent", outbox.sent),
        ("failed", outbox.failed),
        ("ambiguous", outbox.ambiguous),
        ("cancelled", outbox.cancelled),
    ] {
        page.sample("sportello_outbox_letters", &[("state", state)], count);
    }
    page.gauge(
        "sportello_outbox_oldest_due_seconds",
        "Age of the letter that has been due for longest; 0 when none is",
    );
    let age = outbox.oldest_due_at.map_or(0, |at| now.millis().saturating_sub(at.millis()));
    page.sample("sportello_outbox_oldest_due_seconds", &[], Seconds(age.max(0)));
}

fn tickets(page: &mut Page, figures: &Figures) {
    page.gauge("sportello_tickets", "Tickets by status");
    for (status, count) in &figures.tickets {
        page.sample("sportello_tickets", &[("status", status)], count);
    }
    page.gauge("sportello_mails_quarantined", "Mails that no rule could read");
    page.sample("sportello_mails_quarantined", &[], figures.quarantine);
}

fn alarms(page: &mut Page, figures: &Figures) {
    page.gauge("sportello_alarm", "Whether something of this name is wrong, 1 or 0");
    for kind in AlarmKind::ALL {
        let stands = figures.alarms.iter().any(|alarm| alarm.name == kind);
        page.sample("sportello_alarm", &[("name", kind.name())], u8::from(stands));
    }
    if let Some(space) = figures.space {
        page.gauge("sportello_store_free_bytes", "Free on the disk of the store");
        page.sample("sportello_store_free_bytes", &[], space.free);
        page.gauge("sportello_store_disk_bytes", "Size of the disk of the store");
        page.sample("sportello_store_disk_bytes", &[], space.total);
    }
}

fn counted(page: &mut Page, counts: &Counts) {
    page.counter("sportello_passes_total", "Passes over mailboxes since the start");
    for ((mailbox, outcome), count) in &counts.passes {
        let labels = [("mailbox", mailbox.as_str()), ("outcome", outcome)];
        page.sample("sportello_passes_total", &labels, count);
    }
    page.counter("sportello_mails_total", "Mails taken in since the start");
    for (mailbox, count) in &counts.mails {
        page.sample("sportello_mails_total", &[("mailbox", mailbox)], count);
    }
    page.counter("sportello_letters_total", "Attempts to send letters, by how they ended");
    for ((kind, outcome), count) in &counts.letters {
        page.sample("sportello_letters_total", &[("kind", kind), ("outcome", outcome)], count);
    }
    page.counter(
        "sportello_lease_losses_total",
        "How often another daemon took over from this one while it lived",
    );
    page.sample("sportello_lease_losses_total", &[], counts.lease_losses);
    if let Some(canary) = counts.canary {
        page.gauge("sportello_canary_seconds", "How long the last test mail took to come back");
        page.sample("sportello_canary_seconds", &[], canary.as_secs_f64());
    }
    store(page, counts);
}

fn store(page: &mut Page, counts: &Counts) {
    let name = "sportello_store_seconds";
    page.head(name, "histogram", "How long the store took for a commit or a question");
    let mut total = 0_u64;
    let bounds = STORE_SECONDS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    for (bound, count) in bounds.zip(counts.store) {
        total = total.saturating_add(count);
        page.sample("sportello_store_seconds_bucket", &[("le", &bound)], total);
    }
    page.sample("sportello_store_seconds_sum", &[], counts.store_sum.as_secs_f64());
    page.sample("sportello_store_seconds_count", &[], total);
}

/// Milliseconds as seconds.
struct Seconds(i64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0.div_euclid(1_000), self.0.rem_euclid(1_000))
    }
}

/// The text, line by line.
#[derive(Default)]
struct Page(String);

impl Page {
    fn gauge(&mut self, name: &str, help: &str) {
        self.head(name, "gauge", help);
    }

    fn counter(&mut self, name: &str, help: &str) {
        self.head(name, "counter", help);
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        if labels.is_empty() {
            self.line(format_args!("{name} {value}"));
        } else {
            self.line(format_args!("{name}{{{}}} {value}", labels.join(",")));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.push_str(&line.to_string());
        self.0.push('\n');
    }
}

/// A label's value as the format quotes it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;

    fn figures() -> Figures {
        Figures {
            mailboxes: vec![crate::figures::MailboxFigures {
                name: "a\"b\\c\nd".to_owned(),
                connected: true,
                last_pass_at: Some(Timestamp::from_millis(1_500)),
                unaccounted: 2,
                trouble: "anna@example.org".to_owned(),
            }],
            outbox: crate::figures::OutboxFigures {
                oldest_due_at: Some(Timestamp::from_millis(1_000)),
                ..crate::figures::OutboxFigures::default()
            },
            tickets: [("received".to_owned(), 3)].into(),
            quarantine: 1,
            alarms: Vec::new(),
            space: None,
            undelivered_orders: vec!["2026-000001".to_owned()],
        }
    }

    /// Every line is a comment or a sample of a family that was announced, each family once, each counter a total.
    #[test]
    fn the_page_keeps_to_the_format() {
        let tally = Tally::default();
        tally.passed("a", Some(2));
        tally.letters("acknowledgement", "sent", 1);
        tally.store_took(Duration::from_millis(3));
        let text = exposed(Some(&figures()), &tally, true, Timestamp::from_millis(4_000));
        let mut families = BTreeSet::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert!(families.insert(name.to_owned()), "{name} twice");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
            } else if !line.starts_with('#') {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                let name = sample.split('{').next().unwrap();
                let family = ["_bucket", "_sum", "_count"]
                    .iter()
                    .find_map(|end| name.strip_suffix(end))
                    .filter(|family| families.contains(*family))
                    .unwrap_or(name);
                assert!(families.contains(family), "{name} was not announced");
                assert!(value.parse::<f64>().is_ok(), "{line}");
            }
        }
        for expected in [
            "sportello_mails_unaccounted{mailbox=\"a\\\"b\\\\c\\nd\"} 2",
            "sportello_outbox_oldest_due_seconds 3.000",
            "sportello_passes_total{mailbox=\"a\",outcome=\"done\"} 1",
            "sportello_letters_total{kind=\"acknowledgement\",outcome=\"sent\"} 1",
            "sportello_store_seconds_bucket{le=\"0.0025\"} 0",
            "sportello_store_seconds_bucket{le=\"0.005\"} 1",
            "sportello_store_seconds_bucket{le=\"+Inf\"} 1",
            "sportello_alarm{name=\"smtp\"} 0",
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected} in\n{text}");
        }
        assert!(!text.contains('@'), "no person in any label");
    }

    /// A store that does not answer is seen, too.
    #[test]
    fn without_a_store_there_still_is_a_page() {
        let text = exposed(None, &Tally::default(), false, Timestamp::from_millis(0));
        assert!(text.contains("sportello_up 0") && text.contains("sportello_tasks_alive 0"));
    }
}
