//! Words: enums whose variants are stored as short texts, and state machines written as transition tables.

/// A stored or submitted text that is none of the words expected at its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a known {what}")]
pub struct UnknownWord {
    /// What was expected, as a type name such as `OrderStatus`.
    pub what: &'static str,
    /// The text that was met.
    pub word: String,
}

impl UnknownWord {
    /// The error for `word` met where a `what` was expected.
    pub fn new(what: &'static str, word: &str) -> Self {
        Self { what, word: word.to_owned() }
    }
}

/// A state machine was asked for a move that its table does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{machine} in state {from} has no move for {event}")]
pub struct NoSuchMove {
    /// Type name of the machine's state.
    pub machine: &'static str,
    /// Text of the present state.
    pub from: &'static str,
    /// Text of the event that does not apply to it.
    pub event: &'static str,
}

/// Declares an enum together with the text each variant has in the database, in serde and in URLs.
///
/// The text is written once, beside its variant, so that code and stored rows cannot drift apart.
macro_rules! words {
    ($(#[$outer:meta])* pub enum $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$inner])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text stored for this variant.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Reads the stored text; any other text is an [`UnknownWord`](crate::word::UnknownWord).
            pub fn parse(text: &str) -> Result<Self, $crate::word::UnknownWord> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::word::UnknownWord::new(stringify!($name), text)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::word::UnknownWord;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    };
}

/// Gives a `words!` enum its moves: one row `From, Event => To` for each thing that may happen.
macro_rules! moves {
    ($state:ident, $event:ident: $($from:ident, $on:ident => $to:ident;)+) => {
        impl $state {
            /// Everything that may happen: state, event, following state.
            pub const MOVES: &'static [(Self, $event, Self)] =
                &[$((Self::$from, $event::$on, Self::$to)),+];

            /// The state after `event`, or [`NoSuchMove`](crate::word::NoSuchMove) when it does not apply here.
            pub fn next(self, event: $event) -> Result<Self, $crate::word::NoSuchMove> {
                Self::MOVES.iter().find(|(from, on, _)| *from == self && *on == event).map(|row| row.2).ok_or(
                    $crate::word::NoSuchMove {
                        machine: stringify!($state),
                        from: self.as_str(),
                        event: event.as_str(),
                    },
                )
            }

            /// Whether a single event leads from here to `to`.
            pub fn can_become(self, to: Self) -> bool {
                Self::MOVES.iter().any(|row| row.0 == self && row.2 == to)
            }

            /// Whether nothing can happen any more.
            pub fn is_final(self) -> bool {
                !Self::MOVES.iter().any(|row| row.0 == self)
            }
        }
    };
}

pub(crate) use moves;
pub(crate) use words;

/// Checks a machine's table: every state is reached from the starts, each event leads to one place only,
/// and exactly the named states are final.
#[cfg(test)]
pub(crate) fn assert_machine<S, E>(all: &[S], starts: &[S], finals: &[S], moves: &[(S, E, S)])
where
    S: Copy + PartialEq + std::fmt::Debug,
    E: Copy + PartialEq + std::fmt::Debug,
{
    let mut reached = starts.to_vec();
    let mut at = 0;
    while at < reached.len() {
        for row in moves.iter().filter(|row| row.0 == reached[at]).map(|row| row.2).collect::<Vec<_>>() {
            if !reached.contains(&row) {
                reached.push(row);
            }
        }
        at += 1;
    }
    for state in all {
        assert!(reached.contains(state), "{state:?} is never reached");
        let has_exit = moves.iter().any(|row| row.0 == *state);
        assert_eq!(!has_exit, finals.contains(state), "{state:?}: final or not");
    }
    for (index, row) in moves.iter().enumerate() {
        let twin = moves[..index].iter().find(|other| other.0 == row.0 && other.1 == row.1);
        assert!(twin.is_none(), "{:?} on {:?} leads to two places", row.0, row.1);
    }
}

#[cfg(test)]
mod tests {
    words! {
        /// A word list for the test.
        pub enum Colour {
            /// As of tea.
            Green = "green",
            /// As of chilli.
            DeepRed = "deep_red",
        }
    }

    #[test]
    fn text_and_variant_are_each_others_inverse() {
        for colour in Colour::ALL {
            assert_eq!(Colour::parse(colour.as_str()), Ok(*colour));
        }
        let error = Colour::parse("blue").unwrap_err();
        assert_eq!(error.to_string(), "\"blue\" is not a known Colour");
    }
}
