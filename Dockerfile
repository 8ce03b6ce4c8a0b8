# docker build -t dateline .
# docker run -v dateline:/data -v "$PWD/seeds:/articles:ro" dateline ingest /articles
# docker run -v dateline:/data -p 8000:8000 dateline

FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/dateline
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY migrations migrations
RUN /opt/dateline/bin/pip install --no-cache-dir --constraint constraints.txt .

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
