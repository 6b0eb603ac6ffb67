//! A shop that lives on a thread of its own and is used by several sequences, because founding one takes as long as a
//! sequence. A shop in which a step failed is not used again.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use service::testing::TestShop;

use super::compare::compare;
use super::coverage::Seen;
use super::reference::Shop;
use super::steps::Step;
use super::world::World;

/// The books grow with every sequence, and so does the time to check them.
const SEQUENCES_A_SHOP: u32 = 12;

enum Job {
    Begin,
    Step(Box<Shop>, Step),
    End,
}

/// A shop on its thread.
pub struct Running {
    jobs: Option<Sender<Job>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
    used: u32,
}

impl Running {
    fn found(on_postgres: bool) -> Self {
        let (jobs, incoming) = channel();
        let (finished, done) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if on_postgres {
                    TestShop::postgres(async |shop| serve(shop, &incoming, &finished).await).await;
                } else {
                    let shop = TestShop::sqlite().await;
                    serve(&shop, &incoming, &finished).await;
                    shop.services.db.close().await;
                }
            });
        });
        Self { jobs: Some(jobs), done, thread: Some(thread), used: 0 }
    }

    fn ask(&self, job: Job) {
        let jobs = self.jobs.as_ref().expect("an open shop");
        jobs.send(job)
            .ok()
            .and_then(|()| self.done.recv().ok())
            .expect("the shop goes on: its thread says why not");
    }

    /// Does a step and compares.
    pub fn step(&self, after: &Shop, step: Step) {
        self.ask(Job::Step(Box::new(after.clone()), step));
    }

    /// Leaves the shop to the next sequence.
    pub fn end<E: Engine>(self) {
        self.ask(Job::End);
        if self.used < SEQUENCES_A_SHOP {
            *E::spare().lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
        }
    }
}

impl Drop for Running {
    /// The database goes away before the test does.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Its panic has been told already.
            drop(thread.join());
        }
    }
}

async fn serve(shop: &TestShop, jobs: &Receiver<Job>, done: &Sender<()>) {
    let mut number = 0;
    let mut world = None;
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Begin => {
                number += 1;
                world = Some(World::begin(shop, number).await);
            }
            Job::Step(after, step) => {
                let world = world.as_mut().expect("a sequence that has begun");
                let outcome = world.apply(shop, &after, &step).await;
                assert_eq!(outcome, after.outcome, "{step:?}");
                compare(shop, world, &after).await;
            }
            Job::End => {
                if let Some(world) = world.take() {
                    world.end(shop).await;
                }
            }
        }
        done.send(()).expect("somebody waits for the shop");
    }
}

/// Where the shop keeps its things.
pub trait Engine: 'static {
    const IS_POSTGRES: bool;

    /// A shop that waits for its next sequence.
    fn spare() -> &'static Mutex<Option<Running>>;

    /// What its sequences have reached.
    fn seen() -> &'static Mutex<Seen>;

    fn begin() -> Running {
        let spare = Self::spare().lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut running = spare.unwrap_or_else(|| Running::found(Self::IS_POSTGRES));
        running.used += 1;
        running.ask(Job::Begin);
        running
    }

    fn close() {
        Self::spare().lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

pub struct Sqlite;

impl Engine for Sqlite {
    const IS_POSTGRES: bool = false;

    fn spare() -> &'static Mutex<Option<Running>> {
        static SPARE: Mutex<Option<Running>> = Mutex::new(None);
        &SPARE
    }

    fn seen() -> &'static Mutex<Seen> {
        static SEEN: Mutex<Seen> = Mutex::new(Seen::new());
        &SEEN
    }
}

pub struct Postgres;

impl Postgres {
    /// Without a server a developer goes on; CI fails.
    pub fn is_there() -> bool {
        let is_there = std::env::var_os("XIANGJI_TEST_POSTGRES_URL").is_some();
        assert!(
            is_there || std::env::var("CI").as_deref() != Ok("true"),
            "CI must set XIANGJI_TEST_POSTGRES_URL"
        );
        if !is_there {
            eprintln!("skipped on PostgreSQL: XIANGJI_TEST_POSTGRES_URL is not set");
        }
        is_there
    }
}

impl Engine for Postgres {
    const IS_POSTGRES: bool = true;

    fn spare() -> &'static Mutex<Option<Running>> {
        static SPARE: Mutex<Option<Running>> = Mutex::new(None);
        &SPARE
    }

    fn seen() -> &'static Mutex<Seen> {
        static SEEN: Mutex<Seen> = Mutex::new(Seen::new());
        &SEEN
    }
}
