//! Three servers behind nginx, people who talk, and everything that can die, dies.

use super::holdings::{Message, Room, Told};
use super::person::{Pace, Person};
use super::world::{Part, World};
use crate::bench::{Bench, Found};
use crate::cluster::{Cluster, Company, Member, Shape};
use crate::failure::{Failure, Result};
use crate::population::Layout;
use crate::wire::http::Http;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

const SHAPE: Shape = Shape { servers: 3, redis: true, cuttable: true, proxy: true };
const AT_ONCE: usize = 64;
/// A server is known to the others, or forgotten, well within this.
const COMPANY_WITHIN: Duration = Duration::from_secs(20);
/// How long everybody may take to have everything once nobody writes any more.
const QUIET_WITHIN: Duration = Duration::from_secs(20);
/// What the whole may take beside its plan.
const BESIDE: Duration = Duration::from_secs(240);

/// How much of everything there is.
struct Plan {
    people: usize,
    rooms: usize,
    /// Between two messages of one person.
    every: Duration,
    calm: Duration,
    /// How long a killed server and a killed Redis stay away.
    dead: Duration,
    cut: Duration,
    /// What is left to everybody after each.
    rest: Duration,
}

impl Plan {
    fn of(bench: &Bench) -> Self {
        Self {
            people: if bench.quick { 60 } else { 600 },
            rooms: if bench.quick { 6 } else { 30 },
            every: bench.span(6.0, 3.0),
            calm: bench.span(6.0, 1.0),
            dead: bench.span(3.0, 1.0),
            cut: bench.span(10.0, 5.0),
            rest: bench.span(7.0, 2.0),
        }
    }

    /// Everybody is in two rooms, and nobody shares both with many.
    fn layout(&self) -> Layout {
        let mut rooms = vec![Vec::new(); self.rooms];
        for person in 0..self.people {
            let first = person % self.rooms;
            let second = (first + 1 + person / self.rooms % (self.rooms - 1)) % self.rooms;
            rooms[first].push(person);
            rooms[second].push(person);
        }
        Layout { people: self.people, rooms }
    }
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let plan = Plan::of(bench);
    bench.announce(&format!("cluster, {} clients of three servers, of which each dies in its turn", plan.people));
    let mut cluster = Cluster::start(&bench.programs, plan.layout(), SHAPE).await?;
    let world = Rc::new(RefCell::new(World::new("calm")));
    let planned = plan.calm + plan.dead * 2 + plan.cut + plan.rest * 4;
    let all = happen(bench, &plan, &mut cluster, &world);
    let outcome = timeout(planned + BESIDE, all).await;
    let outcome = outcome.unwrap_or_else(|_| Err(Failure::Broken("the run came to no end".to_owned())));
    // What happened is of use whatever became of it.
    keep(bench, &plan, &world.borrow(), outcome.as_ref().ok());
    // What was broken says more than that somebody met the consequences.
    world.borrow().verdict()?;
    outcome.map_err(|failure| failure.during("cluster"))?;
    cluster.stop().await?;
    bench.tell(
        "cluster: every client has the same dense history in each of its rooms, and nothing that was acknowledged is lost or \
         doubled",
    );
    Ok(())
}

/// How long it took until everybody had everything.
async fn happen(bench: &Bench, plan: &Plan, cluster: &mut Cluster, world: &Rc<RefCell<World>>) -> Result<Duration> {
    let (address, population) = (cluster.address(), cluster.population.clone());
    let rooms_of = population.layout.rooms_of_people();
    let connecting = population.tokens.iter().enumerate().map(|(index, token)| {
        let rooms = rooms_of[index].iter().map(|room| population.rooms[*room as usize].clone()).collect();
        let mut person = Person::new(address, token, rooms, world.clone(), index as u64);
        async move { person.connect().await.map(|()| person) }
    });
    let people: Vec<Person> = stream::iter(connecting).buffered(AT_ONCE).try_collect().await?;
    world.borrow_mut().part().began = Instant::now();
    let (over, is_over) = watch::channel(false);
    let pace = Pace { every: plan.every, over: is_over };
    let lives = try_join_all(people.into_iter().map(|person| person.live(pace.clone())));
    let trouble = async {
        let outcome = Trouble { bench, plan, cluster, world }.run().await;
        over.send_replace(true);
        outcome
    };
    let (people, ()) = tokio::try_join!(lives, trouble)?;
    world.borrow().verdict()?;
    let began = Instant::now();
    let truth = truth(cluster, &people[..]).await?;
    quiet(&people, &truth).await;
    let settled = began.elapsed();
    compare(&people, &truth, &world.borrow())?;
    Ok(settled)
}

struct Trouble<'a> {
    bench: &'a Bench,
    plan: &'a Plan,
    cluster: &'a mut Cluster,
    world: &'a Rc<RefCell<World>>,
}

