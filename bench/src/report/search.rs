//! The tables of search: what is found, how fast, and what the index costs.

use super::table::{Section, rows};

pub const SECTIONS: &[Section] = &[
    Section {
        scenario: "search-found",
        title: "search: what is found of what was said, by brute force",
        rows: rows!(
            "recall": "recall",
            "precision": "precision",
            "queries": "queries",
            "queries_with_nothing": "of them with nothing",
        ),
    },
    Section {
        scenario: "search-speed",
        title: "search: the newest 20, CPU, in all rooms",
        rows: rows!(
            "sorted_like_p50_ms": "LIKE sorted by time p50, ms",
            "sorted_like_p99_ms": "LIKE sorted by time p99, ms",
            "like_p50_ms": "LIKE that stops at the 20th p50, ms",
            "like_p99_ms": "LIKE that stops at the 20th p99, ms",
            "index_p50_ms": "index p50, ms",
            "index_p99_ms": "index p99, ms",
            "server_p50_ms": "server p50, ms",
            "server_p99_ms": "server p99, ms",
            "sorted_p50_times": "LIKE sorted by time ÷ index, p50",
            "sorted_p99_times": "LIKE sorted by time ÷ index, p99",
            "sorted_server_p99_times": "LIKE sorted by time ÷ server, p99",
            "index_p50_times": "LIKE that stops ÷ index, p50",
            "index_p99_times": "LIKE that stops ÷ index, p99",
            "server_p50_times": "LIKE that stops ÷ server, p50",
            "server_p99_times": "LIKE that stops ÷ server, p99",
            "answer_p50_ms": "answer after p50, ms",
            "answer_p99_ms": "answer after p99, ms",
        ),
    },
    Section {
        scenario: "search-room",
        title: "search: the commonest word, over HTTP",
        rows: rows!(
            "server_p50_ms": "CPU p50, ms",
            "server_p99_ms": "CPU p99, ms",
            "answer_p50_ms": "answer after p50, ms",
            "answer_p99_ms": "answer after p99, ms",
        ),
    },
    Section {
        scenario: "search-size",
        title: "search: the size of the index",
        rows: rows!(
            "text_mib": "what was said, MiB",
            "bytes_a_message": "bytes a message",
            "index_mib": "the index, MiB",
            "index_times_text": "times the text",
        ),
    },
    Section {
        scenario: "search-index",
        title: "search: indexing everything, by the server",
        rows: rows!(
            "messages_per_cpu_s": "messages a CPU second",
            "messages_per_s": "messages/s",
            "cpu_per_message_us": "CPU a message, µs",
        ),
    },
    Section {
        scenario: "search-senders",
        title: "search: 64 waiting senders, rooms of 10",
        rows: rows!(
            "cpu_per_message_us": "CPU a message, µs",
            "more_cpu_percent": "more than without, %",
            "messages_per_s": "acknowledged/s",
            "acked_p50_ms": "acknowledged p50, ms",
            "acked_p99_ms": "acknowledged p99, ms",
        ),
    },
];
