FROM python:3.13-slim

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY bedrock_mock bedrock_mock
RUN pip install --no-cache-dir './[server]'

# It is nobody's: a number tells Kubernetes, too, that it is not root's.
USER 65534
# The one file that the server writes, if it is told to record.
ENV MOTO_RECORDER_FILEPATH=/tmp/moto_recording
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:5000/moto-api/health', timeout=4)"]
CMD ["bedrock-mock", "serve", "-H", "0.0.0.0"]
