"""Many localities and days: the same plans on every engine, nothing lost when a node dies, and a run that goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from visit_planner import Plan, check, cluster
from visit_planner.cli import ENGINE_LOST, WRONG_INPUT, main
from visit_planner.cluster import Asked, Effort, plan_days, plan_files
from visit_planner.engines import EngineError, InProcess, engine_named
from visit_planner.fictitious import large_place
from visit_planner.formats import native

EFFORT = Effort(iterations=1500, seed=4)
ROOT = Path(__file__).resolve().parents[2]


def localities(folder, count=3, days=2):
    for place in range(count):
        for day in range(days):
            path = folder / f"place-{place}" / f"2026-11-{23 + day}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            native.write_problem(large_place(visits=18, workers=5, seed=10 * place + day), path)
    return folder


@pytest.fixture
def places(tmp_path):
    return localities(tmp_path / "places")


def stops_of(out):
    return {
        path.relative_to(out).as_posix(): json.loads(path.read_text())["assignments"]
        for path in sorted(out.rglob("*.plan.json"))
    }


def nothing(_):
    return None


class TestPlanFiles:
    def test_writes_a_plan_for_every_problem_file(self, places, tmp_path):
        out = tmp_path / "plans"
        results = plan_files(places, out, InProcess(), EFFORT, nothing)
        assert len(results) == len(stops_of(out)) == 6
        for one in results:
            problem = native.read_problem(places / f"{one.name}.json")
            plan = Plan.from_dict(json.loads((out / f"{one.name}.plan.json").read_text()))
            assert check(problem, plan) == []
            assert plan.cost.total == one.cost

    def test_goes_on_where_a_stopped_run_was(self, places, tmp_path):
        out = tmp_path / "plans"

        class StoppedError(Exception):
            pass

        def stop_after_two(_):
            if len(stops_of(out)) == 2:
                raise StoppedError

        with pytest.raises(StoppedError):
            plan_files(places, out, InProcess(), EFFORT, stop_after_two)
        assert len(stops_of(out)) == 2
        results = plan_files(places, out, InProcess(), EFFORT, nothing)
        assert sorted(one.kept for one in results) == [False] * 4 + [True] * 2
        whole = tmp_path / "in one go"
        plan_files(places, whole, InProcess(), EFFORT, nothing)
        assert stops_of(out) == stops_of(whole)

    def test_plans_again_what_has_another_problem_seed_or_effort(self, places, tmp_path):
        out = tmp_path / "plans"
        plan_files(places, out, InProcess(), EFFORT, nothing)
        native.write_problem(large_place(visits=17, workers=5), places / "place-0" / "2026-11-23.json")
        assert [one.name for one in plan_files(places, out, InProcess(), EFFORT, nothing) if not one.kept] == [
            "place-0/2026-11-23"
        ]
        again = plan_files(places, out, InProcess(), Effort(iterations=1500, seed=5), nothing)
        assert not any(one.kept for one in again)

    def test_plans_again_what_was_written_by_something_else(self, places, tmp_path):
        out = tmp_path / "plans"
        (out / "place-1").mkdir(parents=True)
        (out / "place-1" / "2026-11-24.plan.json").write_text('{"assignm')
        assert not any(one.kept for one in plan_files(places, out, InProcess(), EFFORT, nothing))
        assert all(isinstance(stops, list) for stops in stops_of(out).values())

    def test_takes_a_list_of_files(self, places, tmp_path):
        manifest = places / "monday.txt"
        manifest.write_text("# Monday\nplace-2/2026-11-23.json\n\nplace-0/2026-11-23.json\n")
        results = plan_files(manifest, tmp_path / "plans", InProcess(), EFFORT, nothing)
        assert [one.name for one in results] == ["place-2/2026-11-23", "place-0/2026-11-23"]

    def test_leaves_no_half_written_file(self, tmp_path):
        path = tmp_path / "plan.json"
        cluster.write_whole(path, "old")
        with pytest.raises(UnicodeEncodeError):
            cluster.write_whole(path, "new \ud800")
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]


class TestDays:
    def test_gives_the_same_plans_in_several_processes(self, places, tmp_path, capsys):
        arguments = ["days", str(places), "--iterations", "1500", "--seed", "4", "--out"]
        assert main([*arguments, str(tmp_path / "two"), "--processes", "2"]) == 0
        assert "6 planned, 0 kept" in capsys.readouterr().out
        assert main([*arguments, str(tmp_path / "two")]) == 0
        assert "0 planned, 6 kept" in capsys.readouterr().out
        assert main([*arguments, str(tmp_path / "one")]) == 0
        assert stops_of(tmp_path / "one") == stops_of(tmp_path / "two")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["nowhere"], "no such folder or list"),
            (["."], "holds no problem files"),
            ([".", "--engine", "dask"], "needs --scheduler"),
        ],
    )
    def test_says_what_is_wrong(self, tmp_path, capsys, monkeypatch, arguments, words):
        monkeypatch.chdir(tmp_path)
        assert main(["days", *arguments, "--out", "plans"]) == WRONG_INPUT
        assert words in capsys.readouterr().err

    def test_refuses_a_list_that_leads_out_of_its_folder(self, places, capsys):
        (places / "list.txt").write_text("../secret.json\n")
        assert main(["days", str(places / "list.txt"), "--out", str(places / "plans")]) == WRONG_INPUT
        assert "which is no file beside it" in capsys.readouterr().err

    def test_says_that_there_is_no_scheduler(self, places, tmp_path, capsys, monkeypatch):
        pytest.importorskip("distributed", reason="dask.distributed is not installed (requirements/cluster.txt)")
        from visit_planner import engines

        monkeypatch.setattr(engines, "SCHEDULER_SECONDS", 1.0)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        arguments = ["days", str(places), "--out", str(tmp_path / "plans"), "--engine", "dask", "--scheduler", address]
        assert main(arguments) == ENGINE_LOST
        assert f"There is no Dask scheduler at {address}" in capsys.readouterr().err

    def test_knows_two_engines(self):
        with pytest.raises(EngineError, match="'processes', or 'dask'"):
            engine_named("abacus")


def wait_until(is_so):
    deadline = time.monotonic() + 180
    while not is_so():
        assert time.monotonic() < deadline, "the cluster did not come up in three minutes"
        time.sleep(0.1)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Nodes:
    """A scheduler and nodes on this machine, each a process of its own as on a real cluster."""

    def __init__(self, folder, count):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        local = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
        self.processes = [self.start("scheduler", "--port", str(port), *local)]
        self.nodes = [
            self.start("worker", self.address, "--nthreads", "1", "--no-nanny", *local, "--death-timeout", "120")
            for _ in range(count)
        ]
        wait_until(lambda: answers(port))

    def start(self, *arguments):
        self.folder.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self):
        for process in [*self.nodes, *self.processes]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    pytest.importorskip("distributed", reason="dask.distributed is not installed (requirements/cluster.txt)")
    nodes = Nodes(tmp_path_factory.mktemp("cluster"), 2)
    yield nodes
    nodes.stop()


class TestDask:
    def test_loses_nothing_when_a_node_is_killed_and_plans_as_this_process_does(self, nodes, places, tmp_path):
        effort = Effort(iterations=30_000, seed=4)
        killed = threading.Event()

        def kill_a_node(_):
            if not killed.is_set():
                killed.set()
                nodes.nodes[0].send_signal(signal.SIGKILL)

        with engine_named("dask", scheduler=nodes.address) as engine:
            wait_until(lambda: len(engine._client.scheduler_info()["workers"]) == 2)
            results = plan_files(places, tmp_path / "dask", engine, effort, kill_a_node)
        assert killed.is_set()
        assert len(results) == 6
        plan_files(places, tmp_path / "here", InProcess(), effort, nothing)
        assert stops_of(tmp_path / "dask") == stops_of(tmp_path / "here")

    def test_says_what_is_wrong_with_one_of_them(self, nodes):
        problem = large_place(visits=5, workers=2)
        with engine_named("dask", scheduler=nodes.address) as engine, pytest.raises(TypeError):
            list(plan_days([Asked("broken", problem, Effort(iterations="many"))], engine))
