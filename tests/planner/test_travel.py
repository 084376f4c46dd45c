"""Travel providers: the estimate against known distances, and real routing APIs as a local server speaks them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from visit_planner import Problem, Shift, Slot, Visit, Window, Worker, check, solve
from visit_planner.travel import GreatCircle, Nearby, OnDemand, Osrm, Table, TravelError, Valhalla, block_of

DERBY, LEICESTER = (52.9225, -1.4746), (52.6369, -1.1398)
ISLAND = (50.0, -6.0)


def seconds_between(a, b):
    """The stub's road network: 100 s a degree of latitude, 200 s a degree of longitude eastwards, 300 s westwards."""
    east = b[1] - a[1]
    return 100 * abs(b[0] - a[0]) + (200 * east if east > 0 else -300 * east)


class _Routing(BaseHTTPRequestHandler):
    """Speaks OSRM's /table/v1 and Valhalla's /sources_to_targets, with their errors and their nulls."""

    def log_message(self, *_):
        pass

    def reply(self, code, body):
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def between(self, a, b):
        return None if (a == ISLAND) != (b == ISLAND) else seconds_between(a, b)

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.server.broken:
            return self.reply(200, b"<html>gateway</html>")
        url = urlsplit(self.path)
        _, service, version, profile, coordinates = url.path.split("/")
        if (service, version) != ("table", "v1"):
            return self.reply(400, {"code": "InvalidService", "message": "Service not found"})
        if profile != "driving":
            return self.reply(400, {"code": "InvalidOptions", "message": "profile not loaded"})
        points = [tuple(reversed([float(x) for x in pair.split(",")])) for pair in coordinates.split(";")]
        if len(points) > self.server.largest:
            return self.reply(400, {"code": "TooBig", "message": "Too many table coordinates"})
        query = parse_qs(url.query)

        def chosen(name):
            return [points[int(k)] for k in query[name][0].split(";")]

        rows = [[self.between(a, b) for b in chosen("destinations")] for a in chosen("sources")]
        return self.reply(200, {"code": "Ok", "durations": rows, "sources": [], "destinations": []})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        sources, targets = ([(p["lat"], p["lon"]) for p in asked[side]] for side in ("sources", "targets"))
        if self.path != "/sources_to_targets":
            return self.reply(404, {"error_code": 106, "error": "Try any of: '/sources_to_targets'"})
        if max(len(sources), len(targets)) > self.server.largest:
            error = {"error_code": 150, "error": "Exceeded max locations", "status_code": 400, "status": "Bad Request"}
            return self.reply(400, error)
        if asked["costing"] != "auto":
            return self.reply(400, {"error_code": 125, "error": "No costing method found", "status_code": 400})
        if self.server.concise:
            rows = [[self.between(a, b) for b in targets] for a in sources]
            return self.reply(200, {"sources_to_targets": {"durations": rows, "distances": rows}})
        rows = [
            [
                {"from_index": i, "to_index": j, "time": self.between(a, b), "distance": 1.0}
                for j, b in enumerate(targets)
            ]
            for i, a in enumerate(sources)
        ]
        return self.reply(200, {"sources_to_targets": rows, "units": "kilometers"})


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Routing)
    running.asked, running.largest, running.broken, running.concise = [], 100, False, False
    running.url = f"http://127.0.0.1:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def points():
    return np.array([[52.0, -1.5], [52.5, -1.0], [52.25, -1.75], list(ISLAND), [52.125, -1.25]])


@pytest.fixture
def expected(points):
    table = np.array([[seconds_between(a, b) / 60 for b in points] for a in points])
    table[3, :] = table[:, 3] = -1
    table[3, 3] = 0
    return table


class TestGreatCircle:
    def test_knows_how_far_derby_is_from_leicester(self):
        provider = GreatCircle(detour=1.0, speeds_kmh={"car": 60.0}, overhead_minutes={})
        minutes = provider.minutes(np.array([DERBY, LEICESTER]), "car")
        assert minutes[0, 1] == pytest.approx(39.0, abs=0.5)  # 39 km apart in a straight line
        assert minutes[0, 0] == 0
        assert minutes[1, 0] == minutes[0, 1]

    def test_adds_the_detour_and_the_time_a_trip_takes_to_begin_and_end(self):
        plain = GreatCircle(detour=1.0, overhead_minutes={}).minutes(np.array([DERBY, LEICESTER]), "walk")
        longer = GreatCircle(detour=1.5, overhead_minutes={"walk": 3.0}).minutes(np.array([DERBY, LEICESTER]), "walk")
        assert longer[0, 1] == pytest.approx(1.5 * plain[0, 1] + 3)
        assert longer[0, 0] == 0

    @pytest.mark.parametrize("wrong", [np.zeros(4), np.array([[91.0, 0.0]]), np.array([[np.nan, 0.0]])])
    def test_refuses_what_are_not_points(self, wrong):
        with pytest.raises(TravelError, match="points must be"):
            GreatCircle().minutes(wrong, "car")

    def test_refuses_a_mode_without_a_speed(self):
        with pytest.raises(TravelError, match="no speed is set for mode 'horse'"):
            GreatCircle().minutes(np.array([DERBY]), "horse")


