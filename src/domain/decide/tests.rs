//! What follows from events, case by case.
