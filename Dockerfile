# A node with its engine, in one image. The base images are build arguments:
#   docker build --target node -t sogoc-node .
#   docker build --build-arg DEBIAN=registry.example/debian:bookworm-slim \
#                --build-arg ENGINE_IMAGE=registry.example/golang:1.26-bookworm .
ARG DEBIAN=docker.io/library/debian:bookworm-slim
# Where the engine comes from: an image with Go, which builds it, or any Debian image that has `cometbft`
# of the right version (scripts/engine_path --version) on its PATH.
ARG ENGINE_IMAGE=docker.io/library/golang:1.26-bookworm

FROM ${ENGINE_IMAGE} AS engine
WORKDIR /src
ENV SOGOC_CACHE=/var/cache/sogoc
COPY scripts/setup scripts/engine_path scripts/
RUN scripts/setup --engine-only && install -D "$(scripts/engine_path)" /out/cometbft

FROM ${DEBIAN} AS build
WORKDIR /src
COPY scripts/setup scripts/engine_path scripts/
RUN scripts/setup --build-only
COPY . .
# A compiler takes up to 1 GB.
ARG JOBS=2
ENV CCACHE_DIR=/var/cache/ccache
RUN --mount=type=cache,target=/var/cache/ccache \
    cmake --preset release \
 && cmake --build --preset release --parallel ${JOBS} --target sogoc sogoc-node sogoc-verify \
 && cmake --install build/release --strip --prefix /out

FROM ${DEBIAN} AS node
COPY scripts/setup scripts/engine_path /tmp/scripts/
RUN /tmp/scripts/setup --run-only && rm -rf /tmp/scripts /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 sogoc \
 && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/sogoc --shell /usr/sbin/nologin sogoc \
 && install -d -o sogoc -g sogoc -m 0700 /var/lib/sogoc
COPY --from=engine /out/cometbft /usr/local/bin/
COPY --from=build /out/ /usr/local/
USER sogoc
WORKDIR /var/lib/sogoc
EXPOSE 8080 26670 26656
ENTRYPOINT ["sogoc-node"]
CMD ["run", "/var/lib/sogoc"]

# Makes the four folders of docker-compose.yml. For the demonstration only: nobody else should ever have
# the keys of four organisations in one place.
FROM node AS founder
USER root
RUN apt-get -qq update \
 && apt-get -qq -y --no-install-recommends install python3 && rm -rf /var/lib/apt/lists/* \
 && install -d -o sogoc -g sogoc -m 0700 /founding /peers/1 /peers/2 /peers/3 /peers/4
COPY data /opt/sogoc/data
COPY scripts/local_network.py scripts/compose_network.py /opt/sogoc/scripts/
USER sogoc
WORKDIR /founding
ENTRYPOINT ["python3", "/opt/sogoc/scripts/compose_network.py"]
CMD ["found"]
