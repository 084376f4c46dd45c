// A map of homes and routes without tiles: it reads what the timeline shows, so the two never differ.
const COLOURS = ["#005eb8", "#00703c", "#a54800", "#7c2855", "#330072", "#4c6272"];
const CALM = matchMedia("(prefers-reduced-motion: reduce)").matches;
const box = document.getElementById("map");
if (box && globalThis.L) start();

function start() {
  const L = globalThis.L;
  // A mark whose shape says the employer, drawn on the canvas: circle, square, triangle, diamond, hexagon, star, cross
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      const renderer = this._renderer;
      const context = renderer._ctx;
      if (!renderer._drawing || this._empty()) return;
      const { x, y } = this._point;
      const r = this._radius;
      const turn = (n, of, out = r) => [x + out * Math.sin((n * 2 * Math.PI) / of), y - out * Math.cos((n * 2 * Math.PI) / of)];
      const ring = (of, out) => Array.from({ length: of }, (_, n) => turn(n, of, out));
      const corners = [
        null,
        [[x - r * 0.85, y - r * 0.85], [x + r * 0.85, y - r * 0.85], [x + r * 0.85, y + r * 0.85], [x - r * 0.85, y + r * 0.85]],
        ring(3, r * 1.2), ring(4, r * 1.2), ring(6, r * 1.05),
        Array.from({ length: 10 }, (_, n) => turn(n, 10, n % 2 ? r * 0.55 : r * 1.25)),
      ][this.options.shape];
      context.beginPath();
      if (this.options.shape === "x") {
        for (const [a, b] of [[-1, -1], [1, -1]]) { context.moveTo(x + a * r, y + b * r); context.lineTo(x - a * r, y - b * r); }
      } else if (corners) {
        corners.forEach(([a, b], n) => (n ? context.lineTo(a, b) : context.moveTo(a, b)));
        context.closePath();
      } else context.arc(x, y, r, 0, Math.PI * 2);
      renderer._fillStroke(context, this);
    },
  });
  const map = L.map(box, { preferCanvas: true, attributionControl: false, zoomSnap: 0.25, fadeAnimation: !CALM, zoomAnimation: !CALM, markerZoomAnimation: !CALM, scrollWheelZoom: true });
  map.zoomControl.setPosition("topright");
  L.control.scale({ imperial: true, metric: true, maxWidth: 120 }).addTo(map);
  const grid = L.layerGroup().addTo(map);
  const homesPane = map.createPane("homes");
  homesPane.style.zIndex = 390;
  const homesCanvas = L.canvas({ pane: "homes" });
  const homes = L.layerGroup().addTo(map);
  const routes = L.layerGroup().addTo(map);
  const pointer = L.layerGroup().addTo(map);
  let byVisit = new Map();
  let isPlaced = false;
  let chosen = new URLSearchParams(location.search).get("visit");
  let route = document.querySelector("[data-route]")?.dataset.route ?? null;

  const at = (text) => text.split(",").map(Number);
  const isPlace = (text) => /^-?[\d.]+,-?[\d.]+$/.test(text ?? "");
  const one = (element) => element.closest(".hw-row");
  const hidden = (element) => Boolean(element.closest("[hidden]")) || element.classList.contains("is-aside");

  function squares(bounds) {
    grid.clearLayers();
    const up = 1 / 111.32;
    const along = up / Math.cos((bounds.getCenter().lat * Math.PI) / 180);
    const wide = bounds.pad(1.5);
    const style = { color: "#d9e1e0", weight: 1, interactive: false };
    if ((wide.getNorth() - wide.getSouth()) / up > 160) return;
    for (let lat = Math.ceil(wide.getSouth() / up) * up; lat < wide.getNorth(); lat += up) L.polyline([[lat, wide.getWest()], [lat, wide.getEast()]], style).addTo(grid);
    for (let lng = Math.ceil(wide.getWest() / along) * along; lng < wide.getEast(); lng += along) L.polyline([[wide.getSouth(), lng], [wide.getNorth(), lng]], style).addTo(grid);
  }

  function draw() {
    if (!box.clientWidth) return; // a phone hides the map while a visit is open
    homes.clearLayers();
    byVisit = new Map();
    const points = [];
    for (const link of document.querySelectorAll("#board .hw-v[data-at], .hw-wait__who[data-at]")) {
      if (hidden(link) || !isPlace(link.dataset.at)) continue;
      const place = at(link.dataset.at);
      const isWaiting = link.classList.contains("hw-wait__who");
      if (byVisit.has(link.dataset.v) && !isWaiting) continue;
      const employer = Number(one(link)?.dataset.e ?? 0);
      const isCrisis = link.classList.contains("is-crisis") || Boolean(link.querySelector(".hw-crisis"));
      const isDone = link.classList.contains("is-done");
      const mark = isWaiting
        ? new Mark(place, { renderer: homesCanvas, pane: "homes", shape: "x", radius: 6, color: "#d5281b", weight: 4, fill: false })
        : new Mark(place, { renderer: homesCanvas, pane: "homes", shape: employer, radius: isCrisis ? 8 : 4.5, color: isCrisis ? "#b3271e" : "#fff", weight: isCrisis ? 3 : 1, fillColor: COLOURS[employer], fillOpacity: isDone ? 0.45 : 0.95 });
      mark.on("click", () => document.dispatchEvent(new CustomEvent("today:open", { detail: link.dataset.v })));
      mark.bindTooltip(link.querySelector("b").textContent);
      mark.addTo(homes);
      byVisit.set(link.dataset.v, { place, mark });
      points.push(place);
    }
    if (points.length && !isPlaced) {
      const bounds = L.latLngBounds(points);
      fit(bounds, { padding: [18, 18], maxZoom: 14, animate: false }); // one place alone has no size to fit
      squares(bounds);
      isPlaced = true;
    }
    drawRoute();
  }

  // A box that is not shown, or too small for its own padding, has no place to fit anything to
  function fit(bounds, how) {
    const size = map.getSize();
    if (size.x > 100 && size.y > 100 && bounds.isValid()) map.fitBounds(bounds, how);
  }

  // The whole day of the worker whose visit, or name, is chosen
  function drawRoute() {
    if (!isPlaced) return;
    routes.clearLayers();
    const rows = route ? document.querySelectorAll(`.hw-row[data-w="${route}"]`) : chosen ? [...document.querySelectorAll(`#board .hw-v[data-v="${chosen}"]`)].map(one) : [];
    const all = [];
    for (const row of rows) {
      const colour = COLOURS[Number(row.dataset.e)];
      const stops = [...row.querySelectorAll(".hw-v[data-at]")].filter((stop) => isPlace(stop.dataset.at));
      const places = stops.map((stop) => at(stop.dataset.at));
      const base = isPlace(row.dataset.base) ? [at(row.dataset.base)] : [];
      const line = [...base, ...places, ...base];
      if (!line.length) continue;
      L.polyline(line, { color: "#fff", weight: 6, interactive: false }).addTo(routes);
      L.polyline(line, { color: colour, weight: 3, interactive: false, dashArray: row === rows[0] ? null : "6 5" }).addTo(routes);
      for (const place of base) L.circleMarker(place, { radius: 7, color: colour, weight: 3, fillColor: "#fff", fillOpacity: 1 }).bindTooltip("Starts and ends here").addTo(routes);
      stops.forEach((stop, n) => {
        const isHere = stop.dataset.v === chosen;
        const size = isHere ? 28 : 20;
        L.marker(places[n], { icon: L.divIcon({ className: `hw-stopmark hw-emp-${isHere ? "x" : row.dataset.e}`, html: String(n + 1), iconSize: [size, size] }), keyboard: false, interactive: !route, zIndexOffset: isHere ? 1000 : n })
          .on("click", () => document.dispatchEvent(new CustomEvent("today:open", { detail: stop.dataset.v }))).addTo(routes);
      });
      all.push(...line);
    }
    homesPane.style.opacity = all.length ? 0.28 : 1;
    const alone = !all.length && chosen && byVisit.get(chosen);
    if (all.length) fit(L.latLngBounds(all), { padding: [24, 24], maxZoom: 14, animate: false });
    else if (alone) { L.circleMarker(alone.place, { radius: 13, color: "#212b32", weight: 3, fill: false, interactive: false }).addTo(routes); map.panTo(alone.place, { animate: false }); }
  }

  document.addEventListener("today:board", draw);
  document.addEventListener("today:choose", (event) => {
    const before = chosen;
    chosen = event.detail;
    if (box.clientWidth) map.invalidateSize({ animate: false });
    if (!chosen && before) { isPlaced = false; draw(); } else drawRoute();
  });
  document.addEventListener("today:point", (event) => {
    pointer.clearLayers();
    const found = event.detail && byVisit.get(event.detail);
    if (found && !route) L.circleMarker(found.place, { radius: 12, color: "#212b32", weight: 3, fillColor: "#ffeb3b", fillOpacity: 0.6, interactive: false }).addTo(pointer);
  });
  new ResizeObserver(() => {
    if (!box.clientWidth) return;
    map.invalidateSize({ animate: false });
    if (!isPlaced) draw();
  }).observe(box);
  draw();
}