impl Trouble<'_> {
    async fn run(&mut self) -> Result<()> {
        sleep(self.plan.calm).await;
        self.kill_a_server().await?;
        self.kill_redis().await?;
        self.cut_off_a_server().await?;
        self.replace_all().await?;
        self.begin("calm again");
        sleep(self.plan.calm).await;
        self.all_are_known().await
    }

    fn begin(&self, name: &'static str) {
        self.bench.announce(&format!("cluster, {name}"));
        self.world.borrow_mut().begin(name);
    }

    async fn kill_a_server(&mut self) -> Result<()> {
        self.begin("a server is killed");
        self.cluster.members[1].kill()?;
        sleep(self.plan.dead).await;
        self.cluster.members[1].start().await?;
        sleep(self.plan.rest).await;
        self.somebody_was_lost()?;
        self.all_are_known().await
    }

    async fn kill_redis(&mut self) -> Result<()> {
        self.begin("Redis is killed");
        if let Some(redis) = &mut self.cluster.redis {
            redis.kill()?;
        }
        for member in &self.cluster.members {
            until_alone(member).await?;
        }
        sleep(self.plan.dead).await;
        if let Some(redis) = &mut self.cluster.redis {
            redis.start_again().await?;
        }
        sleep(self.plan.rest).await;
        self.all_are_known().await?;
        self.nobody_was_lost()
    }

    async fn cut_off_a_server(&mut self) -> Result<()> {
        self.begin("a server is cut off from Redis");
        let member = &self.cluster.members[2];
        let way = member.way.as_ref().ok_or_else(|| Failure::Other("there is nothing to be cut".to_owned()))?;
        let began = Instant::now();
        way.cut();
        until_alone(member).await?;
        sleep(self.plan.cut.saturating_sub(began.elapsed())).await;
        way.heal();
        sleep(self.plan.rest).await;
        self.all_are_known().await?;
        self.nobody_was_lost()
    }

    /// Each is stopped and started anew; the next one follows when this one is ready.
    async fn replace_all(&mut self) -> Result<()> {
        self.begin("each server is replaced");
        for member in &mut self.cluster.members {
            member.stop().await?;
            member.start().await?;
            member.company().await?;
        }
        sleep(self.plan.rest).await;
        self.somebody_was_lost()?;
        self.all_are_known().await
    }

    /// Else nothing was tried.
    fn somebody_was_lost(&self) -> Result<()> {
        let lost = self.world.borrow_mut().part().lost;
        if lost > 0 { Ok(()) } else { Err(Failure::Other("nobody was connected to a server that ended".to_owned())) }
    }

    fn nobody_was_lost(&self) -> Result<()> {
        let lost = self.world.borrow_mut().part().lost;
        let why = || Failure::Broken(format!("{lost} clients lost their connection because of Redis"));
        if lost == 0 { Ok(()) } else { Err(why()) }
    }

    /// Each server hears of exactly as many as there are.
    async fn all_are_known(&self) -> Result<()> {
        let servers = self.cluster.members.len();
        for member in &self.cluster.members {
            until(member, &Company::Connected { servers }).await?;
        }
        Ok(())
    }
}

async fn until_alone(member: &Member) -> Result<()> {
    until(member, &Company::Alone).await
}

