/* The list of runs moves: chips and bars follow what is told of the runs, new ones are announced. */
(() => {
  "use strict";

  const start = () => {
    const box = document.querySelector("[data-runs]");
    if (!box) return;
    const states = JSON.parse(box.dataset.states);
    const news = box.querySelector("[data-runs-news]");
    const unseen = new Set();

    const find = (id, part) => [...document.querySelectorAll(`[data-part="${part}"][data-run]`)].find((item) => item.dataset.run === id);
    const change = (told) => {
      const chip = find(told.task_id, "state");
      if (!chip) {
        unseen.add(told.task_id);
        news.textContent = unseen.size === 1 ? news.dataset.one : news.dataset.many.replace("{n}", String(unseen.size));
        news.hidden = false;
        return;
      }
      const state = states[told.state];
      if (state) {
        chip.textContent = state.label;
        chip.className = `at-chip at-chip-${state.tone}`;
      }
      const progress = find(told.task_id, "progress");
      const percent = told.state === "succeeded" ? 100 : Math.round(told.percent || 0);
      progress.dataset.state = told.state;
      progress.querySelector("progress").value = percent;
      progress.querySelector('[data-part="percent"]').textContent = `${percent} %`;
      progress.querySelector('[data-part="text"]').textContent = told.text || "";
    };
    window.atriumLive.subscribe("scheduling.runs", () => {});
    window.atriumLive.on("run.changed", (message) => change(message.data));
  };
  document.addEventListener("DOMContentLoaded", start);
})();
