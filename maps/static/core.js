// What every map page shares. Text from data only ever becomes a text node.
(function () {
  "use strict";
  const W = (window.Wangge = { pages: {} });

  W.element = function (tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  };

  // A popup's content: a heading, rows of [name, value], and a link.
  W.facts = function (heading, rows, link) {
    const box = W.element("div", "wg-facts");
    box.append(W.element("h2", "", heading));
    const list = W.element("dl");
    for (const [name, value, className] of rows) {
      if (value === "" || value === null || value === undefined) continue;
      list.append(W.element("dt", "", name));
      const cell = W.element("dd", className === "wg-tag" ? "" : className);
      cell.append(className === "wg-tag" ? W.element("span", "wg-tag", value) : value);
      list.append(cell);
    }
    box.append(list);
    if (link) box.append(W.link(link));
    return box;
  };

  W.link = function (address) {
    const link = W.element("a", "", W.words.open_record);
    link.href = address;
    link.target = "_top";
    return link;
  };

  W.each = function (selector, act) {
    document.querySelectorAll(selector).forEach(act);
  };

  const Scale = L.Control.Scale.extend({
    _updateMetric: function (maxMetres) {
      const metres = this._getRoundNum(maxMetres);
      const text = metres < 1000 ? `${metres} ${W.words.metres}` : `${metres / 1000} ${W.words.kilometres}`;
      this._updateScale(this._mScale, text, metres / maxMetres);
    },
  });

  const Whole = L.Control.extend({
    options: { position: "topright" },
    onAdd: function (map) {
      const bar = L.DomUtil.create("div", "leaflet-bar wg-whole");
      const button = L.DomUtil.create("a", "", bar);
      button.href = "#";
      button.title = W.words.whole;
      button.setAttribute("role", "button");
      button.setAttribute("aria-label", W.words.whole);
      button.innerHTML =
        '<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2">' +
        '<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg>';
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(button, "click", (event) => {
        L.DomEvent.preventDefault(event);
        map.fitBounds(W.data.view, { padding: [18, 18] });
      });
      return bar;
    },
  });

  W.map = function (id, options) {
    W.data = JSON.parse(document.getElementById("wg-data").textContent);
    W.words = W.data.words;
    const map = L.map(id, options);
    // At once, without a flight: whoever prints or tests sees the whole at first.
    if (W.data.view) map.fitBounds(W.data.view, { padding: [18, 18], animate: false });
    map.attributionControl.setPrefix("Leaflet");
    L.control.zoom({ position: "topright", zoomInTitle: W.words.zoom_in, zoomOutTitle: W.words.zoom_out }).addTo(map);
    if (W.data.view) new Whole().addTo(map);
    new Scale({ imperial: false, maxWidth: 140, position: "bottomleft" }).addTo(map);
    const panes = { land: 250, zones: 405, rivers: 410, borders: 420, labels: 580 };
    for (const [name, height] of Object.entries(panes)) {
      const pane = map.createPane(`wg-${name}`);
      pane.style.zIndex = height;
      pane.style.pointerEvents = "none";
    }
    return map;
  };

  W.start = function (map, groups) {
    panel(map);
    ground(map, groups);
    W.labels = new Labels(W.data.ground.labels.concat(riverLabels())).addTo(groups.names);
    if (W.data.notice) banner(map, W.data.notice);
    W.pages[W.data.kind](map, groups, W.data);
    W.current = map;
    window.matchMedia("print").addEventListener("change", () => refit(map));
    document.body.dataset.ready = "true";
  };

  // On paper the map has another size than on the screen: show the same part of the ground.
  function refit(map) {
    const shown = map.getBounds();
    map.invalidateSize({ animate: false });
    if (!W.data.view) return;
    const [[south, west], [north, east]] = W.data.view;
    const low = [Math.max(shown.getSouth(), south), Math.max(shown.getWest(), west)];
    const high = [Math.min(shown.getNorth(), north), Math.min(shown.getEast(), east)];
    if (low[0] < high[0] && low[1] < high[1]) map.fitBounds([low, high], { animate: false });
  }

  function banner(map, text) {
    const box = W.element("div", "wg-banner");
    box.append(W.element("p", "", text));
    map.getContainer().append(box);
  }

  function panel(map) {
    const control = map.getContainer().querySelector(".leaflet-control-layers");
    if (control) document.getElementById("wg-layers").append(control);
    const toggle = document.getElementById("wg-toggle");
    const shown = document.getElementById("wg-panel");
    toggle.addEventListener("click", () => {
      const open = shown.classList.toggle("wg-shown");
      toggle.setAttribute("aria-expanded", String(open));
      toggle.textContent = open ? W.words.close_panel : W.words.panel;
    });
    W.closePanel = () => shown.classList.contains("wg-shown") && toggle.click();
  }

  function ground(map, groups) {
    const { ground: drawn, colours } = W.data;
    const still = { interactive: false };
    for (const [level, shape] of drawn.borders) {
      if (level === "town") {
        const land = { ...still, pane: "wg-land", stroke: false, fillColor: colours.land, fillOpacity: 1 };
        L.polygon(shape, land).addTo(map);
      }
      const weight = { county: 3, town: 2.4, village: 1.2, group: 0.7 }[level] || 1;
      const color = (level === "village" && W.data.village_border) || colours[`border_${level}`];
      const line = { ...still, pane: "wg-borders", fill: false, weight, color };
      L.polygon(shape, { ...line, dashArray: level === "county" ? "10 5 2 5" : null }).addTo(groups.ground);
    }
    for (const [, colour, , shape] of drawn.zones) {
      const style = { pane: "wg-zones", color: colour, weight: 1.6, dashArray: "5 3", fillOpacity: 0.16 };
      L.polygon(shape, { ...still, ...style }).addTo(groups.zones);
    }
    for (const [, line] of drawn.rivers) {
      L.polyline(line, { ...still, pane: "wg-rivers", color: colours.river, weight: 2.2 }).addTo(groups.rivers);
    }
  }

  function riverLabels() {
    return W.data.ground.rivers
      .filter(([name]) => name)
      .map(([name, line]) => ({ text: name, kind: "river", rank: 3, line: line.flat() }));
  }

  // Names that never overlap: at every zoom each takes the first of its places
  // that is free, in order of rank, and stays away when none is.
  const Labels = L.Layer.extend({
    initialize: function (labels) {
      this._labels = labels.map((label) => ({ ...label })).sort((a, b) => a.rank - b.rank);
    },
    add: function (labels) {
      this._labels = this._labels.filter((label) => !label.extra);
      this._labels.push(...labels.map((label) => ({ ...label, extra: true })));
      this._labels.sort((a, b) => a.rank - b.rank);
      if (this._map) this._rebuild();
    },
    onAdd: function () {
      this._box = L.DomUtil.create("div", "leaflet-zoom-hide", this.getPane("wg-labels"));
      this._rebuild();
    },
    onRemove: function () {
      this._box.remove();
    },
    getEvents: function () {
      return { zoomend: this._place, viewreset: this._place };
    },
    _rebuild: function () {
      this._box.replaceChildren();
      for (const label of this._labels) {
        label.node = W.element("div", `wg-label wg-label-${label.kind}`, label.text);
        this._box.append(label.node);
        label.size = [label.node.offsetWidth, label.node.offsetHeight];
      }
      this._place();
    },
    // Half a name under a marker is worse than none: it comes back on zooming in.
    avoid: function (boxes) {
      this._obstacles = boxes;
      if (this._map) this._place();
    },
    _place: function () {
      const taken = [];
      const rivers = W.data.ground.rivers.flatMap(([, line]) => line.flatMap((part) => beads(this._map, part)));
      const free = (place, others) => place.boxes.every((box) => !others.some((other) => meet(box, other)));
      for (const label of this._labels) {
        const [width, height] = label.size;
        const places = (label.line ? along(this._map, label.line, width, height) : around(this._map, label)).filter(
          (place) => free(place, taken),
        );
        const clear = places.filter((one) => free(one, this._obstacles || []));
        const place = (label.line ? null : clear.find((one) => free(one, rivers))) || clear[0];
        label.node.hidden = !place;
        if (!place) continue;
        taken.push(...place.boxes);
        stand(label.node, place, width, height);
      }
    },
  });

  // A line as small boxes, close enough that no name fits between them.
  function beads(map, line) {
    const found = [];
    let last = null;
    for (const at of line) {
      const point = map.latLngToLayerPoint(at);
      const steps = last ? Math.min(Math.ceil(point.distanceTo(last) / 12), 200) : 1;
      for (let i = 1; i <= steps; i++) {
        const { x, y } = last ? last.add(point.subtract(last).multiplyBy(i / steps)) : point;
        found.push([x - 3, y - 3, x + 3, y + 3]);
      }
      last = point;
    }
    return found;
  }

  // Along a steep line, Chinese characters stand upright, one under the other.
  function stand(node, { x, y, angle }, width, height) {
    const upright = angle && Math.abs(angle) > 0.9 && /[\u2e80-\u9fff]/.test(node.textContent);
    node.classList.toggle("wg-upright", Boolean(upright));
    const turn = upright ? angle - (Math.sign(angle) * Math.PI) / 2 : angle || 0;
    const [across, down] = upright ? [height, width] : [width, height];
    node.style.transform = `translate(${x - across / 2}px, ${y - down / 2}px)${turn ? ` rotate(${turn}rad)` : ""}`;
  }

  function meet(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  function around(map, label) {
    const [width, height] = label.size;
    if (label.within) {
      const [low, high] = label.within.map((at) => map.latLngToLayerPoint(at));
      if (high.x - low.x < width + 4 || low.y - high.y < height + 2) return [];
    }
    return label.at.map((at) => {
      const { x, y } = map.latLngToLayerPoint(at);
      return { x, y, boxes: [[x - width / 2 - 3, y - height / 2 - 2, x + width / 2 + 3, y + height / 2 + 2]] };
    });
  }

  // Places beside a line, turned along it, where it is straight enough.
  function along(map, line, width, height) {
    const points = line.map((at) => map.latLngToLayerPoint(at));
    const ends = [0];
    for (let i = 1; i < points.length; i++) ends.push(ends[i - 1] + points[i].distanceTo(points[i - 1]));
    const length = ends[ends.length - 1];
    const at = (s) => {
      let i = 1;
      while (i < points.length - 1 && ends[i] < s) i++;
      const share = (s - ends[i - 1]) / (ends[i] - ends[i - 1] || 1);
      return points[i - 1].add(points[i].subtract(points[i - 1]).multiplyBy(share));
    };
    const places = [];
    if (length < width * 1.3) return places;
    for (const share of [0.5, 0.38, 0.62, 0.25, 0.75, 0.14, 0.86]) {
      for (const side of [-1, 1]) {
        const middle = share * length;
        if (middle < width / 2 || middle + width / 2 > length) continue;
        const from = at(middle - width / 2);
        const to = at(middle + width / 2);
        const chord = from.distanceTo(to);
        if (chord < width * 0.86) continue;
        let angle = Math.atan2(to.y - from.y, to.x - from.x);
        if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
        const centre = from.add(to).divideBy(2).add(at(middle)).divideBy(2);
        const off = (height / 2 + (W.data.beside || 4)) * side;
        const x = centre.x - Math.sin(angle) * off;
        const y = centre.y + Math.cos(angle) * off;
        const count = Math.max(2, Math.ceil(width / height));
        const boxes = [];
        for (let i = 0; i < count; i++) {
          const s = ((i + 0.5) / count - 0.5) * width;
          const [cx, cy, half] = [x + Math.cos(angle) * s, y + Math.sin(angle) * s, height / 2 + 1];
          boxes.push([cx - half, cy - half, cx + half, cy + half]);
        }
        places.push({ x, y, angle, boxes });
      }
    }
    return places;
  }
})();
