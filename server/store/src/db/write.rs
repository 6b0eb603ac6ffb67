//! Writing: the transaction, and the line in front of it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{Any, Executor as _, Transaction};

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

    /// Begins a part that can be taken back by itself. Parts do not stand inside each other.
    pub async fn begin_part(&mut self) -> Result<()> {
        self.say("SAVEPOINT part").await
    }

    /// Ends the part and keeps what it did; it is durable when the whole is.
    pub async fn keep_part(&mut self) -> Result<()> {
        self.say("RELEASE SAVEPOINT part").await
    }

    /// Ends the part as if it had never begun; the transaction goes on, even after a statement that failed.
    pub async fn drop_part(&mut self) -> Result<()> {
        self.say("ROLLBACK TO SAVEPOINT part").await?;
        self.keep_part().await
    }

    /// Words about the transaction itself, as its beginning and its end are.
    async fn say(&mut self, words: &'static str) -> Result<()> {
        let conn: &mut Conn = &mut self.tx;
        conn.execute(words).await?;
        Ok(())
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
