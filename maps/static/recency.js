// Maps with a time slider: every day is drawn from the walks' measures along each reach.
(function () {
  "use strict";
  const W = window.Wangge;
  const DAY_MS = 86400000;
  const ROUNDING_DM = 5; // Less than half a metre is rounding, not a gap.

  W.pages.recency = function (map, groups, data) {
    map.createPane("wg-lines").style.zIndex = 430;
    const reaches = data.reaches.map((reach) => draw(reach, data));
    const now = { day: data.day, within: data.within, level: data.level };
    W.recency = { reaches, now, stateOf: (number, day) => stateOf(reaches[number], day), show: null };
    if (!reaches.length) return;

    const visible = (drawn) => now.level < 0 || drawn.reach.level === now.level;
    const layers = (drawn) => [[drawn.casing, "corridor"], ...drawn.steps.map((one) => [one, "walked"]), [drawn.gap, "gaps"]];
    const choose = (level) => {
      now.level = level;
      for (const drawn of reaches)
        for (const [layer, group] of layers(drawn)) groups[group][visible(drawn) ? "addLayer" : "removeLayer"](layer);
      W.each("tr[data-level]", (row) => (row.hidden = level >= 0 && Number(row.dataset.level) !== level));
      paint();
    };
    const rows = [...document.querySelectorAll("tr[data-level]")].map((row) => row.children);
    const paint = () => {
      const sum = { count: 0, length: 0, covered: 0, gap: 0 };
      reaches.forEach((drawn, number) => {
        if (!visible(drawn)) return;
        const [covered, gap] = paintReach(drawn, now, data);
        const { length } = drawn.reach;
        sum.count += 1;
        sum.length += length;
        sum.covered += covered;
        sum.gap += gap;
        set(rows[number][1], share(covered, length, gap));
        set(rows[number][2], metres(gap));
        rows[number][2].className = gap >= 0.5 ? "wg-bad-text" : "";
      });
      const texts = {
        count: String(sum.count), length: metres(sum.length), share: share(sum.covered, sum.length, sum.gap),
        covered: metres(sum.covered), gap: metres(sum.gap),
      };
      W.each("[data-figure]", (cell) => {
        set(cell, texts[cell.dataset.figure]);
        if (cell.dataset.figure === "gap") cell.parentNode.className = sum.gap >= 0.5 ? "wg-bad" : "";
      });
    };

    for (const drawn of reaches) {
      drawn.casing.bindTooltip(() => W.element("span", "", drawn.reach.name), { sticky: true });
      drawn.casing.on("click", (event) => open(map, drawn, event.latlng, now, data));
    }
    W.each("[data-reach]", (button) =>
      button.addEventListener("click", () => {
        const drawn = reaches[Number(button.dataset.reach)];
        if (!drawn.casing.getLatLngs().length) return;
        W.closePanel();
        map.fitBounds(drawn.casing.getBounds(), { padding: [70, 70], maxZoom: 15 });
        const part = drawn.reach.parts[0];
        open(map, drawn, L.latLng(part[Math.floor(part.length / 2)]), now, data);
      }),
    );
    W.each("[name=wg-level]", (radio) => radio.addEventListener("change", () => choose(Number(radio.value))));
    W.each("[name=wg-within]", (radio) =>
      radio.addEventListener("change", () => {
        now.within = Number(radio.value);
        paint();
      }),
    );
    W.recency.show = slider(now, data, reaches, () => {
      paint();
      map.closePopup();
    });
    choose(data.level);
    map.invalidateSize({ animate: false });
  };

  // The reach cut at the edges of its walks; each piece knows its days, in order.
  function draw(reach, data) {
    const line = (options) => L.polyline([], { pane: "wg-lines", lineCap: "butt", interactive: false, ...options });
    const casing = line({ color: data.colours.corridor, weight: 13, opacity: 0.9, lineCap: "round", interactive: true });
    casing.setLatLngs(reach.parts);
    const end = Math.round(reach.length * 10);
    const edges = new Set([0, end]);
    for (let i = 0; i < reach.walks.length; i += 3) {
      edges.add(Math.min(reach.walks[i], end));
      edges.add(Math.min(reach.walks[i + 1], end));
    }
    const at = [...edges].sort((a, b) => a - b);
    const place = new Map(at.map((edge, number) => [edge, number]));
    const days = at.slice(1).map(() => []);
    // Walks come in the order of their days only by chance.
    const order = [];
    for (let i = 0; i < reach.walks.length; i += 3) order.push(i);
    order.sort((a, b) => reach.walks[a + 2] - reach.walks[b + 2]);
    for (const i of order) {
      const last = place.get(Math.min(reach.walks[i + 1], end));
      for (let n = place.get(Math.min(reach.walks[i], end)); n < last; n++) days[n].push(reach.walks[i + 2]);
    }
    return {
      reach, casing, at, days, keys: {},
      steps: data.ramp.map(([color, weight]) => line({ color, weight })),
      gap: line({ color: data.colours.gap, weight: 3, dashArray: data.dash }),
    };
  }

  // How many of a piece's days have come.
  function come(days, day) {
    let low = 0;
    let high = days.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (days[middle] <= day) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // Stretches as [start, end, last day], in decimetres; null where nobody has walked yet.
  function stateOf(drawn, day) {
    const found = [];
    drawn.days.forEach((days, number) => {
      const count = come(days, day);
      const last = count ? days[count - 1] : null;
      const before = found[found.length - 1];
      if (before && before[2] === last) before[1] = drawn.at[number + 1];
      else found.push([drawn.at[number], drawn.at[number + 1], last]);
    });
    return found;
  }

  function paintReach(drawn, now, data) {
    const kinds = new Map();
    let covered = 0;
    let missed = 0;
    let before = null;
    for (const [start, end, last] of stateOf(drawn, now.day)) {
      const kind = kindOf(last, now, data);
      const open = before && before.kind === kind && before.end === start;
      if (open) before.end = end;
      else {
        before = { kind, start, end };
        kinds.set(kind, [...(kinds.get(kind) || []), before]);
      }
      if (kind >= 0) covered += end - start;
    }
    const gaps = (kinds.get(-1) || []).filter((gap) => gap.end - gap.start >= ROUNDING_DM && gap.end - gap.start > data.longer * 10);
    for (const gap of gaps) missed += gap.end - gap.start;
    drawn.steps.forEach((layer, step) => put(drawn, layer, step, kinds.get(step) || []));
    put(drawn, drawn.gap, -1, gaps);
    return [covered / 10, missed / 10];
  }

  function kindOf(last, now, data) {
    if (last === null) return -1;
    const age = now.day - last;
    if (data.mode === "gaps") return now.within && age > now.within ? -1 : 1;
    const step = data.steps.findIndex((days) => age <= days);
    return step < 0 ? data.ramp.length - 1 : step;
  }

  // Only what has changed is drawn again.
  function put(drawn, layer, kind, spans) {
    const key = spans.map((span) => `${span.start}-${span.end}`).join();
    if (drawn.keys[kind] === key) return;
    drawn.keys[kind] = key;
    layer.setLatLngs(spans.flatMap((span) => cut(drawn.reach, span.start, span.end)));
  }

  function cut(reach, start, end) {
    const pieces = [];
    reach.measures.forEach((measures, number) => {
      const first = Math.max(start, measures[0]);
      const last = Math.min(end, measures[measures.length - 1]);
      if (last <= first) return;
      const points = reach.parts[number];
      let i = come(measures, first);
      const piece = [between(points, measures, i, first)];
      for (; i < measures.length && measures[i] < last; i++) piece.push(points[i]);
      piece.push(between(points, measures, Math.min(i, measures.length - 1), last));
      pieces.push(piece);
    });
    return pieces;
  }

  function between(points, measures, i, at) {
    if (!i) return points[0];
    const share = (at - measures[i - 1]) / (measures[i] - measures[i - 1] || 1);
    return [0, 1].map((axis) => points[i - 1][axis] + (points[i][axis] - points[i - 1][axis]) * Math.min(share, 1));
  }

  // What is known of the place that was clicked, on the day shown.
  function open(map, drawn, place, now, data) {
    const at = measureAt(map, drawn.reach, place);
    const number = Math.max(come(drawn.at, at) - 1, 0);
    const days = drawn.days[Math.min(number, drawn.days.length - 1)] || [];
    const count = come(days, now.day);
    const last = count ? dayText(data.first, days[count - 1]) : data.labels.never_walked;
    const box = W.facts(drawn.reach.name, drawn.reach.facts, drawn.reach.link);
    const here = W.facts("", [[data.labels.last_walked, last], [data.labels.times_walked, String(count)]]);
    const heading = W.element("h3", "", `${data.labels.here} ${metres(at / 10)}`);
    box.querySelector("dl").after(heading, here.querySelector("dl"));
    L.popup({ maxWidth: 320, minWidth: 210 }).setLatLng(place).setContent(box).openOn(map);
  }

  function measureAt(map, reach, place) {
    const point = map.latLngToLayerPoint(place);
    let best = [Infinity, 0];
    reach.parts.forEach((points, part) => {
      const pixels = points.map((one) => map.latLngToLayerPoint(one));
      for (let i = 1; i < pixels.length; i++) {
        const near = L.LineUtil.closestPointOnSegment(point, pixels[i - 1], pixels[i]);
        const away = near.distanceTo(point);
        if (away >= best[0]) continue;
        const [from, to] = reach.measures[part].slice(i - 1, i + 1);
        best = [away, from + ((to - from) * near.distanceTo(pixels[i - 1])) / (pixels[i].distanceTo(pixels[i - 1]) || 1)];
      }
    });
    return best[1];
  }

  function slider(now, data, reaches, changed) {
    const input = document.getElementById("wg-day");
    const play = document.getElementById("wg-play");
    const date = document.getElementById("wg-date");
    let waiting = false;
    let timer = null;
    const say = () => {
      const text = dayText(data.first, now.day);
      set(date, text);
      input.setAttribute("aria-valuetext", text);
      W.each("[data-as-of]", (one) => set(one, text));
    };
    const show = (day) => {
      now.day = Math.max(0, Math.min(data.days, Math.round(day)));
      input.value = now.day;
      say();
      // However fast the slider moves, each frame is drawn once.
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        changed();
      });
    };
    const press = (on) => {
      play.setAttribute("aria-pressed", String(on));
      const word = on ? data.labels.pause : data.labels.play;
      play.setAttribute("aria-label", word);
      play.title = word;
      play.querySelector("path").setAttribute("d", on ? "M4 2h4v14H4zM10 2h4v14h-4z" : "M4 2l11 7-11 7z");
    };
    const stop = () => {
      cancelAnimationFrame(timer);
      timer = null;
      press(false);
    };
    const start = () => {
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      const pace = Math.max(data.days / 24, 2) / 1000; // A period takes 24 seconds.
      let from = now.day >= data.days ? 0 : now.day;
      let since = null;
      let drawn = -1;
      press(true);
      const tick = (time) => {
        since = since === null ? time : since;
        let day = from + (time - since) * pace;
        if (calm) day = Math.floor(day / 7) * 7;
        if (Math.floor(day) !== drawn) show((drawn = Math.floor(day)));
        if (day >= data.days) stop();
        else timer = requestAnimationFrame(tick);
      };
      timer = requestAnimationFrame(tick);
    };
    play.addEventListener("click", () => (timer === null ? start() : stop()));
    input.addEventListener("input", () => {
      if (timer !== null) stop();
      show(Number(input.value));
    });
    months(data);
    busy(data, reaches);
    say();
    return show;
  }

  // Names of months under the slider, as many as have room.
  function months(data) {
    const box = document.getElementById("wg-months");
    const first = dateOf(data.first, 0);
    const found = [];
    for (let n = 0; n < 240; n++) {
      const begin = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + n, 1);
      const day = Math.round((begin - first.getTime()) / DAY_MS);
      if (day > data.days) break;
      if (day >= 0) found.push([day, new Date(begin).getUTCMonth() + 1]);
    }
    const every = Math.ceil(found.length / 12) || 1;
    found.forEach(([day, month], number) => {
      if (number % every) return;
      const mark = W.element("span", "", data.labels.month.replace("{month}", month));
      mark.style.left = `${(100 * day) / Math.max(data.days, 1)}%`;
      box.append(mark);
    });
  }

  // How much was walked in each week, so that one sees where to slide.
  function busy(data, reaches) {
    const svg = document.getElementById("wg-busy");
    const weeks = new Array(Math.floor(data.days / 7) + 1).fill(0);
    for (const { reach } of reaches)
      for (let i = 0; i < reach.walks.length; i += 3) weeks[Math.floor(reach.walks[i + 2] / 7)] += reach.walks[i + 1] - reach.walks[i];
    const most = Math.max(...weeks, 1);
    svg.setAttribute("viewBox", `0 0 ${weeks.length} 20`);
    weeks.forEach((walked, week) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = (20 * walked) / most;
      for (const [name, value] of Object.entries({ x: week + 0.1, y: 20 - height, width: 0.8, height })) bar.setAttribute(name, value);
      svg.append(bar);
    });
  }

  const dateOf = (first, day) => new Date(Date.parse(`${first}T00:00:00Z`) + day * DAY_MS);
  const dayText = (first, day) => dateOf(first, day).toISOString().slice(0, 10);
  const metres = (m) => (Math.round(m) < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(2)} km`);
  const share = (covered, length, gap) =>
    length ? `${gap < 0.05 ? "100.00" : Math.min((covered / length) * 100, 99.99).toFixed(2)} %` : "—";
  const set = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
})();
