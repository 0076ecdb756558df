# Two stages: the first makes a wheel and a virtual environment from the lock files, the second holds nothing but the result.
# The final image runs as a numeric user on a read-only root; all that is written goes to the volume /var/lib/reconciler.

FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements-build.lock \
 && python -m venv --without-pip /opt/reconciler \
 && /opt/build/bin/pip --python /opt/reconciler/bin/python install --quiet --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY reconciler ./reconciler
RUN /opt/build/bin/pip wheel --quiet --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/build/bin/pip --python /opt/reconciler/bin/python install --quiet --no-cache-dir --no-deps --no-index /dist/*.whl

FROM python:3.11-slim
LABEL org.opencontainers.image.title="reconciler" \
      org.opencontainers.image.description="Keeps the same contacts in two apps in step" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN install -d -m 0755 /etc/reconciler/connections.d \
 && install -d -m 0700 -o 10001 -g 10001 /var/lib/reconciler
COPY --from=build /opt/reconciler /opt/reconciler
ENV PATH=/opt/reconciler/bin:$PATH \
    HOME=/var/lib/reconciler \
    TMPDIR=/var/lib/reconciler \
    RECONCILER_CONFIG=/etc/reconciler/connections.d \
    RECONCILER_STATE=/var/lib/reconciler/reconciler.sqlite \
    RECONCILER_LISTEN=0.0.0.0:9464 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /var/lib/reconciler
VOLUME /var/lib/reconciler
USER 10001:10001
EXPOSE 9464
STOPSIGNAL SIGTERM
# Without curl: the interpreter that is there anyway asks the daemon on its own loopback.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]
ENTRYPOINT ["reconciler"]
CMD ["run"]
