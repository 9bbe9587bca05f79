// The responsibility map: cells coloured by village; a click shows the chain.
(function () {
  "use strict";
  const W = window.Wangge;

  W.pages.responsibility = function (map, groups, data) {
    const renderer = L.svg({ padding: 0.5 });
    let person = null;
    let level = -1;
    let opened = null;
    const cells = data.cells.map((cell) => {
      const layer = L.polygon(cell.shape, { renderer, weight: 1, color: "#ffffff" });
      layer.cell = cell;
      layer.bindPopup(() => popup(cell, data), { maxWidth: 330, minWidth: 230, maxHeight: 420 });
      layer.bindTooltip(() => W.element("span", "", cell.name), { sticky: true });
      layer.on("popupopen", () => {
        opened = layer;
        layer.setStyle({ weight: 3, color: "#111827" }).bringToFront();
      });
      layer.on("popupclose", () => {
        opened = null;
        paint();
      });
      return layer;
    });

    function paint() {
      cells.forEach((layer, position) => {
        if (layer !== opened) layer.setStyle(style(layer.cell, position));
      });
    }
    function style(cell, position) {
      const plain = cell.colour < 0 ? "#dfe3e8" : data.fills[cell.colour];
      const hatched = `url(#wg-assist-${Math.max(cell.colour, 0)})`;
      const line = { weight: 1, color: "#ffffff" };
      if (person !== null) {
        const [leads, assists] = data.people[person];
        const mark = { weight: 2.4, color: "#1f2937", fillOpacity: 0.95 };
        if (leads.includes(position)) return { ...mark, fillColor: plain };
        if (assists.includes(position)) return { ...mark, fillColor: hatched };
        return { ...line, fillColor: "#e3e6ea", fillOpacity: 0.6 };
      }
      if (cell.vacant) return { weight: 2, color: data.colours.overdue, fillColor: "url(#wg-vacant)", fillOpacity: 0.85 };
      return { ...line, fillColor: cell.assisted ? hatched : plain, fillOpacity: data.solid };
    }
    function show() {
      map.closePopup();
      groups.cells.clearLayers();
      cells.forEach((layer, position) => {
        const mine = person !== null && data.people[person].some((list) => list.includes(position));
        const shown = person !== null ? mine || layer.cell.finest : level < 0 ? layer.cell.finest : layer.cell.level === level;
        if (shown) groups.cells.addLayer(layer);
      });
      paint();
      W.labels.add(level < 0 ? data.vacant_labels : []);
    }
    function choose(number) {
      person = person === number ? null : number;
      W.each("[data-person]", (button) =>
        button.setAttribute("aria-pressed", String(Number(button.dataset.person) === person)),
      );
      document.getElementById("wg-clear").hidden = person === null;
      show();
      if (person === null) return;
      W.closePanel();
      const mine = data.people[person].flat().map((position) => cells[position]);
      map.fitBounds(L.featureGroup(mine).getBounds(), { padding: [50, 50], maxZoom: 15 });
    }

    W.each("[data-person]", (button) => button.addEventListener("click", () => choose(Number(button.dataset.person))));
    W.each("#wg-clear", (button) => button.addEventListener("click", () => choose(person)));
    W.each("#wg-search", (box) =>
      box.addEventListener("input", () =>
        W.each("tr[data-name]", (row) => (row.hidden = !row.dataset.name.includes(box.value.trim()))),
      ),
    );
    W.each("[name=wg-level]", (radio) =>
      radio.addEventListener("change", () => {
        level = Number(radio.value);
        show();
      }),
    );
    show();
    W.responsibility = { cells };
  };

  function popup(cell, data) {
    const words = data.labels;
    const box = W.facts(cell.name, [
      ["", cell.vacant ? words.vacant_cell : "", "wg-tag"],
      [words.village, cell.village],
      [words.code, cell.code],
      [words.area, cell.area],
    ]);
    box.append(W.element("h3", "", words.chain));
    const list = W.element("ol", "wg-chain");
    cell.chain.forEach((number, position) => {
      const [level, name, lead, assists] = data.links[number];
      const item = W.element("li", position === 0 ? "wg-here" : "");
      item.append(W.element("span", "", `${level} · ${name}`));
      item.append(lead ? W.element("b", "", lead) : W.element("b", "wg-bad-text", words.vacant));
      if (assists) item.append(W.element("span", "", `${words.assists} ${assists}`));
      list.append(item);
    });
    box.append(list);
    if (cell.link) box.append(W.link(cell.link));
    return box;
  }
})();
