"""A Spark application for one evaluation: its master, the settings on which equal results rest, and its end.

Knows how Spark is started and what is said when it cannot be; must not know tables or trees. Anything about the
cluster (memory, cores, network) is left to Spark's own ``spark-defaults.conf``.
"""

from __future__ import annotations

import logging
import re
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.problems import InputError, Place, Problem, clip

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = re.compile(r"local\[(\d+|\*)\]|spark://[^\s,/:]+:\d+(,[^\s,/:]+:\d+)*")
_PATIENCE = 5.0
"""Seconds until a master that does not answer is given up; Spark itself would try for minutes."""

_ALIKE: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",  # what cannot be computed is an error, never a silent NULL
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.legacy.storeAnalyzedPlanForView": "false",
    "spark.sql.session.localRelationCacheThreshold": "67108864",
}
_QUIET: Mapping[str, str] = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.maxPlanStringLength": "20000",  # look-up tables stand in plans as text
    "spark.log.structuredLogging.enabled": "false",
}


@contextmanager
def spark(master: str, settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A session for as long as the block lasts. ``settings`` are added, and go before the cluster's own.

    Raises InputError where pyspark or Java is missing or the master cannot be reached.
    """
    if MASTER.fullmatch(master) is None:
        raise _refused(master, "不是 Spark 主节点的写法", "写成 spark://主机:端口，或 local[2] 这样的本机核数")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about pandas, which is not used
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # errors are told as problems
    except ImportError:
        raise _refused(master, "没有安装 pyspark", "运行 pip install 'hotline-policy[spark]'，或改用 duckdb") from None
    if master.startswith("spark://"):
        _reach(master)
    builder = SparkSession.builder.appName("hotline-policy").master(master)
    log = Path(__file__).with_name("log4j2.properties").as_uri()
    chosen = {"spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log}"}
    for name, value in {**chosen, **_here(master), **_QUIET, **(settings or {}), **_ALIKE}.items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            session = builder.getOrCreate()
    except PySparkException as error:
        if "JAVA_GATEWAY" not in str(error):
            raise
        raise _refused(master, "没有可用的 Java", "安装 Java 17 或更新的版本并设好 JAVA_HOME，或改用 duckdb") from None
    except Exception as error:
        what = clip(str(error).strip().partition("\n")[0], 200)
        raise _refused(master, f"Spark 没有启动：{what}", "检查主节点和 Spark 的版本，再试一次") from error
    try:
        yield session
    finally:
        session.stop()


def _here(master: str) -> Mapping[str, str]:
    """On this machine alone, nothing listens to others, and few cores need few partitions."""
    match = re.fullmatch(r"local\[(\d+|\*)\]", master)
    if match is None:
        return {}
    cores = 8 if match[1] == "*" else int(match[1])
    return {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(2 * cores),
    }


def _reach(master: str) -> None:
    """Raises InputError when none of the masters answers at all."""
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=_PATIENCE):
                return
        except (OSError, OverflowError):
            continue
    raise _refused(master, "连不上 Spark 主节点", "检查主机名、端口和网络，或改用 duckdb")


def _refused(master: str, what: str, instead: str) -> InputError:
    return InputError([Problem(Place("--engine"), what, clip(master), instead)])
