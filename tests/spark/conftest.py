"""Spark for tests: in this process on two cores, and a standalone master with two workers on the loopback.

Small data costs Spark its starting and planning only, so that nothing is compiled to machine code with care.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_HASTE = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_PLAIN = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
_PATIENCE = 120.0


@pytest.fixture(scope="session")
def spark_home() -> Path:
    """The folder of pyspark. Skips where Spark cannot run."""
    java = Path(os.environ.get("JAVA_HOME", "")) / "bin" / "java"
    if not java.is_file() and shutil.which("java") is None:
        # Spark runs on Java, which Python packages cannot bring: the rest of the suite must not need it.
        pytest.skip("there is no Java")
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        # An extra of half a gigabyte; `make test` installs it, another installation may leave it out.
        pytest.skip("the extra spark is not installed")
    os.environ["JAVA_TOOL_OPTIONS"] = _HASTE
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    return Path(found.origin).parent


@pytest.fixture(scope="module")
def local(spark_home: Path) -> Iterator[SparkSession]:
    """A session on two cores of this machine."""
    from engine.spark.session import spark

    with spark("local[2]", _PLAIN) as session:
        yield session


@pytest.fixture(scope="module")
def cluster(spark_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a master with two workers of one core each."""
    scratch = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    conf = scratch / "conf"
    conf.mkdir()
    settings = {**_PLAIN, "spark.executor.memory": "512m", "spark.sql.shuffle.partitions": "2"}
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    given = {**os.environ, "SPARK_CONF_DIR": str(conf), "SPARK_HOME": str(spark_home), "SPARK_DAEMON_MEMORY": "256m"}
    deploy = "org.apache.spark.deploy"
    where = ["--host", "127.0.0.1", "--webui-port", "0"]
    worker = [f"{deploy}.worker.Worker", *where, "--cores", "1", "--memory", "2g", "--work-dir", str(scratch), master]
    commands = [[f"{deploy}.master.Master", *where, "--port", str(port)], worker, worker]
    running: list[subprocess.Popen[bytes]] = []
    log = (scratch / "log").open("wb")
    os.environ["SPARK_CONF_DIR"] = str(conf)
    try:
        for command in commands:
            running.append(
                subprocess.Popen(
                    [str(spark_home / "bin" / "spark-class"), *command], env=given, stdout=log, stderr=subprocess.STDOUT
                )
            )
            _listening(port)
        yield master
    finally:
        del os.environ["SPARK_CONF_DIR"]
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait()
        log.close()


def _listening(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(port)
