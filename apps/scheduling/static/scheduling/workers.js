/* The board of workers, drawn anew with each sample. */
(() => {
  "use strict";

  const KEEP = 120; // points of a line
  const TONES = ["--at-accent", "--at-warm", "--at-bad", "--at-good", "--at-quiet"];
  const at = (sample, path) => path.split(".").reduce((found, name) => (found == null ? found : found[name]), sample);

  const start = (box) => {
    const states = JSON.parse(box.dataset.states);
    const canvas = box.querySelector("[data-depths]");
    const names = canvas.dataset.depths.split(",").filter(Boolean);
    const depths = { labels: [], sets: names.map((name, n) => ({ label: name, tone: TONES[n % TONES.length], data: [] })) };
    const depthChart = window.atriumPlots.lines(canvas, depths);

    const rateCanvas = box.querySelector("[data-rates]");
    const rateNames = rateCanvas.dataset.names.split(",");
    const rates = {
      labels: [],
      sets: [["good", "--at-accent"], ["bad", "--at-bad"], ["other", "--at-warm"]].map(([key, tone], n) => ({ key, tone, label: rateNames[n], data: [] })),
    };
    const fill = (minutes) => {
      rates.labels.splice(0, Infinity, ...minutes.map((minute) => minute.at));
      rates.sets.forEach((set) => set.data.splice(0, Infinity, ...minutes.map((minute) => minute[set.key])));
    };
    fill(JSON.parse(rateCanvas.dataset.first));
    const rateChart = window.atriumPlots.bars(rateCanvas, rates);

    const cell = (name, text, style) => {
      const made = document.createElement(name);
      made.textContent = text;
      if (style) made.className = style;
      return made;
    };
    const row = (worker) => {
      const made = document.createElement("tr");
      const head = cell("th", worker.name, "at-mono");
      head.scope = "row";
      const chip = document.createElement("td");
      const state = states[worker.state] || { label: worker.state, tone: "quiet" };
      chip.append(cell("span", state.label, `at-chip at-chip-${state.tone}`));
      made.append(head, chip, cell("td", worker.queues), cell("td", `${worker.running} / ${worker.pool_size || "?"}`, "at-number"), cell("td", worker.processed, "at-number"), cell("td", worker.up));
      return made;
    };

    const show = (sample) => {
      box.querySelectorAll("[data-show]").forEach((item) => { item.textContent = at(sample, item.dataset.show) ?? "–"; });
      box.querySelector("[data-workers-rows]").replaceChildren(...sample.workers.map(row));
      box.querySelector("[data-workers]").hidden = sample.workers.length === 0;
      box.querySelector("[data-workers-none]").hidden = sample.workers.length > 0;
      depths.labels.push(sample.clock);
      depths.sets.forEach((set) => set.data.push(sample.queues[set.label] ?? null));
      if (depths.labels.length > KEEP) {
        depths.labels.shift();
        depths.sets.forEach((set) => set.data.shift());
      }
      fill(sample.minutes);
      depthChart().update();
      rateChart().update();
    };
    window.atriumLive.follow(box.dataset.load, show, box.querySelector("[data-load-state]"));
  };
  document.querySelectorAll("[data-load]").forEach(start);
})();
