//! A ticket's course drawn by lot: commands, answers, the clock and letters that are lost, in any order. After each step
//! nothing may be left that nobody looks at.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::domain::ticket::Status;

/// Tickets whose course is drawn, and steps of each.
const WALKS: u64 = 150;
const STEPS: usize = 14;

const FIRMS: &str = r#"
[[office]]
id = "strade"
address = "strade@comune.example"
[[contractor]]
id = "luce"
name = "Luce Srl"
priority = 1
addresses = ["interventi@luce.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
[[contractor]]
id = "faro"
name = "Faro Snc"
addresses = ["faro@faro.example", "notte@faro.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
[[on_call]]
id = "tutti"
addresses = ["reperibile@comune.example"]
"#;

const LIMITS: &str = r#"
exceed = ["dirigente@comune.example"]
[contractor.limits]
period_orders = 1
[[on_call]]"#;

const COMMANDS: [&str; 31] = [
    "#urgente",
    "#emergenza",
    "#non urgente",
    "#luogo via Po 3",
    "#sottocategoria I02",
    "#sottocategoria I01",
    "#sottocategoria F06",
    "#categoria verde",
    "#ordina",
    "#ordina luce",
    "#ordina faro",
    "#ordina faro oltre limite",
    "#ritira",
    "#assegna strade",
    "#valutata",
    "#sopralluogo domani",
    "#programma 3/12",
    "#programma 5/12",
    "#rinvia 3g",
    "#sospendi manca il materiale",
    "#riprendi",
    "#nota visto",
    "#rispondi arriviamo",
    "#chiedi dove?",
    "#eseguito",
    "#chiudi",
    "#riapri",
    "#annulla per prova",
    "#prendo",
    "#fuori competenza",
    "#dividi",
];

const ANSWERS: [&str; 8] =
    ["ACCETTO", "INIZIATO", "ESEGUITO", "SOSPESO", "RIFIUTO", "SI", "NO", "boh non so"];

const NEWS: [&str; 6] = [
    "È in via Roma 3.",
    "Dal palo escono cavi scoperti che fanno scintille, c'è una persona ferita!",
    "NO, è ancora rotto",
    "SI grazie",
    "Grazie mille",
    "Quando venite?",
];

const REPORTS: [&str; 4] = [
    "Il lampione in via Roma 3 è spento da giovedì.",
    "Il lampione è spento da giovedì.",
    "In via Garibaldi 40 il palo della luce è caduto e ci sono cavi scoperti che fanno scintille!",
    "Il palo della luce è caduto, ci sono cavi scoperti che fanno scintille, correte!",
];

/// The lot: xorshift, so that a walk is drawn again by its number.
struct Lot(u64);

impl Lot {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(count).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

struct Walk {
    lot: Lot,
    desk: Desk,
    snapshot: Snapshot,
    sent: BTreeMap<String, Letter>,
    lost: BTreeSet<String>,
    now: Timestamp,
    steps: Vec<String>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut lot = Lot(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        lot.below(2);
        let limited = FIRMS.replacen("\n[[on_call]]", LIMITS, 1);
        let asked = FIRMS.replacen("\"automatic\"", "\"on_approval\"", 1);
        let rules = [FIRMS.to_owned(), limited, asked];
        let rules = RuleSet::parse(lot.of::<String>(&rules), "rules.toml").unwrap();
        let trust = Policy { authserv_id: None, required: false };
        let desk = Desk { rules, trust, ..desk() };
        let (snapshot, steps) = (snapshot(), Vec::new());
        Self { lot, desk, snapshot, sent: BTreeMap::new(), lost: BTreeSet::new(), now: NOW, steps }
    }

    fn ticket(&self) -> &Ticket {
        self.snapshot.ticket.as_ref().unwrap()
    }

    fn arrives(&mut self, mail: Mail) -> Decision {
        let mut arrival = arrival(&self.desk, mail);
        arrival.content_key = format!("mail {}", self.steps.len());
        arrival.received_at = self.now;
        decide(&self.desk, &self.snapshot, &Event::MailArrived(&arrival), self.now)
    }

    fn commands(&mut self) -> Decision {
        let mut text = (*self.lot.of(&COMMANDS)).to_owned();
        if self.lot.below(3) == 0 {
            text = format!("{text}\n{}", self.lot.of(&COMMANDS));
        }
        self.steps.push(text.clone());
        decide(&self.desk, &self.snapshot, &Event::StaffSaid { text: &text }, self.now)
    }

    fn any_letter(&mut self) -> Letter {
        let turn = self.lot.below(self.sent.len());
        self.sent.values().nth(turn).unwrap().clone()
    }

    fn answer(&mut self) -> Decision {
        let letter = self.any_letter();
        let requester = letter.recipient.address.starts_with("anna");
        let text = if requester { *self.lot.of(&NEWS) } else { *self.lot.of(&ANSWERS) };
        self.steps.push(format!("{} to {}: {text}", letter.recipient.address, letter.cause));
        let number = self.ticket().number.clone();
        let participants = vec![letter.recipient.address.clone()];
        self.snapshot.candidates =
            vec![Candidate { number: number.clone(), by_letter: true, participants }];
        let mail = Mail {
            from: Some(letter.recipient),
            subject: format!("R: [{number}]"),
            text: text.to_owned(),
            in_reply_to: vec![letter.message_id],
            ..report()
        };
        let decision = self.arrives(mail);
        self.snapshot.candidates.clear();
        decision
    }

    fn lose(&mut self) -> Decision {
        let letter = self.any_letter();
        if !self.lost.insert(letter.message_id.clone()) {
            // A letter is lost once.
            return self.wait();
        }
        self.steps.push(format!("lost: {} to {}", letter.cause, letter.recipient.address));
        let letter = KnownLetter {
            message_id: letter.message_id,
            kind: letter.kind,
            cause: letter.cause,
            recipient: letter.recipient.address,
            ticket: letter.ticket,
            delivery: Delivery::Unknown,
        };
        let failed = FailedLetter { letter, reason: "550".to_owned() };
        decide(&self.desk, &self.snapshot, &Event::LetterFailed(&failed), self.now)
    }

    /// Whatever is due next, or the next day.
    fn wait(&mut self) -> Decision {
        let orders = self.snapshot.orders.iter();
        let order = orders.filter_map(|order| Some((order.next_at?, order.number.clone()))).min();
        let call = self.ticket().call.map(|call| call.next_at);
        match (order, call) {
            (Some((at, number)), call) if call.is_none_or(|call| at <= call) => {
                self.now = self.now.max(at);
                self.steps.push(format!("{number} is due"));
                let due = Event::OrderDue { number: &number };
                let decision = decide(&self.desk, &self.snapshot, &due, self.now);
                let next = decision.changes.iter().rev().find_map(|change| match change {
                    Change::Ordered(order) if order.number == number => Some(order.next_at),
                    _ => None,
                });
                let next = next.unwrap_or(Some(at));
                assert!(
                    next.is_none_or(|next| next > self.now),
                    "{:#?} is due at once",
                    self.steps
                );
                decision
            }
            (_, Some(at)) => {
                self.now = self.now.max(at);
                self.steps.push("a call is due".to_owned());
                decide(&self.desk, &self.snapshot, &Event::CallDue, self.now)
            }
            _ => {
                self.now = self.now.plus(Duration::from_hours(24));
                self.steps.push("a day later".to_owned());
                decide(&self.desk, &self.snapshot, &Event::DayCame, self.now)
            }
        }
    }

    fn step(&mut self) -> Decision {
        self.now = self.now.plus(Duration::from_mins(1));
        match self.lot.below(10) {
            0..=3 => self.commands(),
            4 | 5 => self.answer(),
            6..=8 => self.wait(),
            _ => self.lose(),
        }
    }

    fn follow(&mut self, decision: &Decision) {
        for change in &decision.changes {
            if let (Change::Update(after), Some(before)) = (change, &self.snapshot.ticket) {
                let (from, to) = (before.status, after.status);
                assert!(from.may_become(to), "{:#?}: {from:?} to {to:?}", self.steps);
            }
            if let Change::Open(ticket) = change {
                self.snapshot.ticket = Some((**ticket).clone());
                self.snapshot.acknowledged.insert(ticket.number.clone());
                self.snapshot.next_number = "2026-000002".to_owned();
            }
            let one = std::slice::from_ref(change);
            self.snapshot = command::after(&self.desk, &self.snapshot, one, self.now);
        }
        for letter in &decision.letters {
            let known = self.sent.insert(letter.message_id.clone(), letter.clone());
            assert!(known.is_none(), "{:#?}: {} is never sent", self.steps, letter.cause);
        }
    }

    /// What would be forgotten, or done twice.
    fn check(&self) {
        let ticket = self.ticket();
        let live: Vec<_> = self.snapshot.orders.iter().filter(|it| it.state.is_live()).collect();
        assert!(live.len() <= 1, "{:#?}: two live orders", self.steps);
        for order in live {
            let waits = matches!(order.state, OrderState::Asked | OrderState::Sent);
            assert!(!waits || order.next_at.is_some(), "{:#?}: nobody looks again", self.steps);
            assert!(!ticket.status.is_ended(), "{:#?}: an order is left", self.steps);
            let done = ticket.status == Status::Done && order.state != OrderState::Asked;
            assert!(!done, "{:#?}: done, and somebody is on the way", self.steps);
        }
    }
}

/// A walk that opens a second ticket ends there: it is another ticket's course from then on.
#[test]
fn no_course_of_a_ticket_leaves_anything_behind() {
    for seed in 1..=WALKS {
        let mut walk = Walk::new(seed);
        let text = (*walk.lot.of(&REPORTS)).to_owned();
        walk.steps.push(format!("walk {seed}: {text}"));
        let opened = walk.arrives(Mail { subject: "Lampione".to_owned(), text, ..report() });
        walk.follow(&opened);
        for _ in 0..STEPS {
            let decision = walk.step();
            if decision.changes.iter().any(|change| matches!(change, Change::Open(_))) {
                break;
            }
            walk.follow(&decision);
            walk.check();
        }
    }
}
