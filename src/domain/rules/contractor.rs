//! Who does the work, how far they may be activated without asking, and for how long.

use serde::{Deserialize, Serialize};

use super::Validity;
use crate::domain::hours::Hours;

/// How a contractor gets a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// At once, for every ticket of its subcategories.
    Automatic,
    /// At once when the ticket is urgent; otherwise when staff say so.
    UrgentOnly,
    /// When staff say so.
    OnApproval,
}

/// A firm that does work for the municipality.
#[derive(Debug, Clone)]
pub struct Contractor {
    /// Short and stable.
    pub id: String,
    /// The firm's name.
    pub name: String,
    /// Where work orders go; at least one.
    pub addresses: Vec<String>,
    /// What it is engaged for; at least one.
    pub subcategories: Vec<String>,
    /// How it gets a work order.
    pub activation: Activation,
    /// Where it works; none is everywhere.
    pub districts: Vec<String>,
    /// The code of the contract, named in every order.
    pub contract: Option<String>,
    /// The days of the contract.
    pub valid: Validity,
    /// When it answers orders that are no emergency; none is as the organisation.
    pub hours: Option<Hours>,
    /// Of several for one kind of work the smallest is asked first; equal ones in the order of the file.
    pub priority: u32,
    /// Within these it is activated without asking anybody.
    pub limits: Limits,
    /// Who may allow more: bare addresses in the order in which they are asked; none is the office in charge.
    pub exceed: Vec<String>,
    /// Minutes within which an urgent order must be answered; the others have until the end of the next working day.
    pub answer_minutes: u32,
}

/// How far a contractor may be activated without asking (the limits of the agreement with the technicians).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// What one intervention may cost, in cents.
    pub intervention_cents: Option<i64>,
    /// What the interventions of a period may cost together, in cents.
    pub period_cents: Option<i64>,
    /// How many a period may see.
    pub period_orders: Option<i64>,
    /// What a period is.
    pub period: Period,
}

/// The time that a budget is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Period {
    /// A calendar month.
    #[default]
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}
