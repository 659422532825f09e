//! `orders`: who has which order, and what is left of the limits.

use super::site::Site;
use crate::support::mails::mail;

const RULES: &str = r#"
[estimates]
I01 = 200
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example"]
subcategories = ["I01"]
activation = "automatic"
[contractor.limits]
intervention_euro = 300
period_euro = 1500
period_orders = 7
"#;

/// An order counts in its firm's budget from the moment it leaves until it is taken back.
#[test]
fn what_an_order_costs_is_taken_from_the_budget() {
    for site in Site::both() {
        site.write("rules.toml", RULES);
        site.edit("[smtp]", "[rules]\nfile = \"rules.toml\"\n[smtp]");
        let lamp = mail()
            .from("Anna <anna@resident.example>")
            .message_id("<lamp@resident.example>")
            .subject("Lampione spento")
            .text("Il lampione in via Garibaldi 40 è spento da giovedì.");
        site.deliver("1", &lamp.bytes());
        site.sportello(&["run", "--once"]).ok();
        let listed = |what: &str| site.sportello(&["orders", what, "--format", "json"]).rows();
        let orders = listed("list");
        let [order] = &orders[..] else { panic!("expected one order: {orders:?}") };
        assert_eq!((&order["contractor"], &order["state"]), (&"luce".into(), &"sent".into()));
        let budget = |orders: u32, euro: &str| {
            let rows = listed("budget");
            assert_eq!(rows.len(), 1, "{rows:?}");
            assert_eq!((&rows[0]["orders"], &rows[0]["euro"]), (&orders.into(), &euro.into()));
            assert_eq!(rows[0]["orders_max"], 7);
            assert_eq!(rows[0]["euro_max"], "1.500,00");
            assert_eq!(rows[0]["intervention_max"], "300,00");
        };
        budget(1, "200,00");
        let number = order["ticket"].as_str().unwrap();
        site.sportello(&["tickets", "tell", number, "#ritira"]).ok();
        budget(0, "0,00");
    }
}
