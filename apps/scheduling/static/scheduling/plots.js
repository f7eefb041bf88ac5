/* Plots of jobs: bars stacked by outcome, and lines that grow; drawn again when the theme changes. */
(() => {
  "use strict";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axes = (isStacked) => ({
    x: { stacked: isStacked, grid: { display: false }, border: { display: false }, ticks: { color: colour("--at-quiet"), maxRotation: 0, autoSkipPadding: 12 } },
    y: { stacked: isStacked, beginAtZero: true, border: { display: false }, grid: { color: colour("--at-line") }, ticks: { color: colour("--at-quiet"), precision: 0, maxTicksLimit: 5 } },
  });
  const options = (isStacked) => ({
    animation: false,
    maintainAspectRatio: false,
    responsive: true,
    interaction: { mode: "index", intersect: false },
    plugins: { legend: { labels: { boxWidth: 10, boxHeight: isStacked ? 10 : 2, color: colour("--at-quiet") } } },
    scales: axes(isStacked),
  });

  /* Draws with `make` at once and whenever the theme changes; returns what gives the chart at hand. */
  const themed = (make) => {
    let chart = make();
    new MutationObserver(() => {
      chart.destroy();
      chart = make();
    }).observe(document.documentElement, { attributeFilter: ["class"] });
    return () => chart;
  };

  const bars = (canvas, data) => themed(() => new Chart(canvas, {
    type: "bar",
    data: {
      labels: data.labels,
      datasets: data.sets.map((set) => ({ label: set.label, data: set.data, backgroundColor: colour(set.tone), borderRadius: 3, maxBarThickness: 26 })),
    },
    options: options(true),
  }));

  const lines = (canvas, data) => themed(() => new Chart(canvas, {
    type: "line",
    data: {
      labels: data.labels,
      datasets: data.sets.map((set) => ({ label: set.label, data: set.data, borderColor: colour(set.tone), backgroundColor: colour(set.tone), borderWidth: 2, pointRadius: 0, tension: 0.25 })),
    },
    options: options(false),
  }));

  /* Stacks that are on the page already get other numbers; what is drawn after the theme changed has them, too. */
  const stacks = new Map();
  const renew = (canvas, text) => {
    if (!stacks.has(canvas) || canvas.dataset.stack === text) return;
    canvas.dataset.stack = text;
    const { data, chart } = stacks.get(canvas);
    const told = JSON.parse(text);
    data.labels.splice(0, Infinity, ...told.labels);
    data.sets.forEach((set, n) => set.data.splice(0, Infinity, ...told.sets[n].data));
    chart().update();
  };

  window.atriumPlots = { bars, lines, renew };
  const start = () => document.querySelectorAll("canvas[data-stack]").forEach((canvas) => {
    const data = JSON.parse(canvas.dataset.stack);
    stacks.set(canvas, { data, chart: bars(canvas, data) });
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
