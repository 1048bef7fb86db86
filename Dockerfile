# The same image is web, worker and beat: docker-compose.yml says which command each runs.
FROM python:3.12-slim AS packages
COPY requirements.txt /tmp/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /portal --shell /usr/sbin/nologin portal
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEB_BIND=0.0.0.0:8000
COPY --from=packages /venv /venv
WORKDIR /portal
COPY . .
# Static files are part of the image, owned by root: the portal cannot change its own code. It writes only to var/files.
RUN python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q accounts attendance children documents messaging notifications portal \
    && install -d -o portal -g portal var/files var/run
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
