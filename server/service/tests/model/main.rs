//! The whole life of orders against a reference, on both engines: guests, accounts and a unit order, pay, pay late,
//! pay twice, give up, ship, receive, send back and are paid back or sent other goods; parcels are taken apart and put
//! together, pieces are weighed, boxes are opened to their parts, harvests are called back or turn out to be of other
//! villages, time passes, stock comes and goes, and answers get lost. After each step the real shop must say what the
//! reference says, and the books must be sound.
//!
//! `XIANGJI_LONG=1` runs many more sequences; `XIANGJI_LONG_MODEL` says how many on each engine.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up must fail")]

mod compare;
mod coverage;
mod desk;
mod engine;
mod exchanges;
mod goods;
mod goods_steps;
mod harvests;
mod line;
mod money;
mod parcels;
mod reference;
mod rules;
mod sale_steps;
mod sales;
mod shelf;
mod steps;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use engine::{Engine, Postgres, Running, Sqlite};
use reference::Shop;
use steps::Step;

/// The reference as proptest sees it.
#[derive(Debug)]
struct Life;

impl ReferenceStateMachine for Life {
    type State = Shop;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Shop> {
        Just(Shop::new()).boxed()
    }

    fn transitions(state: &Shop) -> BoxedStrategy<Step> {
        steps::next_step(state)
    }

    fn apply(state: Shop, transition: &Step) -> Shop {
        state.apply(transition)
    }

    fn preconditions(state: &Shop, transition: &Step) -> bool {
        steps::makes_sense(state, transition)
    }
}

/// The real shop on one engine.
struct OnEngine<E>(std::marker::PhantomData<E>);

impl<E: Engine> StateMachineTest for OnEngine<E> {
    type SystemUnderTest = Running;
    type Reference = Life;

    fn init_test(_: &Shop) -> Running {
        E::begin()
    }

    fn apply(running: Running, after: &Shop, transition: Step) -> Running {
        coverage::note::<E>(after, &transition);
        running.step(after, transition);
        running
    }

    fn teardown(running: Running, _: Shop) {
        running.end::<E>();
    }
}

/// Short counts take some seconds on each engine.
fn sequences(is_long: bool) -> u32 {
    if !is_long {
        return 60;
    }
    let asked = std::env::var("XIANGJI_LONG_MODEL").ok();
    asked.map_or(1_000, |count| count.parse().expect("XIANGJI_LONG_MODEL is a number"))
}

fn live<E: Engine>() {
    let is_long = std::env::var("XIANGJI_LONG").as_deref() == Ok("1");
    let config = Config {
        cases: sequences(is_long),
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Config::default()
    };
    // Short runs are the same every time, so that what they reach can be asserted; long ones look elsewhere each time.
    let mut runner = match is_long {
        true => TestRunner::new(config.clone()),
        false => TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let outcome = runner.run(&Life::sequential_strategy(10..70), |(initial, steps, seen)| {
        OnEngine::<E>::test_sequential(config.clone(), initial, steps, seen);
        Ok(())
    });
    E::close();
    match outcome {
        Ok(()) => {
            println!("MODEL: {} lives of orders as the reference says", config.cases);
            coverage::assert_reached::<E>();
        }
        Err(TestError::Fail(why, (_, steps, _))) => {
            let story: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
            panic!("{why}; the shortest story found:\n{}", story.join("\n"));
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn orders_live_as_the_reference_says_on_sqlite() {
    live::<Sqlite>();
}

#[test]
fn orders_live_as_the_reference_says_on_postgres() {
    if Postgres::is_there() {
        live::<Postgres>();
    }
}
