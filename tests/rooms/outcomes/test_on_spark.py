"""The same definitions on PySpark: run where requirements/spark.txt is installed (docs/guides/measures.md)."""

from datetime import date

import ibis
import pytest

from homeward.outcomes.facts.copying import opened_to_read, refresh
from homeward.outcomes.facts.reading import Asked, Engine, embedded
from homeward.outcomes.facts.tables import FACTS
from homeward.outcomes.measures.computing import compute
from homeward.outcomes.measures.library import MEASURES
from tests.rooms.outcomes.test_facts import some_weeks  # noqa: F401

pyspark = pytest.importorskip("pyspark", reason="compares with PySpark: pip install -r requirements/spark.txt")
pytestmark = pytest.mark.django_db
ON_SPARK = {
    "integer": "bigint", "text": "string", "number": "double", "boolean": "boolean", "day": "date",
    "moment": "timestamp",
}  # fmt: skip


@pytest.fixture(scope="module")
def spark():
    """One small session of this process, in UTC as the facts' moments are."""
    from pyspark.sql import SparkSession

    assert ibis.pyspark  # its options are there once it was asked for
    building = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC")
    for name, value in (
        ("spark.ui.enabled", "false"),
        ("spark.ui.showConsoleProgress", "false"),
        ("spark.sql.shuffle.partitions", "1"),
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.driver.host", "127.0.0.1"),
    ):
        building = building.config(name, value)
    session = building.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def engine_on(spark, copy, folder) -> Engine:
    """The tables of a copy as views of a session."""
    for fact in FACTS:
        file = folder / f"{fact.name}.parquet"
        copy.execute(f"COPY {fact.name} TO '{file}' (FORMAT parquet)")
        columns = [f"CAST({name} AS {ON_SPARK[kind]}) AS {name}" for name, kind in fact.columns.items()]
        spark.read.parquet(str(file)).selectExpr(*columns).createOrReplaceTempView(fact.name)

    return Engine("pyspark", lambda sql: [tuple(row) for row in spark.sql(sql).collect()])


def test_pyspark_gives_the_same_numbers(spark, some_weeks, crisis, kept_apart, service, now, tmp_path):  # noqa: F811
    refresh(now=now)
    asked = Asked(service.pk, date(2026, 9, 1), date(2026, 12, 31), now)
    counted, different = 0, []
    with opened_to_read() as copy:
        here, there = embedded(copy), engine_on(spark, copy, tmp_path)
        for engine in (here, there):
            engine.ask(asked)
        for key, measure in MEASURES.items():
            told = compute(here, measure, asked)
            if told != compute(there, measure, asked):
                different.append(key)
            counted += any(point.numerator for point in told[0])
    assert not different
    assert counted >= 10
