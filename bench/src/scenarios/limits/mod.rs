//! A team talks while strangers and members do what they can to stop it: with the limits that Maru has by itself, all on
//! loopback, each attack from addresses of its own.

mod attacks;

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::{self, Crowd, trickle};
use crate::peers::Server;
use crate::population::Layout;
use attacks::{Attack, Met, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const ROOMS: usize = 10;
const MEMBERS: usize = 10;
/// Who attacks with an account.
const MEMBERS_OF_NOTHING: usize = 60;
const MESSAGES_PER_SECOND: u32 = 100;
/// How long a message may take meanwhile, in milliseconds. A quick run is of a debug build, beside tests.
const PROMISED_MS: f64 = 250.0;
const PROMISED_QUICK_MS: f64 = 2_000.0;
/// How long an attack goes on before it is measured, so that what it opens is open.
const SETTLES: f64 = 3.0;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let mut layout = Layout::apart(ROOMS, MEMBERS);
    let team = layout.people;
    layout.people += MEMBERS_OF_NOTHING;
    let server = Server::start_limited(&bench.programs, layout).await?;
    let crowd = Crowd::connect_with(&server, 0..team, "").await?;
    let (tokens, members) = (server.population.tokens.clone(), team..team + MEMBERS_OF_NOTHING);
    let target = Target::prepare(server.address, tokens[members].to_vec()).await?;
    let senders: Vec<_> = (0..team).map(|client| (client, (client / MEMBERS) as u32)).collect();
    let (warm_up, span) = (bench.span(2.0, 0.3), bench.span(15.0, 1.5));
    let talk = |span| trickle(&crowd, &senders, MESSAGES_PER_SECOND, span);
    load::warm_up(&crowd, async { Ok(talk(warm_up).await) }).await?;

    let alone = [("nobody attacks", Vec::new())];
    let each = Attack::ALL.map(|attack| (attack.name(), vec![attack]));
    let together = [("all of them at once", Attack::ALL.to_vec())];
    for (index, (name, attacks)) in alone.into_iter().chain(each).chain(together).enumerate() {
        bench.announce(&format!("limits, {name}"));
        let stop = Arc::new(AtomicBool::new(false));
        let (attacked, told) = (target.clone(), stop.clone());
        let share = bench.quick;
        let (began, count) = (Instant::now(), attacks.len());
        let attackers = thread::spawn(move || attacks::carry_out(&attacks, attacked, &told, share));
        if count > 0 {
            talk(bench.span(SETTLES, 0.3)).await;
        }
        let measured = load::measure(&server, &crowd, async { Ok(talk(span).await) }).await;
        let resident = server.process.resident()? as f64 / f64::from(1 << 20);
        stop.store(true, Ordering::Relaxed);
        let attacked_for = began.elapsed();
        let met = ended(attackers).await.map_err(|failure| failure.during(name))?;
        let window = measured.map_err(|failure| failure.during(name))?;
        let p99 = window.delivered_ms(0.99);
        let Met { tried, let_in, refused, cut } = met;
        let found = [
            ("delivered_p50_ms", window.delivered_ms(0.5)),
            ("delivered_p99_ms", p99),
            ("acked_p99_ms", window.acked_ms(0.99)),
            ("resident_mib", resident),
            ("tried_per_s", tried as f64 / attacked_for.as_secs_f64()),
            ("let_in", let_in as f64),
            ("refused", refused as f64),
            ("cut", cut as f64),
        ];
        bench.keep(Found::new("limits", name, index as f64), &found);
        let promised = if bench.quick { PROMISED_QUICK_MS } else { PROMISED_MS };
        if p99 > promised {
            let why = format!("limits, {name}: of a hundred messages one took {p99:.0} ms, {promised} are promised");
            return Err(Failure::Broken(why));
        }
        if count > 0 && tried == 0 {
            return Err(Failure::Other(format!("limits, {name}: nothing was tried")));
        }
    }
    crowd.leave().await?;
    server.stop()
}

async fn ended(attackers: thread::JoinHandle<Result<Met>>) -> Result<Met> {
    const WITHIN: Duration = Duration::from_secs(30);
    let joined = tokio::task::spawn_blocking(move || attackers.join());
    let gone = || Failure::Other("the attackers ended early".to_owned());
    tokio::time::timeout(WITHIN, joined).await.map_err(|_| gone())?.map_err(|_| gone())?.map_err(|_| gone())?
}
