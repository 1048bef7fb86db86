# The same image is web, worker and beat: docker-compose.yml says which command each runs.
FROM python:3.12-slim AS packages
# With files in S3, or workers that find faces: --build-arg REQUIREMENTS="requirements-s3.txt requirements-faces.txt"
ARG REQUIREMENTS=requirements.txt
COPY requirements*.txt /tmp/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        $(printf -- "-r /tmp/%s " $REQUIREMENTS)

FROM python:3.12-slim
# Both numbers are fixed: nginx, in a container of its own, reads the files by the group (docker-compose.yml).
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --home-dir /portal --shell /usr/sbin/nologin portal
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEB_BIND=0.0.0.0:8000
COPY --from=packages /venv /venv
WORKDIR /portal
COPY . .
# Static files are part of the image, owned by root: the portal cannot change its own code. It writes only to var/files.
RUN python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q accounts attendance children documents messaging notifications oversight portal \
    && install -d -o portal -g portal var/files var/run
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
