//! `sportello`: the commands come with the daemon.

fn main() {}
