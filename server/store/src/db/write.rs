//! Writing: the transaction, and the line in front of it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{Any, Transaction};

use super::Conn;
use crate::{Result, watch};

/// A write transaction; use it as a connection.
#[derive(Debug)]
pub struct WriteTx {
    tx: Transaction<'static, Any>,
}

impl WriteTx {
    pub(super) fn begun(tx: Transaction<'static, Any>) -> Self {
        watch::note_step(|| watch::Step::Begin);
        Self { tx }
    }

    /// Makes everything durable, then answers.
    pub async fn commit(self) -> Result<()> {
        watch::note_step(|| watch::Step::Commit);
        Ok(self.tx.commit().await?)
    }
}

impl Deref for WriteTx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

/// A place among those who wait for the right to write, given up when dropped.
pub(super) struct Place<'a> {
    waiting: &'a AtomicUsize,
    pub(super) before_us: usize,
}

impl<'a> Place<'a> {
    pub(super) fn take(waiting: &'a AtomicUsize) -> Self {
        let before_us = waiting.fetch_add(1, Ordering::Relaxed);
        Self { waiting, before_us }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
