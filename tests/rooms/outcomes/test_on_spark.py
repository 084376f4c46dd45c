"""The same definitions on PySpark: run where requirements/spark.txt is installed (docs/guides/measures.md)."""

import ibis
import pytest

from homeward.outcomes.facts.reading import Engine, embedded
from homeward.outcomes.facts.tables import FACTS
from homeward.outcomes.measures.library import MEASURES
from tests.rooms.outcomes.made_facts import made_up_copy, what_differs, whole_and_in_turn

pyspark = pytest.importorskip("pyspark", reason="compares with PySpark: pip install -r requirements/spark.txt")
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


def test_pyspark_gives_the_same_numbers(spark, tmp_path):
    with made_up_copy(seed=1) as copy:
        different, counted = what_differs(embedded(copy), engine_on(spark, copy, tmp_path), whole_and_in_turn())
    assert not different
    assert counted == set(MEASURES)
