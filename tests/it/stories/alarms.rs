//! What is wrong around the program: said to staff when it lasts, once, whatever restarts in between.

use std::time::Duration;

use sportello::domain::alarm::{AlarmKind, Step, Watched};
use sportello::store::alarms;

use super::{World, on_both};

fn observe(world: &World, wrong: Option<&str>) -> Option<Step> {
    let (runtime, parts) = world.parts();
    let watched = Watched::one(AlarmKind::Mailbox, "segnalazioni");
    let now = parts.clock.now();
    runtime.block_on(alarms::observe(&parts.engine, &watched, wrong, now)).unwrap()
}

/// Writes what is owed about the alarms that stand; how many letters.
fn tell(world: &World) -> usize {
    let (runtime, parts) = world.parts();
    runtime.block_on(async {
        let mut letters = 0;
        for alarm in alarms::all(&parts.engine).await.unwrap() {
            let mut tx = parts.engine.begin().await.unwrap();
            letters += parts.clerk.tell_of(&mut tx, &alarm, parts.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        }
        letters
    })
}

/// A server that is restarted is no news; one that stays away is, once, with what is wrong and what is safe.
#[test]
fn staff_are_told_once_of_what_lasts() {
    on_both(|world| {
        assert_eq!(observe(world, Some("connection refused")), Some(Step::Raise));
        assert_eq!(tell(world), 0, "it may be over in a minute");
        world.advance(Duration::from_mins(11));
        world.restart();
        assert_eq!(observe(world, Some("connection refused again")), None, "it is known");
        assert_eq!(tell(world), 1);
        assert_eq!(tell(world), 0, "once");
        world.settle();
        let [letter] = &world.notices()[..] else { panic!("{:?}", world.notices()) };
        assert_eq!(letter.recipient, "centrale@comune.example");
        assert!(letter.subject.contains("segnalazioni"), "{}", letter.subject);
        assert!(letter.says("connection refused") && letter.says("sportello status"), "{letter:?}");
        assert_eq!(observe(world, None), Some(Step::Clear));
        assert_eq!(observe(world, None), None);
        assert_eq!(observe(world, Some("and again")), Some(Step::Raise));
        world.advance(Duration::from_mins(11));
        assert_eq!(tell(world), 1, "the next one is another");
        world.settle();
    });
}