class TestTable:
    def test_gives_what_it_was_given(self, points):
        table = np.arange(25.0).reshape(5, 5)
        assert (Table({"car": table}).minutes(points, "car") == table).all()

    def test_refuses_a_table_of_another_size(self, points):
        with pytest.raises(TravelError, match="shape"):
            Table({"car": np.zeros((2, 2))}).minutes(points, "car")


class TestOsrm:
    @pytest.mark.parametrize("largest", [100, 4, 2])
    def test_asks_for_big_tables_in_blocks(self, server, points, expected, largest):
        server.largest = largest
        table = Osrm(server.url, largest=largest).minutes(points, "car")
        assert table == pytest.approx(expected, abs=1e-4)
        assert len(server.asked) == {100: 1, 4: 9, 2: 25}[largest]

    def test_says_what_the_server_said(self, server, points):
        server.largest = 3
        with pytest.raises(TravelError, match=r"HTTP 400.*Too many table coordinates"):
            Osrm(server.url).minutes(points, "car")
        with pytest.raises(TravelError, match="profile not loaded"):
            Osrm(server.url).minutes(points, "bike")

    def test_says_when_the_answer_is_not_json(self, server, points):
        server.broken = True
        with pytest.raises(TravelError, match="did not answer with JSON"):
            Osrm(server.url).minutes(points, "car")

    def test_says_when_nobody_answers(self, server, points):
        server.shutdown()
        server.server_close()
        with pytest.raises(TravelError, match="cannot be reached"):
            Osrm(server.url, timeout_seconds=2).minutes(points, "car")

    def test_refuses_an_address_that_is_not_http(self, points):
        with pytest.raises(TravelError, match="not an http address"):
            Osrm("file:///etc").minutes(points, "car")


class TestValhalla:
    @pytest.mark.parametrize("largest", [50, 2])
    @pytest.mark.parametrize("concise", [False, True])
    def test_asks_for_big_tables_in_blocks(self, server, points, expected, largest, concise):
        server.largest, server.concise = largest, concise
        table = Valhalla(server.url, largest=largest).minutes(points, "car")
        assert table == pytest.approx(expected, abs=1e-4)
        assert len(server.asked) == {50: 1, 2: 9}[largest]

    def test_says_what_the_server_said(self, server, points):
        server.largest = 3
        with pytest.raises(TravelError, match=r"HTTP 400.*Exceeded max locations"):
            Valhalla(server.url).minutes(points, "car")
        with pytest.raises(TravelError, match="No costing method"):
            Valhalla(server.url).minutes(points[:2], "walk")


TOWN = np.random.default_rng(4).uniform((52.9, -1.6), (53.0, -1.4), (30, 2))


class TestOnDemand:
    @pytest.mark.parametrize("whole", [False, True])
    def test_gives_the_same_minutes_cell_by_cell_in_blocks_and_as_a_whole(self, whole):
        table = OnDemand(TOWN, "bike", whole_minutes=whole)
        dense = np.asarray(table)
        assert dense.shape == table.shape == (30, 30)
        assert [[table[a][b] for b in range(30)] for a in range(30)] == pytest.approx(dense)
        some = np.array([7, 2, 19])
        assert block_of(table, some) == pytest.approx(block_of(dense, some))
        assert np.all(dense == np.ceil(dense)) == whole

    def test_gives_what_the_estimate_gives(self):
        assert np.asarray(OnDemand(TOWN)) == pytest.approx(GreatCircle().minutes(TOWN, "car"))

    def test_plans_a_problem_as_a_dense_table_does(self):
        team = (Worker("ann", "team", frozenset({"care"}), (Shift("day", 480, 1020, 0, 0),)),)
        visits = tuple(Visit(f"v{k}", k, (Slot("care", 20),), Window(500, 900)) for k in range(1, 12))
        on_demand = Problem(team, visits, {"car": OnDemand(TOWN)})
        dense = Problem(team, visits, {"car": np.asarray(OnDemand(TOWN))})
        plan = solve(on_demand, iterations=2000, seed=1)
        assert plan.assignments == solve(dense, iterations=2000, seed=1).assignments
        assert check(on_demand, plan) == []

    def test_refuses_a_mode_without_a_speed(self):
        with pytest.raises(TravelError, match="no speed is set for mode 'boat'"):
            OnDemand(TOWN, "boat")


class TestNearby:
    def test_puts_known_ways_before_the_estimate(self):
        table = Nearby(OnDemand(TOWN), [3, 3], [4, 5], [99.5, -1])
        assert (table[3][4], table[3][5], table[4][3]) == (99.5, -1.0, OnDemand(TOWN)[4][3])
        dense = np.asarray(table)
        assert [[table[a][b] for b in range(30)] for a in range(30)] == pytest.approx(dense)
        assert block_of(table, np.array([5, 3]))[1, 0] == -1

    @pytest.mark.parametrize(
        ("pairs", "words"),
        [
            (([0], [30], [5.0]), "outside 0 to 29"),
            (([0], [1], [-2.0]), "at least 0, or -1"),
            (([0, 1], [1], [5.0]), "of one length"),
        ],
    )
    def test_refuses_pairs_that_are_none(self, pairs, words):
        with pytest.raises(TravelError, match=words):
            Nearby(OnDemand(TOWN), *pairs)
