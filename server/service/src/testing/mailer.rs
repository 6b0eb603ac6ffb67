//! A mail server that keeps what it is given, and is as bad as the test says.

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;

use crate::ports::{Mail, MailError, Mailer};

/// Keeps letters instead of sending them.
#[derive(Debug, Default)]
pub struct FakeMailer {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Mail>,
    tries: usize,
    deaf_calls: usize,
    lost_answers: usize,
    refuses: bool,
}

impl FakeMailer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The letters that arrived, in their order.
    pub fn letters(&self) -> Vec<Mail> {
        self.state().letters.clone()
    }

    /// Takes the letters out.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut self.state().letters)
    }

    /// How often something was handed over, whether it arrived or not.
    pub fn tries(&self) -> usize {
        self.state().tries
    }

    /// The next so many calls are not answered, and the letters do not arrive.
    pub fn go_deaf(&self, calls: usize) {
        self.state().deaf_calls = calls;
    }

    /// The next so many letters arrive, but the answer is lost.
    pub fn lose_answers(&self, calls: usize) {
        self.state().lost_answers = calls;
    }

    /// Says a final no from now on, or no longer.
    pub fn refuse(&self, refuses: bool) {
        self.state().refuses = refuses;
    }
}

#[async_trait]
impl Mailer for FakeMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mut state = self.state();
        state.tries += 1;
        if state.refuses {
            return Err(MailError::Refused("code 550".to_owned()));
        }
        if state.deaf_calls > 0 {
            state.deaf_calls -= 1;
            return Err(MailError::Unavailable("no answer in time".to_owned()));
        }
        state.letters.push(mail.clone());
        if state.lost_answers > 0 {
            state.lost_answers -= 1;
            return Err(MailError::Unavailable("no answer in time".to_owned()));
        }
        Ok(())
    }
}
