//! What kinds of teams and of dispatching units a county has.

use crate::word::words;

words! {
    /// What a team is there for.
    pub enum TeamKind {
        /// Sells to units and to the public.
        ConsumptionAssistance = "consumption_assistance",
        /// Sells in live sessions.
        LiveSelling = "live_selling",
        /// Works on what the villages make.
        Industry = "industry",
        Tourism = "tourism",
        /// Works for villages of several towns.
        CrossTown = "cross_town",
    }
}

words! {
    /// What a dispatching unit is in the tree of its organisation.
    pub enum UnitKind {
        Headquarters = "headquarters",
        Branch = "branch",
        Canteen = "canteen",
        /// Trade union 工会.
        Union = "union",
    }
}
