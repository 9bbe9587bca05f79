// The issue map: one row per issue, one marker per issue in view.
(function () {
  "use strict";
  const W = window.Wangge;
  const [LAT, LON, CATEGORY, STATE, OVERDUE, NUMBER, FOUND, DUE, VILLAGE, DESCRIPTION, LINK] = Array(11).keys();

  W.pages.issues = function (map, groups, data) {
    const icons = {};
    const icon = (row) => {
      const key = `${row[CATEGORY]}.${row[STATE]}.${row[OVERDUE]}`;
      icons[key] ||= L.divIcon({
        className: "wg-pin",
        html: data.icons[key],
        iconSize: [30, 30],
        popupAnchor: [0, -12],
        tooltipAnchor: [12, 0],
      });
      return icons[key];
    };
    const cluster = L.markerClusterGroup({
      chunkedLoading: true,
      maxClusterRadius: data.rows.length > 2000 ? 64 : 44,
      showCoverageOnHover: false,
      spiderfyDistanceMultiplier: 1.5,
      iconCreateFunction: (group) => clusterIcon(group.getAllChildMarkers(), data),
    });
    const markers = data.rows.map((row) => {
      const marker = L.marker([row[LAT], row[LON]], { icon: icon(row), title: `${row[NUMBER]} ${data.categories[row[CATEGORY]]}` });
      marker.row = row;
      return marker;
    });
    cluster.bindPopup((marker) => (marker.row ? popup(marker.row, data) : ""), { maxWidth: 320, minWidth: 220 });
    groups.issues.addLayer(cluster);

    const heat = L.heatLayer([], { radius: 26, blur: 20, minOpacity: 0.25, maxZoom: 15, gradient: HEAT });
    groups.heat.addLayer(heat);

    const shownText = document.getElementById("wg-shown");
    const show = () => {
      const states = checked("state");
      const categories = checked("category");
      const only = document.getElementById("wg-overdue");
      const overdue = only ? only.checked : false;
      const kept = markers.filter(
        ({ row }) => states.has(row[STATE]) && categories.has(row[CATEGORY]) && (!overdue || row[OVERDUE]),
      );
      map.closePopup();
      window.setTimeout(() => W.labels.avoid(boxes(map)), 400);
      cluster.clearLayers();
      cluster.addLayers(kept);
      heat.setLatLngs(kept.map(({ row }) => [row[LAT], row[LON], 0.6]));
      if (shownText) {
        const text = `${shownText.dataset.shown} ${kept.length} / ${markers.length}`;
        shownText.textContent = kept.length || !markers.length ? text : `${text} · ${W.words.none_match}`;
      }
    };
    W.each("[data-state], [data-category], #wg-overdue", (box) => box.addEventListener("change", show));
    W.each("[data-check]", (button) =>
      button.addEventListener("click", () => {
        W.each("[data-category]", (box) => (box.checked = button.dataset.check === "all"));
        show();
      }),
    );
    W.each("[data-states]", (button) =>
      button.addEventListener("click", () => {
        const all = button.dataset.states === "all";
        W.each("[data-state]", (box) => (box.checked = all || !("closed" in box.dataset)));
        show();
      }),
    );
    show();
    // Names keep out of the markers' way once these stand still.
    const settle = () => window.setTimeout(() => W.labels.avoid(boxes(map)), 60);
    cluster.on("animationend", settle);
    map.on("zoomend", () => window.setTimeout(settle, 350));
    settle();
    W.issues = { cluster, markers };
  };

  function boxes(map) {
    const found = [];
    map.eachLayer((layer) => {
      if (!layer.getIcon || !layer._icon) return;
      const { x, y } = map.latLngToLayerPoint(layer.getLatLng());
      const half = (layer._icon.offsetWidth || 30) / 2;
      found.push([x - half, y - half, x + half, y + half]);
    });
    return found;
  }

  const HEAT = { 0.2: "#fee8c8", 0.45: "#fdbb84", 0.7: "#ef6548", 1: "#990000" };

  function checked(name) {
    const boxes = document.querySelectorAll(`[data-${name}]:checked`);
    return new Set(Array.from(boxes, (box) => Number(box.dataset[name])));
  }

  function popup(row, data) {
    const words = data.labels;
    return W.facts(
      data.categories[row[CATEGORY]],
      [
        [words.number, row[NUMBER]],
        [words.state, data.states[row[STATE]]],
        [words.due_on, row[DUE]],
        ["", row[OVERDUE] ? words.overdue : "", "wg-tag"],
        [words.found_on, row[FOUND]],
        [words.village, row[VILLAGE]],
        [words.description, row[DESCRIPTION], "wg-long"],
      ],
      row[LINK],
    );
  }

  // A white disc with the number; around it the shares of the states; around
  // that red, with the number of overdue ones on a flag.
  function clusterIcon(markers, data) {
    const counts = new Map();
    let overdue = 0;
    for (const { row } of markers) {
      counts.set(row[STATE], (counts.get(row[STATE]) || 0) + 1);
      overdue += row[OVERDUE];
    }
    const total = markers.length;
    const size = total < 10 ? 38 : total < 100 ? 46 : total < 1000 ? 54 : 62;
    const middle = size / 2;
    const radius = middle - 6;
    const around = 2 * Math.PI * radius;
    let from = 0;
    let arcs = "";
    for (const [state, count] of [...counts].sort((a, b) => a[0] - b[0])) {
      const part = (count / total) * around;
      arcs +=
        `<circle cx="${middle}" cy="${middle}" r="${radius}" fill="none" stroke="${data.fills[state]}" stroke-width="5" ` +
        `stroke-dasharray="${part} ${around - part}" stroke-dashoffset="${-from}" transform="rotate(-90 ${middle} ${middle})"/>`;
      from += part;
    }
    const red = data.colours.overdue;
    const ring = overdue ? `<circle cx="${middle}" cy="${middle}" r="${middle - 2}" fill="none" stroke="${red}" stroke-width="2.6"/>` : "";
    const wide = String(overdue).length * 6.5 + 9;
    const flag = overdue
      ? `<rect x="${size - wide}" y="0" width="${wide}" height="15" rx="7.5" fill="${red}"/>` +
        `<text x="${size - wide / 2}" y="11.5" text-anchor="middle" font-size="11" font-weight="700" fill="#fff">${overdue}</text>`
      : "";
    const font = total < 1000 ? 14 : 13;
    const html =
      `<svg width="${size}" height="${size}" viewBox="0 0 ${size} ${size}"><circle cx="${middle}" cy="${middle}" r="${middle - 3}" fill="#fff"/>` +
      `${arcs}${ring}<text x="${middle}" y="${middle + 5}" text-anchor="middle" font-size="${font}" font-weight="700" fill="#1f2937">${total}</text>${flag}</svg>`;
    return L.divIcon({ html, className: "wg-cluster", iconSize: [size, size] });
  }
})();
