//! The built program as people and scripts meet it: what it prints, how it ends, what it leaves alone.

mod asking;
mod beside;
mod budgets;
mod canary;
mod checking;
mod erasing;
mod importing;
mod inspecting;
mod keeping;
pub mod proving;
mod shapes;
pub mod site;
mod teaching;
mod watching;
mod wrong;
mod wrong_rules;
