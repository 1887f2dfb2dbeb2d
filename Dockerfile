# Serves (`docker run … serve`, the default) and migrates (`docker run … migrate`).
# DATABASE_URL names the database: the image carries no PostgreSQL.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/dti \
    && /opt/dti/bin/pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 dti \
    && useradd --uid 10001 --gid dti --no-create-home --shell /usr/sbin/nologin dti \
    && install --directory --owner dti --group dti --mode 0700 /var/lib/dti
COPY --from=build /opt/dti /opt/dti
WORKDIR /srv/dti
COPY pyproject.toml ./
COPY app ./app
COPY migrations ./migrations
COPY seed ./seed
ENV PATH=/opt/dti/bin:$PATH \
    PYTHONPATH=/srv/dti \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DTI_ENVIRONMENT=production \
    DTI_DATA_DIR=/var/lib/dti \
    DTI_HOST=0.0.0.0 \
    DTI_PORT=8000
USER 10001:10001
EXPOSE 8000
VOLUME ["/var/lib/dti"]
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['DTI_PORT'] + '/readyz', timeout=3)"]
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]
