// The coverage map: each reach as a faint corridor, on it what was walked and the gaps.
(function () {
  "use strict";
  const W = window.Wangge;

  W.pages.coverage = function (map, groups, data) {
    map.createPane("wg-lines").style.zIndex = 430;
    const reaches = data.reaches.map((reach) => draw(reach, data));
    let chosen = null;

    const show = (level) => {
      for (const drawn of reaches) {
        const shown = level < 0 || drawn.reach.level === level;
        for (const [layer, group] of drawn.layers) {
          if (shown) groups[group].addLayer(layer);
          else groups[group].removeLayer(layer);
        }
      }
      W.each("[data-summary]", (list) => (list.hidden = Number(list.dataset.summary) !== level));
      W.each("tr[data-level]", (row) => (row.hidden = level >= 0 && Number(row.dataset.level) !== level));
    };
    const choose = (drawn) => {
      if (chosen) chosen.casing.setStyle({ color: data.colours.corridor, opacity: 0.9 });
      chosen = drawn;
      drawn.casing.setStyle({ color: "#f5c542", opacity: 1 });
    };
    for (const drawn of reaches) {
      for (const [layer] of drawn.layers) {
        layer.bindPopup(() => popup(drawn.reach, data, layer.extra), { maxWidth: 320, minWidth: 210 });
        layer.bindTooltip(() => W.element("span", "", drawn.reach.name), { sticky: true });
        layer.on("click", () => choose(drawn));
      }
    }
    W.each("[data-reach]", (button) =>
      button.addEventListener("click", () => {
        const drawn = reaches[Number(button.dataset.reach)];
        if (!drawn.casing.getLatLngs().length) return;
        W.closePanel();
        choose(drawn);
        map.fitBounds(drawn.casing.getBounds(), { padding: [70, 70], maxZoom: 15 });
        drawn.casing.openPopup(drawn.casing.getCenter());
      }),
    );
    W.each("[name=wg-level]", (radio) => radio.addEventListener("change", () => show(Number(radio.value))));
    show(data.level);
    W.coverage = { reaches };
  };

  function draw(reach, data) {
    const line = (points, options) => L.polyline(points, { pane: "wg-lines", lineCap: "butt", ...options });
    const casing = line(reach.line, { color: data.colours.corridor, weight: 13, opacity: 0.9, lineCap: "round" });
    const layers = [[casing, "corridor"]];
    for (const [length, points] of reach.gaps) {
      const gap = line(points, { color: data.colours.gap, weight: 3, dashArray: data.dash });
      gap.extra = [data.labels.gap, length];
      layers.push([gap, "gaps"]);
    }
    for (const [step, day, points] of reach.walked) {
      const [color, weight] = data.ramp[step];
      const stretch = line(points, { color, weight });
      stretch.extra = [data.labels.last_walked, day];
      layers.push([stretch, "walked"]);
    }
    return { reach, casing, layers };
  }

  function popup(reach, data, extra) {
    const box = W.facts(reach.name, reach.facts, reach.link);
    if (!extra) return box;
    const list = W.element("dl");
    list.append(W.element("dt", "", extra[0]), W.element("dd", "", extra[1]));
    const [name] = extra;
    if (name === data.labels.last_walked) box.querySelector("dl").append(...list.children);
    else box.querySelector("dl").after(W.element("h3", "", `${extra[0]} ${extra[1]}`));
    return box;
  }
})();
