//! The tables of several servers.

use super::table::{Section, rows};

pub const SECTIONS: &[Section] = &[
    Section {
        scenario: "cluster",
        title: "cluster: 600 clients in rooms of 20, 100 messages/s; then 64 waiting senders",
        rows: rows!(
            "delivered_p50_ms": "delivered p50, ms",
            "delivered_p99_ms": "delivered p99, ms",
            "acked_p50_ms": "acknowledged p50, ms",
            "acked_p99_ms": "acknowledged p99, ms",
            "cpu_per_delivery_us": "CPU a delivery, µs",
            "proxy_per_delivery_us": "and of nginx, µs",
            "redis_per_delivery_us": "and of Redis, µs",
            "generator_per_delivery_us": "(load generator, µs)",
            "messages_per_s": "64: acknowledged/s",
            "pressed_deliveries_per_s": "64: deliveries/s",
            "pressed_cpu_per_delivery_us": "64: CPU a delivery, µs",
            "pressed_acked_p50_ms": "64: acked p50, ms",
            "pressed_acked_p99_ms": "64: acked p99, ms",
            "resident_mib": "resident in all, MiB",
        ),
    },
    Section {
        scenario: "cluster-trouble",
        title: "cluster: three servers behind nginx, and what happens to them",
        rows: rows!(
            "clients": "clients",
            "seconds": "seconds",
            "acked": "acknowledged",
            "delivered": "heard live",
            "caught_up": "caught up by sync",
            "resent": "sent again",
            "duplicates": "of them stored before",
            "lost": "connections lost",
            "back": "clients back",
            "longest_away_s": "longest away, s",
            "delivered_p50_ms": "heard p50, ms",
            "delivered_p99_ms": "heard p99, ms",
            "delivered_longest_ms": "heard at the latest, ms",
            "settled_ms": "all have all after, ms",
        ),
    },
];