async fn until(member: &Member, company: &Company) -> Result<()> {
    let began = Instant::now();
    loop {
        let found = member.company().await?;
        if found.as_ref() == Some(company) {
            return Ok(());
        }
        if began.elapsed() > COMPANY_WITHIN {
            let within = COMPANY_WITHIN.as_secs();
            let why = format!("{} says {found:?} after {within} s instead of {company:?}", member.name());
            return Err(Failure::Broken(why));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

type Truth = HashMap<String, Room>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    messages: Vec<Told>,
    has_more: bool,
}

/// What is stored, as each server tells it to a member of each room.
async fn truth(cluster: &Cluster, people: &[Person]) -> Result<Truth> {
    let mut truth = Truth::new();
    for member in &cluster.members {
        let mut http = Http::open(member.address).await?;
        for (index, id) in cluster.population.rooms.iter().enumerate() {
            let reader = cluster.population.layout.rooms[index][0];
            let base = people[reader].holdings.borrow().rooms[id].base;
            let token = &cluster.population.tokens[reader];
            let messages = history(&mut http, id, base, token).await?;
            let rev = messages.values().map(|message| message.rev).max();
            let room = Room { base, rev: rev.unwrap_or_default(), messages };
            if *truth.entry(id.clone()).or_insert_with(|| room.clone()) != room {
                let why = format!("{} tells another history of room {id} than the others", member.name());
                return Err(Failure::Broken(why));
            }
        }
    }
    Ok(truth)
}

async fn history(http: &mut Http, id: &str, base: u64, token: &str) -> Result<BTreeMap<u64, Message>> {
    let (mut after, mut messages) = (base, BTreeMap::new());
    loop {
        let path = format!("/api/v1/rooms/{id}/messages?after={after}&limit=200");
        let answer = http.get(&path, Some(token)).await?;
        if answer.status != 200 {
            let why = format!("{path} was answered with {}: {}", answer.status, String::from_utf8_lossy(answer.body));
            return Err(Failure::Broken(why));
        }
        let page: Page = serde_json::from_slice(answer.body)?;
        for told in &page.messages {
            if told.seq != after + 1 {
                return Err(Failure::Broken(format!("room {id} has message {} after {after}", told.seq)));
            }
            after = told.seq;
            messages.insert(told.seq, told.message().map_err(Failure::Broken)?);
        }
        if !page.has_more {
            return Ok(messages);
        }
    }
}

/// Waits until everybody has heard of everything, or long enough; what is missing then is found by `compare`.
async fn quiet(people: &[Person], truth: &Truth) {
    let has_all = |person: &Person| person.holdings.borrow().rooms.iter().all(|(id, room)| truth[id].rev == room.rev);
    let began = Instant::now();
    while began.elapsed() < QUIET_WITHIN && !people.iter().all(has_all) {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Everybody has what is stored, and that is what was acknowledged: each message once, under its `seq`.
fn compare(people: &[Person], truth: &Truth, world: &World) -> Result<()> {
    let nothing = BTreeMap::new();
    for (id, room) in truth {
        let stored: BTreeMap<u64, u64> = room.messages.iter().map(|(seq, message)| (*seq, message.number)).collect();
        let acknowledged = world.acknowledged.get(id).unwrap_or(&nothing);
        if let Some(why) = difference(&stored, acknowledged) {
            return Err(Failure::Broken(format!("room {id}, what is stored and what was acknowledged: {why}")));
        }
    }
    for (index, person) in people.iter().enumerate() {
        if person.device.as_ref().is_none_or(|device| device.end().is_some()) {
            return Err(Failure::Broken(format!("client {index} was not connected at the end")));
        }
        let holdings = person.holdings.borrow();
        for (id, room) in &holdings.rooms {
            if let Some(why) = difference(&room.messages, &truth[id].messages) {
                return Err(Failure::Broken(format!(
                    "client {index} and room {id}, what it has and what is stored: {why}"
                )));
            }
        }
    }
    Ok(())
}

/// The first place at which two histories differ.
fn difference<T: PartialEq + std::fmt::Debug>(one: &BTreeMap<u64, T>, other: &BTreeMap<u64, T>) -> Option<String> {
    let places = one.keys().chain(other.keys());
    let first = places.filter(|seq| one.get(seq) != other.get(seq)).min()?;
    Some(format!("message {first} is {:?} and {:?}", one.get(first), other.get(first)))
}

fn keep(bench: &mut Bench, plan: &Plan, world: &World, settled: Option<&Duration>) {
    let sum = |value: fn(&Part) -> u64| world.parts.iter().map(value).sum::<u64>() as f64;
    let longest = world.parts.iter().map(|part| part.longest_away).max().unwrap_or_default();
    let took = world.parts.first().map(|part| part.began.elapsed()).unwrap_or_default();
    let mut whole = vec![
        ("clients", plan.people as f64),
        ("seconds", took.as_secs_f64()),
        ("acked", sum(|part| part.acked)),
        ("delivered", sum(|part| part.delivered)),
        ("caught_up", sum(|part| part.caught_up)),
        ("resent", sum(|part| part.resent)),
        ("duplicates", sum(|part| part.duplicates)),
        ("lost", sum(|part| part.lost)),
        ("back", sum(|part| part.back)),
        ("longest_away_s", longest.as_secs_f64()),
    ];
    whole.extend(settled.map(|settled| ("settled_ms", settled.as_secs_f64() * 1e3)));
    for (x, part) in world.parts.iter().enumerate() {
        let values = [
            ("acked", part.acked as f64),
            ("delivered", part.delivered as f64),
            ("caught_up", part.caught_up as f64),
            ("resent", part.resent as f64),
            ("lost", part.lost as f64),
            ("back", part.back as f64),
            ("longest_away_s", part.longest_away.as_secs_f64()),
            ("delivered_p50_ms", part.delivered_ms(0.5)),
            ("delivered_p99_ms", part.delivered_ms(0.99)),
            ("delivered_longest_ms", part.delivered_ms(1.0)),
        ];
        bench.keep(Found::new("cluster-trouble", part.name, x as f64), &values);
    }
    bench.keep(Found::new("cluster-trouble", "all of it", world.parts.len() as f64), &whole);
}
