# docker build -t dateline .
# docker run -v dateline:/data -v "$PWD/seeds:/articles:ro" dateline ingest /articles
# docker run -v dateline:/data -p 8000:8000 dateline

FROM python:3.11-slim AS build
# Or requirements-cluster.txt, for an archive in PostgreSQL and OpenSearch.
ARG REQUIREMENTS=requirements.txt
# What strips and what builds stays in this stage, and so does pip.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements*.txt ./
# Wheels alone: a source would be built by what no hash vouches for.
RUN python -m venv /opt/build && python -m venv --without-pip /opt/dateline \
    && /opt/build/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements-build.txt \
    && /opt/build/bin/pip --python /opt/dateline/bin/python install --no-cache-dir --no-compile \
        --only-binary :all: --require-hashes -r "$REQUIREMENTS"
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /src/wheels . \
    && /opt/build/bin/pip --python /opt/dateline/bin/python install --no-compile --no-deps --no-index /src/wheels/*.whl
# Half of what is installed are the symbols of compiled modules and the tests of packages. Libraries that a wheel brings
# along were patched in a way that strip breaks. Bytecode counts here whatever the times of the files: the user that runs
# it could write none.
RUN find /opt/dateline -name '*.so' -type f ! -path '*.libs/*' -exec strip --strip-unneeded {} + \
    && find /opt/dateline/lib -type d -name tests -prune -exec rm -r {} + \
    && /opt/dateline/bin/python -W ignore -m compileall -q --invalidation-mode unchecked-hash /opt/dateline/lib

FROM python:3.11-slim
# The number is fixed so that the owner of a mounted folder stays right when the image is built anew.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin dateline \
    && install --directory --owner dateline --group dateline --mode 0700 /data
COPY --from=build /opt/dateline /opt/dateline
ENV PATH="/opt/dateline/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    DATELINE_DATA_DIR=/data \
    DATELINE_HOST=0.0.0.0 \
    DATELINE_PORT=8000
USER 10001
WORKDIR /home/dateline
VOLUME /data
EXPOSE 8000
# The first start may have to build an index: until then it is not ready, and not broken either.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"DATELINE_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["dateline"]
CMD ["serve"]
