//! Who is called about emergencies, and whose week it is.

use chrono::NaiveDate;

use super::Validity;

/// Days of a turn.
const WEEK_DAYS: i64 = 7;

/// Who is called about an emergency, at any hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Short and stable.
    pub id: String,
    /// In the order in which they are called.
    pub addresses: Vec<String>,
    /// Those who take turns by the week; they come before `addresses`. Of both there is at least one.
    pub rota: Vec<String>,
    /// The first day of the first one's week; set where there is a rota.
    pub rota_from: Option<NaiveDate>,
    /// The days on which it is there.
    pub valid: Validity,
    /// The offices it answers for; none is every office that no other contact names.
    pub offices: Vec<String>,
    /// Minutes from one call to the next, at least 1.
    pub repeat_minutes: u32,
    /// Calls about one emergency, at most; at least 1.
    pub calls_max: u32,
}

impl OnCall {
    /// Whom to call on a day, in order: whose week it is, the others of the rota after them, then `addresses`.
    #[must_use]
    pub fn called(&self, day: NaiveDate) -> Vec<&String> {
        let weeks = self
            .rota_from
            .map_or(0, |from| day.signed_duration_since(from).num_days().div_euclid(WEEK_DAYS));
        let turns = i64::try_from(self.rota.len()).unwrap_or(i64::MAX).max(1);
        let turn = usize::try_from(weeks.rem_euclid(turns)).unwrap_or(0);
        let rota = self.rota.iter().cycle().skip(turn).take(self.rota.len());
        rota.chain(&self.addresses).collect()
    }

    /// Everybody it may ever call.
    pub fn everybody(&self) -> impl Iterator<Item = &String> {
        self.rota.iter().chain(&self.addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weeks change on the weekday they began on, also before the first one and over the end of a year.
    #[test]
    fn turns_change_by_the_week() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let contact = OnCall {
            id: "squadre".to_owned(),
            addresses: vec!["capo".to_owned()],
            rota: ["a", "b", "c"].map(str::to_owned).to_vec(),
            rota_from: Some(day("2026-11-16")),
            valid: Validity::default(),
            offices: Vec::new(),
            repeat_minutes: 10,
            calls_max: 12,
        };
        for (on, order) in [
            ("2026-11-16", "a b c capo"),
            ("2026-11-22", "a b c capo"),
            ("2026-11-23", "b c a capo"),
            ("2026-12-06", "c a b capo"),
            ("2026-12-07", "a b c capo"),
            ("2027-01-01", "a b c capo"),
            ("2026-11-15", "c a b capo"),
        ] {
            let called: Vec<&str> =
                contact.called(day(on)).into_iter().map(String::as_str).collect();
            assert_eq!(called.join(" "), order, "{on}");
        }
        let plain = OnCall { rota: Vec::new(), rota_from: None, ..contact };
        assert_eq!(plain.called(day("2026-11-16")), ["capo"]);
    }
}
