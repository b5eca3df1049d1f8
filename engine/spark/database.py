"""Orders in Spark: the engine's trees as Spark SQL over temporary views; small tables go out, small answers come back.

Knows Spark's views and caches; must not know any table, rule or policy. What comes back to the driver is bounded: by
``spark.driver.maxResultSize``, and different combinations by ``most``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sqlglot import exp

from engine.databases import ROW, Parameters
from engine.intake import sql
from engine.intake.sources import Scan
from engine.problems import InputError, Place, Problem, clip
from engine.spark.dialect import bound, render, type_named

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MOST = 100_000
"""Different combinations of facts that the driver decides: what is not known before comes from the data."""
_BATCH = 10_000
_FILE_BITS = 40
"""A row's number is its file's place shifted by as much, and its place in the file."""
_Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class SparkDatabase:
    """The orders of one reading, in a session of its own that shares the application with others."""

    session: SparkSession
    most: int = MOST

    def rows(self, query: exp.Query, parameters: Parameters = ()) -> _Rows:
        with _told(), self._kept_parts(query):
            return [tuple(row) for row in self._frame(query, parameters).collect()]

    def batches(self, query: exp.Query) -> Iterator[_Rows]:
        batch: _Rows = []
        with _told():
            for row in self._frame(query).toLocalIterator(prefetchPartitions=True):
                batch.append(tuple(row))
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def distinct(self, query: exp.Select) -> _Rows:
        """Raises InputError past ``most``."""
        found = self.rows(query.distinct(copy=False).limit(self.most + 1, copy=False))
        if len(found) > self.most:
            what = f"事实的不同组合超过 {self.most} 种，不能都收到驱动节点上判定"
            instead = "在方案里减少一起出现的字段和取值（hotline policy check 列出各组），或用 duckdb 计算"
            raise InputError([Problem(Place("Spark"), what, "", instead)])
        return found

    def store(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
        ids = [id for id, _ in columns]
        lines = json.dumps([dict(zip(ids, row, strict=True)) for row in rows], ensure_ascii=False)
        fields = ",".join(f"{id}:{type_named(type)}" for id, type in columns)
        with _told():
            frame = self.session.sql(f"SELECT inline(from_json(?, 'array<struct<{fields}>>'))", args=[lines])
            frame.hint("broadcast").createOrReplaceTempView(name)

    def keep(self, name: str, query: exp.Query) -> None:
        from pyspark import StorageLevel

        with _told():
            frame = self._frame(query).persist(StorageLevel.MEMORY_AND_DISK)
            frame.createOrReplaceTempView(name)

    def view(self, name: str, query: exp.Query) -> None:
        """By its text, so that it follows when a relation below it changes."""
        with _told():
            self.session.sql(f"CREATE OR REPLACE TEMPORARY VIEW {_quoted(name)} AS {render(query)}")

    def remove(self, name: str, where: exp.Expr, parameters: Parameters = ()) -> None:
        rest = exp.select("*").from_(sql.name(name)).where(exp.Not(this=exp.Paren(this=where)))
        with _told():
            self._frame(rest, parameters).createOrReplaceTempView(name)

    def change(self, name: str, key: str, column: str, texts: Mapping[str, str]) -> None:
        given = f"{name}__given"
        self.store(given, (("of", "VARCHAR"), ("to", "VARCHAR")), list(texts.items()))
        with _told():
            names = self.session.table(_quoted(name)).columns
            old = exp.column(sql.name(column), table="old")
            new = sql.alias(exp.Coalesce(this=exp.column("to", table="new"), expressions=[old]), column)
            columns = [new if one == column else exp.column(sql.name(one), table="old") for one in names]
            matching = exp.EQ(this=exp.column("of", table="new"), expression=exp.column(sql.name(key), table="old"))
            joined = exp.select(*columns).from_(exp.alias_(exp.to_table(name, quoted=True), "old", table=True))
            joined = joined.join(
                exp.alias_(exp.to_table(given), "new", table=True), on=matching, join_type="left", copy=False
            )
            self._frame(joined).createOrReplaceTempView(name)

    def parquet(self, paths: Sequence[Path]) -> exp.Expr:
        """A view of the files: their columns, ``filename``, ``file_row_number`` from 0, and the row's number.

        Raises InputError for files that Spark would pass over in silence.
        """
        hidden = [path for path in paths if path.name.startswith(("_", "."))]
        if hidden:
            what = "文件名以 _ 或 . 开头，Spark 不会读取"
            raise InputError([Problem(Place(str(path)), what, instead="请改名") for path in hidden])
        name = "files_" + hashlib.sha256("\n".join(map(str, paths)).encode()).hexdigest()[:16]
        with _told(paths):
            reader = self.session.read.option("mergeSchema", "true")
            frame = reader.parquet(*(f"file:{_literal(path)}" for path in paths))
            origin = ("_metadata.file_path AS _path", "_metadata.row_index AS file_row_number")
            placed = frame.selectExpr("*", *origin)
            known = [row[0] for row in frame.selectExpr(origin[0]).distinct().collect()] if len(paths) > 1 else []
            self._named(placed, paths, known).createOrReplaceTempView(name)
        return exp.Table(this=sql.name(name))

    def scan(self, scan: Scan) -> Scan:
        """The orders of Parquet files. Raises InputError for what Spark would not read to the same texts."""
        source = scan.source
        place = Place(str(source.paths[0]))
        if source.format != "parquet":
            what = f"用 Spark 计算时，“{source.table.title}”要放在 Parquet 文件里"
            raise InputError([Problem(place, what, source.name, "先转成 Parquet，或用 duckdb 计算")])
        floats = [id for id, (_, kind) in scan.columns.items() if kind == "float"]
        if floats:
            what = "Spark 写出浮点数的方式与 DuckDB 不同，不能读取这些列"
            raise InputError([Problem(place, what, "、".join(floats), "改为文字、整数或 DECIMAL，或用 duckdb 计算")])
        return replace(scan, relation=self.parquet(source.paths), row=sql.column(ROW))

    def _named(self, placed: DataFrame, paths: Sequence[Path], known: Sequence[str]) -> DataFrame:
        """With ``filename`` as it was given, and ROW, which goes by the order of ``paths``."""
        if not known:
            columns = [f"{_quoted(name)}" for name in placed.columns if name != "_path"]
            path = str(paths[0]).replace("\\", "\\\\").replace("'", "\\'")
            return placed.selectExpr(*columns, f"'{path}' AS filename", f"file_row_number AS {ROW}")
        order = {path.name: number for number, path in enumerate(paths)}
        given = [(uri, order[unquote(urlsplit(uri).path).rpartition("/")[2]]) for uri in known]
        lines = json.dumps(
            [{"_path": uri, "_place": number, "filename": str(paths[number])} for uri, number in given],
            ensure_ascii=False,
        )
        type = "array<struct<_path:string,_place:bigint,filename:string>>"
        places = self.session.sql(f"SELECT inline(from_json(?, '{type}'))", args=[lines]).hint("broadcast")
        number = f"shiftleft(_place, {_FILE_BITS}) + file_row_number AS {ROW}"
        return placed.join(places, "_path").selectExpr("*", number).drop("_path", "_place")

    def _frame(self, query: exp.Query, parameters: Parameters = ()) -> DataFrame:
        given = bound(parameters)
        return self.session.sql(render(query), args=given) if given else self.session.sql(render(query))

    @contextmanager
    def _kept_parts(self, query: exp.Query) -> Iterator[None]:
        """What a query says is to be computed once (WITH … AS MATERIALIZED) is, which Spark would not do by itself."""
        kept: list[DataFrame] = []
        held = query.args.get("with_")
        for part in list(held.expressions) if held is not None else ():
            if not part.args.get("materialized"):
                continue
            frame = self._frame(part.this.copy()).persist()
            frame.createOrReplaceTempView(part.alias)
            kept.append(frame)
            part.pop()
        if held is not None and not held.expressions:
            query.set("with_", None)
        try:
            yield
        finally:
            for frame in kept:
                frame.unpersist()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(path: Path) -> str:
    """The path with the characters that Spark would take for a pattern made literal."""
    return reduce(lambda text, char: text.replace(char, f"\\{char}"), "\\*?[]{}", str(path.resolve()))


@contextmanager
def _told(paths: Sequence[Path] = ()) -> Iterator[None]:
    """Spark's errors as problems that say what to do. Raises InputError."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error)
        place = Place(str(paths[0]) if paths else "Spark")
        what, instead = "Spark 计算失败", "请看 Spark 的日志；仍不清楚时用 duckdb 计算"
        for sign, known, advice in _KNOWN:
            if sign in text:
                what, instead = known, advice
        raise InputError([Problem(place, what, clip(text.strip().partition("\n")[0], 200), instead)]) from error


_KNOWN = (
    ("maxResultSize", "收到驱动节点的结果太大", "未采用的行太多时先改正数据；否则加大 spark.driver.maxResultSize"),
    ("MERGE_SCHEMAS", "各个 Parquet 文件里同名的列类型不同", "请用同一种类型重新导出"),
    ("TIMESTAMP(NANOS", "时间精确到纳秒，Spark 不能读取", "请改为微秒"),
    ("OutOfMemoryError", "Spark 的内存不够", "加大 spark.driver.memory 或 spark.executor.memory"),
    ("PATH_NOT_FOUND", "Spark 的节点上没有这个文件", "把数据文件夹放在各节点都能以同一路径读到的共享存储上"),
    ("FileNotFoundException", "Spark 的节点上没有这个文件", "把数据文件夹放在各节点都能以同一路径读到的共享存储上"),
)
