# syntax=docker/dockerfile:1

# The web client, then the program with it inside, then the program alone.

FROM node:22-bookworm-slim AS web
WORKDIR /source
COPY scripts/npm-install.mjs scripts/npm-install.mjs
COPY web web
WORKDIR /source/web
RUN node ../scripts/npm-install.mjs --for-build && npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
COPY --from=web /source/web/dist web/dist
ENV MARU_WEB=prebuilt
RUN cargo build --locked --release --bin maru && mkdir /data

FROM debian:bookworm-slim
COPY --from=build /source/target/release/maru /usr/bin/maru
# A volume takes over the owner of the folder that it is laid over.
COPY --from=build --chown=10001:10001 --chmod=0700 /data /var/lib/maru
USER 10001:10001
ENV MARU_DATA_DIR=/var/lib/maru
VOLUME /var/lib/maru
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["/usr/bin/maru", "health"]
ENTRYPOINT ["/usr/bin/maru"]
CMD ["serve"]
