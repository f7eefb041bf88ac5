/* Monitors that move, with each sample. */
(() => {
  "use strict";

  const KEEP = 90; // points of a line
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const at = (sample, path) => path.split(".").reduce((found, name) => (found == null ? found : found[name]), sample);

  /* A canvas with lines; `data-rate` plots the growth per second, divided by it. */
  const lines = (canvas) => {
    const paths = canvas.dataset.lines.split(",");
    const names = canvas.dataset.names.split(",");
    const scales = (canvas.dataset.scales || "").split(",").map(Number);
    const rate = Number(canvas.dataset.rate || 0);
    let before = null;
    const tones = () => [colour("--at-accent"), colour("--at-warm")];
    const chart = new Chart(canvas, {
      type: "line",
      data: {
        labels: [],
        datasets: paths.map((_path, n) => ({
          label: names[n], data: [], borderColor: tones()[n], backgroundColor: tones()[n],
          borderWidth: 2, pointRadius: 0, tension: 0.25,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        responsive: true,
        interaction: { mode: "index", intersect: false },
        plugins: { legend: { labels: { boxWidth: 10, boxHeight: 2, color: colour("--at-quiet") } } },
        scales: {
          x: { grid: { display: false }, ticks: { color: colour("--at-quiet"), maxTicksLimit: 6, maxRotation: 0 } },
          y: {
            beginAtZero: true, suggestedMax: Number(canvas.dataset.top || 0) || undefined,
            grid: { color: colour("--at-line") }, ticks: { color: colour("--at-quiet"), maxTicksLimit: 5 },
          },
        },
      },
    });
    new MutationObserver(() => {
      chart.data.datasets.forEach((set, n) => Object.assign(set, { borderColor: tones()[n], backgroundColor: tones()[n] }));
      chart.options.scales.y.grid.color = colour("--at-line");
      chart.update();
    }).observe(document.documentElement, { attributeFilter: ["class"] });
    return (sample, now) => {
      const read = paths.map((path, n) => Number(at(sample, path)) / (scales[n] || 1));
      const seconds = before ? (now - before.now) / 1000 : 0;
      const points = rate ? read.map((value, n) => (seconds ? Math.max(value - before.read[n], 0) / seconds / rate : null)) : read;
      before = { read, now };
      chart.data.labels.push(new Date(now).toLocaleTimeString());
      chart.data.datasets.forEach((set, n) => set.data.push(points[n]));
      if (chart.data.labels.length > KEEP) {
        chart.data.labels.shift();
        chart.data.datasets.forEach((set) => set.data.shift());
      }
      chart.update();
    };
  };

  const start = (box) => {
    const plots = [...box.querySelectorAll("canvas[data-lines]")].map(lines);
    const show = (sample) => {
      box.querySelectorAll("[data-show]").forEach((item) => { item.textContent = at(sample, item.dataset.show) ?? "–"; });
      box.querySelectorAll("[data-state]").forEach((item) => {
        const found = at(sample, item.dataset.state);
        const text = item.dataset[found] ?? found ?? "–";
        if (item.textContent === text) return; // a screen reader hears of changes alone
        item.textContent = text;
        item.className = `at-chip at-chip-${found === "ok" ? "good" : "bad"}`;
      });
      box.querySelectorAll("[data-meter]").forEach((item) => { item.value = at(sample, item.dataset.meter) || 0; });
      const now = Date.now();
      plots.forEach((plot) => plot(sample, now));
    };
    window.atriumLive.follow(box.dataset.monitor, show, box.querySelector("[data-monitor-state]"));
  };

  document.querySelectorAll("[data-monitor]").forEach(start);
  document.querySelectorAll("form[data-sure]").forEach((form) => form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.sure)) event.preventDefault();
  }));
})();
